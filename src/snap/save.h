/* SPDX-License-Identifier: Apache-2.0
 *
 * A copy of the published pair in another directory, on the disk, for the time after a reboot:
 * what is copied back into path_snap_dir as it lies is a snapshot (doc/SNAPSHOT.md). In two steps,
 * so that the caller need not wait for the disk: begun, the kernel is writing; some seconds later
 * there is little left to wait for. House code.
 */
#ifndef SNAP_SAVE_H
#define SNAP_SAVE_H

#include "snap/read.h"

/* Between the steps; all zeros when nothing is begun. */
struct snap_save {
    bool is_begun;
    int dir_fd, base_fd, current_fd; /* base_fd -1: the base is there already */
    uint64_t base_generation;
};

/* Writes beside what dir holds; view is of one moment and not needed after it. dir is made when it
 * is missing, but not its parents. ERR_SYSTEM and what else open() says; nothing is begun then. */
int snap_save_begin(struct snap_save *save, const struct snap_view *view,
                    const char *dir) MUST_CHECK;

/* Waits for the disk, then the copy is the one in dir: by one rename, as snap_publish(). On
 * failure the one before is. Nothing is begun after either. */
int snap_save_finish(struct snap_save *save) MUST_CHECK;
/* Gives up what is begun, if anything. */
void snap_save_cancel(struct snap_save *save);

#endif
