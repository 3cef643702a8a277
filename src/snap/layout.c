/* SPDX-License-Identifier: Apache-2.0 */
#include "snap/layout.h"

#include "base/name.h"

#include <stdlib.h>

enum part {
    PART_HEADER,
    PART_USER_NAMES,
    PART_USER_IDS,
    PART_GROUP_NAMES,
    PART_GROUP_IDS,
    PART_USERS,
    PART_GROUPS,
    PART_LISTS,
    PART_STRINGS
};

static uint8_t *extend(struct layout_buf *b, size_t n)
{
    if (b->failed || n > FORMAT_MAX_BYTES || b->n > FORMAT_MAX_BYTES) {
        b->failed = true;
        return NULL;
    }
    if (b->cap - b->n < n) {
        size_t cap = (b->n + n) * 2 + 4096;
        uint8_t *p = realloc(b->p, cap);
        if (p == NULL) {
            b->failed = true;
            return NULL;
        }
        b->p = p;
        b->cap = cap;
    }
    uint8_t *at = b->p + b->n;
    b->n += n;
    return at;
}

static void put(struct layout_buf *b, const void *bytes, size_t n)
{
    uint8_t *at = n > 0 ? extend(b, n) : NULL;
    if (at != NULL)
        memcpy(at, bytes, n);
}

static void put_text(struct layout_buf *b, const char *s)
{
    put(b, s, strlen(s) + 1);
}

static void pad(struct layout_buf *b, size_t align)
{
    size_t n = (align - b->n % align) % align;
    uint8_t *at = n > 0 ? extend(b, n) : NULL;
    if (at != NULL)
        memset(at, 0, n);
}

#define RECENT 512

/* Strings that many users share (pool group names) are stored once: a table of their offsets + 1
 * in PART_STRINGS. */
struct interned {
    uint32_t *table;
    size_t mask, count;
    struct layout_buf *strings;
    /* The image mentions a group by the same pointer for each of its users. */
    struct {
        const char *s;
        uint32_t at;
    } recent[RECENT];
};

static size_t intern_slot(const struct interned *in, const char *s, size_t n)
{
    size_t i = (size_t)format_hash_name(0, s, n) & in->mask;
    while (in->table[i] != 0 && strcmp((const char *)in->strings->p + in->table[i] - 1, s) != 0)
        i = (i + 1) & in->mask;
    return i;
}

static bool intern_grow(struct interned *in)
{
    struct interned bigger = *in;
    bigger.mask = in->mask * 2 + 1;
    bigger.table = calloc(bigger.mask + 1, sizeof *bigger.table);
    if (bigger.table == NULL)
        return false;
    for (size_t i = 0; in->table != NULL && i <= in->mask; i++) {
        if (in->table[i] == 0)
            continue;
        const char *s = (const char *)in->strings->p + in->table[i] - 1;
        bigger.table[intern_slot(&bigger, s, strlen(s))] = in->table[i];
    }
    free(in->table);
    *in = bigger;
    return true;
}

static uint32_t intern_new(struct interned *in, const char *s)
{
    if ((in->table == NULL || in->count * 2 > in->mask) && !intern_grow(in)) {
        in->strings->failed = true;
        return 0;
    }
    size_t slot = intern_slot(in, s, strlen(s));
    if (in->table[slot] == 0) {
        size_t at = in->strings->n;
        put_text(in->strings, s);
        in->table[slot] = (uint32_t)at + 1;
        in->count++;
    }
    return in->table[slot] - 1;
}

/* The string's offset in PART_STRINGS. */
static uint32_t intern(struct interned *in, const char *s)
{
    if (in->strings->failed)
        return 0;
    size_t i = ((uintptr_t)s ^ (uintptr_t)s >> 12) / 16 % RECENT;
    if (in->recent[i].s != s) {
        in->recent[i].at = intern_new(in, s);
        in->recent[i].s = s;
    }
    return in->recent[i].at;
}

/* Offsets into other parts are relative to those until place_lists() knows where they lie. */
static uint32_t put_lists(struct layout *l, struct interned *in, const struct snap_image_user *u)
{
    struct layout_buf *lists = &l->parts[PART_LISTS];
    uint32_t at = (uint32_t)lists->n;
    for (size_t i = 0; i < u->pool_group_count; i++) {
        uint32_t string = intern(in, u->pool_groups[i]);
        put(lists, &string, sizeof string);
    }
    for (size_t i = 0; i < u->key_count; i++) {
        uint32_t string = intern(in, u->keys[i]);
        put(lists, &string, sizeof string);
    }
    return at;
}

