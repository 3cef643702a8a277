/* SPDX-License-Identifier: Apache-2.0 */
/* The pool's password policy and its messages, and the SECRET_HASH of app clients. */
#ifndef POOL_PASSWORD_H
#define POOL_PASSWORD_H

#include "call.h"

/* Fails the call with InvalidPasswordException if the policy of c->pool refuses it. */
void password_check_policy(struct call *c, const char *password);
void password_set(struct user *u, const char *password, bool is_permanent);

/* base64(HMAC-SHA256(client secret, username + client id)) must be what was given, when c->client
   has a secret; without one nothing may be given. Fails the call. */
void password_check_secret_hash(struct call *c, const char *username, const char *given);

#endif
