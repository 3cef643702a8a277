/* SPDX-License-Identifier: Apache-2.0
 *
 * In three steps: what the changed users are in the snapshot and what becomes of their groups; what
 * of the old overlay is still true; the groups with other members.
 */
#include "snap/amend.h"

#include "snap/same.h"
#include "snap/sound.h"

#include <stdlib.h>

#define CHUNK_BYTES 65536

/* Many small arrays that go together. */
struct chunk {
    struct chunk *next;
    size_t used, size;
    uint64_t bytes[];
};

struct amend_memory {
    struct chunk *chunks;
};

/* NULL when memory ran out. n may be 0. */
static void *take(struct amend_memory *m, size_t n, size_t size)
{
    size_t bytes = (n * size + 7) / 8 * 8;
    struct chunk *c = m->chunks;
    if (n > FORMAT_MAX_BYTES / size)
        return NULL;
    if (c == NULL || c->size - c->used < bytes) {
        size_t room = bytes > CHUNK_BYTES ? bytes : CHUNK_BYTES;
        c = malloc(sizeof *c + room);
        if (c == NULL)
            return NULL;
        *c = (struct chunk){ m->chunks, 0, room };
        m->chunks = c;
    }
    c->used += bytes;
    return (uint8_t *)c->bytes + c->used - bytes;
}

/* One user joins or leaves one group. */
struct edit {
    uint32_t gid;
    bool joins;
    const char *name;
};

struct amender {
    const struct snap_view *view;
    const struct snap_image *image;
    const struct snap_gone *gone;
    size_t gone_count, limit;
    struct amend_memory *memory;
    struct same_memo memo;
    /* By position in the image: is it to be written? And of the gone. */
    bool *is_changed, *is_leaving;
    struct edit *edits;
    size_t edit_count;
    const struct snap_image_user **users;
    const struct snap_image_group **groups;
    struct layout_gone *users_gone, *groups_gone;
    struct amend out;
};

/* ------------------------------------------------------------- what changes */

static bool has_gid(const uint32_t *gids, size_t n, uint32_t gid)
{
    for (size_t i = 0; i < n; i++)
        if (gids[i] == gid)
            return true;
    return false;
}

/* Those of gids[0..n) that are not in others[0..m). */
static void note_edits(struct amender *a, const char *name, bool joins, const uint32_t *gids,
                       size_t n, const uint32_t *others, size_t m)
{
    for (size_t i = 0; i < n && a->image->has_members; i++)
        if (!has_gid(others, m, gids[i]))
            a->edits[a->edit_count++] = (struct edit){ gids[i], joins, name };
}

/* Who has this name or this uid among the first n of the changed? */
static bool is_twin(const struct amender *a, size_t n)
{
    const struct snap_image_user *u = &a->image->users[n];
    for (size_t i = 0; i < n; i++)
        if (a->image->users[i].uid == u->uid || strcmp(a->image->users[i].name, u->name) == 0)
            return true;
    return false;
}

static int judge_user(struct amender *a, size_t i)
{
    const struct snap_image_user *u = &a->image->users[i];
    struct snap_user old = { .gid_count = 0 }, other;
    if (!sound_user(a->image, u) || is_twin(a, i))
        return ERR_LIMIT;
    bool is_known = snap_find_user(a->view, u->name, &old) == 0;
    if (is_known ? old.uid != u->uid : snap_find_uid(a->view, u->uid, &other) == 0)
        return ERR_LIMIT;
    a->is_changed[i] = !is_known || !same_user(&a->memo, &old, u);
    a->out.users += !is_known;
    note_edits(a, u->name, true, u->gids, u->gid_count, old.gids, old.gid_count);
    note_edits(a, u->name, false, old.gids, old.gid_count, u->gids, u->gid_count);
    return 0;
}

static int judge_gone(struct amender *a, size_t i)
{
    struct snap_user old;
    if (snap_find_user(a->view, a->gone[i].name, &old) != 0)
        return 0;
    if (old.uid != a->gone[i].uid)
        return ERR_LIMIT;
    a->is_leaving[i] = true;
    a->out.users--;
    note_edits(a, a->gone[i].name, false, old.gids, old.gid_count, NULL, 0);
    return 0;
}

static size_t most_edits(const struct amender *a)
{
    struct snap_user old;
    size_t n = 0;
    for (size_t i = 0; i < a->image->user_count; i++) {
        n += a->image->users[i].gid_count;
        if (a->image->users[i].name != NULL &&
            snap_find_user(a->view, a->image->users[i].name, &old) == 0)
            n += old.gid_count;
    }
    for (size_t i = 0; i < a->gone_count; i++)
        if (snap_find_user(a->view, a->gone[i].name, &old) == 0)
            n += old.gid_count;
    return n;
}

