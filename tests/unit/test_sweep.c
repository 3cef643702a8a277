/* SPDX-License-Identifier: Apache-2.0
 *
 * Sweeps of the directory against a scripted pool: everybody, and who is disabled.
 */
#include "base/clock.h"
#include "daemon/pages.h"
#include "daemon/schedule.h"
#include "log_fixture.h"
#include "source_fixture.h"
#include "suite.h"

START_TEST(a_sweep_of_named_groups_lists_their_members)
{
    open_devs();
    ck_assert_int_eq(ask(&source_full, NULL), 0);
    const struct image_user *u = image_find_sub(fixture.image, "a");
    ck_assert_ptr_nonnull(u);
    ck_assert(image_is_member(u, "devs"));
    ck_assert_uint_eq(u->groups[0]->gid, 3000);
    ck_assert_int_gt(fixture.image->confirmed_s, 0);
    ck_assert_uint_eq(fixture_asked("ListUsersInGroup"), 1);
    ck_assert_uint_eq(fixture_asked("AdminListGroupsForUser"), 1);
    ck_assert_uint_eq(fixture.image->group_count, 1);
    fixture_close();
}
END_TEST

/* Nobody in it can tell its gid: the scarce GetGroup does. */
START_TEST(an_empty_group_is_asked_for_by_name)
{
    fixture_open(DEVS);
    fixture_reply("ListUsersInGroup", 200, USERS(""));
    fixture_reply("GetGroup", 200,
                  "{\"Group\":{\"GroupName\":\"devs\",\"Description\":\"gid=3000\"}}");
    ck_assert_int_eq(ask(&source_full, NULL), 0);
    ck_assert_uint_eq(image_find_group(fixture.image, "devs")->gid, 3000);
    fixture_close();
}
END_TEST

/* The member has left between the two listings. */
START_TEST(a_member_who_does_not_know_the_group_is_no_end)
{
    open_devs();
    fixture_reply("AdminListGroupsForUser", 400,
                  "{\"__type\":\"UserNotFoundException\",\"message\":\"User does not exist.\"}");
    fixture_reply("GetGroup", 200,
                  "{\"Group\":{\"GroupName\":\"devs\",\"Description\":\"gid=3001\"}}");
    ck_assert_int_eq(ask(&source_full, NULL), 0);
    ck_assert_uint_eq(image_find_group(fixture.image, "devs")->gid, 3001);
    fixture_close();
}
END_TEST

/* R-ID-18: deleted between the two questions, its gid by description is lost: no group, then. */
START_TEST(a_group_that_goes_while_it_is_listed_gets_no_other_gid)
{
    open_devs();
    fixture_reply("AdminListGroupsForUser", 200, "{\"Groups\":[]}");
    fixture_reply("GetGroup", 400, NO_GROUP);
    ck_assert_int_eq(ask(&source_full, NULL), 0);
    const struct image_group *g = image_find_group(fixture.image, "devs");
    ck_assert(g == NULL || g->quarantine != NULL);
    fixture_close();
}
END_TEST

/* R-ID-04: but when it is the primary group, its gid is known, and nobody goes with it. */
START_TEST(a_primary_group_that_goes_while_it_is_listed_keeps_its_gid)
{
    fixture_open(DEVS "[users]\nprimary_group = devs\n");
    fixture_reply("ListUsersInGroup", 200, USERS(USER("alice", "a", "true")));
    fixture_reply("AdminListGroupsForUser", 200,
                  "{\"Groups\":[{\"GroupName\":\"devs\",\"Description\":\"gid=3000\"}]}");
    ck_assert_int_eq(ask(&source_full, NULL), 0);
    ck_assert(!image_find_group(fixture.image, "devs")->is_gone);
    fixture_reply("AdminListGroupsForUser", 200, "{\"Groups\":[]}");
    fixture_reply("GetGroup", 400, NO_GROUP);
    ck_assert_int_eq(ask(&source_full, NULL), 0);
    const struct image_group *g = image_find_group(fixture.image, "devs");
    ck_assert_ptr_null(g->quarantine);
    ck_assert_ptr_nonnull(g->drift);
    ck_assert(g->is_gone);
    ck_assert_uint_eq(g->gid, 3000);
    fixture_close();
}
END_TEST

