/* SPDX-License-Identifier: Apache-2.0
 *
 * The snapshot's copy for the next boot, and what a daemon that starts believes of the image that
 * was kept.
 */
#include "base/paths.h"
#include "daemon/boot.h"
#include "daemon/kept.h"
#include "daemon/publish.h"
#include "daemon_fixture.h"
#include "snap/write.h"
#include "suite.h"

#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define POLICY                                                                                     \
    "[access]\nallow_groups = *\n[directory]\nscope = all\n"                                       \
    "[users]\nhome_attribute = dev:custom:home\nssh_key_attribute = dev:custom:keys\n"
#define KEY "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl"

static const struct person people[] = {
    { .sub = FIXTURE_SUB,
      .username = "alice",
      .attributes = { { "name", "Alice Example" },
                      { "dev:custom:home", "/home/of-alice" },
                      { "dev:custom:keys", KEY } },
      .created_s = 1700000001 },
    { .sub = "b", .username = "bob", .status = "FORCE_CHANGE_PASSWORD", .is_disabled = true },
    { .sub = "c", .username = "carol" },
};

static char state[PATH_MAX], boot_dir[PATH_MAX + 8], image[PATH_MAX + 8];

static void empty_dir(const char *path)
{
    char name[PATH_MAX + 300];
    DIR *d = opendir(path);
    for (struct dirent *e = d == NULL ? NULL : readdir(d); e != NULL; e = readdir(d)) {
        snprintf(name, sizeof name, "%s/%s", path, e->d_name);
        (void)unlink(name);
    }
    if (d != NULL)
        closedir(d);
}

static void open_daemon(const char *policy)
{
    fixture_open(policy);
    ck_assert_ptr_nonnull(realpath(path_state_dir, state));
    snprintf(boot_dir, sizeof boot_dir, "%s/boot", state);
    snprintf(image, sizeof image, "%s/image", state);
    (void)unlink(image);
    empty_dir(boot_dir);
    snap_writer_close(&fixture.writer);
    empty_dir(path_snap_dir);
    ck_assert_int_eq(snap_writer_open(path_snap_dir, &fixture.writer), 0);
}

/* Alice in two groups, one with a gid of its own; Bob disabled; Carol in none. */
static void publish_people(void)
{
    static const char *const groups[] = { "devs", "Ops Team", NULL };
    struct image_group *g;
    fixture.image->confirmed_s = FIXTURE_NOW - 100;
    ck_assert_int_eq(image_put_group(fixture.image, "devs", "gid=3000", &g), 0);
    fixture_user(&people[0], groups);
    for (size_t i = 1; i < COUNT(people); i++)
        fixture_user(&people[i], NULL);
    ck_assert_int_eq(image_put_group(fixture.image, "devs", "gid=3000", &g), 0);
    fixture.image->confirmed_s = FIXTURE_NOW - 100;
    ck_assert_int_eq(publish(&fixture), 0);
}

/* As the daemon does at its end. */
static void save(void)
{
    kept_save(&fixture);
    ck_assert_int_eq(boot_open(&fixture, &fixture.boot), 0);
    ck_assert_int_eq(publish(&fixture), 0);
    boot_close(&fixture.boot);
}

/* The daemon ends and another one starts; is_boot: /run was emptied in between. */
static void start_again(bool is_boot)
{
    snap_writer_close(&fixture.writer);
    image_free(&fixture.image);
    if (is_boot)
        empty_dir(path_snap_dir);
    ck_assert_int_eq(image_new(fixture.config, &fixture.bindings, 0, &fixture.image), 0);
    ck_assert_int_eq(snap_writer_open(path_snap_dir, &fixture.writer), 0);
    ck_assert_int_eq(boot_open(&fixture, &fixture.boot), 0);
    if (kept_load(&fixture) == 0) {
        boot_restrict(&fixture);
        ck_assert_int_eq(publish(&fixture), 0);
    }
}

static void end(void)
{
    boot_close(&fixture.boot);
    fixture_close();
}

static mode_t mode_of(const char *path)
{
    struct stat st;
    ck_assert_msg(stat(path, &st) == 0, "%s", path);
    return st.st_mode & 07777;
}

