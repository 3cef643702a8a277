/* SPDX-License-Identifier: Apache-2.0
 *
 * What the figures compare with: one mapped table, one hash, one comparison, then every string
 * copied into the caller's buffer, field by field, each with the check that it fits. It trusts
 * its bytes, never changes and counts nobody. The floor is the same with one copy for all strings
 * and no check at all.
 */
#ifndef TESTS_BENCH_IDEAL_H
#define TESTS_BENCH_IDEAL_H

#include "unit/snap_sample.h"

#include <grp.h>
#include <pwd.h>

/* Copies the sample's records into mapped tables; exits on failure. */
void ideal_make(const struct sample *sample);

extern bool ideal_is_floor;

/* For names and ids that exist. */
void ideal_getpwnam(const char *name, struct passwd *ret, char *buffer, size_t bytes);
void ideal_getpwuid(uint32_t uid, struct passwd *ret, char *buffer, size_t bytes);
void ideal_initgroups(const char *name, gid_t group, long *start, long *size, gid_t **gids);
void ideal_getgrnam(const char *name, struct group *ret, char *buffer, size_t bytes);

#endif
