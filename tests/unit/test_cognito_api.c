/* SPDX-License-Identifier: Apache-2.0
 *
 * The HTTP step of every operation, scripted: headers, retries by class (R-NET-05, R-NET-08,
 * R-NET-09), deadlines; the error table and the endpoints.
 */
#include "suite.h"

#include "base/clock.h"
#include "cognito/api.h"
#include "net/credentials.h"
#include "net/json_in.h"
#include "net/skew.h"
#include "script_http.h"

#include <event2/event.h>
#include <unistd.h>

#define EXPIRED_SIGNATURE                                                                          \
    "{\"__type\":\"InvalidSignatureException\",\"message\":\"Signature expired: now earlier\"}"
#define THROTTLED "{\"__type\":\"TooManyRequestsException\",\"message\":\"Too many requests\"}"

static struct event_base *base;
static struct script *net;
static struct skew skew;
static struct credentials_store *store;
static struct api *api;
static struct api_result got;
static unsigned results;
static char got_member[64];

static int64_t fixed_wall(void)
{
    return 1773564312; /* 20260315T084512Z */
}

static const char *look_up(const char *name)
{
    if (strcmp(name, "AWS_ACCESS_KEY_ID") == 0)
        return "AKIDEXAMPLE000000001";
    return strcmp(name, "AWS_SECRET_ACCESS_KEY") == 0 ? "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
                                                      : NULL;
}

static void on_result(void *arg, const struct api_result *result)
{
    (void)arg;
    const char *s;
    got = *result;
    results++;
    got_member[0] = '\0';
    if (result->body != NULL && json_in_string(result->body, "a", &s) == 0)
        snprintf(got_member, sizeof got_member, "%s", s);
}

static void set_up(void)
{
    base = event_base_new();
    net = script_new();
    skew = (struct skew){ .wall_s = fixed_wall };
    results = 0;
    struct credentials_options keys = { .http = &net->http, .skew = &skew, .lookup = look_up };
    ck_assert_int_eq(credentials_open(&keys, &store), 0);
    struct api_options o = { .base = base,
                             .http = &net->http,
                             .skew = &skew,
                             .credentials = store,
                             .endpoint = { .pool_id = "us-east-1_Example01" } };
    ck_assert_int_eq(api_open(&o, &api), 0);
}

static void tear_down(void)
{
    api_close(&api);
    credentials_close(&store);
    free(net);
    event_base_free(base);
}

static struct api_call *begin(enum api_op op, uint32_t budget_ms)
{
    struct api_call *call = NULL;
    struct api_request req = {
        .op = op, .body = "{\"x\":1}", .body_bytes = 7, .budget_ms = budget_ms
    };
    ck_assert_int_eq(api_start(api, &req, on_result, NULL, &call), 0);
    ck_assert_uint_eq(results, 0);
    return call;
}

/* Lets pauses pass until the n-th request or a result is there. */
static void wait_for(size_t requests)
{
    int64_t end_ms = clock_ms() + 3000;
    while (net->started < requests && results == 0 && clock_ms() < end_ms)
        event_base_loop(base, EVLOOP_ONCE);
}

START_TEST(signed_request)
{
    set_up();
    begin(API_LIST_USERS, 5000);
    ck_assert_uint_eq(net->started, 1);
    ck_assert_str_eq(net->calls[0].method, "POST");
    ck_assert_str_eq(net->calls[0].url, "https://cognito-idp.us-east-1.amazonaws.com/");
    ck_assert_str_eq(net->calls[0].body, "{\"x\":1}");
    ck_assert_str_eq(script_header(net, 0, "X-Amz-Target"),
                     "AWSCognitoIdentityProviderService.ListUsers");
    ck_assert_str_eq(script_header(net, 0, "X-Amz-Date"), "20260315T084512Z");
    ck_assert_str_eq(script_header(net, 0, "Host"), "cognito-idp.us-east-1.amazonaws.com");
    const char *authorization = script_header(net, 0, "Authorization");
    ck_assert_ptr_nonnull(authorization);
    ck_assert_ptr_nonnull(strstr(authorization,
                                 "Credential=AKIDEXAMPLE000000001/20260315/us-east-1/cognito-idp/"
                                 "aws4_request, SignedHeaders=content-type;host;x-amz-date;"
                                 "x-amz-target, Signature="));
    ck_assert(script_say(net, 0, 200, "{\"a\":\"b\"}"));
    ck_assert_uint_eq(results, 1);
    ck_assert_int_eq(got.err, 0);
    ck_assert_str_eq(got_member, "b");
    tear_down();
}
END_TEST

