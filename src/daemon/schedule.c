/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/schedule.h"

#include "cognito/directory.h"

#include <string.h>

#define PACE_MS          3000    /* between two pages of a run that borrows */
#define STRICT_MOST_MS   1800000 /* a page's token lives for an hour (reference section 11) */
#define BACKOFF_FIRST_MS 2000
#define BACKOFF_MOST_MS  300000
#define BACKOFF_LEAST_MS 500
#define INTERVAL_MOST_MS ((int64_t)7 * 86400 * 1000)

static uint32_t stir(uint32_t h)
{
    h = (h ^ h >> 16) * 0x85ebca6bu;
    h = (h ^ h >> 13) * 0xc2b2ae35u;
    return h ^ h >> 16;
}

/* FNV-1a, then stirred: neighbouring ids must not be neighbours in the turn. */
uint32_t schedule_phase(const void *machine_id, size_t bytes, const char *host_name)
{
    const unsigned char *p = machine_id;
    uint32_t h = 2166136261u;
    for (size_t i = 0; i < bytes; i++)
        h = (h ^ p[i]) * 16777619u;
    for (p = (const unsigned char *)host_name; *p != '\0'; p++)
        h = (h ^ *p) * 16777619u;
    return stir(h);
}

/* An urgent source has a place of its own: it puts the other one off for as long as it is not paid
 * for, and hosts that are neighbours in both turns would be put off to the same minute. */
void schedule_init(struct schedule *s, uint32_t interval_s, uint32_t phase, bool may_wait)
{
    *s = (struct schedule){ .interval_ms = (int64_t)interval_s * 1000,
                            .stretched_ms = (int64_t)interval_s * 1000,
                            .phase = may_wait ? phase : stir(phase + 1),
                            .may_wait = may_wait };
}

int64_t schedule_owed_ms(const struct schedule *s, const struct quota *q, int64_t now_ms)
{
    int64_t most_ms = 0;
    if (!s->is_steady || !s->may_wait)
        return 0;
    for (int c = 0; c < QUOTA_CATEGORIES; c++) {
        int64_t wait_ms = s->cost[c] == 0 ? 0 : quota_wait_ms(q, (enum quota_category)c, now_ms);
        most_ms = wait_ms > most_ms ? wait_ms : most_ms;
    }
    return most_ms;
}

void schedule_begin(struct schedule *s, int64_t now_ms)
{
    memset(s->run, 0, sizeof s->run);
    s->run_total = 0;
    s->started_ms = now_ms;
}

/* A run that has grown out of what is known costs as much as a first one. */
static bool may_borrow(const struct schedule *s)
{
    return s->is_steady && s->run_total <= 2 * s->cost_total + 2;
}

int64_t schedule_wait_ms(const struct schedule *s, const struct quota *q, enum quota_category c,
                         int64_t now_ms)
{
    int64_t strict_ms = quota_wait_ms(q, c, now_ms);
    if (!may_borrow(s))
        return strict_ms < STRICT_MOST_MS ? strict_ms : STRICT_MOST_MS;
    int64_t pace_ms = s->run_total == 0 ? 0 : s->asked_ms + PACE_MS - now_ms;
    if (pace_ms < 0)
        pace_ms = 0;
    return pace_ms < strict_ms ? pace_ms : strict_ms;
}

void schedule_asked(struct schedule *s, enum quota_category c, int64_t now_ms)
{
    s->run[c]++;
    s->run_total++;
    s->asked_ms = now_ms;
}

int64_t schedule_backoff_ms(uint32_t failures, uint32_t dice)
{
    int64_t most_ms = BACKOFF_FIRST_MS;
    for (uint32_t i = 1; i < failures && most_ms < BACKOFF_MOST_MS; i++)
        most_ms *= 2;
    if (most_ms > BACKOFF_MOST_MS)
        most_ms = BACKOFF_MOST_MS;
    return BACKOFF_LEAST_MS + (int64_t)dice % most_ms;
}

/* The interval at which runs of this cost use percent of the share, but never shorter than the
 * configured one. */
static int64_t stretch_ms(const struct schedule *s, const struct quota *q, uint32_t percent)
{
    int64_t most_ms = s->interval_ms;
    for (int c = 0; c < QUOTA_CATEGORIES; c++) {
        int64_t paid_ms = s->cost[c] * quota_gap_us(q, (enum quota_category)c) / 10 / percent;
        most_ms = paid_ms > most_ms ? paid_ms : most_ms;
    }
    return most_ms < INTERVAL_MOST_MS ? most_ms : INTERVAL_MOST_MS;
}

int64_t schedule_end(struct schedule *s, const struct quota *q, bool is_good, uint32_t percent,
                     uint32_t dice, int64_t now_ms)
{
    bool was_steady = s->is_steady;
    s->is_steady = is_good;
    if (!is_good) {
        s->failures++;
        int64_t pause_ms = schedule_backoff_ms(s->failures, dice);
        return pause_ms < s->stretched_ms ? pause_ms : s->stretched_ms;
    }
    s->failures = 0;
    memcpy(s->cost, s->run, sizeof s->cost);
    s->cost_total = s->run_total;
    s->stretched_ms = stretch_ms(s, q, percent);
    if (!was_steady) /* into the turn: hosts that began together go on one after the other */
        return (int64_t)(((unsigned __int128)s->stretched_ms * s->phase) >> 32);
    int64_t next_ms = s->started_ms + s->stretched_ms;
    return next_ms > now_ms ? next_ms - now_ms : 0;
}

uint32_t schedule_use_percent(const struct schedule *s, const struct quota *q)
{
    int64_t most = 0;
    for (int c = 0; c < QUOTA_CATEGORIES; c++) {
        int64_t paid_ms = s->cost[c] * quota_gap_us(q, (enum quota_category)c) / 1000;
        int64_t percent = s->stretched_ms == 0 ? 0 : paid_ms * 100 / s->stretched_ms;
        most = percent > most ? percent : most;
    }
    return most > 100 ? 100 : (uint32_t)most;
}

bool schedule_by_user(const struct quota *q, size_t users, size_t groups, size_t memberships)
{
    size_t pages = groups + memberships / DIRECTORY_PAGE_LIMIT;
    return (int64_t)users * quota_gap_us(q, QUOTA_RESOURCE_READ) <
           (int64_t)pages * quota_gap_us(q, QUOTA_LIST);
}
