/* SPDX-License-Identifier: Apache-2.0
 *
 * An image is compared record by record with the base; what is equal there is sound and needs no
 * other look, so that a publish after one change costs one comparison a record.
 */
#include "snap/diff.h"

#include "base/name.h"
#include "snap/same.h"
#include "snap/sound.h"

#include <stdlib.h>

/* Which names or ids the changed records have: a table of their number + 1. */
struct claims {
    uint32_t *table;
    size_t mask;
};

/* Users or groups alike: the parts of the comparison that differ between them are functions. */
struct side {
    const struct snap_image *image;
    const struct snap_view *base; /* NULL: none */
    uint32_t records_at, records_end;
    uint8_t *seen; /* a bit for every 8 bytes of the base's section: the record is as before */
    struct claims names, ids;
    struct same_memo memo;
    const char *(*name_of)(const struct diff *d, size_t i);
    uint32_t (*id_of)(const struct diff *d, size_t i);
    size_t changed;
    struct diff *diff;
};

static bool claims_begin(struct claims *c, size_t records)
{
    size_t n = 8;
    while (n / 2 < records)
        n *= 2;
    c->mask = n - 1;
    c->table = calloc(n, sizeof *c->table);
    return c->table != NULL;
}

/* The entry of the changed record that has this name (or, name == NULL, this id), else the empty
 * one where it belongs. */
static uint32_t *claim_at(const struct side *s, const char *name, uint32_t id)
{
    const struct claims *c = name != NULL ? &s->names : &s->ids;
    size_t i =
        (size_t)(name != NULL ? format_hash_name(0, name, strlen(name)) : format_hash_id(0, id));
    for (;; i++) {
        uint32_t *at = &c->table[i & c->mask];
        if (*at == 0)
            return at;
        if (name != NULL ? strcmp(s->name_of(s->diff, *at - 1), name) == 0
                         : s->id_of(s->diff, *at - 1) == id)
            return at;
    }
}

/* The number of the record with this text, counted in steps of 8 bytes. */
static size_t place_of(const struct side *s, const char *text, size_t record_bytes)
{
    return ((size_t)((const uint8_t *)text - s->base->base.bytes) - record_bytes - s->records_at) /
           8;
}

static bool is_seen(const struct side *s, const char *text, size_t record_bytes)
{
    size_t place = place_of(s, text, record_bytes);
    return (s->seen[place / 8] >> place % 8 & 1) != 0;
}

static void mark_seen(struct side *s, const char *text, size_t record_bytes)
{
    size_t place = place_of(s, text, record_bytes);
    s->seen[place / 8] |= (uint8_t)(1u << place % 8);
}

/* A private group is no record of the base's group section. */
static bool is_record(const struct snap_group *g)
{
    return g->member_at != NULL;
}

static const char *changed_user_name(const struct diff *d, size_t i)
{
    return d->users_changed[i]->name;
}

static uint32_t changed_user_id(const struct diff *d, size_t i)
{
    return d->users_changed[i]->uid;
}

static const char *changed_group_name(const struct diff *d, size_t i)
{
    return d->groups_changed[i]->name;
}

static uint32_t changed_group_id(const struct diff *d, size_t i)
{
    return d->groups_changed[i]->gid;
}

/* Is the user as the base has it, for the first time in this image? */
static bool user_stays(struct side *s, const struct snap_image_user *u)
{
    struct snap_user old;
    if (s->base == NULL || u->name == NULL || snap_find_user(s->base, u->name, &old) != 0 ||
        !same_user(&s->memo, &old, u) || is_seen(s, old.text, sizeof(struct format_user)))
        return false;
    mark_seen(s, old.text, sizeof(struct format_user));
    return true;
}

static bool group_stays(struct side *s, const struct snap_image_group *g)
{
    struct snap_group old;
    if (s->base == NULL || g->name == NULL || snap_find_group(s->base, g->name, &old) != 0 ||
        !is_record(&old) || !same_group(&old, g) ||
        is_seen(s, old.text, sizeof(struct format_group)))
        return false;
    mark_seen(s, old.text, sizeof(struct format_group));
    return true;
}

