/* SPDX-License-Identifier: Apache-2.0
 *
 * The image over a restart: what was known is known again, and nothing else is believed.
 */
#include "base/paths.h"
#include "daemon/kept.h"
#include "daemon/kept_file.h"
#include "daemon/log.h"
#include "daemon_fixture.h"
#include "identity/rules.h"
#include "suite.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define DEVS "[access]\nallow_groups = devs\n"

static char path[512];

static void open_known(const char *policy)
{
    static const struct person people[] = {
        { .sub = "a", .username = "alice", .created_s = 1700000000 },
        { .sub = "b", .username = "Bob", .status = "FORCE_CHANGE_PASSWORD", .is_disabled = true },
        { .sub = "c", .username = "not a login name" },
    };
    static const char *const groups[] = { "devs", "Ops Team", NULL };
    fixture_open(policy);
    snprintf(path, sizeof path, "%s/image", path_state_dir);
    (void)unlink(path);
    fixture_user(&people[0], groups);
    fixture_user(&people[1], NULL);
    fixture_user(&people[2], groups);
    image_find_group(fixture.image, "devs")->gid = 3000;
    kept_save(&fixture);
}

static void forget(void)
{
    const struct config *config = fixture.config;
    image_free(&fixture.image);
    ck_assert_int_eq(image_new(config, &fixture.bindings, 0, &fixture.image), 0);
}

static size_t read_file(char *text, size_t cap)
{
    FILE *f = fopen(path, "re");
    ck_assert_ptr_nonnull(f);
    size_t n = fread(text, 1, cap, f);
    ck_assert_uint_lt(n, cap);
    fclose(f);
    return n;
}

static void write_file(const char *text, size_t n)
{
    FILE *f = fopen(path, "we");
    ck_assert_ptr_nonnull(f);
    ck_assert_uint_eq(fwrite(text, 1, n, f), n);
    ck_assert_int_eq(fclose(f), 0);
}

START_TEST(what_was_known_is_known_again)
{
    open_known(DEVS);
    uint32_t uid = image_find_sub(fixture.image, "a")->uid;
    forget();
    ck_assert_int_eq(kept_load(&fixture), 0);
    ck_assert_int_eq(image_settle(fixture.image), 0);
    const struct image_user *a = image_find_login(fixture.image, "alice");
    ck_assert_ptr_nonnull(a);
    ck_assert_uint_eq(a->uid, uid);
    ck_assert_str_eq(a->username, "alice");
    ck_assert_str_eq(a->home, "/home/alice");
    ck_assert_int_eq(a->created_s, 1700000000);
    ck_assert_uint_eq(a->group_count, 2);
    ck_assert(image_is_member(a, "devs") && image_is_member(a, "Ops Team"));
    ck_assert_uint_eq(image_find_group(fixture.image, "devs")->gid, 3000);
    ck_assert(!image_find_group(fixture.image, "devs")->is_gone);
    ck_assert_ptr_nonnull(image_find_group(fixture.image, "Ops Team")->quarantine);
    const struct image_user *b = image_find_sub(fixture.image, "b");
    ck_assert(!b->is_enabled);
    ck_assert_int_eq(b->status, IMAGE_NEW_PASSWORD);
    ck_assert_ptr_nonnull(image_find_sub(fixture.image, "c")->quarantine);
    ck_assert_int_eq(fixture.image->confirmed_s, FIXTURE_NOW); /* as old as it is: stale_limit */
    fixture_close();
}
END_TEST

/* R-ID-04: a primary group that the pool no longer has is not one for new users after a restart. */
START_TEST(a_group_that_is_gone_stays_gone)
{
    open_known(DEVS "[users]\nprimary_group = devs\n");
    image_lose_group(fixture.image, image_find_group(fixture.image, "devs"));
    image_touch(fixture.image, fixture.image->users[0]);
    kept_save(&fixture);
    forget();
    ck_assert_int_eq(kept_load(&fixture), 0);
    ck_assert_int_eq(image_settle(fixture.image), 0);
    ck_assert(image_find_group(fixture.image, "devs")->is_gone);
    ck_assert_uint_eq(image_wanted_primary(fixture.image), PRIMARY_OPEN);
    fixture_close();
}
END_TEST

