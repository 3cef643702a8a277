/* SPDX-License-Identifier: Apache-2.0
 *
 * The snapshot as writer and reader see it: what is published is found, what is not is absent,
 * nothing that breaks a rule gets in or out, whatever the bytes.
 */
#include "suite.h"

#include "snap/map.h"
#include "snap/verify.h"
#include "snap_check.h"
#include "snap_sample.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static char dir[256];

static const char *fresh_dir(void)
{
    snprintf(dir, sizeof dir, "%s", "test-snap-XXXXXX");
    char base[200];
    ck_assert_ptr_nonnull(getcwd(base, sizeof base - 20));
    snprintf(dir, sizeof dir, "%s/test-snap-XXXXXX", base);
    ck_assert_ptr_nonnull(mkdtemp(dir));
    ck_assert_int_eq(chmod(dir, 0755), 0);
    return dir;
}

static void remove_dir(void)
{
    sample_empty_dir(dir);
    ck_assert_int_eq(rmdir(dir), 0);
}

static struct snap_writer *open_writer(void)
{
    struct snap_writer *w = NULL;
    ck_assert_int_eq(snap_writer_open(dir, &w), 0);
    return w;
}

static struct snap_published publish(struct snap_writer *w, const struct sample *s)
{
    struct snap_published p;
    ck_assert_int_eq(snap_publish(w, &s->image, &p), 0);
    return p;
}

static struct map open_map(void)
{
    struct map m;
    ck_assert_int_eq(map_open(dir, &m), 0);
    return m;
}

