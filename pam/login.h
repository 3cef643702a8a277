/* SPDX-License-Identifier: Apache-2.0
 *
 * The auth phase: who gets a dialogue with the daemon (dialogue.h), and whether its verdict agrees
 * with this host's own policy.
 */
#ifndef PAM_LOGIN_H
#define PAM_LOGIN_H

#include "call.h"

/* 0 only after the daemon's RESULT 0 and policy.h's checks on the snapshot as it is then
 * (R-PAM-04, R-PAM-18); PAM_AUTHTOK is then the password that is valid now. ERR_NOT_OURS before
 * any prompt; the daemon's refusals as they come; ERR_CONV; ERR_AUTH for answers held back; the
 * faults of policy.h and client.h. */
int login_run(struct call *c) MUST_CHECK;

#endif
