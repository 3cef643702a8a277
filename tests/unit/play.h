/* SPDX-License-Identifier: Apache-2.0
 *
 * A sign-in played by hand: what the person types, what the pool replies, what must be asked or
 * sent. One machine at a time.
 */
#ifndef UNIT_PLAY_H
#define UNIT_PLAY_H

#include "cognito/auth.h"

#define PLAY_SESSION  "\"Session\":\"session-of-more-than-twenty-characters\""
#define PLAY_PASSWORD "Corr3ct-Horse!"
#define PLAY_TOKENS   "{\"AuthenticationResult\":{\"AccessToken\":\"a.b.c\",\"ExpiresIn\":3600}}"
/* A challenge; params is the inside of ChallengeParameters. */
#define PLAY_CHALLENGE(name, params)                                                               \
    "{\"ChallengeName\":\"" name "\"," PLAY_SESSION ",\"ChallengeParameters\":{" params "}}"
#define PLAY_ERROR(type, message) "{\"__type\":\"" type "Exception\",\"message\":\"" message "\"}"

extern struct auth *play_auth;
extern struct auth_step play_step;

/* Opens and begins; pool, client and user are filled in where the options have none. */
void play_open(const struct auth_options *options);
/* The same, and the first prompt must be the password's. */
void play_open_password(const struct auth_options *options);
void play_end(void);
void play_type(const char *text);
/* Both at once, where the password is asked for. */
void play_type_with_code(const char *password, const char *code);
void play_hear(int status, const char *body);

void play_expect_ask(const char *text);
void play_expect_failed(int err, const char *reason);
void play_expect_sent(enum api_op op, const char *part);
void play_expect_not_sent(const char *part);
void play_expect_done(bool had_mfa, const char *challenges);

#endif
