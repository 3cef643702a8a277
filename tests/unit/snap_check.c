/* SPDX-License-Identifier: Apache-2.0 */
#include "snap_check.h"

#include <stdio.h>

static char wrong[256];

static const char *say(const char *what, const char *name)
{
    snprintf(wrong, sizeof wrong, "%s: %s", name, what);
    return wrong;
}

static bool same_ids(const uint32_t *a, size_t na, const uint32_t *b, size_t nb)
{
    return na == nb && (na == 0 || memcmp(a, b, na * sizeof *a) == 0);
}

static const char *check_user(const struct snap_view *v, const struct snap_image_user *u)
{
    struct snap_user by_name, by_id;
    if (snap_find_user(v, u->name, &by_name) != 0)
        return say("absent by name", u->name);
    if (snap_find_uid(v, u->uid, &by_id) != 0 || by_id.text != by_name.text)
        return say("absent or another by uid", u->name);
    if (strcmp(by_name.name, u->name) != 0 || strcmp(by_name.gecos, u->gecos) != 0 ||
        strcmp(by_name.home, u->home) != 0 || strcmp(by_name.shell, u->shell) != 0)
        return say("texts differ", u->name);
    if (by_name.uid != u->uid || by_name.gid != u->gid || by_name.status != u->status ||
        by_name.enabled != u->enabled || by_name.private_group != u->private_group)
        return say("numbers differ", u->name);
    if (!same_ids(by_name.gids, by_name.gid_count, u->gids, u->gid_count) ||
        !same_ids(by_name.local_gids, by_name.local_gid_count, u->local_gids, u->local_gid_count))
        return say("gids differ", u->name);
    if (by_name.pool_group_count != u->pool_group_count || by_name.key_count != u->key_count)
        return say("lists differ in length", u->name);
    for (uint32_t i = 0; i < u->pool_group_count; i++)
        if (strcmp(snap_pool_group(&by_name, i), u->pool_groups[i]) != 0)
            return say("pool groups differ", u->name);
    for (uint32_t i = 0; i < u->key_count; i++)
        if (strcmp(snap_key(&by_name, i), u->keys[i]) != 0)
            return say("keys differ", u->name);
    if (snap_pool_group(&by_name, by_name.pool_group_count) != NULL ||
        snap_key(&by_name, by_name.key_count) != NULL)
        return say("a list has no end", u->name);
    return NULL;
}

/* Usually at the same place: the order of members is nobody's promise. */
static bool has_member(const struct snap_group *g, const char *name, uint32_t place)
{
    const char *s = snap_member(g, place);
    if (s != NULL && strcmp(s, name) == 0)
        return true;
    for (uint32_t i = 0; (s = snap_member(g, i)) != NULL; i++)
        if (strcmp(s, name) == 0)
            return true;
    return false;
}

static const char *check_group(const struct snap_view *v, const struct snap_image_group *g)
{
    struct snap_group by_name, by_id;
    if (snap_find_group(v, g->name, &by_name) != 0)
        return say("absent by name", g->name);
    if (snap_find_gid(v, g->gid, &by_id) != 0 || by_id.text != by_name.text)
        return say("absent or another by gid", g->name);
    if (strcmp(by_name.name, g->name) != 0 || by_name.gid != g->gid ||
        by_name.member_count != g->member_count)
        return say("numbers differ", g->name);
    for (uint32_t i = 0; i < g->member_count; i++)
        if (!has_member(&by_name, g->members[i], i))
            return say("members differ", g->name);
    return snap_member(&by_name, by_name.member_count) == NULL
               ? NULL
               : say("members have no end", g->name);
}

static bool image_has(const struct snap_image *image, const char *text, uint32_t id, bool users)
{
    size_t n = users ? image->user_count : image->group_count;
    for (size_t i = 0; i < n; i++) {
        const char *name = users ? image->users[i].name : image->groups[i].name;
        uint32_t its = users ? image->users[i].uid : image->groups[i].gid;
        if (its == id && strcmp(name, text) == 0)
            return true;
    }
    return false;
}

/* Whoever is found by a key that any record of the base or the overlay has is in the image. */
static const char *check_gone(const struct snap_view *v, const struct snap_file *f,
                              const struct snap_image *image)
{
    struct format_user u;
    struct snap_user found;
    for (uint32_t at = f->users_at; at < f->users_end; at += u.bytes) {
        memcpy(&u, f->bytes + at, sizeof u);
        const char *text = (const char *)f->bytes + at + sizeof u;
        if (u.name_bytes > 0 && snap_find_user(v, text, &found) == 0 &&
            !image_has(image, found.name, found.uid, true))
            return say("user still there by name", text);
        if (snap_find_uid(v, u.uid, &found) == 0 && !image_has(image, found.name, u.uid, true))
            return say("user still there by uid", found.name);
    }
    struct format_group g;
    struct snap_group group;
    for (uint32_t at = f->groups_at; at < f->groups_end; at += g.bytes) {
        memcpy(&g, f->bytes + at, sizeof g);
        const char *text = (const char *)f->bytes + at + sizeof g;
        if (g.name_bytes > 0 && snap_find_group(v, text, &group) == 0 &&
            !image_has(image, group.name, group.gid, group.member_at == NULL))
            return say("group still there by name", text);
        if (snap_find_gid(v, g.gid, &group) == 0 &&
            !image_has(image, group.name, g.gid, group.member_at == NULL))
            return say("group still there by gid", group.name);
    }
    return NULL;
}

