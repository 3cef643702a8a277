/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The first factor: whose sign-in it is, whether that user may sign in, whether the password is
 * right, how often it may be wrong; and the pretence for users who do not exist
 * (PreventUserExistenceErrors). What is asked next is challenge.c's business. Under world.lock.
 */
#ifndef POOL_SIGNIN_H
#define POOL_SIGNIN_H

#include "call.h"

#define SIGNIN_WRONG "Incorrect username or password."

/* AuthParameters.NAME, or fails the call. */
const char *signin_parameter(struct call *c, const char *name);
/* USERNAME and SECRET_HASH of AuthParameters: sets c->user, or c->pretended for a user who does not
   exist when the app client hides that. Fails the call: no such user, or one who may not. */
void signin_start(struct call *c);
/* The password of c->user; counts wrong ones. */
void signin_check_password(struct call *c, const char *password);
/* Fails the call while c->user is locked out. */
void signin_check_lock(struct call *c);
/* Counts a wrong password (of c->user, if there is one) and fails the call. */
void signin_wrong_password(struct call *c);
/* After a right one: a temporary password must not be too old. */
void signin_check_age(struct call *c);

/* The name a user who does not exist would have: the same for each name sent. Caller frees. */
char *signin_pretended_id(const struct call *c);
/* Bytes that depend on pool, purpose and name alone, and that nobody can foretell. */
void signin_pretended_bytes(const struct call *c, const char *purpose, uint8_t ret[32]);

#endif
