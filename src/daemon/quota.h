/* SPDX-License-Identifier: Apache-2.0
 *
 * The account's quotas as this host may use them (R-NET-08, reference section 4). Quotas belong to
 * the account and region: every host of the fleet, and the owner's other applications, draw on
 * them. One bucket a category, filled at quota_share / fleet_hosts of what the account has, and a
 * smaller one for names that strangers choose (R-IPC-05). Every request is charged when it goes;
 * who waits for the bucket, and who does not, is the callers' (a login never does). Pure: time is
 * passed in, so that the fleet simulator runs the same code. When a source runs is in
 * daemon/schedule.h.
 */
#ifndef DAEMON_QUOTA_H
#define DAEMON_QUOTA_H

#include "cognito/api.h"

#include <stdbool.h>
#include <stdint.h>

enum quota_category {
    QUOTA_NONE, /* no category of ours: never waits */
    QUOTA_AUTHENTICATION,
    QUOTA_RESPOND, /* three times UserAuthentication */
    QUOTA_READ,
    QUOTA_LIST,
    QUOTA_RESOURCE_READ,
    QUOTA_POOL_RESOURCE_READ,
    QUOTA_POOL_READ,
    QUOTA_CLIENT_READ,
    QUOTA_RECOVERY,
    QUOTA_TOKEN,
    QUOTA_CATEGORIES
};

struct quota_bucket {
    int64_t gap_us;  /* between two requests of this host; 0: unlimited */
    int64_t paid_us; /* when everything that was used is paid for */
    uint32_t slow16; /* the gap grows by this many 16ths while the pool throttles */
    int64_t slowed_ms;
    uint64_t used;
    int64_t window_ms; /* since when used_now is counted; used_before is of the window before */
    uint32_t used_now, used_before;
};

struct quota {
    struct quota_bucket buckets[QUOTA_CATEGORIES];
    struct {
        int64_t gap_us, paid_us;
        int64_t burst_us; /* how far ahead of paid_us one may be */
        int64_t dealt_us; /* a token is dealt every gap_us from here on ... */
        int64_t lapse_us; /* ... and lapses after so long */
    } miss;
};

/* phase: where in the fleet's turn this host stands, as a fraction of 2^32 (schedule_phase). */
void quota_init(struct quota *q, uint32_t share_percent, uint32_t hosts, uint32_t phase,
                int64_t now_ms);

enum quota_category quota_of(enum api_op op);
/* As the reference calls it; static. */
const char *quota_name(enum quota_category c);
/* Requests a second that the whole account has. */
uint32_t quota_of_account(enum quota_category c);

/* How long a request that can wait has to; 0: it may go now. */
int64_t quota_wait_ms(const struct quota *q, enum quota_category c, int64_t now_ms);
/* A request went. */
void quota_charge(struct quota *q, enum quota_category c, int64_t now_ms);
/* The pool refused one: somebody uses more than we know of, fleet_hosts may be wrong. Slower from
 * here on, and back to normal by and by. False: that was known a moment ago. */
bool quota_throttled(struct quota *q, enum quota_category c, int64_t now_ms);
bool quota_is_slowed(const struct quota *q, enum quota_category c);
/* Between two requests in the long run, with what the pool's refusals have added. */
int64_t quota_gap_us(const struct quota *q, enum quota_category c);

/* May a name that nobody knows be asked of the pool now, with up to so many requests? Takes a token
 * for each; the requests themselves are charged like all others. */
bool quota_take_miss(struct quota *q, uint32_t requests, int64_t now_ms);
/* There was somebody of that name who may log in: no miss. The tokens are given back, unless this
 * host is far ahead of its share of the listings. */
void quota_return_miss(struct quota *q, uint32_t requests, int64_t now_ms);

/* What part of this host's share of the last ten minutes was used; over 100 when it borrowed. */
uint32_t quota_used_percent(const struct quota *q, enum quota_category c, int64_t now_ms);

#endif