/* diff.c has judged all lengths to fit their fields. */
static void put_user(struct layout *l, struct interned *in, const struct snap_image_user *u)
{
    struct layout_buf *b = &l->parts[PART_USERS];
    size_t name = strlen(u->name) + 1, gecos = strlen(u->gecos) + 1, home = strlen(u->home) + 1,
           shell = strlen(u->shell) + 1;
    struct format_user r = {
        .uid = u->uid,
        .gid = u->gid,
        .kind = FORMAT_USER,
        .status = (uint8_t)u->status,
        .flags = (uint8_t)((u->enabled ? FORMAT_ENABLED : 0) |
                           (u->private_group ? FORMAT_PRIVATE_GROUP : 0)),
        .name_bytes = (uint8_t)name,
        .gecos_at = (uint16_t)(name + 2),
        .home_at = (uint16_t)(name + 2 + gecos),
        .shell_at = (uint16_t)(name + 2 + gecos + home),
        .text_bytes = (uint16_t)(name + 2 + gecos + home + shell),
        .gids = (uint16_t)u->gid_count,
        .local_gids = (uint16_t)u->local_gid_count,
        .pool_groups = (uint16_t)u->pool_group_count,
        .keys = (uint16_t)u->key_count,
        .lists_at = put_lists(l, in, u),
    };
    size_t start = b->n;
    put(b, &r, sizeof r);
    put(b, u->name, name);
    put(b, "x", 2);
    put(b, u->gecos, gecos);
    put(b, u->home, home);
    put(b, u->shell, shell);
    pad(b, 4);
    put(b, u->gids, u->gid_count * sizeof *u->gids);
    put(b, u->local_gids, u->local_gid_count * sizeof *u->local_gids);
    pad(b, FORMAT_ALIGN);
    r.bytes = (uint32_t)(b->n - start);
    if (!b->failed)
        memcpy(b->p + start, &r, sizeof r);
}

/* name NUL "x" NUL { member NUL }. */
static size_t group_text_bytes(const struct snap_image_group *g)
{
    size_t n = strlen(g->name) + 1 + 2;
    for (size_t i = 0; i < g->member_count; i++)
        n += strlen(g->members[i]) + 1;
    return n;
}

/* In one piece: a large directory's groups have a million members. */
static void put_group(struct layout_buf *b, const struct snap_image_group *g)
{
    size_t text_bytes = group_text_bytes(g), padded = (text_bytes + 3) & ~(size_t)3;
    struct format_group r = { .gid = g->gid,
                              .kind = FORMAT_GROUP,
                              .name_bytes = (uint8_t)(strlen(g->name) + 1),
                              .text_bytes = (uint32_t)text_bytes,
                              .members = (uint32_t)g->member_count };
    size_t bytes = (sizeof r + padded + g->member_count * sizeof(uint32_t) + 7) & ~(size_t)7;
    uint8_t *at = extend(b, bytes);
    if (at == NULL)
        return;
    r.bytes = (uint32_t)bytes;
    memset(at + bytes - 8, 0, 8); /* what of it is padding */
    memcpy(at, &r, sizeof r);
    char *text = (char *)at + sizeof r, *to = stpcpy(stpcpy(text, g->name) + 1, "x") + 1;
    uint8_t *place = (uint8_t *)text + padded;
    for (size_t i = 0; i < g->member_count; i++, place += sizeof(uint32_t)) {
        uint32_t here = (uint32_t)(to - text);
        memcpy(place, &here, sizeof here);
        to = stpcpy(to, g->members[i]) + 1;
    }
    memset(text + text_bytes, 0, padded - text_bytes);
}

static void put_user_gone(struct layout_buf *b, const struct layout_gone *gone)
{
    size_t name = gone->name != NULL ? strlen(gone->name) + 1 : 0;
    struct format_user r = { .uid = gone->id,
                             .kind = FORMAT_USER_GONE,
                             .name_bytes = (uint8_t)name,
                             .text_bytes = (uint16_t)name };
    r.bytes = (uint32_t)((sizeof r + name + FORMAT_ALIGN - 1) / FORMAT_ALIGN * FORMAT_ALIGN);
    put(b, &r, sizeof r);
    put(b, gone->name, name);
    pad(b, FORMAT_ALIGN);
}

