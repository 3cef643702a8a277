/* SPDX-License-Identifier: Apache-2.0
 *
 * The password phase. The pool keeps the passwords of its users; a due one is changed in the login
 * dialogue. passwd(1) is refused for them in words and left alone for everybody else (R-PAM-05).
 */
#ifndef PAM_PASSWORD_H
#define PAM_PASSWORD_H

#include "call.h"

/* ERR_NOT_OURS, ERR_PASSWORD_BAD for every user of ours, the faults of policy_find(); never 0. */
int password_run(struct call *c) MUST_CHECK;

#endif