START_TEST(after_a_reboot_everybody_is_back_as_old_as_they_were)
{
    open_daemon(POLICY);
    publish_people();
    uint32_t uid = image_find_login(fixture.image, "alice")->uid;
    save();
    start_again(true);
    const struct image_user *u = image_find_login(fixture.image, "alice");
    ck_assert_ptr_nonnull(u);
    ck_assert_str_eq(u->sub, FIXTURE_SUB);
    ck_assert_str_eq(u->username, "alice");
    ck_assert_str_eq(u->home, "/home/of-alice");
    ck_assert_str_eq(u->gecos, "Alice Example");
    ck_assert_uint_eq(u->keys.count, 1);
    ck_assert_str_eq(u->keys.line[0], KEY);
    ck_assert_uint_eq(u->uid, uid);
    ck_assert_int_eq(u->created_s, 1700000001);
    ck_assert(image_is_member(u, "devs") && image_is_member(u, "Ops Team"));
    ck_assert_uint_eq(image_find_group(fixture.image, "devs")->gid, 3000);
    const struct image_user *bob = image_find_login(fixture.image, "bob");
    ck_assert(!bob->is_enabled && bob->status == IMAGE_NEW_PASSWORD);
    struct snap_facts facts;
    ck_assert_int_eq(snap_verify(path_snap_dir, &facts), 0);
    ck_assert_int_eq(facts.confirmed_s, FIXTURE_NOW - 100); /* stale_limit goes on */
    ck_assert_uint_eq(facts.users, COUNT(people));
    end();
}
END_TEST

/* What tmpfiles.d copies is a snapshot as it lies (R-NSS-09); who the people are in the pool is
 * nobody's business but the daemon's (R-SNAP-04). */
START_TEST(r_snap_04_the_copy_is_a_snapshot_and_a_private_image)
{
    struct snap_facts facts;
    open_daemon(POLICY);
    publish_people();
    save();
    ck_assert_int_eq(snap_verify(boot_dir, &facts), 0);
    ck_assert_uint_eq(facts.users, COUNT(people));
    ck_assert_uint_eq(mode_of(image), 0600);
    ck_assert_uint_eq(mode_of(boot_dir), 0755);
    /* Again, with another base: nothing of the first one stays. */
    snap_writer_close(&fixture.writer);
    empty_dir(path_snap_dir);
    ck_assert_int_eq(snap_writer_open(path_snap_dir, &fixture.writer), 0);
    ck_assert_int_eq(publish(&fixture), 0);
    uint64_t generation = snap_writer_view(fixture.writer)->facts.generation;
    save();
    ck_assert_int_eq(snap_verify(boot_dir, &facts), 0);
    ck_assert_uint_ge(facts.generation, generation);
    size_t files = 0;
    DIR *d = opendir(boot_dir);
    while (readdir(d) != NULL)
        files++;
    closedir(d);
    ck_assert_uint_eq(files, 4); /* with . and .. */
    end();
}
END_TEST

/* A crash leaves a snapshot that is newer than the copy. Who was disabled, left a group or went in
 * between is not let in again by the copy. */
START_TEST(the_copy_gives_back_nothing_that_was_taken_since)
{
    open_daemon(POLICY);
    publish_people();
    save();
    struct image_user *alice = image_find_login(fixture.image, "alice");
    alice->is_enabled = false;
    struct image_group *devs = image_find_group(fixture.image, "devs");
    ck_assert_int_eq(image_set_groups(fixture.image, alice, &devs, 1), 0);
    image_find_login(fixture.image, "carol")->quarantine = "gone";
    image_touch_all(fixture.image);
    ck_assert_int_eq(publish(&fixture), 0); /* and not saved */
    start_again(false);
    alice = image_find_login(fixture.image, "alice");
    ck_assert_ptr_nonnull(alice);
    ck_assert(!alice->is_enabled);
    ck_assert(image_is_member(alice, "devs") && !image_is_member(alice, "Ops Team"));
    ck_assert(!image_find_login(fixture.image, "carol")->is_enabled);
    end();
}
END_TEST

/* R-ID-02, R-ID-04: a damaged file, or one of another state.db, moves nobody. */
START_TEST(r_id_04_the_bindings_decide_not_the_kept_image)
{
    open_daemon(POLICY);
    publish_people();
    uint32_t uid = image_find_login(fixture.image, "alice")->uid;
    image_find_sub(fixture.image, FIXTURE_SUB)->uid = uid + 1;
    kept_save(&fixture);
    start_again(true);
    ck_assert_uint_eq(image_find_login(fixture.image, "alice")->uid, uid);
    struct snap_user u;
    ck_assert_int_eq(snap_find_user(snap_writer_view(fixture.writer), "alice", &u), 0);
    ck_assert_uint_eq(u.uid, uid);
    end();
}
END_TEST

