/* SPDX-License-Identifier: Apache-2.0
 *
 * Opening files that decide something. A path proves nothing, the open descriptor does: regular,
 * bounded, owned by root or by the owner of its directory, writable by no group and by nobody
 * else. Also the system's account files, read by plain parsing, never through NSS: the guest code
 * runs inside NSS, and the daemon must not come back through its own module.
 */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Opens path read-only (O_CLOEXEC, O_NOFOLLOW, O_NONBLOCK) and judges the open file as above.
 * *ret_fd is >= 3 even in a process that closed 0-2; the caller closes it. *ret_bytes is its size.
 * ERR_ABSENT; ERR_REFUSED when it is not to be trusted; ERR_LIMIT when larger than max_bytes. */
int file_open_trusted(const char *path, size_t max_bytes, int *ret_fd,
                      size_t *ret_bytes) MUST_CHECK;

/* The whole of such a file, a NUL added behind it; the caller frees *ret_text. ERR_FORMAT when it
 * holds a NUL itself. */
int file_read_trusted(const char *path, size_t max_bytes, char **ret_text,
                      size_t *ret_bytes) MUST_CHECK;

/* One line of a colon-separated account file. Fields that the line does not have are "". */
struct file_row {
    const char *name;
    const char *second; /* passwd: password; subuid: first id */
    const char *third;  /* passwd: uid; group: gid; subuid: count */
    const char *fourth; /* passwd: gid; group: members, cut */
};

/* Calls visit for every line of path (passwd, group, subuid, subgid), its first four fields cut
 * out of at most 255 bytes; comment, empty and NIS (+, -) lines are passed over. Stops early when
 * visit returns false. 2 KiB of stack, one descriptor while it runs, no allocation. ERR_ABSENT,
 * ERR_SYSTEM; rows seen before a read error were visited. */
int file_each_row(const char *path, bool (*visit)(void *arg, const struct file_row *row),
                  void *arg) MUST_CHECK;

/* Is there a line with this name? Anything that cannot be read is an error, never "no": callers
 * refuse then. */
int file_has_name(const char *path, const char *name, bool *ret_found) MUST_CHECK;

#endif
