/* SPDX-License-Identifier: Apache-2.0
 *
 * The snapshot as writer and reader see it: what is published is found, what is not is absent,
 * nothing that breaks a rule gets in.
 */
#include "suite.h"

#include "snap/map.h"
#include "snap/verify.h"
#include "snap_check.h"
#include "snap_folder.h"

#include <fcntl.h>
#include <string.h>

static void expect_published(const struct sample *s)
{
    struct map m;
    ck_assert_int_eq(map_open(dir, &m), 0);
    const char *bad = check_view(&m.view, &s->image);
    ck_assert_msg(bad == NULL, "%s", bad);
    map_close(&m);
    ck_assert_int_eq(snap_verify(dir, NULL), 0);
}

START_TEST(what_is_published_is_found_by_name_and_id)
{
    static const size_t sizes[][2] = { { 0, 0 }, { 1, 0 }, { 1, 1 }, { 7, 3 }, { 400, 25 } };
    for (size_t i = 0; i < COUNT(sizes); i++) {
        struct sample s;
        fresh_dir();
        sample_make(&s, sizes[i][0], sizes[i][1]);
        struct snap_writer *w = open_writer();
        ck_assert_int_eq(snap_verify(dir, NULL), ERR_ABSENT);
        struct snap_published p = publish(w, &s);
        ck_assert(p.base_written && p.users == sizes[i][0] && p.groups == sizes[i][1]);
        expect_published(&s);
        snap_writer_close(&w);
        ck_assert_ptr_null(w);
        sample_free(&s);
        remove_dir();
    }
}
END_TEST

START_TEST(header_says_when_and_what)
{
    struct sample s;
    fresh_dir();
    sample_make(&s, 3, 1);
    struct snap_writer *w = open_writer();
    struct snap_published first = publish(w, &s);
    s.image.confirmed_s++;
    s.image.lookup_ms = 77;
    struct snap_published p = publish(w, &s);
    struct snap_facts f;
    ck_assert_int_eq(snap_verify(dir, &f), 0);
    ck_assert(p.generation > first.generation && f.generation == p.generation);
    ck_assert(!p.base_written && p.changed == 0);
    ck_assert(f.confirmed_s == 1700000001 && f.lookup_ms == 77 && f.pool_hash == 7);
    ck_assert(f.is_whole && f.is_listed);
    s.image.is_whole = false;
    p = publish(w, &s);
    ck_assert(!p.base_written);
    ck_assert_int_eq(snap_verify(dir, &f), 0);
    ck_assert(!f.is_whole && f.is_listed);
    ck_assert(f.hash_ids.low == 1879048192 && f.attribute_ids.high == 59999);
    snap_writer_close(&w);
    sample_free(&s);
    remove_dir();
}
END_TEST

START_TEST(private_groups_are_made_from_users)
{
    struct sample s;
    struct snap_group g;
    fresh_dir();
    sample_make(&s, 4, 2);
    s.users[1].gid = SAMPLE_GID;      /* a pool group as the primary one */
    s.users[3].private_group = false; /* R-ID-08: his name is another group's */
    sample_publish(&s, dir);
    struct map m;
    ck_assert_int_eq(map_open(dir, &m), 0);
    ck_assert_int_eq(snap_find_group(&m.view, "u00000", &g), 0);
    ck_assert(g.gid == s.users[0].uid && g.member_count == 0 && strcmp(g.name, "u00000") == 0);
    ck_assert_int_eq(snap_find_gid(&m.view, s.users[2].uid, &g), 0);
    ck_assert_str_eq(g.name, "u00002");
    ck_assert_int_eq(snap_find_group(&m.view, "u00001", &g), ERR_ABSENT);
    ck_assert_int_eq(snap_find_gid(&m.view, s.users[1].uid, &g), ERR_ABSENT);
    ck_assert_int_eq(snap_find_group(&m.view, "u00003", &g), ERR_ABSENT);
    ck_assert_int_eq(snap_find_gid(&m.view, s.users[3].uid, &g), ERR_ABSENT);
    map_close(&m);
    sample_free(&s);
    remove_dir();
}
END_TEST