static void put_group_gone(struct layout_buf *b, const struct layout_gone *gone)
{
    size_t name = gone->name != NULL ? strlen(gone->name) + 1 : 0;
    struct format_group r = { .gid = gone->id,
                              .kind = FORMAT_GROUP_GONE,
                              .name_bytes = (uint8_t)name,
                              .text_bytes = (uint32_t)name };
    r.bytes = (uint32_t)((sizeof r + name + 7) / 8 * 8);
    put(b, &r, sizeof r);
    put(b, gone->name, name);
    pad(b, 8);
}

static int put_records(struct layout *l, const struct layout_source *s)
{
    struct interned in = { .strings = &l->parts[PART_STRINGS] };
    for (size_t i = 0; i < s->user_count; i++)
        put_user(l, &in, s->users[i]);
    for (size_t i = 0; i < s->users_gone_count; i++)
        put_user_gone(&l->parts[PART_USERS], &s->users_gone[i]);
    for (size_t i = 0; i < s->group_count; i++)
        put_group(&l->parts[PART_GROUPS], s->groups[i]);
    for (size_t i = 0; i < s->groups_gone_count; i++)
        put_group_gone(&l->parts[PART_GROUPS], &s->groups_gone[i]);
    free(in.table);
    pad(&l->parts[PART_LISTS], 8);
    /* At least one NUL ends the file. */
    put(&l->parts[PART_STRINGS], "", 1);
    pad(&l->parts[PART_STRINGS], 8);
    for (size_t i = PART_USERS; i < LAYOUT_PARTS; i++)
        if (l->parts[i].failed)
            return l->parts[i].n > FORMAT_MAX_BYTES ? ERR_LIMIT : ERR_NOMEM;
    return 0;
}

/* Load factor at most 0.7: the tag is compared before a record is touched. */
static size_t entries_for(size_t keys)
{
    size_t n = 8;
    while (n * 7 / 10 < keys)
        n *= 2;
    return n;
}

static bool insert(struct layout_buf *index, uint64_t hash, uint32_t record)
{
    size_t mask = index->n / sizeof(struct format_entry) - 1;
    for (size_t i = 0; i < FORMAT_MAX_PROBES; i++) {
        uint8_t *at =
            index->p + (((size_t)(uint32_t)hash + i) & mask) * sizeof(struct format_entry);
        struct format_entry e;
        memcpy(&e, at, sizeof e);
        if (e.record != 0)
            continue;
        e = (struct format_entry){ (uint32_t)(hash >> 32), record };
        memcpy(at, &e, sizeof e);
        return true;
    }
    return false;
}

/* What a record's keys are; both kinds of record begin alike for this purpose. */
struct keys {
    const char *name; /* NULL: none */
    uint32_t id;      /* 0: none */
    uint32_t bytes;
};

static struct keys user_keys(const uint8_t *record)
{
    struct format_user u;
    memcpy(&u, record, sizeof u);
    return (struct keys){ u.name_bytes > 0 ? (const char *)record + sizeof u : NULL, u.uid,
                          u.bytes };
}

static struct keys group_keys(const uint8_t *record)
{
    struct format_group g;
    memcpy(&g, record, sizeof g);
    return (struct keys){ g.name_bytes > 0 ? (const char *)record + sizeof g : NULL, g.gid,
                          g.bytes };
}

static bool insert_all(struct layout *l, bool by_name, struct layout_buf *index,
                       const struct layout_buf *records, uint32_t first_at,
                       struct keys (*keys_of)(const uint8_t *))
{
    for (size_t at = 0; at < records->n;) {
        struct keys k = keys_of(records->p + at);
        uint64_t seed = l->header.seed;
        uint32_t record = first_at + (uint32_t)at;
        if (by_name && k.name != NULL &&
            !insert(index, format_hash_name(seed, k.name, strlen(k.name)), record))
            return false;
        if (!by_name && k.id != 0 && !insert(index, format_hash_id(seed, k.id), record))
            return false;
        at += k.bytes;
    }
    return true;
}

static int size_indexes(struct layout *l, size_t users, size_t groups, size_t factor)
{
    for (size_t i = PART_USER_NAMES; i <= PART_GROUP_IDS; i++) {
        size_t n = entries_for(i <= PART_USER_IDS ? users : groups) * factor;
        l->parts[i].n = 0;
        uint8_t *p = extend(&l->parts[i], n * sizeof(struct format_entry));
        if (p == NULL)
            return ERR_NOMEM;
        memset(p, 0, n * sizeof(struct format_entry));
    }
    return 0;
}

static struct format_index index_of(const struct layout *l, const uint32_t at[], enum part part)
{
    size_t entries = l->parts[part].n / sizeof(struct format_entry);
    return (struct format_index){ at[part], (uint32_t)entries - 1 };
}

