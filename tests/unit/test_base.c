/* SPDX-License-Identifier: Apache-2.0
 *
 * Errors, cursors, names, ids, secrets.
 */
#include "base/bytes.h"
#include "base/id.h"
#include "base/name.h"
#include "base/secret.h"
#include "suite.h"

#include <errno.h>
#include <string.h>

START_TEST(err_words_and_texts_are_there_and_differ)
{
    static const int all[] = {
        0,           ERR_NOMEM,        ERR_SYSTEM,       ERR_TIMEOUT,   ERR_SPACE,    ERR_LIMIT,
        ERR_ABSENT,  ERR_FORMAT,       ERR_REFUSED,      ERR_CONFIG,    ERR_UNAVAIL,  ERR_STALE,
        ERR_CLOSED,  ERR_NOT_OURS,     ERR_USER_UNKNOWN, ERR_AUTH,      ERR_MAXTRIES, ERR_DENIED,
        ERR_EXPIRED, ERR_NEW_PASSWORD, ERR_PASSWORD_BAD, ERR_NO_FACTOR, ERR_CONV
    };
    for (size_t i = 0; i < COUNT(all); i++) {
        ck_assert_str_ne(err_word(all[i]), "unknown");
        ck_assert_ptr_eq(strpbrk(err_word(all[i]), " =\""), NULL);
        for (size_t k = 0; k < i; k++)
            ck_assert_str_ne(err_word(all[i]), err_word(all[k]));
    }
    ck_assert_str_eq(err_word(-1000), "unknown");
    ck_assert_int_eq(err_from_errno(0), 0);
    ck_assert_int_eq(err_from_errno(EMFILE), ERR_LIMIT);
    ck_assert_int_eq(err_from_errno(EIO), ERR_SYSTEM);
}
END_TEST

START_TEST(cursor_fails_stickily_and_never_reads_beyond)
{
    static const uint8_t bytes[] = { 1, 0, 2, 3, 'a', 'b', 'c', 2, 'x', 0 };
    struct rd r = rd_over(bytes, sizeof bytes);
    char text[4];
    ck_assert_uint_eq(rd_u8(&r), 1);
    ck_assert_uint_eq(rd_u16(&r), 2);
    rd_str8(&r, text, sizeof text);
    ck_assert_str_eq(text, "abc");
    rd_str8(&r, text, sizeof text); /* holds a NUL */
    ck_assert(r.bad);
    ck_assert_str_eq(text, "");
    ck_assert_uint_eq(rd_u32(&r), 0);
    struct rd small = rd_over(bytes, 3);
    ck_assert_uint_eq(rd_u32(&small), 0);
    ck_assert(small.bad);
    ck_assert_ptr_eq(rd_take(&small, 0), NULL);
}
END_TEST

START_TEST(writer_fails_stickily_and_never_writes_beyond)
{
    uint8_t bytes[8] = { 0 };
    char longer[300];
    memset(longer, 'x', sizeof longer - 1);
    longer[sizeof longer - 1] = '\0';
    struct wr w = wr_over(bytes, 5);
    wr_u16(&w, 0x0102);
    wr_str8(&w, "ab");
    ck_assert(!w.bad);
    ck_assert_mem_eq(bytes, "\1\2\2ab\0\0\0", 8);
    wr_u8(&w, 9);
    ck_assert(w.bad);
    ck_assert_uint_eq(bytes[5], 0);
    uint8_t large[512];
    w = wr_over(large, sizeof large);
    wr_str8(&w, longer);
    ck_assert(w.bad);
}
END_TEST

/* R-ID-11 */
START_TEST(names_are_right_or_refused)
{
    static const struct {
        const char *name;
        bool valid;
    } rows[] = {
        { "alice", true },
        { "_a", true },
        { "a", true },
        { "a.b-c_9", true },
        { "a1", true },
        { "abcdefghijklmnopqrstuvwxyz012345", true },
        { "abcdefghijklmnopqrstuvwxyz0123456", false },
        { "", false },
        { "1a", false },
        { "123", false },
        { "-a", false },
        { ".a", false },
        { "a.", false },
        { "Alice", false },
        { "a b", false },
        { "a:b", false },
        { "a/b", false },
        { "a@b", false },
        { "a\nb", false },
        { "\xc3\xa4", false },
        { "a+b", false },
        { "a$", false },
    };
    for (size_t i = 0; i < COUNT(rows); i++)
        ck_assert_msg(name_is_valid(rows[i].name) == rows[i].valid, "\"%s\"", rows[i].name);
}
END_TEST

/* R-ID-08 */
START_TEST(privileged_groups_are_known)
{
    static const char *const yes[] = {
        "root", "sudo",   "wheel", "adm",     "docker",          "lxd",
        "disk", "shadow", "kvm",   "libvirt", "systemd-journal", "systemd-anything"
    };
    static const char *const no[] = { "linux-admins", "devs", "systemd", "sudoers" };
    for (size_t i = 0; i < COUNT(yes); i++)
        ck_assert_msg(name_is_privileged_group(yes[i]), "%s", yes[i]);
    for (size_t i = 0; i < COUNT(no); i++)
        ck_assert_msg(!name_is_privileged_group(no[i]), "%s", no[i]);
}
END_TEST