static void expect_published(const struct sample *s)
{
    struct map m = open_map();
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
    struct map m = open_map();
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

static uint32_t dice(uint32_t below)
{
    static uint64_t state = 20260101;
    state = state * 6364136223846793005ull + 1442695040888963407ull;
    return (uint32_t)(state >> 33) % below;
}

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

/* A copy of the published pair in memory, to be spoilt. */
struct copy {
    uint64_t *current, *base;
    size_t current_bytes, base_bytes;
};

static uint64_t *read_all(const char *name, size_t *ret_bytes)
{
    char path[512];
    struct stat st;
    snprintf(path, sizeof path, "%s/%s", dir, name);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ck_assert(fd >= 0 && fstat(fd, &st) == 0);
    uint64_t *p = malloc((size_t)st.st_size);
    ck_assert_ptr_nonnull(p);
    ck_assert_int_eq(read(fd, p, (size_t)st.st_size), st.st_size);
    close(fd);
    *ret_bytes = (size_t)st.st_size;
    return p;
}

static struct copy take_copy(void)
{
    struct copy c;
    char name[FORMAT_BASE_BYTES];
    c.current = read_all(FORMAT_CURRENT, &c.current_bytes);
    struct format_header h;
    memcpy(&h, c.current, sizeof h);
    map_base_name(h.base_generation, name);
    c.base = read_all(name, &c.base_bytes);
    return c;
}

static void free_copy(struct copy *c)
{
    free(c->current);
    free(c->base);
}

static void make_copy(struct copy *ret)
{
    struct sample s;
    fresh_dir();
    sample_make(&s, 30, 5);
    struct snap_writer *w = open_writer();
    publish(w, &s);
    sample_revise(&s, 1, 1);
    s.image.user_count--;
    publish(w, &s);
    snap_writer_close(&w);
    sample_free(&s);
    *ret = take_copy();
    remove_dir();
}

static struct format_user *user_record(uint64_t *file, const char *name)
{
    struct format_header *h = (struct format_header *)file;
    for (uint32_t at = h->users_at; at < h->users_end;) {
        struct format_user *u = (void *)((char *)file + at);
        if (strcmp((char *)(u + 1), name) == 0)
            return u;
        at += u->bytes;
    }
    ck_abort_msg("no record");
    return NULL;
}

/* R-ID-05, R-ID-11: also on every read. The record in the file says what the writer never would. */
START_TEST(r_id_05_bad_records_are_absent_when_read)
{
    struct copy c;
    make_copy(&c);
    struct format_user *u = user_record(c.base, "u00007"), good = *u;
    char *text = (char *)(u + 1);
    static const uint32_t bad_ids[] = { 0, 27, 999, 60001, 65534, 1000000, 2147352576, 2147483647 };
    struct snap_view v;
    struct snap_user found;
    ck_assert_int_eq(snap_view_over(c.current, c.current_bytes, c.base, c.base_bytes, &v), 0);
    ck_assert_int_eq(snap_find_user(&v, "u00007", &found), 0);
    for (size_t i = 0; i < COUNT(bad_ids) * 2; i++) {
        u->uid = i % 2 == 0 ? bad_ids[i / 2] : good.uid;
        u->gid = bad_ids[i / 2];
        ck_assert_int_eq(snap_find_user(&v, "u00007", &found), ERR_ABSENT);
        *u = good;
    }
    text[1] = 'U'; /* not its name any more, and no name at all */
    ck_assert_int_eq(snap_find_user(&v, "u00007", &found), ERR_ABSENT);
    ck_assert_int_eq(snap_find_uid(&v, good.uid, &found), ERR_ABSENT);
    text[1] = '0';
    text[u->home_at] = 'h'; /* R-ID-03 */
    ck_assert_int_eq(snap_find_user(&v, "u00007", &found), ERR_ABSENT);
    text[u->home_at] = '/';
    u->kind = FORMAT_GROUP;
    ck_assert_int_eq(snap_find_user(&v, "u00007", &found), ERR_ABSENT);
    *u = good;
    ck_assert_int_eq(snap_find_user(&v, "u00007", &found), 0);
    free_copy(&c);
}
END_TEST

START_TEST(headers_that_do_not_fit_are_refused)
{
    struct copy c;
    make_copy(&c);
    struct format_header *h = (struct format_header *)c.current;
    const struct format_header good = *h;
    const struct format_header bad[] = {
#define BAD(field, value)                                                                          \
    ({                                                                                             \
        struct format_header x = good;                                                             \
        x.field = (value);                                                                         \
        x;                                                                                         \
    })
        BAD(magic, good.magic + 1),
        BAD(version, 2),
        BAD(kind, FORMAT_IS_BASE),
        BAD(kind, 0),
        BAD(file_bytes, good.file_bytes - 8),
        BAD(base_generation, 1),
        BAD(base_checksum, 1),
        BAD(seed, 1),
        BAD(hash_low, 0),
        BAD(hash_low, 999),
        BAD(hash_high, 2147483647),
        BAD(attribute_low, 0),
        BAD(attribute_high, UINT32_MAX),
        BAD(user_names.mask, 6),
        BAD(user_names.mask, UINT32_MAX),
        BAD(user_ids.at, good.user_ids.at + 4),
        BAD(group_names.at, UINT32_MAX - 7),
        BAD(group_ids.at, 0),
        BAD(users_at, good.users_end + 8),
        BAD(users_end, good.file_bytes + 8),
        BAD(groups_at, 8),
        BAD(groups_end, UINT32_MAX),
#undef BAD
    };
    struct snap_view v;
    for (size_t i = 0; i < COUNT(bad); i++) {
        *h = bad[i];
        ck_assert_msg(snap_view_over(c.current, c.current_bytes, c.base, c.base_bytes, &v) ==
                          ERR_FORMAT,
                      "row %zu", i);
    }
    *h = good;
    ((char *)c.current)[c.current_bytes - 1] = 'x'; /* the strings have no end */
    ck_assert_int_eq(snap_view_over(c.current, c.current_bytes, c.base, c.base_bytes, &v),
                     ERR_FORMAT);
    free_copy(&c);
}
END_TEST

static void try_bytes(const void *current, size_t current_bytes, const void *base,
                      size_t base_bytes)
{
    struct snap_view v;
    if (snap_view_over(current, current_bytes, base, base_bytes, &v) == 0)
        (void)check_exercise(&v);
}

/* R-SNAP-02: any bytes as a snapshot, in blocks of their exact size for the sanitizers. */
START_TEST(r_snap_02_any_bytes_do_no_harm)
{
    struct copy c;
    make_copy(&c);
    for (size_t n = 0; n < c.current_bytes; n += n < 300 ? 1 : 8) {
        uint64_t *cut = malloc(n + 1);
        memcpy(cut, c.current, n);
        if (n >= sizeof(struct format_header)) /* pretends to be whole */
            ((struct format_header *)cut)->file_bytes = (uint32_t)n;
        try_bytes(cut, n, c.base, c.base_bytes);
        free(cut);
    }
    for (unsigned i = 0; i < 3000; i++) {
        uint8_t *file = (uint8_t *)(i % 2 == 0 ? c.current : c.base);
        size_t n = i % 2 == 0 ? c.current_bytes : c.base_bytes;
        size_t at[4], count = 1 + dice(4);
        uint8_t was[4];
        for (size_t k = 0; k < count; k++) {
            at[k] = dice((uint32_t)(dice(3) == 0 ? sizeof(struct format_header) : n));
            was[k] = file[at[k]];
            file[at[k]] = (uint8_t)(dice(2) == 0 ? dice(256) : was[k] ^ 1u << dice(8));
        }
        try_bytes(c.current, c.current_bytes, c.base, c.base_bytes);
        for (size_t k = count; k-- > 0;)
            file[at[k]] = was[k];
    }
    free_copy(&c);
}
END_TEST

/* R-SNAP-02: a table without an end, one chain of all entries. */
START_TEST(r_snap_02_full_indexes_do_not_hang)
{
    struct copy c;
    make_copy(&c);
    struct format_header *h = (struct format_header *)c.base;
    struct format_entry *e = (void *)((char *)c.base + h->user_names.at);
    for (uint32_t i = 0; i <= h->user_names.mask; i++)
        e[i] = (struct format_entry){ e[i].tag, h->users_at };
    try_bytes(c.current, c.current_bytes, c.base, c.base_bytes);
    free_copy(&c);
}
END_TEST

START_TEST(verify_finds_every_flipped_byte)
{
    struct sample s;
    fresh_dir();
    sample_make(&s, 5, 2);
    sample_publish(&s, dir);
    char path[512];
    snprintf(path, sizeof path, "%s/%s", dir, FORMAT_CURRENT);
    int fd = open(path, O_RDWR | O_CLOEXEC);
    ck_assert_int_ge(fd, 0);
    off_t size = lseek(fd, 0, SEEK_END);
    for (off_t at = 0; at < size; at++) {
        uint8_t was, now;
        ck_assert_int_eq(pread(fd, &was, 1, at), 1);
        now = was ^ 0x10;
        ck_assert_int_eq(pwrite(fd, &now, 1, at), 1);
        int err = snap_verify(dir, NULL);
        bool is_outside = at >= 8 && at < 16; /* the superseded word, and what fills it up */
        ck_assert_msg((err == 0) == is_outside, "byte %d", (int)at);
        ck_assert_int_eq(pwrite(fd, &was, 1, at), 1);
    }
    close(fd);
    ck_assert_int_eq(snap_verify(dir, NULL), 0);
    sample_free(&s);
    remove_dir();
}
END_TEST

/* R-ID-17: whose file, and who may write it. */
START_TEST(r_id_17_files_that_others_may_write_are_refused)
{
    struct sample s;
    struct map m;
    char path[512], other[520];
    fresh_dir();
    sample_make(&s, 2, 1);
    sample_publish(&s, dir);
    snprintf(path, sizeof path, "%s/%s", dir, FORMAT_CURRENT);
    snprintf(other, sizeof other, "%s.other", path);
    static const mode_t bad[] = { 0664, 0646, 0666, 0777 };
    for (size_t i = 0; i < COUNT(bad); i++) {
        ck_assert_int_eq(chmod(path, bad[i]), 0);
        ck_assert_int_eq(map_open(dir, &m), ERR_REFUSED);
    }
    ck_assert_int_eq(chmod(path, 0644), 0);
    ck_assert_int_eq(rename(path, other), 0);
    ck_assert_int_eq(map_open(dir, &m), ERR_ABSENT);
    ck_assert_int_eq(symlink(other, path), 0);
    ck_assert_int_eq(map_open(dir, &m), ERR_REFUSED);
    ck_assert_int_eq(unlink(path), 0);
    ck_assert_int_eq(mkfifo(path, 0644), 0);
    ck_assert_int_eq(map_open(dir, &m), ERR_REFUSED); /* and does not wait for a writer */
    ck_assert_int_eq(unlink(path), 0);
    ck_assert_int_eq(mkdir(path, 0755), 0);
    ck_assert_int_ne(map_open(dir, &m), 0);
    ck_assert_int_eq(rmdir(path), 0);
    ck_assert_int_eq(rename(other, path), 0);
    if (geteuid() == 0) {
        ck_assert_int_eq(chown(path, 12345, 0), 0);
        ck_assert_int_eq(map_open(dir, &m), ERR_REFUSED);
        ck_assert_int_eq(chown(path, 0, 0), 0);
    }
    ck_assert_int_eq(map_open(dir, &m), 0);
    map_close(&m);
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
      bad_groups_do_not_exist, r_id_05_bad_records_are_absent_when_read,
      headers_that_do_not_fit_are_refused, r_snap_02_any_bytes_do_no_harm,
      r_snap_02_full_indexes_do_not_hang, verify_finds_every_flipped_byte,
      r_id_17_files_that_others_may_write_are_refused,
      a_broken_snapshot_is_replaced_by_the_first_publish, id_ranges_change_with_a_new_base)
