/* SPDX-License-Identifier: Apache-2.0
 *
 * What is published after a few changes is what a publish of everything would show.
 */
#include "daemon/publish.h"

#include "base/clock.h"
#include "base/paths.h"
#include "daemon/compile.h"
#include "daemon/hostwatch.h"
#include "daemon_fixture.h"
#include "snap_check.h"
#include "suite.h"

#include <event2/event.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#define PEOPLE 40
#define GROUPS 6

#define POLICY                                                                                     \
    "[access]\nallow_groups = *\n[directory]\nscope = all\n"                                       \
    "[users]\nlogin_name = preferred_username\ntrust_writable_attributes = "                       \
    "yes\n[local_groups]\nGroup-1 = sudo\n"

static uint64_t dice;

static unsigned roll(unsigned sides)
{
    dice = dice * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(dice >> 33) % sides;
}

static void is_as_whole(unsigned round)
{
    struct compiled all;
    ck_assert_int_eq(compile_image(fixture.image, &fixture.host, &all), 0);
    const char *bad = check_view(snap_writer_view(fixture.writer), &all.snapshot);
    ck_assert_msg(bad == NULL, "round %u: %s", round, bad);
    ck_assert_uint_eq(fixture.hidden.users, fixture.image->user_count - all.snapshot.user_count);
    compile_free(&all);
}

/* Some names are wanted by several, some are no names. */
static struct image_user *put_somebody(unsigned i)
{
    static char sub[16], username[16], login[16];
    static const char *const statuses[] = { "CONFIRMED", "FORCE_CHANGE_PASSWORD", "UNCONFIRMED" };
    struct image_user *u;
    snprintf(sub, sizeof sub, "sub-%u", i);
    snprintf(username, sizeof username, "Pool%u", i);
    snprintf(login, sizeof login, roll(8) == 0 ? "%u" : "user%u", roll(4) == 0 ? i / 2 : i);
    const struct person p = { .sub = sub,
                              .username = username,
                              .created_s = 1000 + i,
                              .status = statuses[roll(COUNT(statuses))],
                              .is_disabled = roll(5) == 0,
                              .attributes = { { "preferred_username", login },
                                              { "name", roll(2) == 0 ? "One" : "Another" } } };
    struct image_person person = person_of(&p);
    ck_assert_int_eq(image_put_user(fixture.image, &person, &u), 0);
    return u;
}

static void move_somebody(struct image_user *u)
{
    struct image_group *groups[GROUPS];
    size_t n = 0;
    for (unsigned g = 0; g < GROUPS; g++) {
        char raw[16];
        snprintf(raw, sizeof raw, "Group-%u", g);
        if (roll(3) == 0)
            ck_assert_int_eq(image_put_group(fixture.image, raw, "", &groups[n++]), 0);
    }
    ck_assert_int_eq(image_set_groups(fixture.image, u, groups, n), 0);
}

static void make_groups(void)
{
    for (unsigned g = 0; g < GROUPS; g++) {
        char raw[16];
        snprintf(raw, sizeof raw, "Group-%u", g);
        ck_assert_int_eq(image_put_group(fixture.image, raw, "", NULL), 0);
    }
}

/* A local account now and then, which hides a user; and it goes. */
static void change_host(void)
{
    char text[256];
    snprintf(text, sizeof text, FIXTURE_PASSWD "user%u:x:1500:1500::/:/bin/sh\n", roll(PEOPLE));
    fixture_passwd(roll(2) == 0 ? text : FIXTURE_PASSWD);
}

static void walk(const char *policy, unsigned seed)
{
    unsigned amended = 0;
    dice = seed;
    fixture_open(policy);
    make_groups();
    for (unsigned round = 0; round < 150; round++) {
        for (unsigned k = roll(3); k < 3; k++) {
            struct image_user *u = put_somebody(roll(PEOPLE));
            if (roll(2) == 0)
                move_somebody(u);
        }
        if (roll(12) == 0)
            change_host();
        amended += !fixture.image->changes.is_all;
        ck_assert_int_eq(publish(&fixture), 0);
        ck_assert(!fixture.image->changes.is_all);
        ck_assert_uint_eq(fixture.image->changes.count, 0);
        is_as_whole(round);
        ck_assert_int_eq(snap_verify(path_snap_dir, NULL), 0);
    }
    ck_assert_uint_ge(amended, 100);
    fixture_close();
}