/* R-ID-18: without its description it would be there with another gid than it had. */
START_TEST(a_dropped_group_stays_away)
{
    struct image_group *g;
    open_known(DEVS);
    ck_assert_int_eq(image_put_group(fixture.image, "ops", "", &g), 0);
    image_lose_group(fixture.image, g);
    image_touch(fixture.image, fixture.image->users[0]);
    kept_save(&fixture);
    forget();
    ck_assert_int_eq(kept_load(&fixture), 0);
    ck_assert_int_eq(image_settle(fixture.image), 0);
    ck_assert_ptr_nonnull(image_find_group(fixture.image, "ops")->quarantine);
    ck_assert_ptr_null(image_find_group(fixture.image, "devs")->quarantine);
    /* A sweep, or a look-up, has its description again. */
    ck_assert_int_eq(image_put_group(fixture.image, "ops", "gid=4000", &g), 0);
    ck_assert_int_eq(image_settle(fixture.image), 0);
    ck_assert_ptr_null(g->quarantine);
    ck_assert_uint_eq(g->gid, 4000);
    fixture_close();
}
END_TEST

/* R-ID-04: it is told after a restart, too. */
START_TEST(a_gid_that_is_not_followed_is_known_again)
{
    struct image_group *g;
    open_known(DEVS "[users]\nprimary_group = devs\n");
    ck_assert_int_eq(image_put_group(fixture.image, "devs", "gid=4000", &g), 0);
    ck_assert_ptr_nonnull(g->drift);
    kept_save(&fixture);
    forget();
    ck_assert_int_eq(kept_load(&fixture), 0);
    g = image_find_group(fixture.image, "devs");
    ck_assert_ptr_nonnull(g->drift);
    ck_assert(!g->is_gone && g->quarantine == NULL);
    fixture_close();
}
END_TEST

/* R-SNAP-04 */
START_TEST(the_file_is_the_daemons_own)
{
    struct stat st;
    open_known(DEVS);
    ck_assert_int_eq(stat(path, &st), 0);
    ck_assert_uint_eq(st.st_mode & 07777, 0600);
    fixture_close();
}
END_TEST

START_TEST(an_unchanged_image_is_not_written_again)
{
    open_known(DEVS);
    ck_assert_int_eq(unlink(path), 0);
    kept_save(&fixture);
    ck_assert_int_eq(kept_load(&fixture), ERR_ABSENT);
    image_touch(fixture.image, fixture.image->users[0]);
    kept_save(&fixture);
    ck_assert_int_eq(access(path, F_OK), 0);
    fixture_close();
}
END_TEST

/* Another pool, other rules for names and ids, other groups: other records. Other keys do not
 * matter. */
START_TEST(other_rules_are_not_followed)
{
    static const struct {
        const char *policy;
        int err;
    } rows[] = {
        { DEVS, 0 },
        { DEVS "[directory]\nlog_level = error\nfleet_hosts = 7\n", 0 },
        { "[access]\nallow_groups = devs\n  ops\n", ERR_CONFIG },
        { DEVS "[users]\nhome = /srv/%u\n", ERR_CONFIG },
        { DEVS "[directory]\nscope = all\n", ERR_CONFIG },
        { DEVS "[ids]\na = 2000\n", ERR_CONFIG },
        { DEVS "[local_groups]\nLinuxAdmins = sudo\n", ERR_CONFIG },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        open_known(DEVS);
        fixture_close();
        fixture_open(rows[i].policy);
        ck_assert_msg(kept_load(&fixture) == rows[i].err, "row %zu", i);
        ck_assert_uint_eq(fixture.image->user_count, rows[i].err == 0 ? 3 : 0);
        fixture_close();
    }
}
END_TEST

/* As a cognitod before this one wrote it, or one after it. */
START_TEST(rules_of_another_version_are_not_followed)
{
    char line[32], *text, *at;
    struct buf other = { 0 };
    size_t n;
    open_known(DEVS);
    forget();
    ck_assert_int_eq(kept_file_read(&text, &n), 0);
    snprintf(line, sizeof line, "rules %d\n", RULES_VERSION);
    at = memmem(text, n, line, strlen(line));
    ck_assert_ptr_nonnull(at);
    at[strlen("rules ")]++;
    buf_add(&other, text, n);
    ck_assert_int_eq(kept_file_write(&other), 0);
    ck_assert_int_eq(kept_load(&fixture), ERR_CONFIG);
    ck_assert_uint_eq(fixture.image->user_count, 0);
    buf_free(&other);
    free(text);
    fixture_close();
}
END_TEST

static int64_t saved_confirmed_s(void)
{
    const struct config *config = fixture.config;
    struct daemon reader = { .config = fixture.config };
    ck_assert_int_eq(image_new(config, &fixture.bindings, 0, &reader.image), 0);
    ck_assert_int_eq(kept_load(&reader), 0);
    int64_t s = reader.image->confirmed_s;
    image_free(&reader.image);
    return s;
}

