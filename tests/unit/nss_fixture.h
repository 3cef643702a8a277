/* SPDX-License-Identifier: Apache-2.0
 *
 * The module's entry points, linked into a test: a directory below the compiled-in paths, and calls
 * that see to errno.
 */
#ifndef TESTS_UNIT_NSS_FIXTURE_H
#define TESTS_UNIT_NSS_FIXTURE_H

#include "snap_sample.h"

#include <grp.h>
#include <nss.h>
#include <pwd.h>

#define NO_ERRNO 4242 /* what errno and *errnop hold before a call */

extern struct sample sample; /* unpublished when a test begins */

/* Makes the sample; no snapshot is there. passwd has root and `local` with the uid 1000. */
void fixture_begin(size_t users, size_t groups);
void fixture_end(void);

/* One call of any of the six functions that fill a buffer. */
enum what { PASSWD_NAME, PASSWD_ID, GROUP_NAME, GROUP_ID, PASSWD_NEXT, GROUP_NEXT };

struct call {
    enum what what;
    const char *name;
    uint32_t id;
};

union filled {
    struct passwd pw;
    struct group gr;
};

/* Fails the test when errno is touched, or *ret_errno without need. */
enum nss_status fixture_call(const struct call *c, union filled *ret, char *buffer, size_t n,
                             int *ret_errno);
/* The same in a buffer of enough bytes. */
enum nss_status fixture_status(enum what what, const char *name, uint32_t id, int *ret_errno);

void fixture_expect_user(const struct passwd *pw, const struct snap_image_user *u);

#endif
