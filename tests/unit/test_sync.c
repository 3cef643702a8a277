/* SPDX-License-Identifier: Apache-2.0
 *
 * The directory's sources against a scripted pool, and the one question of a look-up.
 */
#include "base/clock.h"
#include "daemon/pages.h"
#include "daemon/schedule.h"
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
    int err = source->start(&fixture, login, NULL, on_done, NULL, &run);
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
    fixture_reply("AdminListGroupsForUser", 200,
                  "{\"Groups\":[{\"GroupName\":\"devs\",\"Description\":\"gid=3000\"},"
                  "{\"GroupName\":\"unnamed\"}]}");
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
    fixture_reply("ListUsersInGroup", 200, USERS(USER("u1", "1", "true")));
    for (int i = 0; i < 4; i++) {
        ck_assert_int_eq(ask(&source_full, NULL), ERR_LIMIT);
        ck_assert(image_is_member(image_find_sub(fixture.image, "5"), "devs"));
        ck_assert_int_eq(fixture.image->confirmed_s, confirmed_s - 100); /* stale_limit goes on */
    }
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

/* R-SNAP-07: half an answer is none. Whatever is published next would show a user without groups,
 * and bind his name. */
START_TEST(one_user_without_his_groups_is_nobody_yet)
{
    open_devs();
    fixture_reply("ListUsers", 200, USERS(USER("alice", "a", "true")));
    fixture_reply("AdminListGroupsForUser", 400, "{\"__type\":\"AccessDeniedException\"}");
    ck_assert_int_ne(ask(&source_one, "alice"), 0); /* settles, as a publish does */
    ck_assert_ptr_null(image_find_sub(fixture.image, "a"));
    ck_assert_uint_eq(fixture.bindings.count, 0);
    fixture_reply("AdminListGroupsForUser", 200, "{\"Groups\":[{\"GroupName\":\"devs\"}]}");
    ck_assert_int_eq(ask(&source_one, "alice"), 0);
    ck_assert(image_is_member(image_find_login(fixture.image, "alice"), "devs"));
    fixture_close();
}
END_TEST

static int look_up(const char *name)
{
    static struct sync_wait wait;
    wait = (struct sync_wait){ .done = on_done };
    memcpy(wait.name, name, strlen(name) + 1);
    outcome.calls = 0;
    int err = sync_one(fixture.sync, &wait);
    if (err != 0)
        return err;
    fixture_run(&outcome.calls);
    return outcome.err;
}

/* R-IPC-05: so much as the requests are, however many domains a name is asked for in. */
START_TEST(each_domain_counts_as_a_question)
{
    char name[NAME_SIZE];
    fixture_open("[users]\nlogin_name = email\nemail_domains = a.example\n  b.example\n"
                 "  c.example\n  d.example\n  e.example\n");
    fixture_reply("ListUsers", 200, USERS(""));
    ck_assert_int_eq(sync_open(&fixture, &fixture.sync), 0);
    for (unsigned i = 0; i < 10; i++) {
        snprintf(name, sizeof name, "scan%u", i);
        ck_assert_int_eq(look_up(name), i < 2 ? ERR_ABSENT : ERR_LIMIT);
    }
    ck_assert_uint_eq(fixture_asked("ListUsers"), 10); /* what one host may save */
    sync_close(&fixture.sync);
    fixture_close();
}
END_TEST

/* Whoever signs himself up at the pool and then knocks here is no user of this host. */
START_TEST(who_is_in_no_named_group_is_unknown)
{
    static const char strangers[] = USERS(USER("jenkins", "j", "true"));
    open_devs();
    ck_assert_int_eq(sync_open(&fixture, &fixture.sync), 0);
    fixture_reply("ListUsers", 200, strangers);
    fixture_reply("AdminListGroupsForUser", 200, "{\"Groups\":[{\"GroupName\":\"unnamed\"}]}");
    fixture_reply("GetGroup", 400, NO_GROUP); /* by the sweep, when it comes first */
    ck_assert_int_eq(look_up("jenkins"), ERR_ABSENT);
    ck_assert_ptr_null(image_find_sub(fixture.image, "j"));
    ck_assert_ptr_null(bindings_of_login(&fixture.bindings, "jenkins"));
    unsigned asked = fixture_asked("ListUsers");
    ck_assert_int_eq(look_up("jenkins"), ERR_ABSENT); /* remembered */
    ck_assert_uint_eq(fixture_asked("ListUsers"), asked);
    sync_close(&fixture.sync);
    fixture_close();
}
END_TEST

static const struct {
    const char *policy, *groups;
} ours[] = {
    { "[directory]\nscope = all\n", "{\"Groups\":[]}" },
    { DEVS "[local_groups]\nops = sudo\n", "{\"Groups\":[{\"GroupName\":\"ops\"}]}" },
};

/* Named by whatever key of the configuration; what he may do here the policy says. */
START_TEST(who_is_in_a_named_group_is_known)
{
    for (size_t i = 0; i < COUNT(ours); i++) {
        fixture_open(ours[i].policy);
        fixture_reply("ListUsers", 200, USERS(USER("alice", "a", "true")));
        fixture_reply("AdminListGroupsForUser", 200, ours[i].groups);
        ck_assert_int_eq(ask(&source_one, "alice"), 0);
        ck_assert_ptr_nonnull(image_find_login(fixture.image, "alice"));
        fixture_close();
    }
}
END_TEST

