/* SPDX-License-Identifier: Apache-2.0
 *
 * Comparing a view with the image it should show, whole; using every byte of a view that may be
 * anything; and what is mapped of them.
 */
#ifndef TESTS_UNIT_SNAP_CHECK_H
#define TESTS_UNIT_SNAP_CHECK_H

#include "snap/write.h"

/* NULL when view shows exactly the users and groups of image, by name and by id; else what is
 * wrong, in a static text. */
const char *check_view(const struct snap_view *view, const struct snap_image *image);

/* Looks everything up that might be there and reads every string it gets to its end. Returns a
 * sum over what it read. */
uint64_t check_exercise(const struct snap_view *view);

/* How many mappings of files in dir this process has. */
size_t check_mapped(const char *dir);

#endif
