/* SPDX-License-Identifier: Apache-2.0
 *
 * Who signs in, what is believed of that, and as what the pool sees this host: what every sign-in
 * of this daemon has in common, a person's as well as the check after the start. What belongs to
 * one of them alone (prompts, address, device) stays with it.
 */
#ifndef DAEMON_SIGNIN_H
#define DAEMON_SIGNIN_H

#include "cognito/auth.h"
#include "daemon/conn.h"
#include "daemon/daemon.h"

/* Flow, app client, host and clock. The texts are borrowed from d; the rest is unset: there is no
 * such user. */
struct auth_options signin_options(const struct daemon *d);

/* The user who logs in on this host by that name. NULL: nobody, local accounts included. */
const struct image_user *signin_find_user(const struct daemon *d, const char *name);

#define SIGNIN_SERVICE_SIZE 72

/* Leaves in start what the peer may say of himself. ret_service is the service's name for the log,
 * the pool and the sessions; policy goes by start->service. */
void signin_judge_claims(struct wire_auth_start *start, const struct conn_peer *peer,
                         char ret_service[SIGNIN_SERVICE_SIZE]);

#endif