static void change_and_save(int64_t confirmed_s)
{
    fixture.image->confirmed_s = confirmed_s;
    image_touch(fixture.image, fixture.image->users[0]);
    kept_save(&fixture);
}

static void run_until_kept(uint64_t serial)
{
    for (int turns = 0; fixture.kept_serial < serial; turns++) {
        ck_assert_int_lt(turns, 10);
        event_base_loop(fixture.loop, EVLOOP_ONCE);
    }
}

/* Whoever logs in meanwhile does not wait for the disk; what changed meanwhile is written after
 * it, and never two at a time. */
START_TEST(the_loop_does_not_wait_for_the_disk)
{
    open_known(DEVS);
    ck_assert_int_eq(kept_open(&fixture, &fixture.kept), 0);
    change_and_save(101);
    uint64_t serial = fixture.image->serial;
    change_and_save(102);
    change_and_save(103);
    ck_assert_uint_lt(fixture.kept_serial, serial); /* it is known when the loop says so */
    run_until_kept(serial);
    ck_assert_uint_eq(fixture.kept_serial, serial);
    run_until_kept(fixture.image->serial);
    ck_assert_int_eq(saved_confirmed_s(), 103);
    kept_close(&fixture.kept);
    fixture_close();
}
END_TEST

/* A stop waits for what is being written, and for what became due meanwhile. */
START_TEST(a_stop_loses_nothing)
{
    for (int64_t changes = 1; changes <= 2; changes++) {
        open_known(DEVS);
        ck_assert_int_eq(kept_open(&fixture, &fixture.kept), 0);
        for (int64_t i = 1; i <= changes; i++)
            change_and_save(200 + i);
        kept_close(&fixture.kept);
        ck_assert_uint_eq(fixture.kept_serial, fixture.image->serial);
        ck_assert_int_eq(saved_confirmed_s(), 200 + changes);
        fixture_close();
    }
}
END_TEST

/* A write that fails is tried again with the next change. */
START_TEST(a_failed_write_is_no_write)
{
    open_known(DEVS);
    char fresh[520];
    snprintf(fresh, sizeof fresh, "%s.new", path);
    ck_assert_int_eq(mkdir(fresh, 0700), 0);
    ck_assert_int_eq(kept_open(&fixture, &fixture.kept), 0);
    log_level(CONFIG_LOG_ERROR);
    change_and_save(301);
    kept_close(&fixture.kept);
    ck_assert_uint_lt(fixture.kept_serial, fixture.image->serial);
    ck_assert_int_eq(saved_confirmed_s(), FIXTURE_NOW);
    ck_assert_int_eq(rmdir(fresh), 0);
    kept_save(&fixture);
    ck_assert_int_eq(saved_confirmed_s(), 301);
    fixture_close();
}
END_TEST

START_TEST(a_damaged_file_is_left_aside)
{
    static char text[16384], bad[16384];
    open_known(DEVS);
    size_t n = read_file(text, sizeof text);
    forget();
    for (size_t i = 0; i < n; i++) { /* cut */
        write_file(text, i);
        ck_assert_int_ne(kept_load(&fixture), 0);
    }
    for (size_t i = 0; i < n; i++) { /* any byte another one */
        memcpy(bad, text, n);
        bad[i] = bad[i] == '9' ? '0' : '9';
        write_file(bad, n);
        ck_assert_msg(text[i] == bad[i] || kept_load(&fixture) == ERR_FORMAT, "byte %zu", i);
    }
    ck_assert_uint_eq(fixture.image->user_count, 0);
    write_file(text, n);
    ck_assert_int_eq(kept_load(&fixture), 0);
    fixture_close();
}
END_TEST

START_TEST(others_must_not_have_written_it)
{
    open_known(DEVS);
    forget();
    ck_assert_int_eq(chmod(path, 0666), 0);
    ck_assert_int_eq(kept_load(&fixture), ERR_REFUSED);
    fixture_close();
}
END_TEST

SUITE("kept", what_was_known_is_known_again, a_group_that_is_gone_stays_gone,
      a_dropped_group_stays_away, a_gid_that_is_not_followed_is_known_again,
      the_file_is_the_daemons_own, an_unchanged_image_is_not_written_again,
      the_loop_does_not_wait_for_the_disk, a_stop_loses_nothing, a_failed_write_is_no_write,
      other_rules_are_not_followed, rules_of_another_version_are_not_followed,
      a_damaged_file_is_left_aside, others_must_not_have_written_it)
