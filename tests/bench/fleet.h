/* SPDX-License-Identifier: Apache-2.0
 *
 * A fleet under virtual time: the daemon's own quota.c, schedule.c and breaker.c, N times, against
 * one pool that has Cognito's quotas. What is modelled is only the pool, the people and the order
 * of a sweep's requests. Deterministic: the same seed gives the same table.
 */
#ifndef BENCH_FLEET_H
#define BENCH_FLEET_H

#include "daemon/quota.h"
#include "daemon/schedule.h"
#include "net/breaker.h"

#define SECOND ((int64_t)1000)
#define MINUTE (60 * SECOND)
#define HOUR   (60 * MINUTE)

/* What is simulated, and the configuration of every host. */
struct fleet_case {
    const char *name; /* of a special case; NULL: a row of the matrix */
    uint32_t hosts, users;
    bool is_all;             /* scope */
    uint32_t believed_hosts; /* fleet_hosts; 0: the truth */
    uint32_t late;           /* hosts that are started at once when the others are steady */
    int64_t outage_ms;
    bool is_scanned;
};

/* What came out. */
struct fleet_result {
    int64_t complete_ms;                        /* until the last host had its first directory */
    int64_t sweep_ms, disabled_ms;              /* intervals as stretched, of the median host */
    uint64_t lists, lists_throttled;            /* of the sweeps and look-ups of the whole run */
    uint64_t logins, logins_throttled;          /* requests of logins */
    uint32_t mean_percent;                      /* of the account's UserList, in the steady time */
    uint32_t peak_percent;                      /* the busiest minute of everything */
    int64_t new_ms, disabled_seen_ms, group_ms; /* 95th percentiles until seen */
    uint32_t cold_percent; /* of those who log in before their host's first directory: let in */
    uint32_t first_percent, scanned_percent; /* new users who got in at once; while scanned */
    int64_t well_ms;                         /* after an outage: until every host knew */
};

void fleet_run(const struct fleet_case *c, struct fleet_result *ret);

/* Does the table in the text have this line? */
int fleet_report(bool is_all, const char *doc);

/* --- the pool */

struct pool {
    struct {
        int64_t left_us, at_us; /* a bucket of one second */
        uint64_t calls, throttled;
        uint64_t minute, in_minute, peak_minute;
    } categories[QUOTA_CATEGORIES];
    bool is_down;
};

enum answer { ANSWER_GOOD, ANSWER_THROTTLED, ANSWER_LOST };
enum answer pool_ask(struct pool *p, enum quota_category c, int64_t now_ms);

/* --- the events, earliest first; what happens at one instant happens in the order it was said */

struct event {
    int64_t at_ms;
    uint64_t order;
    uint32_t host, kind, what;
};
struct agenda {
    struct event *heap;
    size_t count, space;
    uint64_t order;
};
void agenda_add(struct agenda *a, int64_t at_ms, uint32_t host, uint32_t kind, uint32_t what);
bool agenda_take(struct agenda *a, struct event *ret);

uint32_t dice_roll(uint64_t *state);

#endif