/* His files and his name stay his. */
START_TEST(who_is_bound_stays_known_without_a_group)
{
    open_devs();
    fixture_reply("ListUsers", 200, USERS(USER("alice", "a", "true")));
    ck_assert_int_eq(ask(&source_one, "alice"), 0);
    image_free(&fixture.image); /* a start without the image of before */
    ck_assert_int_eq(image_new(fixture.config, &fixture.bindings, 0, &fixture.image), 0);
    fixture_reply("AdminListGroupsForUser", 200, "{\"Groups\":[]}");
    ck_assert_int_eq(ask(&source_one, "alice"), 0);
    ck_assert_uint_eq(image_find_login(fixture.image, "alice")->group_count, 0);
    fixture_close();
}
END_TEST

#define CALLED(name, sub, created)                                                                 \
    "{\"Username\":\"" sub "\",\"Attributes\":[{\"Name\":\"sub\",\"Value\":\"" sub "\"},"          \
    "{\"Name\":\"preferred_username\",\"Value\":\"" name "\"}],\"UserCreateDate\":" created        \
    ",\"Enabled\":true,\"UserStatus\":\"CONFIRMED\"}"

/* R-ID-15, R-ID-02: the older account, unless another one has the name already. */
START_TEST(of_several_with_a_name_the_one_who_gets_it_is_asked_for_groups)
{
    fixture_open(DEVS "[users]\nlogin_name = preferred_username\n"
                      "trust_writable_attributes = yes\n");
    fixture_reply("AdminListGroupsForUser", 200, "{\"Groups\":[{\"GroupName\":\"devs\"}]}");
    fixture_reply("ListUsers", 200,
                  USERS(CALLED("anna", "young", "1.7E9") "," CALLED("anna", "old", "1.6E9") "," //
                        CALLED("berta", "other", "1.5E9")));
    ck_assert_int_eq(ask(&source_one, "anna"), 0);
    ck_assert_ptr_nonnull(strstr(fixture_request("AdminListGroupsForUser"), "\"old\""));
    ck_assert_str_eq(image_find_login(fixture.image, "anna")->sub, "old");
    ck_assert_ptr_null(image_find_sub(fixture.image, "other"));
    fixture_reply("ListUsers", 200,
                  USERS(CALLED("anna", "oldest", "1.4E9") "," CALLED("anna", "old", "1.6E9")));
    ck_assert_int_eq(ask(&source_one, "anna"), 0);
    ck_assert_str_eq(image_find_login(fixture.image, "anna")->sub, "old");
    ck_assert_uint_eq(fixture.image->user_count, 1);
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
    ck_assert_uint_ge(fixture_asked("ListUsers"), 10);
    sync_close(&fixture.sync);
    fixture_close();
}
END_TEST

/* R-IPC-05: a host of a large fleet that has no directory yet lets those in who may come, one after
 * the other; strangers, and pool users who may not, get their tenth. */
START_TEST(who_may_log_in_is_no_miss)
{
    static const char *const names[] = { "anna", "bert", "cleo", "dora", "emil" };
    static char body[512];
    static const char strangers[] = USERS(USER("stranger", "s", "true"));
    fixture_open(DEVS "[directory]\nfleet_hosts = 300\n");
    ck_assert_int_eq(sync_open(&fixture, &fixture.sync), 0);
    fixture_reply("ListUsersInGroup", 200, USERS(""));
    fixture_reply("GetGroup", 400, NO_GROUP);
    fixture_reply("AdminListGroupsForUser", 200, "{\"Groups\":[{\"GroupName\":\"devs\"}]}");
    fixture_reply("ListUsers", 200, body);
    for (size_t i = 0; i < COUNT(names); i++) {
        snprintf(body, sizeof body, USERS(USER("%s", "sub-%s", "true")), names[i], names[i]);
        ck_assert_msg(look_up(names[i]) == 0, "%s", names[i]);
    }
    fixture_reply("AdminListGroupsForUser", 200, "{\"Groups\":[]}");
    fixture_reply("ListUsers", 200, strangers);
    ck_assert_int_eq(look_up("stranger"), ERR_ABSENT);
    ck_assert_int_eq(look_up("unknown9"), ERR_LIMIT);
    sync_close(&fixture.sync);
    fixture_close();
}
END_TEST

SUITE("sync", who_may_log_in_is_no_miss, a_primary_group_that_goes_while_it_is_listed_keeps_its_gid,
      a_sweep_of_named_groups_lists_their_members, a_named_group_that_does_not_exist_is_passed_over,
      a_group_that_goes_while_it_is_listed_gets_no_other_gid, a_failed_sweep_removes_nobody,
      one_bad_record_costs_only_itself, a_token_that_repeats_ends_the_sweep_as_a_failure,
      scope_all_lists_users_and_groups, no_named_group_is_a_complete_sweep_of_nobody,
      a_page_that_is_too_large_is_asked_for_in_parts, a_record_that_is_too_large_ends_a_sweep,
      each_domain_counts_as_a_question, who_is_in_no_named_group_is_unknown,
      who_is_in_a_named_group_is_known, who_is_bound_stays_known_without_a_group,
      one_user_is_found_by_a_filter, one_user_without_his_groups_is_nobody_yet,
      of_several_with_a_name_the_one_who_gets_it_is_asked_for_groups,
      email_pools_are_asked_by_address_in_each_domain, disabled_users_are_found,
      a_short_listing_of_the_disabled_enables_nobody, look_ups_are_shared_and_misses_remembered,
      unknown_names_are_asked_within_a_rate, an_empty_group_is_asked_for_by_name,
      a_member_who_does_not_know_the_group_is_no_end, scope_all_takes_the_cheaper_direction,
      a_throttled_page_is_asked_again_later, limit_exceeded_ends_a_sweep, a_large_loss_is_held_back,
      a_vanished_group_is_held_back, a_small_loss_is_followed)
