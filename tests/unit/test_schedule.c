/* SPDX-License-Identifier: Apache-2.0
 *
 * When sources run and how fast they ask (R-NET-08), with a clock and dice of our own.
 */
#include "daemon/schedule.h"
#include "suite.h"

#define START_MS 1000000

static struct quota quota;
static int64_t now_ms;

/* A run of n pages; the time goes on as it waits. Returns how long it took. */
static int64_t run_pages(struct schedule *s, unsigned n)
{
    int64_t began_ms = now_ms;
    schedule_begin(s, now_ms);
    for (unsigned i = 0; i < n; i++) {
        for (int64_t ms; (ms = schedule_wait_ms(s, &quota, QUOTA_LIST, now_ms)) > 0;)
            now_ms += ms;
        schedule_asked(s, QUOTA_LIST, now_ms);
        quota_charge(&quota, QUOTA_LIST, now_ms);
    }
    return now_ms - began_ms;
}

static void set_up(struct schedule *s, uint32_t hosts, uint32_t phase)
{
    now_ms = START_MS;
    quota_init(&quota, 20, hosts, phase, now_ms);
    schedule_init(s, 900, phase, true);
}

START_TEST(the_place_in_the_turn_is_the_hosts_own)
{
    static const unsigned char id[16] = { 1, 2, 3 };
    uint32_t here = schedule_phase(id, sizeof id, "web1");
    ck_assert_uint_eq(here, schedule_phase(id, sizeof id, "web1"));
    ck_assert_uint_ne(here, schedule_phase(id, sizeof id, "web2")); /* a clone of the machine */
    unsigned quarters[4] = { 0 };
    for (unsigned i = 0; i < 4000; i++) {
        unsigned char other[16] = { (unsigned char)i, (unsigned char)(i >> 8) };
        quarters[schedule_phase(other, sizeof other, "web") >> 30]++;
    }
    for (size_t i = 0; i < COUNT(quarters); i++)
        ck_assert_msg(quarters[i] > 900 && quarters[i] < 1100, "%u", quarters[i]);
}
END_TEST

/* R-NET-08: the first run goes strictly by the bucket, the next ones borrow and pay back. */
START_TEST(a_first_run_is_strict_and_later_ones_borrow)
{
    struct schedule s;
    set_up(&s, 300, 0); /* one in fifty seconds */
    int64_t strict_ms = run_pages(&s, 17);
    ck_assert_int_ge(strict_ms, 16 * 50000);
    int64_t pause_ms = schedule_end(&s, &quota, true, 90, 0, now_ms);
    ck_assert_int_eq(pause_ms, 0); /* a phase of 0 is the begin of the turn */
    ck_assert_int_eq(s.stretched_ms, 17 * 50000 * 10 / 9);
    now_ms += schedule_owed_ms(&s, &quota, now_ms);
    ck_assert_int_eq(run_pages(&s, 17), 16 * 3000);
    pause_ms = schedule_end(&s, &quota, true, 90, 0, now_ms);
    ck_assert_int_eq(pause_ms, 17 * 50000 * 10 / 9 - 16 * 3000);
    ck_assert_int_gt(schedule_owed_ms(&s, &quota, now_ms), 600000);
    now_ms += pause_ms;
    ck_assert_int_eq(schedule_owed_ms(&s, &quota, now_ms), 0);
}
END_TEST

START_TEST(a_cheap_run_keeps_the_configured_interval)
{
    struct schedule s;
    set_up(&s, 1, 1u << 31);
    run_pages(&s, 17);
    ck_assert_int_eq(schedule_end(&s, &quota, true, 90, 0, now_ms), 450000); /* its slot */
    now_ms += 450000;
    ck_assert_int_eq(schedule_owed_ms(&s, &quota, now_ms), 0);
    int64_t took_ms = run_pages(&s, 17);
    ck_assert_int_eq(schedule_end(&s, &quota, true, 90, 0, now_ms), 900000 - took_ms);
    ck_assert_int_eq(s.stretched_ms, 900000);
    ck_assert_uint_eq(schedule_use_percent(&s, &quota), 0);
}
END_TEST

