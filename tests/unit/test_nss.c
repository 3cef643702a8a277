/* SPDX-License-Identifier: Apache-2.0
 *
 * The entry points, linked into the test: what they answer, in buffers of every length.
 */
#include "suite.h"

#include "base/paths.h"
#include "entry.h"
#include "fill.h"
#include "nss_fixture.h"
#include "snap/map.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void expect_group(const struct group *gr, const struct snap_image_group *g)
{
    ck_assert_str_eq(gr->gr_name, g->name);
    ck_assert_str_eq(gr->gr_passwd, "x");
    ck_assert(gr->gr_gid == g->gid);
    for (size_t i = 0; i < g->member_count; i++)
        ck_assert_str_eq(gr->gr_mem[i], g->members[i]);
    ck_assert_ptr_null(gr->gr_mem[g->member_count]);
}

START_TEST(users_and_groups_are_filled_in)
{
    static char buffer[4096];
    union filled f;
    int err;
    fixture_begin(20, 4);
    sample_publish(&sample, path_snap_dir);
    for (uint32_t i = 0; i < 20; i++) {
        struct call by_name = { PASSWD_NAME, sample.users[i].name, 0 };
        struct call by_id = { PASSWD_ID, NULL, sample.users[i].uid };
        ck_assert_int_eq(fixture_call(&by_name, &f, buffer, sizeof buffer, &err),
                         NSS_STATUS_SUCCESS);
        fixture_expect_user(&f.pw, &sample.users[i]);
        ck_assert_int_eq(fixture_call(&by_id, &f, buffer, sizeof buffer, &err), NSS_STATUS_SUCCESS);
        fixture_expect_user(&f.pw, &sample.users[i]);
    }
    for (uint32_t i = 0; i < 4; i++) {
        struct call by_name = { GROUP_NAME, sample.groups[i].name, 0 };
        struct call by_id = { GROUP_ID, NULL, sample.groups[i].gid };
        ck_assert_int_eq(fixture_call(&by_name, &f, buffer, sizeof buffer, &err),
                         NSS_STATUS_SUCCESS);
        expect_group(&f.gr, &sample.groups[i]);
        ck_assert_int_eq(fixture_call(&by_id, &f, buffer, sizeof buffer, &err), NSS_STATUS_SUCCESS);
        expect_group(&f.gr, &sample.groups[i]);
    }
    struct call private_group = { GROUP_ID, NULL, sample.users[3].gid };
    ck_assert_int_eq(fixture_call(&private_group, &f, buffer, sizeof buffer, &err),
                     NSS_STATUS_SUCCESS);
    ck_assert_str_eq(f.gr.gr_name, "u00003");
    ck_assert_ptr_null(f.gr.gr_mem[0]);
    fixture_end();
}
END_TEST

/* What a call needs from a buffer that begins `shift` bytes behind a multiple of 16. */
static size_t need_of(const struct call *c, size_t shift)
{
    if (c->what == PASSWD_NAME || c->what == PASSWD_ID || c->what == PASSWD_NEXT) {
        const struct snap_image_user *u = &sample.users[3];
        return strlen(u->name) + strlen(u->gecos) + strlen(u->home) + strlen(u->shell) + 6;
    }
    const struct snap_image_group *g = &sample.groups[1];
    size_t n = (16 - shift) % sizeof(char *) + sizeof(char *);
    if (c->what == GROUP_ID && c->id == sample.users[3].gid)
        return n + strlen(sample.users[3].name) + 3;
    for (size_t i = 0; i < g->member_count; i++)
        n += sizeof(char *) + strlen(g->members[i]) + 1;
    return n + strlen(g->name) + 3;
}

/* The walk stands before the entry of this name: of a listing that begins anew. */
static void rewind_to(const struct call *c)
{
    static char buffer[65536];
    const char *name = "";
    union filled f;
    int err;
    size_t place = 0;
    bool is_user = c->what == PASSWD_NEXT;
    if (c->what != PASSWD_NEXT && c->what != GROUP_NEXT)
        return;
    for (int pass = 0; pass < 2; pass++) { /* where is it, then up to there */
        ck_assert_int_eq(is_user ? _nss_cognito_setpwent(0) : _nss_cognito_setgrent(0),
                         NSS_STATUS_SUCCESS);
        for (size_t i = 0; pass == 0 ? strcmp(name, c->name) != 0 : i < place; i++) {
            ck_assert_int_eq(fixture_call(c, &f, buffer, sizeof buffer, &err), NSS_STATUS_SUCCESS);
            name = is_user ? f.pw.pw_name : f.gr.gr_name;
            place = pass == 0 ? i : place;
        }
    }
}

