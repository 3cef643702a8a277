/* SPDX-License-Identifier: Apache-2.0
 *
 * What of an image must be written: everything sound, or what differs from the base that is
 * published. House code. Records that break a rule, or take a name or id twice, are left out one
 * by one (R-ID-03, R-SNAP-07).
 */
#ifndef SNAP_DIFF_H
#define SNAP_DIFF_H

#include "snap/layout.h"

struct diff {
    struct layout_source source; /* points into the image, the base and the arrays below */
    uint32_t users, groups;      /* that exist after it: sound ones, changed or not */
    uint32_t users_refused, groups_refused;
    /* Owned. */
    const struct snap_image_user **users_changed;
    const struct snap_image_group **groups_changed;
    struct layout_gone *users_gone, *groups_gone;
};

/* base == NULL: everything. Else a view of the base alone (snap_view_over() without a base). When
 * more than `limit` records differ, ERR_LIMIT: a new base is due. ERR_NOMEM. The caller frees
 * *ret_diff, before image and base. */
int diff_make(const struct snap_image *image, const struct snap_view *base, size_t limit,
              struct diff *ret_diff) MUST_CHECK;
void diff_free(struct diff *diff);

#endif