/* Where a changed record's name and id are claimed, or will be. */
struct places {
    uint32_t *name, *id;
};

static struct places places_of(const struct side *s, const char *name, uint32_t id)
{
    return (struct places){ claim_at(s, name, 0), claim_at(s, NULL, id) };
}

/* Does a record that stays have the changed one's name or id? */
static bool user_is_in_base(const struct side *s, const struct snap_image_user *u)
{
    struct snap_user old;
    if (s->base == NULL)
        return false;
    return (snap_find_user(s->base, u->name, &old) == 0 &&
            is_seen(s, old.text, sizeof(struct format_user))) ||
           (snap_find_uid(s->base, u->uid, &old) == 0 &&
            is_seen(s, old.text, sizeof(struct format_user)));
}

static bool group_is_in_base(const struct side *s, const struct snap_image_group *g)
{
    struct snap_group old;
    if (s->base == NULL)
        return false;
    return (snap_find_group(s->base, g->name, &old) == 0 && is_record(&old) &&
            is_seen(s, old.text, sizeof(struct format_group))) ||
           (snap_find_gid(s->base, g->gid, &old) == 0 && is_record(&old) &&
            is_seen(s, old.text, sizeof(struct format_group)));
}

/* True for the first changed record with this name and this id, which has them now. */
static bool claim(struct side *s, struct places at)
{
    if (*at.name != 0 || *at.id != 0)
        return false;
    *at.name = *at.id = (uint32_t)++s->changed;
    return true;
}

/* First all that stay, so that a newcomer never displaces one of them; then the rest, in order. */
static int compare_users(struct side *s, size_t limit)
{
    struct diff *d = s->diff;
    size_t n = 0;
    for (size_t i = 0; i < s->image->user_count; i++) {
        if (user_stays(s, &s->image->users[i]))
            d->users++;
        else if (n == limit)
            return ERR_LIMIT;
        else
            d->users_changed[n++] = &s->image->users[i];
    }
    if (!claims_begin(&s->names, n) || !claims_begin(&s->ids, n))
        return ERR_NOMEM;
    for (size_t i = 0; i < n; i++) {
        const struct snap_image_user *u = d->users_changed[i];
        d->users_changed[s->changed] = u;
        if (!sound_user(s->image, u) || user_is_in_base(s, u) ||
            !claim(s, places_of(s, u->name, u->uid)))
            d->users_refused++;
    }
    d->users += (uint32_t)s->changed;
    d->source.users = d->users_changed;
    d->source.user_count = s->changed;
    return 0;
}

static int compare_groups(struct side *s, size_t limit)
{
    struct diff *d = s->diff;
    size_t n = 0;
    for (size_t i = 0; i < s->image->group_count; i++) {
        if (group_stays(s, &s->image->groups[i]))
            d->groups++;
        else if (n == limit)
            return ERR_LIMIT;
        else
            d->groups_changed[n++] = &s->image->groups[i];
    }
    if (!claims_begin(&s->names, n) || !claims_begin(&s->ids, n))
        return ERR_NOMEM;
    for (size_t i = 0; i < n; i++) {
        const struct snap_image_group *g = d->groups_changed[i];
        d->groups_changed[s->changed] = g;
        if (!sound_group(s->image, g) || group_is_in_base(s, g) ||
            !claim(s, places_of(s, g->name, g->gid)))
            d->groups_refused++;
    }
    d->groups += (uint32_t)s->changed;
    d->source.groups = d->groups_changed;
    d->source.group_count = s->changed;
    return 0;
}

/* A record of the base that is not as before leaves behind a name or an id, or both, that no
 * record of the overlay covers. */
static bool leftover_of(const struct side *s, const char *text, uint32_t id, size_t record_bytes,
                        struct layout_gone *ret)
{
    if (is_seen(s, text, record_bytes))
        return false;
    ret->name = *claim_at(s, text, 0) == 0 ? text : NULL;
    ret->id = *claim_at(s, NULL, id) == 0 ? id : 0;
    return ret->name != NULL || ret->id != 0;
}