/* Of a listing: what does not fit is the next entry again. */
static void sweep(const struct call *c, size_t shift)
{
    size_t need = need_of(c, shift);
    rewind_to(c);
    for (size_t n = 0; n <= need + 64; n++) {
        char *block = malloc(shift + n + 8); /* 8: seen not to be touched without sanitizers, too */
        ck_assert_ptr_nonnull(block);
        memset(block, '#', shift + n + 8);
        union filled f;
        int err;
        enum nss_status status = fixture_call(c, &f, block + shift, n, &err);
        if (n < need)
            ck_assert_msg(status == NSS_STATUS_TRYAGAIN && err == ERANGE,
                          "call %d, shift %zu, %zu of %zu bytes: %d, %d", (int)c->what, shift, n,
                          need, (int)status, err);
        else
            ck_assert_msg(status == NSS_STATUS_SUCCESS, "call %d, shift %zu, %zu bytes",
                          (int)c->what, shift, n);
        ck_assert_mem_eq(block + shift + n, "########", 8);
        free(block);
        if (n >= need)
            rewind_to(c);
        block = malloc(shift + n); /* exactly: for the sanitizers */
        (void)fixture_call(c, &f, block != NULL ? block + shift : block, n, &err);
        free(block);
        if (n >= need)
            rewind_to(c);
    }
}

/* R-NSS-07: every length from 0 to need + 64, in blocks of their exact size. */
START_TEST(r_nss_07_every_buffer_length)
{
    fixture_begin(20, 4);
    sample_publish(&sample, path_snap_dir);
    const struct call calls[] = {
        { PASSWD_NAME, sample.users[3].name, 0 }, { PASSWD_ID, NULL, sample.users[3].uid },
        { GROUP_NAME, sample.groups[1].name, 0 }, { GROUP_ID, NULL, sample.groups[1].gid },
        { GROUP_ID, NULL, sample.users[3].gid },  { PASSWD_NEXT, sample.users[3].name, 0 },
        { GROUP_NEXT, sample.groups[1].name, 0 },
    };
    for (size_t i = 0; i < COUNT(calls); i++)
        for (size_t shift = 0; shift < 16; shift += i < 2 || i > 4 ? 15 : 1)
            sweep(&calls[i], shift);
    (void)_nss_cognito_endpwent();
    (void)_nss_cognito_endgrent();
    fixture_end();
}
END_TEST

START_TEST(r_id_05_other_keys_are_not_found)
{
    static const char *const names[] = { "",        "root",  "nosuch", "U00001",   "u00001.",
                                         "u00001 ", "u0000", "1",      "\xc3\xa4", "a:b" };
    static const uint32_t ids[] = { 0, 1, 999, 1000, 60001, 65534, 524288, 2147352576, UINT32_MAX };
    char long_name[70000];
    int err;
    fixture_begin(5, 2);
    sample_publish(&sample, path_snap_dir);
    memset(long_name, 'a', sizeof long_name);
    long_name[sizeof long_name - 1] = '\0';
    for (size_t i = 0; i < COUNT(names); i++) {
        ck_assert_int_eq(fixture_status(PASSWD_NAME, names[i], 0, &err), NSS_STATUS_NOTFOUND);
        ck_assert_int_eq(fixture_status(GROUP_NAME, names[i], 0, &err), NSS_STATUS_NOTFOUND);
    }
    ck_assert_int_eq(fixture_status(PASSWD_NAME, long_name, 0, &err), NSS_STATUS_NOTFOUND);
    for (size_t i = 0; i < COUNT(ids); i++) {
        ck_assert_int_eq(fixture_status(PASSWD_ID, NULL, ids[i], &err), NSS_STATUS_NOTFOUND);
        ck_assert_int_eq(fixture_status(GROUP_ID, NULL, ids[i], &err), NSS_STATUS_NOTFOUND);
    }
    fixture_end();
}
END_TEST

static void nothing_is_known_of(const char *user, const char *group)
{
    int err;
    ck_assert_int_eq(fixture_status(PASSWD_NAME, user, 0, &err), NSS_STATUS_UNAVAIL);
    ck_assert_int_eq(err, ENOENT);
    ck_assert_int_eq(fixture_status(PASSWD_ID, NULL, 5000, &err), NSS_STATUS_UNAVAIL);
    ck_assert_int_eq(fixture_status(GROUP_NAME, group, 0, &err), NSS_STATUS_UNAVAIL);
    ck_assert_int_eq(fixture_status(GROUP_ID, NULL, 5000, &err), NSS_STATUS_UNAVAIL);
    long start = 0, size = 0;
    gid_t *groups = NULL;
    err = NO_ERRNO;
    ck_assert_int_eq(_nss_cognito_initgroups_dyn(user, 5000, &start, &size, &groups, 0, &err),
                     NSS_STATUS_UNAVAIL);
    ck_assert(err == ENOENT && start == 0);
}