START_TEST(unsigned_request)
{
    set_up();
    begin(API_INITIATE_AUTH, 5000);
    ck_assert_ptr_null(script_header(net, 0, "Authorization"));
    ck_assert_ptr_null(script_header(net, 0, "X-Amz-Date"));
    tear_down(); /* with the call under way */
    ck_assert_uint_eq(results, 0);
}
END_TEST

/* Which operation repeats what: the class decides, never the caller. */
START_TEST(repeats_by_class) /* R-NET-08 */
{
    static const struct {
        enum api_op op;
        struct http_reply reply;
        unsigned tries;
        int err;
    } rows[] = {
        { API_LIST_USERS, { .status = 400, .body = THROTTLED }, 3, ERR_UNAVAIL },
        { API_ADMIN_RESPOND, { .status = 400, .body = THROTTLED }, 3, ERR_UNAVAIL },
        { API_LIST_USERS, { .status = 500, .body = "" }, 3, ERR_UNAVAIL },
        { API_ADMIN_INITIATE_AUTH, { .status = 500, .body = "" }, 1, ERR_UNAVAIL },
        { API_ADMIN_RESPOND, { .status = 503, .body = "" }, 1, ERR_UNAVAIL },
        { API_ADMIN_RESPOND, { .err = ERR_UNAVAIL }, 3, ERR_UNAVAIL }, /* never left */
        { API_ADMIN_RESPOND, { .err = ERR_UNAVAIL, .was_sent = true }, 1, ERR_UNAVAIL },
        { API_LIST_USERS, { .err = ERR_UNAVAIL, .was_sent = true }, 3, ERR_UNAVAIL },
        { API_LIST_USERS, { .err = ERR_TIMEOUT, .was_sent = true }, 1, ERR_TIMEOUT },
        { API_LIST_USERS, { .err = ERR_REFUSED }, 1, ERR_UNAVAIL },
        { API_FORGOT_PASSWORD,
          { .status = 400, .body = "{\"__type\":\"LimitExceededException\"}" },
          1,
          ERR_MAXTRIES },
        { API_ADMIN_INITIATE_AUTH,
          { .status = 400, .body = "{\"__type\":\"InvalidSignatureException\"}" },
          1, /* long-term keys: no others to be had */
          ERR_UNAVAIL },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        set_up();
        begin(rows[i].op, 5000);
        for (unsigned n = 0; n < rows[i].tries; n++) {
            wait_for(n + 1);
            ck_assert_msg(script_answer(net, n, rows[i].reply), "row %zu try %u", i, n);
        }
        ck_assert_msg(results == 1, "row %zu", i);
        ck_assert_uint_eq(got.tries, rows[i].tries);
        ck_assert_int_eq(got.err, rows[i].err);
        tear_down();
    }
}
END_TEST

START_TEST(clock_is_corrected_once) /* R-NET-05 */
{
    struct http_reply late = { .status = 400,
                               .body = EXPIRED_SIGNATURE,
                               .date = "Sun, 15 Mar 2026 09:45:12 GMT" };
    set_up();
    begin(API_ADMIN_RESPOND, 5000);
    ck_assert(script_answer(net, 0, late));
    wait_for(2);
    ck_assert_str_eq(script_header(net, 1, "X-Amz-Date"), "20260315T094512Z");
    ck_assert(script_answer(net, 1, late));
    ck_assert_uint_eq(results, 1);
    ck_assert_int_eq(got.err, ERR_UNAVAIL);
    ck_assert(got.rule->is_config);
    tear_down();
}
END_TEST

START_TEST(deadline_is_total) /* R-NET-03 */
{
    set_up();
    begin(API_LIST_USERS, 2000); /* a busy machine may take a while to get here */
    ck_assert_uint_le(net->calls[0].budget_ms, 2000);
    usleep(2100000);
    ck_assert(script_say(net, 0, 400, THROTTLED)); /* no time for another try */
    ck_assert_uint_eq(results, 1);
    ck_assert_uint_eq(got.tries, 1);
    results = 0;
    begin(API_LIST_USERS, 0);
    wait_for(99);
    ck_assert_uint_eq(results, 1);
    ck_assert_int_eq(got.err, ERR_TIMEOUT);
    tear_down();
}
END_TEST

