/* SPDX-License-Identifier: Apache-2.0
 *
 * The pool's keys: fetched once, cached, refetched on an unknown key with a rate limit; and whose
 * token it is (R-ID-09).
 */
#include "suite.h"

#include "cognito/keyring.h"
#include "net/json_in.h"
#include "script_http.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static struct script *net;
static char *keys_text;
static struct json *tokens;
static int got_err;
static unsigned got;
static char got_sub[129];

static char *read_vector(const char *name)
{
    char path[1024];
    snprintf(path, sizeof path, "%s/jwt/%s", getenv("VECTORS"), name);
    FILE *f = fopen(path, "re");
    ck_assert_ptr_nonnull(f);
    char *text = calloc(1, 1 << 20);
    ck_assert_uint_gt(fread(text, 1, (1 << 20) - 1, f), 0);
    fclose(f);
    return text;
}

static void set_up(void)
{
    char *text = read_vector("tokens.json");
    net = script_new();
    keys_text = read_vector("jwks.json");
    ck_assert_int_eq(json_in_parse(text, strlen(text), JSON_NUL_IN_VALUES, &tokens), 0);
    free(text);
    got = 0;
}

static void tear_down(void)
{
    json_in_free(&tokens);
    free(keys_text);
    free(net);
}

static const char *token_named(const char *name)
{
    const struct json *list;
    const char *s;
    const char *token = NULL;
    ck_assert_int_eq(json_in_array(tokens, "tokens", &list), 0);
    for (size_t i = 0; i < json_in_count(list) && token == NULL; i++) {
        const struct json *t = json_in_at(list, i);
        if (json_in_string(t, "name", &s) == 0 && strcmp(s, name) == 0)
            ck_assert_int_eq(json_in_string(t, "token", &token), 0);
    }
    ck_assert_ptr_nonnull(token);
    return token;
}

static void on_verdict(void *arg, int err, const struct jwt_claims *claims, const char *why)
{
    (void)arg;
    (void)why;
    got++;
    got_err = err;
    snprintf(got_sub, sizeof got_sub, "%s", claims == NULL ? "" : claims->sub);
}

static struct keyring_wait wait_for(const char *name)
{
    struct keyring_wait w = { .token = token_named(name), .done = on_verdict };
    ck_assert_int_eq(json_in_string(tokens, "issuer", &w.expect.issuer), 0);
    ck_assert_int_eq(json_in_string(tokens, "client_id", &w.expect.client_id), 0);
    ck_assert_int_eq(json_in_string(tokens, "sub", &w.expect.sub), 0);
    ck_assert_int_eq(json_in_integer(tokens, "now", &w.expect.now_s), 0);
    return w;
}

START_TEST(fetched_once)
{
    struct keyring *ring;
    set_up();
    struct keyring_options o = { .http = &net->http, .url = "https://p/jwks.json", .budget_ms = 9 };
    ck_assert_int_eq(keyring_open(&o, &ring), 0);
    struct keyring_wait a = wait_for("access");
    struct keyring_wait b = wait_for("access-no-groups");
    keyring_verify(ring, &a);
    keyring_verify(ring, &b);
    ck_assert_uint_eq(net->started, 1);
    ck_assert(script_say(net, 0, 200, keys_text));
    ck_assert_uint_eq(got, 2);
    ck_assert_int_eq(got_err, 0);
    ck_assert_str_eq(got_sub, a.expect.sub);
    keyring_verify(ring, &a);
    ck_assert_uint_eq(got, 3);
    struct keyring_wait unknown = wait_for("unknown-kid");
    keyring_verify(ring, &unknown); /* the last fetch is less than a minute ago */
    ck_assert_uint_eq(got, 4);
    ck_assert_int_eq(got_err, ERR_ABSENT);
    ck_assert_uint_eq(net->started, 1);
    keyring_close(&ring);
    tear_down();
}
END_TEST

START_TEST(another_users_token_is_refused) /* R-ID-09 */
{
    struct keyring *ring;
    set_up();
    struct keyring_options o = { .http = &net->http, .url = "https://p/jwks.json", .budget_ms = 9 };
    ck_assert_int_eq(keyring_open(&o, &ring), 0);
    keyring_warm(ring);
    ck_assert(script_say(net, 0, 200, keys_text));
    struct keyring_wait w = wait_for("access");
    w.expect.sub = "another-sub";
    keyring_verify(ring, &w);
    ck_assert_int_eq(got_err, ERR_REFUSED);
    ck_assert_str_eq(got_sub, "");
    keyring_close(&ring);
    tear_down();
}
END_TEST

