/* SPDX-License-Identifier: Apache-2.0
 *
 * The check after the start: every reply that a sign-in of nobody can get and what is said about
 * it, and what it sends in each flow.
 */
#include "base/clock.h"
#include "cognito/auth.h"
#include "daemon/log.h"
#include "daemon/probe.h"
#include "daemon_fixture.h"
#include "log_fixture.h"
#include "net/http.h"
#include "net/json_in.h"
#include "suite.h"

#include <stdio.h>
#include <string.h>

#define ERROR(type, message) "{\"__type\":\"" type "Exception\",\"message\":\"" message "\"}"
#define SESSION              "\"Session\":\"session-of-more-than-twenty-characters\""

static const struct row {
    int status;
    const char *body;
    enum config_level level;
    const char *part; /* of the text */
} rows[] = {
    { 400, ERROR("NotAuthorized", "Incorrect username or password."), CONFIG_LOG_INFO, "good" },
    { 200, "{\"ChallengeName\":\"PASSWORD_VERIFIER\"," SESSION ",\"ChallengeParameters\":{}}",
      CONFIG_LOG_INFO, "good" },
    { 200, "{\"ChallengeName\":\"SELECT_CHALLENGE\"," SESSION "}", CONFIG_LOG_INFO, "good" },
    { 400, ERROR("UserNotFound", "User does not exist."), CONFIG_LOG_WARNING,
      "PreventUserExistenceErrors" },
    { 200, "{\"AuthenticationResult\":{\"AccessToken\":\"a.b.c\"}}", CONFIG_LOG_ERROR,
      "users that do not exist" },
    { 400, ERROR("ResourceNotFound", "User pool client x does not exist."), CONFIG_LOG_ERROR,
      "client_id: " },
    { 400, ERROR("ResourceNotFound", "User pool eu_x does not exist."), CONFIG_LOG_ERROR,
      "pool_id: " },
    { 400, ERROR("InvalidParameter", "1 validation error detected: Value at 'clientId' failed"),
      CONFIG_LOG_ERROR, "client_id: " },
    { 400, ERROR("InvalidParameter", "1 validation error detected: Value at 'userPoolId' failed"),
      CONFIG_LOG_ERROR, "pool_id: " },
    { 400, ERROR("InvalidParameter", "Auth flow not enabled for this client"), CONFIG_LOG_ERROR,
      "ExplicitAuthFlows" },
    { 400, ERROR("InvalidParameter", "USER_PASSWORD_AUTH flow not enabled for this client"),
      CONFIG_LOG_ERROR, "ExplicitAuthFlows" },
    { 400, ERROR("FeatureUnavailableInTier", "x"), CONFIG_LOG_ERROR, "tier" },
    { 400,
      ERROR("NotAuthorized", "Client x is configured with secret but SECRET_HASH was not received"),
      CONFIG_LOG_ERROR, "none is configured" },
    { 400,
      ERROR("NotAuthorized", "Client x is not configured for secret but secret hash was received"),
      CONFIG_LOG_ERROR, "has no secret" },
    { 400, ERROR("NotAuthorized", "Unable to verify secret hash for client x"), CONFIG_LOG_ERROR,
      "not the secret of this app client" },
    { 400, ERROR("AccessDenied", "User: x is not authorized to perform"), CONFIG_LOG_ERROR,
      "AdminInitiateAuth" },
    { 400, ERROR("UnrecognizedClient", "The security token is invalid"), CONFIG_LOG_ERROR,
      "access key is not known" },
    { 400, ERROR("ExpiredToken", "x"), CONFIG_LOG_ERROR, "expired" },
    { 400, ERROR("InvalidSignature", "The request signature does not match"), CONFIG_LOG_ERROR,
      "secret key is wrong" },
    { 400, ERROR("InvalidSignature", "Signature expired: now earlier"), CONFIG_LOG_ERROR, "clock" },
    { 403, ERROR("MissingAuthenticationToken", "x"), CONFIG_LOG_ERROR, "saw none" },
    { 400, ERROR("TooManyRequests", "x"), CONFIG_LOG_WARNING, "quota" },
    { 429, "", CONFIG_LOG_WARNING, "quota" },
    { 400, ERROR("UserLambdaValidation", "PreAuthentication failed with error no."),
      CONFIG_LOG_WARNING, "Lambda" },
    { 400, ERROR("UnexpectedLambda", "x"), CONFIG_LOG_WARNING, "Lambda" },
    { 403, ERROR("Forbidden", "x"), CONFIG_LOG_ERROR, "web ACL" },
    { 500, ERROR("InternalError", "x"), CONFIG_LOG_WARNING, "cannot answer now" },
    { 503, "<html>", CONFIG_LOG_WARNING, "cannot answer now" },
    { 302, "", CONFIG_LOG_ERROR, "not Cognito" },
    { 403, "<html>", CONFIG_LOG_ERROR, "not Cognito" },
    { 200, "<html>", CONFIG_LOG_ERROR, "not Cognito" },
    { 200, "{}", CONFIG_LOG_ERROR, "not Cognito" },
    { 200, "", CONFIG_LOG_ERROR, "not Cognito" },
    { 400, ERROR("OfTomorrow", "x"), CONFIG_LOG_ERROR, "refuses this host's sign-ins" },
    { 400, ERROR("InvalidUserPoolConfiguration", "x"), CONFIG_LOG_ERROR, "refuses" },
};

