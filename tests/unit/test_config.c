/* SPDX-License-Identifier: Apache-2.0
 *
 * The configuration: every kind of value, every way to get it wrong, and what the file says back.
 */
#include "config/config.h"
#include "config/keys.h"
#include "suite.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NOT_HEX64 "0123456789ABCDEF0123456789abcdef0123456789abcdef0123456789abcdef"
#define HEX64     "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define GOOD      "[pool]\npool_id = eu-central-1_AbC123xyz\nclient_id = 1example23456789\n"

static struct config *parse(const char *text)
{
    struct config *c = NULL;
    char why[CONFIG_WHY_MAX] = "";
    int err = config_parse("test.conf", text, &c, why);
    ck_assert_msg(err == 0, "%s", why);
    return c;
}

START_TEST(defaults_are_those_of_the_table)
{
    struct config *c = parse(GOOD);
    ck_assert_str_eq(c->region, "eu-central-1");
    ck_assert_uint_eq(c->login_timeout_s, 15);
    ck_assert_uint_eq(c->stale_limit_s, 72 * 3600);
    ck_assert_uint_eq(c->refresh_interval_s, 900);
    ck_assert_uint_eq(c->quota_share_percent, 20);
    ck_assert_uint_eq(c->hash_id_range.low, 1879048192u);
    ck_assert_uint_eq(c->hash_id_range.high, 2147352575u);
    ck_assert_int_eq(c->scope, CONFIG_SCOPE_ALLOWED);
    ck_assert_str_eq(c->home, "/home/%u");
    ck_assert(c->send_client_address && !c->enumerate && c->group_members);
    ck_assert_uint_eq(c->allow_groups.count, 0);
    config_free(&c);
    ck_assert_ptr_null(c);
    config_free(&c);
}
END_TEST

START_TEST(values_lists_and_sections_are_read)
{
    struct config *c = parse(GOOD "[access]\nallow_groups = linux-users ; comment\n  Ops:Berlin\n"
                                  "allow_groups = devs\nstale_limit = 0\n"
                                  "[service sudo]\nallow_groups = admins\nrequire_mfa = yes\n"
                                  "[local_groups]\nadmins = sudo\nadmins = adm\n"
                                  "[ids]\n5f0a1c3e-9b2d-4e57-8a11-0c2d3e4f5a6b = 20001\n"
                                  "[directory]\nquota_share = 5%\nlog_level = debug\n");
    ck_assert_uint_eq(c->allow_groups.count, 3);
    ck_assert_str_eq(c->allow_groups.item[1], "Ops:Berlin");
    ck_assert_str_eq(c->allow_groups.item[2], "devs");
    ck_assert_uint_eq(c->stale_limit_s, 0);
    ck_assert_str_eq(config_allow_groups(c, "sudo")->item[0], "admins");
    ck_assert_uint_eq(config_allow_groups(c, "sshd")->count, 3);
    ck_assert_int_eq(config_require_mfa(c, "sudo"), CONFIG_MFA_YES);
    ck_assert_int_eq(config_require_mfa(c, "sshd"), CONFIG_MFA_NO);
    ck_assert_uint_eq(c->local_groups.count, 2);
    ck_assert_str_eq(c->local_groups.item[1].value, "adm");
    ck_assert_uint_eq(c->quota_share_percent, 5);
    config_free(&c);
    c = parse(GOOD "[local_groups]\nadmins = sudo\ndevs = adm\nadmins =\n");
    ck_assert_uint_eq(c->local_groups.count, 1);
    ck_assert_str_eq(c->local_groups.item[0].key, "devs");
    config_free(&c);
    c = parse(GOOD "[credentials]\nprofile = ops\nrole_arn = arn:aws:iam::123456789012:role/r\n"
                   "external_id = x-1\n");
    ck_assert_str_eq(c->profile, "ops");
    ck_assert_str_eq(c->role_arn, "arn:aws:iam::123456789012:role/r");
    ck_assert_str_eq(c->external_id, "x-1");
    config_free(&c);
    c = parse(GOOD "[directory]\nlog_level = debug\n");
    ck_assert_int_eq(c->log_level, CONFIG_LOG_DEBUG);
    config_free(&c);
}
END_TEST

