/* SPDX-License-Identifier: Apache-2.0
 *
 * The sanitiser. R-SEC-03
 */
#include "base/text.h"
#include "suite.h"

#include <string.h>

START_TEST(nothing_deceptive_passes)
{
    static const struct {
        enum text_rule rule;
        const char *in, *out;
    } rows[] = {
        { TEXT_LINE, "plain text, 100 %", "plain text, 100 %" },
        { TEXT_LINE, "J\xc3\xb6rg \xe6\x97\xa5\xe6\x9c\xac \xf0\x9f\x98\x80",
          "J\xc3\xb6rg \xe6\x97\xa5\xe6\x9c\xac \xf0\x9f\x98\x80" },
        { TEXT_LINE, "two\nlines\ttab\r", "two lines tab " },
        { TEXT_LINES, "two\nlines\ttab", "two\nlines tab" },
        { TEXT_LINE, "\033[2J\033]0;title\007", "?[2J?]0;title?" },
        { TEXT_LINE, "\xc2\x9b[2J", "?[2J" }, /* C1 CSI */
        { TEXT_LINE,
          "a\xe2\x80\xae"
          "b",
          "a?b" }, /* right-to-left override */
        { TEXT_LINE,
          "a\xe2\x81\xa6"
          "b\xe2\x81\xa9",
          "a?b?" }, /* isolates */
        { TEXT_LINE,
          "a\xe2\x80\x8b"
          "b",
          "a?b" }, /* zero width space */
        { TEXT_LINE,
          "a\xe2\x80\xa8"
          "b",
          "a?b" }, /* line separator */
        { TEXT_LINE,
          "\xef\xbb\xbf"
          "a",
          "?a" }, /* byte order mark */
        { TEXT_LINE,
          "a\xe2\x80\x8e"
          "b\xe2\x80\x8f",
          "a?b?" },                             /* left-to-right and right-to-left mark */
        { TEXT_LINE, "\xf3\xa0\x80\x81", "?" }, /* the first tag, */
        { TEXT_LINE, "\xf3\xa0\x81\x81", "?" },
        { TEXT_LINE, "\xf3\xa0\x81\xbf", "?" }, /* the last */
        { TEXT_LINE,
          "a\x80"
          "b",
          "a?b" },                                 /* a lone continuation */
        { TEXT_LINE, "\xc0\xaf", "??" },           /* overlong */
        { TEXT_LINE, "\xed\xa0\x80", "???" },      /* surrogate */
        { TEXT_LINE, "\xf4\x90\x80\x80", "????" }, /* above 10FFFF */
        { TEXT_LINE, "\xe6\x97", "??" },           /* cut */
        { TEXT_LINE, "\x7f", "?" },
        { TEXT_WORD, "a b=\"c\"\\ 'd'\ne", "a_b__c____d_?e" },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        char dst[128];
        size_t n = text_clean(dst, sizeof dst, rows[i].in, strlen(rows[i].in), rows[i].rule);
        ck_assert_str_eq(dst, rows[i].out);
        ck_assert_uint_eq(n, strlen(dst));
    }
}
END_TEST

START_TEST(cuts_at_a_characters_border)
{
    char dst[4];
    memset(dst, 'x', sizeof dst);
    ck_assert_uint_eq(text_clean(dst, sizeof dst, "ab\xc3\xb6", 4, TEXT_LINE), 2);
    ck_assert_str_eq(dst, "ab");
    ck_assert_uint_eq(text_clean(dst, 1, "ab", 2, TEXT_LINE), 0);
    ck_assert_str_eq(dst, "");
    ck_assert_uint_eq(text_clean(dst, sizeof dst, "a\0b", 3, TEXT_LINE), 3);
    ck_assert_str_eq(dst, "a?b");
}
END_TEST

START_TEST(a_text_is_cleaned_where_it_stands)
{
    char text[] = "a\xe2\x80\xae\x1b\xe2\x96\x80\xff\n\xe2\x96\x88 z", apart[sizeof text];
    size_t n = text_clean(apart, sizeof apart, text, strlen(text), TEXT_LINES);
    ck_assert_str_eq(apart, "a??\xe2\x96\x80?\n\xe2\x96\x88 z"); /* blocks and lines stay */
    ck_assert_uint_eq(text_clean(text, sizeof text, text, strlen(text), TEXT_LINES), n);
    ck_assert_str_eq(text, apart);
}
END_TEST

START_TEST(plain_means_no_control_character_at_all)
{
    ck_assert(text_is_plain(""));
    ck_assert(text_is_plain("Alice \xc3\x85str\xc3\xb6m"));
    ck_assert(!text_is_plain("a\nb"));
    ck_assert(!text_is_plain("a\x1b"));
    ck_assert(!text_is_plain("\xff"));
    ck_assert(!text_is_plain("a\xe2\x80\xae"));
}
END_TEST

/* R-ID-13 */
START_TEST(a_path_has_no_part_that_leads_elsewhere)
{
    static const char *const good[] = { "/home", "/home/alice", "/srv/.x/..y/...", "/a/b.c/d " };
    static const char *const bad[] = { "",        "home",     "/",        "/home/",  "//home",
                                       "/home//", "/home//a", "/./home",  "/home/.", "/..",
                                       "/a/../b", "/home/..", "./home/a", "~/a" };
    for (size_t i = 0; i < COUNT(good); i++)
        ck_assert_msg(text_is_path(good[i]), "%s", good[i]);
    for (size_t i = 0; i < COUNT(bad); i++)
        ck_assert_msg(!text_is_path(bad[i]), "%s", bad[i]);
}
END_TEST

SUITE("text", nothing_deceptive_passes, cuts_at_a_characters_border,
      a_text_is_cleaned_where_it_stands, plain_means_no_control_character_at_all,
      a_path_has_no_part_that_leads_elsewhere)
