/* SPDX-License-Identifier: Apache-2.0
 *
 * When a source of the directory runs and how fast it asks (design section 8): the host's place in
 * the fleet's turn, an interval that stretches until the runs fit this host's share of the quotas,
 * full-jitter backoff. Pure: time and dice are passed in; the daemon's timers are in sync.c and
 * pages.c, the fleet simulator drives the same code. How much this host may use is in
 * daemon/quota.h.
 *
 * The first run, and one after a failure, asks strictly as the buckets fill: nobody knows what it
 * costs, and the whole fleet may have been started, or be coming back, at the same time. Then the
 * host takes its place in the fleet's turn, and a run borrows: it waits until everything before it
 * is paid for, goes through its pages quickly (a listing that takes hours would show a directory
 * that never was) and the next one waits for longer.
 */
#ifndef DAEMON_SCHEDULE_H
#define DAEMON_SCHEDULE_H

#include "daemon/quota.h"

struct schedule {
    int64_t interval_ms;  /* as configured */
    int64_t stretched_ms; /* as it is */
    uint32_t phase;
    bool may_wait; /* until earlier requests are paid for; false: small, and urgent */
    bool is_steady;
    uint32_t failures;               /* in a row */
    uint32_t cost[QUOTA_CATEGORIES]; /* of the last complete run */
    uint32_t run[QUOTA_CATEGORIES];  /* of this one so far */
    uint32_t run_total, cost_total;
    int64_t started_ms, asked_ms;
};

/* Two hosts never have the same place but by chance; clones of one image have different names. */
uint32_t schedule_phase(const void *machine_id, size_t bytes, const char *host_name);

void schedule_init(struct schedule *s, uint32_t interval_s, uint32_t phase, bool may_wait);

/* The pause before a run that is due: 0, or what is not paid for yet. */
int64_t schedule_owed_ms(const struct schedule *s, const struct quota *q, int64_t now_ms);
void schedule_begin(struct schedule *s, int64_t now_ms);

/* The pause before the run's next request, and that it went. */
int64_t schedule_wait_ms(const struct schedule *s, const struct quota *q, enum quota_category c,
                         int64_t now_ms);
void schedule_asked(struct schedule *s, enum quota_category c, int64_t now_ms);

/* The run ended. percent: the part of the host's share that it may use in the long run. The pause
 * before the next one. */
int64_t schedule_end(struct schedule *s, const struct quota *q, bool is_good, uint32_t percent,
                     uint32_t dice, int64_t now_ms);

/* What the runs use of the host's share in the long run, in the category that is nearest to its
 * end. */
uint32_t schedule_use_percent(const struct schedule *s, const struct quota *q);

/* Full jitter: anything up to a bound that doubles with every failure in a row. */
int64_t schedule_backoff_ms(uint32_t failures, uint32_t dice);

/* Memberships by AdminListGroupsForUser for every user, or by ListUsersInGroup for every group:
 * what is sooner paid for. */
bool schedule_by_user(const struct quota *q, size_t users, size_t groups, size_t memberships);

#endif
