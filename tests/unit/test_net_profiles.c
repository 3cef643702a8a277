/* SPDX-License-Identifier: Apache-2.0
 *
 * AWS's profile files: their form, and which keys and roles a profile stands for.
 */
#include "net_fixture.h"

#include "net/chain.h"
#include "net/profiles.h"

static char why[SOURCE_WHY_SIZE];

START_TEST(the_form_of_the_files)
{
    struct profiles p = { 0 };
    unsigned line = 0;
    ck_assert_int_eq(profiles_add(&p, PROFILES_CONFIG,
                                  "# comment\r\n; another\n[default]\nregion=eu-central-1\n"
                                  "s3 =\n  addressing_style = path\n"
                                  "[profile ops] # words\nrole_arn = A = B\nRegion = us-east-1\n"
                                  "[profile \"two words\"]\n  region = a\n  role_arn = b\n"
                                  "[sso-session x]\nregion = ignored\n[ops]\nregion = ignored\n",
                                  &line),
                     0);
    ck_assert_int_eq(profiles_add(&p, PROFILES_CREDENTIALS,
                                  "[ops]\nregion = eu-west-1\naws_access_key_id = AK\n"
                                  "[profile x]\nregion = ignored\n",
                                  &line),
                     0);
    ck_assert_str_eq(profiles_get(&p, "default", "region"), "eu-central-1");
    ck_assert_ptr_null(profiles_get(&p, "default", "addressing_style"));
    ck_assert_ptr_null(profiles_get(&p, "default", "s3"));
    ck_assert_str_eq(profiles_get(&p, "ops", "role_arn"), "A = B");
    ck_assert_str_eq(profiles_get(&p, "ops", "region"), "eu-west-1"); /* the later file */
    ck_assert_str_eq(profiles_get(&p, "ops", "AWS_ACCESS_KEY_ID"), "AK");
    ck_assert_str_eq(profiles_get(&p, "two words", "role_arn"), "b");
    ck_assert(profiles_has(&p, "two words") && !profiles_has(&p, "x"));
    profiles_free(&p);
}
END_TEST

START_TEST(damaged_files_name_the_line)
{
    static const struct {
        const char *text;
        unsigned line;
    } rows[] = {
        { "key = before any section\n", 1 },
        { "[default]\nnonsense\n", 2 },
        { "[default\n", 1 },
        { "[]\n", 1 },
        { "[default] words\n", 1 },
        { "[default]\n = value\n", 2 },
        { "[default]\na = b\n  c = d\n", 3 },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct profiles p = { 0 };
        unsigned line = 0;
        ck_assert_msg(profiles_add(&p, PROFILES_CONFIG, rows[i].text, &line) == ERR_FORMAT,
                      "row %zu", i);
        ck_assert_uint_eq(line, rows[i].line);
        profiles_free(&p);
    }
}
END_TEST

static struct source_chain *find(void)
{
    struct source_chain *chain = NULL;
    why[0] = '\0';
    int err = chain_find(&fx.options, &chain, why);
    ck_assert_msg(err == 0, "%s", why);
    return chain;
}

START_TEST(static_keys_longer_than_an_ini_line)
{
    char text[3000], token[2001];
    fixture_begin();
    memset(token, 'T', sizeof token - 1);
    token[sizeof token - 1] = '\0';
    snprintf(text, sizeof text,
             "[default]\naws_access_key_id = AKID\naws_secret_access_key = s/+=\n"
             "aws_session_token = %s\n",
             token);
    fixture_file(".aws/credentials", text, 0600);
    ck_assert_int_eq(fixture_open(), 0);
    fixture_ask();
    ck_assert_str_eq(fx.keys.access_key, "AKID");
    ck_assert_str_eq(fx.keys.secret_key, "s/+=");
    ck_assert_str_eq(fx.keys.token, token);
    struct credentials_state state;
    credentials_describe(fx.store, &state);
    ck_assert_str_eq(state.source, "profile");
    ck_assert(!credentials_refused(fx.store, "AKID"));
    fixture_end();
}
END_TEST

