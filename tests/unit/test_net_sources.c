/* SPDX-License-Identifier: Apache-2.0
 *
 * Container, web identity and roles, scripted: what is sent, what is taken, what happens when
 * nothing right comes back; and how keys live in the store. R-NET-01, R-NET-05.
 */
#include "net_fixture.h"

#define STS_KEYS(id, expires)                                                                      \
    "<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>" id                          \
    "</AccessKeyId><SecretAccessKey>s2</SecretAccessKey><SessionToken>t2</SessionToken>"           \
    "<Expiration>" expires "</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>"
#define STS_ERROR(code)                                                                            \
    "<ErrorResponse><Error><Code>" code "</Code><Message>words</Message></Error></ErrorResponse>"
#define LATER  "2026-01-01T06:00:00Z"
#define PASSED "2025-12-31T23:00:00Z"

static void open_and_ask(void)
{
    ck_assert_msg(fixture_open() == 0, "%s", fx.why);
    fixture_ask();
}

/* -------------------------------------------------------------- container */

START_TEST(container_addresses)
{
    static const struct {
        const char *relative, *full, *url; /* url NULL: refused */
    } rows[] = {
        { "/v2/x?a=b", NULL, "http://169.254.170.2/v2/x?a=b" },
        { "/v2/x", "http://127.0.0.1/", "http://169.254.170.2/v2/x" },
        { NULL, "http://127.0.0.1:80/x", "http://127.0.0.1:80/x" },
        { NULL, "http://127.9.8.7/x", "http://127.9.8.7/x" },
        { NULL, "http://localhost:5000/x", "http://127.0.0.1:5000/x" },
        { NULL, "http://[::1]/x", "http://[::1]/x" },
        { NULL, "http://169.254.170.23/v1/credentials", "http://169.254.170.23/v1/credentials" },
        { NULL, "http://[fd00:ec2::23]/v1", "http://[fd00:ec2::23]/v1" },
        { NULL, "https://keys.example/x", "https://keys.example/x" },
        { "v2/x", NULL, NULL },
        { "@evil.example/", NULL, NULL },
        { "/x@y", NULL, NULL },
        { "/a b", NULL, NULL },
        { NULL, "http://evil.example/", NULL },
        { NULL, "http://localhost.evil.example/", NULL },
        { NULL, "http://127.0.0.1.evil.example/", NULL },
        { NULL, "http://127.0.0.1@evil.example/", NULL },
        { NULL, "http://10.0.0.1/", NULL },
        { NULL, "http://169.254.169.254/latest/", NULL },
        { NULL, "http://169.254.170.20/", NULL },
        { NULL, "ftp://127.0.0.1/", NULL },
        { NULL, "file:///etc/shadow", NULL },
        { NULL, "/x", NULL },
    };
    fixture_begin();
    for (size_t i = 0; i < COUNT(rows); i++) {
        fixture_set("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", rows[i].relative);
        fixture_set("AWS_CONTAINER_CREDENTIALS_FULL_URI", rows[i].full);
        int err = fixture_open();
        ck_assert_msg(err == (rows[i].url == NULL ? ERR_CONFIG : 0), "row %zu: %d", i, err);
        if (err == 0) {
            fixture_ask();
            ck_assert_str_eq(fx.net->calls[0].url, rows[i].url);
            ck_assert_str_eq(fx.net->calls[0].method, "GET");
            ck_assert_ptr_null(script_header(fx.net, 0, "Authorization"));
        }
        fixture_reopen();
    }
    fixture_end();
}
END_TEST