/* R-SNAP-01: one flip shows the new state whole, be it an overlay or a new base. */
START_TEST(r_snap_01_overlay_and_tombstones_show_the_new_state)
{
    struct sample s;
    fresh_dir();
    sample_make(&s, 600, 20);
    struct snap_writer *w = open_writer();
    publish(w, &s);
    sample_revise(&s, 5, 1);
    struct snap_published p = publish(w, &s);
    ck_assert(!p.base_written && p.changed == 1);
    expect_published(&s);
    s.image.user_count--; /* one is gone */
    p = publish(w, &s);
    ck_assert(!p.base_written && p.changed >= 2 && p.users == 599);
    expect_published(&s);
    uint32_t uid = s.users[8].uid; /* two swap their uids, both keep their names */
    s.users[8].uid = s.users[8].gid = s.users[9].uid;
    s.users[9].uid = s.users[9].gid = uid;
    publish(w, &s);
    expect_published(&s);
    s.users[10].uid = s.users[10].gid = SAMPLE_UID + 1; /* the old uid is nobody's */
    s.users[11].name = "renamed";                       /* the old name is nobody's */
    s.users[12].name = s.users[599].name;               /* the name of the one who is gone */
    s.groups[3].gid = SAMPLE_GID + 1000;
    s.groups[4].name = "other";
    s.image.group_count--;
    publish(w, &s);
    expect_published(&s);
    s.image.user_count = 100; /* too much for an overlay */
    p = publish(w, &s);
    ck_assert(p.base_written && p.changed == 0);
    expect_published(&s);
    snap_writer_close(&w);
    sample_free(&s);
    remove_dir();
}
END_TEST

static void mutate(struct sample *s, size_t all)
{
    size_t i = dice((uint32_t)all), j = dice((uint32_t)all);
    struct snap_image_user u = s->users[i];
    switch (dice(6)) {
    case 0:
        s->image.user_count = all - dice(dice(2) == 0 ? 5 : 300);
        break;
    case 1: /* exchange names */
        s->users[i].name = s->users[j].name;
        s->users[j].name = u.name;
        break;
    case 2: /* exchange ids */
        s->users[i].uid = s->users[i].gid = s->users[j].uid;
        s->users[j].uid = s->users[j].gid = u.uid;
        break;
    case 3:
        s->users[i].enabled = !u.enabled;
        break;
    case 4:
        s->users[i].pool_group_count = dice(SAMPLE_GROUPS);
        s->users[i].key_count = dice(2);
        break;
    default:
        s->groups[dice(20)].member_count = dice(10);
        s->users[i].local_gids = &s->users[j].gids[3];
        s->users[i].local_gid_count = dice(4);
    }
}

/* The same by chance, also through writers that start anew. */
START_TEST(r_snap_01_random_histories_end_in_the_published_state)
{
    struct sample s;
    fresh_dir();
    sample_make(&s, 700, 20);
    struct snap_writer *w = open_writer();
    unsigned bases = 0;
    for (unsigned r = 0; r < 150; r++) {
        for (uint32_t n = dice(8); n > 0; n--)
            mutate(&s, 700);
        struct snap_published p = publish(w, &s);
        ck_assert_msg(p.users_refused + p.groups_refused == 0, "%u and %u refused in revision %u",
                      p.users_refused, p.groups_refused, r);
        bases += p.base_written;
        expect_published(&s);
        if (dice(10) == 0) {
            snap_writer_close(&w);
            w = open_writer();
        }
    }
    ck_assert(bases > 1 && bases < 100);
    snap_writer_close(&w);
    sample_free(&s);
    remove_dir();
}
END_TEST

/* R-ID-03, R-ID-05, R-ID-11, R-ID-12: what breaks a rule is left out, one costs only itself. */
START_TEST(r_id_03_bad_users_do_not_exist)
{
#define BAD(field, value)                                                                          \
    ({                                                                                             \
        struct snap_image_user x = ok;                                                             \
        x.field = (value);                                                                         \
        x;                                                                                         \
    })
#define BAD2(list, strings, count)                                                                 \
    ({                                                                                             \
        struct snap_image_user x = ok;                                                             \
        x.list = strings;                                                                          \
        x.count = 1;                                                                               \
        x;                                                                                         \
    })
    static const struct snap_image_user ok = {
        .name = "bad", .gecos = "", .home = "/h", .shell = "/s", .uid = 5000, .gid = 5000
    };
    static const char long_text[5000] = { [0 ... 4998] = 'x' };
    static const char *const no_string[] = { NULL };
    static const uint32_t root_gid[] = { 0 };
    const struct snap_image_user bad[] = {
        BAD(name, NULL),
        BAD(name, ""),
        BAD(name, "Bad"),
        BAD(name, "1bad"),
        BAD(name, "bad."),
        BAD(name, "a:b"),
        BAD(name, "abcdefghijabcdefghijabcdefghijabc"),
        BAD(gecos, NULL),
        BAD(gecos, "a:b"),
        BAD(gecos, "a\nb"),
        BAD(gecos, "\x80"),
        BAD(gecos, long_text),
        BAD(home, NULL),
        BAD(home, "h"),
        BAD(home, "/h:h"),
        BAD(home, ""),
        BAD(shell, NULL),
        BAD(shell, "sh"),
        BAD(shell, "/s\n"),
        BAD(uid, 0),
        BAD(uid, 999),
        BAD(uid, 60001),
        BAD(uid, 65534),
        BAD(uid, 65535),
        BAD(uid, 524288),
        BAD(uid, 1879048191),
        BAD(uid, 2147352576),
        BAD(uid, 2147483647),
        BAD(uid, UINT32_MAX),
        BAD(gid, 0),
        BAD(gid, 27),
        BAD(gid, 65534),
        BAD(status, (enum snap_status)9),
        BAD2(pool_groups, no_string, pool_group_count),
        BAD2(keys, no_string, key_count),
        BAD2(gids, root_gid, gid_count),
        BAD2(local_gids, root_gid, local_gid_count),
        BAD(name, "u00000"),
        BAD(uid, SAMPLE_UID), /* another's */
    };
#undef BAD
#undef BAD2
    struct sample s;
    fresh_dir();
    sample_make(&s, 2, 1);
    struct snap_writer *w = open_writer();
    publish(w, &s);
    for (size_t i = 0; i < COUNT(bad) * 2; i++) {
        struct snap_image_user users[3] = { s.users[0], s.users[1], bad[i / 2] };
        struct snap_image image = s.image;
        image.users = users;
        image.user_count = 3;
        struct snap_published p;
        if (i % 2 == 1) { /* now and then with a new base */
            snap_writer_close(&w);
            sample_empty_dir(dir);
            w = open_writer();
        }
        ck_assert_int_eq(snap_publish(w, &image, &p), 0);
        ck_assert_msg(p.users == 2 && p.users_refused == 1, "row %zu", i / 2);
        expect_published(&s);
    }
    snap_writer_close(&w);
    sample_free(&s);
    remove_dir();
}
END_TEST

