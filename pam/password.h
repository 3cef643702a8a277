/* SPDX-License-Identifier: Apache-2.0
 *
 * The password phase: passwd(1), and programs that find a password due. The daemon leads the
 * dialogue, here is decided who gets one and what later modules hear of it. Everybody else's
 * password is left alone (R-PAM-05).
 */
#ifndef PAM_PASSWORD_H
#define PAM_PASSWORD_H

#include "call.h"

/* PAM comes twice. In the first round: 0 when a change can be tried, nothing is asked. In the
 * second, 0 only after the daemon's RESULT 0 for a new password that was asked for here, or when
 * only a due change was wanted and none is due; PAM_OLDAUTHTOK and PAM_AUTHTOK are set then.
 * ERR_NOT_OURS; the refusals of account.h, who may not come in changes nothing; the faults of
 * dialogue.h. */
int password_run(struct call *c) MUST_CHECK;

#endif
