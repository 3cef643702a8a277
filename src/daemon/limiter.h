/* SPDX-License-Identifier: Apache-2.0
 *
 * How often a login may fail before the pool is not asked any more (R-PAM-13, R-PAM-14). Failures
 * are counted for a source and a user together, so that one address never keeps the same user out
 * from another; codes by SMS or e-mail are counted for the user. Bounded memory: a table of fixed
 * size in which the least interesting entry gives way. All times are CLOCK_MONOTONIC milliseconds,
 * handed in.
 */
#ifndef DAEMON_LIMITER_H
#define DAEMON_LIMITER_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct limiter;
struct wire_auth_start;

#define LIMITER_FAILURES     10 /* at once; then one more each LIMITER_FAILURE_MS */
#define LIMITER_FAILURE_MS   60000
#define LIMITER_WIDE         10 /* times as many for all sources that differ by a stranger's word */
#define LIMITER_CODES        3  /* SMS and e-mail, within LIMITER_CODES_MS */
#define LIMITER_CODES_MS     600000
#define LIMITER_SOURCE_BYTES 300

int limiter_new(struct limiter **ret_limiter) MUST_CHECK;
void limiter_free(struct limiter **lp);

struct limiter_source {
    char text[LIMITER_SOURCE_BYTES];
    /* From here on it is what the one who tries may choose at will; 0: none of it. All that is the
     * same before is counted together, too. */
    size_t loose_at;
};

/* Who is trying, the first that is known: the remote address, of IPv6 the network of 64 bits, which
 * one site has; the local user who calls, with the login that he goes back to (login_uid, ID_NONE:
 * none); the remote host's name; the terminal. */
struct limiter_source limiter_source(const struct wire_auth_start *start, uint32_t login_uid);

/* 0, or ERR_MAXTRIES: answer without asking the pool. */
int limiter_check(const struct limiter *limiter, const struct limiter_source *source,
                  const char *user, int64_t now_ms) MUST_CHECK;
void limiter_failed(struct limiter *limiter, const struct limiter_source *source, const char *user,
                    int64_t now_ms);
/* Forgets what was counted for this very source. */
void limiter_succeeded(struct limiter *limiter, const struct limiter_source *source,
                       const char *user);

/* The pool has sent this user a code by SMS or e-mail. */
void limiter_code_sent(struct limiter *limiter, const char *user, int64_t now_ms);

/* ERR_MAXTRIES: this user has had the codes that are allowed, and the request may bring one more.
 * is_wish: it asks for one. Others bring one to those whom the pool sends one after the password,
 * which is everybody who is not known as quiet. */
int limiter_check_code(struct limiter *limiter, const char *user, bool is_wish,
                       int64_t now_ms) MUST_CHECK;
/* Does the pool take this user's password without sending a code? It was seen to, or not to. */
void limiter_note_quiet(struct limiter *limiter, const char *user, bool is_quiet);
/* A request goes out that asks for no code. True: this user is known to get one with the password,
 * and until limiter_settled() it is counted as if it were sent. */
bool limiter_expects_code(struct limiter *limiter, const char *user);
void limiter_settled(struct limiter *limiter, const char *user);

#endif
