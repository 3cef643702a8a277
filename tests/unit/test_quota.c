/* SPDX-License-Identifier: Apache-2.0
 *
 * The buckets of the account's quotas (R-NET-08) and the bucket of unknown names (R-IPC-05), with a
 * clock of our own.
 */
#include "daemon/quota.h"
#include "suite.h"

#include <string.h>

#define START_MS 1000000
#define HOUR_MS  3600000

/* How many requests that wait for the bucket go between from and to. */
static unsigned go_patiently(struct quota *q, enum quota_category c, int64_t from_ms, int64_t to_ms)
{
    unsigned n = 0;
    for (int64_t now = from_ms; now < to_ms;) {
        int64_t wait_ms = quota_wait_ms(q, c, now);
        if (wait_ms == 0) {
            quota_charge(q, c, now);
            n++;
        }
        now += wait_ms;
    }
    return n;
}

START_TEST(each_category_gets_this_hosts_share) /* R-NET-08 */
{
    static const struct {
        enum quota_category c;
        uint32_t percent, hosts, an_hour;
    } rows[] = {
        { QUOTA_LIST, 20, 1, 21600 },          { QUOTA_LIST, 20, 50, 432 },
        { QUOTA_LIST, 100, 1, 108000 },        { QUOTA_LIST, 20, 2000, 10 },
        { QUOTA_RESOURCE_READ, 20, 10, 3600 }, { QUOTA_POOL_RESOURCE_READ, 20, 4, 900 },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct quota q;
        quota_init(&q, rows[i].percent, rows[i].hosts, 0, START_MS);
        unsigned n = go_patiently(&q, rows[i].c, START_MS, START_MS + HOUR_MS);
        ck_assert_msg(n >= rows[i].an_hour && n <= rows[i].an_hour + 31, "row %zu: %u", i, n);
        /* Nothing is saved up: an idle hour is no licence for a burst. */
        unsigned burst =
            go_patiently(&q, rows[i].c, START_MS + 2 * HOUR_MS, START_MS + 2 * HOUR_MS + 1);
        ck_assert_uint_le(burst, quota_of_account(rows[i].c) * rows[i].percent / 100 + 1);
    }
}
END_TEST

START_TEST(every_directory_operation_has_a_category)
{
    for (int op = 0; op < API_OPS; op++)
        if (api_operation((enum api_op)op)->phase == ERRORS_DIRECTORY)
            ck_assert_msg(quota_of((enum api_op)op) != QUOTA_NONE, "%s",
                          api_operation((enum api_op)op)->name);
    ck_assert_int_eq(quota_of(API_LIST_USERS), QUOTA_LIST);
    ck_assert_int_eq(quota_of(API_LIST_USERS_IN_GROUP), QUOTA_LIST);
    ck_assert_uint_eq(quota_of_account(QUOTA_LIST), 30);
    ck_assert_uint_eq(quota_of_account(QUOTA_POOL_RESOURCE_READ), 5); /* per pool */
    ck_assert_str_eq(quota_name(QUOTA_LIST), "UserList");
}
END_TEST

/* R-NET-08: 300 hosts that start in the same millisecond ask one after the other. */
START_TEST(a_fleet_that_starts_as_one_does_not_ask_as_one)
{
    enum { HOSTS = 300, SECONDS = 50 };
    unsigned in_second[SECONDS + 1] = { 0 };
    for (uint32_t i = 0; i < HOSTS; i++) {
        struct quota q;
        quota_init(&q, 20, HOSTS, i * (UINT32_MAX / HOSTS), START_MS);
        in_second[quota_wait_ms(&q, QUOTA_LIST, START_MS) / 1000]++;
    }
    for (size_t i = 0; i < SECONDS; i++)
        ck_assert_uint_le(in_second[i], 7); /* 20 % of 30 a second */
}
END_TEST

/* Whoever does not wait is charged all the same; who waits pays for both. */
START_TEST(what_did_not_wait_is_paid_for_by_what_does)
{
    struct quota q;
    quota_init(&q, 20, 60, 0, START_MS);
    for (int i = 0; i < 5; i++)
        quota_charge(&q, QUOTA_LIST, START_MS);
    ck_assert_int_eq(quota_wait_ms(&q, QUOTA_LIST, START_MS), 50000);
    ck_assert_int_eq(quota_wait_ms(&q, QUOTA_RESOURCE_READ, START_MS), 0);
    ck_assert_int_eq(quota_wait_ms(&q, QUOTA_NONE, START_MS), 0);
    ck_assert_int_eq(quota_wait_ms(&q, QUOTA_LIST, START_MS + 50000), 0);
}
END_TEST

/* Somebody else uses the quota, or fleet_hosts is wrong: slower, then normal again. */
START_TEST(throttling_slows_down_and_is_forgotten)
{
    struct quota q;
    quota_init(&q, 20, 60, 0, START_MS);
    int64_t normal_us = quota_gap_us(&q, QUOTA_LIST);
    ck_assert(quota_throttled(&q, QUOTA_LIST, START_MS));
    ck_assert_int_eq(quota_gap_us(&q, QUOTA_LIST), 2 * normal_us);
    ck_assert(!quota_throttled(&q, QUOTA_LIST, START_MS + 1000)); /* the same news */
    ck_assert_int_eq(quota_gap_us(&q, QUOTA_LIST), 2 * normal_us);
    for (int i = 1; i < 20; i++)
        quota_throttled(&q, QUOTA_LIST, START_MS + i * 20000);
    ck_assert_int_eq(quota_gap_us(&q, QUOTA_LIST), 64 * normal_us);
    ck_assert_int_eq(quota_gap_us(&q, QUOTA_RESOURCE_READ) > 0, 1);
    for (int i = 0; i < 120; i++)
        quota_charge(&q, QUOTA_LIST, START_MS);
    ck_assert_int_eq(quota_gap_us(&q, QUOTA_LIST), normal_us);
}
END_TEST