START_TEST(container_tokens)
{
    fixture_begin();
    fixture_set("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://169.254.170.23/v1/credentials");
    fixture_set("AWS_CONTAINER_AUTHORIZATION_TOKEN", "one");
    open_and_ask();
    ck_assert_str_eq(script_header(fx.net, 0, "Authorization"), "one");
    fixture_reopen();
    fixture_set("AWS_CONTAINER_AUTHORIZATION_TOKEN", "one\r\nHost: x");
    ck_assert_int_eq(fixture_open(), ERR_CONFIG);
    ck_assert_ptr_null(strstr(fx.why, "Host"));
    fixture_reopen();
    /* The file wins, and is read anew each time; Kubernetes puts it behind a link. */
    char link[128];
    const char *file = fixture_file("token", "first", 0600);
    snprintf(link, sizeof link, "%s/link", fx.home);
    ck_assert_int_eq(symlink(file, link), 0);
    fixture_set("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", link);
    open_and_ask();
    ck_assert_str_eq(script_header(fx.net, 0, "Authorization"), "first");
    ck_assert(script_say(fx.net, 0, 200, FIXTURE_KEYS("ASIA1", LATER)));
    ck_assert_str_eq(fx.keys.access_key, "ASIA1");
    ck_assert_int_eq(fx.report.expires_s, FIXTURE_NOW + 6 * 3600);
    fixture_file("token", "second", 0600);
    ck_assert(credentials_refused(fx.store, "ASIA1"));
    fixture_ask();
    ck_assert_str_eq(script_header(fx.net, 1, "Authorization"), "second");
    ck_assert(script_say(fx.net, 1, 200, FIXTURE_KEYS("ASIA2", LATER)));
    /* A newline, an empty file, one that others may write, none: keys are kept. */
    static const struct {
        const char *text, *why;
        mode_t mode;
    } rows[] = { { "a\nb", "no newline", 0600 },
                 { "a\n", "no newline", 0600 },
                 { "", "no newline", 0600 },
                 { "a", "trusted", 0666 } };
    for (size_t i = 0; i < COUNT(rows); i++) {
        fixture_file("token", rows[i].text, rows[i].mode);
        fx.local_s = FIXTURE_NOW + 6 * 3600 - 60 + (int64_t)i * 10;
        fixture_ask();
        ck_assert_str_eq(fx.keys.access_key, "ASIA2");
        ck_assert(fx.report.is_kept && fx.report.err == ERR_CONFIG);
        ck_assert_msg(i == 3 || strstr(fx.why, rows[i].why) != NULL, "row %zu: %s", i, fx.why);
    }
    ck_assert_uint_eq(fx.net->started, 2);
    fixture_end();
}
END_TEST

START_TEST(container_answers)
{
    static const struct {
        int status;
        const char *body;
        int err;
    } rows[] = { { 400, "{\"code\":\"AccessDeniedException\",\"message\":\"no\"}", ERR_CONFIG },
                 { 200, "{\"code\":\"AccessDeniedException\"}", ERR_FORMAT },
                 { 200, "{\"AccessKeyId\":\"A\",\"SecretAccessKey\":\"s\",\"Token\":\"t\"}",
                   ERR_FORMAT },
                 { 200, FIXTURE_KEYS("A B", LATER), ERR_FORMAT },
                 { 302, "", ERR_CONFIG } };
    fixture_begin();
    fixture_set("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/x");
    for (size_t i = 0; i < COUNT(rows); i++) {
        open_and_ask();
        ck_assert(script_say(fx.net, 0, rows[i].status, rows[i].body));
        ck_assert_msg(fx.got == 1 && fx.err == rows[i].err, "row %zu: %d", i, fx.err);
        ck_assert(strncmp(fx.why, "container: ", 11) == 0);
        fixture_reopen();
    }
    open_and_ask(); /* three tries, of two seconds each */
    ck_assert_uint_eq(fx.net->calls[0].budget_ms, 2000);
    ck_assert(script_answer(fx.net, 0, (struct http_reply){ .err = ERR_TIMEOUT }));
    ck_assert(script_say(fx.net, 1, 500, ""));
    ck_assert(script_say(fx.net, 2, 429, ""));
    ck_assert_uint_eq(fx.net->started, 3);
    ck_assert_int_eq(fx.err, ERR_UNAVAIL);
    ck_assert_str_eq(fx.why, "container: status 429");
    fixture_end();
}
END_TEST

/* ----------------------------------------------------------- web identity */

