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
    struct compiled out;
    size_t texts, gids; /* used so far */
    bool *is_visible;   /* by position in the image */
};

const char *compile_hides_group(const struct host *host, const struct image_group *group)
{
    if (group->quarantine != NULL)
        return group->quarantine;
    if (host_has_group(host, group->name))
        return "a local group has this name";
    return host_uses_id(host, group->gid) ? "the gid is in use on this host" : NULL;
}

static const struct image_group *primary_group(const struct image *image)
{
    return strcmp(image->config->primary_group, "private") == 0
               ? NULL
               : image_find_group(image, image->config->primary_group);
}

/* A private group of this name would stand for another group in every policy that goes by names,
 * sudoers first (R-ID-08). */
static bool name_is_a_groups(const struct image *image, const struct host *host, const char *name)
{
    if (name_is_privileged_group(name) || host_has_group(host, name))
        return true;
    for (size_t i = 0; i < image->group_count; i++)
        if (strcmp(image->groups[i]->name, name) == 0)
            return true;
    return false;
}

/* The gid of a private group is the uid: a user with a group's number would be in that group
 * (R-ID-08). Only ids by attribute can meet, the halves of hash_id_range cannot. */
static bool uid_is_a_groups(const struct image *image, uint32_t uid)
{
    for (size_t i = 0; i < image->group_count; i++)
        if (image->groups[i]->quarantine == NULL && image->groups[i]->gid == uid)
            return true;
    return false;
}

const char *compile_hides_user(const struct image *image, const struct host *host,
                               const struct image_user *user)
{
    if (user->quarantine != NULL)
        return user->quarantine;
    if (user->login[0] == '\0' || user->uid == ID_NONE || user->home[0] == '\0')
        return "not fully resolved";
    const struct binding *binding = bindings_of_sub(image->bindings, user->sub);
    if (binding == NULL || !bindings_is_stored(image->bindings, binding))
        return "name and uid could not be written to state.db";
    if (!id_is_allowed(user->uid, image->config->attribute_id_range) &&
        !id_is_allowed(user->uid, image->config->hash_id_range))
        return "the uid is outside the configured ranges";
    if (host_has_user(host, user->login))
        return "a local account has this name";
    if (host_uses_id(host, user->uid))
        return "the uid is in use on this host";
    if (strcmp(image->config->primary_group, "private") == 0)
        return uid_is_a_groups(image, user->uid) ? "a pool group has this number as its gid" : NULL;
    const struct image_group *primary = primary_group(image);
    return primary == NULL || compile_hides_group(host, primary) != NULL
               ? "the primary group does not exist"
               : NULL;
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

static void add_local_gids(struct compiler *c, const struct image_user *u,
                           struct snap_image_user *to)
{
    const struct config_pairs *map = &c->config->local_groups;
    to->local_gids = c->out.gids + c->gids;
    for (size_t i = 0; i < map->count; i++) {
        uint32_t gid = host_group_gid(c->host, map->item[i].value);
        if (gid == ID_NONE || gid == 0 || !image_is_member(u, map->item[i].key))
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
        if (compile_hides_group(c->host, u->groups[i]) != NULL)
            continue;
        c->out.gids[c->gids++] = u->groups[i]->gid;
        to->gid_count++;
    }
    add_local_gids(c, u, to);
}

static void add_user(struct compiler *c, const struct image_user *u)
{
    const struct image_group *primary = primary_group(c->image);
    struct snap_image_user *to = &c->out.users[c->out.snapshot.user_count++];
    *to = (struct snap_image_user){
        .name = u->login,
        .gecos = u->gecos,
        .home = u->home,
        .shell =
            u->shell[0] != '\0' && host_has_shell(c->host, u->shell) ? u->shell : c->config->shell,
        .uid = u->uid,
        .gid = primary == NULL ? u->uid : primary->gid,
        .status = status_of(u->status),
        .enabled = u->is_enabled,
        .private_group = primary == NULL && !name_is_a_groups(c->image, c->host, u->login),
    };
    add_groups(c, u, to);
}

static bool is_in(const struct image_user *u, const struct image_group *g)
{
    for (size_t i = 0; i < u->group_count; i++)
        if (u->groups[i] == g)
            return true;
    return false;
}

static void add_group(struct compiler *c, const struct image_group *g)
{
    struct snap_image_group *to = &c->out.groups[c->out.snapshot.group_count++];
    *to = (struct snap_image_group){ .name = g->name, .gid = g->gid };
    to->members = c->out.texts + c->texts;
    for (size_t i = 0; c->config->group_members && i < c->image->user_count; i++) {
        if (!c->is_visible[i] || !is_in(c->image->users[i], g))
            continue;
        c->out.texts[c->texts++] = c->image->users[i]->login;
        to->member_count++;
    }
}

/* Every membership may appear three times: as policy text, as member, as gid; and every mapped
 * local group once more. */
static int allocate(struct compiler *c)
{
    size_t memberships = 0;
    for (size_t i = 0; i < c->image->user_count; i++)
        memberships += c->image->users[i]->group_count;
    size_t mapped = c->image->user_count * c->config->local_groups.count;
    c->out.users = reallocarray(NULL, c->image->user_count + 1, sizeof *c->out.users);
    c->out.groups = reallocarray(NULL, c->image->group_count + 1, sizeof *c->out.groups);
    c->out.texts = reallocarray(NULL, 2 * memberships + 1, sizeof *c->out.texts);
    c->out.gids = reallocarray(NULL, memberships + mapped + 1, sizeof *c->out.gids);
    c->is_visible = calloc(c->image->user_count + 1, sizeof *c->is_visible);
    return c->is_visible == NULL || c->out.users == NULL || c->out.groups == NULL ||
                   c->out.texts == NULL || c->out.gids == NULL
               ? ERR_NOMEM
               : 0;
}

/* FNV-1a over the pool's id: tells two pools' snapshots apart, no more. */
static uint64_t pool_hash(const char *pool_id)
{
    uint64_t h = 14695981039346656037u;
    for (; *pool_id != '\0'; pool_id++)
        h = (h ^ (unsigned char)*pool_id) * 1099511628211u;
    return h;
}

int compile_image(const struct image *image, const struct host *host, struct compiled *ret_compiled)
{
    struct compiler c = { .image = image, .host = host, .config = image->config };
    int err = allocate(&c);
    if (err != 0) {
        compile_free(&c.out);
        free(c.is_visible);
        return err;
    }
    for (size_t i = 0; i < image->user_count; i++) {
        c.is_visible[i] = compile_hides_user(image, host, image->users[i]) == NULL;
        if (c.is_visible[i])
            add_user(&c, image->users[i]);
    }
    for (size_t i = 0; i < image->group_count; i++)
        if (compile_hides_group(host, image->groups[i]) == NULL)
            add_group(&c, image->groups[i]);
    free(c.is_visible);
    c.out.snapshot.users = c.out.users;
    c.out.snapshot.groups = c.out.groups;
    c.out.snapshot.pool_hash = pool_hash(c.config->pool_id);
    c.out.snapshot.confirmed_s = image->confirmed_s;
    c.out.snapshot.lookup_ms = c.config->lookup_wait_s * 1000;
    c.out.snapshot.is_listed = c.config->enumerate;
    c.out.snapshot.attribute_ids = c.config->attribute_id_range;
    c.out.snapshot.hash_ids = c.config->hash_id_range;
    *ret_compiled = c.out;
    return 0;
}

void compile_free(struct compiled *compiled)
{
    free(compiled->users);
    free(compiled->groups);
    free(compiled->texts);
    free(compiled->gids);
    *compiled = (struct compiled){ 0 };
}