static int judge_all(struct amender *a)
{
    int err = 0;
    a->is_changed = take(a->memory, a->image->user_count, sizeof *a->is_changed);
    a->is_leaving = take(a->memory, a->gone_count, sizeof *a->is_leaving);
    a->edits = take(a->memory, most_edits(a), sizeof *a->edits);
    if (a->is_changed == NULL || a->is_leaving == NULL || a->edits == NULL)
        return ERR_NOMEM;
    for (size_t i = 0; i < a->image->user_count && err == 0; i++)
        err = judge_user(a, i);
    for (size_t i = 0; i < a->gone_count && err == 0; i++) {
        a->is_leaving[i] = false;
        err = judge_gone(a, i);
    }
    return err;
}

/* -------------------------------------------------------- what is still true */

static bool is_replaced(const struct amender *a, uint32_t uid)
{
    for (size_t i = 0; i < a->image->user_count; i++)
        if (a->is_changed[i] && a->image->users[i].uid == uid)
            return true;
    for (size_t i = 0; i < a->gone_count; i++)
        if (a->is_leaving[i] && a->gone[i].uid == uid)
            return true;
    return false;
}

static const struct snap_image_user *carry_user(struct amender *a, const struct snap_user *u)
{
    struct snap_image_user *to = take(a->memory, 1, sizeof *to);
    const char **texts = take(a->memory, u->pool_group_count + u->key_count, sizeof *texts);
    if (to == NULL || texts == NULL)
        return NULL;
    *to = (struct snap_image_user){
        .name = u->name,
        .gecos = u->gecos,
        .home = u->home,
        .shell = u->shell,
        .uid = u->uid,
        .gid = u->gid,
        .status = u->status,
        .enabled = u->enabled,
        .private_group = u->private_group,
        .pool_groups = texts,
        .pool_group_count = u->pool_group_count,
        .gids = u->gids,
        .gid_count = u->gid_count,
        .local_gids = u->local_gids,
        .local_gid_count = u->local_gid_count,
        .keys = texts + u->pool_group_count,
        .key_count = u->key_count,
    };
    for (uint32_t i = 0; i < u->pool_group_count; i++)
        *texts++ = snap_pool_group(u, i);
    for (uint32_t i = 0; i < u->key_count; i++)
        *texts++ = snap_key(u, i);
    return to;
}

/* What an old tombstone still hides once the changed users have their records. */
static struct layout_gone still_gone(const struct amender *a, const struct format_user *u,
                                     const char *text)
{
    struct layout_gone left = { u->name_bytes > 0 ? text : NULL, u->uid };
    for (size_t i = 0; i < a->image->user_count; i++) {
        if (left.name != NULL && strcmp(left.name, a->image->users[i].name) == 0)
            left.name = NULL;
        if (left.id == a->image->users[i].uid)
            left.id = 0;
    }
    return left;
}

/* The overlay was judged whole by snap_verify(), or written by this process. */
static int carry_users(struct amender *a)
{
    struct layout_source *to = &a->out.source;
    const struct snap_file *f = &a->view->overlay;
    struct format_user u;
    for (uint32_t at = f->users_at; at < f->users_end; at += u.bytes) {
        struct snap_user old;
        memcpy(&u, f->bytes + at, sizeof u);
        const char *text = (const char *)f->bytes + at + sizeof u;
        if (to->user_count + to->users_gone_count >= a->limit)
            return ERR_LIMIT;
        if (u.kind == FORMAT_USER_GONE) {
            struct layout_gone left = still_gone(a, &u, text);
            if (left.name != NULL || left.id != 0)
                a->users_gone[to->users_gone_count++] = left;
        } else if (!is_replaced(a, u.uid) && snap_find_uid(a->view, u.uid, &old) == 0) {
            const struct snap_image_user *user = carry_user(a, &old);
            if (user == NULL)
                return ERR_NOMEM;
            a->users[to->user_count++] = user;
        }
    }
    return 0;
}

/* Who only changes hides the base's record by name and id alike. */
static int add_users(struct amender *a)
{
    struct layout_source *to = &a->out.source;
    for (size_t i = 0; i < a->image->user_count; i++) {
        if (to->user_count + to->users_gone_count >= a->limit)
            return ERR_LIMIT;
        if (a->is_changed[i])
            a->users[to->user_count++] = &a->image->users[i];
    }
    for (size_t i = 0; i < a->gone_count; i++) {
        if (to->user_count + to->users_gone_count >= a->limit)
            return ERR_LIMIT;
        if (a->is_leaving[i])
            a->users_gone[to->users_gone_count++] =
                (struct layout_gone){ a->gone[i].name, a->gone[i].uid };
    }
    return 0;
}

/* --------------------------------------------------------------- the groups */

static int by_gid_and_name(const void *x, const void *y)
{
    const struct edit *a = x, *b = y;
    if (a->gid != b->gid)
        return a->gid < b->gid ? -1 : 1;
    return strcmp(a->name, b->name);
}

static int by_name(const void *key, const void *item)
{
    return strcmp(key, ((const struct edit *)item)->name);
}

/* edits[0..n) are of this group, in the order of names: their users go, then those who join come
 * behind the others. */
