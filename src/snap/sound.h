/* SPDX-License-Identifier: Apache-2.0
 *
 * The rules a record of an image keeps, or else is left out: names, ids, texts, sizes. The same
 * rules as read.c's, and those that are too dear for a look-up. Where values come from, and what
 * is done about bad ones, belongs to src/identity.
 */
#ifndef SNAP_SOUND_H
#define SNAP_SOUND_H

#include "snap/write.h"

bool sound_user(const struct snap_image *image, const struct snap_image_user *user);
bool sound_group(const struct snap_image *image, const struct snap_image_group *group);

#endif
