/* SPDX-License-Identifier: Apache-2.0
 *
 * Watches the host's own account files (passwd, group, subuid, subgid, shells): a local user or
 * group that appears takes its name and ids from the pool's at once, one that goes gives them back.
 * The files are replaced by a rename, so their folder is watched; some programs write several of
 * them, so a moment passes before the snapshot is compiled anew (R-ID-05, R-ID-08).
 */
#ifndef DAEMON_HOSTWATCH_H
#define DAEMON_HOSTWATCH_H

#include "base/err.h"

struct daemon;
struct hostwatch;

/* ERR_NOMEM. A host that has no inotify left to give is logged, no failure: changes count from the
 * next publish on then. */
int hostwatch_open(struct daemon *d, struct hostwatch **ret_watch) MUST_CHECK;
void hostwatch_close(struct hostwatch **watch);

#endif
