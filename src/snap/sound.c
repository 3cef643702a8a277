/* SPDX-License-Identifier: Apache-2.0 */
#include "snap/sound.h"

#include "base/name.h"
#include "base/text.h"

/* Far above what the directory can hold, far below what the fields can: a struct passwd stays
 * below the buffers of 64 KiB that old programs offer, at most. */
#define MAX_TEXT_BYTES 4096
#define MAX_LIST       4096
#define MAX_KEY_BYTES  16384
#define MAX_MEMBERS    1000000

static bool id_is_fit(const struct snap_image *image, uint32_t id)
{
    return (id_in(image->hash_ids, id) && id_is_allowed(id, image->hash_ids)) ||
           (id_in(image->attribute_ids, id) && id_is_allowed(id, image->attribute_ids));
}

/* R-ID-12. */
static bool text_is_fit(const char *s)
{
    size_t n = s == NULL ? MAX_TEXT_BYTES : strcspn(s, ":");
    return n < MAX_TEXT_BYTES && s[n] == '\0' && text_is_plain(s);
}

static bool path_is_fit(const char *s)
{
    return text_is_fit(s) && s[0] == '/';
}

static bool strings_are_fit(const char *const *strings, size_t n, size_t max_bytes)
{
    if (n > MAX_LIST)
        return false;
    for (size_t i = 0; i < n; i++)
        if (strings[i] == NULL || strnlen(strings[i], max_bytes) >= max_bytes)
            return false;
    return true;
}

/* A local gid may be a system group's; it is never root's by way of a 0 that nobody set. */
static bool local_gids_are_fit(const uint32_t *gids, size_t n)
{
    if (n > MAX_LIST)
        return false;
    for (size_t i = 0; i < n; i++)
        if (gids[i] == 0 || gids[i] == ID_NONE)
            return false;
    return true;
}

static bool gids_are_fit(const struct snap_image *image, const uint32_t *gids, size_t n)
{
    if (n > MAX_LIST)
        return false;
    for (size_t i = 0; i < n; i++)
        if (!id_is_fit(image, gids[i]))
            return false;
    return true;
}

bool sound_user(const struct snap_image *image, const struct snap_image_user *user)
{
    return user->name != NULL && name_is_valid(user->name) && text_is_fit(user->gecos) &&
           path_is_fit(user->home) && path_is_fit(user->shell) && id_is_fit(image, user->uid) &&
           id_is_fit(image, user->gid) && user->status <= SNAP_EXTERNAL &&
           strings_are_fit(user->pool_groups, user->pool_group_count, MAX_TEXT_BYTES) &&
           strings_are_fit(user->keys, user->key_count, MAX_KEY_BYTES) &&
           gids_are_fit(image, user->gids, user->gid_count) &&
           local_gids_are_fit(user->local_gids, user->local_gid_count);
}

bool sound_group(const struct snap_image *image, const struct snap_image_group *group)
{
    if (group->name == NULL || !name_is_valid(group->name) || !id_is_fit(image, group->gid) ||
        group->member_count > MAX_MEMBERS)
        return false;
    for (size_t i = 0; i < group->member_count; i++)
        if (group->members[i] == NULL || !name_is_valid(group->members[i]))
            return false;
    return true;
}