/* In the long run the host uses its share and no more, whatever a run costs. */
START_TEST(the_interval_stretches_to_the_share)
{
    static const unsigned pages[] = { 1, 17, 84, 167, 1000 };
    for (size_t i = 0; i < COUNT(pages); i++) {
        struct schedule s;
        set_up(&s, 100, 1u << 30);
        for (int run = 0; run < 20; run++) {
            run_pages(&s, pages[i]);
            now_ms += schedule_end(&s, &quota, true, 90, 0, now_ms);
            now_ms += schedule_owed_ms(&s, &quota, now_ms);
        }
        uint64_t share = (uint64_t)(now_ms - START_MS) * 6 / 100 / 1000;
        ck_assert_msg(quota.buckets[QUOTA_LIST].used <= share + pages[i], "%u pages: %llu of %llu",
                      pages[i], (unsigned long long)quota.buckets[QUOTA_LIST].used,
                      (unsigned long long)share);
    }
}
END_TEST

/* A pool that has grown under us must not be paid by the rest of the fleet. */
START_TEST(a_run_that_outgrows_what_is_known_is_strict_again)
{
    struct schedule s;
    set_up(&s, 300, 0);
    run_pages(&s, 2);
    schedule_end(&s, &quota, true, 90, 0, now_ms);
    now_ms += 3600000;
    ck_assert_int_le(run_pages(&s, 7), 6 * 3000);
    schedule_end(&s, &quota, true, 90, 0, now_ms);
    schedule_init(&s, 900, 0, true);
    run_pages(&s, 2);
    schedule_end(&s, &quota, true, 90, 0, now_ms);
    now_ms += 3600000;
    ck_assert_int_ge(run_pages(&s, 30), 20 * 50000);
}
END_TEST

START_TEST(an_urgent_source_does_not_wait_for_debts)
{
    struct schedule s;
    set_up(&s, 300, 0);
    schedule_init(&s, 300, 0, false);
    run_pages(&s, 1);
    schedule_end(&s, &quota, true, 50, 0, now_ms);
    for (int i = 0; i < 100; i++)
        quota_charge(&quota, QUOTA_LIST, now_ms);
    ck_assert_int_eq(schedule_owed_ms(&s, &quota, now_ms), 0);
    ck_assert_int_eq(run_pages(&s, 1), 0);
}
END_TEST

/* R-NET-08: full jitter, a bound that doubles, and never longer than the interval. */
START_TEST(failures_back_off)
{
    struct schedule s;
    set_up(&s, 1, 0);
    int64_t most_ms = 0;
    for (uint32_t failures = 1; failures < 20; failures++) {
        int64_t bound_ms = failures > 8 ? 300000 : 2000ll << (failures - 1);
        int64_t seen_ms = 0;
        for (uint32_t dice = 0; dice < 4000000000u; dice += 1999993) {
            int64_t ms = schedule_backoff_ms(failures, dice);
            ck_assert_int_ge(ms, 500);
            ck_assert_int_lt(ms, 500 + bound_ms);
            seen_ms = ms > seen_ms ? ms : seen_ms;
        }
        ck_assert_int_gt(seen_ms, bound_ms * 9 / 10);
        most_ms = seen_ms;
    }
    ck_assert_int_gt(most_ms, 270000);
    schedule_init(&s, 2, 0, true);
    for (int i = 0; i < 10; i++) {
        schedule_begin(&s, now_ms);
        ck_assert_int_le(schedule_end(&s, &quota, false, 90, UINT32_MAX, now_ms), 2000);
    }
    ck_assert_uint_eq(s.failures, 10);
    ck_assert(!s.is_steady);
}
END_TEST

START_TEST(memberships_are_asked_in_the_cheaper_direction)
{
    set_up(&(struct schedule){ 0 }, 1, 0);
    ck_assert(schedule_by_user(&quota, 100, 1000, 200));    /* many groups, few users */
    ck_assert(!schedule_by_user(&quota, 10000, 20, 20000)); /* few groups, many users */
    ck_assert(schedule_by_user(&quota, 1000, 2000, 2000));
    ck_assert(!schedule_by_user(&quota, 1000, 10, 1000));
}
END_TEST

SUITE("schedule", the_place_in_the_turn_is_the_hosts_own,
      a_first_run_is_strict_and_later_ones_borrow, a_cheap_run_keeps_the_configured_interval,
      the_interval_stretches_to_the_share, a_run_that_outgrows_what_is_known_is_strict_again,
      an_urgent_source_does_not_wait_for_debts, failures_back_off,
      memberships_are_asked_in_the_cheaper_direction)
