/* SPDX-License-Identifier: Apache-2.0
 *
 * Failures by source and user, codes by user, and a table that strangers cannot make forget or
 * grow. R-PAM-13, R-PAM-14
 */
#include "base/id.h"
#include "daemon/limiter.h"
#include "suite.h"
#include "wire/wire.h"

#include <stdio.h>
#include <string.h>

static struct limiter *limiter;
static const struct limiter_source here = { .text = "address 192.0.2.7" },
                                   there = { .text = "address 192.0.2.8" };

static void fail_times(const struct limiter_source *source, const char *user, int n, int64_t now_ms)
{
    for (int i = 0; i < n; i++)
        limiter_failed(limiter, source, user, now_ms);
}

START_TEST(a_source_is_stopped_another_is_not)
{
    ck_assert_int_eq(limiter_new(&limiter), 0);
    fail_times(&here, "alice", LIMITER_FAILURES - 1, 1000);
    ck_assert_int_eq(limiter_check(limiter, &here, "alice", 1000), 0);
    fail_times(&here, "alice", 1, 1000);
    ck_assert_int_eq(limiter_check(limiter, &here, "alice", 1000), ERR_MAXTRIES);
    ck_assert_int_eq(limiter_check(limiter, &there, "alice", 1000), 0);
    ck_assert_int_eq(limiter_check(limiter, &here, "bob", 1000), 0);
    limiter_free(&limiter);
    ck_assert_ptr_null(limiter);
}
END_TEST

START_TEST(time_and_success_forgive)
{
    ck_assert_int_eq(limiter_new(&limiter), 0);
    fail_times(&here, "alice", LIMITER_FAILURES, 1000);
    ck_assert_int_eq(limiter_check(limiter, &here, "alice", 1000 + LIMITER_FAILURE_MS - 1),
                     ERR_MAXTRIES);
    ck_assert_int_eq(limiter_check(limiter, &here, "alice", 1000 + LIMITER_FAILURE_MS), 0);
    fail_times(&here, "alice", 1, 1000 + LIMITER_FAILURE_MS); /* one more, and stopped again */
    ck_assert_int_eq(limiter_check(limiter, &here, "alice", 1000 + LIMITER_FAILURE_MS),
                     ERR_MAXTRIES);
    limiter_succeeded(limiter, &here, "alice");
    ck_assert_int_eq(limiter_check(limiter, &here, "alice", 1000 + LIMITER_FAILURE_MS), 0);
    limiter_succeeded(limiter, &there, "nobody");
    limiter_free(&limiter);
}
END_TEST

START_TEST(three_codes_in_ten_minutes)
{
    ck_assert_int_eq(limiter_new(&limiter), 0);
    for (int i = 0; i < LIMITER_CODES; i++) {
        ck_assert_int_eq(limiter_check_code(limiter, "bob", true, 1000 + i), 0);
        limiter_code_sent(limiter, "bob", 1000 + i);
    }
    ck_assert_int_eq(limiter_check_code(limiter, "bob", true, 1010), ERR_MAXTRIES);
    ck_assert_int_eq(limiter_check_code(limiter, "alice", true, 1010), 0);
    ck_assert_int_eq(limiter_check(limiter, &here, "bob", 1010), 0); /* it is no wrong answer */
    const int64_t later_ms = 1000 + LIMITER_CODES_MS;
    ck_assert_int_eq(limiter_check_code(limiter, "bob", true, later_ms), 0);
    limiter_code_sent(limiter, "bob", later_ms);
    ck_assert_int_eq(limiter_check_code(limiter, "bob", true, later_ms), ERR_MAXTRIES);
    limiter_free(&limiter);
}
END_TEST

/* Who needs no code is not kept out by those that were sent; who may, or is not known, is. */
START_TEST(codes_stop_those_who_get_codes)
{
    char user[32];
    ck_assert_int_eq(limiter_new(&limiter), 0);
    for (int i = 0; i < LIMITER_CODES; i++)
        limiter_code_sent(limiter, "bob", 1000);
    ck_assert_int_eq(limiter_check_code(limiter, "bob", false, 1000), ERR_MAXTRIES);
    limiter_note_quiet(limiter, "bob", true);
    limiter_note_quiet(limiter, "bob", true);
    ck_assert_int_eq(limiter_check_code(limiter, "bob", false, 1000), 0);
    ck_assert_int_eq(limiter_check_code(limiter, "bob", true, 1000), ERR_MAXTRIES);
    limiter_note_quiet(limiter, "bob", false);
    ck_assert_int_eq(limiter_check_code(limiter, "bob", false, 1000), ERR_MAXTRIES);
    limiter_note_quiet(limiter, "bob", true);
    for (int i = 0; i < 100000; i++) { /* forgotten is not known */
        snprintf(user, sizeof user, "u%d", i);
        limiter_note_quiet(limiter, user, true);
    }
    ck_assert_int_eq(limiter_check_code(limiter, "bob", false, 1000), ERR_MAXTRIES);
    ck_assert_int_eq(limiter_check_code(limiter, "u99999", false, 1000), 0);
    limiter_free(&limiter);
}
END_TEST

