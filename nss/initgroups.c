/* SPDX-License-Identifier: Apache-2.0
 *
 * Supplementary groups. glibc asks every service for every user, local ones too: a pool user who
 * shares a local user's name must not lend him his groups (R-ID-19). So the gid passed in has to
 * be the record's own, and local groups need a look into /etc/passwd.
 */
#include "entry.h"
#include "session.h"

#include "base/file.h"
#include "base/paths.h"

#include <stdlib.h>

struct list {
    long int *start, *size, limit;
    gid_t **groups;
};

/* Room for n more, or for as many as the limit leaves: the result. ERR_NOMEM. */
static int make_room(struct list *l, uint32_t n, uint32_t *ret_n)
{
    long int end = *l->start + (long int)n;
    if (l->limit > 0 && end > l->limit)
        end = l->limit;
    if (end > *l->size) {
        long int size = *l->size * 2 > end ? *l->size * 2 : end;
        if (l->limit > 0 && size > l->limit)
            size = l->limit;
        gid_t *groups = realloc(*l->groups, (size_t)size * sizeof *groups);
        if (groups == NULL)
            return ERR_NOMEM;
        *l->groups = groups;
        *l->size = size;
    }
    *ret_n = end > *l->start ? (uint32_t)(end - *l->start) : 0;
    return 0;
}

/* gids that the pool gives must be pool ids; local ones come from this host's configuration, and
 * are never root's. */
static bool may_add(const struct snap_facts *facts, gid_t gid, bool is_local)
{
    return is_local ? gid != 0 && gid != ID_NONE : snap_id_is_allowed(facts, gid);
}

static int add_all(struct list *l, const struct snap_facts *facts, gid_t own, const uint32_t *gids,
                   uint32_t n, bool are_local)
{
    uint32_t room = 0;
    int err = make_room(l, n, &room);
    if (err != 0)
        return err;
    gid_t *to = *l->groups + *l->start, *end = to + room;
    for (const uint32_t *from = gids; from < gids + n && to < end; from++) {
        gid_t gid = *from;
        if (gid != own && may_add(facts, gid, are_local))
            *to++ = gid;
    }
    *l->start = to - *l->groups;
    return 0;
}

/* A file that cannot be read is no proof. */
static bool is_not_local(const char *name)
{
    bool found = true;
    return file_has_name(path_passwd, name, &found) == 0 && !found;
}

static int add_groups_of(const struct snap_view *view, const char *name, gid_t group,
                         struct list *l)
{
    struct snap_user user;
    int err = snap_find_user(view, name, &user);
    if (err == 0 && user.gid != group)
        err = ERR_ABSENT;
    if (err == 0)
        err = add_all(l, &view->facts, group, user.gids, user.gid_count, false);
    if (err == 0 && user.local_gid_count > 0 && is_not_local(name))
        err = add_all(l, &view->facts, group, user.local_gids, user.local_gid_count, true);
    return err;
}

enum nss_status _nss_cognito_initgroups_dyn(const char *user, gid_t group, long int *start,
                                            long int *size, gid_t **groups, long int limit,
                                            int *errnop)
{
    struct session s;
    struct list l = { start, size, limit, groups };
    int err = session_enter(&s);
    if (err == 0)
        err = add_groups_of(s.pin.view, user, group, &l);
    return session_leave(&s, err, errnop);
}
