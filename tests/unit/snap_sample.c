/* SPDX-License-Identifier: Apache-2.0 */
#include "snap_sample.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static void fail(const char *what)
{
    perror(what);
    exit(1);
}

static void *zeroed(size_t n, size_t size)
{
    void *p = calloc(n + 1, size);
    if (p == NULL)
        fail("calloc");
    return p;
}

static void make_user(struct sample *s, size_t i, size_t groups)
{
    struct sample_texts *t = &s->texts[i];
    size_t n = groups < SAMPLE_GROUPS ? groups : SAMPLE_GROUPS;
    snprintf(t->name, sizeof t->name, "u%05zu", i);
    snprintf(t->gecos, sizeof t->gecos, "User Number %zu", i);
    snprintf(t->home, sizeof t->home, "/home/u%05zu", i);
    t->keys[0] = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIExample";
    for (size_t k = 0; k < n; k++) {
        size_t j = (i + k) % groups;
        t->gids[k] = SAMPLE_GID + (uint32_t)j;
        t->pool_groups[k] = s->pool_names[j];
    }
    uint32_t uid = SAMPLE_UID + 3 * (uint32_t)i;
    s->users[i] = (struct snap_image_user){
        .name = t->name,
        .gecos = t->gecos,
        .home = t->home,
        .shell = "/bin/bash",
        .uid = uid,
        .gid = uid,
        .status = SNAP_CONFIRMED,
        .enabled = true,
        .private_group = true,
        .pool_groups = t->pool_groups,
        .pool_group_count = n,
        .gids = t->gids,
        .gid_count = n,
        .keys = t->keys,
        .key_count = 1,
    };
}

static size_t make_group(struct sample *s, size_t j, size_t users, size_t groups, size_t first)
{
    size_t n = 0, each = groups < SAMPLE_GROUPS ? groups : SAMPLE_GROUPS;
    for (size_t i = 0; i < users; i++)
        if ((j + groups - i % groups) % groups < each)
            s->members[first + n++] = s->texts[i].name;
    s->groups[j] = (struct snap_image_group){ .name = s->group_names[j],
                                              .gid = SAMPLE_GID + (uint32_t)j,
                                              .members = s->members + first,
                                              .member_count = n };
    return n;
}

void sample_make(struct sample *s, size_t users, size_t groups)
{
    *s = (struct sample){ .users = zeroed(users, sizeof *s->users),
                          .groups = zeroed(groups, sizeof *s->groups),
                          .texts = zeroed(users, sizeof *s->texts),
                          .group_names = zeroed(groups, sizeof *s->group_names),
                          .pool_names = zeroed(groups, sizeof *s->pool_names),
                          .members = zeroed(users * SAMPLE_GROUPS, sizeof *s->members) };
    for (size_t j = 0; j < groups; j++) {
        snprintf(s->group_names[j], sizeof s->group_names[j], "g%03zu", j);
        snprintf(s->pool_names[j], sizeof s->pool_names[j], "Pool Group %zu", j);
    }
    for (size_t i = 0; i < users; i++)
        make_user(s, i, groups);
    size_t first = 0;
    for (size_t j = 0; j < groups; j++)
        first += make_group(s, j, users, groups, first);
    s->image = (struct snap_image){
        .pool_hash = 7,
        .confirmed_s = 1700000000,
        .lookup_ms = 2000,
        .is_listed = true,
        .is_whole = true,
        .has_members = true,
        .attribute_ids = { 1000, 59999 },
        .hash_ids = { 1879048192, 2147352575 },
        .users = s->users,
        .user_count = users,
        .groups = s->groups,
        .group_count = groups,
    };
}

void sample_free(struct sample *s)
{
    free(s->users);
    free(s->groups);
    free(s->texts);
    free(s->group_names);
    free(s->pool_names);
    free((void *)s->members);
    *s = (struct sample){ 0 };
}

void sample_revise(struct sample *s, size_t i, unsigned revision)
{
    snprintf(s->texts[i].gecos, sizeof s->texts[i].gecos, "revision %u", revision);
}

void sample_make_dir(const char *path, mode_t mode)
{
    char part[4096];
    snprintf(part, sizeof part, "%s", path);
    for (char *slash = strchr(part + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (mkdir(part, 0755) != 0 && errno != EEXIST)
            fail(part);
        *slash = '/';
    }
    if ((mkdir(part, mode) != 0 && errno != EEXIST) || chmod(part, mode) != 0)
        fail(part);
}

void sample_empty_dir(const char *path)
{
    DIR *d = opendir(path);
    if (d == NULL)
        fail(path);
    for (struct dirent *e = readdir(d); e != NULL; e = readdir(d))
        if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0 &&
            unlinkat(dirfd(d), e->d_name, 0) != 0)
            fail(e->d_name);
    closedir(d);
}

void sample_publish(const struct sample *s, const char *dir)
{
    struct snap_writer *w;
    struct snap_published p;
    int err = snap_writer_open(dir, &w);
    if (err == 0) {
        err = snap_publish(w, &s->image, &p);
        snap_writer_close(&w);
    }
    if (err != 0) {
        fprintf(stderr, "publish in %s: %s\n", dir, err_text(err));
        exit(1);
    }
}
