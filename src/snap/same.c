/* SPDX-License-Identifier: Apache-2.0 */
#include "snap/same.h"

static bool is_same_text(struct same_memo *memo, const char *old, const char *new)
{
    size_t i = ((uintptr_t)old ^ (uintptr_t) new / 16) % SAME_MEMO;
    if (memo->pair[i].old == old && memo->pair[i].new == new)
        return true;
    if (old == NULL || new == NULL || strcmp(old, new) != 0)
        return false;
    memo->pair[i].old = old;
    memo->pair[i].new = new;
    return true;
}

static bool lists_are_equal(struct same_memo *memo, const struct snap_user *old,
                            const struct snap_image_user *new)
{
    for (uint32_t i = 0; i < old->pool_group_count; i++)
        if (!is_same_text(memo, snap_pool_group(old, i), new->pool_groups[i]))
            return false;
    for (uint32_t i = 0; i < old->key_count; i++)
        if (!is_same_text(memo, snap_key(old, i), new->keys[i]))
            return false;
    return true;
}

static bool ids_are_equal(const uint32_t *a, size_t na, const uint32_t *b, size_t nb)
{
    return na == nb && (na == 0 || memcmp(a, b, na * sizeof *a) == 0);
}

bool same_user(struct same_memo *memo, const struct snap_user *old,
               const struct snap_image_user *new)
{
    return old->uid == new->uid && old->gid == new->gid && old->status == new->status &&
           old->enabled == new->enabled && old->private_group == new->private_group &&
           old->pool_group_count == new->pool_group_count &&
           old->key_count == new->key_count &&ids_are_equal(old->gids, old->gid_count, new->gids,
                                                            new->gid_count) &&
           ids_are_equal(old->local_gids, old->local_gid_count, new->local_gids,
                         new->local_gid_count) &&
           new->gecos != NULL &&strcmp(old->gecos, new->gecos) == 0 &&
           new->home != NULL &&strcmp(old->home, new->home) == 0 &&
           new->shell != NULL &&strcmp(old->shell, new->shell) == 0 &&
           lists_are_equal(memo, old, new);
}

bool same_group(const struct snap_group *old, const struct snap_image_group *new)
{
    if (old->gid != new->gid || old->member_count != new->member_count)
        return false;
    for (uint32_t i = 0; i < old->member_count; i++) {
        const char *s = snap_member(old, i);
        if (s == NULL || new->members[i] == NULL || strcmp(s, new->members[i]) != 0)
            return false;
    }
    return true;
}
