/* SPDX-License-Identifier: Apache-2.0
 *
 * Directory requests and pages (R-SNAP-07, R-ID-16).
 */
#include "suite.h"

#include "cognito/directory.h"
#include "net/json_in.h"

#include <string.h>

static struct directory_page page;

static int parse(const char *text, int (*read)(const struct json *body, struct directory_page *p))
{
    struct json *doc;
    ck_assert_int_eq(json_in_parse(text, strlen(text), JSON_NUL_IN_VALUES, &doc), 0);
    int err = read(doc, &page);
    json_in_free(&doc); /* the page holds what it needs */
    return err;
}

START_TEST(user_records)
{
    ck_assert_int_eq(
        parse("{\"Users\":[{\"Username\":\"alice\",\"Attributes\":[{\"Name\":\"sub\",\"Value\":"
              "\"s-1\"},{\"Name\":\"custom:uid\"},{\"Name\":\"d\",\"Value\":\"1\"},{\"Name\":\"d\","
              "\"Value\":\"2\"}],\"Enabled\":true,\"UserStatus\":\"CONFIRMED\","
              "\"UserCreateDate\":1.700000000123E9},{\"Username\":\"bob\",\"Enabled\":\"true\"}],"
              "\"PaginationToken\":\"next\"}",
              directory_parse_users),
        0);
    ck_assert_uint_eq(page.user_count, 2);
    const struct directory_user *u = page.users;
    ck_assert_str_eq(u->username, "alice");
    ck_assert_str_eq(u->sub, "s-1");
    ck_assert_str_eq(u->status, "CONFIRMED");
    ck_assert(u->is_enabled);
    ck_assert_int_eq(u->created_s, 1700000000);
    ck_assert_int_eq(u->modified_s, 0);
    ck_assert_ptr_null(directory_attribute(u, "custom:uid"));
    ck_assert_ptr_null(directory_attribute(u, "d")); /* ambiguous */
    ck_assert(!page.users[1].is_enabled);            /* not a boolean */
    ck_assert_ptr_null(page.users[1].sub);
    ck_assert_str_eq(page.next, "next");
    directory_page_free(&page);
    directory_page_free(&page);
}
END_TEST

START_TEST(one_bad_record_costs_one_record) /* R-SNAP-07 */
{
    ck_assert_int_eq(parse("{\"Users\":[{\"Username\":\"eve\\u0000root\"},{\"Username\":\"\"},{},"
                           "{\"Username\":\"bob\",\"Attributes\":[{\"Name\":\"x\",\"Value\":"
                           "\"a\\u0000b\"},{\"Name\":\"sub\",\"Value\":\"s\"}]}]}",
                           directory_parse_users),
                     0);
    ck_assert_uint_eq(page.user_count, 1);
    ck_assert_uint_eq(page.bad_records, 3);
    ck_assert_str_eq(page.users[0].username, "bob");
    ck_assert_str_eq(page.users[0].sub, "s");
    ck_assert_ptr_null(directory_attribute(&page.users[0], "x"));
    directory_page_free(&page);
}
END_TEST

START_TEST(wrong_shapes_condemn_the_page)
{
    static const char *const users[] = {
        "[]",
        "{\"Users\":{}}",
        "{\"Users\":[\"alice\"]}",
        "{\"Users\":[null]}",
        "{\"Users\":[{\"Username\":1}]}",
        "{\"Users\":[],\"PaginationToken\":5}",
        "{\"Users\":[{\"Username\":\"a\",\"Attributes\":{}}]}",
        "{\"Users\":[{\"Username\":\"a\",\"Attributes\":[{\"Name\":\"u\",\"Value\":1}]}]}",
        "{\"Users\":[{\"Username\":\"a\",\"Attributes\":[1]}]}",
        "{\"Users\":[{\"Username\":\"a\",\"UserStatus\":[]}]}",
        "{\"Users\":[{\"Username\":\"a\",\"UserCreateDate\":1e999}]}",
    };
    static const char *const groups[] = {
        "{\"Groups\":\"wheel\"}", "{\"Groups\":[1]}",
        "{\"Groups\":[{\"GroupName\":\"g\",\"Precedence\":\"1\"}]}",
        "{\"Groups\":[],\"NextToken\":{}}"
    };
    for (size_t i = 0; i < COUNT(users); i++)
        ck_assert_msg(parse(users[i], directory_parse_users) == ERR_FORMAT, "%s", users[i]);
    for (size_t i = 0; i < COUNT(groups); i++)
        ck_assert_msg(parse(groups[i], directory_parse_groups) == ERR_FORMAT, "%s", groups[i]);
    ck_assert_int_eq(directory_parse_users(NULL, &page), ERR_FORMAT);
    ck_assert_int_eq(parse("{}", directory_parse_group), ERR_FORMAT);
    ck_assert_int_eq(parse("{}", directory_parse_user), ERR_FORMAT);
}
END_TEST

