/* SPDX-License-Identifier: Apache-2.0
 *
 * What an operator's bad days do to the directory: the sweeps that no interval and no backoff
 * bring, a snapshot that is gone, rights that are missing.
 */
#include "base/clock.h"
#include "base/paths.h"
#include "daemon/sync.h"
#include "daemon/usage.h"
#include "log_fixture.h"
#include "snap/write.h"
#include "source_fixture.h"
#include "suite.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define INTERVAL_S 900 /* refresh_interval */

static struct sync_state state(void)
{
    struct sync_state s;
    sync_describe(fixture.sync, &s);
    return s;
}

/* Runs the loop until so many sweeps have ended; at most 5 s. */
static void until_sweeps(uint64_t complete, uint64_t failed)
{
    int64_t until_ms = clock_ms() + 5000;
    while ((state().sweeps < complete || state().failed < failed) && clock_ms() < until_ms)
        event_base_loop(fixture.loop, EVLOOP_ONCE);
    ck_assert(state().sweeps == complete && state().failed == failed);
}

static void pass_ms(int64_t ms)
{
    int64_t until_ms = clock_ms() + ms;
    while (clock_ms() < until_ms)
        event_base_loop(fixture.loop, EVLOOP_ONCE);
}

static void begin(void)
{
    open_devs();
    ck_assert_int_eq(sync_open(&fixture, &fixture.sync), 0);
}

static void end(void)
{
    sync_close(&fixture.sync);
    fixture_close();
}

/* R-PAM-17: a machine that slept for days denies everybody by stale_limit until the next sweep, and
 * the timers know nothing of it. */
START_TEST(a_clock_that_has_gone_on_brings_a_sweep)
{
    begin();
    until_sweeps(1, 0);
    fixture_clock(FIXTURE_NOW + 2 * INTERVAL_S);
    pass_ms(100);
    ck_assert_uint_eq(state().sweeps, 1);
    fixture_clock(FIXTURE_NOW - 86400);
    pass_ms(100);
    ck_assert_uint_eq(state().sweeps, 1);
    fixture_clock(FIXTURE_NOW + 2 * INTERVAL_S + 1);
    until_sweeps(2, 0);
    ck_assert_int_eq(fixture.image->confirmed_s, FIXTURE_NOW + 2 * INTERVAL_S + 1);
    pass_ms(100);
    ck_assert_uint_eq(state().sweeps, 2);
    end();
}
END_TEST

START_TEST(a_short_stale_limit_counts_before)
{
    fixture_open(DEVS "stale_limit = 20m\n");
    fixture_reply("ListUsersInGroup", 200, USERS(USER("alice", "a", "true")));
    fixture_reply("AdminListGroupsForUser", 200, "{\"Groups\":[{\"GroupName\":\"devs\"}]}");
    ck_assert_int_eq(sync_open(&fixture, &fixture.sync), 0);
    until_sweeps(1, 0);
    fixture_clock(FIXTURE_NOW + 1201);
    until_sweeps(2, 0);
    end();
}
END_TEST

/* By how much the next sweep comes earlier when the pool goes, or is back. */
static int64_t earlier_ms(bool is_reachable)
{
    int64_t before_ms = state().next_ms;
    usage_watch(&fixture).reachable(&fixture, is_reachable);
    return before_ms - state().next_ms;
}

/* R-NET-09: the backoff grows to minutes, in which a directory that is too old denies everybody. A
 * pool that comes and goes does not undo it. */
START_TEST(r_net_09_the_next_sweep_comes_soon_after_the_pool_is_back)
{
    begin();
    fixture_reply("ListUsersInGroup", 500, "{}");
    until_sweeps(0, 1);
    ck_assert_int_lt(earlier_ms(false), 100);
    (void)earlier_ms(true);
    ck_assert_int_lt(state().next_ms, 200); /* half a second at least it would have been */
    until_sweeps(0, 2);
    ck_assert_int_lt(earlier_ms(true), 100);
    end();
}
END_TEST

