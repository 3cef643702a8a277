/* SPDX-License-Identifier: Apache-2.0
 *
 * Who may ask what: one table, enforced from SO_PEERCRED in one function (R-IPC-01).
 */
#ifndef DAEMON_OPS_H
#define DAEMON_OPS_H

#include "daemon/conn.h"

#include <stdbool.h>

/* Is this a request that this socket knows at all? */
bool ops_is_known(uint16_t opcode, enum conn_socket socket);

/* Judges the peer and calls the operation's handler, or refuses with the operation's own reply. */
void ops_dispatch(struct conn *conn, uint16_t opcode, struct rd *body);

#endif
