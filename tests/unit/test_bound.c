/* SPDX-License-Identifier: Apache-2.0
 *
 * Primary groups between memory and state.db, and the operator's way back.
 */
#include "base/paths.h"
#include "daemon/boot.h"
#include "daemon/bound.h"
#include "daemon/kept.h"
#include "daemon/log.h"
#include "daemon/publish.h"
#include "daemon_fixture.h"
#include "snap/write.h"
#include "suite.h"

#include <limits.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

#define POLICY                                                                                     \
    "[access]\nallow_groups = devs\n[directory]\nscope = all\n[users]\nprimary_group = devs\n"

static const struct person people[] = {
    { .sub = "a", .username = "alice" },
    { .sub = "b", .username = "bob" },
    { .sub = "c", .username = "carol" },
};

static char state[PATH_MAX], path[PATH_MAX + 16];

/* What no daemon writes. */
static void change_database(const char *sql)
{
    sqlite3 *db;
    ck_assert_int_eq(sqlite3_open(path, &db), SQLITE_OK);
    ck_assert_int_eq(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
}

/* The first n of them in devs, which the pool describes so. */
static void publish_people(const char *description, size_t n)
{
    struct image_group *g;
    ck_assert_int_eq(image_put_group(fixture.image, "devs", description, &g), 0);
    for (size_t i = 0; i < n; i++) {
        struct image_user *u;
        struct image_person person = person_of(&people[i]);
        ck_assert_int_eq(image_put_user(fixture.image, &person, &u), 0);
        ck_assert_int_eq(image_join(fixture.image, u, g), 0);
    }
    image_touch_all(fixture.image);
    ck_assert_int_eq(publish(&fixture), 0);
}

/* A daemon that has published the first n, with the gid 3000. */
static void open_with_people(size_t n)
{
    fixture_open(POLICY);
    ck_assert_ptr_nonnull(realpath(path_state_dir, state));
    snprintf(path, sizeof path, "%s/state.db", state);
    fixture.image->confirmed_s = FIXTURE_NOW;
    publish_people("gid=3000", n);
}

/* The gid that the host sees; 0: no such user. */
static uint32_t gid_of(const char *login)
{
    struct snap_user u;
    return snap_find_user(snap_writer_view(fixture.writer), login, &u) == 0 ? u.gid : 0;
}

/* The daemon ends and another one starts; nothing of the directory was kept. */
static void end_daemon(void)
{
    image_free(&fixture.image);
    bindings_free(&fixture.bindings);
    store_close(&fixture.store);
}

static void start_daemon(void)
{
    const char *why = "";
    ck_assert_msg(store_open(path, &fixture.store, &why) == 0, "%s", why);
    ck_assert_int_eq(bound_load(fixture.store, &fixture.bindings), 0);
    ck_assert_int_eq(image_new(fixture.config, &fixture.bindings, 0, &fixture.image), 0);
    fixture.image->confirmed_s = FIXTURE_NOW;
}

/* R-ID-04: what it forgets, a daemon that runs would go on writing from memory. */
START_TEST(r_id_04_gids_are_bound_anew_when_no_daemon_runs)
{
    open_with_people(2);
    ck_assert_uint_eq(gid_of("alice"), 3000);
    ck_assert_int_eq(bound_rebind(), ERR_UNAVAIL);
    end_daemon();
    ck_assert_int_eq(bound_rebind(), 0);
    start_daemon();
    publish_people("gid=4000", 2);
    ck_assert_uint_eq(gid_of("alice"), 4000);
    end_daemon();
    start_daemon();
    publish_people("gid=5000", 2);
    ck_assert_uint_eq(gid_of("alice"), 4000);
    fixture_close();
}
END_TEST

/* R-ID-04: with what a daemon keeps over a restart. */
START_TEST(r_id_04_what_was_kept_does_not_bind_the_old_gid)
{
    open_with_people(2);
    kept_save(&fixture);
    end_daemon();
    ck_assert_int_eq(bound_rebind(), 0);
    start_daemon();
    if (kept_load(&fixture) == 0) {
        boot_restrict(&fixture);
        ck_assert_int_eq(publish(&fixture), 0);
    }
    publish_people("gid=4000", 2);
    ck_assert_uint_eq(gid_of("alice"), 4000);
    fixture_close();
}
END_TEST

/* As a --rebind-gids beside a daemon of old left it. */
START_TEST(a_primary_group_without_a_gid_is_chosen_anew)
{
    open_with_people(2);
    end_daemon();
    change_database("DELETE FROM primary_gid; UPDATE binding SET primary_group = NULL"
                    " WHERE sub = 'b'");
    for (int i = 0; i < 2; i++) {
        start_daemon();
        publish_people("gid=4000", 2);
        ck_assert_uint_eq(gid_of("alice"), 4000);
        ck_assert_uint_eq(gid_of("bob"), 4000);
        end_daemon();
    }
    start_daemon();
    fixture_close();
}
END_TEST

/* R-ID-02: nobody waits for a row that state.db does not take. */
START_TEST(a_refused_primary_group_costs_only_its_user)
{
    open_with_people(3);
    end_daemon();
    change_database("UPDATE binding SET primary_group = NULL");
    start_daemon();
    change_database("UPDATE binding SET primary_group = '' WHERE sub = 'b'");
    publish_people("gid=3000", 3);
    ck_assert_uint_eq(gid_of("alice"), 3000);
    ck_assert_uint_eq(gid_of("bob"), 0);
    ck_assert_uint_eq(gid_of("carol"), 3000);
    fixture_close();
}
END_TEST

START_TEST(a_refused_name_costs_only_its_user)
{
    open_with_people(1);
    change_database("INSERT INTO binding (sub, login, uid, origin, primary_group)"
                    " VALUES ('other', 'bob', 5, 0, '')");
    for (int i = 0; i < 2; i++) { /* not with the next change either */
        publish_people("gid=3000", 3);
        ck_assert_uint_eq(gid_of("alice"), 3000);
        ck_assert_uint_eq(gid_of("bob"), 0);
        ck_assert_uint_eq(gid_of("carol"), 3000);
    }
    fixture_close();
}
END_TEST

SUITE("bound", r_id_04_gids_are_bound_anew_when_no_daemon_runs,
      r_id_04_what_was_kept_does_not_bind_the_old_gid, a_primary_group_without_a_gid_is_chosen_anew,
      a_refused_primary_group_costs_only_its_user, a_refused_name_costs_only_its_user)
