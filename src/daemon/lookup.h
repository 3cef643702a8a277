/* SPDX-License-Identifier: Apache-2.0
 *
 * LOOKUP: the question getpwnam() asks on a miss. What the image knows is answered at once; only
 * a caller with uid 0 makes the daemon ask the pool (design section 7), and is told to wait.
 */
#ifndef DAEMON_LOOKUP_H
#define DAEMON_LOOKUP_H

#include "daemon/conn.h"

/* May this peer have the pool asked for a login name that the image does not have? */
bool lookup_may_ask(const struct daemon *d, const struct conn_peer *peer, const char *name);

void lookup_handle(struct conn *conn, struct rd *body);

#endif