START_TEST(bad_groups_do_not_exist)
{
    static const char *const bad_member[] = { "Bad" }, *const no_member[] = { NULL };
    static const struct snap_image_group bad[] = {
        { .name = NULL, .gid = 5000 },
        { .name = "Upper", .gid = 5000 },
        { .name = "ok", .gid = 0 },
        { .name = "ok", .gid = 27 },
        { .name = "ok", .gid = 65534 },
        { .name = "g000", .gid = 5000 },
        { .name = "ok", .gid = SAMPLE_GID },
        { .name = "ok", .gid = 5000, .members = bad_member, .member_count = 1 },
        { .name = "ok", .gid = 5000, .members = no_member, .member_count = 1 },
    };
    struct sample s;
    fresh_dir();
    sample_make(&s, 2, 1);
    for (size_t i = 0; i < COUNT(bad); i++) {
        struct snap_image_group groups[2] = { s.groups[0], bad[i] };
        struct snap_image image = s.image;
        image.groups = groups;
        image.group_count = 2;
        struct snap_writer *w = open_writer();
        struct snap_published p;
        ck_assert_int_eq(snap_publish(w, &image, &p), 0);
        ck_assert_msg(p.groups == 1 && p.groups_refused == 1, "row %zu", i);
        snap_writer_close(&w);
        expect_published(&s);
    }
    sample_free(&s);
    remove_dir();
}
END_TEST

START_TEST(a_broken_snapshot_is_replaced_by_the_first_publish)
{
    struct sample s;
    char path[512];
    fresh_dir();
    sample_make(&s, 20, 2);
    sample_publish(&s, dir);
    snprintf(path, sizeof path, "%s/%s", dir, FORMAT_CURRENT);
    int fd = open(path, O_RDWR | O_CLOEXEC);
    ck_assert(fd >= 0 && pwrite(fd, "spoilt", 6, 40) == 6);
    close(fd);
    ck_assert_int_ne(snap_verify(dir, NULL), 0);
    struct snap_writer *w = open_writer();
    ck_assert(publish(w, &s).base_written);
    expect_published(&s);
    snap_writer_close(&w);
    w = open_writer(); /* a good one is taken over */
    ck_assert(!publish(w, &s).base_written);
    snap_writer_close(&w);
    sample_free(&s);
    remove_dir();
}
END_TEST

START_TEST(id_ranges_change_with_a_new_base)
{
    struct sample s;
    fresh_dir();
    sample_make(&s, 4, 1);
    struct snap_writer *w = open_writer();
    publish(w, &s);
    struct snap_published p;
    s.image.hash_ids.low = 0;
    ck_assert_int_eq(snap_publish(w, &s.image, &p), ERR_FORMAT);
    s.image.hash_ids.low = SAMPLE_UID + 1; /* the first user's uid is outside now */
    p = publish(w, &s);
    ck_assert(p.base_written && p.users == 3 && p.users_refused == 1);
    snap_writer_close(&w);
    sample_free(&s);
    remove_dir();
}
END_TEST

SUITE("snap", what_is_published_is_found_by_name_and_id, header_says_when_and_what,
      private_groups_are_made_from_users, r_snap_01_overlay_and_tombstones_show_the_new_state,
      r_snap_01_random_histories_end_in_the_published_state, r_id_03_bad_users_do_not_exist,
      bad_groups_do_not_exist, a_broken_snapshot_is_replaced_by_the_first_publish,
      id_ranges_change_with_a_new_base)
