/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Time-based one-time passwords (RFC 6238, SHA-1, 30 s, 6 digits) and the pool's rule about them:
 * the step before and after the present one count too, and each code works once.
 */
#ifndef POOL_TOTP_H
#define POOL_TOTP_H

#include <stdbool.h>
#include <stdint.h>

#define TOTP_STEP_S 30

struct user;

/* RFC 4226 value of a base32 secret at a step (time / 30), as digits. False: bad secret. */
bool totp_code(const char *secret, int64_t step, int digits, char ret_code[16]);

enum totp_verdict { TOTP_GOOD, TOTP_WRONG, TOTP_USED };

/* Judges a code against a secret and, if good, remembers its step as used by the user. */
enum totp_verdict totp_check(struct user *u, const char *secret, const char *code, int64_t now_ms);

/* The code a person should type next: of the oldest step that would still be accepted, is newer
   than the last used one and will live for some seconds. Returns milliseconds to wait for one (0:
   ret_code is filled), -1 for a user without a secret. */
int64_t totp_fresh(const struct user *u, int64_t now_ms, char ret_code[16]);

#endif
