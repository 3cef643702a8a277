/* SPDX-License-Identifier: Apache-2.0
 *
 * The directory's sources against a scripted pool, and the one question of a look-up.
 */
#include "daemon/source.h"
#include "daemon/sync.h"
#include "daemon_fixture.h"
#include "suite.h"

#include <stdio.h>

#define USER(name, sub, enabled)                                                                   \
    "{\"Username\":\"" name "\",\"Attributes\":[{\"Name\":\"sub\",\"Value\":\"" sub "\"}],"        \
    "\"UserCreateDate\":1.7E9,\"Enabled\":" enabled ",\"UserStatus\":\"CONFIRMED\"}"
#define USERS(list) "{\"Users\":[" list "]}"
#define DEVS        "[access]\nallow_groups = devs\n"
#define NO_GROUP    "{\"__type\":\"ResourceNotFoundException\",\"message\":\"Group not found.\"}"

static struct {
    int err;
    unsigned calls;
} outcome;

static void on_done(void *arg, int err)
{
    (void)arg;
    outcome.err = err;
    outcome.calls++;
}

static int ask(const struct source *source, const char *login)
{
    struct source_run *run = NULL;
    outcome.calls = 0;
    int err = source->start(&fixture, login, on_done, NULL, &run);
    if (err != 0)
        return err;
    fixture_run(&outcome.calls);
    ck_assert_uint_eq(outcome.calls, 1);
    ck_assert_int_eq(image_settle(fixture.image), 0);
    return outcome.err;
}

static void open_devs(void)
{
    fixture_open(DEVS);
    fixture_reply("GetGroup", 200,
                  "{\"Group\":{\"GroupName\":\"devs\",\"Description\":\"gid=3000\"}}");
    fixture_reply("ListUsersInGroup", 200, USERS(USER("alice", "a", "true")));
}

START_TEST(a_sweep_of_named_groups_lists_their_members)
{
    open_devs();
    ck_assert_int_eq(ask(&source_full, NULL), 0);
    const struct image_user *u = image_find_sub(fixture.image, "a");
    ck_assert_ptr_nonnull(u);
    ck_assert(image_is_member(u, "devs"));
    ck_assert_uint_eq(u->groups[0]->gid, 3000);
    ck_assert_int_gt(fixture.image->confirmed_s, 0);
    ck_assert_uint_eq(fixture_asked("GetGroup"), 1);
    fixture_close();
}
END_TEST

START_TEST(a_named_group_that_does_not_exist_is_passed_over)
{
    fixture_open(DEVS);
    fixture_reply("GetGroup", 400, NO_GROUP);
    ck_assert_int_eq(ask(&source_full, NULL), 0);
    ck_assert_uint_eq(fixture.image->user_count, 0);
    fixture_close();
}
END_TEST

/* R-SNAP-07: what is not complete changes nothing. */
START_TEST(a_failed_sweep_removes_nobody)
{
    static const char *const bad[] = { "{\"Users\":[\"x\"]}", "not JSON",
                                       "{\"Users\":[],\"NextToken\":7}" };
    open_devs();
    ck_assert_int_eq(ask(&source_full, NULL), 0);
    for (size_t i = 0; i < COUNT(bad); i++) {
        fixture_reply("ListUsersInGroup", 200, bad[i]);
        ck_assert_int_ne(ask(&source_full, NULL), 0);
        ck_assert_ptr_nonnull(image_find_login(fixture.image, "alice"));
        ck_assert(image_is_member(image_find_sub(fixture.image, "a"), "devs"));
    }
    fixture_reply("GetGroup", 400, "{\"__type\":\"AccessDeniedException\"}");
    ck_assert_int_ne(ask(&source_full, NULL), 0);
    ck_assert_ptr_nonnull(image_find_login(fixture.image, "alice"));
    fixture_close();
}
END_TEST

