/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of the challenge machine share: putting a challenge, MFA names, who has which. */
#ifndef POOL_CHALLENGE_ASK_H
#define POOL_CHALLENGE_ASK_H

#include "call.h"
#include "session.h"

extern const char *const challenge_mfa_names[MFA_KINDS];

/* Puts ChallengeName, Session and ChallengeParameters; returns the parameters. */
struct json_object *challenge_put(struct call *c, const struct session *s);
/* Puts a list or object as JSON text, and frees it. */
void challenge_put_text(struct json_object *params, const char *key, struct json_object *value);
void challenge_ask_mfa(struct call *c, enum mfa_kind kind); /* sends the code, if it is one */
/* Sends a new code of so many digits, to be judged by that session. */
void challenge_new_code(struct call *c, struct session *s, int digits);
void challenge_random_digits(int digits, char ret[16]);
char *challenge_hidden(enum mfa_kind kind, const char *address); /* a***@e***; caller frees */
void challenge_put_delivery(struct json_object *params, enum mfa_kind kind, const char *address);
const char *challenge_address(const struct user *u, enum mfa_kind kind); /* NULL: has none */
bool challenge_has_mfa(const struct user *u, enum mfa_kind kind);

#endif
