/* SPDX-License-Identifier: Apache-2.0
 *
 * The directory's sources: a full sweep now and then, one user on demand, the disabled ones often
 * (design section 8). A sweep's result is applied only when it is complete; a failed one changes
 * nothing (R-SNAP-07). What a source asks is in source_*.c, when in schedule.c; here are the timers
 * and who waits for whom.
 */
#ifndef DAEMON_SYNC_H
#define DAEMON_SYNC_H

#include "base/err.h"
#include "base/name.h"

#include <stdbool.h>
#include <stdint.h>

struct daemon;
struct sync;

/* Starts the first sweep from the loop. ERR_NOMEM. */
int sync_open(struct daemon *d, struct sync **ret_sync) MUST_CHECK;
void sync_close(struct sync **sp); /* waiters are forgotten */

/* A caller's place in the queue of one name. */
struct sync_wait {
    char name[NAME_SIZE];
    /* 0: the pool was asked and the image (and snapshot) say what it said. ERR_UNAVAIL and others:
     * it could not be asked. Called once, from the loop. */
    void (*done)(void *arg, int err);
    void *arg;
    struct sync_wait *next; /* the sync's */
};

/* Asks the pool for a login name that the image does not know. A name that was not there lately is
 * answered by ERR_ABSENT at once (negative_ttl; half a minute for who is in no named group).
 * ERR_LIMIT: too many are being asked, or were lately. ERR_NOMEM. */
int sync_one(struct sync *sync, struct sync_wait *wait) MUST_CHECK;
void sync_cancel(struct sync *sync, struct sync_wait *wait);

/* After it was out of reach: a sweep that failed meanwhile does not wait out its backoff, which may
 * have grown to minutes (R-NET-09). */
void sync_pool_is_back(struct sync *sync);

struct sync_state {
    int64_t swept_s; /* wall clock of the last complete sweep; 0: none yet */
    int64_t next_ms; /* until the next one; -1 while it runs */
    int64_t interval_ms, disabled_interval_ms; /* as stretched; 0: off */
    unsigned held;                             /* sweeps held back in a row (hold.h) */
    int last_err;                              /* of the last sweep */
    uint64_t sweeps, failed, asked;
};
void sync_describe(const struct sync *sync, struct sync_state *ret_state);

#endif
