/* SPDX-License-Identifier: Apache-2.0
 *
 * snap_amend(): what it refuses, and that one change leaves the rest of the overlay as it was. That
 * many of them are one whole publish, test_publish.c shows.
 */
#include "suite.h"

#include "snap_check.h"
#include "snap_sample.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define USERS  300
#define GROUPS 7

static char dir[256];
static struct sample all;
static struct snap_writer *writer;

static void open_all(void)
{
    char base[200];
    struct snap_published p;
    ck_assert_ptr_nonnull(getcwd(base, sizeof base - 20));
    snprintf(dir, sizeof dir, "%s/test-amend-XXXXXX", base);
    ck_assert_ptr_nonnull(mkdtemp(dir));
    ck_assert_int_eq(chmod(dir, 0755), 0);
    sample_make(&all, USERS, GROUPS);
    ck_assert_int_eq(snap_writer_open(dir, &writer), 0);
    ck_assert_int_eq(snap_publish(writer, &all.image, &p), 0);
}

static void close_all(void)
{
    snap_writer_close(&writer);
    sample_empty_dir(dir);
    ck_assert_int_eq(rmdir(dir), 0);
    sample_free(&all);
}

/* The sample's facts with these users alone. */
static struct snap_image only(const struct snap_image_user *users, size_t n)
{
    struct snap_image image = all.image;
    image.users = users;
    image.user_count = n;
    image.groups = NULL;
    image.group_count = 0;
    return image;
}

static int amend(const struct snap_image_user *users, size_t n, const struct snap_gone *gone,
                 size_t gone_count, struct snap_published *p)
{
    const struct snap_image image = only(users, n);
    return snap_amend(writer, &image, gone, gone_count, p);
}

static void is_sample(void)
{
    const char *bad = check_view(snap_writer_view(writer), &all.image);
    ck_assert_msg(bad == NULL, "%s", bad);
    ck_assert_int_eq(snap_verify(dir, NULL), 0);
}

START_TEST(records_of_the_overlay_are_carried_over)
{
    struct snap_published p;
    open_all();
    for (unsigned i = 0; i < 20; i++) {
        sample_revise(&all, i, i);
        ck_assert_int_eq(amend(&all.users[i], 1, NULL, 0, &p), 0);
        ck_assert_uint_eq(p.changed, i + 1);
        ck_assert(!p.base_written);
        is_sample();
    }
    ck_assert_int_eq(amend(&all.users[0], 20, NULL, 0, &p), 0);
    ck_assert_uint_eq(p.changed, 20); /* none of them is new */
    ck_assert_int_eq(amend(&all.users[100], 20, NULL, 0, &p), 0);
    ck_assert_uint_eq(p.changed, 20); /* nor are these, which are as in the base */
    is_sample();
    close_all();
}
END_TEST

/* The last of the sample leaves its groups too, and comes back. */
START_TEST(who_goes_is_gone_and_may_come_back)
{
    struct sample without;
    struct snap_published p;
    open_all();
    sample_make(&without, USERS - 1, GROUPS);
    const struct snap_image_user *last = &all.users[USERS - 1];
    const struct snap_gone gone = { last->name, last->uid };
    for (int round = 0; round < 3; round++) {
        ck_assert_int_eq(amend(NULL, 0, &gone, 1, &p), 0);
        ck_assert_uint_eq(p.users, USERS - 1);
        const char *bad = check_view(snap_writer_view(writer), &without.image);
        ck_assert_msg(bad == NULL, "%s", bad);
        ck_assert_int_eq(amend(NULL, 0, &gone, 1, &p), 0); /* twice is once */
        ck_assert_uint_eq(p.users, USERS - 1);
        ck_assert_int_eq(amend(last, 1, NULL, 0, &p), 0);
        ck_assert_uint_eq(p.users, USERS);
        is_sample();
    }
    sample_free(&without);
    close_all();
}
END_TEST

static const uint32_t nobodys_gid[] = { SAMPLE_GID + GROUPS };
static const uint32_t private_gid[] = { SAMPLE_UID + 3 };

/* What becomes of a copy of user 5. */
static const struct {
    const char *what, *name, *gecos;
    uint32_t uid;
    const uint32_t *gid;
} refused[] = {
    { "a name goes to another uid", NULL, NULL, SAMPLE_UID + 1, NULL },
    { "a uid goes to another name", "newcomer", NULL, 0, NULL },
    { "a name of one, a uid of another", "u00006", NULL, 0, NULL },
    { "a text that is none", NULL, "a:b", 0, NULL },
    { "a gid without a group", NULL, NULL, 0, nobodys_gid },
    { "a gid that is somebody's own", NULL, NULL, 0, private_gid },
};

START_TEST(what_takes_more_is_refused_and_nothing_changes)
{
    struct snap_published p;
    open_all();
    for (size_t i = 0; i < COUNT(refused); i++) {
        struct snap_image_user u = all.users[5];
        if (refused[i].name != NULL)
            u.name = refused[i].name;
        if (refused[i].gecos != NULL)
            u.gecos = refused[i].gecos;
        if (refused[i].uid != 0)
            u.uid = refused[i].uid;
        if (refused[i].gid != NULL) {
            u.gids = refused[i].gid;
            u.gid_count = 1;
        }
        ck_assert_msg(amend(&u, 1, NULL, 0, &p) == ERR_LIMIT, "%s", refused[i].what);
        is_sample();
    }
    const struct snap_gone other = { all.users[5].name, all.users[6].uid };
    ck_assert_int_eq(amend(NULL, 0, &other, 1, &p), ERR_LIMIT);
    struct snap_image_user twins[2] = { all.users[5], all.users[5] };
    ck_assert_int_eq(amend(twins, 2, NULL, 0, &p), ERR_LIMIT);
    is_sample();
    close_all();
}
END_TEST

/* Above that, a new base is due. */
START_TEST(an_overlay_does_not_grow_without_end)
{
    struct snap_published p;
    int err = 0;
    unsigned i = 0;
    open_all();
    for (; i < USERS && err == 0; i++) {
        sample_revise(&all, i, 1);
        err = amend(&all.users[i], 1, NULL, 0, &p);
    }
    ck_assert_int_eq(err, ERR_LIMIT);
    ck_assert_uint_gt(i, 256);
    ck_assert_int_eq(snap_publish(writer, &all.image, &p), 0);
    ck_assert(p.base_written);
    is_sample();
    close_all();
}
END_TEST

START_TEST(without_a_snapshot_there_is_nothing_to_amend)
{
    struct snap_published p;
    open_all();
    snap_writer_close(&writer);
    sample_empty_dir(dir);
    ck_assert_int_eq(snap_writer_open(dir, &writer), 0);
    ck_assert_int_eq(amend(&all.users[0], 1, NULL, 0, &p), ERR_LIMIT);
    close_all();
}
END_TEST

START_TEST(other_id_ranges_take_a_whole_publish)
{
    struct snap_published p;
    open_all();
    struct snap_image image = only(&all.users[0], 1);
    image.attribute_ids.high--;
    ck_assert_int_eq(snap_amend(writer, &image, NULL, 0, &p), ERR_LIMIT);
    is_sample();
    close_all();
}
END_TEST

SUITE("snap_amend", records_of_the_overlay_are_carried_over, who_goes_is_gone_and_may_come_back,
      what_takes_more_is_refused_and_nothing_changes, an_overlay_does_not_grow_without_end,
      without_a_snapshot_there_is_nothing_to_amend, other_id_ranges_take_a_whole_publish)
