/* SPDX-License-Identifier: Apache-2.0
 *
 * A folder of its own for a test of the snapshot, below the working directory, and publishing into
 * it. Included by one file of a program.
 */
#ifndef TESTS_UNIT_SNAP_FOLDER_H
#define TESTS_UNIT_SNAP_FOLDER_H

#include "snap_sample.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static char dir[256];

static inline void fresh_dir(void)
{
    char base[200];
    ck_assert_ptr_nonnull(getcwd(base, sizeof base));
    snprintf(dir, sizeof dir, "%s/test-snap-XXXXXX", base);
    ck_assert_ptr_nonnull(mkdtemp(dir));
    ck_assert_int_eq(chmod(dir, 0755), 0);
}

static inline void remove_dir(void)
{
    sample_empty_dir(dir);
    ck_assert_int_eq(rmdir(dir), 0);
}

static inline struct snap_writer *open_writer(void)
{
    struct snap_writer *w = NULL;
    ck_assert_int_eq(snap_writer_open(dir, &w), 0);
    return w;
}

static inline struct snap_published publish(struct snap_writer *w, const struct sample *s)
{
    struct snap_published p;
    ck_assert_int_eq(snap_publish(w, &s->image, &p), 0);
    return p;
}

/* A number below that: the same ones in every run. */
static inline uint32_t dice(uint32_t below)
{
    static uint64_t state = 20260101;
    state = state * 6364136223846793005ull + 1442695040888963407ull;
    return (uint32_t)(state >> 33) % below;
}

#endif
