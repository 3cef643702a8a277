/* SPDX-License-Identifier: Apache-2.0 */
#include "pam_world.h"

#include "base/paths.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

static const char passwd[] = "root:x:0:0:root:/root:/bin/bash\n"
                             "daemon:x:1:1::/:/usr/sbin/nologin\n"
                             "lena:x:1000:1000::/home/lena:/bin/bash\n";
static const char group[] = "root:x:0:\nsudo:x:27:\nlena:x:1000:\n";
static const char config[] = "[pool]\n"
                             "pool_id = eu-central-1_AbC123xyz\n"
                             "client_id = 1example23456789\n"
                             "[login]\n"
                             "login_timeout = 5s\n"
                             "[access]\n"
                             "allow_groups = LinuxUsers\n";

void world_fail(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
    exit(1);
}

void world_format(char *dst, size_t cap, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int n = vsnprintf(dst, cap, format, args);
    va_end(args);
    if (n < 0 || (size_t)n >= cap)
        world_fail("longer than %zu bytes: %s", cap, dst);
}

static void make_parents(const char *path)
{
    char dir[1024];
    world_format(dir, sizeof dir, "%s", path);
    for (char *p = dir + 1; (p = strchr(p, '/')) != NULL; p++) {
        *p = '\0';
        if (mkdir(dir, 0755) != 0 && errno != EEXIST)
            world_fail("mkdir %s: %s", dir, strerror(errno));
        *p = '/';
    }
}

/* The files of a directory, not deeper. */
static void empty(const char *dir)
{
    char path[1024];
    struct dirent *e;
    DIR *d = opendir(dir);
    while (d != NULL && (e = readdir(d)) != NULL) {
        world_format(path, sizeof path, "%s/%s", dir, e->d_name);
        (void)unlink(path); /* a directory stays */
    }
    if (d != NULL)
        closedir(d);
}

void world_write(const char *path, mode_t mode, const char *text)
{
    make_parents(path);
    (void)unlink(path);
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text) || fchmod(fd, mode) != 0)
        world_fail("%s: %s", path, strerror(errno));
    close(fd);
}

void world_append(const char *path, const char *text)
{
    make_parents(path);
    int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text))
        world_fail("%s: %s", path, strerror(errno));
    close(fd);
}

void world_remove(const char *path)
{
    (void)unlink(path);
}

void world_make(void)
{
    umask(022);
    make_parents(path_nss_socket);
    empty(path_run_dir);
    empty(path_snap_dir);
    empty(path_config_dir);
    world_write(path_passwd, 0644, passwd);
    world_write(path_group, 0644, group);
    world_write(path_subuid, 0644, "lena:100000:65536\n");
    world_write(path_subgid, 0644, "lena:100000:65536\n");
    world_write(path_config, 0644, config);
}

struct world_user *world_user(struct world_directory *d, const char *name)
{
    for (size_t i = 0; i < d->count; i++)
        if (strcmp(d->users[i].name, name) == 0)
            return &d->users[i];
    if (d->count == WORLD_USERS)
        world_fail("too many users");
    struct world_user *u = &d->users[d->count];
    memset(u, 0, sizeof *u);
    world_format(u->name, sizeof u->name, "%s", name);
    u->uid = WORLD_FIRST_UID + (uint32_t)d->count++;
    u->gid = u->uid;
    u->status = SNAP_CONFIRMED;
    world_format(u->groups[u->group_count++], sizeof u->groups[0], "LinuxUsers");
    return u;
}

static struct snap_image_user image_of(const struct world_user *u,
                                       const char *groups[static WORLD_GROUPS])
{
    for (size_t i = 0; i < u->group_count; i++)
        groups[i] = u->groups[i];
    return (struct snap_image_user){
        .name = u->name,
        .gecos = "A person",
        .home = "/home/somebody",
        .shell = "/bin/bash",
        .uid = u->uid,
        .gid = u->gid,
        .status = u->status,
        .enabled = !u->is_disabled,
        .pool_groups = groups,
        .pool_group_count = u->group_count,
    };
}

void world_publish(const struct world_directory *d)
{
    const char *groups[WORLD_USERS][WORLD_GROUPS];
    struct snap_image_user users[WORLD_USERS];
    for (size_t i = 0; i < d->count; i++)
        users[i] = image_of(&d->users[i], groups[i]);
    const struct snap_image image = {
        .confirmed_s = time(NULL) - d->age_s,
        .is_whole = !d->is_part,
        .lookup_ms = 1000,
        .attribute_ids = { 1000, 59999 },
        .hash_ids = { 1879048192, 2147352575 },
        .users = users,
        .user_count = d->count,
    };
    struct snap_writer *writer = NULL;
    struct snap_published published;
    if (snap_writer_open(path_snap_dir, &writer) != 0 ||
        snap_publish(writer, &image, &published) != 0)
        world_fail("the snapshot was not published");
    snap_writer_close(&writer);
    if (published.users != d->count)
        world_fail("the snapshot refused %u users", published.users_refused);
}

int world_listen(const char *path)
{
    struct sockaddr_un to = { .sun_family = AF_UNIX };
    if (strlen(path) >= sizeof to.sun_path)
        world_fail("%s: too long for a socket", path);
    memcpy(to.sun_path, path, strlen(path));
    make_parents(path);
    (void)unlink(path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)&to, sizeof to) != 0 || listen(fd, 8) != 0)
        world_fail("%s: %s", path, strerror(errno));
    return fd;
}