START_TEST(cancelled_calls_are_silent)
{
    set_up();
    struct api_call *call = begin(API_LIST_USERS, 5000);
    api_cancel(&call);
    ck_assert_ptr_null(call);
    api_cancel(&call);
    ck_assert_uint_eq(net->cancelled, 1);
    ck_assert(!script_say(net, 0, 200, "{}"));
    ck_assert_uint_eq(results, 0);
    tear_down();
}
END_TEST

START_TEST(without_credentials)
{
    set_up();
    api_close(&api);
    struct api_options o = { .base = base,
                             .http = &net->http,
                             .skew = &skew,
                             .endpoint = { .pool_id = "us-east-1_Example01" } };
    ck_assert_int_eq(api_open(&o, &api), 0);
    begin(API_LIST_USERS, 5000);
    wait_for(99);
    ck_assert_int_eq(got.err, ERR_CONFIG);
    tear_down();
}
END_TEST

START_TEST(exception_types)
{
    static const struct {
        const char *body, *header, *type;
    } rows[] = {
        { "{\"__type\":\"a.b#UserNotFoundException\"}", "", "UserNotFoundException" },
        { "{\"__type\":\"FooException:http://x/\"}", "", "FooException" },
        { "{\"code\":\"BarException\"}", "", "BarException" },
        { "{\"__type\":null,\"code\":\"BarException\"}", "Baz:", "BarException" },
        { "<html>", "BazException:", "BazException" },
        { "", "n.s#BazException,other:x", "BazException" },
        { "{}", "", "" },
        { "{\"__type\":\"x\\u001b y\"}", "", "x?_y" },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct http_reply reply = {
            .status = 400, .body = rows[i].body, .body_bytes = strlen(rows[i].body), .failure = ""
        };
        struct api_result result;
        struct json *body;
        snprintf(reply.error_type, sizeof reply.error_type, "%s", rows[i].header);
        api_judge(ERRORS_AUTH, &reply, &result, &body);
        ck_assert_str_eq(result.type, rows[i].type);
        ck_assert_int_ne(result.err, 0);
        ck_assert_ptr_null(body);
    }
}
END_TEST

/* Every row of the table is found by its own data, and none says success. */
START_TEST(error_table)
{
    size_t count;
    const struct errors_rule *rules = errors_table(&count);
    for (size_t i = 0; i < count; i++) {
        char type[64];
        char message[128];
        size_t n = strlen(rules[i].type);
        snprintf(type, sizeof type, "%.*s%s", (int)(n - (rules[i].type[n - 1] == '*')),
                 rules[i].type, rules[i].type[n - 1] == '*' ? "Exception" : "");
        snprintf(message, sizeof message, "Well, %s.", rules[i].part == NULL ? "" : rules[i].part);
        ck_assert_msg(errors_find(400, type, message) == &rules[i], "%s %s", type, message);
        for (int phase = 0; phase < ERRORS_PHASES; phase++)
            ck_assert_int_lt(rules[i].err[phase], 0);
        ck_assert_int_ne(rules[i].word[0], '\0');
    }
    ck_assert_int_eq(errors_find(400, "BrandNewException", "")->err[ERRORS_AUTH], ERR_AUTH);
    ck_assert_int_eq(errors_find(400, "BrandNewException", "")->action, ERRORS_FAIL);
    ck_assert_int_eq(errors_find(503, "", "")->action, ERRORS_TRANSIENT);
    ck_assert_int_eq(errors_find(429, "", "")->action, ERRORS_THROTTLED);
    ck_assert_int_eq(errors_find(403, "", "")->err[ERRORS_AUTH], ERR_UNAVAIL);
    ck_assert_int_eq(errors_find(400, "NotAuthorizedException", "new words")->err[ERRORS_AUTH],
                     ERR_AUTH);
    /* A fault never looks like a deleted user. */
    ck_assert_int_eq(errors_find(400, "NotAuthorizedException", "")->err[ERRORS_DIRECTORY],
                     ERR_UNAVAIL);
    ck_assert_int_eq(errors_find(400, "UserNotFoundException", "")->err[ERRORS_DIRECTORY],
                     ERR_ABSENT);
}
END_TEST

