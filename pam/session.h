/* SPDX-License-Identifier: Apache-2.0
 *
 * setcred and the session phases. There are no credentials to set, and setcred's answer only has to
 * be honest, because it runs through the auth stack of the profile. With revoke_at_logout the
 * daemon is told when a session begins and ends; whether that reaches it changes nothing for the
 * session.
 */
#ifndef PAM_SESSION_H
#define PAM_SESSION_H

#include "call.h"

/* All: 0 for users of ours, ERR_NOT_OURS, the faults of policy_find(). */
int session_credentials(struct call *c) MUST_CHECK;
int session_begin(struct call *c) MUST_CHECK;
int session_end(struct call *c) MUST_CHECK;

#endif
