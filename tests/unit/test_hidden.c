/* SPDX-License-Identifier: Apache-2.0
 *
 * Who is not on this host though the pool has them: the list, and one line in the log per change.
 */
#include "daemon/publish.h"
#include "daemon_fixture.h"
#include "log_fixture.h"
#include "store/store.h"
#include "suite.h"

#include <stdio.h>

#define POLICY                                                                                     \
    "[access]\nallow_groups = devs\n[users]\nuid_attribute = dev:custom:uid\n"                     \
    "[directory]\nscope = all\n"

static const char *const devs[] = { "devs", NULL };

static void open_all(void)
{
    fixture_open(POLICY);
    log_to_file();
}

static void user(const char *sub, const char *name, const char *uid, int64_t created_s)
{
    fixture_user(&(struct person){ .sub = sub,
                                   .username = name,
                                   .created_s = created_s,
                                   .attributes = { { "dev:custom:uid", uid } } },
                 devs);
}

static const char *why_of(enum hidden_kind kind, const char *name)
{
    for (size_t i = 0; i < fixture.hidden.count; i++)
        if (fixture.hidden.item[i].kind == kind && strcmp(fixture.hidden.item[i].name, name) == 0)
            return fixture.hidden.item[i].why;
    return "";
}

/* R-ID-02, R-ID-10, R-ID-18: listed, and said once, not at every publish. */
START_TEST(a_collision_is_listed_and_said_once)
{
    open_all();
    user("a", "alice", "2000", 1);
    ck_assert_uint_eq(fixture.hidden.count, 0);
    user("b", "Alice", "2001", 2);
    user("c", "carl", "2000", 0);
    for (int i = 0; i < 3; i++)
        ck_assert_int_eq(publish(&fixture), 0);
    ck_assert_uint_eq(fixture.hidden.count, 2);
    ck_assert_uint_eq(fixture.hidden.users, 2);
    ck_assert_str_eq(
        why_of(HIDDEN_USER, "Alice"),
        "another account has or had this login name and keeps it: this one needs another name");
    ck_assert_str_eq(
        why_of(HIDDEN_USER, "carl"),
        "another account has or had this uid and keeps it: [ids] gives this one another");
    ck_assert_uint_eq(
        logged("<4>hidden kind=user name=Alice sub=b reason=another_account_has_or_had_this_"
               "login_name_and_keeps_it:_this_one_needs_another_name\n"),
        1);
    ck_assert_uint_eq(logged("<4>hidden kind=user name=carl sub=c reason="), 1);
    ck_assert_uint_eq(logged("hidden "), 2);
    fixture_close();
}
END_TEST

/* Another reason is said, and the end of it, too. */
START_TEST(reasons_change_and_end)
{
    open_all();
    user("a", "alice", "x", 1);
    ck_assert_str_eq(why_of(HIDDEN_USER, "alice"), "uid attribute not allowed");
    user("a", "alice", NULL, 1);
    ck_assert_str_eq(why_of(HIDDEN_USER, "alice"), "no uid attribute");
    user("a", "alice", "2000", 1);
    ck_assert_uint_eq(fixture.hidden.count, 0);
    ck_assert_uint_eq(logged("<4>hidden kind=user name=alice sub=a reason=uid_attribute_not_"), 1);
    ck_assert_uint_eq(logged("<4>hidden kind=user name=alice sub=a reason=no_uid_attribute\n"), 1);
    ck_assert_uint_eq(logged("<6>hidden_no_more kind=user name=alice sub=a "), 1);
    fixture_close();
}
END_TEST

/* R-ID-04: what the pool says now is not followed, nor kept quiet. */
START_TEST(a_change_that_is_not_followed_is_said)
{
    open_all();
    user("a", "alice", "2000", 1);
    user("a", "alice", "2001", 1);
    user("a", "alice", "2001", 1);
    ck_assert_str_eq(why_of(HIDDEN_CHANGE, "alice"), "the pool says another uid now");
    ck_assert_uint_eq(logged("<4>hidden kind=change name=alice sub=a reason="), 1);
    ck_assert_uint_eq(fixture.hidden.users, 0);
    ck_assert_uint_eq(image_find_login(fixture.image, "alice")->uid, 2000);
    fixture_close();
}
END_TEST

