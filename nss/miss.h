/* SPDX-License-Identifier: Apache-2.0
 *
 * A name that the snapshot does not have: whether, and how long, the daemon is asked (R-NSS-09).
 * Remembers per process the last few misses and a daemon that did not answer; threads may race
 * for that memory, which costs at worst one question more or, for seconds, one less.
 */
#ifndef NSS_MISS_H
#define NSS_MISS_H

#include "snap/read.h"

/* True when the daemon says that the snapshot has the name now. False: it is unknown, or nobody
 * can say. `facts` are those of the snapshot that does not have it; not held during the call. */
bool miss_ask(const char *name, const struct snap_facts *facts);

/* No question needed: invalid, root's, or asked a moment ago with this very snapshot. */
bool miss_is_known(const char *name, const struct snap_facts *facts);

#endif
