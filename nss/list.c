/* SPDX-License-Identifier: Apache-2.0
 *
 * Enumeration, if the snapshot says that this host's users are listed (enumerate = yes). One walk a
 * database and process, over the snapshot that was the newest at its beginning, however often
 * another takes its place meanwhile. glibc calls these functions under a lock of its own.
 */
#include "entry.h"
#include "fill.h"
#include "session.h"

#include <errno.h>

struct listing {
    struct snap_pin pin;
    struct snap_walk walk;
    bool is_open;
};

static struct listing users, groups;

static void finish(struct listing *l)
{
    if (l->is_open)
        snap_unpin(&l->pin);
    l->is_open = false;
}

/* Another walk begins, or this one: a program may ask for the first entry without having begun. */
static int begin(struct listing *l)
{
    int saved_errno = errno;
    finish(l);
    l->walk = (struct snap_walk){ 0 };
    int err = snap_pin(&l->pin);
    l->is_open = err == 0;
    errno = saved_errno;
    return err;
}

static enum nss_status status(const struct listing *l, int err, int *errnop)
{
    return session_status(err, l->is_open && l->pin.view->facts.is_whole, errnop);
}

static enum nss_status set(struct listing *l)
{
    int unused;
    int err = begin(l);
    return status(l, err, &unused);
}

static int resume(struct listing *l)
{
    int err = l->is_open ? 0 : begin(l);
    return err == 0 && !l->pin.view->facts.is_listed ? ERR_ABSENT : err;
}

/* An entry that did not fit is the next one again. */
static int next_user(char *buffer, size_t buffer_bytes, struct passwd *ret)
{
    struct snap_walk walk = users.walk;
    struct snap_user user;
    int err = snap_next_user(users.pin.view, &walk, &user);
    if (err == 0)
        err = fill_passwd(&user, buffer, buffer_bytes, ret);
    if (err == 0)
        users.walk = walk;
    return err;
}

static int next_group(char *buffer, size_t buffer_bytes, struct group *ret)
{
    struct snap_walk walk = groups.walk;
    struct snap_group group;
    int err = snap_next_group(groups.pin.view, &walk, &group);
    if (err == 0)
        err = fill_group(&group, buffer, buffer_bytes, ret);
    if (err == 0)
        groups.walk = walk;
    return err;
}

enum nss_status _nss_cognito_setpwent(int stay_open)
{
    (void)stay_open;
    return set(&users);
}

enum nss_status _nss_cognito_setgrent(int stay_open)
{
    (void)stay_open;
    return set(&groups);
}

enum nss_status _nss_cognito_endpwent(void)
{
    finish(&users);
    return NSS_STATUS_SUCCESS;
}

enum nss_status _nss_cognito_endgrent(void)
{
    finish(&groups);
    return NSS_STATUS_SUCCESS;
}

enum nss_status _nss_cognito_getpwent_r(struct passwd *ret, char *buffer, size_t buffer_bytes,
                                        int *errnop)
{
    int err = resume(&users);
    if (err == 0)
        err = next_user(buffer, buffer_bytes, ret);
    return status(&users, err, errnop);
}

enum nss_status _nss_cognito_getgrent_r(struct group *ret, char *buffer, size_t buffer_bytes,
                                        int *errnop)
{
    int err = resume(&groups);
    if (err == 0)
        err = next_group(buffer, buffer_bytes, ret);
    return status(&groups, err, errnop);
}
