/* SPDX-License-Identifier: Apache-2.0 */
#include "identity/bindings.h"

#include "identity/grow.h"

#include <stdlib.h>
#include <string.h>

void bindings_free(struct bindings *bindings)
{
    for (size_t i = 0; i < bindings->count; i++)
        free(bindings->item[i].sub);
    free(bindings->item);
    for (size_t i = 0; i < bindings->gid_count; i++)
        free(bindings->gid[i].group);
    free(bindings->gid);
    index_free(&bindings->subs);
    index_free(&bindings->logins);
    index_free(&bindings->uids);
    *bindings = (struct bindings){ 0 };
}

bool bindings_is_stored(const struct bindings *b, const struct binding *binding)
{
    return (size_t)(binding - b->item) < b->stored_count && !binding->is_refused;
}

void bindings_refuse(struct bindings *b, const struct binding *binding)
{
    b->item[binding - b->item].is_refused = true;
}

const struct binding *bindings_of_sub(const struct bindings *b, const char *sub)
{
    size_t at;
    uint32_t hash = index_hash_text(sub);
    for (uint32_t i = index_first(&b->subs, hash, &at); i != INDEX_END;
         i = index_next(&b->subs, hash, &at))
        if (i < b->count && strcmp(b->item[i].sub, sub) == 0)
            return &b->item[i];
    return NULL;
}

const struct binding *bindings_of_login(const struct bindings *b, const char *login)
{
    size_t at;
    uint32_t hash = index_hash_text(login);
    for (uint32_t i = index_first(&b->logins, hash, &at); i != INDEX_END;
         i = index_next(&b->logins, hash, &at))
        if (i < b->count && strcmp(b->item[i].login, login) == 0)
            return &b->item[i];
    return NULL;
}

const struct binding *bindings_of_uid(const struct bindings *b, uint32_t uid)
{
    size_t at;
    uint32_t hash = index_hash_id(uid);
    for (uint32_t i = index_first(&b->uids, hash, &at); i != INDEX_END;
         i = index_next(&b->uids, hash, &at))
        if (i < b->count && b->item[i].uid == uid)
            return &b->item[i];
    return NULL;
}

/* An index entry of a binding that was not added, for want of memory, points behind the end, or
 * later at another one: those who look compare. */
int bindings_add(struct bindings *b, const char *sub, const char *login, uint32_t uid, int origin)
{
    if (bindings_of_sub(b, sub) != NULL || bindings_of_login(b, login) != NULL ||
        bindings_of_uid(b, uid) != NULL)
        return ERR_REFUSED;
    struct binding *items = grow_array(b->item, b->count, &b->space, sizeof *items);
    if (items == NULL)
        return ERR_NOMEM;
    b->item = items;
    char *copy = strdup(sub);
    if (copy == NULL)
        return ERR_NOMEM;
    uint32_t position = (uint32_t)b->count;
    struct binding *item = &b->item[position];
    *item = (struct binding){ .sub = copy, .uid = uid, .origin = origin };
    memcpy(item->login, login, strnlen(login, NAME_MAX_BYTES));
    int err = index_add(&b->subs, index_hash_text(sub), position);
    if (err == 0)
        err = index_add(&b->logins, index_hash_text(login), position);
    if (err == 0)
        err = index_add(&b->uids, index_hash_id(uid), position);
    if (err != 0) {
        free(copy);
        item->sub = NULL;
        return err;
    }
    b->count++;
    return 0;
}

void bindings_set_primary(struct bindings *b, const struct binding *binding, uint32_t primary,
                          bool is_new)
{
    struct binding *item = &b->item[binding - b->item];
    b->new_primaries -= item->is_primary_new;
    b->new_primaries += is_new;
    item->is_primary_new = is_new;
    item->primary = primary;
}

uint32_t bindings_primary_of(const struct bindings *b, const char *group)
{
    const struct bound_gid *found = bindings_of_group(b, group);
    return found == NULL ? PRIMARY_OPEN : PRIMARY_GROUPS + (uint32_t)(found - b->gid);
}

const struct bound_gid *bindings_primary(const struct bindings *b, uint32_t primary)
{
    return primary < PRIMARY_GROUPS ? NULL : &b->gid[primary - PRIMARY_GROUPS];
}

bool bindings_primary_is_stored(const struct bindings *b, uint32_t primary)
{
    const struct bound_gid *group = bindings_primary(b, primary);
    return group == NULL || group->is_stored;
}

struct bound_gid *bindings_of_group(const struct bindings *b, const char *group)
{
    for (size_t i = 0; i < b->gid_count; i++)
        if (strcmp(b->gid[i].group, group) == 0)
            return &b->gid[i];
    return NULL;
}

const struct bound_gid *bindings_of_gid(const struct bindings *b, uint32_t gid)
{
    for (size_t i = 0; i < b->gid_count; i++)
        if (b->gid[i].gid == gid)
            return &b->gid[i];
    return NULL;
}

int bindings_add_gid(struct bindings *b, const char *group, uint32_t gid, bool is_stored)
{
    if (bindings_of_group(b, group) != NULL || bindings_of_gid(b, gid) != NULL)
        return ERR_REFUSED;
    struct bound_gid *grown = reallocarray(b->gid, b->gid_count + 1, sizeof *grown);
    if (grown == NULL)
        return ERR_NOMEM;
    b->gid = grown;
    char *copy = strdup(group);
    if (copy == NULL)
        return ERR_NOMEM;
    grown[b->gid_count++] = (struct bound_gid){ copy, gid, is_stored };
    return 0;
}
