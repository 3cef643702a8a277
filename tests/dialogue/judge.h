/* SPDX-License-Identifier: Apache-2.0
 *
 * Is a request what the script and Cognito's rules (reference sections 6 to 9) want it to be? The
 * script names the answers; what every request must carry is known here: operation and signature of
 * the api, pool, client, flow, the session of the last reply, the pool's name of the user,
 * SECRET_HASH over that very name, the address of the person. Every member must be expected.
 */
#ifndef DIALOGUE_JUDGE_H
#define DIALOGUE_JUDGE_H

#include "dialogue/params.h"
#include "dialogue/story.h"

#define JUDGE_POOL   "us-east-1_Example01"
#define JUDGE_CLIENT "1example23456789abcdefghij"
#define JUDGE_SECRET "s3cr3t-of-the-app-client"
/* Of the remembered one, and of one that is offered. */
#define JUDGE_DEVICE       "us-east-1_0f1e2d3c"
#define JUDGE_NEW_DEVICE   "us-east-1_4b5a6978"
#define JUDGE_DEVICE_GROUP "-Ab12Cd34"
#define JUDGE_USERNAME                                                                             \
    "Alice" /* the pool's own name: what is sent, not what was typed (R-ID-16)                     \
             */

/* What the pool knows of the login so far. */
struct login {
    const struct play *play;
    char flow[64];      /* login.auth_flow */
    char username[128]; /* to be sent and hashed */
    char session[128];  /* "" when the last reply had none */
    char srp_a[1024];
    char password[256];  /* the one that the pool holds */
    char typed[256];     /* the password that the daemon has: typed, or set anew since */
    char proposed[256];  /* to be set by the request under way */
    const char *access;  /* token of the last reply; NULL: there was none */
    char device_key[64]; /* to be sent; "": none */
};

/* ConfirmDevice as Cognito takes it (reference section 10); the pool's side keeps what it needs. */
void judge_confirmation(const char *body, size_t n);

/* line is `initiate ...`, `respond CHALLENGE ...` or `Operation ...` up to the arrow. Ends the
 * dialogue when the request is not good. */
void judge_request(struct login *login, const char *line, const char *operation, bool is_signed,
                   const char *body, size_t n);

#endif