/* Which profile, and what goes before what. */
START_TEST(names_of_profiles)
{
    fixture_begin();
    fixture_file(".aws/credentials",
                 "[default]\naws_access_key_id = A\naws_secret_access_key = s\n"
                 "[ops]\naws_access_key_id = B\naws_secret_access_key = s\n[empty]\n",
                 0600);
    struct source_chain *chain = find();
    ck_assert_str_eq(chain->keys.access_key, "A");
    chain_free(&chain);
    fixture_set("AWS_PROFILE", "ops");
    chain = find();
    ck_assert_str_eq(chain->keys.access_key, "B");
    chain_free(&chain);
    fixture_set("AWS_PROFILE", "empty"); /* says nothing: the next source */
    chain = find();
    ck_assert_str_eq(chain->name, "imds");
    chain_free(&chain);
    fixture_set("AWS_PROFILE", "missing");
    ck_assert_int_eq(chain_find(&fx.options, &chain, why), ERR_CONFIG);
    ck_assert_str_eq(why, "profile missing does not exist");
    fixture_set("AWS_ACCESS_KEY_ID", "E");
    fixture_set("AWS_SECRET_ACCESS_KEY", "s");
    chain = find(); /* the environment decides before any profile is looked at */
    ck_assert_str_eq(chain->name, "environment");
    chain_free(&chain);
    fx.options.profile = "ops"; /* but not when the configuration names one */
    chain = find();
    ck_assert_str_eq(chain->keys.access_key, "B");
    chain_free(&chain);
    fx.options.profile = "empty";
    ck_assert_int_eq(chain_find(&fx.options, &chain, why), ERR_CONFIG);
    ck_assert_str_eq(why, "profile empty: has no credentials");
    fixture_end();
}
END_TEST

START_TEST(files_named_by_the_environment)
{
    struct source_chain *chain = NULL;
    fixture_begin();
    fixture_set("AWS_SHARED_CREDENTIALS_FILE", fixture_file("token",
                                                            "[default]\naws_access_key_id = A\n"
                                                            "aws_secret_access_key = s\n",
                                                            0600));
    chain = find();
    ck_assert_str_eq(chain->keys.access_key, "A");
    chain_free(&chain);
    fixture_set("AWS_CONFIG_FILE", "/nonexistent/config");
    ck_assert_int_eq(chain_find(&fx.options, &chain, why), ERR_CONFIG);
    ck_assert_ptr_nonnull(strstr(why, "/nonexistent/config"));
    fixture_set("AWS_CONFIG_FILE", fixture_file(".aws/config", "[default]\n", 0666));
    ck_assert_int_eq(chain_find(&fx.options, &chain, why), ERR_CONFIG);
    ck_assert_ptr_nonnull(strstr(why, "others may write it"));
    fixture_set("AWS_CONFIG_FILE", fixture_file(".aws/config", "[default]\nx\n", 0600));
    ck_assert_int_eq(chain_find(&fx.options, &chain, why), ERR_CONFIG);
    ck_assert_ptr_nonnull(strstr(why, ":2: neither"));
    fixture_end();
}
END_TEST

/* The kinds of the links in order, as letters. */
static void spell(const struct source_chain *chain, char *dst)
{
    for (size_t i = 0; i < chain->count; i++) {
        const struct source *s = chain->link[i].source;
        *dst++ = s == &source_role           ? 'R'
                 : s == &source_web_identity ? 'W'
                 : s == &source_container    ? 'C'
                 : s == &source_imds         ? 'I'
                 : s == &source_process      ? 'P'
                                             : 'K';
    }
    *dst = '\0';
}

#define A(name)   "role_arn = " FIXTURE_ROLE name "\n"
#define KEY(name) "aws_access_key_id = " name "\naws_secret_access_key = s\n"

