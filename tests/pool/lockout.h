/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lock-out after wrong passwords or codes: five free failures, then 1 s, doubling with each
 * further failure up to 15 minutes; attempts during the lock are not counted; 15 quiet minutes
 * or a good sign-in forget everything. Times are milliseconds of the pool's clock.
 */
#ifndef POOL_LOCKOUT_H
#define POOL_LOCKOUT_H

#include <stdbool.h>
#include <stdint.h>

struct lockout {
    int failures;
    int64_t last_ms;
    int64_t until_ms; /* 0: not locked */
};

bool lockout_is_locked(struct lockout *l, int64_t now_ms); /* also forgets after the quiet time */
void lockout_failure(struct lockout *l, int64_t now_ms);
void lockout_reset(struct lockout *l);

/* Changes and resets of a password are counted: so many an hour. */
struct attempts {
    int count;
    int64_t since_ms;
};

/* Counts one; false: there were that many within the hour that the first one began. */
bool attempts_take(struct attempts *a, int64_t now_ms, int per_hour);
void attempts_reset(struct attempts *a);

#endif