START_TEST(r_nss_09_without_a_snapshot_nothing_is_known)
{
    fixture_begin(1, 1);
    for (int i = 0; i < 2; i++)
        nothing_is_known_of("u00000", "g000");
    fixture_end();
}
END_TEST

START_TEST(r_nss_09_a_part_of_the_directory_knows_only_its_own)
{
    int err;
    fixture_begin(1, 1);
    sample.image.is_whole = false;
    sample_publish(&sample, path_snap_dir);
    nothing_is_known_of("other", "others");
    ck_assert_int_eq(fixture_status(PASSWD_NAME, "u00000", 0, &err), NSS_STATUS_SUCCESS);
    ck_assert_int_eq(fixture_status(GROUP_NAME, "g000", 0, &err), NSS_STATUS_SUCCESS);
    fixture_end();
}
END_TEST

struct groups_row {
    const char *label, *user;
    gid_t group;
    long start, size, limit;
    enum nss_status status;
    long count; /* entries afterwards */
};

static void expect_groups(const struct groups_row *row)
{
    long start = row->start, size = row->size;
    gid_t *groups = calloc((size_t)size, sizeof *groups); /* exactly: for the sanitizers */
    int err = NO_ERRNO;
    for (long i = 0; i < start; i++)
        groups[i] = (gid_t)(77 + i);
    errno = NO_ERRNO;
    enum nss_status status = _nss_cognito_initgroups_dyn(row->user, row->group, &start, &size,
                                                         &groups, row->limit, &err);
    ck_assert_msg(status == row->status, "%s: status %d", row->label, (int)status);
    ck_assert_msg(start == row->count, "%s: %ld entries", row->label, start);
    ck_assert(errno == NO_ERRNO && err == NO_ERRNO && start <= size);
    ck_assert(row->limit <= 0 || size <= (row->size > row->limit ? row->size : row->limit));
    for (long i = 0; i < row->start; i++)
        ck_assert_int_eq((int)groups[i], (int)(77 + i));
    for (long i = row->start; i < start; i++)
        ck_assert_msg(groups[i] != row->group, "%s: its own group", row->label);
    free(groups);
}

/* R-ID-19: users[1] has ten pool groups and the local gids 27 and 4; users[2] has the name of a
 * local user; users[3]'s primary group is a pool group that is in his list, too. */
START_TEST(r_id_19_groups_only_for_the_record_of_the_gid)
{
    static const uint32_t local_gids[] = { 27, 4 };
    fixture_begin(5, 20);
    sample.users[1].local_gids = sample.users[2].local_gids = local_gids;
    sample.users[1].local_gid_count = sample.users[2].local_gid_count = 2;
    sample.users[2].name = "local";
    sample.users[3].gid = sample.users[3].gids[4];
    sample_publish(&sample, path_snap_dir);
    const uint32_t gid1 = sample.users[1].gid, gid2 = sample.users[2].gid;
    const struct groups_row rows[] = {
        { "plain", "u00000", sample.users[0].gid, 0, 32, 0, NSS_STATUS_SUCCESS, 10 },
        { "behind others", "u00000", sample.users[0].gid, 3, 3, 0, NSS_STATUS_SUCCESS, 13 },
        { "grows from nothing", "u00000", sample.users[0].gid, 0, 0, -1, NSS_STATUS_SUCCESS, 10 },
        { "limit in between", "u00000", sample.users[0].gid, 1, 1, 5, NSS_STATUS_SUCCESS, 5 },
        { "limit reached before", "u00000", sample.users[0].gid, 5, 5, 5, NSS_STATUS_SUCCESS, 5 },
        { "local groups", "u00001", gid1, 0, 4, 0, NSS_STATUS_SUCCESS, 12 },
        { "local groups to a limit", "u00001", gid1, 0, 4, 11, NSS_STATUS_SUCCESS, 11 },
        { "local name, record's gid", "local", gid2, 0, 4, 0, NSS_STATUS_SUCCESS, 10 },
        { "local name, local gid", "local", 1000, 0, 4, 0, NSS_STATUS_NOTFOUND, 0 },
        { "another's gid", "u00001", gid2, 1, 4, 0, NSS_STATUS_NOTFOUND, 1 },
        { "gid 0", "u00001", 0, 0, 4, 0, NSS_STATUS_NOTFOUND, 0 },
        { "own group twice", "u00003", sample.users[3].gid, 0, 4, 0, NSS_STATUS_SUCCESS, 9 },
        { "unknown", "nosuch", 1000, 0, 4, 0, NSS_STATUS_NOTFOUND, 0 },
        { "root", "root", 0, 0, 4, 0, NSS_STATUS_NOTFOUND, 0 },
    };
    for (size_t i = 0; i < COUNT(rows); i++)
        expect_groups(&rows[i]);
    ck_assert_int_eq(unlink(path_passwd), 0); /* nothing proves that the name is not local */
    struct groups_row unproved = rows[5];
    unproved.count = 10;
    expect_groups(&unproved);
    fixture_end();
}
END_TEST

