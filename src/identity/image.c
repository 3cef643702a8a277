/* SPDX-License-Identifier: Apache-2.0
 *
 * The container: users by sub in an index, groups in a short list.
 */
#include "identity/image.h"

#include "identity/grow.h"

#include <stdlib.h>
#include <string.h>

void image_free_user(struct image_user *u)
{
    if (u == NULL)
        return;
    free(u->sub);
    free(u->username);
    free(u->gecos);
    free(u->home);
    free(u->shell);
    sshkeys_free(&u->keys);
    free(u->groups);
    free(u);
}

static void free_group(struct image_group *g)
{
    if (g == NULL)
        return;
    free(g->raw);
    free(g);
}

int image_new(const struct config *config, struct bindings *bindings, uint64_t serial,
              struct image **ret_image)
{
    struct image *image = calloc(1, sizeof *image);
    if (image == NULL)
        return ERR_NOMEM;
    image->config = config;
    image->bindings = bindings;
    image->serial = serial;
    image->changes.is_all = true;
    *ret_image = image;
    return 0;
}

void image_free(struct image **ip)
{
    if (ip == NULL || *ip == NULL)
        return;
    for (size_t i = 0; i < (*ip)->user_count; i++)
        image_free_user((*ip)->users[i]);
    for (size_t i = 0; i < (*ip)->group_count; i++)
        free_group((*ip)->groups[i]);
    free((*ip)->users);
    free((*ip)->groups);
    free((*ip)->waiting);
    index_free(&(*ip)->subs);
    index_free(&(*ip)->group_raws);
    index_free(&(*ip)->group_names);
    index_free(&(*ip)->group_gids);
    free(*ip);
    *ip = NULL;
}

struct image_user *image_find_sub(const struct image *image, const char *sub)
{
    size_t at;
    uint32_t hash = index_hash_text(sub);
    for (uint32_t i = index_first(&image->subs, hash, &at); i != INDEX_END;
         i = index_next(&image->subs, hash, &at))
        if (i < image->user_count && strcmp(image->users[i]->sub, sub) == 0)
            return image->users[i];
    return NULL;
}

/* Who could not be bound, with this name and nobody before him: few. */
static struct image_user *find_waiting(const struct image *image, const char *login)
{
    for (size_t i = 0; i < image->waiting_count; i++) {
        const struct image_waiting *w = &image->waiting[i];
        if (w->why == NULL && w->user->quarantine == NULL && strcmp(w->user->login, login) == 0)
            return w->user;
    }
    return NULL;
}

struct image_user *image_find_login(const struct image *image, const char *login)
{
    const struct binding *b = bindings_of_login(image->bindings, login);
    if (b == NULL)
        return find_waiting(image, login);
    struct image_user *u = image_find_sub(image, b->sub);
    return u != NULL && u->quarantine == NULL && strcmp(u->login, login) == 0 ? u : NULL;
}

struct image_group *image_find_group(const struct image *image, const char *raw)
{
    size_t at;
    uint32_t hash = index_hash_text(raw);
    for (uint32_t i = index_first(&image->group_raws, hash, &at); i != INDEX_END;
         i = index_next(&image->group_raws, hash, &at))
        if (i < image->group_count && strcmp(image->groups[i]->raw, raw) == 0)
            return image->groups[i];
    return NULL;
}

bool image_has_group_name(const struct image *image, const char *name)
{
    size_t at;
    uint32_t hash = index_hash_text(name);
    for (uint32_t i = index_first(&image->group_names, hash, &at); i != INDEX_END;
         i = index_next(&image->group_names, hash, &at))
        if (i < image->group_count && strcmp(image->groups[i]->name, name) == 0)
            return true;
    return false;
}

bool image_has_gid(const struct image *image, uint32_t gid)
{
    size_t at;
    uint32_t hash = index_hash_id(gid);
    for (uint32_t i = index_first(&image->group_gids, hash, &at); i != INDEX_END;
         i = index_next(&image->group_gids, hash, &at))
        if (i < image->group_count && image->groups[i]->gid == gid &&
            image->groups[i]->quarantine == NULL)
            return true;
    return false;
}