/* The base was judged whole by snap_verify(), or written by this process. */
static int find_gone(const struct side *s, bool of_users, size_t limit, struct layout_gone *gone,
                     size_t *ret_count)
{
    const uint8_t *bytes = s->base->base.bytes;
    size_t n = 0, head = of_users ? sizeof(struct format_user) : sizeof(struct format_group);
    for (uint32_t at = s->records_at; at < s->records_end;) {
        uint32_t record_bytes, id;
        memcpy(&record_bytes, bytes + at, sizeof record_bytes);
        memcpy(&id, bytes + at + sizeof record_bytes, sizeof id);
        struct layout_gone left;
        if (leftover_of(s, (const char *)bytes + at + head, id, head, &left)) {
            if (n == limit)
                return ERR_LIMIT;
            gone[n++] = left;
        }
        at += record_bytes;
    }
    *ret_count = n;
    return 0;
}

static void side_end(struct side *s)
{
    free(s->seen);
    free(s->names.table);
    free(s->ids.table);
}

static int diff_users(struct diff *d, const struct snap_image *image, const struct snap_view *base,
                      size_t limit)
{
    struct side s = { .image = image,
                      .base = base,
                      .name_of = changed_user_name,
                      .id_of = changed_user_id,
                      .diff = d };
    if (base != NULL) {
        s.records_at = base->base.users_at;
        s.records_end = base->base.users_end;
    }
    s.seen = calloc(1, (s.records_end - s.records_at) / 64 + 1);
    int err = s.seen == NULL ? ERR_NOMEM : compare_users(&s, limit);
    if (err == 0 && base != NULL)
        err = find_gone(&s, true, limit, d->users_gone, &d->source.users_gone_count);
    d->source.users_gone = d->users_gone;
    side_end(&s);
    return err;
}

static int diff_groups(struct diff *d, const struct snap_image *image, const struct snap_view *base,
                       size_t limit)
{
    struct side s = { .image = image,
                      .base = base,
                      .name_of = changed_group_name,
                      .id_of = changed_group_id,
                      .diff = d };
    if (base != NULL) {
        s.records_at = base->base.groups_at;
        s.records_end = base->base.groups_end;
    }
    s.seen = calloc(1, (s.records_end - s.records_at) / 64 + 1);
    int err = s.seen == NULL ? ERR_NOMEM : compare_groups(&s, limit);
    if (err == 0 && base != NULL)
        err = find_gone(&s, false, limit, d->groups_gone, &d->source.groups_gone_count);
    d->source.groups_gone = d->groups_gone;
    side_end(&s);
    return err;
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

int diff_make(const struct snap_image *image, const struct snap_view *base, size_t limit,
              struct diff *ret_diff)
{
    struct diff d = { 0 };
    size_t gone = base != NULL ? limit : 0;
    if (image->user_count >= UINT32_MAX || image->group_count >= UINT32_MAX)
        return ERR_LIMIT;
    d.users_changed = calloc(least(limit, image->user_count) + 1, sizeof(void *));
    d.groups_changed = calloc(least(limit, image->group_count) + 1, sizeof(void *));
    d.users_gone = calloc(gone + 1, sizeof *d.users_gone);
    d.groups_gone = calloc(gone + 1, sizeof *d.groups_gone);
    int err = ERR_NOMEM;
    if (d.users_changed != NULL && d.groups_changed != NULL && d.users_gone != NULL &&
        d.groups_gone != NULL)
        err = diff_users(&d, image, base, limit);
    if (err == 0)
        err = diff_groups(&d, image, base, limit);
    if (err == 0)
        *ret_diff = d;
    else
        diff_free(&d);
    return err;
}

void diff_free(struct diff *diff)
{
    free((void *)diff->users_changed);
    free((void *)diff->groups_changed);
    free(diff->users_gone);
    free(diff->groups_gone);
    *diff = (struct diff){ 0 };
}
