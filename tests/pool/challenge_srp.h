/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The challenges that are proved by SRP: PASSWORD_VERIFIER, and those of devices. The numbers are
 * srp.c's. What was sent is kept with the session; the secret block means nothing by itself. Under
 * world.lock.
 */
#ifndef POOL_CHALLENGE_SRP_H
#define POOL_CHALLENGE_SRP_H

#include "call.h"

struct session;
struct srp_exchange;

/* Puts PASSWORD_VERIFIER for c->user (or c->pretended) and the client's A, or fails the call. */
void challenge_ask_verifier(struct call *c, const char *srp_a);
/* Judges PASSWORD_CLAIM_SIGNATURE and what goes with it. */
void challenge_judge_verifier(struct call *c, struct session *s, const char *signature);
/* The same for the device of c->signin: DEVICE_SRP_AUTH, then DEVICE_PASSWORD_VERIFIER. */
void challenge_ask_device(struct call *c);
void challenge_judge_device(struct call *c, struct session *s, const char *srp_a);
void challenge_judge_device_verifier(struct call *c, struct session *s, const char *signature);
void challenge_srp_free(struct srp_exchange **xp);

#endif