START_TEST(a_named_group_that_does_not_exist_is_passed_over)
{
    fixture_open(DEVS);
    fixture_reply("ListUsersInGroup", 400, NO_GROUP);
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
    fixture_reply("ListUsersInGroup", 200, USERS(USER("alice", "a", "true")));
    fixture_reply("AdminListGroupsForUser", 400, "{\"__type\":\"AccessDeniedException\"}");
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
    ck_assert_uint_eq(fixture_asked("ListUsersInGroup"), 1); /* one group, two users: cheaper */
    ck_assert_uint_eq(fixture.image->user_count, 2);
    ck_assert(image_is_member(image_find_sub(fixture.image, "a"), "devs"));
    ck_assert(!image_find_sub(fixture.image, "b")->is_enabled);
    /* A user who is not listed any more is gone. One user is asked for sooner than one group. */
    fixture_reply("AdminListGroupsForUser", 200, "{\"Groups\":[{\"GroupName\":\"devs\"}]}");
    fixture_reply("ListUsers", 200, USERS(USER("alice", "a", "true")));
    ck_assert_int_eq(ask(&source_full, NULL), 0);
    ck_assert_ptr_null(image_find_sub(fixture.image, "b"));
    fixture_close();
}
END_TEST

/* Many groups and few users: each user is asked for theirs. */
START_TEST(scope_all_takes_the_cheaper_direction)
{
    fixture_open("[access]\nallow_groups = *\n[directory]\nscope = all\n");
    fixture_reply("ListUsers", 200, USERS(USER("alice", "a", "true")));
    fixture_reply("ListGroups", 200,
                  "{\"Groups\":[{\"GroupName\":\"devs\"},{\"GroupName\":\"ops\"},"
                  "{\"GroupName\":\"qa\"},{\"GroupName\":\"hr\",\"Description\":\"gid=3000\"}]}");
    fixture_reply("AdminListGroupsForUser", 200,
                  "{\"Groups\":[{\"GroupName\":\"hr\",\"Description\":\"gid=3000\"},"
                  "{\"GroupName\":\"ops\"}]}");
    ck_assert_int_eq(ask(&source_full, NULL), 0);
    const struct image_user *u = image_find_sub(fixture.image, "a");
    ck_assert_uint_eq(u->group_count, 2);
    ck_assert(image_is_member(u, "hr") && image_is_member(u, "ops"));
    ck_assert_uint_eq(image_find_group(fixture.image, "hr")->gid, 3000);
    ck_assert_uint_eq(fixture_asked("ListUsersInGroup"), 0);
    fixture_close();
}
END_TEST

/* R-SNAP-07: sixty users can fill their attributes so that no reply may be as long. */
START_TEST(a_page_that_is_too_large_is_asked_for_in_parts)
{
    open_devs();
    ck_assert_int_eq(ask(&source_full, NULL), 0);
    fixture_reply("ListUsers", 200, USERS(USER("alice", "a", "false")));
    fixture_fits("ListUsers", 20);
    ck_assert_int_eq(ask(&source_disabled, NULL), 0);
    ck_assert_uint_eq(fixture_asked("ListUsers"), 3); /* 60, 30, 15 */
    ck_assert(!image_find_sub(fixture.image, "a")->is_enabled);
    /* The next page is tried with more, and keeps its token. */
    fixture_reply("ListUsers", 200, "{\"Users\":[],\"PaginationToken\":\"two\"}");
    fixture_fits("ListUsers", 20);
    ck_assert_int_eq(ask(&source_disabled, NULL), ERR_FORMAT); /* the token came again */
    ck_assert_uint_eq(fixture_asked("ListUsers"), 3 + 3 + 2);  /* 60, 30, 15, then 30, 15 */
    ck_assert_ptr_nonnull(strstr(fixture_request("ListUsers"), "\"Limit\":15"));
    ck_assert_ptr_nonnull(strstr(fixture_request("ListUsers"), "\"two\""));
    fixture_close();
}
END_TEST

