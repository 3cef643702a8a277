/* SPDX-License-Identifier: Apache-2.0
 *
 * Primary groups between memory and state.db, and the operator's way back.
 */
#include "base/paths.h"
#include "daemon/bound.h"
#include "daemon/log.h"
#include "daemon/publish.h"
#include "daemon_fixture.h"
#include "snap/write.h"
#include "suite.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#define POLICY                                                                                     \
    "[access]\nallow_groups = devs\n[directory]\nscope = all\n[users]\nprimary_group = devs\n"

static const struct person people[] = {
    { .sub = "a", .username = "alice" },
    { .sub = "b", .username = "bob" },
    { .sub = "c", .username = "carol" },
};

static char state[PATH_MAX];

static void open_daemon(void)
{
    fixture_open(POLICY);
    ck_assert_ptr_nonnull(realpath(path_state_dir, state));
}

/* All of them in devs, which the pool describes so. */
static int publish_people(const char *description, size_t first, size_t n)
{
    struct image_group *g;
    ck_assert_int_eq(image_put_group(fixture.image, "devs", description, &g), 0);
    for (size_t i = first; i < first + n; i++) {
        struct image_user *u;
        struct image_person person = person_of(&people[i]);
        ck_assert_int_eq(image_put_user(fixture.image, &person, &u), 0);
        ck_assert_int_eq(image_join(fixture.image, u, g), 0);
    }
    image_touch_all(fixture.image);
    return publish(&fixture);
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
    char path[PATH_MAX + 16];
    const char *why = "";
    snprintf(path, sizeof path, "%s/state.db", state);
    ck_assert_msg(store_open(path, &fixture.store, &why) == 0, "%s", why);
    ck_assert_int_eq(bound_load(fixture.store, &fixture.bindings), 0);
    ck_assert_int_eq(image_new(fixture.config, &fixture.bindings, 0, &fixture.image), 0);
    fixture.image->confirmed_s = FIXTURE_NOW;
}

/* R-ID-04: what it forgets, a daemon that runs would go on writing from memory. */
START_TEST(r_id_04_gids_are_bound_anew_when_no_daemon_runs)
{
    open_daemon();
    ck_assert_int_eq(publish_people("gid=3000", 0, 2), 0);
    ck_assert_uint_eq(gid_of("alice"), 3000);
    ck_assert_int_eq(bound_rebind(), ERR_UNAVAIL);
    end_daemon();
    ck_assert_int_eq(bound_rebind(), 0);
    start_daemon();
    ck_assert_int_eq(publish_people("gid=4000", 0, 2), 0);
    ck_assert_uint_eq(gid_of("alice"), 4000);
    end_daemon();
    start_daemon();
    ck_assert_int_eq(publish_people("gid=5000", 0, 2), 0);
    ck_assert_uint_eq(gid_of("alice"), 4000);
    fixture_close();
}
END_TEST

SUITE("bound", r_id_04_gids_are_bound_anew_when_no_daemon_runs)