/* A service's own value counts, whichever of the two is the default; without one, [login]'s. */
START_TEST(services_have_values_of_their_own)
{
    struct config *c = parse(GOOD "[login]\nsingle_prompt = yes\nqr_code = ascii\n"
                                  "[service sudo]\nsingle_prompt = no\n"
                                  "[service login]\nqr_code = blocks\noffline_login = no\n");
    ck_assert(config_single_prompt(c, "sshd") && config_single_prompt(c, "login"));
    ck_assert(!config_single_prompt(c, "sudo"));
    ck_assert_int_eq(config_qr_code(c, "sshd"), CONFIG_QR_ASCII);
    ck_assert_int_eq(config_qr_code(c, "sudo"), CONFIG_QR_ASCII);
    ck_assert_int_eq(config_qr_code(c, "login"), CONFIG_QR_BLOCKS);
    ck_assert(!config_offline_login(c, "login") && !config_offline_login(c, "sshd"));
    config_free(&c);
    c = parse(GOOD "[service sudo]\nsingle_prompt = yes\nqr_code = no\n");
    ck_assert(config_single_prompt(c, "sudo") && !config_single_prompt(c, "sshd"));
    ck_assert_int_eq(config_qr_code(c, "sudo"), CONFIG_QR_NO);
    ck_assert_int_eq(config_qr_code(c, "sshd"), CONFIG_QR_BLOCKS);
    config_free(&c);
}
END_TEST

START_TEST(flows_that_go_together)
{
    static const struct {
        const char *api, *flow, *wish;
    } rows[] = {
        { "admin", "ADMIN_USER_PASSWORD_AUTH", "" },
        { "public", "USER_PASSWORD_AUTH", "" },
        { "admin", "USER_SRP_AUTH", "" },
        { "public", "USER_SRP_AUTH", "" },
        { "admin", "CUSTOM_AUTH", "" },
        { "public", "CUSTOM_AUTH", "PASSWORD_SRP" },
        { "admin", "USER_AUTH", "" },
        { "public", "USER_AUTH", "EMAIL_OTP" },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        char text[512];
        snprintf(text, sizeof text,
                 GOOD "[login]\napi = %s\nauth_flow = %s\npreferred_challenge = %s\n", rows[i].api,
                 rows[i].flow, rows[i].wish);
        struct config *c = parse(text);
        ck_assert_str_eq(c->auth_flow, rows[i].flow);
        ck_assert_str_eq(c->preferred_challenge, rows[i].wish);
        config_free(&c);
    }
}
END_TEST

