/* SPDX-License-Identifier: Apache-2.0
 *
 * Requests of logins whose person has gone. The pool does what it was asked, whoever waits for the
 * answer, and may send a code with it: so a sign-in request that is on its way ends by itself,
 * within its own budget, and the code that its reply shows is counted (R-PAM-14). Nothing of the
 * dialogue is kept but the user's name. A reply that nobody waits for signs nobody in.
 */
#ifndef DAEMON_ERRAND_H
#define DAEMON_ERRAND_H

#include "daemon/daemon.h"
#include "daemon/tally.h"

struct errand;

#define ERRAND_MAX 64 /* under way; one more is given up, and counts as a code */

/* Ends *call for its session: lets it go on alone where its reply can tell of a code that is not
 * counted yet, else cancels it. t is settled, or goes with it. */
void errand_leave(struct daemon *d, struct api_call **call, enum api_op op, struct tally *t);

/* Cancels them all. */
void errand_close(struct daemon *d);

#endif