/* R-NET-06: a key that the pool gives for something else proves nothing. */
START_TEST(keys_for_other_things_verify_nothing)
{
    static const char *const rows[][2] = { { "\"sig\"", "\"enc\"" }, { "\"RS256\"", "\"RS512\"" } };
    struct jwt_claims claims;
    struct jwks *keys;
    set_up();
    struct keyring_wait w = wait_for("access");
    ck_assert_int_eq(jwks_parse(keys_text, strlen(keys_text), &keys), 0);
    ck_assert_int_eq(jwt_verify(w.token, &w.expect, keys, &claims, NULL), 0);
    jwt_claims_free(&claims);
    jwks_free(&keys);
    for (size_t i = 0; i < COUNT(rows); i++) {
        char *text = strdup(keys_text);
        for (char *at = text; (at = strstr(at, rows[i][0])) != NULL; at++)
            memcpy(at, rows[i][1], strlen(rows[i][1]));
        ck_assert_str_ne(text, keys_text);
        ck_assert_int_eq(jwks_parse(text, strlen(text), &keys), 0);
        ck_assert_int_eq(jwt_verify(w.token, &w.expect, keys, &claims, NULL), ERR_ABSENT);
        jwks_free(&keys);
        free(text);
    }
    tear_down();
}
END_TEST

START_TEST(fetch_fails)
{
    static const struct http_reply bad[] = {
        { .err = ERR_UNAVAIL },
        { .status = 404, .body = "{}" },
        { .status = 200, .body = "<html>" },
        { .status = 200, .body = "{\"keys\":[]}" },
    };
    for (size_t i = 0; i < COUNT(bad); i++) {
        struct keyring *ring;
        set_up();
        struct keyring_options o = { .http = &net->http,
                                     .url = "https://p/jwks.json",
                                     .budget_ms = 9 };
        ck_assert_int_eq(keyring_open(&o, &ring), 0);
        struct keyring_wait w = wait_for("access");
        keyring_verify(ring, &w);
        ck_assert(script_answer(net, 0, bad[i]));
        ck_assert_uint_eq(got, 1);
        ck_assert_int_eq(got_err, ERR_UNAVAIL);
        keyring_verify(ring, &w); /* the next login does not wait for a better time */
        ck_assert(script_say(net, 1, 200, keys_text));
        ck_assert_uint_eq(got, 2);
        ck_assert_int_eq(got_err, 0);
        keyring_close(&ring);
        tear_down();
    }
}
END_TEST

START_TEST(cache_survives)
{
    struct keyring *ring;
    struct stat st;
    char dir[] = "/tmp/keyring-XXXXXX";
    char path[64];
    set_up();
    ck_assert_ptr_nonnull(mkdtemp(dir));
    snprintf(path, sizeof path, "%s/jwks.json", dir);
    struct keyring_options o = {
        .http = &net->http, .url = "https://p/jwks.json", .cache_path = path, .budget_ms = 9
    };
    ck_assert_int_eq(keyring_open(&o, &ring), 0);
    keyring_warm(ring);
    ck_assert(script_say(net, 0, 200, keys_text));
    keyring_close(&ring);
    ck_assert_int_eq(stat(path, &st), 0);
    ck_assert_uint_eq(st.st_mode & 0777, 0600);
    ck_assert_int_eq(keyring_open(&o, &ring), 0);
    struct keyring_wait w = wait_for("access");
    keyring_verify(ring, &w);
    ck_assert_int_eq(got_err, 0);
    ck_assert_uint_eq(net->started, 1);
    keyring_close(&ring);
    o.file = path; /* configured: never fetched */
    ck_assert_int_eq(keyring_open(&o, &ring), 0);
    w = wait_for("unknown-kid");
    keyring_verify(ring, &w);
    ck_assert_int_eq(got_err, ERR_ABSENT);
    ck_assert_uint_eq(net->started, 1);
    keyring_close(&ring);
    unlink(path);
    ck_assert_int_eq(keyring_open(&o, &ring), ERR_CONFIG);
    rmdir(dir);
    tear_down();
}
END_TEST

START_TEST(cancel_and_close)
{
    struct keyring *ring;
    set_up();
    struct keyring_options o = { .http = &net->http, .url = "https://p/jwks.json", .budget_ms = 9 };
    ck_assert_int_eq(keyring_open(&o, &ring), 0);
    struct keyring_wait a = wait_for("access");
    struct keyring_wait b = wait_for("access");
    keyring_verify(ring, &a);
    keyring_verify(ring, &b);
    keyring_cancel(ring, &a);
    keyring_close(&ring);
    ck_assert_uint_eq(got, 0);
    ck_assert_uint_eq(net->cancelled, 1);
    tear_down();
}
END_TEST

SUITE("cognito_keyring", fetched_once, another_users_token_is_refused,
      keys_for_other_things_verify_nothing, fetch_fails, cache_survives, cancel_and_close)
