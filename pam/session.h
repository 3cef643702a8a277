/* SPDX-License-Identifier: Apache-2.0
 *
 * setcred and the session phases. There are no credentials to set and nothing is opened yet; the
 * answers only have to be honest, because setcred runs through the auth stack of the profile.
 */
#ifndef PAM_SESSION_H
#define PAM_SESSION_H

#include "call.h"

/* 0 for users of ours, ERR_NOT_OURS, the faults of policy_find(). */
int session_run(struct call *c) MUST_CHECK;

#endif
