/* SPDX-License-Identifier: Apache-2.0
 *
 * Refresh tokens from login to logout: who finds which again, and that each is revoked once, with
 * real processes and a scripted pool.
 */
#include "base/clock.h"
#include "base/id.h"
#include "daemon/ancestry.h"
#include "daemon/log.h"
#include "daemon/logins.h"
#include "daemon_fixture.h"
#include "suite.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define ROOT(process) (&(struct conn_peer){ 0, process })
#define USER(process) (&(struct conn_peer){ 5000, process })

static const struct wire_session alice = { "alice", "sshd" };
static const struct wire_session bob = { "bob", "sshd" };
static const struct wire_session alice_sudo = { "alice", "sudo" };

static struct logins *logins;

static void begin(void)
{
    fixture_open("[access]\nallow_groups = devs\n");
    log_level(CONFIG_LOG_ERROR);
    fixture_reply("RevokeToken", 200, "");
    ck_assert_int_eq(logins_open(&fixture, &logins), 0);
}

static void end(void)
{
    logins_close(&logins);
    fixture_close();
}

static void turn(void)
{
    for (int i = 0; i < 5; i++)
        event_base_loop(fixture.loop, EVLOOP_NONBLOCK);
}

/* A child that lives until it is killed. */
static pid_t make_child(const char *name)
{
    pid_t pid = fork();
    if (pid == 0) {
        (void)prctl(PR_SET_NAME, name);
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
        for (;;)
            pause();
    }
    return pid;
}

static void end_child(pid_t pid)
{
    kill(pid, SIGKILL);
    ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
}

START_TEST(processes_are_known_by_number_and_start)
{
    struct ancestry_process parent, above, self = ancestry_find(getpid(), &above);
    pid_t pid = make_child(") S 1 (x) 2");
    usleep(20000); /* the child names itself */
    struct ancestry_process child = ancestry_find(pid, &parent);
    ck_assert_int_eq(child.pid, pid);
    ck_assert_uint_ne(child.began, 0);
    ck_assert(ancestry_is_same(&parent, &self));
    ck_assert(!ancestry_is_same(&child, &self));
    ck_assert(ancestry_is_alive(&child));
    struct ancestry_process other = child;
    other.began++; /* the number was given to another */
    ck_assert(!ancestry_is_alive(&other) && !ancestry_is_same(&child, &other));
    end_child(pid);
    ck_assert(!ancestry_is_alive(&child));
    struct ancestry_process none = ancestry_find(0, &parent);
    ck_assert(!ancestry_is_alive(&none) && !ancestry_is_same(&none, &none));
    /* Everybody is a descendant of process 1. */
    (void)ancestry_find(1, &parent);
    ck_assert_int_eq(parent.pid, 0);
}
END_TEST

/* R-PAM-13: whose login a process belongs to, as the kernel has it. */
START_TEST(a_process_is_known_by_its_login)
{
    unsigned long uid = 0;
    FILE *f = fopen("/proc/self/loginuid", "re");
    ck_assert_ptr_nonnull(f);
    ck_assert_int_eq(fscanf(f, "%lu", &uid), 1);
    fclose(f);
    ck_assert_uint_eq(ancestry_login_uid(getpid()), uid);
    ck_assert_uint_eq(ancestry_login_uid(0), ID_NONE);
    pid_t pid = make_child("gone");
    ck_assert_uint_eq(ancestry_login_uid(pid), uid); /* inherited */
    end_child(pid);
    ck_assert_uint_eq(ancestry_login_uid(pid), ID_NONE);
}
END_TEST

/* sudo, login, su: one process from login to logout. sshd: a child authenticates. */
START_TEST(a_session_of_the_same_process_or_its_child_is_found)
{
    begin();
    pid_t child = make_child("sshd");
    const pid_t authenticators[] = { getpid(), child };
    for (unsigned i = 0; i < COUNT(authenticators); i++) {
        logins_keep(logins, &alice, ROOT(authenticators[i]), "the-refresh-token");
        ck_assert_int_eq(logins_claim(logins, &alice, getpid()), 0);
        ck_assert_int_eq(logins_claim(logins, &alice, getpid()), ERR_ABSENT);
        logins_sweep(logins, clock_ms() + LOGINS_UNCLAIMED_MS);
        turn();
        ck_assert_uint_eq(fixture_asked("RevokeToken"), i); /* not before its end */
        ck_assert_int_eq(logins_end(logins, &alice, getpid()), 0);
        ck_assert_int_eq(logins_end(logins, &alice, getpid()), ERR_ABSENT); /* once */
        turn();
        ck_assert_uint_eq(fixture_asked("RevokeToken"), i + 1);
        ck_assert_uint_eq(logins_count(logins), 0);
    }
    ck_assert_str_eq(fixture_request("RevokeToken"),
                     "{\"Token\":\"the-refresh-token\","
                     "\"ClientId\":\"1example23456789abcdefghij\"}");
    end_child(child);
    end();
}
END_TEST