START_TEST(web_identity)
{
    fixture_begin();
    fixture_set("AWS_WEB_IDENTITY_TOKEN_FILE", fixture_file("token", "head.body+/=\n", 0640));
    ck_assert_int_eq(fixture_open(), ERR_CONFIG); /* no role */
    fixture_set("AWS_ROLE_ARN", FIXTURE_ROLE "a");
    open_and_ask();
    ck_assert_str_eq(fx.net->calls[0].url, "https://sts.eu-central-1.amazonaws.com/");
    ck_assert_str_eq(fx.net->calls[0].method, "POST");
    ck_assert_str_eq(fx.net->calls[0].body,
                     "Action=AssumeRoleWithWebIdentity&Version=2011-06-15"
                     "&RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2Fa"
                     "&RoleSessionName=cognitod-host1.example&WebIdentityToken=head.body%2B%2F%3D");
    ck_assert_ptr_null(script_header(fx.net, 0, "Authorization"));
    ck_assert_str_eq(script_header(fx.net, 0, "Content-Type"),
                     "application/x-www-form-urlencoded; charset=utf-8");
    ck_assert(script_say(fx.net, 0, 400, STS_ERROR("IDPCommunicationError")));
    ck_assert(script_say(fx.net, 1, 200, STS_KEYS("ASIA1", LATER)));
    ck_assert_str_eq(fx.keys.access_key, "ASIA1");
    ck_assert_str_eq(fx.keys.token, "t2");
    /* Final refusals are not repeated; the rotated token is the one that is sent. */
    fixture_file("token", "other", 0640);
    fx.local_s += 6 * 3600 - 60;
    fixture_ask();
    ck_assert_ptr_nonnull(strstr(fx.net->calls[2].body, "&WebIdentityToken=other"));
    ck_assert(script_say(fx.net, 2, 400, STS_ERROR("ExpiredTokenException")));
    ck_assert_uint_eq(fx.net->started, 3);
    ck_assert_str_eq(fx.why, "web-identity: " FIXTURE_ROLE "a: ExpiredTokenException: words");
    ck_assert(fx.report.is_kept && fx.err == 0);
    fixture_reopen();
    fixture_set("AWS_ROLE_SESSION_NAME", "me@x");
    fixture_set("AWS_ENDPOINT_URL_STS", "https://sts.test:8443/here");
    open_and_ask();
    ck_assert_str_eq(fx.net->calls[0].url, "https://sts.test:8443/here");
    ck_assert_ptr_nonnull(strstr(fx.net->calls[0].body, "&RoleSessionName=me%40x&"));
    for (size_t i = 0; i < 3; i++)
        ck_assert(script_say(fx.net, i, 400, STS_ERROR("IDPCommunicationError")));
    ck_assert_int_eq(fx.err, ERR_UNAVAIL);
    fixture_reopen();
    fixture_set("AWS_ENDPOINT_URL_STS", "http://sts.test/");
    ck_assert_int_eq(fixture_open(), ERR_CONFIG);
    fixture_end();
}
END_TEST

/* ------------------------------------------------------------------ roles */

