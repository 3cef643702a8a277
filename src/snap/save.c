/* SPDX-License-Identifier: Apache-2.0 */
#include "snap/save.h"

#include "snap/map.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

/* What the reader asks of the files (R-ID-17) must hold of the copy of the copy, too. */
#define DIR_MODE    0755
#define FILE_MODE   0644
#define NEW_CURRENT FORMAT_CURRENT ".new"
#define NEW_BASE    FORMAT_BASE "new"

static int open_dir(const char *dir, int *ret_fd)
{
    bool is_new = mkdir(dir, DIR_MODE) == 0;
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return err_from_errno(errno);
    if (is_new && fchmod(fd, DIR_MODE) != 0) { /* past the umask */
        close(fd);
        return ERR_SYSTEM;
    }
    *ret_fd = fd;
    return 0;
}

static int write_all(int fd, const uint8_t *bytes, size_t n)
{
    while (n > 0) {
        ssize_t done = write(fd, bytes, n);
        if (done < 0 && errno == EINTR)
            continue;
        if (done < 0)
            return err_from_errno(errno);
        bytes += done;
        n -= (size_t)done;
    }
    return 0;
}

static int write_file(int dir_fd, const char *name, const struct snap_file *from, int *ret_fd)
{
    (void)unlinkat(dir_fd, name, 0);
    int fd = openat(dir_fd, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, FILE_MODE);
    if (fd < 0)
        return err_from_errno(errno);
    int err = fchmod(fd, FILE_MODE) != 0 ? ERR_SYSTEM : write_all(fd, from->bytes, from->size);
    if (err != 0) {
        close(fd);
        (void)unlinkat(dir_fd, name, 0);
        return err;
    }
    (void)sync_file_range(fd, 0, 0, SYNC_FILE_RANGE_WRITE); /* begins, does not wait */
    *ret_fd = fd;
    return 0;
}

/* Renamed into place when it was whole, it can only be the same. */
static bool has_base(const struct snap_save *save)
{
    char name[FORMAT_BASE_BYTES];
    struct stat st;
    map_base_name(save->base_generation, name);
    return fstatat(save->dir_fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st.st_mode);
}

int snap_save_begin(struct snap_save *save, const struct snap_view *view, const char *dir)
{
    struct format_header base;
    struct snap_save s = { .is_begun = true, .dir_fd = -1, .base_fd = -1, .current_fd = -1 };
    memcpy(&base, view->base.bytes, sizeof base);
    s.base_generation = base.generation;
    int err = open_dir(dir, &s.dir_fd);
    if (err == 0 && !has_base(&s))
        err = write_file(s.dir_fd, NEW_BASE, &view->base, &s.base_fd);
    if (err == 0)
        err = write_file(s.dir_fd, NEW_CURRENT, &view->overlay, &s.current_fd);
    if (err != 0) {
        snap_save_cancel(&s);
        return err;
    }
    *save = s;
    return 0;
}

static int close_synced(int *fd)
{
    int err = *fd >= 0 && fsync(*fd) != 0 ? ERR_SYSTEM : 0;
    if (*fd >= 0 && close(*fd) != 0 && err == 0)
        err = ERR_SYSTEM;
    *fd = -1;
    return err;
}

static int rename_in(const struct snap_save *save, const char *from, const char *to)
{
    return renameat(save->dir_fd, from, save->dir_fd, to) == 0 ? 0 : err_from_errno(errno);
}

static void remove_other_bases(const struct snap_save *save)
{
    char keep[FORMAT_BASE_BYTES];
    map_base_name(save->base_generation, keep);
    int fd = openat(save->dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *d = fd >= 0 ? fdopendir(fd) : NULL;
    if (d == NULL) {
        if (fd >= 0)
            close(fd);
        return;
    }
    for (struct dirent *e = readdir(d); e != NULL; e = readdir(d))
        if (strncmp(e->d_name, FORMAT_BASE, sizeof FORMAT_BASE - 1) == 0 &&
            strcmp(e->d_name, keep) != 0)
            (void)unlinkat(save->dir_fd, e->d_name, 0);
    closedir(d);
}

/* The base has its name, on the disk, before anything names it. */
static int flip(struct snap_save *save)
{
    char name[FORMAT_BASE_BYTES];
    bool is_new = save->base_fd >= 0;
    map_base_name(save->base_generation, name);
    int err = close_synced(&save->base_fd);
    if (err == 0)
        err = close_synced(&save->current_fd);
    if (err == 0 && is_new)
        err = rename_in(save, NEW_BASE, name);
    if (err == 0 && fsync(save->dir_fd) != 0)
        err = ERR_SYSTEM;
    return err == 0 ? rename_in(save, NEW_CURRENT, FORMAT_CURRENT) : err;
}

int snap_save_finish(struct snap_save *save)
{
    int err = flip(save);
    if (err == 0) {
        (void)fsync(save->dir_fd);
        remove_other_bases(save);
    }
    snap_save_cancel(save);
    return err;
}

void snap_save_cancel(struct snap_save *save)
{
    if (!save->is_begun)
        return;
    int *const fds[] = { &save->base_fd, &save->current_fd };
    for (size_t i = 0; i < COUNT(fds); i++)
        if (*fds[i] >= 0)
            close(*fds[i]);
    if (save->dir_fd >= 0) {
        (void)unlinkat(save->dir_fd, NEW_BASE, 0);
        (void)unlinkat(save->dir_fd, NEW_CURRENT, 0);
        close(save->dir_fd);
    }
    *save = (struct snap_save){ 0 };
}
