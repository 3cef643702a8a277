/* SPDX-License-Identifier: Apache-2.0
 *
 * A directory of made-up users and groups for the tests and figures of snapshot and NSS: the same
 * for the same arguments. Users are u00000, u00001 ...; all have private groups, the uid
 * 1879048192 + 3 i, ten visible pool groups (fewer when there are fewer) and one SSH key. Groups
 * are g000, g001 ... with gid 2100000000 + i; user i is a member of group j when he has its gid.
 */
#ifndef TESTS_UNIT_SNAP_SAMPLE_H
#define TESTS_UNIT_SNAP_SAMPLE_H

#include "snap/write.h"

#include <sys/types.h>

#define SAMPLE_UID    1879048192u
#define SAMPLE_GID    2100000000u
#define SAMPLE_GROUPS 10 /* of one user */

struct sample_texts {
    char name[32], gecos[40], home[40];
    const char *pool_groups[SAMPLE_GROUPS];
    const char *keys[1];
    uint32_t gids[SAMPLE_GROUPS];
};

struct sample {
    struct snap_image image;
    struct snap_image_user *users;
    struct snap_image_group *groups;
    struct sample_texts *texts;
    char (*group_names)[32], (*pool_names)[40];
    const char **members; /* of all groups, one after the other */
};

/* Exits the program when memory runs out. */
void sample_make(struct sample *s, size_t users, size_t groups);
void sample_free(struct sample *s);

/* gecos of user i becomes "revision N". */
void sample_revise(struct sample *s, size_t i, unsigned revision);

/* mkdir -p; and the emptying of a directory that holds only files. Exit on failure. */
void sample_make_dir(const char *path, mode_t mode);
void sample_empty_dir(const char *path);

/* Publishes through a writer of its own; exits on failure. */
void sample_publish(const struct sample *s, const char *dir);

#endif