/* R-PAM-03: wrong means refused, and the reason names file, line and key. */
START_TEST(every_mistake_is_refused_and_named)
{
    static const struct {
        const char *text, *why;
    } rows[] = {
        { "", "[pool] pool_id: is required" },
        { "[pool]\npool_id = x\nclient_id = y\n", "[pool] pool_id: is no pool id" },
        { "[pool]\npool_id = eu-central-1_Ab:c\nclient_id = y\n", "is no pool id" },
        { "[pool]\npool_id = eu-central-1_Abc\n", "[pool] client_id: is required" },
        { GOOD "client = x\n", "test.conf:4: [pool] client: unknown key" },
        { GOOD "[polo]\nx = y\n", "test.conf:5: [polo] x: unknown key" },
        { GOOD "nonsense\n", "test.conf:4: neither [section] nor key = value" },
        { GOOD "[access\n", "test.conf:4: neither" },
        { GOOD "client_id = again\n", "set twice" },
        { GOOD "ca_bundle = ca.pem\n", "test.conf:4: [pool] ca_bundle: must be an absolute path" },
        { GOOD "endpoint_url = http://x/\n", "must begin with https://" },
        { GOOD "endpoint_url = https://u@x/\n", "must have no user" },
        { GOOD "endpoint_url = https://x/\nuse_fips_endpoint = yes\n", "excludes" },
        { GOOD "use_fips_endpoint = true\n", "must be yes or no" },
        { GOOD "[login]\nlogin_timeout = 15\n", "must be a number with s, m, h or d" },
        { GOOD "[login]\nlogin_timeout = 61s\n", "must lie between 5 and 60 seconds" },
        { GOOD "[login]\nlogin_timeout = 99999999999d\n", "must be a number" },
        { GOOD "[login]\nauth_flow = SRP\n", "[login] auth_flow: must be ADMIN_USER_PASS" },
        { GOOD "[login]\nauth_flow = user_srp_auth\n", "[login] auth_flow: must be" },
        { GOOD "[login]\nauth_flow = REFRESH_TOKEN_AUTH\n", "[login] auth_flow: must be" },
        { GOOD "[login]\nauth_flow = USER_PASSWORD_AUTH\n", "needs api = public" },
        { GOOD "[login]\napi = public\n", "[login] auth_flow: needs api = admin" },
        { GOOD "[login]\napi = both\n", "[login] api: must be admin or public" },
        { GOOD "[login]\npreferred_challenge = PASSWORD\n", "goes with auth_flow = USER_AUTH" },
        { GOOD "[login]\nauth_flow = CUSTOM_AUTH\npreferred_challenge = EMAIL_OTP\n",
          "goes with auth_flow = USER_AUTH" },
        { GOOD "[login]\nauth_flow = USER_AUTH\npreferred_challenge = WEB_AUTHN\n",
          "[login] preferred_challenge: must be PASSWORD" },
        { GOOD "[directory]\nsource = s3\n", "supports only \"cognito\"" },
        { GOOD "[login]\nremember_device = yes\n",
          "test.conf:5: [login] remember_device: needs auth_flow = USER_SRP_AUTH and api" },
        { GOOD "[login]\nauth_flow = USER_SRP_AUTH\nremember_device = yes\n",
          "test.conf:6: [login] remember_device: needs" },
        { GOOD "[login]\nauth_flow = USER_PASSWORD_AUTH\napi = public\nremember_device = yes\n",
          "test.conf:7: [login] remember_device: needs" },
        { GOOD "[login]\nrequire_mfa = device\n",
          "test.conf:5: [login] require_mfa: device needs [login] remember_device = yes" },
        { GOOD "[service sudo]\nrequire_mfa = device\n",
          "test.conf:5: [service sudo] require_mfa: device needs" },
        { GOOD "[login]\noffline_expiry = 59s\n", "must lie between" },
        { GOOD "[login]\noffline_attempts = 0\n", "must lie between 1 and 100" },
        { GOOD "[login]\nrequire_mfa = maybe\n", "must be one of no|yes" },
        { GOOD "[directory]\nquota_share = 20\n", "must be a percentage" },
        { GOOD "[directory]\nquota_share = 120%\n", "must lie between 1 and 100" },
        { GOOD "[users]\nattribute_id_range = 1000\n", "must be LOW-HIGH" },
        { GOOD "[users]\nattribute_id_range = 0-59999\n", "reserved for the system" },
        { GOOD "[users]\nattribute_id_range = 5000-1000\n", "must be LOW-HIGH" },
        { GOOD "[users]\nhash_id_range = 1879048192-1879048200\n", "at least 65536" },
        { GOOD "[users]\nattribute_id_range = 1879048192-1900000000\n", "overlaps" },
        { GOOD "[users]\nhome = home/%u\n", "must be an absolute path" },
        { GOOD "[users]\nhome = /home\n", "must hold %u once" },
        { GOOD "[users]\nhome = /home/%s\n", "must hold %u once" },
        { GOOD "[users]\nlogin_name = phone\ntrust_writable_attributes = yes\n",
          "must be username" },
        { GOOD "[users]\nlogin_name = email\n", "[users] email_domains: is required" },
        { GOOD "[users]\nuid_attribute = custom:uid\n", "able to write this attribute themselves" },
        { GOOD "[users]\nshell_attribute = custom:shell\n", "shell_attribute: users may be able" },
        { GOOD "[users]\nhome_attribute = custom:home\n", "home_attribute: users may be able" },
        { GOOD "[users]\nssh_key_attribute = custom:keys\n", "ssh_key_attribute: users may" },
        { GOOD "[users]\nlogin_name = preferred_username\n", "login_name: users may be able" },
        { GOOD "[users]\nlogin_name = custom:login\n", "login_name: users may be able" },
        { GOOD "[users]\nhome_attribute = email\n", "home_attribute: users may be able" },
        { GOOD "[users]\nuid_attribute = dev:custom:uid\nshell_attribute = custom:shell\n",
          "shell_attribute: users may be able" },
        { GOOD "[users]\nattributes_verified = v1:" HEX64 "0\n", "attributes_verified: must be" },
        { GOOD "[users]\nattributes_verified = v1:" NOT_HEX64 "\n",
          "attributes_verified: must be" },
        { GOOD "[users]\nattributes_verified = v2:" HEX64 "\n", "attributes_verified: must be" },
        { GOOD "[users]\nhome = /%u\n", "[users] home: must be an absolute path below a folder" },
        { GOOD "[users]\nhome = /%u/home\n", "[users] home: must be" },
        { GOOD "[users]\nhome = /home/%u/\n", "[users] home: must be" },
        { GOOD "[users]\nhome = /home//%u\n", "[users] home: must be" },
        { GOOD "[users]\nhome = /home/./%u\n", "[users] home: must be" },
        { GOOD "[users]\nhome = /home/../%u\n", "[users] home: must be" },
        { GOOD "[users]\nhome = /home/a:%u\n", "[users] home: must be" },
        { GOOD "[users]\nhome = /home/%u/%u\n", "must hold %u once" },
        { GOOD "[ids]\na = 2000\nb = 2001\na = 2002\n", "[ids] a: is given two uids" },
        { GOOD "[ids]\na = 2000\nb = 2000\n", "[ids] b: is given another sub's uid" },
        { GOOD "[ids]\na = 02000\n", "[ids] a: must be SUB = UID" },
        { GOOD "[ids]\na = 65534\n", "[ids] a: must be SUB = UID" },
        { GOOD "[local_groups]\nadmins = sudo, adm\n", "one local group a line" },
        { GOOD "[local_groups]\na\x1b = sudo\n", "holds control characters" },
        { GOOD "[ids]\nx = 12\n", "must be SUB = UID within the id ranges" },
        { GOOD "[access]\nallow_groups = *\n", "must be all when an allow_groups is *" },
        { GOOD "[service sshd]\nallow_groups = *\n", "must be all when an allow_groups is *" },
        { GOOD "[service two words]\nrequire_mfa = yes\n", "must be [service NAME]" },
        { GOOD "[access]\nallow_groups = a\x1b[2J\n", "holds control characters" },
        { GOOD "[section-with-a-name-that-is-much-too-long-to-be-right]\n", "section's name" },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct config *c = NULL;
        char why[CONFIG_WHY_MAX] = "";
        ck_assert_int_eq(config_parse("test.conf", rows[i].text, &c, why), ERR_CONFIG);
        ck_assert_ptr_null(c);
        ck_assert_msg(strstr(why, rows[i].why) != NULL, "row %zu: \"%s\"", i, why);
        ck_assert_ptr_null(strpbrk(why, "\n\x1b"));
    }
}
END_TEST

