/* SPDX-License-Identifier: Apache-2.0
 *
 * One program run to its end on the loop, its output taken: no shell (R-IPC-08), an environment of
 * three names, no descriptors but its own, a deadline, a bound. What it should print belongs to the
 * callers (net/command.h).
 */
#ifndef NET_PROCESS_H
#define NET_PROCESS_H

#include "base/err.h"

#include <stddef.h>
#include <stdint.h>

struct event_base;
struct process;

struct process_options {
    char *const *argv; /* [0] is an absolute path; NULL behind the last */
    const char *home;  /* the program's HOME; NULL: / */
    uint32_t budget_ms;
    size_t max_bytes; /* of output */
};

struct process_result {
    /* 0: it ended by itself with status 0. ERR_CONFIG: with another one, or by a signal.
     * ERR_TIMEOUT, ERR_LIMIT (output): it was killed with its process group. ERR_NOMEM. */
    int err;
    int status;         /* of exit, or 128 + the signal's number */
    const char *output; /* with a NUL behind it; valid during the callback, wiped after it */
    size_t output_bytes;
};

/* Called exactly once, from the loop, never from inside process_start. The process is gone. */
typedef void process_done(void *arg, const struct process_result *result);

/* Everything in options is copied or used up. ERR_ABSENT, ERR_REFUSED and so on when the program
 * cannot be started: done never runs then. */
int process_start(struct event_base *base, const struct process_options *options,
                  process_done *done, void *arg, struct process **ret_process) MUST_CHECK;
/* Kills it; done will not run. NULL and NULL inside are allowed. */
void process_cancel(struct process **process);

#endif