START_TEST(roles_in_a_row)
{
    fixture_begin();
    fixture_file(".aws/config",
                 "[default]\nrole_arn = " FIXTURE_ROLE "a\nsource_profile = b\n"
                 "duration_seconds = 1800\nexternal_id = x:1\n"
                 "[profile b]\nrole_arn = " FIXTURE_ROLE
                 "b\ncredential_source = Environment\nrole_session_name = name\n",
                 0600);
    fixture_set("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE");
    fixture_set("AWS_SECRET_ACCESS_KEY", "s");
    fx.options.profile = "default";
    fx.options.role_arn = FIXTURE_ROLE "c";
    fx.options.external_id = "yy";
    open_and_ask();
    const struct http_call *c = fx.net->calls;
    ck_assert_ptr_nonnull(strstr(c[0].body, "Action=AssumeRole&"));
    ck_assert_ptr_nonnull(strstr(c[0].body, "role%2Fb&RoleSessionName=name"));
    ck_assert(strncmp(script_header(fx.net, 0, "Authorization"),
                      "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260101/eu-central-1/sts/"
                      "aws4_request, SignedHeaders=content-type;host;x-amz-date, Signature=",
                      120) == 0);
    ck_assert_str_eq(script_header(fx.net, 0, "X-Amz-Date"), "20260101T000000Z");
    ck_assert_ptr_null(script_header(fx.net, 0, "X-Amz-Security-Token"));
    ck_assert(script_say(fx.net, 0, 200, STS_KEYS("ASIAB", LATER)));
    ck_assert_ptr_nonnull(strstr(c[1].body, "role%2Fa&"));
    ck_assert_ptr_nonnull(strstr(c[1].body, "&ExternalId=x%3A1&DurationSeconds=1800"));
    ck_assert_ptr_nonnull(
        strstr(script_header(fx.net, 1, "Authorization"), "Credential=ASIAB/20260101"));
    ck_assert_str_eq(script_header(fx.net, 1, "X-Amz-Security-Token"), "t2");
    ck_assert(script_say(fx.net, 1, 200, STS_KEYS("ASIAA", LATER)));
    ck_assert_ptr_nonnull(strstr(c[2].body, "role%2Fc&"));
    ck_assert_ptr_nonnull(strstr(c[2].body, "&ExternalId=yy"));
    ck_assert_uint_eq(fx.got, 0);
    ck_assert(script_say(fx.net, 2, 200, STS_KEYS("ASIAC", LATER)));
    ck_assert_str_eq(fx.keys.access_key, "ASIAC");
    /* A refresh walks the whole row again, from the keys in the environment. */
    ck_assert(credentials_refused(fx.store, "ASIAC"));
    fixture_ask();
    ck_assert_ptr_nonnull(
        strstr(script_header(fx.net, 3, "Authorization"), "Credential=AKIDEXAMPLE/"));
    ck_assert(script_say(fx.net, 3, 403, STS_ERROR("AccessDenied")));
    ck_assert_int_eq(fx.err, ERR_CONFIG); /* refused keys are not used on */
    ck_assert(!fx.report.is_kept);
    ck_assert_str_eq(fx.why, "role: " FIXTURE_ROLE "b: AccessDenied: words");
    fixture_end();
}
END_TEST

START_TEST(role_of_the_configuration)
{
    fixture_begin();
    fx.options.external_id = "yy";
    ck_assert_int_eq(fixture_open(), ERR_CONFIG);
    fx.options.role_arn = "nonsense";
    ck_assert_int_eq(fixture_open(), ERR_CONFIG);
    ck_assert_str_eq(fx.why, "[credentials]: role_arn is no role's ARN");
    fx.options.role_arn = FIXTURE_ROLE "c";
    open_and_ask(); /* on top of the instance's role */
    ck_assert(script_say(fx.net, 0, 200, "TOKEN=="));
    ck_assert(script_say(fx.net, 1, 200, "the-role"));
    ck_assert(script_say(fx.net, 2, 200, FIXTURE_KEYS("ASIAI", LATER)));
    ck_assert_ptr_nonnull(strstr(script_header(fx.net, 3, "Authorization"), "ASIAI/"));
    ck_assert(script_say(fx.net, 3, 200, STS_KEYS("ASIAR", LATER)));
    ck_assert_str_eq(fx.keys.access_key, "ASIAR");
    ck_assert_str_eq(fx.report.source, "imds");
    fixture_end();
}
END_TEST

/* R-NET-05: a wrong clock is learned from the refusal, and the request signed once more. */
START_TEST(wrong_clocks)
{
    static const int64_t wrong_s[] = { 3600, -3600, 315576000, -315576000 };
    for (size_t i = 0; i < COUNT(wrong_s); i++) {
        struct http_reply refusal = { .status = 403, .body = STS_ERROR("SignatureDoesNotMatch") };
        snprintf(refusal.date, sizeof refusal.date, "Thu, 01 Jan 2026 00:00:00 GMT");
        fixture_begin();
        fixture_set("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE");
        fixture_set("AWS_SECRET_ACCESS_KEY", "s");
        fx.options.role_arn = FIXTURE_ROLE "c";
        fx.local_s = FIXTURE_NOW + wrong_s[i];
        open_and_ask();
        ck_assert(script_answer(fx.net, 0, refusal));
        ck_assert_str_eq(script_header(fx.net, 1, "X-Amz-Date"), "20260101T000000Z");
        ck_assert(script_answer(fx.net, 1, refusal)); /* but only once */
        ck_assert_uint_eq(fx.net->started, 2);
        ck_assert_int_eq(fx.err, ERR_CONFIG);
        fixture_ask();
        ck_assert(script_say(fx.net, 2, 200, STS_KEYS("ASIAC", LATER)));
        ck_assert(!fx.report.is_overdue && fx.err == 0);
        fixture_end();
    }
}
END_TEST