static bool is_published(void)
{
    return snap_verify(path_snap_dir, NULL) == 0;
}

static void remove_files(const char *prefix)
{
    char path[512];
    DIR *dir = opendir(path_snap_dir);
    ck_assert_ptr_nonnull(dir);
    for (struct dirent *e = readdir(dir); e != NULL; e = readdir(dir)) {
        snprintf(path, sizeof path, "%s/%s", path_snap_dir, e->d_name);
        if (e->d_name[0] != '.' && strncmp(e->d_name, prefix, strlen(prefix)) == 0)
            ck_assert_int_eq(unlink(path), 0);
    }
    closedir(dir);
}

/* R-NSS-09: without it nobody is known, and nobody is asked for. */
START_TEST(a_snapshot_that_was_removed_is_written_anew)
{
    static const char *const lost[] = { "", "current", "base." };
    begin();
    until_sweeps(1, 0);
    for (size_t i = 0; i < COUNT(lost); i++) {
        ck_assert(is_published());
        remove_files(lost[i]);
        ck_assert(!is_published());
        pass_ms(200);
    }
    ck_assert(is_published());
    ck_assert_uint_eq(state().sweeps, 1);
    end();
}
END_TEST

/* Who comes to look for the cause of a refusal has only the log. */
START_TEST(a_right_that_this_host_lacks_is_named)
{
    fixture_open(DEVS);
    log_to_file();
    fixture_reply("ListUsers", 400,
                  "{\"__type\":\"AccessDeniedException\",\"message\":\"no ListUsers\"}");
    ck_assert_int_eq(ask(&source_one, "alice"), ERR_UNAVAIL);
    ck_assert_uint_eq(logged("ListUsers: the pool refused this host's request: "
                             "AccessDeniedException: no ListUsers"),
                      1);
    ck_assert_int_eq(ask(&source_disabled, NULL), ERR_UNAVAIL);
    ck_assert_uint_eq(logged("disabled users could not be listed: the service cannot be reached: "
                             "AccessDeniedException: no ListUsers"),
                      1);
    fixture_close();
}
END_TEST

/* He knocks, is refused, asks the administrator, and knocks again. */
START_TEST(who_is_put_into_a_group_after_he_was_refused_gets_in_soon)
{
    static const char strangers[] = USERS(USER("bob", "b", "true"));
    begin();
    until_sweeps(1, 0);
    fixture_reply("ListUsers", 200, strangers);
    fixture_reply("AdminListGroupsForUser", 200, "{\"Groups\":[]}");
    log_to_file();
    ck_assert_int_eq(look_up("bob"), ERR_ABSENT);
    ck_assert_uint_eq(logged("user=bob is unknown here"), 1);
    fixture_reply("AdminListGroupsForUser", 200, "{\"Groups\":[{\"GroupName\":\"devs\"}]}");
    ck_assert_int_eq(look_up("bob"), ERR_ABSENT);
    pass_ms(100);
    ck_assert_int_eq(look_up("bob"), 0);
    ck_assert_ptr_nonnull(image_find_login(fixture.image, "bob"));
    fixture_reply("ListUsers", 200, USERS(""));
    ck_assert_int_eq(look_up("carol"), ERR_ABSENT);
    pass_ms(100);
    unsigned asked = fixture_asked("ListUsers");
    ck_assert_int_eq(look_up("carol"), ERR_ABSENT); /* negative_ttl */
    ck_assert_uint_eq(fixture_asked("ListUsers"), asked);
    end();
}
END_TEST

SUITE("sync", who_is_put_into_a_group_after_he_was_refused_gets_in_soon,
      a_clock_that_has_gone_on_brings_a_sweep, a_short_stale_limit_counts_before,
      r_net_09_the_next_sweep_comes_soon_after_the_pool_is_back,
      a_snapshot_that_was_removed_is_written_anew, a_right_that_this_host_lacks_is_named)