/* R-SNAP-07: one user who was asked for before the first sweep is not the directory. */
START_TEST(r_snap_07_a_part_does_not_replace_the_whole)
{
    struct snap_facts facts;
    struct image_person alice = person_of(&people[0]);
    open_daemon(POLICY);
    publish_people();
    start_again(false); /* nothing was kept */
    ck_assert_int_eq(image_put_user(fixture.image, &alice, NULL), 0);
    fixture.image->asked_s = FIXTURE_NOW;
    ck_assert_int_eq(publish(&fixture), ERR_UNAVAIL);
    ck_assert_int_eq(snap_verify(path_snap_dir, &facts), 0);
    ck_assert_uint_eq(facts.users, COUNT(people));
    fixture.image->confirmed_s = FIXTURE_NOW; /* the pool says it is everybody */
    ck_assert_int_eq(publish(&fixture), 0);
    ck_assert_int_eq(snap_verify(path_snap_dir, &facts), 0);
    ck_assert_uint_eq(facts.users, 1);
    end();
}
END_TEST

/* A daemon that ended before its first sweep leaves those who were asked for. */
START_TEST(a_part_is_no_directory_after_a_restart)
{
    struct snap_facts facts;
    struct image_person alice = person_of(&people[0]);
    open_daemon(POLICY);
    ck_assert_int_eq(image_put_user(fixture.image, &alice, NULL), 0);
    fixture.image->asked_s = FIXTURE_NOW;
    ck_assert_int_eq(publish(&fixture), 0);
    ck_assert_int_eq(snap_verify(path_snap_dir, &facts), 0);
    ck_assert(facts.users == 1 && !facts.is_whole);
    start_again(false);
    ck_assert_ptr_nonnull(boot_view(&fixture));
    ck_assert(!boot_is_better(&fixture));
    ck_assert_int_eq(publish(&fixture), 0);
    end();
}
END_TEST

/* R-PAM-17: nor is what another pool said, however whole: this pool's part takes its place. */
START_TEST(another_pools_snapshot_is_not_ours)
{
    struct snap_facts facts;
    struct image_person carol = person_of(&people[2]);
    open_daemon(POLICY);
    publish_people();
    ck_assert_ptr_nonnull(boot_view(&fixture));
    fixture.config->pool_id[0] ^= 1;
    ck_assert_ptr_null(boot_view(&fixture));
    start_again(false);
    ck_assert(!boot_is_better(&fixture));
    ck_assert_int_eq(image_put_user(fixture.image, &carol, NULL), 0);
    fixture.image->asked_s = FIXTURE_NOW;
    ck_assert_int_eq(publish(&fixture), 0);
    ck_assert_int_eq(snap_verify(path_snap_dir, &facts), 0);
    ck_assert(facts.users == 1 && !facts.is_whole);
    end();
}
END_TEST

/* What was kept as a whole is not held against what a later part does not know. */
START_TEST(a_part_takes_only_from_those_it_knows)
{
    struct person disabled = people[0];
    disabled.is_disabled = true;
    struct image_person alice = person_of(&disabled);
    open_daemon(POLICY);
    publish_people();
    kept_save(&fixture);
    snap_writer_close(&fixture.writer);
    image_free(&fixture.image);
    empty_dir(path_snap_dir);
    ck_assert_int_eq(image_new(fixture.config, &fixture.bindings, 0, &fixture.image), 0);
    ck_assert_int_eq(snap_writer_open(path_snap_dir, &fixture.writer), 0);
    ck_assert_int_eq(image_put_user(fixture.image, &alice, NULL), 0);
    fixture.image->asked_s = FIXTURE_NOW;
    ck_assert_int_eq(publish(&fixture), 0);
    start_again(false);
    ck_assert(!image_find_login(fixture.image, "alice")->is_enabled);
    ck_assert(image_find_login(fixture.image, "carol")->is_enabled);
    end();
}
END_TEST

SUITE("boot", after_a_reboot_everybody_is_back_as_old_as_they_were,
      r_snap_04_the_copy_is_a_snapshot_and_a_private_image,
      the_copy_gives_back_nothing_that_was_taken_since,
      r_id_04_the_bindings_decide_not_the_kept_image, r_snap_07_a_part_does_not_replace_the_whole,
      a_part_is_no_directory_after_a_restart, another_pools_snapshot_is_not_ours,
      a_part_takes_only_from_those_it_knows)