START_TEST(endpoints)
{
    static const struct {
        struct endpoint_options o;
        const char *url, *host, *path;
    } rows[] = {
        { { .pool_id = "eu-central-1_AbC" },
          "https://cognito-idp.eu-central-1.amazonaws.com/",
          "cognito-idp.eu-central-1.amazonaws.com",
          "/" },
        { { .pool_id = "cn-north-1_AbC" },
          "https://cognito-idp.cn-north-1.amazonaws.com.cn/",
          "cognito-idp.cn-north-1.amazonaws.com.cn",
          "/" },
        { { .pool_id = "us-east-1_A", .use_fips = true },
          "https://cognito-idp-fips.us-east-1.amazonaws.com/",
          "cognito-idp-fips.us-east-1.amazonaws.com",
          "/" },
        { { .pool_id = "us-east-1_A", .use_fips = true, .use_dualstack = true },
          "https://cognito-idp-fips.us-east-1.amazonaws.com/",
          "cognito-idp-fips.us-east-1.amazonaws.com",
          "/" },
        { { .pool_id = "ca-central-1_A", .use_fips = true, .use_dualstack = true },
          "https://cognito-idp-fips.ca-central-1.api.aws/",
          "cognito-idp-fips.ca-central-1.api.aws",
          "/" },
        { { .pool_id = "eu-west-1_A", .use_dualstack = true },
          "https://cognito-idp.eu-west-1.amazonaws.com/",
          "cognito-idp.eu-west-1.amazonaws.com",
          "/" },
        { { .pool_id = "us-gov-west-1_A", .use_dualstack = true },
          "https://cognito-idp.us-gov-west-1.api.aws/",
          "cognito-idp.us-gov-west-1.api.aws",
          "/" },
        { { .pool_id = "local_x", .region = "local", .endpoint_url = "https://127.0.0.1:9229" },
          "https://127.0.0.1:9229",
          "127.0.0.1:9229",
          "/" },
        { { .pool_id = "local_x", .endpoint_url = "https://h.example:443/idp" },
          "https://h.example:443/idp",
          "h.example",
          "/idp" },
    };
    struct endpoint e;
    for (size_t i = 0; i < COUNT(rows); i++) {
        ck_assert_int_eq(endpoint_derive(&rows[i].o, &e), 0);
        ck_assert_str_eq(e.url, rows[i].url);
        ck_assert_str_eq(e.host, rows[i].host);
        ck_assert_str_eq(e.path, rows[i].path);
    }
    ck_assert_str_eq(e.jwks_url, "https://h.example:443/idp/local_x/.well-known/jwks.json");
    ck_assert_str_eq(e.issuer, "https://cognito-idp.local.amazonaws.com/local_x");
    static const struct endpoint_options bad[] = {
        { .pool_id = "" },
        { .pool_id = "nounderscore" },
        { .pool_id = "us-east-1_A/../b" },
        { .pool_id = "evil.example/_A" },
        { .pool_id = "us-east-1_A", .region = "evil.example/" },
        { .pool_id = "us-east-1_A", .endpoint_url = "https://h.example", .use_fips = true },
        { .pool_id = "us-east-1_A", .endpoint_url = "ftp://h.example" },
        { .pool_id = "us-east-1_A", .endpoint_url = "https://a@h.example" },
        { .pool_id = "us-east-1_A", .endpoint_url = "https:///x" },
    };
    for (size_t i = 0; i < COUNT(bad); i++)
        ck_assert_msg(endpoint_derive(&bad[i], &e) == ERR_CONFIG, "row %zu", i);
}
END_TEST

static struct {
    unsigned sent, throttled, lost, found;
} told;

static void tell_sent(void *arg, enum api_op op)
{
    (void)arg;
    ck_assert_int_eq(op, API_LIST_USERS);
    told.sent++;
}

static void tell_throttled(void *arg, enum api_op op)
{
    (void)arg;
    (void)op;
    told.throttled++;
}

static void tell_reachable(void *arg, bool is_reachable)
{
    (void)arg;
    told.lost += !is_reachable;
    told.found += is_reachable;
}

