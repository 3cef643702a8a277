/* SPDX-License-Identifier: Apache-2.0
 *
 * Look-ups in mapped bytes. A record's fixed part is copied out before it is judged, so that what
 * was judged is what is used, whatever happens to the file meanwhile.
 */
#include "snap/read.h"

#include "base/name.h"

enum hit {
    HIT_NONE, /* this file does not say */
    HIT_GONE, /* a tombstone, or a record that breaks a rule */
    HIT_FOUND
};

struct key {
    uint64_t hash;
    const char *name;  /* NULL: by id */
    size_t name_bytes; /* with its NUL */
    uint32_t id;
};

/* One walk along an index: entries whose tag is the key's. */
struct probe {
    const uint8_t *entries;
    uint32_t mask, at, left, tag;
};

static struct probe probe_begin(const struct snap_file *f, struct format_index index, uint64_t hash)
{
    return (struct probe){ f->bytes + index.at, index.mask, (uint32_t)hash, FORMAT_MAX_PROBES,
                           (uint32_t)(hash >> 32) };
}

/* The next candidate's offset, 0 at the end. */
static uint32_t probe_next(struct probe *p)
{
    while (p->left > 0) {
        struct format_entry e;
        memcpy(&e, p->entries + (size_t)(p->at & p->mask) * sizeof e, sizeof e);
        p->at++;
        p->left--;
        if (e.record == 0)
            return 0;
        if (e.tag == p->tag)
            return e.record;
    }
    return 0;
}

static uint32_t round4(uint32_t n)
{
    return (n + 3) & ~3u;
}

/* The fixed part of the record at `at`; everything behind it lies within its section then. */
static bool load_user(const struct snap_file *f, uint32_t at, struct format_user *u)
{
    if (at % 8 != 0 || at < f->users_at || at >= f->users_end || f->users_end - at < sizeof *u)
        return false;
    /* Most texts end in the next line, most gids in the one behind it. */
    __builtin_prefetch(f->bytes + at + FORMAT_ALIGN);
    __builtin_prefetch(f->bytes + at + 2 * FORMAT_ALIGN);
    memcpy(u, f->bytes + at, sizeof *u);
    uint32_t lists = ((uint32_t)u->gids + u->local_gids) * 4;
    return u->bytes <= f->users_end - at && sizeof *u + round4(u->text_bytes) + lists <= u->bytes &&
           u->name_bytes <= u->text_bytes;
}

static bool load_group(const struct snap_file *f, uint32_t at, struct format_group *g)
{
    if (at % 8 != 0 || at < f->groups_at || at >= f->groups_end || f->groups_end - at < sizeof *g)
        return false;
    memcpy(g, f->bytes + at, sizeof *g);
    if (g->bytes > f->groups_end - at || g->bytes < sizeof *g || g->name_bytes > g->text_bytes ||
        g->text_bytes > FORMAT_MAX_BYTES)
        return false;
    uint32_t room = g->bytes - (uint32_t)sizeof *g, text = round4(g->text_bytes);
    return text <= room && g->members <= (room - text) / 4;
}

/* `name` NUL "x" NUL at the start of a text of n bytes that ends with a NUL? */
static bool head_is_sound(const char *text, uint32_t n, uint32_t name_bytes)
{
    return name_bytes >= 2 && name_bytes <= NAME_SIZE && n >= name_bytes + 2 &&
           text[name_bytes - 1] == '\0' && text[name_bytes] == 'x' &&
           text[name_bytes + 1] == '\0' && text[n - 1] == '\0';
}

static bool user_is_sound(const struct format_user *u, const char *text)
{
    return head_is_sound(text, u->text_bytes, u->name_bytes) && u->gecos_at == u->name_bytes + 2 &&
           u->home_at > u->gecos_at && u->shell_at > u->home_at && u->shell_at < u->text_bytes &&
           text[u->home_at - 1] == '\0' && text[u->shell_at - 1] == '\0' &&
           text[u->home_at] == '/' && text[u->shell_at] == '/';
}

