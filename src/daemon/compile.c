/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/compile.h"

#include "base/name.h"
#include "identity/rules.h"

#include <stdlib.h>
#include <string.h>

struct compiler {
    const struct image *image;
    const struct host *host;
    const struct config *config;
    struct image_user *const *users; /* all of the image's, or some */
    size_t user_count;
    struct compiled out;
    size_t texts, gids;                 /* used so far */
    bool *group_is_visible;             /* by position in the image */
    size_t *members;                    /* of visible groups: how many, by position in the image */
    struct snap_image_group **group_at; /* NULL: not visible */
};

const char *compile_hides_group(const struct host *host, const struct image_group *group)
{
    if (group->quarantine != NULL)
        return group->quarantine;
    if (host_has_group(host, group->name))
        return "a local group has this name";
    return host_uses_id(host, group->gid) ? "the gid is in use on this host" : NULL;
}

/* A private group of this name would stand for another group in every policy that goes by names,
 * sudoers first (R-ID-08). */
static bool name_is_a_groups(const struct image *image, const struct host *host, const char *name)
{
    return name_is_privileged_group(name) || host_has_group(host, name) ||
           image_has_group_name(image, name);
}

/* The gid of a private group is the uid: a user with a group's number would be in that group
 * (R-ID-08). What is the users' part of hash_id_range is no group's. */
static bool uid_is_a_groups(const struct image *image, uint32_t uid)
{
    return !id_in(rules_hash_users(image->config), uid) && image_has_gid(image, uid);
}

static const char *hides_identity(const struct image *image, const struct host *host,
                                  const struct image_user *user)
{
    if (user->quarantine != NULL)
        return user->quarantine;
    if (user->login[0] == '\0' || user->uid == ID_NONE || user->home[0] == '\0')
        return "not fully resolved";
    if (!id_is_allowed(user->uid, image->config->attribute_id_range) &&
        !id_is_allowed(user->uid, image->config->hash_id_range))
        return "the uid is outside the configured ranges";
    if (host_has_user(host, user->login))
        return "a local account has this name";
    return host_uses_id(host, user->uid) ? "the uid is in use on this host" : NULL;
}

static const char *hides_primary(const struct image *image, const struct host *host,
                                 const struct image_user *user, uint32_t primary)
{
    const struct bound_gid *bound = bindings_primary(image->bindings, primary);
    if (primary == PRIMARY_PRIVATE)
        return uid_is_a_groups(image, user->uid) ? "a pool group has this number as its gid" : NULL;
    const struct image_group *g = bound == NULL ? NULL : image_find_group(image, bound->group);
    return g == NULL || compile_hides_group(host, g) != NULL ? "the primary group does not exist"
                                                             : NULL;
}

const char *compile_hides_claim(const struct image *image, const struct host *host,
                                const struct image_user *user, uint32_t *ret_primary)
{
    const char *why = hides_identity(image, host, user);
    if (why != NULL)
        return why;
    *ret_primary = user->primary != PRIMARY_OPEN ? user->primary : image_wanted_primary(image);
    return hides_primary(image, host, user, *ret_primary);
}

const char *compile_hides_user(const struct image *image, const struct host *host,
                               const struct image_user *user)
{
    uint32_t primary;
    const char *why = compile_hides_claim(image, host, user, &primary);
    if (why != NULL)
        return why;
    const struct binding *binding = image_binding(image, user);
    if (binding == NULL || !bindings_is_stored(image->bindings, binding))
        return "name and uid could not be written to state.db";
    if (!bindings_primary_is_stored(image->bindings, primary))
        return "the primary group's gid could not be written to state.db";
    return user->primary == PRIMARY_OPEN ? "the primary group could not be written to state.db"
                                         : NULL;
}

uint32_t compile_gid(const struct image *image, const struct image_user *user)
{
    const struct bound_gid *bound = bindings_primary(image->bindings, user->primary);
    return bound == NULL ? user->uid : bound->gid;
}

static enum snap_status status_of(enum image_status status)
{
    static const enum snap_status map[] = {
        [IMAGE_CONFIRMED] = SNAP_CONFIRMED,
        [IMAGE_NEW_PASSWORD] = SNAP_NEW_PASSWORD,
        [IMAGE_RESET_REQUIRED] = SNAP_RESET_REQUIRED,
        [IMAGE_UNCONFIRMED] = SNAP_UNCONFIRMED,
        [IMAGE_EXTERNAL] = SNAP_EXTERNAL,
        [IMAGE_OTHER] = SNAP_OTHER,
    };
    return map[status];
}