static int begin_paced(struct schedule *schedule)
{
    static struct pages_pace pace;
    struct source_run *run;
    pace = (struct pages_pace){ fixture.loop, &fixture.quota, schedule };
    schedule_init(schedule, 900, 0, true);
    schedule_begin(schedule, clock_ms());
    outcome.calls = 0;
    return source_full.start(&fixture, NULL, &pace, on_done, NULL, &run);
}

/* R-NET-08: a sweep that is throttled half-way goes on where it was; and slower. */
START_TEST(a_throttled_page_is_asked_again_later)
{
    struct schedule schedule;
    open_devs();
    fixture_reply("AdminListGroupsForUser", 400, "{\"__type\":\"TooManyRequestsException\"}");
    int64_t normal_us = quota_gap_us(&fixture.quota, QUOTA_RESOURCE_READ);
    ck_assert_int_eq(begin_paced(&schedule), 0);
    while (quota_gap_us(&fixture.quota, QUOTA_RESOURCE_READ) == normal_us)
        event_base_loop(fixture.loop, EVLOOP_ONCE);
    ck_assert_int_eq(quota_gap_us(&fixture.quota, QUOTA_RESOURCE_READ), 2 * normal_us);
    ck_assert_uint_eq(outcome.calls, 0);
    fixture_reply("AdminListGroupsForUser", 200, "{\"Groups\":[{\"GroupName\":\"devs\"}]}");
    fixture_run(&outcome.calls);
    ck_assert_int_eq(outcome.err, 0);
    ck_assert_uint_eq(fixture_asked("ListUsersInGroup"), 1);
    ck_assert_uint_eq(fixture_asked("AdminListGroupsForUser"), 2);
    ck_assert_uint_eq(schedule.run[QUOTA_RESOURCE_READ], 2);
    ck_assert_uint_eq(fixture.quota.buckets[QUOTA_LIST].used, 1);
    fixture_close();
}
END_TEST

/* R-NET-08: LimitExceeded is never retried, not even by who has time. */
START_TEST(limit_exceeded_ends_a_sweep)
{
    struct schedule schedule;
    open_devs();
    fixture_reply("AdminListGroupsForUser", 400, "{\"__type\":\"LimitExceededException\"}");
    ck_assert_int_eq(begin_paced(&schedule), 0);
    fixture_run(&outcome.calls);
    ck_assert_int_ne(outcome.err, 0);
    ck_assert_uint_eq(fixture_asked("AdminListGroupsForUser"), 1);
    fixture_close();
}
END_TEST

/* Nor is it waited for: it will be as large in a minute. */
START_TEST(a_record_that_is_too_large_ends_a_sweep)
{
    struct schedule schedule;
    open_devs();
    fixture_fits("ListUsersInGroup", 0);
    ck_assert_int_eq(begin_paced(&schedule), 0);
    fixture_run(&outcome.calls);
    ck_assert_int_ne(outcome.err, 0);
    ck_assert_ptr_nonnull(strstr(fixture_request("ListUsersInGroup"), "\"Limit\":1"));
    ck_assert_uint_eq(fixture_asked("ListUsersInGroup"), 6);
    fixture_close();
}
END_TEST

#define FIVE                                                                                       \
    USER("u1", "1", "true")                                                                        \
    "," USER("u2", "2", "true") "," USER("u3", "3", "true") "," USER("u4", "4", "true") "," USER(  \
        "u5", "5", "true")

