/* SPDX-License-Identifier: Apache-2.0
 *
 * The guard before a sweep's result replaces what was known (R-SNAP-07): when more than a fifth of
 * the users is gone at once, the fault is more probably the answer's than the pool's. It is held
 * back, said aloud, and asked again; what every sweep says for a while is followed, or a group that
 * was really emptied would keep its keys until stale_limit. Pure: time is passed in.
 */
#ifndef DAEMON_HOLD_H
#define DAEMON_HOLD_H

#include "identity/image.h"

struct hold {
    unsigned sweeps;  /* held back in a row */
    int64_t since_ms; /* the first of them */
};

/* Users that exist in the old image, and how many of them the next one has no more or without any
 * group. */
struct hold_loss {
    size_t known, gone;
};
struct hold_loss hold_compare(const struct image *old, const struct image *next);

/* Must this loss be held back? */
bool hold_back(struct hold *h, struct hold_loss loss, int64_t now_ms);

#endif
