/* SPDX-License-Identifier: Apache-2.0
 *
 * Credentials from the environment and IMDSv2 (R-NET-01), scripted: no network.
 */
#include "suite.h"

#include "net/credentials.h"
#include "net/imds.h"
#include "net/skew.h"
#include "script_http.h"

#include <stdio.h>

#define KEYS(id, expires)                                                                          \
    "{\"Code\":\"Success\",\"AccessKeyId\":\"" id "\",\"SecretAccessKey\":\"s\",\"Token\":\"t\","  \
    "\"Expiration\":\"" expires "\"}"

static struct script *net;
static struct skew skew;
static int64_t local_s;
static const char *env_key, *env_secret, *env_off;
static int got_err;
static char got_key[129];
static unsigned got;

static int64_t fake_wall(void)
{
    return local_s;
}

static const char *look_up(const char *name)
{
    if (strcmp(name, "AWS_ACCESS_KEY_ID") == 0)
        return env_key;
    if (strcmp(name, "AWS_SECRET_ACCESS_KEY") == 0)
        return env_secret;
    if (strcmp(name, "AWS_EC2_METADATA_DISABLED") == 0)
        return env_off;
    return NULL;
}

static void on_keys(void *arg, int err, const struct credentials *c)
{
    (void)arg;
    got++;
    got_err = err;
    snprintf(got_key, sizeof got_key, "%s", c == NULL ? "" : c->access_key);
}

static struct credentials_store *open_store(void)
{
    struct credentials_store *store = NULL;
    net = script_new();
    skew = (struct skew){ .wall_s = fake_wall };
    local_s = 1767225600; /* 2026-01-01T00:00:00Z */
    got = 0;
    struct credentials_options o = { .http = &net->http, .skew = &skew, .lookup = look_up };
    ck_assert_int_eq(credentials_open(&o, &store), 0);
    return store;
}

static void ask(struct credentials_store *store, struct credentials_wait *wait)
{
    *wait = (struct credentials_wait){ .done = on_keys };
    credentials_get(store, wait);
}

START_TEST(from_environment)
{
    struct credentials_wait wait;
    env_key = "AKIDEXAMPLE";
    env_secret = "secret";
    struct credentials_store *store = open_store();
    ask(store, &wait);
    ck_assert_uint_eq(got, 1);
    ck_assert_str_eq(got_key, "AKIDEXAMPLE");
    ck_assert(!credentials_refused(store, "AKIDEXAMPLE")); /* no others to be had */
    credentials_close(&store);
    ck_assert_uint_eq(net->started, 0);
    free(net);
}
END_TEST

START_TEST(broken_source_is_an_error)
{
    struct credentials_store *store = NULL;
    struct credentials_options o = { .lookup = look_up };
    env_key = "AKIDEXAMPLE";
    env_secret = NULL;
    ck_assert_int_eq(credentials_open(&o, &store), ERR_CONFIG);
    env_key = NULL;
    env_off = "true";
    ck_assert_int_eq(credentials_open(&o, &store), ERR_CONFIG); /* no source at all */
    ck_assert_ptr_null(store);
    env_off = NULL;
}
END_TEST

/* Token, role, keys. */
static void serve(size_t first, const char *keys)
{
    ck_assert(script_say(net, first, 200, "TOKEN=="));
    ck_assert(script_say(net, first + 1, 200, "the-role\nanother"));
    ck_assert(script_say(net, first + 2, 200, keys));
}

START_TEST(from_imds) /* R-NET-01 */
{
    struct credentials_wait a;
    struct credentials_wait b;
    env_key = NULL;
    env_secret = NULL;
    struct credentials_store *store = open_store();
    ask(store, &a);
    ask(store, &b);
    ck_assert_uint_eq(got, 0);
    ck_assert_uint_eq(net->started, 1); /* one fetch for both */
    ck_assert_str_eq(net->calls[0].method, "PUT");
    ck_assert_str_eq(net->calls[0].url, "http://169.254.169.254/latest/api/token");
    serve(0, KEYS("ASIA1", "2026-01-01T06:00:00Z"));
    ck_assert_str_eq(net->calls[2].url,
                     "http://169.254.169.254/latest/meta-data/iam/security-credentials/the-role");
    ck_assert_str_eq(script_header(net, 2, "X-aws-ec2-metadata-token"), "TOKEN==");
    ck_assert_uint_eq(got, 2);
    ck_assert_str_eq(got_key, "ASIA1");
    ask(store, &a);
    ck_assert_uint_eq(got, 3); /* fresh: at once */
    credentials_close(&store);
    free(net);
}
END_TEST

