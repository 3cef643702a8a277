/* SPDX-License-Identifier: Apache-2.0
 *
 * A decision as a list of named steps, each of which may wait for a callback: the runner that
 * daemon/verdict.h and daemon/offline.h share. What is decided is theirs; here is only the order,
 * who is told, and when the memory goes.
 */
#ifndef DAEMON_STEPS_H
#define DAEMON_STEPS_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

/* What a step says: 0, go on; STEPS_WAIT, a callback of its own goes on or ends; enum err, no.
 * *reason is a word for the log, static. */
#define STEPS_WAIT 1
typedef int steps_step(void *of, const char **reason);

/* Lies in of, which it ends: the owner fills in all up to arg. */
struct steps {
    steps_step *const *list;
    size_t count;
    const char *passed;        /* the word when none of them refused */
    void *of;                  /* what the steps are given */
    void (*release)(void *of); /* frees of, this struct included; after done() */
    /* Once, from inside steps_begin() or from the loop. */
    void (*done)(void *arg, int err, const char *reason);
    void *arg;
    size_t at;
    bool is_inside; /* in steps_begin(): its caller has no handle yet */
    bool is_over;
};

/* False: it is over already, done() was called and of is gone. */
bool steps_begin(struct steps *s) MUST_CHECK;
/* From a callback of a step that waited: the next one. of may be gone afterwards. */
void steps_go_on(struct steps *s);
/* The same: the end, without the steps that are left. */
void steps_end(struct steps *s, int err, const char *reason);

#endif
