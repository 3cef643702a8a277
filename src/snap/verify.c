/* SPDX-License-Identifier: Apache-2.0 */
#include "snap/verify.h"

#include "snap/map.h"
#include "snap/write.h"

static bool sum_is_right(const struct snap_file *f)
{
    struct format_header h;
    memcpy(&h, f->bytes, sizeof h);
    size_t n = f->size - FORMAT_SUM_FROM;
    return f->size % 8 == 0 &&
           format_sum_add(format_sum_begin(n), f->bytes + FORMAT_SUM_FROM, n) == h.checksum;
}

static bool user_is_reachable(const struct snap_view *v, const char *text, uint32_t uid)
{
    struct snap_user by_name, by_id;
    if (snap_find_user(v, text, &by_name) != 0 || by_name.text != text ||
        snap_find_uid(v, uid, &by_id) != 0 || by_id.text != text)
        return false;
    for (uint32_t i = 0; i < by_name.pool_group_count; i++)
        if (snap_pool_group(&by_name, i) == NULL)
            return false;
    for (uint32_t i = 0; i < by_name.key_count; i++)
        if (snap_key(&by_name, i) == NULL)
            return false;
    return true;
}

static bool group_is_reachable(const struct snap_view *v, const char *text, uint32_t gid)
{
    struct snap_group by_name, by_id;
    if (snap_find_group(v, text, &by_name) != 0 || by_name.text != text ||
        snap_find_gid(v, gid, &by_id) != 0 || by_id.text != text)
        return false;
    for (uint32_t i = 0; i < by_name.member_count; i++)
        if (snap_member(&by_name, i) == NULL)
            return false;
    return true;
}

/* v is the view of this one file alone. Tombstones are what look-ups do not find: their keys are
 * taken on trust, the checksum covers them. */
static bool users_are_sound(const struct snap_view *v)
{
    const struct snap_file *f = &v->base;
    struct format_user u;
    for (uint32_t at = f->users_at; at < f->users_end; at += u.bytes) {
        if (f->users_end - at < sizeof u)
            return false;
        memcpy(&u, f->bytes + at, sizeof u);
        if (u.bytes < sizeof u || u.bytes % 8 != 0 || u.bytes > f->users_end - at)
            return false;
        const char *text = (const char *)f->bytes + at + sizeof u;
        bool has_text = u.bytes > sizeof u; /* else it may end with the file */
        if (u.kind == FORMAT_USER ? !has_text || !user_is_reachable(v, text, u.uid)
                                  : u.kind != FORMAT_USER_GONE)
            return false;
    }
    return true;
}

static bool groups_are_sound(const struct snap_view *v)
{
    const struct snap_file *f = &v->base;
    struct format_group g;
    for (uint32_t at = f->groups_at; at < f->groups_end; at += g.bytes) {
        if (f->groups_end - at < sizeof g)
            return false;
        memcpy(&g, f->bytes + at, sizeof g);
        if (g.bytes < sizeof g || g.bytes % 8 != 0 || g.bytes > f->groups_end - at)
            return false;
        const char *text = (const char *)f->bytes + at + sizeof g;
        bool has_text = g.bytes > sizeof g;
        if (g.kind == FORMAT_GROUP ? !has_text || !group_is_reachable(v, text, g.gid)
                                   : g.kind != FORMAT_GROUP_GONE)
            return false;
    }
    return true;
}

static bool file_is_sound(const struct snap_view *view, const struct snap_file *f)
{
    struct snap_view alone = *view;
    alone.overlay = alone.base = *f;
    return sum_is_right(f) && users_are_sound(&alone) && groups_are_sound(&alone);
}

int verify_view(const struct snap_view *view)
{
    return file_is_sound(view, &view->overlay) && file_is_sound(view, &view->base) ? 0 : ERR_FORMAT;
}

int snap_verify(const char *dir, struct snap_facts *ret_facts)
{
    struct map map;
    int err = map_open(dir, &map);
    if (err != 0)
        return err;
    err = verify_view(&map.view);
    if (err == 0 && ret_facts != NULL)
        *ret_facts = map.view.facts;
    map_close(&map);
    return err;
}
