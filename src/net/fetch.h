/* SPDX-License-Identifier: Apache-2.0
 *
 * Walks a chain of sources once, on the loop: sends what a row prepares, repeats what was not
 * answered, lets the row judge what was, goes on with the next link. The only state machine for
 * all sources. When to fetch, and what becomes of old keys, belongs to net/credentials.h.
 */
#ifndef NET_FETCH_H
#define NET_FETCH_H

#include "net/source.h"

struct event_base;
struct fetch;

/* err 0: c is valid during the call. Else as credentials_wait.done says, and why is a line for the
 * log, to be cleaned there, without secrets. Called from the loop, never from inside fetch_start.
 */
typedef void fetch_done(void *arg, int err, const struct credentials *c, const char *why);

/* Everything is borrowed. options: http, base, skew, home. ERR_NOMEM. */
int fetch_open(const struct credentials_options *options, const struct source_chain *chain,
               fetch_done *done, void *arg, struct fetch **ret_fetch) MUST_CHECK;
/* Cancels what is under way without a callback; wipes. */
void fetch_close(struct fetch **fetch);

/* One at a time: ERR_LIMIT while one runs. On failure done never runs, ret_why says why. */
int fetch_start(struct fetch *fetch, char ret_why[SOURCE_WHY_SIZE]) MUST_CHECK;

#endif
