/* SPDX-License-Identifier: Apache-2.0
 *
 * LOOKUP: the question getpwnam() asks on a miss. What the image knows is answered at once; only
 * a caller with uid 0 makes the daemon ask the pool (design section 7), and is told to wait.
 */
#ifndef DAEMON_LOOKUP_H
#define DAEMON_LOOKUP_H

#include "daemon/conn.h"

void lookup_handle(struct conn *conn, struct rd *body);

#endif
