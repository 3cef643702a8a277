/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The challenge machine: what follows a right password or a right answer, and how each answer is
 * judged. Sessions live in session.c, tokens in token.c.
 */
#ifndef POOL_CHALLENGE_H
#define POOL_CHALLENGE_H

#include "call.h"

/* After a right password: the next challenge or the tokens of c->user, into c->out. */
void challenge_after_password(struct call *c);
/* After the password is settled: MFA, MFA set-up or tokens. */
void challenge_after_new_password(struct call *c);
/* After the last challenge: the tokens. */
void challenge_finish(struct call *c);
/* Judges ChallengeResponses to ChallengeName; is_admin: the form of the operation. */
void challenge_answer(struct call *c, bool is_admin);

#endif
