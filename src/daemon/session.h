/* SPDX-License-Identifier: Apache-2.0
 *
 * One login dialogue on one connection (design section 5): drives the challenge machine
 * (cognito/auth.h), carries its requests to the pool and its prompts to the module, and judges the
 * end in verdict.c. Nothing is held while a person types but this struct; when the connection
 * breaks, everything is freed at once.
 */
#ifndef DAEMON_SESSION_H
#define DAEMON_SESSION_H

#include "daemon/conn.h"

void session_start(struct conn *conn, struct rd *body);
void session_step(struct conn *conn, struct rd *body);

#endif