/* Where each part lies. ERR_LIMIT when the file would be too large. */
static int place(struct layout *l)
{
    uint32_t at[LAYOUT_PARTS + 1];
    size_t sum = 0;
    for (size_t i = 0; i < LAYOUT_PARTS; i++) {
        at[i] = (uint32_t)sum;
        sum += i == PART_HEADER ? sizeof l->header : l->parts[i].n;
        if (sum > FORMAT_MAX_BYTES)
            return ERR_LIMIT;
    }
    struct format_header *h = &l->header;
    h->file_bytes = (uint32_t)sum;
    h->user_names = index_of(l, at, PART_USER_NAMES);
    h->user_ids = index_of(l, at, PART_USER_IDS);
    h->group_names = index_of(l, at, PART_GROUP_NAMES);
    h->group_ids = index_of(l, at, PART_GROUP_IDS);
    h->users_at = at[PART_USERS];
    h->users_end = h->groups_at = at[PART_GROUPS];
    h->groups_end = at[PART_LISTS];
    return 0;
}

static void add_to(uint8_t *word, uint32_t addend)
{
    uint32_t v;
    memcpy(&v, word, sizeof v);
    v += addend;
    memcpy(word, &v, sizeof v);
}

/* The lists hold offsets in PART_STRINGS, the users offsets in PART_LISTS: from the start of the
 * file from here on. */
static void place_lists(struct layout *l)
{
    uint32_t lists_at = l->header.groups_end;
    uint32_t strings_at = lists_at + (uint32_t)l->parts[PART_LISTS].n;
    for (size_t at = 0; at + 4 <= l->parts[PART_LISTS].n; at += 4)
        add_to(l->parts[PART_LISTS].p + at, strings_at);
    struct layout_buf *users = &l->parts[PART_USERS];
    for (size_t at = 0; at < users->n; at += user_keys(users->p + at).bytes)
        add_to(users->p + at + offsetof(struct format_user, lists_at), lists_at);
}

static bool fill_indexes(struct layout *l)
{
    const struct layout_buf *users = &l->parts[PART_USERS], *groups = &l->parts[PART_GROUPS];
    uint32_t users_at = l->header.users_at, groups_at = l->header.groups_at;
    return insert_all(l, true, &l->parts[PART_USER_NAMES], users, users_at, user_keys) &&
           insert_all(l, false, &l->parts[PART_USER_IDS], users, users_at, user_keys) &&
           insert_all(l, true, &l->parts[PART_GROUP_NAMES], groups, groups_at, group_keys) &&
           insert_all(l, false, &l->parts[PART_GROUP_IDS], groups, groups_at, group_keys);
}

/* Keys that collide too often get twice the room, twice; then the seed is to blame. */
static int index_records(struct layout *l, const struct layout_source *s)
{
    for (size_t factor = 1; factor <= 4; factor *= 2) {
        int err = size_indexes(l, s->user_count + s->users_gone_count,
                               s->group_count + s->groups_gone_count, factor);
        if (err == 0)
            err = place(l);
        if (err != 0)
            return err;
        if (fill_indexes(l))
            return 0;
    }
    return ERR_LIMIT;
}

static void put_header(struct layout *l)
{
    struct format_header *h = &l->header;
    uint64_t sum = format_sum_begin(h->file_bytes - FORMAT_SUM_FROM);
    sum = format_sum_add(sum, (uint8_t *)h + FORMAT_SUM_FROM, sizeof *h - FORMAT_SUM_FROM);
    for (size_t i = 1; i < LAYOUT_PARTS; i++)
        sum = format_sum_add(sum, l->parts[i].p, l->parts[i].n);
    h->checksum = sum;
    put(&l->parts[PART_HEADER], h, sizeof *h);
}

int layout_build(const struct layout_source *source, const struct format_header *header,
                 struct layout *ret_layout)
{
    struct layout l = { .header = *header };
    int err = put_records(&l, source);
    if (err == 0)
        err = index_records(&l, source);
    if (err == 0) {
        place_lists(&l);
        put_header(&l);
        err = l.parts[PART_HEADER].failed ? ERR_NOMEM : 0;
    }
    if (err == 0)
        *ret_layout = l;
    else
        layout_free(&l);
    return err;
}

void layout_free(struct layout *layout)
{
    for (size_t i = 0; i < LAYOUT_PARTS; i++) {
        free(layout->parts[i].p);
        layout->parts[i] = (struct layout_buf){ 0 };
    }
}
