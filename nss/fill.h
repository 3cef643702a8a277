/* SPDX-License-Identifier: Apache-2.0
 *
 * Filling glibc's structures out of the caller's buffer: the one place that knows when it is too
 * small. Nothing is written to *ret before everything has its place.
 */
#ifndef NSS_FILL_H
#define NSS_FILL_H

#include "snap/read.h"

#include <grp.h>
#include <pwd.h>

/* ERR_SPACE: the caller comes back with a larger buffer. */
int fill_passwd(const struct snap_user *user, char *buffer, size_t bytes,
                struct passwd *ret) MUST_CHECK;
int fill_group(const struct snap_group *group, char *buffer, size_t bytes,
               struct group *ret) MUST_CHECK;

#endif
