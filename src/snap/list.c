/* SPDX-License-Identifier: Apache-2.0
 *
 * Everybody in turn: the records as they lie, base and overlay. One counts when a look-up by its
 * name leads to it and nowhere else: so what an overlay replaces or hides, and what breaks a rule,
 * is judged in one place, read.c.
 */
#include "snap/read.h"

struct section {
    const struct snap_file *file;
    uint32_t begin, end;
};

/* The next record's texts; NULL at the end, or where the file is wrong. Both kinds begin with their
 * length. A tombstone may have no text; where there is any, the file's last byte, a NUL, is behind
 * its beginning. */
static const char *next_text(const struct section *s, uint32_t fixed_bytes, uint32_t *at)
{
    uint32_t bytes = fixed_bytes, here = *at == 0 ? s->begin : *at;
    for (; bytes == fixed_bytes; here += bytes) {
        if (here >= s->end || s->end - here < fixed_bytes)
            return NULL;
        memcpy(&bytes, s->file->bytes + here, sizeof bytes);
        if (bytes < fixed_bytes || bytes % 8 != 0 || bytes > s->end - here)
            return NULL;
    }
    *at = here;
    return (const char *)s->file->bytes + here - bytes + fixed_bytes;
}

static bool user_is_at(const struct snap_view *v, const char *text, struct snap_user *ret)
{
    struct snap_user by_id;
    if (snap_find_user(v, text, ret) != 0 || ret->text != text)
        return false;
    return v->overlay.users_at == v->overlay.users_end ||
           (snap_find_uid(v, ret->uid, &by_id) == 0 && by_id.text == text);
}

static bool group_is_at(const struct snap_view *v, const char *text, struct snap_group *ret)
{
    struct snap_group by_id;
    if (snap_find_group(v, text, ret) != 0 || ret->text != text)
        return false;
    return v->overlay.groups_at == v->overlay.groups_end ||
           (snap_find_gid(v, ret->gid, &by_id) == 0 && by_id.text == text);
}

/* Part 0 is the base, part 1 the overlay, which in a view of one file is the base again. */
static const struct snap_file *part_of(const struct snap_view *v, uint32_t part)
{
    if (part == 0)
        return &v->base;
    return v->overlay.bytes != v->base.bytes ? &v->overlay : NULL;
}

static bool next_user_in(const struct snap_view *v, const struct snap_file *f, uint32_t *at,
                         struct snap_user *ret)
{
    const struct section s = { f, f->users_at, f->users_end };
    const char *text;
    while ((text = next_text(&s, sizeof(struct format_user), at)) != NULL)
        if (user_is_at(v, text, ret))
            return true;
    return false;
}

static bool next_group_in(const struct snap_view *v, const struct snap_file *f, uint32_t *at,
                          struct snap_group *ret)
{
    const struct section s = { f, f->groups_at, f->groups_end };
    const char *text;
    while ((text = next_text(&s, sizeof(struct format_group), at)) != NULL)
        if (group_is_at(v, text, ret))
            return true;
    return false;
}

int snap_next_user(const struct snap_view *view, struct snap_walk *walk, struct snap_user *ret_user)
{
    for (; walk->part < 2; walk->part++, walk->at = 0) {
        const struct snap_file *f = part_of(view, walk->part);
        if (f != NULL && next_user_in(view, f, &walk->at, ret_user))
            return 0;
    }
    return ERR_ABSENT;
}

/* Parts 2 and 3 are the users again, for their private groups. */
static bool next_private(const struct snap_view *v, const struct snap_file *f, uint32_t *at,
                         struct snap_group *ret)
{
    struct snap_user u;
    while (next_user_in(v, f, at, &u))
        if (u.private_group && u.gid == u.uid && group_is_at(v, u.text, ret))
            return true;
    return false;
}

int snap_next_group(const struct snap_view *view, struct snap_walk *walk,
                    struct snap_group *ret_group)
{
    for (; walk->part < 4; walk->part++, walk->at = 0) {
        const struct snap_file *f = part_of(view, walk->part % 2);
        if (f == NULL)
            continue;
        if (walk->part < 2 ? next_group_in(view, f, &walk->at, ret_group)
                           : next_private(view, f, &walk->at, ret_group))
            return 0;
    }
    return ERR_ABSENT;
}
