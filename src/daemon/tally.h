/* SPDX-License-Identifier: Apache-2.0
 *
 * What of a login dialogue counts against its source and its user (R-PAM-13, R-PAM-14): which
 * outcomes, wrong codes and sent codes are told to the limiter, and when it is asked. How much is
 * too much is daemon/limiter.h's; what a stopped person is told is daemon/session.c's.
 */
#ifndef DAEMON_TALLY_H
#define DAEMON_TALLY_H

#include "cognito/auth.h"
#include "daemon/limiter.h"
#include "wire/wire.h"

#include <stdbool.h>

/* One dialogue's part. Owned by its session; holds no memory of its own. */
struct tally {
    struct limiter *limiter; /* borrowed */
    struct limiter_source source;
    char user[NAME_SIZE];
    bool is_code_counted; /* the request that is out asks for a code */
    bool is_code_due;     /* ... does not, and is expected to bring one */
};

/* login_uid: of the process that asks, or ID_NONE. */
struct tally tally_of(struct limiter *limiter, const struct wire_auth_start *start,
                      uint32_t login_uid);

/* Before the request of step goes out. True: it must not. */
bool tally_stops(const struct tally *t, const struct auth *auth, const struct auth_step *step);
/* It goes. */
void tally_sent(struct tally *t, const struct auth *auth, const struct auth_step *step);

/* After its reply, from which the machine made step; challenges_before is the length of
 * auth_challenges() until then. */
void tally_replied(struct tally *t, const struct auth *auth, const struct auth_step *step,
                   const struct api_result *result, size_t challenges_before);

/* A verdict, or the pool's refusal; err as the person may know it. */
void tally_ended(const struct tally *t, int err);
/* The person has gone while an answer was on its way. */
void tally_abandoned(const struct tally *t);
/* The pool's reply to that, which no machine takes any more. */
void tally_overheard(struct tally *t, const struct api_result *result);
/* There will be none that anybody hears. */
void tally_unheard(struct tally *t);
/* There is nothing on its way. */
void tally_settle(struct tally *t);

#endif
