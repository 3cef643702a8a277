/* SPDX-License-Identifier: Apache-2.0 */
#include "ideal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/* As large as the snapshot's records: 192 bytes. */
struct user_record {
    uint32_t uid, gid;
    uint16_t gecos, home, shell, bytes;
    uint32_t gids[SAMPLE_GROUPS];
    char text[136];
};

#define MEMBERS 200

struct group_record {
    uint32_t gid, bytes;
    uint32_t member_at[MEMBERS];
    char text[2048];
};

#define MASK 32767u

struct tables {
    uint32_t user_names[MASK + 1], user_ids[MASK + 1], group_names[MASK + 1];
    struct user_record users[10000];
    struct group_record groups[500];
};

static struct tables *tables;

bool ideal_is_floor;

/* Any good hash will do; this one finds most names at once. */
static uint32_t hash_name(const char *s)
{
    uint64_t h = 0;
    for (; *s != '\0'; s++)
        h = (h + (uint8_t)*s) * 0x9e3779b97f4a7c15ull;
    return (uint32_t)((h ^ h >> 29) * 0xbf58476d1ce4e5b9ull >> 40);
}

static uint32_t hash_id(uint32_t id)
{
    return (uint32_t)(id * 0x9e3779b97f4a7c15ull >> 40);
}

static void insert(uint32_t *table, uint32_t hash, uint32_t record)
{
    while (table[hash & MASK] != 0)
        hash++;
    table[hash & MASK] = record + 1;
}

static uint16_t append(char *text, uint16_t at, const char *s)
{
    memcpy(text + at, s, strlen(s) + 1);
    return (uint16_t)(at + strlen(s) + 1);
}

static void make_user(struct user_record *r, const struct snap_image_user *u)
{
    r->uid = u->uid;
    r->gid = u->gid;
    r->gecos = append(r->text, append(r->text, 0, u->name), "x");
    r->home = append(r->text, r->gecos, u->gecos);
    r->shell = append(r->text, r->home, u->home);
    r->bytes = append(r->text, r->shell, u->shell);
    memcpy(r->gids, u->gids, sizeof r->gids);
}

static void make_group(struct group_record *r, const struct snap_image_group *g)
{
    uint16_t at = append(r->text, append(r->text, 0, g->name), "x");
    r->gid = g->gid;
    for (size_t i = 0; i < MEMBERS; i++) {
        r->member_at[i] = at;
        at = append(r->text, at, g->members[i]);
    }
    r->bytes = at;
}

void ideal_make(const struct sample *sample)
{
    tables = mmap(NULL, sizeof *tables, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (tables == MAP_FAILED || sample->image.user_count > COUNT(tables->users) ||
        sample->image.group_count > COUNT(tables->groups)) {
        fprintf(stderr, "ideal: no room\n");
        exit(1);
    }
    for (uint32_t i = 0; i < sample->image.user_count; i++) {
        make_user(&tables->users[i], &sample->users[i]);
        insert(tables->user_names, hash_name(sample->users[i].name), i);
        insert(tables->user_ids, hash_id(sample->users[i].uid), i);
    }
    for (uint32_t i = 0; i < sample->image.group_count; i++) {
        make_group(&tables->groups[i], &sample->groups[i]);
        insert(tables->group_names, hash_name(sample->groups[i].name), i);
    }
}

static const struct user_record *find_user(const char *name)
{
    for (uint32_t h = hash_name(name);; h++) {
        const struct user_record *r = &tables->users[tables->user_names[h & MASK] - 1];
        if (strcmp(r->text, name) == 0)
            return r;
    }
}

struct room {
    char *at, *end;
};

static char *copy(struct room *r, const char *s)
{
    size_t n = strlen(s) + 1;
    if ((size_t)(r->end - r->at) < n)
        return NULL;
    char *p = memcpy(r->at, s, n);
    r->at += n;
    return p;
}

static void copy_user(const struct user_record *r, struct passwd *ret, char *buffer, size_t bytes)
{
    ret->pw_uid = r->uid;
    ret->pw_gid = r->gid;
    if (ideal_is_floor) {
        memcpy(buffer, r->text, r->bytes);
        ret->pw_name = buffer;
        ret->pw_passwd = buffer + r->gecos - 2;
        ret->pw_gecos = buffer + r->gecos;
        ret->pw_dir = buffer + r->home;
        ret->pw_shell = buffer + r->shell;
        return;
    }
    struct room room = { buffer, buffer + bytes };
    ret->pw_name = copy(&room, r->text);
    ret->pw_passwd = copy(&room, "x");
    ret->pw_gecos = copy(&room, r->text + r->gecos);
    ret->pw_dir = copy(&room, r->text + r->home);
    ret->pw_shell = copy(&room, r->text + r->shell);
}

void ideal_getpwnam(const char *name, struct passwd *ret, char *buffer, size_t bytes)
{
    copy_user(find_user(name), ret, buffer, bytes);
}

void ideal_getpwuid(uint32_t uid, struct passwd *ret, char *buffer, size_t bytes)
{
    uint32_t h = hash_id(uid);
    while (tables->users[tables->user_ids[h & MASK] - 1].uid != uid)
        h++;
    copy_user(&tables->users[tables->user_ids[h & MASK] - 1], ret, buffer, bytes);
}

void ideal_initgroups(const char *name, gid_t group, long *start, long *size, gid_t **gids)
{
    const struct user_record *r = find_user(name);
    if (ideal_is_floor) {
        memcpy(*gids + *start, r->gids, sizeof r->gids);
        *start += SAMPLE_GROUPS;
        return;
    }
    for (size_t i = 0; i < SAMPLE_GROUPS && r->gid == group; i++) {
        if (r->gids[i] == group)
            continue;
        if (*start == *size) {
            *size *= 2;
            *gids = reallocarray(*gids, (size_t)*size, sizeof **gids);
        }
        (*gids)[(*start)++] = r->gids[i];
    }
}

static void copy_group(const struct group_record *r, struct group *ret, char *buffer, size_t bytes)
{
    char **members = (char **)(void *)buffer;
    char *text = buffer + (MEMBERS + 1) * sizeof *members;
    if (ideal_is_floor) {
        memcpy(text, r->text, r->bytes);
        for (size_t i = 0; i < MEMBERS; i++)
            members[i] = text + r->member_at[i];
        ret->gr_passwd = text + strlen(text) + 1;
    } else {
        struct room room = { text, buffer + bytes };
        (void)copy(&room, r->text);
        ret->gr_passwd = copy(&room, "x");
        for (size_t i = 0; i < MEMBERS; i++)
            members[i] = copy(&room, r->text + r->member_at[i]);
    }
    members[MEMBERS] = NULL;
    ret->gr_name = text;
    ret->gr_gid = r->gid;
    ret->gr_mem = members;
}

void ideal_getgrnam(const char *name, struct group *ret, char *buffer, size_t bytes)
{
    uint32_t h = hash_name(name);
    while (strcmp(tables->groups[tables->group_names[h & MASK] - 1].text, name) != 0)
        h++;
    copy_group(&tables->groups[tables->group_names[h & MASK] - 1], ret, buffer, bytes);
}
