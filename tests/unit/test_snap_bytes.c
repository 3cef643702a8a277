/* SPDX-License-Identifier: Apache-2.0
 *
 * The reader before files that no writer of ours made: records that break a rule, headers that do
 * not fit, any bytes at all, files that others may write.
 */
#include "suite.h"

#include "snap/map.h"
#include "snap/verify.h"
#include "snap_check.h"
#include "snap_folder.h"

#include <fcntl.h>
#include <string.h>

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

START_TEST(r_id_05_bad_groups_are_absent_when_read)
{
    struct copy c;
    make_copy(&c);
    const struct format_header *h = (const struct format_header *)c.base;
    struct format_group *g = (void *)((char *)c.base + h->groups_at), good = *g;
    char *text = (char *)(g + 1);
    static const uint32_t bad_ids[] = { 0, 27, 999, 60001, 65534, 1000000, 2147352576, 2147483647 };
    struct snap_view v;
    struct snap_group found;
    ck_assert_int_eq(snap_view_over(c.current, c.current_bytes, c.base, c.base_bytes, &v), 0);
    ck_assert_int_eq(snap_find_group(&v, text, &found), 0);
    ck_assert_int_eq(snap_find_gid(&v, good.gid, &found), 0);
    for (size_t i = 0; i < COUNT(bad_ids); i++) {
        g->gid = bad_ids[i];
        ck_assert_int_eq(snap_find_group(&v, text, &found), ERR_ABSENT);
    }
    *g = good;
    text[1] = 'G'; /* R-ID-11 */
    ck_assert_int_eq(snap_find_gid(&v, good.gid, &found), ERR_ABSENT);
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

/* Texts begin where the file ends: nothing may be read there. And a walk goes on behind a tombstone
 * without a text. */
START_TEST(r_snap_02_records_without_texts_are_passed_over)
{
    const size_t record = sizeof(struct format_user), index = 8 * sizeof(struct format_entry);
    const size_t bytes = sizeof(struct format_header) + 4 * index + record;
    uint64_t *file = calloc(1, bytes);
    ck_assert_ptr_nonnull(file);
    struct format_header h = { .magic = FORMAT_MAGIC,
                               .version = FORMAT_VERSION,
                               .kind = FORMAT_IS_BASE,
                               .file_bytes = (uint32_t)bytes,
                               .attribute_low = 1000,
                               .attribute_high = 59999,
                               .hash_low = 1,
                               .hash_high = 0 };
    struct format_index *const indexes[] = { &h.user_names, &h.user_ids, &h.group_names,
                                             &h.group_ids };
    for (size_t i = 0; i < COUNT(indexes); i++)
        *indexes[i] = (struct format_index){ (uint32_t)(sizeof h + i * index), 7 };
    const struct format_user empty = { .bytes = (uint32_t)record,
                                       .uid = 2000,
                                       .kind = FORMAT_USER };
    h.users_at = (uint32_t)(bytes - record);
    h.users_end = h.groups_at = h.groups_end = (uint32_t)bytes;
    memcpy(file, &h, sizeof h);
    memcpy((char *)file + h.users_at, &empty, sizeof empty);
    struct snap_view view;
    struct snap_walk users = { 0 }, groups = { 0 };
    struct snap_user u;
    struct snap_group g;
    ck_assert_int_eq(snap_view_over(file, bytes, NULL, 0, &view), 0);
    ck_assert_int_eq(snap_next_user(&view, &users, &u), ERR_ABSENT);
    ck_assert_int_eq(snap_next_group(&view, &groups, &g), ERR_ABSENT);
    ck_assert_int_eq(verify_view(&view), ERR_FORMAT);
    free(file);
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

SUITE("snap_bytes", r_id_05_bad_records_are_absent_when_read,
      r_id_05_bad_groups_are_absent_when_read, headers_that_do_not_fit_are_refused,
      r_snap_02_any_bytes_do_no_harm, r_snap_02_records_without_texts_are_passed_over,
      r_snap_02_full_indexes_do_not_hang, verify_finds_every_flipped_byte,
      r_id_17_files_that_others_may_write_are_refused)