START_TEST(every_reply_has_its_words)
{
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct api_result result;
        struct json *body;
        const struct http_reply reply = { .status = rows[i].status,
                                          .was_sent = true,
                                          .body = rows[i].body,
                                          .body_bytes = strlen(rows[i].body),
                                          .failure = "" };
        api_judge(ERRORS_AUTH, &reply, &result, &body);
        const struct probe_finding *found = probe_judge(&result, false);
        json_in_free(&body);
        ck_assert_msg(found->level == rows[i].level && strstr(found->text, rows[i].part) != NULL,
                      "row %zu: %d %s", i, (int)found->level, found->text);
    }
}
END_TEST

START_TEST(what_never_came_back_has_words_too)
{
    struct api_result result = { .err = ERR_UNAVAIL, .message = "connection refused" };
    ck_assert_ptr_nonnull(strstr(probe_judge(&result, false)->text, "cannot be reached"));
    ck_assert_ptr_nonnull(strstr(probe_judge(&result, true)->text, "AWS credentials: there are"));
    result.err = ERR_FORMAT; /* of the metadata service: nothing was sent */
    ck_assert_ptr_nonnull(strstr(probe_judge(&result, true)->text, "AWS credentials: there are"));
    result.err = ERR_TIMEOUT;
    ck_assert_ptr_nonnull(strstr(probe_judge(&result, false)->text, "cannot be reached"));
}
END_TEST

static const struct probe_finding *run(const char *operation, const char *reply)
{
    struct probe *probe = NULL;
    const struct probe_finding *found = NULL;
    ck_assert_int_eq(probe_open(&fixture, &probe), 0);
    ck_assert_ptr_null(probe_found(probe));
    fixture_reply(operation, 400, reply);
    while ((found = probe_found(probe)) == NULL)
        event_base_loop(fixture.loop, EVLOOP_ONCE);
    /* Once, and never again. */
    for (int i = 0; i < 5; i++)
        event_base_loop(fixture.loop, EVLOOP_NONBLOCK);
    ck_assert_uint_eq(fixture_asked(operation), 1);
    probe_close(&probe);
    return found;
}

/* The request of a login: flow, form, secret. */
START_TEST(it_goes_the_way_of_a_login)
{
    static const struct {
        const char *settings, *operation, *parts[4];
    } flows[] = {
        { "",
          "AdminInitiateAuth",
          { "\"ADMIN_USER_PASSWORD_AUTH\"", "\"UserPoolId\"", "\"PASSWORD\":\"", "SECRET_HASH" } },
        { "[login]\nauth_flow = USER_SRP_AUTH\n",
          "AdminInitiateAuth",
          { "\"USER_SRP_AUTH\"", "\"SRP_A\":\"", "\"ClientMetadata\":{\"service\":\"cognitod\"" } },
        { "[login]\napi = public\nauth_flow = USER_PASSWORD_AUTH\n",
          "InitiateAuth",
          { "\"USER_PASSWORD_AUTH\"", "\"PASSWORD\":\"" } },
        { "[login]\nauth_flow = CUSTOM_AUTH\n", "AdminInitiateAuth", { "\"CUSTOM_AUTH\"" } },
        { "[login]\nauth_flow = USER_AUTH\npreferred_challenge = EMAIL_OTP\n",
          "AdminInitiateAuth",
          { "\"USER_AUTH\"", "\"PREFERRED_CHALLENGE\":\"EMAIL_OTP\"" } },
    };
    for (size_t i = 0; i < COUNT(flows); i++) {
        fixture_open(flows[i].settings);
        ck_assert_int_eq(secret_set(&fixture.client_secret, "sec", 3), 0);
        const struct probe_finding *found =
            run(flows[i].operation, ERROR("NotAuthorized", "Incorrect username or password."));
        ck_assert_msg(strcmp(found->text, "good") == 0, "flow %zu: %s", i, found->text);
        const char *sent = fixture_request(flows[i].operation);
        for (size_t k = 0; k < COUNT(flows[i].parts) && flows[i].parts[k] != NULL; k++)
            ck_assert_msg(strstr(sent, flows[i].parts[k]) != NULL, "%s", sent);
        ck_assert_ptr_null(strstr(sent, "IpAddress"));
        fixture_close();
    }
}
END_TEST

