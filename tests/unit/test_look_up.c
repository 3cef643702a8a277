/* SPDX-License-Identifier: Apache-2.0
 *
 * A look-up's one question against a scripted pool: who is found by a name, and how often the pool
 * is asked for names.
 */
#include "daemon/sync.h"
#include "source_fixture.h"
#include "suite.h"

#include <stdio.h>

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

SUITE("look_up", one_user_is_found_by_a_filter, one_user_without_his_groups_is_nobody_yet,
      who_is_in_a_named_group_is_known, who_is_bound_stays_known_without_a_group,
      of_several_with_a_name_the_one_who_gets_it_is_asked_for_groups,
      email_pools_are_asked_by_address_in_each_domain, each_domain_counts_as_a_question,
      who_is_in_no_named_group_is_unknown, look_ups_are_shared_and_misses_remembered,
      unknown_names_are_asked_within_a_rate, who_may_log_in_is_no_miss)
