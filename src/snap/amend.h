/* SPDX-License-Identifier: Apache-2.0
 *
 * The overlay that is published, with some users changed: what of it is carried over, what is new,
 * and which groups have other members for it. House code. Nothing is read of the base but what the
 * changed users have there. Whole images are compared in diff.c.
 */
#ifndef SNAP_AMEND_H
#define SNAP_AMEND_H

#include "snap/layout.h"

struct amend {
    struct layout_source source; /* points into the changes, the published pair and the memory */
    uint32_t users, groups;      /* that exist after it */
    struct amend_memory *memory; /* owned */
};

/* As snap_amend(); view is what is published, an overlay and its base. More than `limit` records of
 * either kind in the overlay are ERR_LIMIT. The caller frees *ret_amend, before view and image. */
int amend_make(const struct snap_view *view, const struct snap_image *image,
               const struct snap_gone *gone, size_t gone_count, size_t limit,
               struct amend *ret_amend) MUST_CHECK;
void amend_free(struct amend *amend);

#endif