static const struct snap_image_group *make_group(struct amender *a, const struct snap_group *old,
                                                 const struct edit *edits, size_t n)
{
    struct snap_image_group *g = take(a->memory, 1, sizeof *g);
    const char **members = take(a->memory, old->member_count + n, sizeof *members);
    if (g == NULL || members == NULL)
        return NULL;
    *g = (struct snap_image_group){ .name = old->name, .gid = old->gid, .members = members };
    for (uint32_t i = 0; i < old->member_count; i++) {
        const char *name = snap_member(old, i);
        bool is_edited =
            n > 0 && name != NULL && bsearch(name, edits, n, sizeof *edits, by_name) != NULL;
        if (name != NULL && !is_edited)
            members[g->member_count++] = name;
    }
    for (size_t i = 0; i < n; i++)
        if (edits[i].joins)
            members[g->member_count++] = edits[i].name;
    return g;
}

static int add_group(struct amender *a, uint32_t gid, const struct edit *edits, size_t n)
{
    struct layout_source *to = &a->out.source;
    struct snap_group old;
    /* A private group has no record. */
    if (to->group_count + to->groups_gone_count >= a->limit ||
        snap_find_gid(a->view, gid, &old) != 0 || old.member_at == NULL)
        return ERR_LIMIT;
    const struct snap_image_group *g = make_group(a, &old, edits, n);
    if (g == NULL)
        return ERR_NOMEM;
    if (!sound_group(a->image, g))
        return ERR_LIMIT;
    a->groups[to->group_count++] = g;
    return 0;
}

static int edit_groups(struct amender *a)
{
    int err = 0;
    if (a->edit_count > 0)
        qsort(a->edits, a->edit_count, sizeof *a->edits, by_gid_and_name);
    for (size_t i = 0, end; i < a->edit_count && err == 0; i = end) {
        for (end = i + 1; end < a->edit_count && a->edits[end].gid == a->edits[i].gid;)
            end++;
        err = add_group(a, a->edits[i].gid, a->edits + i, end - i);
    }
    return err;
}

static bool group_is_edited(const struct amender *a, uint32_t gid, size_t edited)
{
    for (size_t i = 0; i < edited; i++)
        if (a->groups[i]->gid == gid)
            return true;
    return false;
}

/* As carry_users(), behind the groups that have other members. */
static int carry_groups(struct amender *a)
{
    struct layout_source *to = &a->out.source;
    const struct snap_file *f = &a->view->overlay;
    size_t edited = to->group_count;
    struct format_group g;
    int err = 0;
    for (uint32_t at = f->groups_at; at < f->groups_end && err == 0; at += g.bytes) {
        memcpy(&g, f->bytes + at, sizeof g);
        const char *text = (const char *)f->bytes + at + sizeof g;
        if (to->group_count + to->groups_gone_count >= a->limit)
            return ERR_LIMIT;
        if (g.kind == FORMAT_GROUP_GONE)
            a->groups_gone[to->groups_gone_count++] =
                (struct layout_gone){ g.name_bytes > 0 ? text : NULL, g.gid };
        else if (!group_is_edited(a, g.gid, edited))
            err = add_group(a, g.gid, NULL, 0);
    }
    return err;
}

/* ------------------------------------------------------------------ together */

static int (*const steps[])(struct amender *a) = { judge_all, carry_users, add_users, edit_groups,
                                                   carry_groups };

int amend_make(const struct snap_view *view, const struct snap_image *image,
               const struct snap_gone *gone, size_t gone_count, size_t limit,
               struct amend *ret_amend)
{
    struct amend_memory *memory = calloc(1, sizeof *memory);
    struct amender a = {
        .view = view,
        .image = image,
        .gone = gone,
        .gone_count = gone_count,
        .limit = limit,
        .memory = memory,
        .out = { .users = view->facts.users, .groups = view->facts.groups, .memory = memory }
    };
    if (memory == NULL)
        return ERR_NOMEM;
    a.users = take(memory, limit, sizeof *a.users);
    a.groups = take(memory, limit, sizeof *a.groups);
    a.users_gone = take(memory, limit, sizeof *a.users_gone);
    a.groups_gone = take(memory, limit, sizeof *a.groups_gone);
    int err = a.users == NULL || a.groups == NULL || a.users_gone == NULL || a.groups_gone == NULL
                  ? ERR_NOMEM
                  : 0;
    for (size_t i = 0; i < COUNT(steps) && err == 0; i++)
        err = steps[i](&a);
    a.out.source.users = a.users;
    a.out.source.groups = a.groups;
    a.out.source.users_gone = a.users_gone;
    a.out.source.groups_gone = a.groups_gone;
    if (err == 0)
        *ret_amend = a.out;
    else
        amend_free(&a.out);
    return err;
}

void amend_free(struct amend *amend)
{
    if (amend->memory == NULL)
        return;
    for (struct chunk *c = amend->memory->chunks, *next; c != NULL; c = next) {
        next = c->next;
        free(c);
    }
    free(amend->memory);
    *amend = (struct amend){ 0 };
}