/* R-ID-04: another primary_group: one line for all, and once. */
START_TEST(a_primary_group_that_is_not_followed_is_said_once)
{
    open_all();
    user("a", "alice", "2000", 1);
    ck_assert_uint_eq(fixture.hidden.kept, 0);
    free(fixture.config->primary_group);
    fixture.config->primary_group = strdup("devs");
    image_touch_all(fixture.image); /* as after a restart */
    for (int i = 0; i < 3; i++)
        ck_assert_int_eq(publish(&fixture), 0);
    user("b", "bob", "2001", 1);
    ck_assert_uint_eq(fixture.hidden.kept, 1);
    ck_assert_uint_eq(logged("primary_group = devs is not followed for 1 users"), 1);
    ck_assert_uint_eq(fixture.hidden.count, 0);
    fixture_close();
}
END_TEST

/* R-ID-04: what is not on the disk may be another one after a restart: nobody may see it. */
START_TEST(a_primary_group_that_cannot_be_written_hides_its_user)
{
    const struct store_binding open = { "a", "alice", 2000, IMAGE_ID_ATTRIBUTE, NULL };
    const struct store_binding taken = { .sub = "a", .primary = "devs" };
    open_all();
    bool is_refused;
    ck_assert_int_eq(store_add_bindings(fixture.store, &open, 1, &is_refused), 0);
    ck_assert_int_eq(bindings_add(&fixture.bindings, "a", "alice", 2000, IMAGE_ID_ATTRIBUTE), 0);
    fixture.bindings.stored_count = fixture.bindings.count;
    ck_assert_int_eq(store_set_primaries(fixture.store, &taken, 1, &is_refused), 0);
    for (int i = 0; i < 2; i++) {
        user("a", "alice", "2000", 1);
        user("b", "bob", "2001", 1);
        ck_assert_str_eq(why_of(HIDDEN_USER, "alice"),
                         "the primary group could not be written to state.db");
        ck_assert_uint_eq(fixture.hidden.users, 1);
    }
    fixture_close();
}
END_TEST

#define PRINTER FIXTURE_PASSWD "printer:x:2000:7::/:/bin/sh\n"

static bool is_bound(const char *sub)
{
    return bindings_of_sub(&fixture.bindings, sub) != NULL;
}

/* R-ID-02, R-ID-05: the way out of a uid that the host has: another one in the pool, or none on
 * the host. */
START_TEST(who_was_never_here_is_bound_to_nothing)
{
    for (int is_mended_in_pool = 0; is_mended_in_pool <= 1; is_mended_in_pool++) {
        open_all();
        fixture_passwd(PRINTER);
        user("a", "alice", "2000", 1);
        ck_assert_str_eq(why_of(HIDDEN_USER, "alice"), "the uid is in use on this host");
        ck_assert(!is_bound("a"));
        ck_assert_ptr_nonnull(image_find_login(fixture.image, "alice"));
        if (is_mended_in_pool) {
            user("a", "alice", "2005", 1);
        } else {
            fixture_passwd(FIXTURE_PASSWD);
            ck_assert_int_eq(publish(&fixture), 0);
        }
        ck_assert_uint_eq(fixture.hidden.count, 0);
        ck_assert(is_bound("a"));
        ck_assert_uint_eq(image_find_login(fixture.image, "alice")->uid,
                          is_mended_in_pool ? 2005 : 2000);
        fixture_close();
    }
}
END_TEST