START_TEST(group_records)
{
    ck_assert_int_eq(parse("{\"Groups\":[{\"GroupName\":\"a\",\"Precedence\":0,\"Description\":"
                           "\"gid=30001\"},{\"GroupName\":\"b\"}],\"NextToken\":\"\"}",
                           directory_parse_groups),
                     0);
    ck_assert_uint_eq(page.group_count, 2);
    ck_assert_int_eq(page.groups[0].precedence, 0);
    ck_assert_str_eq(page.groups[0].description, "gid=30001");
    ck_assert_int_eq(page.groups[1].precedence, INT64_MAX);
    ck_assert_str_eq(page.groups[1].description, "");
    ck_assert_ptr_null(page.next);
    directory_page_free(&page);
    ck_assert_int_eq(parse("{\"Groups\":null}", directory_parse_groups), 0);
    ck_assert_uint_eq(page.group_count, 0);
    directory_page_free(&page);
}
END_TEST

START_TEST(chains_end) /* R-SNAP-07: a repeated token */
{
    struct directory_chain chain = { 0 };
    bool has_more;
    page = (struct directory_page){ .next = "t1" };
    ck_assert_int_eq(directory_chain_advance(&chain, &page, &has_more), 0);
    ck_assert(has_more);
    ck_assert_str_eq(chain.token, "t1");
    ck_assert_int_eq(directory_chain_advance(&chain, &page, &has_more), ERR_FORMAT);
    page.next = "t2";
    chain.pages = DIRECTORY_MAX_PAGES - 1;
    ck_assert_int_eq(directory_chain_advance(&chain, &page, &has_more), ERR_LIMIT);
    page.next = NULL;
    ck_assert_int_eq(directory_chain_advance(&chain, &page, &has_more), 0);
    ck_assert(!has_more);
    ck_assert_ptr_null(chain.token);
}
END_TEST

START_TEST(filters_are_escaped) /* R-ID-16 */
{
    struct json_out out = { .depth = 0 };
    const char *text;
    size_t n;
    struct directory_query q = {
        .pool_id = "p", .filter_name = "username", .filter_value = "a\" or \\x", .limit = 1
    };
    ck_assert_int_eq(directory_list_users(&q, &out), 0);
    ck_assert_int_eq(json_out_text(&out, &text, &n), 0);
    ck_assert_str_eq(text, "{\"UserPoolId\":\"p\",\"Filter\":\"username = \\\"a\\\\\\\" or "
                           "\\\\\\\\x\\\"\",\"Limit\":1}");
    json_out_free(&out);
    char longest[300];
    memset(longest, 'x', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    q.filter_value = longest;
    ck_assert_int_eq(directory_list_users(&q, &out), ERR_FORMAT);
    q.filter_value = NULL;
    ck_assert_int_eq(directory_list_users(&q, &out), ERR_FORMAT);
    ck_assert_int_eq(directory_get_user(&q, &out), ERR_FORMAT);
    ck_assert_int_eq(directory_get_group(&q, &out), ERR_FORMAT);
    json_out_free(&out);
}
END_TEST

SUITE("cognito_directory", user_records, one_bad_record_costs_one_record,
      wrong_shapes_condemn_the_page, group_records, chains_end, filters_are_escaped)