START_TEST(a_line_too_long_for_the_parser_is_an_error)
{
    char text[1024], why[CONFIG_WHY_MAX];
    struct config *c = NULL;
    int n = snprintf(text, sizeof text, GOOD "[access]\nallow_groups = ");
    memset(text + n, 'x', 300);
    text[n + 300] = '\0';
    ck_assert_int_eq(config_parse("test.conf", text, &c, why), ERR_CONFIG);
    ck_assert_msg(strstr(why, "test.conf:5: the line is longer") != NULL, "%s", why);
}
END_TEST

/* R-ID-01: sources that users may write need the operator's word; developer-only ones and an
 * address that the pool has verified do not. */
START_TEST(attribute_sources_need_trust)
{
    static const char *const good[] = {
        "uid_attribute = dev:custom:uid\nhome_attribute = dev:custom:home\n"
        "shell_attribute = dev:custom:shell\nssh_key_attribute = dev:custom:keys\n"
        "login_name = dev:custom:login\n",
        "login_name = email\nemail_domains = example.com\n",
        "uid_attribute = custom:uid\nlogin_name = preferred_username\n"
        "trust_writable_attributes = yes\n",
        "uid_attribute = custom:uid\nattributes_verified = v1:" HEX64 "\n",
    };
    for (size_t i = 0; i < COUNT(good); i++) {
        char text[1024];
        snprintf(text, sizeof text, GOOD "[users]\n%s", good[i]);
        struct config *c = parse(text);
        config_free(&c);
    }
}
END_TEST