START_TEST(many_small_publishes_are_one_whole)
{
    for (unsigned seed = 1; seed <= 4; seed++)
        walk(POLICY, seed);
}
END_TEST

START_TEST(without_members_and_private_groups_too)
{
    for (unsigned seed = 11; seed <= 14; seed++)
        walk("[access]\nallow_groups = *\n[directory]\nscope = all\ngroup_members = no\n"
             "[users]\nlogin_name = preferred_username\ntrust_writable_attributes = "
             "yes\nprimary_group = Group-2\n",
             seed);
}
END_TEST

static struct image_user *put(const char *sub, const char *login, int64_t created_s)
{
    struct image_user *u;
    const struct person p = { .sub = sub,
                              .username = sub,
                              .created_s = created_s,
                              .attributes = { { "preferred_username", login } } };
    struct image_person person = person_of(&p);
    ck_assert_int_eq(image_put_user(fixture.image, &person, &u), 0);
    return u;
}

/* R-ID-10: who stood back for a twin is judged again though only the twin has changed. */
START_TEST(who_waits_for_a_name_gets_it_when_it_is_free)
{
    fixture_open(POLICY);
    ck_assert_int_eq(publish(&fixture), 0);
    put("a", "eve", 1);
    put("b", "eve", 2);
    ck_assert_int_eq(publish(&fixture), 0);
    ck_assert_uint_eq(fixture.hidden.count, 2);
    put("a", "adam", 1);
    ck_assert_int_eq(publish(&fixture), 0);
    ck_assert_str_eq(image_find_login(fixture.image, "eve")->sub, "b");
    ck_assert_str_eq(image_find_login(fixture.image, "adam")->sub, "a");
    ck_assert_uint_eq(fixture.hidden.count, 0);
    is_as_whole(0);
    fixture_close();
}
END_TEST

/* The disk takes nothing; then it does again. */
static void publish_to_full_disk(void)
{
    const struct rlimit none = { 0, RLIM_INFINITY }, any = { RLIM_INFINITY, RLIM_INFINITY };
    signal(SIGXFSZ, SIG_IGN);
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &none), 0);
    ck_assert_int_ne(publish(&fixture), 0);
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &any), 0);
}

/* A publish that fails forgets nothing of what has changed. */
START_TEST(a_change_waits_for_a_publish_that_succeeds)
{
    struct snap_user found;
    fixture_open(POLICY);
    struct image_user *u = put("a", "adam", 1);
    ck_assert_int_eq(publish(&fixture), 0);
    u->is_enabled = false;
    image_touch(fixture.image, u);
    publish_to_full_disk();
    ck_assert_int_eq(snap_find_user(snap_writer_view(fixture.writer), "adam", &found), 0);
    ck_assert(found.enabled);
    ck_assert_uint_eq(fixture.image->changes.count, 1);
    ck_assert_int_eq(publish(&fixture), 0);
    ck_assert_int_eq(snap_find_user(snap_writer_view(fixture.writer), "adam", &found), 0);
    ck_assert(!found.enabled);
    fixture_close();
}
END_TEST

/* R-ID-02: who could not be written is not seen, and is when that works again, though nothing else
 * has changed. */
