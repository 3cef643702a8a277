/* SPDX-License-Identifier: Apache-2.0
 *
 * Who stands back when two claim one name or one id. The bound one keeps (R-ID-02); among unbound
 * twins of a name nobody gets it (R-ID-10), among unbound claimants of an id the older account
 * keeps. Nothing is probed to another id: hosts with other histories would differ.
 */
#include "identity/image.h"

#include <stdlib.h>
#include <string.h>

/* With what there is to do: a name or uid that was given away is not given back (R-ID-15). */
static const char bound_name[] =
    "another account has or had this login name and keeps it: this one needs another name";
static const char twin_name[] = "another user has this login name: one of them needs another";
static const char bound_uid[] =
    "another account has or had this uid and keeps it: [ids] gives this one another";
static const char kept_uid[] =
    "[ids] keeps this uid for another user: a line there gives this one another";
static const char groups_uid[] =
    "a pool group has this number as its gid: [ids] gives this one another uid";
static const char users_gid[] =
    "a user has or had this number as uid and keeps it: the group needs another gid=N";
static const char twin_group[] = "another group has this name";
static const char twin_gid[] = "another group has this gid";

static bool is_collision(const char *quarantine)
{
    static const char *const all[] = { bound_name, twin_name, bound_uid,  kept_uid,
                                       groups_uid, users_gid, twin_group, twin_gid };
    for (size_t i = 0; i < COUNT(all); i++)
        if (quarantine == all[i])
            return true;
    return false;
}

/* Older before younger, then by sub so that every host decides alike. */
static int by_claim(const struct image_user *a, const struct image_user *b)
{
    if (a->created_s != b->created_s)
        return a->created_s < b->created_s ? -1 : 1;
    return strcmp(a->sub, b->sub);
}

static int by_login(const void *x, const void *y)
{
    const struct image_user *a = *(struct image_user *const *)x,
                            *b = *(struct image_user *const *)y;
    int order = strcmp(a->login, b->login);
    return order != 0 ? order : by_claim(a, b);
}

static int by_uid(const void *x, const void *y)
{
    const struct image_user *a = *(struct image_user *const *)x,
                            *b = *(struct image_user *const *)y;
    if (a->uid != b->uid)
        return a->uid < b->uid ? -1 : 1;
    return by_claim(a, b);
}

static int by_group_name(const void *x, const void *y)
{
    const struct image_group *a = *(struct image_group *const *)x,
                             *b = *(struct image_group *const *)y;
    int order = strcmp(a->name, b->name);
    return order != 0 ? order : strcmp(a->raw, b->raw);
}

static int by_gid(const void *x, const void *y)
{
    const struct image_group *a = *(struct image_group *const *)x,
                             *b = *(struct image_group *const *)y;
    if (a->gid != b->gid)
        return a->gid < b->gid ? -1 : 1;
    return strcmp(a->raw, b->raw);
}

/* users[0..n) claim one login name, in order of claim. */
static void settle_login(struct image_user **users, size_t n)
{
    if (n < 2)
        return;
    for (size_t i = 0; i < n; i++)
        users[i]->quarantine = twin_name;
}

/* The first one is bound when all is settled. */
static void settle_uid(struct image_user **users, size_t n)
{
    for (size_t i = 1; i < n; i++)
        users[i]->quarantine = bound_uid;
}

static bool is_waiting(const struct image *image, const struct image_user *u)
{
    for (size_t i = 0; i < image->waiting_count; i++)
        if (image->waiting[i].user == u)
            return true;
    return false;
}

struct claims {
    struct image *image;
    struct image_user **list;
    size_t n;
};

/* Only who exists and is not bound yet has something to settle: it is on the list, and nobody
 * stands in its way until it is judged. */
static int claim(struct claims *c, struct image_user *u)
{
    int err = image_follow_binding(c->image, u);
    if (is_collision(u->quarantine))
        u->quarantine = NULL;
    if (u->quarantine == NULL && u->binding == 0)
        c->list[c->n++] = u;
    return err;
}

/* Whose claims are to be judged: of those who have changed, and of those who wait. Everybody else
 * is bound, and nobody takes from the bound. */
static int collect(struct claims *to)
{
    const struct image *image = to->image;
    const struct image_changes *c = &image->changes;
    int err = 0;
    for (size_t i = 0; i < image->user_count && c->is_all && err == 0; i++)
        err = claim(to, image->users[i]);
    for (size_t i = 0; i < c->count && !c->is_all && err == 0; i++)
        if (!is_waiting(image, c->users[i]))
            err = claim(to, c->users[i]);
    for (size_t i = 0; i < image->waiting_count && !c->is_all && err == 0; i++)
        err = claim(to, image->waiting[i].user);
    return err;
}

/* Those of users[0..n) who are still in it. */
static size_t remaining(struct image_user **users, size_t n)
{
    size_t left = 0;
    for (size_t i = 0; i < n; i++)
        if (users[i]->quarantine == NULL)
            users[left++] = users[i];
    return left;
}

