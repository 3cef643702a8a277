/* SPDX-License-Identifier: Apache-2.0
 *
 * The entry points glibc calls, by the names it derives from "cognito" in nsswitch.conf. glibc
 * declares them nowhere; the codes are those of its manual, "Actions in the NSS configuration" and
 * "NSS Modules Interface". All of them: thread-safe, safe after fork, no descriptor kept, errno
 * untouched on success, *errnop set with any code but SUCCESS and NOTFOUND.
 *
 *   SUCCESS   found
 *   NOTFOUND  the snapshot is whole and has no such entry
 *   TRYAGAIN  ERANGE: the buffer is too small; ENOMEM
 *   UNAVAIL   ENOENT: no snapshot that may be trusted, or not a whole one (EAGAIN would upset
 * systemd-sysusers)
 */
#ifndef NSS_ENTRY_H
#define NSS_ENTRY_H

#include <grp.h>
#include <nss.h>
#include <pwd.h>
#include <stddef.h>
#include <sys/types.h>

#define ENTRY __attribute__((visibility("default")))

ENTRY enum nss_status _nss_cognito_getpwnam_r(const char *name, struct passwd *ret, char *buffer,
                                              size_t buffer_bytes, int *errnop);
ENTRY enum nss_status _nss_cognito_getpwuid_r(uid_t uid, struct passwd *ret, char *buffer,
                                              size_t buffer_bytes, int *errnop);
ENTRY enum nss_status _nss_cognito_getgrnam_r(const char *name, struct group *ret, char *buffer,
                                              size_t buffer_bytes, int *errnop);
ENTRY enum nss_status _nss_cognito_getgrgid_r(gid_t gid, struct group *ret, char *buffer,
                                              size_t buffer_bytes, int *errnop);

/* Enumeration. Not to be called by two threads at a time for one database: glibc does not. */
ENTRY enum nss_status _nss_cognito_setpwent(int stay_open);
ENTRY enum nss_status _nss_cognito_endpwent(void);
ENTRY enum nss_status _nss_cognito_getpwent_r(struct passwd *ret, char *buffer, size_t buffer_bytes,
                                              int *errnop);
ENTRY enum nss_status _nss_cognito_setgrent(int stay_open);
ENTRY enum nss_status _nss_cognito_endgrent(void);
ENTRY enum nss_status _nss_cognito_getgrent_r(struct group *ret, char *buffer, size_t buffer_bytes,
                                              int *errnop);

/* Adds the user's gids but `group` to (*groups)[*start ...], which is malloc'ed, *size long, and
 * grown here, to at most `limit` entries when that is above 0. */
ENTRY enum nss_status _nss_cognito_initgroups_dyn(const char *user, gid_t group, long int *start,
                                                  long int *size, gid_t **groups, long int limit,
                                                  int *errnop);

#endif
