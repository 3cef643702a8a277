/* SPDX-License-Identifier: Apache-2.0 */
/* Lock-out after wrong passwords or codes; see lockout.h. */
#include "lockout.h"

#define FREE_FAILURES 5
#define LONGEST_MS    (15 * 60 * 1000)
#define HOUR_MS       (60 * 60 * 1000)

bool lockout_is_locked(struct lockout *l, int64_t now_ms)
{
    if (l->failures > 0 && now_ms - l->last_ms >= LONGEST_MS)
        lockout_reset(l);
    return now_ms < l->until_ms;
}

void lockout_failure(struct lockout *l, int64_t now_ms)
{
    l->failures++;
    l->last_ms = now_ms;
    if (l->failures < FREE_FAILURES)
        return;
    int doublings = l->failures - FREE_FAILURES;
    int64_t lock_ms = doublings > 10 ? LONGEST_MS : (int64_t)1000 << doublings;
    l->until_ms = now_ms + (lock_ms < LONGEST_MS ? lock_ms : LONGEST_MS);
}

void lockout_reset(struct lockout *l)
{
    *l = (struct lockout){ 0 };
}

bool attempts_take(struct attempts *a, int64_t now_ms, int per_hour)
{
    if (a->count == 0 || now_ms - a->since_ms >= HOUR_MS)
        *a = (struct attempts){ .since_ms = now_ms };
    if (a->count >= per_hour)
        return false;
    a->count++;
    return true;
}

void attempts_reset(struct attempts *a)
{
    *a = (struct attempts){ 0 };
}
