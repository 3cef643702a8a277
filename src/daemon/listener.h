/* SPDX-License-Identifier: Apache-2.0
 *
 * The three sockets: pam.sock and ctl.sock come from the service manager (they lie in root's
 * directory and outlive the daemon), nss.sock is the daemon's own. Accepting, peer credentials,
 * caps on connections.
 */
#ifndef DAEMON_LISTENER_H
#define DAEMON_LISTENER_H

#include "base/err.h"

#include <stddef.h>

struct daemon;
struct listener;

/* ERR_CONFIG: the service manager handed over no pam or ctl socket; ERR_SYSTEM, ERR_NOMEM. Logs
 * the reason. */
int listener_open(struct daemon *d, struct listener **ret_listener) MUST_CHECK;
/* Closes every connection, then the sockets. */
void listener_close(struct listener **lp);

size_t listener_connections(const struct listener *listener);

#endif