/* As a writer that is not ours would have it; every mapping shows it. */
static void overwrite(const struct snap_user *u, const uint32_t *at, uint32_t value)
{
    char name[FORMAT_BASE_BYTES], path[1024];
    struct format_header h;
    memcpy(&h, u->file->bytes, sizeof h);
    map_base_name(h.generation, name);
    snprintf(path, sizeof path, "%s/%s", path_snap_dir, name);
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(pwrite(fd, &value, sizeof value, (const uint8_t *)at - u->file->bytes),
                     sizeof value);
    close(fd);
}

/* R-ID-05, R-ID-03: no gid of the system comes out of a list, whatever it says. */
START_TEST(r_id_05_groups_are_judged_on_every_read)
{
    static const uint32_t local_gids[] = { 27, 4 };
    struct snap_pin pin;
    struct snap_user u;
    fixture_begin(2, 5);
    sample.users[1].local_gids = local_gids;
    sample.users[1].local_gid_count = 2;
    sample_publish(&sample, path_snap_dir);
    struct groups_row row = { "as published",     "u00001", sample.users[1].gid, 0, 16, 0,
                              NSS_STATUS_SUCCESS, 7 };
    expect_groups(&row);
    ck_assert_int_eq(snap_pin(&pin), 0);
    ck_assert_int_eq(snap_find_user(pin.view, "u00001", &u), 0);
    overwrite(&u, &u.gids[0], 27);
    overwrite(&u, &u.local_gids[0], 0);
    snap_unpin(&pin);
    row.label = "a system's gid, and root's";
    row.count = 5;
    expect_groups(&row);
    fixture_end();
}
END_TEST

/* R-NSS-07: however much room there is, and wherever the limit lies. */
START_TEST(r_nss_07_every_size_and_limit_of_initgroups)
{
    fixture_begin(5, 20);
    sample_publish(&sample, path_snap_dir);
    for (long start = 0; start < 4; start++)
        for (long size = start; size < start + 14; size++)
            for (long limit = -1; limit < start + 14; limit++) {
                long room = limit <= 0 ? 10 : limit < start ? 0 : limit - start;
                expect_groups(&(struct groups_row){ "limits", "u00000", sample.users[0].gid, start,
                                                    size, limit, NSS_STATUS_SUCCESS,
                                                    start + (room < 10 ? room : 10) });
            }
    fixture_end();
}
END_TEST

/* R-SNAP-02: the file may change under the look-up that judged it. */
START_TEST(r_snap_02_a_group_that_loses_its_nul_stays_in_the_buffer)
{
    static const char text[] = "devs?x";
    const struct snap_group group = { .name = text, .text = text, .text_bytes = sizeof text };
    char buffer[64];
    struct group gr;
    ck_assert_int_eq(fill_group(&group, buffer, sizeof buffer, &gr), 0);
    ck_assert_ptr_eq(gr.gr_passwd, gr.gr_name + sizeof text - 1);
    ck_assert_str_eq(gr.gr_passwd, "");
}
END_TEST

SUITE("nss", users_and_groups_are_filled_in, r_nss_07_every_buffer_length,
      r_id_05_other_keys_are_not_found, r_nss_09_without_a_snapshot_nothing_is_known,
      r_nss_09_a_part_of_the_directory_knows_only_its_own,
      r_id_19_groups_only_for_the_record_of_the_gid, r_id_05_groups_are_judged_on_every_read,
      r_nss_07_every_size_and_limit_of_initgroups,
      r_snap_02_a_group_that_loses_its_nul_stays_in_the_buffer)
