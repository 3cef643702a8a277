/* SPDX-License-Identifier: Apache-2.0
 *
 * Each bucket is kept as one time, paid_us: when all that was used will be paid for at this host's
 * rate. A request moves it on by one gap; a bucket is free when that time has come, or is less than
 * a second's worth away.
 */
#include "daemon/quota.h"

#include <string.h>

#define BURST_US      1000000 /* of the fleet's share, kept for those who come at once */
#define WINDOW_MS     600000  /* what quota_used_percent looks back on */
#define MISS_PERCENT  10      /* of this host's share: names that strangers choose */
#define MISS_BURST    10      /* of one host ... */
#define MISS_FLEET    300     /* ... and of all hosts together */
#define MISS_AHEAD    10      /* requests used before they are paid for */
#define SLOW_NONE     16u
#define SLOW_MOST     (64 * SLOW_NONE)
#define SLOW_AGAIN_MS 10000 /* one refusal tells as much as the ten behind it */

static const struct {
    const char *name;
    uint32_t per_second;
} categories[QUOTA_CATEGORIES] = {
    [QUOTA_NONE] = { "none", 0 },
    [QUOTA_AUTHENTICATION] = { "UserAuthentication", 120 },
    [QUOTA_RESPOND] = { "UserAuthenticationRespond", 360 },
    [QUOTA_READ] = { "UserRead", 120 },
    [QUOTA_LIST] = { "UserList", 30 },
    [QUOTA_RESOURCE_READ] = { "UserResourceRead", 50 },
    [QUOTA_POOL_RESOURCE_READ] = { "UserPoolResourceRead", 5 }, /* 20, and 5 per pool */
    [QUOTA_POOL_READ] = { "UserPoolRead", 15 },
    [QUOTA_CLIENT_READ] = { "UserPoolClientRead", 5 }, /* 15, and 5 per pool */
    [QUOTA_RECOVERY] = { "UserAccountRecovery", 30 },
    [QUOTA_TOKEN] = { "UserToken", 120 },
};

static const uint8_t category_of[API_OPS] = {
    [API_ADMIN_INITIATE_AUTH] = QUOTA_AUTHENTICATION,
    [API_INITIATE_AUTH] = QUOTA_AUTHENTICATION,
    [API_ADMIN_RESPOND] = QUOTA_RESPOND,
    [API_RESPOND] = QUOTA_RESPOND,
    [API_LIST_USERS] = QUOTA_LIST,
    [API_LIST_USERS_IN_GROUP] = QUOTA_LIST,
    [API_LIST_GROUPS] = QUOTA_POOL_RESOURCE_READ,
    [API_GET_GROUP] = QUOTA_POOL_RESOURCE_READ,
    [API_LIST_GROUPS_FOR_USER] = QUOTA_RESOURCE_READ,
    [API_ADMIN_GET_USER] = QUOTA_READ,
    [API_GET_USER] = QUOTA_READ,
    [API_DESCRIBE_POOL] = QUOTA_POOL_READ,
    [API_DESCRIBE_CLIENT] = QUOTA_CLIENT_READ,
    [API_REVOKE_TOKEN] = QUOTA_TOKEN,
    [API_CHANGE_PASSWORD] = QUOTA_RECOVERY,
    [API_FORGOT_PASSWORD] = QUOTA_RECOVERY,
    [API_CONFIRM_FORGOT] = QUOTA_RECOVERY,
};

enum quota_category quota_of(enum api_op op)
{
    return (enum quota_category)category_of[op];
}

const char *quota_name(enum quota_category c)
{
    return categories[c].name;
}

uint32_t quota_of_account(enum quota_category c)
{
    return categories[c].per_second;
}

static int64_t part_of(int64_t us, uint32_t phase)
{
    return (int64_t)(((unsigned __int128)us * phase) >> 32);
}

static void init_miss(struct quota *q, uint32_t hosts, uint32_t phase, int64_t now_us)
{
    int64_t gap_us = q->buckets[QUOTA_LIST].gap_us * 100 / MISS_PERCENT;
    int64_t burst = MISS_FLEET / hosts;
    burst = burst < 1 ? 1 : burst > MISS_BURST ? MISS_BURST : burst;
    q->miss.gap_us = gap_us;
    q->miss.paid_us = now_us;
    q->miss.burst_us = (burst - 1) * gap_us;
    q->miss.dealt_us = now_us - part_of(gap_us, phase);
    q->miss.lapse_us = gap_us / hosts * MISS_FLEET;
}

