/* SPDX-License-Identifier: Apache-2.0
 *
 * The host that the PAM module sees in a test: everything below PATH_ROOT, written anew for each
 * test. Account files, configuration, snapshot, sockets. Any failure ends the test program. What
 * the daemon says belongs to pam_daemon.h.
 */
#ifndef CONTRACT_PAM_WORLD_H
#define CONTRACT_PAM_WORLD_H

#include "base/name.h"
#include "snap/write.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define WORLD_USERS     8
#define WORLD_GROUPS    4
#define WORLD_FIRST_UID 1879050001u

struct world_user {
    char name[NAME_SIZE];
    uint32_t uid, gid; /* 0: WORLD_FIRST_UID and up; gid: uid */
    enum snap_status status;
    bool is_disabled;
    char groups[WORLD_GROUPS][64];
    size_t group_count;
};

/* What the snapshot shall hold. */
struct world_directory {
    struct world_user users[WORLD_USERS];
    size_t count;
    int64_t age_s; /* since the directory agreed with the pool */
    bool is_part;  /* it has never been read as a whole */
};

/* An empty host: root and the local user lena in its account files, a good configuration that
 * allows LinuxUsers, no snapshot, no socket. */
void world_make(void);

void world_write(const char *path, mode_t mode, const char *text);
void world_append(const char *path, const char *text);
void world_remove(const char *path);

/* The user of that name, added with good defaults when the directory has none. */
struct world_user *world_user(struct world_directory *d, const char *name);
void world_publish(const struct world_directory *d);

/* A listening socket. */
int world_listen(const char *path);

/* snprintf() that fails instead of cutting. */
void world_format(char *dst, size_t cap, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

void world_fail(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));

#endif