/* What is bound stays bound, whether its owner is here or not (R-ID-02, R-ID-15). */
static void yield_login(const struct image *image, struct image_user *u)
{
    if (bindings_of_login(image->bindings, u->login) != NULL)
        u->quarantine = bound_name;
}

/* The gid of a private group is the uid: its owner would be in the group that has the number. */
static bool is_groups(const struct image *image, uint32_t uid)
{
    return strcmp(image->config->primary_group, "private") == 0 && image_has_gid(image, uid);
}

/* A pinned uid is kept whether its owner was seen yet or not: else it would depend on who comes
 * first to a host. */
static void yield_uid(const struct image *image, struct image_user *u)
{
    const struct config_pairs *pins = &image->config->ids;
    uint32_t uid;
    if (is_groups(image, u->uid))
        u->quarantine = groups_uid;
    for (size_t i = 0; i < pins->count; i++)
        if (id_parse(pins->item[i].value, &uid) && uid == u->uid &&
            strcmp(pins->item[i].key, u->sub) != 0)
            u->quarantine = kept_uid;
    if (bindings_of_uid(image->bindings, u->uid) != NULL)
        u->quarantine = bound_uid;
}

static bool may_bind(const struct image *image, const struct image_user *u)
{
    return image->may_bind == NULL || image->may_bind(image, u, image->may_bind_arg);
}

static int bind_all(struct image *image, struct image_user **users, size_t n)
{
    int err = 0;
    for (size_t i = 0; i < n && err == 0; i++) {
        if (!may_bind(image, users[i]))
            continue;
        err = bindings_add(image->bindings, users[i]->sub, users[i]->login, users[i]->uid,
                           (int)users[i]->origin);
        if (err == 0)
            users[i]->binding = (uint32_t)image->bindings->count;
    }
    return err;
}

static void each_run(struct image_user **users, size_t n,
                     bool (*same)(const struct image_user *, const struct image_user *),
                     void (*settle)(struct image_user **, size_t))
{
    for (size_t i = 0, end; i < n; i = end) {
        for (end = i + 1; end < n && same(users[i], users[end]);)
            end++;
        settle(users + i, end - i);
    }
}

static bool same_login(const struct image_user *a, const struct image_user *b)
{
    return strcmp(a->login, b->login) == 0;
}

static bool same_uid(const struct image_user *a, const struct image_user *b)
{
    return a->uid == b->uid;
}

/* Names before ids: who gets no uid claims his name all the same (R-ID-10). users[0..n) are
 * unbound; those who remain are bound if they may. */
static int judge(struct image *image, struct image_user **users, size_t n)
{
    for (size_t i = 0; i < n; i++)
        yield_login(image, users[i]);
    n = remaining(users, n);
    qsort(users, n, sizeof(struct image_user *), by_login);
    each_run(users, n, same_login, settle_login);
    n = remaining(users, n);
    for (size_t i = 0; i < n; i++)
        yield_uid(image, users[i]);
    n = remaining(users, n);
    qsort(users, n, sizeof(struct image_user *), by_uid);
    each_run(users, n, same_uid, settle_uid);
    n = remaining(users, n);
    return bind_all(image, users, n);
}

/* all[0..n) are the claimants. Who stood back and does so no longer, or for another reason, has
 * changed; who stands back for the first time had changed before. */
static int note_waiting(struct image *image, struct image_user *const *all, size_t n)
{
    struct image_waiting *waiting = NULL;
    size_t count = 0;
    for (size_t i = 0; i < n; i++)
        count += all[i]->binding == 0;
    if (count > 0) {
        waiting = reallocarray(NULL, count, sizeof *waiting);
        if (waiting == NULL)
            return ERR_NOMEM;
    }
    for (size_t i = 0; i < image->waiting_count; i++) {
        const struct image_waiting *w = &image->waiting[i];
        if (w->user->quarantine != w->why || w->user->binding != 0)
            image_touch(image, w->user);
    }
    free(image->waiting);
    image->waiting = waiting;
    image->waiting_count = count;
    for (size_t i = 0; i < n; i++)
        if (all[i]->binding == 0)
            *waiting++ = (struct image_waiting){ all[i], all[i]->quarantine };
    return 0;
}

static int settle_users(struct image *image)
{
    size_t most = image->user_count + 1;
    if (!image->changes.is_all)
        most = image->changes.count + image->waiting_count + 1;
    struct image_user **all = reallocarray(NULL, 2 * most, sizeof(struct image_user *));
    if (all == NULL)
        return ERR_NOMEM;
    struct claims claims = { .image = image, .list = all };
    int err = collect(&claims);
    memcpy((void *)(all + most), (void *)all, claims.n * sizeof(struct image_user *));
    if (err == 0)
        err = judge(image, all + most, claims.n);
    if (err == 0)
        err = note_waiting(image, all, claims.n);
    free(all);
    return err;
}