/* R-PAM-17 */
START_TEST(no_list_lets_in_nobody_and_a_star_must_be_written)
{
    struct config *c = parse(GOOD "[directory]\nscope = all\n");
    ck_assert(!config_lets_in(config_allow_groups(c, "sshd"), "anything"));
    config_free(&c);
    c = parse(
        GOOD
        "[access]\nallow_groups = *\n[directory]\nscope = all\n[service su]\nallow_groups =\n");
    ck_assert(config_lets_in(config_allow_groups(c, "sshd"), "anything"));
    ck_assert(!config_lets_in(config_allow_groups(c, "su"), "anything"));
    config_free(&c);
    c = parse(GOOD "[access]\nallow_groups = Devs\n");
    ck_assert(config_lets_in(&c->allow_groups, "Devs"));
    ck_assert(!config_lets_in(&c->allow_groups, "devs")); /* raw names, byte for byte */
    config_free(&c);
}
END_TEST

START_TEST(named_groups_are_found_once_each)
{
    struct config *c =
        parse(GOOD "[access]\nallow_groups = a\n b\n[service sudo]\nallow_groups = b\n c\n"
                   "[local_groups]\na = sudo\nd = adm\n[users]\nprimary_group = e\n");
    static const char *const want[] = { "a", "b", "c", "d", "e" };
    for (size_t i = 0; i < COUNT(want); i++)
        ck_assert_str_eq(config_named_group(c, i), want[i]);
    ck_assert_ptr_null(config_named_group(c, COUNT(want)));
    ck_assert(config_covers_group(c, "d") && !config_covers_group(c, "f"));
    config_free(&c);
}
END_TEST

static void collect(void *arg, const char *line)
{
    char *all = arg;
    size_t n = strlen(all);
    snprintf(all + n, 16384 - n, "%s", line);
}

/* R-PAM-10: off unless written; a service may differ from the rest either way. */
START_TEST(offline_login_is_off_unless_written)
{
    struct config *c = parse(GOOD "[service sudo]\nrequire_mfa = yes\n");
    ck_assert(!config_offline_login(c, "sshd") && !config_offline_login(c, "sudo"));
    ck_assert(!config_offline_anywhere(c));
    ck_assert_uint_eq(c->offline_attempts, 5);
    ck_assert_uint_eq(c->offline_expiry_s, 3 * 86400);
    config_free(&c);
    c = parse(GOOD "[service sudo]\noffline_login = yes\n");
    ck_assert(!config_offline_login(c, "sshd") && config_offline_login(c, "sudo"));
    ck_assert(config_offline_anywhere(c));
    config_free(&c);
    c = parse(GOOD "[login]\noffline_login = yes\n[service sudo]\noffline_login = no\n");
    ck_assert(config_offline_login(c, "sshd") && !config_offline_login(c, "sudo"));
    config_free(&c);
}
END_TEST

START_TEST(a_device_goes_with_srp_and_the_public_operations)
{
    struct config *c = parse(GOOD "[login]\nauth_flow = USER_SRP_AUTH\napi = public\n"
                                  "remember_device = yes\nrequire_mfa = device\n"
                                  "[service sudo]\nrequire_mfa = yes\n");
    ck_assert(c->remember_device);
    ck_assert_int_eq(config_require_mfa(c, "sshd"), CONFIG_MFA_DEVICE);
    ck_assert_int_eq(config_require_mfa(c, "sudo"), CONFIG_MFA_YES);
    config_free(&c);
}
END_TEST

/* What is printed reads back as the same configuration. */
START_TEST(printing_and_reading_agree)
{
    static char once[16384], twice[16384];
    struct config *c = parse(GOOD "[access]\nallow_groups = a\n b c\nstale_limit = 36h\n"
                                  "[service sudo]\nrequire_mfa = yes\nsingle_prompt = yes\n"
                                  "offline_login = yes\n"
                                  "[service login]\nqr_code = ascii\n[local_groups]\na = sudo\n");
    once[0] = twice[0] = '\0';
    config_print(c, collect, once);
    config_free(&c);
    c = parse(once);
    config_print(c, collect, twice);
    config_free(&c);
    ck_assert_str_eq(once, twice);
    ck_assert_ptr_nonnull(strstr(once, "stale_limit = 36h\n"));
    ck_assert_ptr_nonnull(strstr(once, "single_prompt = yes\n"));
    ck_assert_ptr_nonnull(strstr(once, "qr_code = ascii\n"));
    for (size_t i = 0; i < key_count; i++)
        ck_assert_msg(strstr(once, keys[i].name) != NULL, "%s is not printed", keys[i].name);
}
END_TEST