/* R-ID-10: who is hidden claims a name all the same, in whichever order twins come. */
START_TEST(who_is_hidden_has_twins_too)
{
    open_all();
    fixture_passwd(PRINTER);
    user("a", "alice", "2000", 1);
    user("b", "Alice", "2001", 2);
    ck_assert(!is_bound("a") && !is_bound("b"));
    ck_assert_ptr_nonnull(strstr(why_of(HIDDEN_USER, "alice"), "one of them needs another"));
    ck_assert_ptr_nonnull(strstr(why_of(HIDDEN_USER, "Alice"), "one of them needs another"));
    user("a", "adam", "2000", 1);
    ck_assert_str_eq(image_find_login(fixture.image, "alice")->sub, "b");
    ck_assert_uint_eq(fixture.hidden.count, 1);
    fixture_close();
}
END_TEST

/* R-ID-02: nor does a primary group bind whom it hides; once it is there it is so at once. */
START_TEST(who_has_no_primary_group_is_bound_to_nothing)
{
    struct image_group *g;
    open_all();
    free(fixture.config->primary_group);
    fixture.config->primary_group = strdup("staffers");
    user("a", "alice", "2000", 1);
    ck_assert_str_eq(why_of(HIDDEN_USER, "alice"), "the primary group does not exist");
    ck_assert(!is_bound("a"));
    ck_assert_int_eq(image_put_group(fixture.image, "staffers", "gid=3000", &g), 0);
    ck_assert_int_eq(publish(&fixture), 0);
    ck_assert_uint_eq(fixture.hidden.count, 0);
    ck_assert_uint_ge(bindings_of_sub(&fixture.bindings, "a")->primary, PRIMARY_GROUPS);
    fixture_close();
}
END_TEST

static const char *gid_changed(const char *group)
{
    static char text[256];
    text[0] = '\0';
    for (size_t i = 0; i < fixture.gids.count; i++)
        if (strcmp(fixture.gids.item[i].name, group) == 0)
            gids_describe(&fixture.gids, i, text, sizeof text);
    return text;
}

static void groups(const char *const (*rows)[2], size_t n)
{
    for (size_t i = 0; i < n; i++)
        ck_assert_int_eq(image_put_group(fixture.image, rows[i][0], rows[i][1], NULL), 0);
    ck_assert_int_eq(publish(&fixture), 0);
}

/* R-ID-04: followed, as it binds nobody, but not without a word; and when it changes hands. */
START_TEST(a_gid_that_changes_is_said_once)
{
    open_all();
    groups((const char *const[][2]){ { "devs", "gid=3000" }, { "ops", "gid=3001" } }, 2);
    groups((const char *const[][2]){ { "ops", "gid=3001" } }, 1);
    ck_assert_uint_eq(logged("gid_changed"), 0);
    groups((const char *const[][2]){ { "devs", "gid=4000" }, { "interns", "gid=3000" } }, 2);
    image_touch_all(fixture.image);
    ck_assert_int_eq(publish(&fixture), 0);
    ck_assert_uint_eq(logged("<4>gid_changed group=devs before=3000 now=4000 was_of=-\n"), 1);
    ck_assert_uint_eq(logged("<4>gid_changed group=interns before=- now=3000 was_of=devs\n"), 1);
    ck_assert_uint_eq(logged("gid_changed"), 2);
    ck_assert_str_eq(gid_changed("devs"), "gid 4000, 3000 before");
    ck_assert_str_eq(gid_changed("interns"), "gid 3000 was of devs");
    ck_assert_str_eq(gid_changed("ops"), "");
    groups((const char *const[][2]){ { "devs", "gid=3002" }, { "ops", "gid=4000" } }, 2);
    ck_assert_uint_eq(logged("<4>gid_changed group=devs before=4000 now=3002 was_of=-\n"), 1);
    ck_assert_uint_eq(logged("<4>gid_changed group=ops before=3001 now=4000 was_of=devs\n"), 1);
    ck_assert_str_eq(gid_changed("ops"), "gid 4000, 3001 before; gid 4000 was of devs");
    fixture_close();
}
END_TEST