/* R-SNAP-07: more than a fifth gone at once is held back, and asked again. */
START_TEST(a_large_loss_is_held_back)
{
    open_devs();
    fixture_reply("ListUsersInGroup", 200, USERS(FIVE));
    ck_assert_int_eq(ask(&source_full, NULL), 0);
    int64_t confirmed_s = fixture.image->confirmed_s;
    fixture.image->confirmed_s = confirmed_s - 100;
    log_to_file();
    fixture_reply("ListUsersInGroup", 200, USERS(USER("u1", "1", "true")));
    for (int i = 0; i < 4; i++) {
        ck_assert_int_eq(ask(&source_full, NULL), ERR_LIMIT);
        ck_assert(image_is_member(image_find_sub(fixture.image, "5"), "devs"));
        ck_assert_int_eq(fixture.image->confirmed_s, confirmed_s - 100); /* stale_limit goes on */
    }
    ck_assert_uint_eq(logged("<3>sync: 4 of 5 users would be gone at once: held back"), 4);
    fixture.hold.since_ms -= 600000; /* the pool has said so for ten minutes */
    ck_assert_int_eq(ask(&source_full, NULL), 0);
    ck_assert(!image_is_member(image_find_sub(fixture.image, "5"), "devs"));
    fixture_close();
}
END_TEST

/* R-SNAP-07: a group that is empty, or not there, takes everybody's access: held back too. */
START_TEST(a_vanished_group_is_held_back)
{
    open_devs();
    fixture_reply("ListUsersInGroup", 200, USERS(FIVE));
    ck_assert_int_eq(ask(&source_full, NULL), 0);
    fixture_reply("ListUsersInGroup", 400, NO_GROUP);
    ck_assert_int_eq(ask(&source_full, NULL), ERR_LIMIT);
    ck_assert(image_is_member(image_find_sub(fixture.image, "5"), "devs"));
    fixture_close();
}
END_TEST

/* R-SNAP-07: a leaver is no fault: one of five goes at once. */
START_TEST(a_small_loss_is_followed)
{
    open_devs();
    fixture_reply("ListUsersInGroup", 200, USERS(FIVE));
    ck_assert_int_eq(ask(&source_full, NULL), 0);
    fixture_reply("ListUsersInGroup", 200,
                  USERS(USER("u1", "1", "true") "," USER("u2", "2", "true") "," USER(
                      "u3", "3", "true") "," USER("u4", "4", "true")));
    ck_assert_int_eq(ask(&source_full, NULL), 0);
    ck_assert_uint_eq(image_find_sub(fixture.image, "5")->group_count, 0);
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

START_TEST(disabled_users_are_found)
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
    fixture_close();
}
END_TEST

/* ListUsers is eventually consistent: what it does not list is no proof. A sweep reads the user. */
START_TEST(a_short_listing_of_the_disabled_enables_nobody)
{
    open_devs();
    fixture_reply("ListUsersInGroup", 200, USERS(USER("alice", "a", "false")));
    ck_assert_int_eq(ask(&source_full, NULL), 0);
    fixture_reply("ListUsers", 200, USERS(""));
    ck_assert_int_eq(ask(&source_disabled, NULL), ERR_ABSENT);
    ck_assert(!image_find_sub(fixture.image, "a")->is_enabled);
    fixture_reply("ListUsersInGroup", 200, USERS(USER("alice", "a", "true")));
    ck_assert_int_eq(ask(&source_full, NULL), 0);
    ck_assert(image_find_sub(fixture.image, "a")->is_enabled);
    fixture_close();
}
END_TEST

SUITE("sweep", a_sweep_of_named_groups_lists_their_members, an_empty_group_is_asked_for_by_name,
      a_member_who_does_not_know_the_group_is_no_end,
      a_group_that_goes_while_it_is_listed_gets_no_other_gid,
      a_primary_group_that_goes_while_it_is_listed_keeps_its_gid,
      a_named_group_that_does_not_exist_is_passed_over, a_failed_sweep_removes_nobody,
      one_bad_record_costs_only_itself, a_token_that_repeats_ends_the_sweep_as_a_failure,
      scope_all_lists_users_and_groups, scope_all_takes_the_cheaper_direction,
      a_page_that_is_too_large_is_asked_for_in_parts, a_throttled_page_is_asked_again_later,
      limit_exceeded_ends_a_sweep, a_record_that_is_too_large_ends_a_sweep,
      a_large_loss_is_held_back, a_vanished_group_is_held_back, a_small_loss_is_followed,
      no_named_group_is_a_complete_sweep_of_nobody, disabled_users_are_found,
      a_short_listing_of_the_disabled_enables_nobody)