/* R-ID-10 */
START_TEST(folding_is_ascii_and_bounded)
{
    char dst[6];
    ck_assert(name_fold(dst, sizeof dst, "AlIcE", 5));
    ck_assert_str_eq(dst, "alice");
    ck_assert(!name_fold(dst, sizeof dst, "Alices", 6));
    ck_assert_str_eq(dst, "");
    ck_assert(!name_fold(dst, sizeof dst, "a\0b", 3));
    ck_assert(name_fold(dst, sizeof dst, "\xc3\x84", 2)); /* stays, and is refused as a name */
    ck_assert(!name_is_valid(dst));
}
END_TEST

/* R-ID-05 */
START_TEST(reserved_ids_are_refused)
{
    static const struct id_range hash = { 1879048192, 2147352575 }, attribute = { 1000, 59999 };
    static const struct id_range inside = { 600000, 700000 };
    const struct {
        uint32_t id;
        struct id_range range;
        bool allowed;
    } rows[] = {
        { 0, { 0, UINT32_MAX }, false },
        { 999, { 0, UINT32_MAX }, false },
        { 1000, attribute, true },
        { 59999, attribute, true },
        { 60000, attribute, false },
        { 60000, { 1000, 70000 }, true },
        { 60001, { 1000, 70000 }, false },
        { 61184, { 1000, 70000 }, false },
        { 65534, { 1000, 70000 }, false },
        { 65535, { 1000, 70000 }, false },
        { 65536, { 1000, 70000 }, true },
        { 524287, { 1000, UINT32_MAX }, true },
        { 524288, { 1000, UINT32_MAX }, false },
        { 600001, inside, true },
        { 599999, inside, false },
        { 1879048191, { 1000, UINT32_MAX }, false },
        { 1879048192, hash, true },
        { 2147352575, hash, true },
        { 2147352576, { 1000, UINT32_MAX }, false },
        { 2147418111, { 1000, UINT32_MAX }, false },
        { 2147418112, { 1000, UINT32_MAX }, true },
        { 2147483646, { 1000, UINT32_MAX }, true },
        { 2147483647, { 1000, UINT32_MAX }, false },
        { UINT32_MAX, { 0, UINT32_MAX }, false },
        { 5000, { 1, 0 }, false },
    };
    for (size_t i = 0; i < COUNT(rows); i++)
        ck_assert_msg(id_is_allowed(rows[i].id, rows[i].range) == rows[i].allowed, "%u in %u-%u",
                      rows[i].id, rows[i].range.low, rows[i].range.high);
}
END_TEST

/* R-ID-06 */
START_TEST(ids_are_decimal_digits_only)
{
    static const char *const bad[] = { "",
                                       " 1000",
                                       "1000 ",
                                       "+1000",
                                       "-1",
                                       "0x3e8",
                                       "1e3",
                                       "1000.0",
                                       "01000",
                                       "4294967296",
                                       "18446744073709551617",
                                       "1000\n",
                                       "\xd9\xa1\xd9\xa0",
                                       "1,000",
                                       "ten" };
    uint32_t id = 7;
    for (size_t i = 0; i < COUNT(bad); i++)
        ck_assert_msg(!id_parse(bad[i], &id) && id == 7, "\"%s\"", bad[i]);
    ck_assert(id_parse("0", &id) && id == 0);
    ck_assert(id_parse("20001", &id) && id == 20001);
    ck_assert(id_parse("4294967295", &id) && id == UINT32_MAX);
}
END_TEST

START_TEST(secrets_know_their_length_and_wipe_whole)
{
    static struct secret a, b;
    char large[SECRET_MAX + 1] = { 0 };
    ck_assert_int_eq(secret_set(&a, "pw\xff\x01", 4), 0);
    ck_assert_int_eq(secret_set(&b, "pw\xff\x01", 4), 0);
    ck_assert(secret_equal(&a, &b));
    ck_assert_int_eq(secret_set(&b, "pw", 2), 0);
    ck_assert(!secret_equal(&a, &b));
    ck_assert_int_eq(secret_set(&a, large, sizeof large), ERR_LIMIT);
    ck_assert_uint_eq(a.len, 0);
    secret_wipe(&b);
    for (size_t i = 0; i < sizeof b.bytes; i++)
        ck_assert_int_eq(b.bytes[i], 0);
    secret_wipe(NULL);
}
END_TEST

SUITE("base", err_words_and_texts_are_there_and_differ,
      cursor_fails_stickily_and_never_reads_beyond, writer_fails_stickily_and_never_writes_beyond,
      names_are_right_or_refused, privileged_groups_are_known, folding_is_ascii_and_bounded,
      reserved_ids_are_refused, ids_are_decimal_digits_only,
      secrets_know_their_length_and_wipe_whole)