/* R-SNAP-07: one bad record costs only that record. */
START_TEST(one_bad_record_costs_only_itself)
{
    open_devs();
    fixture_reply("ListUsersInGroup", 200,
                  USERS("{\"Username\":\"ghost\",\"Enabled\":true}," USER("alice", "a", "true")));
    ck_assert_int_eq(ask(&source_full, NULL), 0);
    ck_assert_uint_eq(fixture.image->user_count, 1);
    fixture_close();
}
END_TEST

START_TEST(a_token_that_repeats_ends_the_sweep_as_a_failure)
{
    open_devs();
    fixture_reply("ListUsersInGroup", 200, "{\"Users\":[],\"NextToken\":\"again\"}");
    ck_assert_int_ne(ask(&source_full, NULL), 0);
    ck_assert_uint_le(fixture_asked("ListUsersInGroup"), 2);
    fixture_close();
}
END_TEST

START_TEST(scope_all_lists_users_and_groups)
{
    fixture_open("[access]\nallow_groups = *\n[directory]\nscope = all\n");
    fixture_reply("ListUsers", 200,
                  USERS(USER("alice", "a", "true") "," USER("bob", "b", "false")));
    fixture_reply("ListGroups", 200, "{\"Groups\":[{\"GroupName\":\"devs\"}]}");
    fixture_reply("ListUsersInGroup", 200, USERS(USER("alice", "a", "true")));
    ck_assert_int_eq(ask(&source_full, NULL), 0);
    ck_assert_uint_eq(fixture.image->user_count, 2);
    ck_assert(image_is_member(image_find_sub(fixture.image, "a"), "devs"));
    ck_assert(!image_find_sub(fixture.image, "b")->is_enabled);
    /* A user who is not listed any more is gone. */
    fixture_reply("ListUsers", 200, USERS(USER("alice", "a", "true")));
    ck_assert_int_eq(ask(&source_full, NULL), 0);
    ck_assert_ptr_null(image_find_sub(fixture.image, "b"));
    fixture_close();
}
END_TEST

START_TEST(no_named_group_is_a_complete_sweep_of_nobody)
{
    fixture_open("");
    ck_assert_int_eq(ask(&source_full, NULL), 0);
    ck_assert_uint_eq(fixture.image->user_count, 0);
    ck_assert_int_gt(fixture.image->confirmed_s, 0);
    fixture_close();
}
END_TEST

/* R-ID-16: a checked name in a filter, and the pool's own name from then on. */
START_TEST(one_user_is_found_by_a_filter)
{
    open_devs();
    fixture_reply("ListUsers", 200, USERS(USER("alice", "a", "true")));
    fixture_reply("AdminListGroupsForUser", 200,
                  "{\"Groups\":[{\"GroupName\":\"devs\"},{\"GroupName\":\"unnamed\"}]}");
    ck_assert_int_eq(ask(&source_one, "alice"), 0);
    ck_assert_ptr_nonnull(strstr(fixture_request("ListUsers"), "username = \\\"alice\\\""));
    const struct image_user *u = image_find_sub(fixture.image, "a");
    ck_assert_uint_eq(u->group_count, 1); /* the scope is the named groups */
    ck_assert(image_is_member(u, "devs"));
    fixture_reply("ListUsers", 200, USERS(""));
    ck_assert_int_eq(ask(&source_one, "nobody9"), ERR_ABSENT);
    fixture_reply("ListUsers", 500, "");
    ck_assert_int_ne(ask(&source_one, "alice2"), ERR_ABSENT); /* a fault is never "no such user" */
    fixture_close();
}
END_TEST

START_TEST(email_pools_are_asked_by_address_in_each_domain)
{
    fixture_open("[users]\nlogin_name = email\nemail_domains = example.com\n  example.org\n");
    fixture_reply("ListUsers", 200, USERS(""));
    ck_assert_int_eq(ask(&source_one, "frank"), ERR_ABSENT);
    ck_assert_uint_eq(fixture_asked("ListUsers"), 2);
    ck_assert_ptr_nonnull(
        strstr(fixture_request("ListUsers"), "email = \\\"frank@example.org\\\""));
    fixture_close();
}
END_TEST