static bool has_local_gid(const struct snap_image_user *u, uint32_t gid)
{
    for (size_t i = 0; i < u->local_gid_count; i++)
        if (u->local_gids[i] == gid)
            return true;
    return false;
}

/* Several pool groups may give the same local one. */
static void add_local_gids(struct compiler *c, const struct image_user *u,
                           struct snap_image_user *to)
{
    const struct config_pairs *map = &c->config->local_groups;
    to->local_gids = c->out.gids + c->gids;
    for (size_t i = 0; i < map->count; i++) {
        uint32_t gid = host_group_gid(c->host, map->item[i].value);
        if (gid == ID_NONE || gid == 0 || has_local_gid(to, gid) ||
            !image_is_member(u, map->item[i].key))
            continue;
        c->out.gids[c->gids++] = gid;
        to->local_gid_count++;
    }
}

static void add_groups(struct compiler *c, const struct image_user *u, struct snap_image_user *to)
{
    to->pool_groups = c->out.texts + c->texts;
    to->pool_group_count = u->group_count;
    to->gids = c->out.gids + c->gids;
    for (size_t i = 0; i < u->group_count; i++) {
        c->out.texts[c->texts++] = u->groups[i]->raw;
        if (!c->group_is_visible[u->groups[i]->position])
            continue;
        c->out.gids[c->gids++] = u->groups[i]->gid;
        to->gid_count++;
        c->members[u->groups[i]->position] += c->config->group_members;
    }
    add_local_gids(c, u, to);
}

static void add_user(struct compiler *c, const struct image_user *u)
{
    size_t i = c->out.snapshot.user_count++;
    struct snap_image_user *to = &c->out.users[i];
    memcpy(c->out.names[i], u->login, NAME_SIZE);
    *to = (struct snap_image_user){
        .name = c->out.names[i],
        .gecos = u->gecos,
        .home = u->home,
        .shell =
            u->shell[0] != '\0' && host_has_shell(c->host, u->shell) ? u->shell : c->config->shell,
        .uid = u->uid,
        .gid = compile_gid(c->image, u),
        .status = status_of(u->status),
        .enabled = u->is_enabled,
        .keys = (const char *const *)u->keys.line,
        .key_count = u->keys.count,
        .private_group =
            u->primary == PRIMARY_PRIVATE && !name_is_a_groups(c->image, c->host, u->login),
    };
    add_groups(c, u, to);
}

/* Records lie anywhere: what is needed soon is fetched while others are at work, first the records,
 * then their lists. */
#define AHEAD 8
static void look_ahead(const struct compiler *c, size_t i)
{
    if (i + AHEAD >= c->user_count)
        return;
    const char *record = (const char *)c->users[i + AHEAD];
    for (size_t at = 0; at < sizeof(struct image_user); at += 64)
        __builtin_prefetch(record + at);
    __builtin_prefetch(c->users[i + AHEAD / 2]->groups);
}

static void add_group(struct compiler *c, const struct image_group *g)
{
    struct snap_image_group *to = &c->out.groups[c->out.snapshot.group_count++];
    *to = (struct snap_image_group){ .name = g->name, .gid = g->gid };
    c->group_at[g->position] = to;
    to->members = c->out.texts + c->texts;
    c->texts += c->members[g->position];
}

/* From the users' lists: how many there are is known by now. */
static void fill_members(struct compiler *c)
{
    for (size_t i = 0, n = 0; i < c->user_count; i++) {
        const struct image_user *u = c->users[i];
        const char *name = c->out.names[n];
        look_ahead(c, i);
        n += c->out.is_visible[i];
        for (size_t k = 0; c->out.is_visible[i] && k < u->group_count; k++) {
            struct snap_image_group *to = c->group_at[u->groups[k]->position];
            if (to == NULL)
                continue;
            const char **members = c->out.texts + (to->members - c->out.texts);
            members[to->member_count++] = name;
        }
    }
}

static void add_all_groups(struct compiler *c)
{
    for (size_t i = 0; i < c->image->group_count; i++)
        if (c->group_is_visible[i])
            add_group(c, c->image->groups[i]);
    if (c->config->group_members)
        fill_members(c);
}