const char *check_view(const struct snap_view *view, const struct snap_image *image)
{
    const char *bad = NULL;
    if (view->facts.users != image->user_count || view->facts.groups != image->group_count)
        return say("counts differ", "header");
    for (size_t i = 0; i < image->user_count && bad == NULL; i++)
        bad = check_user(view, &image->users[i]);
    for (size_t i = 0; i < image->group_count && bad == NULL; i++)
        bad = check_group(view, &image->groups[i]);
    if (bad == NULL)
        bad = check_gone(view, &view->overlay, image);
    return bad != NULL ? bad : check_gone(view, &view->base, image);
}

static uint64_t sum_of(const char *s)
{
    return s != NULL ? strlen(s) : 0;
}

static uint64_t read_user(const struct snap_user *u)
{
    uint64_t sum = sum_of(u->name) + sum_of(u->gecos) + sum_of(u->home) + sum_of(u->shell);
    for (uint32_t i = 0; i < u->gid_count; i++)
        sum += u->gids[i];
    for (uint32_t i = 0; i < u->local_gid_count; i++)
        sum += u->local_gids[i];
    for (uint32_t i = 0; i <= u->pool_group_count; i++)
        sum += sum_of(snap_pool_group(u, i));
    for (uint32_t i = 0; i <= u->key_count; i++)
        sum += sum_of(snap_key(u, i));
    return sum;
}

static uint64_t read_group(const struct snap_group *g)
{
    uint64_t sum = sum_of(g->name);
    for (uint32_t i = 0; i <= g->member_count; i++)
        sum += sum_of(snap_member(g, i));
    return sum;
}

static uint64_t find_name(const struct snap_view *v, const char *name)
{
    struct snap_user u;
    struct snap_group g;
    uint64_t sum = 0;
    if (snap_find_user(v, name, &u) == 0)
        sum += read_user(&u);
    if (snap_find_group(v, name, &g) == 0)
        sum += read_group(&g);
    return sum;
}

static uint64_t find_id(const struct snap_view *v, uint32_t id)
{
    struct snap_user u;
    struct snap_group g;
    uint64_t sum = 0;
    if (snap_find_uid(v, id, &u) == 0)
        sum += read_user(&u);
    if (snap_find_gid(v, id, &g) == 0)
        sum += read_group(&g);
    return sum;
}

/* Every 8th offset is tried as a record: what a record says of its keys is looked up. */
static uint64_t exercise_file(const struct snap_view *v, const struct snap_file *f)
{
    uint64_t sum = 0;
    for (uint32_t at = sizeof(struct format_header); at + 80 < f->size && at < 65536; at += 8) {
        uint32_t id;
        char name[40];
        memcpy(&id, f->bytes + at + 4, sizeof id);
        sum += find_id(v, id);
        memcpy(name, f->bytes + at + sizeof(struct format_user), sizeof name - 1);
        name[sizeof name - 1] = '\0';
        sum += find_name(v, name);
        memcpy(name, f->bytes + at + sizeof(struct format_group), sizeof name - 1);
        sum += find_name(v, name);
    }
    return sum;
}

/* Everybody in turn. */
static uint64_t walk(const struct snap_view *v)
{
    struct snap_walk users = { 0 }, groups = { 0 };
    struct snap_user u;
    struct snap_group g;
    uint64_t sum = 0;
    while (snap_next_user(v, &users, &u) == 0)
        sum += read_user(&u);
    while (snap_next_group(v, &groups, &g) == 0)
        sum += read_group(&g);
    return sum;
}

uint64_t check_exercise(const struct snap_view *view)
{
    return walk(view) + exercise_file(view, &view->overlay) + exercise_file(view, &view->base) +
           find_name(view, "u00001") + find_name(view, "nosuchuser") + find_id(view, 1879048195);
}

size_t check_mapped(const char *dir)
{
    char line[512];
    size_t n = 0;
    FILE *f = fopen("/proc/self/maps", "re");
    if (f == NULL)
        return SIZE_MAX;
    while (fgets(line, sizeof line, f) != NULL)
        n += strstr(line, dir) != NULL;
    fclose(f);
    return n;
}