START_TEST(a_binding_that_is_stored_late_is_published_then)
{
    struct snap_user found;
    sqlite3 *other;
    char path[PATH_MAX];
    fixture_open(POLICY);
    ck_assert_int_eq(publish(&fixture), 0);
    snprintf(path, sizeof path, "%s/state.db", path_state_dir);
    ck_assert_int_eq(sqlite3_open(path, &other), SQLITE_OK);
    ck_assert_int_eq(sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
    put("a", "adam", 1);
    ck_assert_int_eq(publish(&fixture), 0);
    ck_assert_int_eq(snap_find_user(snap_writer_view(fixture.writer), "adam", &found), ERR_ABSENT);
    ck_assert_int_eq(sqlite3_close(other), SQLITE_OK);
    ck_assert_int_eq(publish(&fixture), 0);
    ck_assert_int_eq(snap_find_user(snap_writer_view(fixture.writer), "adam", &found), 0);
    is_as_whole(0);
    fixture_close();
}
END_TEST

static void wait_for_publish(uint64_t publishes)
{
    for (int i = 0; i < 200 && fixture.count.publishes < publishes; i++)
        ck_assert_int_eq(event_base_loop(fixture.loop, EVLOOP_ONCE), 0);
    ck_assert_uint_ge(fixture.count.publishes, publishes);
}

/* A leaver's change that the disk did not take waits for nobody else's. */
START_TEST(a_publish_that_failed_is_tried_again)
{
    struct snap_user found;
    fixture_open(POLICY);
    ck_assert_int_eq(publish_open(&fixture), 0);
    struct image_user *u = put("a", "adam", 1);
    ck_assert_int_eq(publish(&fixture), 0);
    ck_assert(!event_pending(fixture.publish_again, EV_TIMEOUT, NULL));
    u->is_enabled = false;
    image_touch(fixture.image, u);
    publish_to_full_disk();
    wait_for_publish(fixture.count.publishes + 1);
    ck_assert_int_eq(snap_find_user(snap_writer_view(fixture.writer), "adam", &found), 0);
    ck_assert(!found.enabled);
    ck_assert(!event_pending(fixture.publish_again, EV_TIMEOUT, NULL));
    publish_close(&fixture);
    fixture_close();
}
END_TEST

/* More users than are remembered one by one. */
START_TEST(many_changes_are_a_whole_publish)
{
    fixture_open(POLICY);
    ck_assert_int_eq(publish(&fixture), 0);
    for (unsigned i = 0; i < IMAGE_CHANGES_MAX + 1; i++) {
        char sub[16], login[16];
        ck_assert(!fixture.image->changes.is_all);
        snprintf(sub, sizeof sub, "sub-%u", i);
        snprintf(login, sizeof login, "user%u", i);
        put(sub, login, 1);
    }
    ck_assert(fixture.image->changes.is_all);
    ck_assert_int_eq(publish(&fixture), 0);
    is_as_whole(0);
    fixture_close();
}
END_TEST

/* R-ID-05: a local account takes its name from a user who was looked up, also before there is a
 * directory. */
START_TEST(a_local_account_counts_before_the_first_sweep)
{
    struct snap_user seen;
    struct snap_pin pin;
    fixture_open("");
    fixture_user(&(struct person){ .sub = "a", .username = "alice" }, NULL);
    fixture.image->confirmed_s = 0;
    ck_assert_int_eq(hostwatch_open(&fixture, &fixture.hostwatch), 0);
    fixture_passwd(FIXTURE_PASSWD "alice:x:1000:1000::/home/alice:/bin/sh\n");
    int64_t until_ms = clock_ms() + 5000;
    while (fixture.count.publishes < 2 && clock_ms() < until_ms) {
        event_base_loop(fixture.loop, EVLOOP_NONBLOCK);
        (void)poll(NULL, 0, 10);
    }
    ck_assert_int_eq(snap_pin(&pin), 0);
    ck_assert_int_eq(snap_find_user(pin.view, "alice", &seen), ERR_ABSENT);
    snap_unpin(&pin);
    snap_forget();
    hostwatch_close(&fixture.hostwatch);
    fixture_close();
}
END_TEST

SUITE("publish", a_local_account_counts_before_the_first_sweep, many_small_publishes_are_one_whole,
      without_members_and_private_groups_too, who_waits_for_a_name_gets_it_when_it_is_free,
      a_change_waits_for_a_publish_that_succeeds, a_binding_that_is_stored_late_is_published_then,
      a_publish_that_failed_is_tried_again, many_changes_are_a_whole_publish)
