/* SPDX-License-Identifier: Apache-2.0
 *
 * attributes_verified: which attributes it speaks of, and that it fits no other pool or choice of
 * attributes (R-ID-01).
 */
#include "identity/sources.h"
#include "suite.h"

#include <stdio.h>

#define CLIENT "client_id = 1example23456789\n"
#define POOL   "[pool]\npool_id = eu-central-1_AbC123xyz\n" CLIENT
#define NONE   "v1:47c47f350ebac551b4b059b8ec5c508a1ef8f771759eb278d9f1bc1ad58c3a9c"
#define UID    "v1:b654db64fcf2d627ce4f1d369bc8ac14704dc7025c24c3204d6dfa529d2a778d"
#define ALL    "v1:5a4f37f50faaa842fb601971550288cf666ecdfa7464a34b6922bffc8441cdea"

static struct config *parse(const char *text)
{
    struct config *c = NULL;
    char why[CONFIG_WHY_MAX] = "";
    int err = config_parse("test.conf", text, &c, why);
    ck_assert_msg(err == 0, "%s", why);
    return c;
}

static void expect_line(const char *users, const char *want)
{
    char text[1024], line[SOURCES_LINE_SIZE];
    snprintf(text, sizeof text, POOL "[users]\nattributes_verified = " NONE "\n%s", users);
    struct config *c = parse(text);
    ck_assert_int_eq(sources_line(c, line), 0);
    ck_assert_msg(strcmp(line, want) == 0, "%s: %s", users, line);
    config_free(&c);
}

/* Computed apart, with sha256sum: operators and other programs must get the same line. */
START_TEST(the_line_is_a_digest_of_pool_and_attributes)
{
    expect_line("", NONE);
    expect_line("login_name = username\n", NONE);
    expect_line("login_name = email\nemail_domains = example.com\n", NONE);
    expect_line("uid_attribute = dev:custom:uid\nlogin_name = dev:custom:login\n", NONE);
    expect_line("uid_attribute = custom:uid\n", UID);
    expect_line("uid_attribute = custom:uid\nhome_attribute = dev:custom:home\n", UID);
    expect_line("uid_attribute = custom:uid\nhome_attribute = custom:home\n"
                "shell_attribute = custom:sh\nssh_key_attribute = custom:keys\n"
                "login_name = preferred_username\n",
                ALL);
}
END_TEST

/* An address is no proof for anything but the login name, and a name is one only as that. */
START_TEST(only_the_login_name_may_be_username_or_email)
{
    struct config_source s;
    struct config *c = parse(POOL "[users]\nattributes_verified = " NONE "\n"
                                  "home_attribute = email\nuid_attribute = username\n");
    ck_assert(config_source(c, 0, &s));
    ck_assert_str_eq(s.key, "home_attribute");
    ck_assert(config_source(c, 1, &s));
    ck_assert_str_eq(s.key, "uid_attribute");
    ck_assert(!config_source(c, 2, &s));
    config_free(&c);
}
END_TEST

static const struct {
    const char *text;
    bool is_accepted;
} configurations[] = {
    { POOL, true },
    { POOL "[users]\nattributes_verified = " UID "\nuid_attribute = custom:uid\n", true },
    { POOL "[users]\nattributes_verified = " ALL "\nuid_attribute = custom:uid\n"
           "home_attribute = custom:home\nshell_attribute = custom:sh\n"
           "ssh_key_attribute = custom:keys\nlogin_name = preferred_username\n",
      true },
    /* one more, one less, another role, another attribute, another pool */
    { POOL "[users]\nattributes_verified = " UID "\nuid_attribute = custom:uid\n"
           "shell_attribute = custom:sh\n",
      false },
    { POOL "[users]\nattributes_verified = " UID "\n", false },
    { POOL "[users]\nattributes_verified = " UID "\nhome_attribute = custom:uid\n", false },
    { POOL "[users]\nattributes_verified = " UID "\nuid_attribute = custom:uid2\n", false },
    { "[pool]\npool_id = eu-central-1_AbC123xyZ\n" CLIENT "[users]\nattributes_verified = " UID
      "\nuid_attribute = custom:uid\n",
      false },
    /* trust is no reason to pass over a wrong line */
    { POOL "[users]\nattributes_verified = " UID "\nuid_attribute = custom:uid2\n"
           "trust_writable_attributes = yes\n",
      false },
};

START_TEST(a_line_for_something_else_is_refused)
{
    for (size_t i = 0; i < COUNT(configurations); i++) {
        struct config *c = parse(configurations[i].text);
        char why[CONFIG_WHY_MAX] = "";
        int err = sources_check(c, why);
        ck_assert_msg(err == (configurations[i].is_accepted ? 0 : ERR_CONFIG), "row %zu", i);
        if (err != 0)
            ck_assert_ptr_nonnull(strstr(why, "[users] attributes_verified: is not the line of"));
        config_free(&c);
    }
}
END_TEST

SUITE("sources", the_line_is_a_digest_of_pool_and_attributes,
      only_the_login_name_may_be_username_or_email, a_line_for_something_else_is_refused)
