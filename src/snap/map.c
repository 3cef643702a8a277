/* SPDX-License-Identifier: Apache-2.0 */
#include "snap/map.h"

#include "base/file.h"

#include <errno.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define PATH_BYTES 1024
#define MAX_TRIES  32 /* flips that may come between opening `current` and the rest */

static int path_in(const char *dir, const char *name, char path[PATH_BYTES])
{
    size_t d = strlen(dir), n = strlen(name);
    if (d + n + 2 > PATH_BYTES)
        return ERR_LIMIT;
    memcpy(path, dir, d);
    path[d] = '/';
    memcpy(path + d + 1, name, n + 1);
    return 0;
}

void map_base_name(uint64_t generation, char ret_name[FORMAT_BASE_BYTES])
{
    memcpy(ret_name, FORMAT_BASE, sizeof FORMAT_BASE);
    for (size_t i = 0; i < 16; i++)
        ret_name[sizeof FORMAT_BASE - 1 + i] = "0123456789abcdef"[generation >> (60 - 4 * i) & 15];
    ret_name[FORMAT_BASE_BYTES - 1] = '\0';
}

struct bytes {
    void *p;
    size_t n;
};

/* Shared, so that the writer's mark is seen. Says which file it is when ret_st is not NULL. */
static int map_fd(int fd, size_t size, struct bytes *ret, struct stat *ret_st)
{
    if (size < sizeof(struct format_header))
        return ERR_FORMAT;
    if (ret_st != NULL && fstat(fd, ret_st) != 0)
        return err_from_errno(errno);
    void *p = mmap(NULL, size, PROT_READ, MAP_SHARED, fd, 0);
    if (p == MAP_FAILED)
        return err_from_errno(errno);
    ret->p = p;
    ret->n = size;
    return 0;
}

static int map_file(const char *dir, const char *name, struct bytes *ret, struct stat *ret_st)
{
    char path[PATH_BYTES];
    int err = path_in(dir, name, path);
    if (err != 0)
        return err;
    int fd;
    size_t size;
    err = file_open_trusted(path, FORMAT_MAX_BYTES, &fd, &size);
    if (err != 0)
        return err;
    err = map_fd(fd, size, ret, ret_st);
    close(fd);
    return err;
}

static int map_base_of(const char *dir, const struct bytes *current, struct bytes *ret)
{
    struct format_header h;
    memcpy(&h, current->p, sizeof h);
    if (h.magic != FORMAT_MAGIC || h.version != FORMAT_VERSION)
        return ERR_FORMAT;
    char name[FORMAT_BASE_BYTES];
    map_base_name(h.base_generation, name);
    return map_file(dir, name, ret, NULL);
}

/* The word was read after the open: the marks of a flip in between are in it already, and no
 * other will come. Not marked at all, or still at the path, it is the current file, and the mark
 * behind the rename is yet to come. */
static bool was_flipped(const struct map *m, const char *dir)
{
    return m->superseded != 0 && !map_is_published(m, dir);
}

static int map_pair(const char *dir, struct map *ret, bool *ret_flipped)
{
    struct bytes current, base;
    struct stat st;
    int err = map_file(dir, FORMAT_CURRENT, &current, &st);
    if (err != 0)
        return err;
    struct map m = { .device = st.st_dev, .inode = st.st_ino };
    const char *word = (char *)current.p + offsetof(struct format_header, superseded);
    m.superseded = __atomic_load_n((const uint32_t *)(const void *)word, __ATOMIC_ACQUIRE);
    *ret_flipped = was_flipped(&m, dir);
    err = *ret_flipped ? ERR_ABSENT : map_base_of(dir, &current, &base);
    if (err == ERR_ABSENT)
        *ret_flipped = true; /* its base was retired: another file is `current` by now */
    if (err == 0) {
        err = snap_view_over(current.p, current.n, base.p, base.n, &m.view);
        if (err != 0)
            munmap(base.p, base.n);
    }
    if (err != 0)
        munmap(current.p, current.n);
    else
        *ret = m;
    return err;
}

int map_open(const char *dir, struct map *ret_map)
{
    for (int i = 0; i < MAX_TRIES; i++) {
        bool flipped = false;
        int err = map_pair(dir, ret_map, &flipped);
        if (!flipped)
            return err;
    }
    return ERR_FORMAT;
}

static void unmap(struct snap_file *f)
{
    if (f->bytes != NULL)
        munmap((void *)(uintptr_t)f->bytes, f->size);
    f->bytes = NULL;
}

void map_close(struct map *map)
{
    unmap(&map->view.overlay);
    unmap(&map->view.base);
}

bool map_is_published(const struct map *map, const char *dir)
{
    char path[PATH_BYTES];
    struct stat st;
    if (path_in(dir, FORMAT_CURRENT, path) != 0)
        return false;
    if (stat(path, &st) != 0)
        return errno != ENOENT && errno != ENOTDIR;
    return st.st_dev == map->device && st.st_ino == map->inode;
}