/* What the README tells a newcomer to write is right. */
START_TEST(the_readme_example_is_a_configuration)
{
    char path[512], line[256], text[4096] = "";
    bool is_inside = false;
    snprintf(path, sizeof path, "%s/README.md", getenv("top_srcdir"));
    FILE *f = fopen(path, "re");
    ck_assert_msg(f != NULL, "%s", path);
    while (fgets(line, sizeof line, f) != NULL) {
        size_t n = strlen(text);
        if (strncmp(line, "```", 3) == 0)
            is_inside = strcmp(line, "```ini\n") == 0;
        else if (is_inside)
            snprintf(text + n, sizeof text - n, "%s", line);
    }
    fclose(f);
    struct config *c = parse(text);
    ck_assert_str_eq(c->allow_groups.item[0], "linux-users");
    ck_assert_str_eq(c->local_groups.item[0].value, "sudo");
    config_free(&c);
}
END_TEST

static void write_file(const char *dir, const char *name, const char *text, mode_t mode)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    FILE *f = fopen(path, "we");
    ck_assert_ptr_nonnull(f);
    fputs(text, f);
    ck_assert_int_eq(fclose(f), 0);
    ck_assert_int_eq(chmod(path, mode), 0);
}

START_TEST(dropins_replace_in_byte_order_and_must_be_trusted)
{
    char dir[64] = "/tmp/unit-config.XXXXXX", file[128], dropins[128], path[256],
         why[CONFIG_WHY_MAX];
    struct config *c = NULL;
    ck_assert_ptr_nonnull(mkdtemp(dir));
    snprintf(file, sizeof file, "%s/cognitod.conf", dir);
    snprintf(dropins, sizeof dropins, "%s/cognitod.conf.d", dir);
    ck_assert_int_eq(config_load(file, dropins, &c, why), ERR_CONFIG);
    ck_assert_ptr_nonnull(strstr(why, "does not exist"));
    write_file(dir, "cognitod.conf", GOOD "[access]\nallow_groups = a\n", 0644);
    ck_assert_int_eq(config_load(file, dropins, &c, why), 0);
    config_free(&c);
    ck_assert_int_eq(mkdir(dropins, 0755), 0);
    write_file(dropins, "20-b.conf", "[access]\nallow_groups =\nallow_groups = c\n", 0644);
    write_file(dropins, "10-a.conf", "[access]\nallow_groups = b\n[pool]\nclient_id = other\n",
               0644);
    write_file(dropins, "note.txt", "this is no drop-in", 0644);
    ck_assert_int_eq(config_load(file, dropins, &c, why), 0);
    ck_assert_str_eq(c->client_id, "other");
    ck_assert_uint_eq(c->allow_groups.count, 1);
    ck_assert_str_eq(c->allow_groups.item[0], "c");
    config_free(&c);
    /* R-PAM-03: a folder that cannot be read is not one that is missing. */
    ck_assert_int_eq(config_load(file, file, &c, why), ERR_CONFIG);
    ck_assert_ptr_nonnull(strstr(why, "cannot be read"));
    snprintf(path, sizeof path, "%s/20-b.conf", dropins);
    ck_assert_int_eq(chmod(path, 0666), 0);
    ck_assert_int_eq(config_load(file, dropins, &c, why), ERR_CONFIG);
    ck_assert_ptr_nonnull(strstr(why, "only root may write"));
    unlink(path);
    snprintf(path, sizeof path, "%s/10-a.conf", dropins);
    unlink(path);
    snprintf(path, sizeof path, "%s/note.txt", dropins);
    unlink(path);
    rmdir(dropins);
    unlink(file);
    rmdir(dir);
}
END_TEST

SUITE("config", offline_login_is_off_unless_written,
      a_device_goes_with_srp_and_the_public_operations, defaults_are_those_of_the_table,
      values_lists_and_sections_are_read, services_have_values_of_their_own, flows_that_go_together,
      every_mistake_is_refused_and_named, a_line_too_long_for_the_parser_is_an_error,
      attribute_sources_need_trust, no_list_lets_in_nobody_and_a_star_must_be_written,
      named_groups_are_found_once_each, printing_and_reading_agree,
      the_readme_example_is_a_configuration, dropins_replace_in_byte_order_and_must_be_trusted)
