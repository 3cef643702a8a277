/* SPDX-License-Identifier: Apache-2.0 */
#include "base/file.h"

#include "base/id.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A host process may have closed 0-2; a descriptor of ours there would become its stdout. */
static int above_stdio(int fd)
{
    if (fd < 0 || fd > 2)
        return fd;
    int moved = fcntl(fd, F_DUPFD_CLOEXEC, 3);
    int saved = errno;
    close(fd);
    errno = saved;
    return moved;
}

static int open_cloexec(const char *path, int flags)
{
    return above_stdio(open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK | flags));
}

static int directory_owner(const char *path, uid_t *ret_uid)
{
    char dir[PATH_MAX];
    const char *slash = strrchr(path, '/');
    if (slash == NULL || slash == path || (size_t)(slash - path) >= sizeof dir)
        return ERR_REFUSED;
    memcpy(dir, path, (size_t)(slash - path));
    dir[slash - path] = '\0';
    struct stat st;
    if (stat(dir, &st) != 0)
        return err_from_errno(errno);
    if ((st.st_mode & S_IWOTH) != 0 && (st.st_mode & S_ISVTX) == 0)
        return ERR_REFUSED;
    *ret_uid = st.st_uid;
    return 0;
}

static int judge(const char *path, const struct stat *st, size_t max_bytes)
{
    uid_t owner;
    int err = directory_owner(path, &owner);
    if (err != 0)
        return err;
    if (!S_ISREG(st->st_mode) || (st->st_mode & (S_IWGRP | S_IWOTH)) != 0)
        return ERR_REFUSED;
    if (st->st_uid != 0 && st->st_uid != owner)
        return ERR_REFUSED;
    return st->st_size < 0 || (uintmax_t)st->st_size > max_bytes ? ERR_LIMIT : 0;
}

int file_open_trusted(const char *path, size_t max_bytes, int *ret_fd, size_t *ret_bytes)
{
    int fd = open_cloexec(path, O_NOFOLLOW);
    if (fd < 0)
        return errno == ELOOP ? ERR_REFUSED : err_from_errno(errno);
    struct stat st;
    int err = fstat(fd, &st) != 0 ? err_from_errno(errno) : judge(path, &st, max_bytes);
    if (err != 0) {
        close(fd);
        return err;
    }
    *ret_fd = fd;
    *ret_bytes = (size_t)st.st_size;
    return 0;
}

/* Reads until n bytes are there or the file ends; returns what was read or a negative err. */
static ssize_t read_full(int fd, char *p, size_t n)
{
    size_t done = 0;
    while (done < n) {
        ssize_t r = read(fd, p + done, n - done);
        if (r < 0 && errno == EINTR)
            continue;
        if (r < 0)
            return err_from_errno(errno);
        if (r == 0)
            break;
        done += (size_t)r;
    }
    return (ssize_t)done;
}

int file_read_trusted(const char *path, size_t max_bytes, char **ret_text, size_t *ret_bytes)
{
    int fd;
    size_t size;
    int err = file_open_trusted(path, max_bytes, &fd, &size);
    if (err != 0)
        return err;
    char *text = malloc(size + 1);
    ssize_t got = text == NULL ? ERR_NOMEM : read_full(fd, text, size);
    close(fd);
    if (got < 0) {
        free(text);
        return (int)got;
    }
    text[got] = '\0';
    if (memchr(text, '\0', (size_t)got) != NULL) {
        free(text);
        return ERR_FORMAT;
    }
    *ret_text = text;
    *ret_bytes = (size_t)got;
    return 0;
}

/* The head of a line is enough for four fields; what follows (members, gecos) is skipped. */
#define LINE_HEAD 256

struct line {
    char head[LINE_HEAD];
    size_t len;
};

static char *cut_field(char **at)
{
    char *field = *at, *colon = strchr(field, ':');
    if (colon == NULL) {
        *at = field + strlen(field);
    } else {
        *colon = '\0';
        *at = colon + 1;
    }
    return field;
}

static bool visit_line(struct line *l, bool (*visit)(void *, const struct file_row *), void *arg)
{
    l->head[l->len] = '\0';
    l->len = 0;
    if (strchr("#+-", l->head[0]) != NULL) /* "" too: strchr finds the NUL */
        return true;
    char *at = l->head;
    struct file_row row;
    row.name = cut_field(&at);
    row.second = cut_field(&at);
    row.third = cut_field(&at);
    row.fourth = cut_field(&at);
    return visit(arg, &row);
}

static int each_row(int fd, bool (*visit)(void *, const struct file_row *), void *arg)
{
    struct line line = { .len = 0 };
    char chunk[1536];
    for (;;) {
        ssize_t n = read_full(fd, chunk, sizeof chunk);
        if (n < 0)
            return (int)n;
        for (ssize_t i = 0; i < n; i++) {
            if (chunk[i] == '\n') {
                if (!visit_line(&line, visit, arg))
                    return 0;
            } else if (line.len < LINE_HEAD - 1) {
                line.head[line.len++] = chunk[i];
            }
        }
        if (n < (ssize_t)sizeof chunk) {
            if (line.len > 0)
                (void)visit_line(&line, visit, arg);
            return 0;
        }
    }
}

int file_each_row(const char *path, bool (*visit)(void *arg, const struct file_row *row), void *arg)
{
    int fd = open_cloexec(path, 0);
    if (fd < 0)
        return err_from_errno(errno);
    int err = each_row(fd, visit, arg);
    close(fd);
    return err;
}

struct wanted {
    const char *name;
    bool found;
};

static bool match_name(void *arg, const struct file_row *row)
{
    struct wanted *w = arg;
    w->found = strcmp(row->name, w->name) == 0;
    return !w->found;
}

int file_has_name(const char *path, const char *name, bool *ret_found)
{
    struct wanted w = { .name = name };
    int err = file_each_row(path, match_name, &w);
    if (err == 0)
        *ret_found = w.found;
    return err;
}