/* What is on its way to somebody who gets codes counts until it is known. */
START_TEST(codes_that_are_due_are_counted)
{
    ck_assert_int_eq(limiter_new(&limiter), 0);
    ck_assert(!limiter_expects_code(limiter, "bob")); /* not known: he may need none */
    limiter_settled(limiter, "bob");
    limiter_note_quiet(limiter, "bob", false);
    for (int i = 0; i < LIMITER_CODES; i++) {
        ck_assert_int_eq(limiter_check_code(limiter, "bob", false, 1000), 0);
        ck_assert(limiter_expects_code(limiter, "bob"));
    }
    ck_assert_int_eq(limiter_check_code(limiter, "bob", false, 1000), ERR_MAXTRIES);
    ck_assert_int_eq(limiter_check_code(limiter, "bob", true, 1000), ERR_MAXTRIES);
    limiter_settled(limiter, "bob");
    ck_assert_int_eq(limiter_check_code(limiter, "bob", false, 1000), 0);
    limiter_code_sent(limiter, "bob", 1000);
    limiter_note_quiet(limiter, "bob", false); /* two are still due */
    ck_assert_int_eq(limiter_check_code(limiter, "bob", false, 1000), ERR_MAXTRIES);
    limiter_free(&limiter);
}
END_TEST

/* A hundred thousand strangers cost no memory, and hardly make one who is stopped forgotten. */
START_TEST(the_table_is_bounded)
{
    char user[32];
    ck_assert_int_eq(limiter_new(&limiter), 0);
    fail_times(&here, "alice", LIMITER_FAILURES, 1000);
    for (int i = 0; i < 100000; i++) {
        snprintf(user, sizeof user, "u%d", i);
        limiter_failed(limiter, &there, user, 1000);
    }
    ck_assert_int_eq(limiter_check(limiter, &here, "alice", 1000), ERR_MAXTRIES);
    limiter_free(&limiter);
}
END_TEST

static struct limiter_source source_of(const char *rhost, const char *ruser, uint32_t login_uid)
{
    struct wire_auth_start start = { .tty = "ssh" };
    snprintf(start.rhost, sizeof start.rhost, "%s", rhost);
    snprintf(start.ruser, sizeof start.ruser, "%s", ruser);
    return limiter_source(&start, login_uid);
}

/* Literal address, else local user with login uid, else host name, else terminal. */
START_TEST(sources_are_told_apart)
{
    static const struct {
        const char *rhost, *ruser;
        uint32_t login_uid;
        const char *source, *sure;
    } rows[] = {
        { "192.0.2.7", "x", 1000, "address 192.0.2.7", "" },
        { "2001:db8:1:2:3:4:5:6", "", ID_NONE, "address 2001:db8:1:2::/64", "" },
        { "2001:DB8:1:2::9", "", ID_NONE, "address 2001:db8:1:2::/64", "" },
        { "fe80::1%eth0", "", ID_NONE, "address fe80::/64", "" },
        { "::ffff:192.0.2.7", "", ID_NONE, "address 192.0.2.7", "" },
        { "64:ff9b::c000:207", "", ID_NONE, "address 192.0.2.7", "" },
        { "", "alice", ID_NONE, "user alice", "" },
        { "", "alice", 1000, "user alice login 1000", "user alice login " },
        { "web1", "alice", 1000, "user alice login 1000", "user alice login " },
        { "host.example.com", "", 1000, "host host.example.com", "host " },
        { "%eth0", "", ID_NONE, "host %eth0", "host " },
        { "", "", 1000, "tty ssh", "" },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct limiter_source s = source_of(rows[i].rhost, rows[i].ruser, rows[i].login_uid);
        ck_assert_str_eq(s.text, rows[i].source);
        ck_assert_uint_eq(s.loose_at, strlen(rows[i].sure));
        ck_assert_int_eq(strncmp(s.text, rows[i].sure, s.loose_at), 0);
    }
}
END_TEST

/* A host name is no reason to share a bucket with everybody, nor to have a new one each time. */
START_TEST(names_of_a_strangers_choice_are_bounded_together)
{
    char name[64];
    const struct limiter_source office = source_of("office.example.com", "", ID_NONE);
    struct limiter_source s = source_of("h.example.net", "", ID_NONE);
    ck_assert_int_eq(limiter_new(&limiter), 0);
    fail_times(&s, "alice", LIMITER_FAILURES, 1000);
    ck_assert_int_eq(limiter_check(limiter, &s, "alice", 1000), ERR_MAXTRIES);
    ck_assert_int_eq(limiter_check(limiter, &office, "alice", 1000), 0); /* from another host */
    int tried = LIMITER_FAILURES;
    for (int i = 0; i < 1000; i++) {
        snprintf(name, sizeof name, "h%d.evil.example", i);
        s = source_of(name, "", ID_NONE);
        if (limiter_check(limiter, &s, "alice", 1000) != 0)
            break;
        fail_times(&s, "alice", 1, 1000);
        tried++;
    }
    ck_assert_int_eq(tried, LIMITER_FAILURES * LIMITER_WIDE);
    ck_assert_int_eq(limiter_check(limiter, &here, "alice", 1000), 0); /* an address is sure */
    ck_assert_int_eq(limiter_check(limiter, &s, "bob", 1000), 0);
    ck_assert_int_eq(
        limiter_check(limiter, &office, "alice", 1000 + LIMITER_FAILURE_MS / LIMITER_WIDE), 0);
    limiter_free(&limiter);
}
END_TEST

SUITE("limiter", a_source_is_stopped_another_is_not, time_and_success_forgive,
      three_codes_in_ten_minutes, codes_stop_those_who_get_codes, codes_that_are_due_are_counted,
      the_table_is_bounded, sources_are_told_apart,
      names_of_a_strangers_choice_are_bounded_together)
