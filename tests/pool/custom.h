/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CUSTOM_AUTH: what a pool's Lambda functions would do, as a script of rounds: what is shown, what
 * the right answer is, what follows it. Under world.lock.
 */
#ifndef POOL_CUSTOM_H
#define POOL_CUSTOM_H

#include "call.h"

struct session;

enum custom_then { CUSTOM_NEXT, CUSTOM_TOKENS, CUSTOM_FAIL };

struct custom_round {
    struct json_object *params; /* the public challenge parameters; NULL: none */
    char *answer;               /* NULL: any is right */
    bool asks_again;            /* after a wrong answer; else the sign-in has failed */
    enum custom_then then;      /* after a right one; the last round is followed by tokens */
};

void custom_ask(struct call *c); /* the round that c->signin is in, or tokens after the last */
void custom_judge(struct call *c, struct session *s, const char *answer);
void custom_free(struct pool *p);

#endif
