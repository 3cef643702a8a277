/* SPDX-License-Identifier: Apache-2.0
 *
 * Does a published record say what one of an image says? House code. What follows from it, belongs
 * to diff.c and amend.c.
 */
#ifndef SNAP_SAME_H
#define SNAP_SAME_H

#include "snap/write.h"

/* Group names that were found equal in snapshot and image: the same pair comes for each of a
 * group's users. All zeros is empty. */
#define SAME_MEMO 512
struct same_memo {
    struct {
        const char *old, *new;
    } pair[SAME_MEMO];
};

/* The names are not compared: it was found by its name. */
bool same_user(struct same_memo *memo, const struct snap_user *old,
               const struct snap_image_user *new);
bool same_group(const struct snap_group *old, const struct snap_image_group *new);

#endif