START_TEST(the_client_secret_goes_with_it)
{
    begin();
    ck_assert_int_eq(secret_set(&fixture.client_secret, "sec", 3), 0);
    logins_keep(logins, &alice, ROOT(getpid()), "t");
    ck_assert_int_eq(logins_claim(logins, &alice, getpid()), 0);
    ck_assert_int_eq(logins_end(logins, &alice, getpid()), 0);
    turn();
    ck_assert_ptr_nonnull(strstr(fixture_request("RevokeToken"), "\"ClientSecret\":\"sec\""));
    end();
}
END_TEST

START_TEST(nobody_elses_session_is_found)
{
    begin();
    pid_t one = make_child("one"), other = make_child("other");
    logins_keep(logins, &alice, ROOT(one), "t");
    ck_assert_int_eq(logins_claim(logins, &bob, one), ERR_ABSENT);
    ck_assert_int_eq(logins_claim(logins, &alice_sudo, one), ERR_ABSENT);
    ck_assert_int_eq(logins_claim(logins, &alice, other), ERR_ABSENT); /* a sibling */
    ck_assert_int_eq(logins_claim(logins, &alice, getppid()), ERR_ABSENT);
    ck_assert_int_eq(logins_end(logins, &alice, one), ERR_ABSENT); /* not begun */
    ck_assert_int_eq(logins_claim(logins, &alice, one), 0);
    ck_assert_int_eq(logins_end(logins, &alice, getpid()), ERR_ABSENT); /* its parent */
    ck_assert_int_eq(logins_end(logins, &alice, one), 0);
    end_child(one);
    end_child(other);
    end();
}
END_TEST

START_TEST(a_login_without_session_ends_after_a_while)
{
    begin();
    logins_keep(logins, &alice, ROOT(getpid()), "t");
    logins_sweep(logins, clock_ms() + LOGINS_UNCLAIMED_MS - 2000);
    turn();
    ck_assert_uint_eq(fixture_asked("RevokeToken"), 0);
    logins_sweep(logins, clock_ms() + LOGINS_UNCLAIMED_MS);
    logins_sweep(logins, clock_ms() + LOGINS_UNCLAIMED_MS);
    turn();
    ck_assert_uint_eq(fixture_asked("RevokeToken"), 1);
    end();
}
END_TEST

START_TEST(a_process_that_is_gone_ends_its_login)
{
    begin();
    pid_t sudo = make_child("sudo"), sshd = make_child("sshd");
    logins_keep(logins, &alice_sudo, ROOT(sudo), "t1");
    logins_keep(logins, &alice, ROOT(sshd), "t2");
    ck_assert_int_eq(logins_claim(logins, &alice, sshd), 0);
    end_child(sudo);
    int64_t now_ms = clock_ms();
    logins_sweep(logins, now_ms);
    logins_sweep(logins, now_ms + LOGINS_GONE_MS - 1);
    turn();
    /* Its parent, this test, may still begin the session. */
    ck_assert_uint_eq(fixture_asked("RevokeToken"), 0);
    logins_sweep(logins, now_ms + LOGINS_GONE_MS);
    turn();
    ck_assert_uint_eq(fixture_asked("RevokeToken"), 1);
    ck_assert_ptr_nonnull(strstr(fixture_request("RevokeToken"), "\"t1\""));
    end_child(sshd);
    logins_sweep(logins, now_ms);
    turn();
    ck_assert_uint_eq(fixture_asked("RevokeToken"), 2);
    ck_assert_uint_eq(logins_count(logins), 0);
    end();
}
END_TEST