START_TEST(what_profiles_stand_for)
{
    static const struct {
        const char *text, *kinds, *why; /* kinds NULL: refused with why */
    } rows[] = {
        { KEY("B") "[profile b]\n" KEY("X"), "K", NULL },
        { A("a") "source_profile = b\n[profile b]\n" KEY("B"), "KR", NULL },
        { A("a") "source_profile = b\n[profile b]\n" A("b") "source_profile = c\n"
                                                            "[profile c]\n" KEY("B"),
          "KRR", NULL },
        { A("a") "source_profile = b\n[profile b]\n" A("b") KEY("B"), "KR", NULL },
        { A("a") "source_profile = default\n" KEY("B"), "KR", NULL },
        { A("a") "source_profile = b\n[profile b]\n" A("b") "web_identity_token_file = /t\n", "WR",
          NULL },
        { A("a") "web_identity_token_file = /t\n", "W", NULL },
        { A("a") "credential_source = Ec2InstanceMetadata\n", "IR", NULL },
        { A("a") "credential_source = EcsContainer\n", "CR", NULL },
        { A("a") "source_profile = b\n[profile b]\ncredential_process = /bin/x 'y z'\n", "PR",
          NULL },
        { "credential_process = /bin/x\n" KEY("B"), "K", NULL },
        { "credential_process = /bin/x\n", "P", NULL },
        { "region = eu-west-1\n", "C", NULL },
        { A("a"), NULL, "needs one of" },
        { A("a") "source_profile = b\ncredential_source = Environment\n", NULL, "needs one of" },
        { A("a") "source_profile = b\n", NULL, "source_profile b does not exist" },
        { A("a") "source_profile = b\n[profile b]\n", NULL, "profile b: has no credentials" },
        { A("a") "source_profile = default\n", NULL, "leads back to itself" },
        { A("a") "source_profile = b\n[profile b]\n" A("b") "source_profile = default\n", NULL,
          "leads back to itself" },
        { A("a") "credential_source = Environment\n", NULL, "does not say where" },
        { A("a") "credential_source = environment\n", NULL, "must be Environment" },
        { A("a") "mfa_serial = x\nsource_profile = b\n[profile b]\n" KEY("B"), NULL, "mfa_serial" },
        { "role_arn = role\nweb_identity_token_file = /t\n", NULL, "is no role's ARN" },
        { A("a") "external_id = \x01\nsource_profile = b\n[profile b]\n" KEY("B"), NULL,
          "external_id" },
        { A("a") "role_session_name = a b\nweb_identity_token_file = /t\n", NULL, "session name" },
        { A("a") "duration_seconds = 60\nweb_identity_token_file = /t\n", NULL, "between 900" },
        { "aws_access_key_id = A\n", NULL, "without its secret" },
        { "aws_access_key_id = A B\naws_secret_access_key = s\n", NULL, "blanks" },
        { "sso_session = x\n", NULL, "sso_session needs a person" },
        { "credential_process = x\n", NULL, "absolute path" },
        { "credential_process = /x 'y\n", NULL, "no command line" },
    };
    fixture_begin();
    fixture_set("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/v2/x");
    for (size_t i = 0; i < COUNT(rows); i++) {
        char text[1024], kinds[SOURCE_LINKS + 1];
        struct source_chain *chain = NULL;
        snprintf(text, sizeof text, "[default]\n%s", rows[i].text);
        fixture_file(".aws/config", text, 0600);
        why[0] = '\0';
        int err = chain_find(&fx.options, &chain, why);
        ck_assert_msg(err == (rows[i].kinds != NULL ? 0 : ERR_CONFIG), "row %zu: %d %s", i, err,
                      why);
        if (err != 0) {
            ck_assert_msg(strstr(why, rows[i].why) != NULL, "row %zu: %s", i, why);
            continue;
        }
        spell(chain, kinds);
        ck_assert_msg(strcmp(kinds, rows[i].kinds) == 0, "row %zu: %s", i, kinds);
        if (kinds[0] == 'K')
            ck_assert_str_eq(chain->keys.access_key, "B");
        chain_free(&chain);
    }
    fixture_end();
}
END_TEST

START_TEST(too_many_roles_in_a_row)
{
    char text[2048] = "[default]\n" A("r") "source_profile = p0\n";
    struct source_chain *chain = NULL;
    fixture_begin();
    for (int i = 0; i < 9; i++) {
        size_t n = strlen(text);
        snprintf(text + n, sizeof text - n, "[profile p%d]\n" A("r") "source_profile = p%d\n", i,
                 i + 1);
    }
    fixture_file(".aws/config", text, 0600);
    ck_assert_int_eq(chain_find(&fx.options, &chain, why), ERR_CONFIG);
    ck_assert_ptr_nonnull(strstr(why, "roles in a row"));
    fixture_end();
}
END_TEST

START_TEST(regions_and_endpoints)
{
    static const struct {
        const char *region, *fallback, *profile, *url; /* url NULL: refused */
    } rows[] = {
        { NULL, NULL, NULL, "https://sts.eu-central-1.amazonaws.com/" },
        { NULL, NULL, "us-east-2", "https://sts.us-east-2.amazonaws.com/" },
        { NULL, "us-west-1", "us-east-2", "https://sts.us-west-1.amazonaws.com/" },
        { "cn-north-1", "us-west-1", NULL, "https://sts.cn-north-1.amazonaws.com.cn/" },
        { "evil.example/", NULL, NULL, NULL },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        char text[512];
        struct source_chain *chain = NULL;
        fixture_begin();
        fixture_set("AWS_REGION", rows[i].region);
        fixture_set("AWS_DEFAULT_REGION", rows[i].fallback);
        snprintf(text, sizeof text,
                 "[default]\n" A("r") "web_identity_token_file = /t\nregion = %s\n",
                 rows[i].profile == NULL ? "" : rows[i].profile);
        fixture_file(".aws/config", text, 0600);
        int err = chain_find(&fx.options, &chain, why);
        ck_assert_int_eq(err, rows[i].url == NULL ? ERR_CONFIG : 0);
        if (err == 0)
            ck_assert_str_eq(chain->link[0].url, rows[i].url);
        chain_free(&chain);
        fixture_end();
    }
}
END_TEST

SUITE("net_profiles", the_form_of_the_files, damaged_files_name_the_line,
      static_keys_longer_than_an_ini_line, names_of_profiles, files_named_by_the_environment,
      what_profiles_stand_for, too_many_roles_in_a_row, regions_and_endpoints)