static void borrow_user(const struct snap_file *f, uint32_t at, const struct format_user *u,
                        struct snap_user *ret)
{
    const char *text = (const char *)f->bytes + at + sizeof *u;
    const void *ids = text + round4(u->text_bytes);
    ret->name = text;
    ret->gecos = text + u->gecos_at;
    ret->home = text + u->home_at;
    ret->shell = text + u->shell_at;
    ret->uid = u->uid;
    ret->gid = u->gid;
    ret->status = u->status <= SNAP_EXTERNAL ? (enum snap_status)u->status : SNAP_OTHER;
    ret->enabled = (u->flags & FORMAT_ENABLED) != 0;
    ret->private_group = (u->flags & FORMAT_PRIVATE_GROUP) != 0;
    ret->gids = ids;
    ret->local_gids = ret->gids + u->gids;
    ret->gid_count = u->gids;
    ret->local_gid_count = u->local_gids;
    ret->pool_group_count = u->pool_groups;
    ret->key_count = u->keys;
    ret->text = text;
    ret->text_bytes = u->text_bytes;
    ret->file = f;
    ret->lists_at = u->lists_at;
}

static bool is_key(const struct key *k, const char *text, uint32_t name_bytes, uint32_t id)
{
    if (k->name == NULL)
        return id == k->id;
    return name_bytes == k->name_bytes && memcmp(text, k->name, name_bytes) == 0;
}

static enum hit find_user_in(const struct snap_view *v, const struct snap_file *f,
                             const struct key *k, struct snap_user *ret)
{
    struct probe p = probe_begin(f, k->name != NULL ? f->user_names : f->user_ids, k->hash);
    for (uint32_t at = probe_next(&p); at != 0; at = probe_next(&p)) {
        struct format_user u;
        if (!load_user(f, at, &u))
            continue;
        const char *text = (const char *)f->bytes + at + sizeof u;
        if (!is_key(k, text, u.name_bytes, u.uid))
            continue;
        if (u.kind != FORMAT_USER || !user_is_sound(&u, text) ||
            !snap_id_is_allowed(&v->facts, u.uid) ||
            (u.gid != u.uid && !snap_id_is_allowed(&v->facts, u.gid)))
            return HIT_GONE;
        if (k->name == NULL && !name_is_valid(text)) /* by name: the key was judged */
            return HIT_GONE;
        borrow_user(f, at, &u, ret);
        return HIT_FOUND;
    }
    return HIT_NONE;
}

static int find_user(const struct snap_view *v, const struct key *k, struct snap_user *ret)
{
    enum hit hit = HIT_NONE;
    if (v->overlay.users_at != v->overlay.users_end) /* often it is empty */
        hit = find_user_in(v, &v->overlay, k, ret);
    if (hit == HIT_NONE)
        hit = find_user_in(v, &v->base, k, ret);
    return hit == HIT_FOUND ? 0 : ERR_ABSENT;
}

static bool key_of_name(const struct snap_view *v, const char *name, struct key *k)
{
    if (!name_is_valid(name))
        return false;
    size_t n = strlen(name);
    *k = (struct key){ format_hash_name(v->seed, name, n), name, n + 1, 0 };
    return true;
}

static struct key key_of_id(const struct snap_view *v, uint32_t id)
{
    return (struct key){ format_hash_id(v->seed, id), NULL, 0, id };
}

int snap_find_user(const struct snap_view *view, const char *name, struct snap_user *ret_user)
{
    struct key k;
    return key_of_name(view, name, &k) ? find_user(view, &k, ret_user) : ERR_ABSENT;
}

int snap_find_uid(const struct snap_view *view, uint32_t uid, struct snap_user *ret_user)
{
    if (!snap_id_is_allowed(&view->facts, uid))
        return ERR_ABSENT;
    struct key k = key_of_id(view, uid);
    return find_user(view, &k, ret_user);
}