const struct binding *image_binding(const struct image *image, const struct image_user *user)
{
    return user->binding != 0 ? &image->bindings->item[user->binding - 1]
                              : bindings_of_sub(image->bindings, user->sub);
}

bool image_is_member(const struct image_user *user, const char *raw_group)
{
    for (size_t i = 0; i < user->group_count; i++)
        if (strcmp(user->groups[i]->raw, raw_group) == 0)
            return true;
    return false;
}

bool image_is_let_in(const struct image_user *user, const struct config_list *allowed)
{
    for (size_t i = 0; i < user->group_count; i++)
        if (config_lets_in(allowed, user->groups[i]->raw))
            return true;
    return config_list_has(allowed, "*");
}

/* Who has changed already is listed. */
void image_touch(struct image *image, struct image_user *user)
{
    struct image_changes *c = &image->changes;
    bool is_listed = user->serial > c->serial;
    user->serial = ++image->serial;
    if (is_listed || c->is_all)
        return;
    if (c->count < IMAGE_CHANGES_MAX)
        c->users[c->count++] = user;
    else
        c->is_all = true;
}

void image_touch_all(struct image *image)
{
    image->serial++;
    image->changes.is_all = true;
}

void image_published(struct image *image)
{
    image->changes.count = 0;
    image->changes.is_all = false;
    image->changes.serial = image->serial;
}

int image_add_user(struct image *image, struct image_user *u)
{
    uint32_t position = (uint32_t)image->user_count;
    struct image_user **users = grow_array(image->users, image->user_count, &image->user_space,
                                           sizeof(struct image_user *));
    if (users != NULL)
        image->users = users;
    if (users == NULL || index_add(&image->subs, index_hash_text(u->sub), position) != 0) {
        image_free_user(u);
        return ERR_NOMEM;
    }
    image->users[image->user_count++] = u;
    image_touch(image, u);
    return 0;
}

int image_add_group(struct image *image, struct image_group *g)
{
    uint32_t position = (uint32_t)image->group_count;
    struct image_group **groups = grow_array(image->groups, image->group_count, &image->group_space,
                                             sizeof(struct image_group *));
    if (groups != NULL)
        image->groups = groups;
    if (groups == NULL || index_add(&image->group_raws, index_hash_text(g->raw), position) != 0 ||
        index_add(&image->group_names, index_hash_text(g->name), position) != 0 ||
        index_add(&image->group_gids, index_hash_id(g->gid), position) != 0) {
        free_group(g);
        return ERR_NOMEM;
    }
    g->position = image->group_count;
    image->groups[image->group_count++] = g;
    image_touch_all(image);
    return 0;
}

/* The entry of the gid before stays: those who look compare. */
int image_index_gid(struct image *image, const struct image_group *group)
{
    return index_add(&image->group_gids, index_hash_id(group->gid), (uint32_t)group->position);
}

int image_join(struct image *image, struct image_user *user, struct image_group *group)
{
    for (size_t i = 0; i < user->group_count; i++)
        if (user->groups[i] == group)
            return 0;
    struct image_group **grown = reallocarray(user->groups, user->group_count + 1, sizeof *grown);
    if (grown == NULL)
        return ERR_NOMEM;
    user->groups = grown;
    grown[user->group_count++] = group;
    image_touch(image, user);
    return 0;
}

int image_set_groups(struct image *image, struct image_user *user,
                     struct image_group *const *groups, size_t count)
{
    struct image_group **copy = NULL;
    if (count > 0) {
        copy = reallocarray(NULL, count, sizeof *copy);
        if (copy == NULL)
            return ERR_NOMEM;
        memcpy(copy, groups, count * sizeof *copy);
    }
    free(user->groups);
    user->groups = copy;
    user->group_count = count;
    image_touch(image, user);
    return 0;
}
