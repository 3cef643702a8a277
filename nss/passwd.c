/* SPDX-License-Identifier: Apache-2.0
 *
 * The passwd database. Only getpwnam may ask the daemon about a name it does not find: that is
 * the call with which a login begins.
 */
#include "entry.h"
#include "fill.h"
#include "miss.h"
#include "session.h"

/* The snapshot is given back while the daemon thinks, and looked at again when it knows the name.
 */
static int find_or_ask(struct session *s, const char *name, struct snap_user *ret)
{
    int err = snap_find_user(s->pin.view, name, ret);
    if (err != ERR_ABSENT || miss_is_known(name, &s->pin.view->facts))
        return err;
    struct snap_facts facts = s->pin.view->facts;
    if (!miss_ask(name, &facts))
        return err;
    err = session_renew(s);
    return err != 0 ? err : snap_find_user(s->pin.view, name, ret);
}

enum nss_status _nss_cognito_getpwnam_r(const char *name, struct passwd *ret, char *buffer,
                                        size_t buffer_bytes, int *errnop)
{
    struct session s;
    struct snap_user user;
    int err = session_enter(&s);
    if (err == 0)
        err = find_or_ask(&s, name, &user);
    if (err == 0)
        err = fill_passwd(&user, buffer, buffer_bytes, ret);
    return session_leave(&s, err, errnop);
}

enum nss_status _nss_cognito_getpwuid_r(uid_t uid, struct passwd *ret, char *buffer,
                                        size_t buffer_bytes, int *errnop)
{
    struct session s;
    struct snap_user user;
    int err = session_enter(&s);
    if (err == 0)
        err = snap_find_uid(s.pin.view, uid, &user);
    if (err == 0)
        err = fill_passwd(&user, buffer, buffer_bytes, ret);
    return session_leave(&s, err, errnop);
}