/* The string whose offset is entry i of the user's lists. The file ends with a NUL, so that every
 * string in it ends. */
static const char *listed(const struct snap_user *u, uint32_t i)
{
    const struct snap_file *f = u->file;
    uint64_t at = (uint64_t)u->lists_at + (uint64_t)i * 4;
    uint32_t string;
    if (at + sizeof string > f->size)
        return NULL;
    memcpy(&string, f->bytes + at, sizeof string);
    return string < f->size ? (const char *)f->bytes + string : NULL;
}

const char *snap_pool_group(const struct snap_user *user, uint32_t i)
{
    return i < user->pool_group_count ? listed(user, i) : NULL;
}

const char *snap_key(const struct snap_user *user, uint32_t i)
{
    return i < user->key_count ? listed(user, user->pool_group_count + i) : NULL;
}

static void borrow_group(const struct snap_file *f, uint32_t at, const struct format_group *g,
                         struct snap_group *ret)
{
    const char *text = (const char *)f->bytes + at + sizeof *g;
    const void *members = text + round4(g->text_bytes);
    ret->name = text;
    ret->gid = g->gid;
    ret->member_count = g->members;
    ret->text = text;
    ret->text_bytes = g->text_bytes;
    ret->member_at = members;
}

static enum hit find_group_in(const struct snap_view *v, const struct snap_file *f,
                              const struct key *k, struct snap_group *ret)
{
    struct probe p = probe_begin(f, k->name != NULL ? f->group_names : f->group_ids, k->hash);
    for (uint32_t at = probe_next(&p); at != 0; at = probe_next(&p)) {
        struct format_group g;
        if (!load_group(f, at, &g))
            continue;
        const char *text = (const char *)f->bytes + at + sizeof g;
        if (!is_key(k, text, g.name_bytes, g.gid))
            continue;
        if (g.kind != FORMAT_GROUP || !head_is_sound(text, g.text_bytes, g.name_bytes) ||
            !snap_id_is_allowed(&v->facts, g.gid) || (k->name == NULL && !name_is_valid(text)))
            return HIT_GONE;
        borrow_group(f, at, &g, ret);
        return HIT_FOUND;
    }
    return HIT_NONE;
}

static int private_group(const struct snap_view *v, const struct key *k, struct snap_group *ret)
{
    struct snap_user u;
    int err = find_user(v, k, &u);
    if (err != 0 || u.gid != u.uid || !u.private_group)
        return ERR_ABSENT;
    *ret = (struct snap_group){
        .name = u.name, .gid = u.gid, .text = u.text, .text_bytes = (uint32_t)(u.gecos - u.text)
    };
    return 0;
}

static int find_group(const struct snap_view *v, const struct key *k, struct snap_group *ret)
{
    enum hit hit = HIT_NONE;
    if (v->overlay.groups_at != v->overlay.groups_end)
        hit = find_group_in(v, &v->overlay, k, ret);
    if (hit == HIT_NONE)
        hit = find_group_in(v, &v->base, k, ret);
    return hit == HIT_FOUND ? 0 : private_group(v, k, ret);
}

int snap_find_group(const struct snap_view *view, const char *name, struct snap_group *ret_group)
{
    struct key k;
    return key_of_name(view, name, &k) ? find_group(view, &k, ret_group) : ERR_ABSENT;
}

int snap_find_gid(const struct snap_view *view, uint32_t gid, struct snap_group *ret_group)
{
    if (!snap_id_is_allowed(&view->facts, gid))
        return ERR_ABSENT;
    struct key k = key_of_id(view, gid);
    return find_group(view, &k, ret_group);
}

const char *snap_member(const struct snap_group *group, uint32_t i)
{
    if (i >= group->member_count)
        return NULL;
    uint32_t at = group->member_at[i];
    return at > 0 && at < group->text_bytes && group->text[at - 1] == '\0' ? group->text + at
                                                                           : NULL;
}
