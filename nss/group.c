/* SPDX-License-Identifier: Apache-2.0
 *
 * The group database: visible pool groups, and users' private groups.
 */
#include "entry.h"
#include "fill.h"
#include "session.h"

enum nss_status _nss_cognito_getgrnam_r(const char *name, struct group *ret, char *buffer,
                                        size_t buffer_bytes, int *errnop)
{
    struct session s;
    struct snap_group group;
    int err = session_enter(&s);
    if (err == 0)
        err = snap_find_group(s.pin.view, name, &group);
    if (err == 0)
        err = fill_group(&group, buffer, buffer_bytes, ret);
    return session_leave(&s, err, errnop);
}

enum nss_status _nss_cognito_getgrgid_r(gid_t gid, struct group *ret, char *buffer,
                                        size_t buffer_bytes, int *errnop)
{
    struct session s;
    struct snap_group group;
    int err = session_enter(&s);
    if (err == 0)
        err = snap_find_gid(s.pin.view, gid, &group);
    if (err == 0)
        err = fill_group(&group, buffer, buffer_bytes, ret);
    return session_leave(&s, err, errnop);
}