START_TEST(disabled_users_are_found_and_enabled_again)
{
    open_devs();
    ck_assert_int_eq(ask(&source_full, NULL), 0);
    fixture_reply("ListUsers", 200,
                  USERS(USER("alice", "a", "false") "," USER("other", "x", "false")));
    ck_assert_int_eq(ask(&source_disabled, NULL), 0);
    ck_assert_ptr_nonnull(strstr(fixture_request("ListUsers"), "status = \\\"Disabled\\\""));
    ck_assert(!image_find_sub(fixture.image, "a")->is_enabled);
    ck_assert_ptr_null(image_find_sub(fixture.image, "x"));    /* not this host's business */
    ck_assert_int_eq(ask(&source_disabled, NULL), ERR_ABSENT); /* nothing changed */
    fixture_reply("ListUsers", 200, USERS(""));
    ck_assert_int_eq(ask(&source_disabled, NULL), 0);
    ck_assert(image_find_sub(fixture.image, "a")->is_enabled);
    fixture_close();
}
END_TEST

/* Waiters of one name share one question; an unknown name is not asked again for negative_ttl. */
START_TEST(look_ups_are_shared_and_misses_remembered)
{
    struct sync_wait waits[3] = { 0 };
    open_devs();
    fixture_reply("ListUsers", 200, USERS(""));
    ck_assert_int_eq(sync_open(&fixture, &fixture.sync), 0);
    outcome.calls = 0;
    for (size_t i = 0; i < COUNT(waits); i++) {
        waits[i].done = on_done;
        memcpy(waits[i].name, "nobody9", 8);
        ck_assert_int_eq(sync_one(fixture.sync, &waits[i]), 0);
    }
    sync_cancel(fixture.sync, &waits[1]);
    fixture_run(&outcome.calls);
    ck_assert_uint_eq(outcome.calls, 2);
    ck_assert_int_eq(outcome.err, ERR_ABSENT);
    ck_assert_uint_eq(fixture_asked("ListUsers"), 1);
    ck_assert_int_eq(sync_one(fixture.sync, &waits[0]), ERR_ABSENT);
    ck_assert_uint_eq(fixture_asked("ListUsers"), 1);
    sync_close(&fixture.sync);
    fixture_close();
}
END_TEST

/* R-IPC-05, R-NET-08: a scanner cannot make this host use the account's quota. */
START_TEST(unknown_names_are_asked_within_a_rate)
{
    static struct sync_wait waits[60];
    unsigned limited = 0;
    open_devs();
    fixture_reply("ListUsers", 200, USERS(""));
    ck_assert_int_eq(sync_open(&fixture, &fixture.sync), 0);
    for (size_t i = 0; i < COUNT(waits); i++) {
        outcome.calls = 0;
        waits[i] = (struct sync_wait){ .done = on_done };
        snprintf(waits[i].name, sizeof waits[i].name, "scan%zu", i);
        int err = sync_one(fixture.sync, &waits[i]);
        limited += err == ERR_LIMIT;
        if (err == 0)
            fixture_run(&outcome.calls);
    }
    ck_assert_uint_ge(limited, 30);
    ck_assert_uint_le(fixture_asked("ListUsers"), 30);
    ck_assert_uint_ge(fixture_asked("ListUsers"), 20);
    sync_close(&fixture.sync);
    fixture_close();
}
END_TEST

SUITE("sync", a_sweep_of_named_groups_lists_their_members,
      a_named_group_that_does_not_exist_is_passed_over, a_failed_sweep_removes_nobody,
      one_bad_record_costs_only_itself, a_token_that_repeats_ends_the_sweep_as_a_failure,
      scope_all_lists_users_and_groups, no_named_group_is_a_complete_sweep_of_nobody,
      one_user_is_found_by_a_filter, email_pools_are_asked_by_address_in_each_domain,
      disabled_users_are_found_and_enabled_again, look_ups_are_shared_and_misses_remembered,
      unknown_names_are_asked_within_a_rate)