/* Nobody's name, another one each time. */
START_TEST(the_name_is_nobodys)
{
    char first[64] = "";
    for (int i = 0; i < 2; i++) {
        fixture_open("");
        (void)run("AdminInitiateAuth", ERROR("UserNotFound", "User does not exist."));
        const char *name = strstr(fixture_request("AdminInitiateAuth"), "\"USERNAME\":\"");
        ck_assert_ptr_nonnull(name);
        name += strlen("\"USERNAME\":\"");
        ck_assert_uint_eq(strcspn(name, "\""), 36);
        ck_assert(name[8] == '-' && name[14] == '4' && name[23] == '-');
        ck_assert(strncmp(first, name, 36) != 0);
        snprintf(first, sizeof first, "%.36s", name);
        fixture_close();
    }
}
END_TEST

/* The status of a daemon that was started before the network came up. */
START_TEST(what_passes_is_looked_for_again)
{
    struct probe *probe = NULL;
    fixture_open("");
    log_to_file();
    fixture_reply("AdminInitiateAuth", 400, ERROR("ExpiredToken", "x"));
    ck_assert_int_eq(probe_open(&fixture, &probe), 0);
    while (fixture_asked("AdminInitiateAuth") < 6)
        event_base_loop(fixture.loop, EVLOOP_ONCE);
    ck_assert_uint_eq(logged("sign-in check: AWS credentials: they have expired"), 1);
    fixture_reply("AdminInitiateAuth", 400,
                  ERROR("NotAuthorized", "Incorrect username or password."));
    while (strcmp(probe_found(probe)->text, "good") != 0)
        event_base_loop(fixture.loop, EVLOOP_ONCE);
    ck_assert_uint_eq(logged("sign-in check: good"), 1);
    probe_close(&probe);
    fixture_close();
}
END_TEST

/* A daemon that ends before the answer takes the question back. */
START_TEST(it_can_be_closed_at_any_time)
{
    struct probe *probe = NULL;
    fixture_open("[directory]\nfleet_hosts = 100000\n");
    ck_assert_int_eq(probe_open(&fixture, &probe), 0);
    probe_close(&probe);
    fixture_close();
    fixture_open("");
    fixture_reply("AdminInitiateAuth", 0, "");
    ck_assert_int_eq(probe_open(&fixture, &probe), 0);
    while (fixture_asked("AdminInitiateAuth") == 0)
        event_base_loop(fixture.loop, EVLOOP_ONCE);
    probe_close(&probe);
    ck_assert_ptr_null(probe_found(NULL));
    fixture_close();
}
END_TEST

/* R-NET-08: it is a sign-in like others for the quota, but the only one that waits for it. */
START_TEST(it_waits_for_its_share_and_is_charged)
{
    struct probe *probe = NULL;
    fixture_open("");
    fixture_reply("AdminInitiateAuth", 0, "");
    struct quota_bucket *b = &fixture.quota.buckets[QUOTA_AUTHENTICATION];
    int64_t paid_ms = clock_ms() + 300;
    b->paid_us = paid_ms * 1000 + 1000000 - b->gap_us; /* a second's worth may be owed */
    ck_assert_int_eq(probe_open(&fixture, &probe), 0);
    while (fixture_asked("AdminInitiateAuth") == 0)
        event_base_loop(fixture.loop, EVLOOP_ONCE);
    ck_assert_int_ge(clock_ms(), paid_ms);
    ck_assert_uint_eq(b->used, 1);
    probe_close(&probe);
    fixture_close();
}
END_TEST

SUITE("probe", it_waits_for_its_share_and_is_charged, every_reply_has_its_words,
      what_never_came_back_has_words_too, it_goes_the_way_of_a_login, the_name_is_nobodys,
      what_passes_is_looked_for_again, it_can_be_closed_at_any_time)
