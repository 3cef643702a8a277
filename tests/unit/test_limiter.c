/* SPDX-License-Identifier: Apache-2.0
 *
 * Failures by source and user, codes by user, and a table that strangers cannot make forget or
 * grow. R-PAM-13, R-PAM-14
 */
#include "daemon/limiter.h"
#include "suite.h"
#include "wire/wire.h"

#include <stdio.h>
#include <string.h>

static struct limiter *limiter;
static const char here[] = "address 192.0.2.7", there[] = "address 192.0.2.8";

static void fail_times(const char *source, const char *user, int n, int64_t now_ms)
{
    for (int i = 0; i < n; i++)
        limiter_failed(limiter, source, user, now_ms);
}

START_TEST(a_source_is_stopped_another_is_not)
{
    ck_assert_int_eq(limiter_new(&limiter), 0);
    fail_times(here, "alice", LIMITER_FAILURES - 1, 1000);
    ck_assert_int_eq(limiter_check(limiter, here, "alice", 1000), 0);
    fail_times(here, "alice", 1, 1000);
    ck_assert_int_eq(limiter_check(limiter, here, "alice", 1000), ERR_MAXTRIES);
    ck_assert_int_eq(limiter_check(limiter, there, "alice", 1000), 0);
    ck_assert_int_eq(limiter_check(limiter, here, "bob", 1000), 0);
    limiter_free(&limiter);
    ck_assert_ptr_null(limiter);
}
END_TEST

START_TEST(time_and_success_forgive)
{
    ck_assert_int_eq(limiter_new(&limiter), 0);
    fail_times(here, "alice", LIMITER_FAILURES, 1000);
    ck_assert_int_eq(limiter_check(limiter, here, "alice", 1000 + LIMITER_FAILURE_MS - 1),
                     ERR_MAXTRIES);
    ck_assert_int_eq(limiter_check(limiter, here, "alice", 1000 + LIMITER_FAILURE_MS), 0);
    fail_times(here, "alice", 1, 1000 + LIMITER_FAILURE_MS); /* one more, and stopped again */
    ck_assert_int_eq(limiter_check(limiter, here, "alice", 1000 + LIMITER_FAILURE_MS),
                     ERR_MAXTRIES);
    limiter_succeeded(limiter, here, "alice");
    ck_assert_int_eq(limiter_check(limiter, here, "alice", 1000 + LIMITER_FAILURE_MS), 0);
    limiter_succeeded(limiter, there, "nobody");
    limiter_free(&limiter);
}
END_TEST

START_TEST(three_codes_in_ten_minutes)
{
    ck_assert_int_eq(limiter_new(&limiter), 0);
    for (int i = 0; i < LIMITER_CODES; i++) {
        ck_assert_int_eq(limiter_check(limiter, here, "bob", 1000 + i), 0);
        limiter_code_sent(limiter, "bob", 1000 + i);
    }
    ck_assert_int_eq(limiter_check(limiter, here, "bob", 1010), ERR_MAXTRIES);
    ck_assert_int_eq(limiter_check(limiter, there, "bob", 1010), ERR_MAXTRIES);
    ck_assert_int_eq(limiter_check(limiter, here, "alice", 1010), 0);
    ck_assert_int_eq(limiter_check(limiter, here, "bob", 1000 + LIMITER_CODES_MS), 0);
    limiter_code_sent(limiter, "bob", 1000 + LIMITER_CODES_MS);
    ck_assert_int_eq(limiter_check(limiter, here, "bob", 1000 + LIMITER_CODES_MS), ERR_MAXTRIES);
    limiter_free(&limiter);
}
END_TEST

/* A hundred thousand strangers cost no memory, and hardly make one who is stopped forgotten. */
START_TEST(the_table_is_bounded)
{
    char user[32];
    ck_assert_int_eq(limiter_new(&limiter), 0);
    fail_times(here, "alice", LIMITER_FAILURES, 1000);
    for (int i = 0; i < 100000; i++) {
        snprintf(user, sizeof user, "u%d", i);
        limiter_failed(limiter, there, user, 1000);
    }
    ck_assert_int_eq(limiter_check(limiter, here, "alice", 1000), ERR_MAXTRIES);
    limiter_free(&limiter);
}
END_TEST

START_TEST(sources_are_told_apart)
{
    static const struct {
        const char *rhost, *ruser, *tty, *source;
    } rows[] = {
        { "192.0.2.7", "x", "ssh", "address 192.0.2.7" },
        { "2001:db8::1", "", "ssh", "address 2001:db8::1" },
        { "host.example.com", "alice", "pts/1", "user alice" }, /* a name proves nothing */
        { "", "alice", "pts/1", "user alice" },
        { "", "", "tty1", "tty tty1" },
        { "", "", "", "tty " },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct wire_auth_start start = { 0 };
        char source[LIMITER_SOURCE_BYTES];
        snprintf(start.rhost, sizeof start.rhost, "%s", rows[i].rhost);
        snprintf(start.ruser, sizeof start.ruser, "%s", rows[i].ruser);
        snprintf(start.tty, sizeof start.tty, "%s", rows[i].tty);
        limiter_source(&start, source);
        ck_assert_str_eq(source, rows[i].source);
    }
}
END_TEST

SUITE("limiter", a_source_is_stopped_another_is_not, time_and_success_forgive,
      three_codes_in_ten_minutes, the_table_is_bounded, sources_are_told_apart)