START_TEST(many_gids_are_said_in_few_lines)
{
    open_all();
    for (unsigned round = 0; round < 2; round++) {
        for (unsigned i = 0; i < 50; i++) {
            char raw[32], gid[32];
            snprintf(raw, sizeof raw, "group-%u", i);
            snprintf(gid, sizeof gid, "gid=%u", 3000 + 100 * round + i);
            ck_assert_int_eq(image_put_group(fixture.image, raw, gid, NULL), 0);
        }
        ck_assert_int_eq(publish(&fixture), 0);
    }
    ck_assert_uint_eq(logged("gid_changed "), 20);
    ck_assert_uint_eq(logged("and 30 gids more have changed"), 1);
    fixture_close();
}
END_TEST

/* R-ID-08 */
START_TEST(groups_that_are_none_here_are_listed)
{
    struct image_group *g;
    open_all();
    ck_assert_int_eq(image_put_group(fixture.image, "sudo", "gid=3000", &g), 0);
    ck_assert_int_eq(image_put_group(fixture.image, "ops", "gid=3001", &g), 0);
    ck_assert_int_eq(image_put_group(fixture.image, "Ops", "gid=3002", &g), 0);
    user("a", "alice", "2000", 1);
    ck_assert_uint_eq(fixture.hidden.groups, 3);
    ck_assert_str_eq(why_of(HIDDEN_GROUP, "sudo"), "group name belongs to the system");
    ck_assert_str_eq(why_of(HIDDEN_GROUP, "Ops"), "another group has this name");
    ck_assert_uint_eq(logged("<4>hidden kind=group name=sudo sub=- reason=group_name_belongs"), 1);
    fixture_close();
}
END_TEST

/* A pool's customers have no login names, and need none; text of the pool is no log line. */
START_TEST(strangers_are_counted_only)
{
    open_all();
    fixture_user(&(struct person){ .sub = "s", .username = "somebody@example.com" }, NULL);
    ck_assert_uint_eq(fixture.hidden.users, 1);
    ck_assert_uint_eq(fixture.hidden.count, 0);
    user("m", "x\n<6>login user=root outcome=accepted", "2000", 1);
    ck_assert_uint_eq(fixture.hidden.count, 1);
    ck_assert_uint_eq(logged("\n<6>login"), 0);
    ck_assert_uint_eq(logged("outcome=accepted"), 0);
    fixture_close();
}
END_TEST

START_TEST(many_are_said_in_few_lines)
{
    open_all();
    for (int i = 0; i < 50; i++) {
        char sub[16];
        struct person p = { .sub = sub, .username = "root" };
        struct image_person person = person_of(&p);
        struct image_user *u;
        struct image_group *g;
        snprintf(sub, sizeof sub, "sub-%d", i);
        ck_assert_int_eq(image_put_user(fixture.image, &person, &u), 0);
        ck_assert_int_eq(image_put_group(fixture.image, "devs", NULL, &g), 0);
        ck_assert_int_eq(image_join(fixture.image, u, g), 0);
    }
    ck_assert_int_eq(publish(&fixture), 0);
    ck_assert_uint_eq(fixture.hidden.count, 50);
    ck_assert_uint_eq(logged("hidden kind=user"), 20);
    ck_assert_uint_eq(logged("and 30 more: cognitoctl status"), 1);
    fixture_close();
}
END_TEST

SUITE("hidden", a_collision_is_listed_and_said_once, reasons_change_and_end,
      a_change_that_is_not_followed_is_said, a_primary_group_that_is_not_followed_is_said_once,
      a_primary_group_that_cannot_be_written_hides_its_user, groups_that_are_none_here_are_listed,
      a_gid_that_changes_is_said_once, many_gids_are_said_in_few_lines,
      who_was_never_here_is_bound_to_nothing, who_is_hidden_has_twins_too,
      who_has_no_primary_group_is_bound_to_nothing, strangers_are_counted_only,
      many_are_said_in_few_lines)
