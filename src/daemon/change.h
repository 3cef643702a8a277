/* SPDX-License-Identifier: Apache-2.0
 *
 * What the host learns when the pool has taken a new password: the account's status. The dialogue
 * that led there is session.c's.
 */
#ifndef DAEMON_CHANGE_H
#define DAEMON_CHANGE_H

#include "cognito/api.h"
#include "daemon/daemon.h"

/* The reason in the outcome line: how the password was set. Static. */
const char *change_word(enum api_op op);

/* The user of that sub is CONFIRMED from now on: in the snapshot before the program is told, or the
 * account phase would ask for a new password once more. A failure is logged. */
void change_publish(struct daemon *d, const char *sub);

#endif
