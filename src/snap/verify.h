/* SPDX-License-Identifier: Apache-2.0
 *
 * The whole-file check behind snap_verify(): what a reader does not do, because it would touch
 * every page. House code, no files.
 */
#ifndef SNAP_VERIFY_H
#define SNAP_VERIFY_H

#include "snap/read.h"

/* Checksums of both files, every record sound and found by its name and its id, no two with the
 * same key in one file. ERR_FORMAT. */
int verify_view(const struct snap_view *view) MUST_CHECK;

#endif