static size_t living_groups(struct image_group **dst, const struct image *image)
{
    size_t n = 0;
    for (size_t i = 0; i < image->group_count; i++)
        if (image->groups[i]->quarantine == NULL)
            dst[n++] = image->groups[i];
    return n;
}

static bool is_bound(const struct image *image, const struct image_group *g)
{
    return bindings_of_group(image->bindings, g->raw) != NULL;
}

/* groups[0..n) share a name or a gid. None is older than another: all stand back, the pool's
 * administrators decide; but for one that is somebody's primary group already. */
static void settle_groups_of_one(const struct image *image, struct image_group **groups, size_t n,
                                 const char *why)
{
    for (size_t i = 0; i < n && n > 1; i++)
        if (!is_bound(image, groups[i]))
            groups[i]->quarantine = why;
}

static void each_group_run(const struct image *image, struct image_group **groups, size_t n,
                           bool (*same)(const struct image_group *, const struct image_group *),
                           const char *why)
{
    for (size_t i = 0, end; i < n; i = end) {
        for (end = i + 1; end < n && same(groups[i], groups[end]);)
            end++;
        settle_groups_of_one(image, groups + i, end - i, why);
    }
}

static bool same_name(const struct image_group *a, const struct image_group *b)
{
    return strcmp(a->name, b->name) == 0;
}

static bool same_gid(const struct image_group *a, const struct image_group *b)
{
    return a->gid == b->gid;
}

/* The primary group's gid is its for ever from now on. */
static int bind_primary(struct image *image)
{
    const char *name = image->config->primary_group;
    const struct image_group *g =
        strcmp(name, "private") == 0 ? NULL : image_find_group(image, name);
    return g == NULL || g->quarantine != NULL || is_bound(image, g)
               ? 0
               : bindings_add_gid(image->bindings, g->raw, g->gid, false);
}

/* Who has a primary group that the pool, or the configuration, no longer has, keeps it (R-ID-04),
 * and its gid keeps a name. */
static int keep_primaries(struct image *image)
{
    int err = 0;
    for (size_t i = 0; i < image->bindings->gid_count && err == 0; i++) {
        struct image_group *g = image_find_group(image, image->bindings->gid[i].group);
        if (g != NULL)
            continue;
        err = image_put_group(image, image->bindings->gid[i].group, NULL, &g);
        if (err == 0)
            image_lose_group(image, g);
    }
    return err;
}

/* Without its description nobody knows its gid but the bindings (R-ID-18). */
void image_lose_group(const struct image *image, struct image_group *group)
{
    if (!is_bound(image, group)) {
        group->quarantine = "the pool no longer has this group";
        return;
    }
    group->drift = "not read from the pool: kept as the primary group of its users";
    group->is_gone = true;
}

uint32_t image_wanted_primary(const struct image *image)
{
    const char *name = image->config->primary_group;
    if (strcmp(name, "private") == 0)
        return PRIMARY_PRIVATE;
    const struct image_group *g = image_find_group(image, name);
    return g == NULL || g->is_gone ? PRIMARY_OPEN : bindings_primary_of(image->bindings, name);
}

/* Is it the gid of somebody's private group, now or when he was here? Files of his have it. */
static bool is_private_gid(const struct bindings *bindings, uint32_t gid)
{
    const struct binding *b = bindings_of_uid(bindings, gid);
    return b != NULL && b->primary < PRIMARY_GROUPS;
}

/* A group gives way to what is bound already, but for one whose gid is bound itself. */
static void yield_gid(const struct image *image, struct image_group *g)
{
    if (is_bound(image, g))
        return;
    if (bindings_of_gid(image->bindings, g->gid) != NULL)
        g->quarantine = twin_gid;
    else if (is_private_gid(image->bindings, g->gid))
        g->quarantine = users_gid;
}

static int settle_groups(struct image *image)
{
    if (keep_primaries(image) != 0)
        return ERR_NOMEM;
    struct image_group **groups =
        reallocarray(NULL, image->group_count + 1, sizeof(struct image_group *));
    if (groups == NULL)
        return ERR_NOMEM;
    for (size_t i = 0; i < image->group_count; i++)
        if (is_collision(image->groups[i]->quarantine))
            image->groups[i]->quarantine = NULL;
    size_t n = living_groups(groups, image);
    for (size_t i = 0; i < n; i++)
        yield_gid(image, groups[i]);
    n = living_groups(groups, image);
    qsort(groups, n, sizeof(struct image_group *), by_group_name);
    each_group_run(image, groups, n, same_name, twin_group);
    n = living_groups(groups, image);
    qsort(groups, n, sizeof(struct image_group *), by_gid);
    each_group_run(image, groups, n, same_gid, twin_gid);
    free(groups);
    return bind_primary(image);
}

/* Groups first: they give way to bound users, and to them the others (R-ID-08), so that it is the
 * same in whichever order they come. */
int image_settle(struct image *image)
{
    int err = image->changes.is_all ? settle_groups(image) : 0;
    return err != 0 ? err : settle_users(image);
}
