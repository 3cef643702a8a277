/* SPDX-License-Identifier: Apache-2.0
 *
 * What a login or group name is (R-ID-11), decided once for daemon, PAM and NSS. Pool usernames
 * and pool group names are other things: raw strings of the pool.
 */
#ifndef BASE_NAME_H
#define BASE_NAME_H

#include <stdbool.h>
#include <stddef.h>

#define NAME_MAX_BYTES 32
#define NAME_SIZE      (NAME_MAX_BYTES + 1) /* with its NUL */

/* [a-z_][a-z0-9_.-]{0,31}, no dot at the end, not all digits (which the first character already
 * forbids). Never repairs: a name is right or refused. Reads at most 33 bytes of s. */
bool name_is_valid(const char *s);

/* A name that only ever belongs to the system, such as root, sudo or systemd-network (R-ID-08):
 * never the name of a pool group on this host. */
bool name_is_privileged_group(const char *s);

/* ASCII lower case of n bytes of src into dst, which ends with a NUL. False, dst "", when it does
 * not fit or holds a NUL. Bytes outside ASCII stay as they are: name_is_valid() refuses them. */
bool name_fold(char *dst, size_t cap, const char *src, size_t n);

#endif
