/* SPDX-License-Identifier: Apache-2.0 */
/*
 * USER_AUTH: which first factors a user has, the preferred one, SELECT_CHALLENGE, PASSWORD,
 * PASSWORD_SRP, EMAIL_OTP and SMS_OTP as first factors. Under world.lock.
 */
#ifndef POOL_CHOICE_H
#define POOL_CHOICE_H

#include "call.h"

struct session;

/* The bit of pool.first_factors; 0: not the name of one. */
unsigned choice_factor(const char *name);

void choice_start(struct call *c); /* the flow */
void choice_judge_select(struct call *c, struct session *s, const char *answer);
void choice_judge_password(struct call *c, struct session *s, const char *password);
void choice_judge_srp(struct call *c, struct session *s, const char *srp_a);

#endif