/* In requests. */
static unsigned misses(struct quota *q, uint32_t requests, int64_t from_ms, int64_t to_ms)
{
    unsigned n = 0;
    for (int64_t now = from_ms; now < to_ms; now += 100)
        n += quota_take_miss(q, requests, now) ? requests : 0;
    return n;
}

/* R-IPC-05: at most a tenth of this host's share, in the long run. */
START_TEST(unknown_names_get_a_tenth)
{
    static const uint32_t hosts[] = { 1, 10, 50, 300, 2000 };
    for (size_t i = 0; i < 2 * COUNT(hosts); i++) {
        struct quota q;
        uint32_t requests = i % 2 == 0 ? 1 : 4, fleet = hosts[i / 2];
        quota_init(&q, 20, fleet, 77u << 24, START_MS);
        unsigned n = misses(&q, requests, START_MS, START_MS + 24 * (int64_t)HOUR_MS);
        unsigned tenth = 86400 * 6 / 10 / fleet;
        ck_assert_msg(n <= tenth + 11, "%u hosts: %u", fleet, n);
        ck_assert_msg(n >= tenth * 4 / 5, "%u hosts: %u", fleet, n);
    }
}
END_TEST

/* R-NET-08: one scanner that reaches every host of a large fleet in the same second. */
START_TEST(a_scanned_fleet_has_few_tokens_at_any_instant)
{
    enum { HOSTS = 2000 };
    for (uint32_t requests = 1; requests <= 3; requests++) {
        unsigned n = 0;
        for (uint32_t i = 0; i < HOSTS; i++) {
            struct quota q;
            quota_init(&q, 20, HOSTS, i * (UINT32_MAX / HOSTS), START_MS);
            n += misses(&q, requests, START_MS + HOUR_MS, START_MS + HOUR_MS + 1000);
        }
        ck_assert_uint_ge(n, 200);
        ck_assert_uint_le(n, 310);
    }
}
END_TEST

START_TEST(a_small_fleet_takes_several_new_names_at_once)
{
    struct quota q;
    quota_init(&q, 20, 10, 0, START_MS);
    ck_assert_uint_eq(misses(&q, 1, START_MS + HOUR_MS, START_MS + HOUR_MS + 1000), 10);
}
END_TEST

START_TEST(the_used_part_of_the_share_is_told)
{
    struct quota q;
    quota_init(&q, 20, 60, 0, START_MS); /* one in ten seconds: sixty in ten minutes */
    ck_assert_uint_eq(quota_used_percent(&q, QUOTA_LIST, START_MS), 0);
    for (int i = 0; i < 30; i++)
        quota_charge(&q, QUOTA_LIST, START_MS + i * 1000);
    ck_assert_uint_eq(quota_used_percent(&q, QUOTA_LIST, START_MS + 60000), 50);
    ck_assert_uint_eq(quota_used_percent(&q, QUOTA_LIST, START_MS + 900000), 25);
    ck_assert_uint_eq(quota_used_percent(&q, QUOTA_LIST, START_MS + HOUR_MS), 0);
    ck_assert_uint_eq(q.buckets[QUOTA_LIST].used, 30);
}
END_TEST

/* R-NET-08: a token that was no miss is given back, but never more than the share of the listings
 * can pay for. */
START_TEST(a_token_is_given_back_within_the_share)
{
    struct quota q;
    unsigned n = 0;
    quota_init(&q, 20, 300, 0, START_MS);
    for (; quota_take_miss(&q, 1, START_MS) && n < 1000; n++) {
        quota_charge(&q, QUOTA_LIST, START_MS);
        quota_return_miss(&q, 1, START_MS);
    }
    ck_assert_uint_ge(n, 10);
    ck_assert_uint_le(n, 12);
    n = 0;
    for (int64_t now = START_MS; now < START_MS + HOUR_MS; now += 1000) {
        if (!quota_take_miss(&q, 1, now))
            continue;
        quota_charge(&q, QUOTA_LIST, now);
        quota_return_miss(&q, 1, now);
        n++;
    }
    ck_assert_uint_le(n, HOUR_MS / 50000); /* a listing in 50 s is this host's share */
    ck_assert_uint_ge(n, HOUR_MS / 500000);
}
END_TEST

SUITE("quota", a_token_is_given_back_within_the_share, each_category_gets_this_hosts_share,
      every_directory_operation_has_a_category, a_fleet_that_starts_as_one_does_not_ask_as_one,
      what_did_not_wait_is_paid_for_by_what_does, throttling_slows_down_and_is_forgotten,
      unknown_names_get_a_tenth, a_scanned_fleet_has_few_tokens_at_any_instant,
      a_small_fleet_takes_several_new_names_at_once, the_used_part_of_the_share_is_told)
