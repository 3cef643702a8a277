/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading (R-NET-07) and writing JSON.
 */
#include "suite.h"

#include "net/json_in.h"
#include "net/json_out.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

static int parse(const char *text, size_t n, unsigned flags)
{
    struct json *doc = NULL;
    int err = json_in_parse(text, n, flags, &doc);
    json_in_free(&doc);
    return err;
}

START_TEST(good_texts)
{
    static const char *const texts[] = {
        "{}",
        "[]",
        " {\"a\" : [1, -0, 2.5e+3, true, false, null, \"\\u00e9\\ud83d\\ude00\\n\"]} ",
        "{\"a\":{\"a\":1}}",
        "[\"\xC3\xA9\xF0\x9F\x98\x80\"]",
        "\"x\"",
        "{\"\":0}",
    };
    for (size_t i = 0; i < COUNT(texts); i++)
        ck_assert_msg(parse(texts[i], strlen(texts[i]), 0) == 0, "%s", texts[i]);
}
END_TEST

START_TEST(bad_texts) /* R-NET-07 */
{
    static const char *const texts[] = {
        "",
        " ",
        "{",
        "}",
        "[1,]",
        "{\"a\":1,}",
        "{,}",
        "{\"a\"}",
        "{\"a\":}",
        "{a:1}",
        "{'a':1}",
        "[01]",
        "[+1]",
        "[.5]",
        "[1.]",
        "[1e]",
        "[0x10]",
        "[NaN]",
        "[Infinity]",
        "[nul]",
        "[tru",
        "[1]]",
        "[1] x",
        "{}{}",
        "// c\n{}",
        "{/**/}",
        "[\"\\x41\"]",
        "[\"\\u12\"]",
        "[\"\\ud800\"]",
        "[\"\\udc00\"]",
        "[\"\\ud800\\u0041\"]",
        "[\"\n\"]",
        "[\"\t\"]",
        "[\"\xC0\xAF\"]",
        "[\"\xED\xA0\x80\"]",
        "[\"\xF4\x90\x80\x80\"]",
        "[\"\xC3\"]",
        "[\"\\u0000\"]",
        "[\"abc",
        "{\"a\":1,\"a\":2}",
        "{\"a\":1,\"\\u0061\":2}",
        "{\"x\":{\"a\":{},\"a\":{\"b\":1}}}",
        "[--1]",
        "[1 2]",
        "\xEF\xBB\xBF{}",
    };
    for (size_t i = 0; i < COUNT(texts); i++)
        ck_assert_msg(parse(texts[i], strlen(texts[i]), 0) == ERR_FORMAT, "%s", texts[i]);
    ck_assert_int_eq(parse("[\"a\0b\"]", 7, JSON_NUL_IN_VALUES), ERR_FORMAT);
}
END_TEST

START_TEST(bounds) /* R-NET-07 */
{
    char deep[100];
    memset(deep, '[', 33);
    memset(deep + 33, ']', 33);
    ck_assert_int_eq(parse(deep + 1, 64, 0), 0);
    ck_assert_int_eq(parse(deep, 66, 0), ERR_LIMIT);
    char *big = malloc(JSON_MAX_BYTES + 1);
    ck_assert_ptr_nonnull(big);
    memset(big, ' ', JSON_MAX_BYTES + 1);
    memcpy(big, "{}", 2);
    ck_assert_int_eq(parse(big, JSON_MAX_BYTES, 0), 0);
    ck_assert_int_eq(parse(big, JSON_MAX_BYTES + 1, 0), ERR_LIMIT);
    free(big);
}
END_TEST

