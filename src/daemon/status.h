/* SPDX-License-Identifier: Apache-2.0
 *
 * What cognitoctl shows: facts as key and value pairs, none of them secret.
 */
#ifndef DAEMON_STATUS_H
#define DAEMON_STATUS_H

#include "daemon/conn.h"

void status_handle(struct conn *conn, struct rd *body);
void status_handle_user(struct conn *conn, struct rd *body);

#endif