/* ------------------------------------------------------------------ lives */

/* Expired when they came, as from the metadata service in an outage: used, and asked for again
 * after 15 minutes and 2 to 10 more. */
START_TEST(expired_keys_are_used_on)
{
    fixture_begin();
    fixture_set("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/x");
    open_and_ask();
    ck_assert(script_say(fx.net, 0, 200, FIXTURE_KEYS("OLD", PASSED)));
    ck_assert_str_eq(fx.keys.access_key, "OLD");
    ck_assert(fx.report.is_overdue && fx.report.err == 0);
    fx.local_s += 17 * 60 - 1;
    fixture_ask();
    ck_assert_uint_eq(fx.got, 2);
    ck_assert_uint_eq(fx.net->started, 1);
    fx.local_s += 8 * 60 + 2;
    fixture_ask();
    ck_assert_uint_eq(fx.net->started, 2);
    ck_assert_uint_eq(fx.got, 2); /* it waits */
    ck_assert(script_answer(fx.net, 1, (struct http_reply){ .err = ERR_REFUSED }));
    ck_assert_str_eq(fx.keys.access_key, "OLD");
    ck_assert(fx.report.is_kept);
    ck_assert(credentials_refused(fx.store, "OLD"));
    fixture_ask(); /* the cloud's word ends every waiting */
    ck_assert_uint_eq(fx.net->started, 3);
    fixture_end();
}
END_TEST

/* Keys that live for less than a refresh ahead wants are renewed at half of their life. */
START_TEST(short_lives)
{
    fixture_begin();
    fixture_set("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/x");
    open_and_ask();
    ck_assert(script_say(fx.net, 0, 200, FIXTURE_KEYS("A", "2026-01-01T00:08:00Z")));
    fx.local_s += 239;
    fixture_ask();
    ck_assert_uint_eq(fx.got, 2);
    ck_assert_uint_eq(fx.net->started, 1);
    fx.local_s += 1;
    fixture_ask();
    ck_assert_uint_eq(fx.net->started, 2);
    fx.local_s = FIXTURE_NOW - 86400; /* a clock set back does not put it off */
    ck_assert(script_say(fx.net, 1, 200, FIXTURE_KEYS("B", "2026-01-01T00:08:00Z")));
    ck_assert_str_eq(fx.keys.access_key, "B");
    fixture_end();
}
END_TEST

START_TEST(nothing_is_configured)
{
    fixture_begin();
    fixture_set("AWS_EC2_METADATA_DISABLED", "True");
    ck_assert_int_eq(fixture_open(), ERR_CONFIG);
    ck_assert_str_eq(fx.why, "no source of AWS credentials is configured");
    ck_assert_uint_eq(fx.reports, 1);
    fixture_set("AWS_SECRET_ACCESS_KEY", "CANARY secret");
    fixture_set("AWS_ACCESS_KEY_ID", "A");
    ck_assert_int_eq(fixture_open(), ERR_CONFIG); /* R-SEC-01: the reason tells no secret */
    ck_assert_str_eq(fx.why, "the environment: a key holds blanks or is too long");
    fixture_end();
}
END_TEST

SUITE("net_sources", container_addresses, container_tokens, container_answers, web_identity,
      roles_in_a_row, role_of_the_configuration, wrong_clocks, expired_keys_are_used_on,
      short_lives, nothing_is_configured)
