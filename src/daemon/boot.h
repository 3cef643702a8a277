/* SPDX-License-Identifier: Apache-2.0
 *
 * The snapshot over a reboot and over a crash. The published pair is copied to `boot` in the state
 * directory, from where tmpfiles.d puts it into /run before anything is started, also when the
 * daemon is masked. And what a daemon that starts finds published is believed where it is stricter
 * than what was kept of the image (kept.h), which may be older.
 */
#ifndef DAEMON_BOOT_H
#define DAEMON_BOOT_H

#include "daemon/daemon.h"

struct boot;

/* ERR_NOMEM. After the writer. */
int boot_open(struct daemon *d, struct boot **ret_boot) MUST_CHECK;
/* Writes what is not written yet, and waits for it. */
void boot_close(struct boot **bp);

/* Something was published: the copy follows, at most every few minutes. NULL does nothing. */
void boot_published(struct boot *boot);

/* What is published of this pool; NULL: nothing. The writer's, until it publishes. */
const struct snap_view *boot_view(const struct daemon *d);

/* The image as it was kept, before it is published: names and uids are the bindings' (R-ID-02),
 * and nobody gets back what the published snapshot says was taken: after a crash that is newer. */
void boot_restrict(struct daemon *d);

/* Is a whole directory of this pool published, while the image never was one? (R-SNAP-07) */
bool boot_is_better(const struct daemon *d);

#endif