START_TEST(typed_access)
{
    static const char text[] =
        "{\"s\":\"x\",\"n\":null,\"b\":true,\"i\":-7,\"e\":1.767225600123E9,\"h\":1e999,"
        "\"l\":99999999999999999999,\"m\":9007199254740993,\"o\":{},\"a\":[\"y\",null,3]}";
    struct json *doc;
    const char *s = "untouched";
    bool b = false;
    int64_t i = 0;
    double d;
    const struct json *v;
    ck_assert_int_eq(json_in_parse(text, sizeof text - 1, 0, &doc), 0);
    ck_assert_int_eq(json_in_string(doc, "zz", &s), ERR_ABSENT);
    ck_assert_int_eq(json_in_string(doc, "n", &s), ERR_ABSENT);
    ck_assert_int_eq(json_in_string(doc, "b", &s), ERR_FORMAT);
    ck_assert_str_eq(s, "untouched");
    ck_assert_int_eq(json_in_string(doc, "s", &s), 0);
    ck_assert_str_eq(s, "x");
    ck_assert(json_in_bool(doc, "b", &b) == 0 && b);
    ck_assert_int_eq(json_in_bool(doc, "s", &b), ERR_FORMAT);
    ck_assert(json_in_integer(doc, "i", &i) == 0 && i == -7);
    ck_assert(json_in_integer(doc, "e", &i) == 0 && i == 1767225600);
    ck_assert_int_eq(json_in_number(doc, "h", &d), ERR_FORMAT);
    ck_assert_int_eq(json_in_integer(doc, "l", &i), ERR_FORMAT);
    ck_assert_int_eq(json_in_object(doc, "a", &v), ERR_FORMAT);
    ck_assert_int_eq(json_in_array(doc, "a", &v), 0);
    ck_assert_uint_eq(json_in_count(v), 3);
    ck_assert(json_in_as_string(json_in_at(v, 0), &s) == 0 && strcmp(s, "y") == 0);
    ck_assert_int_eq(json_in_as_string(json_in_at(v, 1), &s), ERR_ABSENT);
    ck_assert_int_eq(json_in_as_string(json_in_at(v, 2), &s), ERR_FORMAT);
    ck_assert_ptr_null(json_in_at(v, 3));
    struct json *held = json_in_hold(v);
    json_in_free(&doc);
    ck_assert_uint_eq(json_in_count(held), 3);
    json_in_free(&held);
}
END_TEST

/* In directory pages a NUL costs the one string; keys with a NUL would hide duplicates. */
START_TEST(nul_in_values) /* R-NET-07, R-SNAP-07 */
{
    static const char text[] = "{\"a\":\"x\\u0000y\",\"b\":\"z\"}";
    struct json *doc;
    const char *s;
    ck_assert_int_eq(parse(text, sizeof text - 1, JSON_STRICT), ERR_FORMAT);
    ck_assert_int_eq(parse("{\"a\\u0000\":1}", 13, JSON_NUL_IN_VALUES), ERR_FORMAT);
    ck_assert_int_eq(json_in_parse(text, sizeof text - 1, JSON_NUL_IN_VALUES, &doc), 0);
    ck_assert_int_eq(json_in_string(doc, "a", &s), ERR_FORMAT);
    ck_assert_int_eq(json_in_string(doc, "b", &s), 0);
    json_in_free(&doc);
}
END_TEST

START_TEST(writes)
{
    struct json_out o = { .depth = 0 };
    const char *text;
    size_t n;
    json_out_object(&o, NULL);
    json_out_string(&o, "q\"", "a\"b\\c\x01\x7f\xC3\xA9");
    json_out_string(&o, "none", NULL);
    json_out_array(&o, "l");
    json_out_integer(&o, NULL, -5);
    json_out_bool(&o, NULL, true);
    json_out_object(&o, NULL);
    json_out_end(&o);
    json_out_end(&o);
    json_out_end(&o);
    ck_assert_int_eq(json_out_text(&o, &text, &n), 0);
    ck_assert_str_eq(text, "{\"q\\\"\":\"a\\\"b\\\\c\\u0001\\u007f\xC3\xA9\",\"l\":[-5,true,{}]}");
    ck_assert_uint_eq(n, strlen(text));
    json_out_free(&o);
    ck_assert_ptr_null(o.text.p);
}
END_TEST

START_TEST(refuses_misuse)
{
    struct json_out o = { .depth = 0 };
    const char *text;
    size_t n;
    json_out_object(&o, NULL);
    ck_assert_int_eq(json_out_text(&o, &text, &n), ERR_FORMAT); /* not closed */
    json_out_string(&o, "k", "\xff");
    json_out_end(&o);
    ck_assert_int_eq(json_out_text(&o, &text, &n), ERR_FORMAT); /* no UTF-8 */
    json_out_free(&o);
    json_out_end(&o);
    ck_assert_int_eq(json_out_text(&o, &text, &n), ERR_FORMAT);
    json_out_free(&o);
    json_out_object(&o, NULL);
    json_out_string(&o, NULL, "no key");
    json_out_end(&o);
    ck_assert_int_eq(json_out_text(&o, &text, &n), ERR_FORMAT);
    json_out_free(&o);
}
END_TEST

SUITE("net_json", good_texts, bad_texts, bounds, typed_access, nul_in_values, writes,
      refuses_misuse)
