/* SPDX-License-Identifier: Apache-2.0
 *
 * The bytes of one snapshot file, built in memory from records that are known to be sound. House
 * code. Which records go in is decided by diff.c, how they get to the disk by publish.c.
 */
#ifndef SNAP_LAYOUT_H
#define SNAP_LAYOUT_H

#include "snap/write.h"

/* What a tombstone hides. */
struct layout_gone {
    const char *name; /* NULL: no name */
    uint32_t id;      /* 0: no id */
};

struct layout_source {
    const struct snap_image_user *const *users;
    const struct snap_image_group *const *groups;
    const struct layout_gone *users_gone, *groups_gone;
    size_t user_count, group_count, users_gone_count, groups_gone_count;
};

/* A growing array of bytes; .failed sticks when memory ran out. */
struct layout_buf {
    uint8_t *p;
    size_t n, cap;
    bool failed;
};

#define LAYOUT_PARTS 9 /* header, four indexes, users, groups, lists, strings */

struct layout {
    struct layout_buf parts[LAYOUT_PARTS]; /* one after the other they are the file */
    struct format_header header;           /* as parts[0], complete with its checksum */
};

/* Builds the file. `header` gives everything but layout and checksum; names are hashed with its
 * seed. ERR_NOMEM; ERR_LIMIT: larger than FORMAT_MAX_BYTES, or this seed makes too many keys
 * collide. The caller frees *ret_layout. */
int layout_build(const struct layout_source *source, const struct format_header *header,
                 struct layout *ret_layout) MUST_CHECK;
void layout_free(struct layout *layout);

#endif