START_TEST(refreshes_ahead)
{
    struct credentials_wait wait;
    struct credentials_store *store = open_store();
    ask(store, &wait);
    serve(0, KEYS("ASIA1", "2026-01-01T06:00:00Z"));
    local_s += 6 * 3600 - 14 * 60; /* 14 minutes left: old ones now, new ones behind */
    ask(store, &wait);
    ck_assert_uint_eq(got, 2);
    ck_assert_uint_eq(net->started, 4);
    ck_assert(script_say(net, 3, 500, ""));
    ck_assert(script_say(net, 4, 500, ""));
    local_s += 5 * 60; /* 9 minutes left: wait for it */
    ask(store, &wait);
    ck_assert_uint_eq(got, 2);
    ck_assert(script_say(net, 5, 200, "the-role"));
    ck_assert(script_say(net, 6, 500, ""));
    ck_assert(script_say(net, 7, 500, "")); /* failed: the old ones are kept */
    ck_assert_uint_eq(got, 3);
    ck_assert_int_eq(got_err, 0);
    ck_assert_str_eq(got_key, "ASIA1");
    credentials_close(&store);
    free(net);
}
END_TEST

START_TEST(refused_keys_are_replaced)
{
    struct credentials_wait wait;
    struct credentials_store *store = open_store();
    ask(store, &wait);
    serve(0, KEYS("ASIA1", "2026-01-01T06:00:00Z"));
    ck_assert(credentials_refused(store, "ASIA1"));
    ask(store, &wait);
    ck_assert_uint_eq(got, 1);
    ck_assert(script_say(net, 3, 401, "")); /* the token is too old: a new one, once */
    ck_assert_str_eq(net->calls[4].method, "PUT");
    ck_assert(script_say(net, 4, 200, "TOKEN2"));
    ck_assert(script_say(net, 5, 200, "the-role"));
    ck_assert(script_say(net, 6, 200, KEYS("ASIA2", "2026-01-01T06:00:00Z")));
    ck_assert_str_eq(got_key, "ASIA2");
    credentials_close(&store);
    free(net);
}
END_TEST

START_TEST(failures)
{
    static const struct {
        int status[3];
        const char *body[3];
        int err;
    } rows[] = {
        { { 403, 0, 0 }, { "", "", "" }, ERR_CONFIG },
        { { 200, 404, 0 }, { "T", "", "" }, ERR_CONFIG },
        { { 200, 200, 200 }, { "T", "role", "{\"Code\":\"Failed\"}" }, ERR_CONFIG },
        { { 200, 200, 200 }, { "T", "role", "not json" }, ERR_FORMAT },
        { { 200, 200, 200 }, { "T", "role", "{\"Code\":\"Success\"}" }, ERR_FORMAT },
        { { 200, 200, 0 }, { "T", "../../role", "" }, ERR_FORMAT },
        { { 200, 200, 0 }, { "T", "", "" }, ERR_FORMAT },
        { { 200, 0, 0 }, { "a b", "", "" }, ERR_FORMAT },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct credentials_wait wait;
        struct credentials_store *store = open_store();
        ask(store, &wait);
        for (size_t n = 0; n < 3 && rows[i].status[n] != 0; n++)
            ck_assert(script_say(net, n, rows[i].status[n], rows[i].body[n]));
        ck_assert_uint_eq(got, 1);
        ck_assert_msg(got_err == rows[i].err, "row %zu: %d", i, got_err);
        credentials_close(&store);
        free(net);
    }
}
END_TEST

START_TEST(silence_and_cancel)
{
    struct credentials_wait a;
    struct credentials_wait b;
    struct credentials_store *store = open_store();
    ask(store, &a);
    ask(store, &b);
    credentials_cancel(store, &b);
    ck_assert(script_answer(net, 0, (struct http_reply){ .err = ERR_TIMEOUT }));
    ck_assert(script_answer(net, 1, (struct http_reply){ .err = ERR_TIMEOUT }));
    ck_assert_uint_eq(got, 1);
    ck_assert_int_eq(got_err, ERR_UNAVAIL);
    ask(store, &a);
    credentials_close(&store); /* with a waiter and a call under way */
    ck_assert_uint_eq(got, 1);
    ck_assert_uint_eq(net->cancelled, 1);
    free(net);
}
END_TEST

SUITE("net_credentials", from_environment, broken_source_is_an_error, from_imds, refreshes_ahead,
      refused_keys_are_replaced, failures, silence_and_cancel)