START_TEST(number_and_age_are_bounded)
{
    begin();
    char token[16];
    for (unsigned i = 0; i <= LOGINS_MAX; i++) {
        snprintf(token, sizeof token, "t%u.", i);
        logins_keep(logins, &alice, ROOT(getpid()), token);
    }
    turn();
    ck_assert_uint_eq(fixture_asked("RevokeToken"), 1);
    ck_assert_ptr_nonnull(strstr(fixture_request("RevokeToken"), "\"t0.\"")); /* the oldest */
    ck_assert_uint_eq(logins_count(logins), LOGINS_MAX);
    end();
    begin();
    logins_keep(logins, &alice, ROOT(getpid()), "t");
    ck_assert_int_eq(logins_claim(logins, &alice, getpid()), 0);
    logins_sweep(logins, clock_ms() + LOGINS_MOST_MS);
    turn();
    ck_assert_uint_eq(fixture_asked("RevokeToken"), 1);
    end();
}
END_TEST

/* A user's own programs take no place of root's, and no session of root's is theirs. */
START_TEST(a_users_logins_displace_nobody)
{
    begin();
    fixture_reply("RevokeToken", 0, "");
    for (unsigned i = 0; i < LOGINS_MAX; i++)
        logins_keep(logins, &alice, ROOT(getpid()), "roots");
    for (unsigned i = 0; i < LOGINS_USERS_MAX; i++)
        logins_keep(logins, &alice_sudo, USER(getpid()), "users");
    ck_assert_uint_eq(fixture_asked("RevokeToken"), 0);
    for (unsigned i = 0; i < 2 * LOGINS_USERS_MAX; i++)
        logins_keep(logins, &alice_sudo, USER(getpid()), "users");
    ck_assert_uint_eq(fixture_asked("RevokeToken"), LOGINS_USERS_MAX);
    ck_assert_ptr_nonnull(strstr(fixture_request("RevokeToken"), "users"));
    ck_assert_uint_eq(logins_count(logins), LOGINS_MAX + 2 * LOGINS_USERS_MAX);
    ck_assert_int_eq(logins_claim(logins, &alice_sudo, getpid()), ERR_ABSENT);
    end();
}
END_TEST

/* A pool that never answers must not make the daemon hold ever more. */
START_TEST(revocations_under_way_are_bounded_too)
{
    begin();
    fixture_reply("RevokeToken", 0, "");
    for (unsigned i = 0; i < 50; i++) {
        logins_keep(logins, &alice, ROOT(getpid()), "t");
        ck_assert_int_eq(logins_claim(logins, &alice, getpid()), 0);
        ck_assert_int_eq(logins_end(logins, &alice, getpid()), 0);
    }
    ck_assert_uint_eq(logins_count(logins), 50);
    end(); /* takes the calls back */
}
END_TEST

START_TEST(a_refused_revocation_is_forgotten)
{
    begin();
    fixture_reply("RevokeToken", 400,
                  "{\"__type\":\"UnsupportedOperationException\",\"message\":\"not enabled\"}");
    logins_keep(logins, &alice, ROOT(getpid()), "t");
    ck_assert_int_eq(logins_claim(logins, &alice, getpid()), 0);
    ck_assert_int_eq(logins_end(logins, &alice, getpid()), 0);
    turn();
    ck_assert_uint_eq(fixture_asked("RevokeToken"), 1);
    ck_assert_uint_eq(logins_count(logins), 0);
    end();
}
END_TEST

START_TEST(nothing_is_kept_when_the_option_is_off)
{
    begin();
    logins_keep(NULL, &alice, ROOT(getpid()), "t");
    logins_keep(logins, &alice, ROOT(getpid()), NULL);
    ck_assert_uint_eq(logins_count(logins), 0);
    ck_assert_uint_eq(logins_count(NULL), 0);
    ck_assert_int_eq(logins_claim(NULL, &alice, getpid()), ERR_ABSENT);
    ck_assert_int_eq(logins_end(NULL, &alice, getpid()), ERR_ABSENT);
    end();
}
END_TEST

SUITE("logins", processes_are_known_by_number_and_start, a_process_is_known_by_its_login,
      a_session_of_the_same_process_or_its_child_is_found, the_client_secret_goes_with_it,
      nobody_elses_session_is_found, a_login_without_session_ends_after_a_while,
      a_process_that_is_gone_ends_its_login, number_and_age_are_bounded,
      a_users_logins_displace_nobody, revocations_under_way_are_bounded_too,
      a_refused_revocation_is_forgotten, nothing_is_kept_when_the_option_is_off)