/* Every membership may appear three times: as policy text, as member, as gid; and every mapped
 * local group once more. */
static int allocate(struct compiler *c)
{
    size_t memberships = 0, groups = c->image->group_count + 1;
    for (size_t i = 0; i < c->user_count; i++)
        memberships += c->users[i]->group_count;
    size_t mapped = c->user_count * c->config->local_groups.count;
    c->out.users = reallocarray(NULL, c->user_count + 1, sizeof *c->out.users);
    c->out.names = reallocarray(NULL, c->user_count + 1, sizeof *c->out.names);
    c->out.groups = reallocarray(NULL, groups, sizeof *c->out.groups);
    c->out.texts = reallocarray(NULL, 2 * memberships + 1, sizeof *c->out.texts);
    c->out.gids = reallocarray(NULL, memberships + mapped + 1, sizeof *c->out.gids);
    c->out.is_visible = calloc(c->user_count + 1, sizeof *c->out.is_visible);
    c->group_is_visible = calloc(groups, sizeof *c->group_is_visible);
    c->members = calloc(groups, sizeof *c->members);
    c->group_at = calloc(groups, sizeof *c->group_at);
    return c->out.is_visible == NULL || c->group_is_visible == NULL || c->members == NULL ||
                   c->group_at == NULL || c->out.users == NULL || c->out.names == NULL ||
                   c->out.groups == NULL || c->out.texts == NULL || c->out.gids == NULL
               ? ERR_NOMEM
               : 0;
}

static void free_notes(struct compiler *c)
{
    free(c->group_is_visible);
    free(c->members);
    free(c->group_at);
}

/* FNV-1a: tells two pools' snapshots apart, no more. */
uint64_t compile_pool_hash(const char *pool_id)
{
    uint64_t h = 14695981039346656037u;
    for (; *pool_id != '\0'; pool_id++)
        h = (h ^ (unsigned char)*pool_id) * 1099511628211u;
    return h;
}

static void add_facts(struct compiler *c)
{
    struct snap_image *to = &c->out.snapshot;
    to->users = c->out.users;
    to->groups = c->out.groups;
    to->pool_hash = compile_pool_hash(c->config->pool_id);
    to->confirmed_s = c->image->confirmed_s != 0 ? c->image->confirmed_s : c->image->asked_s;
    to->lookup_ms = c->config->lookup_wait_s * 1000;
    to->is_listed = c->config->enumerate;
    to->is_whole = c->image->confirmed_s != 0;
    to->has_members = c->config->group_members;
    to->attribute_ids = c->config->attribute_id_range;
    to->hash_ids = c->config->hash_id_range;
}

static int compile(struct compiler *c, bool with_groups, struct compiled *ret_compiled)
{
    int err = allocate(c);
    if (err != 0) {
        compile_free(&c->out);
        free_notes(c);
        return err;
    }
    for (size_t i = 0; i < c->image->group_count; i++)
        c->group_is_visible[i] = compile_hides_group(c->host, c->image->groups[i]) == NULL;
    for (size_t i = 0; i < c->user_count; i++) {
        look_ahead(c, i);
        c->out.is_visible[i] = compile_hides_user(c->image, c->host, c->users[i]) == NULL;
        if (c->out.is_visible[i])
            add_user(c, c->users[i]);
    }
    if (with_groups)
        add_all_groups(c);
    free_notes(c);
    add_facts(c);
    *ret_compiled = c->out;
    return 0;
}

int compile_image(const struct image *image, const struct host *host, struct compiled *ret_compiled)
{
    struct compiler c = { .image = image,
                          .host = host,
                          .config = image->config,
                          .users = image->users,
                          .user_count = image->user_count };
    return compile(&c, true, ret_compiled);
}

int compile_changes(const struct image *image, const struct host *host,
                    struct compiled *ret_compiled)
{
    struct compiler c = { .image = image,
                          .host = host,
                          .config = image->config,
                          .users = image->changes.users,
                          .user_count = image->changes.count };
    return compile(&c, false, ret_compiled);
}

void compile_free(struct compiled *compiled)
{
    free(compiled->users);
    free(compiled->names);
    free(compiled->groups);
    free(compiled->texts);
    free(compiled->gids);
    free(compiled->is_visible);
    *compiled = (struct compiled){ 0 };
}