void quota_init(struct quota *q, uint32_t share_percent, uint32_t hosts, uint32_t phase,
                int64_t now_ms)
{
    int64_t now_us = now_ms * 1000;
    memset(q, 0, sizeof *q);
    for (size_t i = 0; i < QUOTA_CATEGORIES; i++) {
        struct quota_bucket *b = &q->buckets[i];
        int64_t rate = (int64_t)categories[i].per_second * share_percent; /* hundredths a second */
        b->slow16 = SLOW_NONE;
        b->window_ms = now_ms;
        if (rate > 0)
            b->gap_us = (int64_t)100 * 1000000 * hosts / rate;
        /* The host's own slot: a fleet that starts as one does not ask as one. */
        b->paid_us = now_us + part_of(b->gap_us, phase);
    }
    init_miss(q, hosts, phase, now_us);
}

int64_t quota_gap_us(const struct quota *q, enum quota_category c)
{
    const struct quota_bucket *b = &q->buckets[c];
    return b->gap_us * b->slow16 / SLOW_NONE;
}

int64_t quota_wait_ms(const struct quota *q, enum quota_category c, int64_t now_ms)
{
    const struct quota_bucket *b = &q->buckets[c];
    int64_t burst_us = b->gap_us < BURST_US ? BURST_US - b->gap_us : 0;
    if (b->slow16 > SLOW_NONE)
        burst_us = 0;
    int64_t wait_us = b->paid_us - burst_us - now_ms * 1000;
    return b->gap_us == 0 || wait_us <= 0 ? 0 : (wait_us + 999) / 1000;
}

static void count(struct quota_bucket *b, int64_t now_ms)
{
    if (now_ms - b->window_ms >= WINDOW_MS) {
        bool is_next = now_ms - b->window_ms < 2 * WINDOW_MS;
        b->used_before = is_next ? b->used_now : 0;
        b->used_now = 0;
        b->window_ms = is_next ? b->window_ms + WINDOW_MS : now_ms;
    }
    b->used_now++;
    b->used++;
}

void quota_charge(struct quota *q, enum quota_category c, int64_t now_ms)
{
    struct quota_bucket *b = &q->buckets[c];
    if (b->paid_us < now_ms * 1000)
        b->paid_us = now_ms * 1000;
    b->paid_us += quota_gap_us(q, c);
    if (b->slow16 > SLOW_NONE)
        b->slow16 -= b->slow16 / SLOW_NONE;
    count(b, now_ms);
}

bool quota_throttled(struct quota *q, enum quota_category c, int64_t now_ms)
{
    struct quota_bucket *b = &q->buckets[c];
    if (b->slow16 > SLOW_NONE && now_ms - b->slowed_ms < SLOW_AGAIN_MS)
        return false;
    b->slowed_ms = now_ms;
    b->slow16 = b->slow16 * 2 > SLOW_MOST ? SLOW_MOST : b->slow16 * 2;
    return true;
}

bool quota_is_slowed(const struct quota *q, enum quota_category c)
{
    return q->buckets[c].slow16 > SLOW_NONE;
}

/* In a large fleet the tokens of all hosts together would be a storm when one scanner reaches them
 * all: a token is dealt to each host in its turn, and lapses, so that never more than MISS_FLEET
 * are there to be used. Who needs more tokens than a host may save gets them one after the other
 * behind the first: names would never be found otherwise. */
bool quota_take_miss(struct quota *q, uint32_t requests, int64_t now_ms)
{
    int64_t now_us = now_ms * 1000;
    int64_t dealt_ago_us = (now_us - q->miss.dealt_us) % q->miss.gap_us;
    int64_t others_us = (requests - 1) * q->miss.gap_us;
    int64_t ahead_us = q->miss.burst_us > others_us ? q->miss.burst_us - others_us : 0;
    if (dealt_ago_us >= q->miss.lapse_us / requests || q->miss.paid_us > now_us + ahead_us)
        return false;
    if (q->miss.paid_us < now_us)
        q->miss.paid_us = now_us;
    q->miss.paid_us += q->miss.gap_us + others_us;
    return true;
}

/* People who log in for the first time on a host without a directory must not wait for each other
 * as strangers do; and who knows names that exist cannot take more than the share. */
void quota_return_miss(struct quota *q, uint32_t requests, int64_t now_ms)
{
    const struct quota_bucket *b = &q->buckets[QUOTA_LIST];
    if (b->paid_us <= now_ms * 1000 + MISS_AHEAD * b->gap_us)
        q->miss.paid_us -= requests * q->miss.gap_us;
}

uint32_t quota_used_percent(const struct quota *q, enum quota_category c, int64_t now_ms)
{
    const struct quota_bucket *b = &q->buckets[c];
    int64_t into_ms = now_ms - b->window_ms;
    int64_t used;
    if (into_ms >= 2 * WINDOW_MS)
        used = 0;
    else if (into_ms >= WINDOW_MS)
        used = b->used_now * (2 * WINDOW_MS - into_ms) / WINDOW_MS;
    else
        used = b->used_now + b->used_before * (WINDOW_MS - into_ms) / WINDOW_MS;
    return (uint32_t)(used * b->gap_us / (WINDOW_MS * 10));
}