static void set_up_watched(void)
{
    set_up();
    api_close(&api);
    memset(&told, 0, sizeof told);
    struct api_options o = { .base = base,
                             .http = &net->http,
                             .skew = &skew,
                             .credentials = store,
                             .endpoint = { .pool_id = "us-east-1_Example01" },
                             .watch = { tell_sent, tell_throttled, tell_reachable, NULL } };
    ck_assert_int_eq(api_open(&o, &api), 0);
}

static void open_breaker(void)
{
    begin(API_LIST_USERS, 5000);
    for (size_t i = 0; i < 3; i++) {
        wait_for(i + 1);
        ck_assert(script_say(net, i, 503, ""));
    }
    ck_assert_uint_eq(results, 1);
    ck_assert_uint_eq(told.lost, 1);
    results = 0;
}

/* R-NET-09: once the pool was away, whoever asks is told at once, without a request. */
START_TEST(an_open_breaker_answers_at_once)
{
    set_up_watched();
    open_breaker();
    begin(API_LIST_USERS, 15000);
    event_base_loop(base, EVLOOP_NONBLOCK);
    ck_assert_uint_eq(results, 1);
    ck_assert_int_eq(got.err, ERR_UNAVAIL);
    ck_assert_uint_eq(got.tries, 0);
    ck_assert(!got.may_be_done);
    ck_assert_uint_eq(told.sent, 3);
    tear_down();
}
END_TEST

/* R-NET-09: a request of its own finds the pool again; a login never has to try it out. */
START_TEST(the_breakers_own_request_closes_it)
{
    set_up_watched();
    open_breaker();
    wait_for(4);
    ck_assert_str_eq(net->calls[3].method, "GET");
    ck_assert_ptr_nonnull(strstr(net->calls[3].url, "/.well-known/jwks.json"));
    ck_assert_uint_eq(net->calls[3].header_count, 0);
    ck_assert_uint_le(net->calls[3].budget_ms, 3000);
    begin(API_LIST_USERS, 5000); /* half-open lets nobody pass */
    event_base_loop(base, EVLOOP_NONBLOCK);
    ck_assert_uint_eq(results, 1);
    results = 0;
    ck_assert(script_answer(net, 3, (struct http_reply){ .err = ERR_TIMEOUT }));
    ck_assert_str_eq(breaker_text(api_breaker(api)), "open");
    int64_t end_ms = clock_ms() + 10000;
    while (net->started < 5 && clock_ms() < end_ms)
        event_base_loop(base, EVLOOP_ONCE);
    ck_assert(script_say(net, 4, 403, "")); /* any answer will do */
    ck_assert_str_eq(breaker_text(api_breaker(api)), "closed");
    ck_assert_uint_eq(told.found, 1);
    begin(API_LIST_USERS, 5000);
    ck_assert_uint_eq(net->started, 6);
    tear_down();
}
END_TEST

/* R-NET-08: throttling is the quota's business: the accounts hear of it, the breaker stays closed,
 * and who has time is told after one try. */
START_TEST(throttling_is_told_and_opens_nothing)
{
    set_up_watched();
    for (size_t i = 0; i < 5; i++) {
        struct api_call *call;
        const struct api_request req = { .op = API_LIST_USERS,
                                         .body = "{}",
                                         .body_bytes = 2,
                                         .budget_ms = 5000,
                                         .is_patient = true };
        results = 0;
        ck_assert_int_eq(api_start(api, &req, on_result, NULL, &call), 0);
        ck_assert(script_say(net, i, 400, THROTTLED));
        ck_assert_uint_eq(results, 1);
        ck_assert_uint_eq(got.tries, 1);
    }
    ck_assert_uint_eq(told.sent, 5);
    ck_assert_uint_eq(told.throttled, 5);
    ck_assert_uint_eq(told.lost, 0);
    tear_down();
}
END_TEST

SUITE("cognito_api", signed_request, unsigned_request, repeats_by_class, clock_is_corrected_once,
      deadline_is_total, cancelled_calls_are_silent, without_credentials, exception_types,
      error_table, endpoints, an_open_breaker_answers_at_once, the_breakers_own_request_closes_it,
      throttling_is_told_and_opens_nothing)
