/* SPDX-License-Identifier: Apache-2.0 */
#include "play.h"

#include "net/http.h"
#include "net/json_in.h"

#include <check.h>
#include <string.h>

struct auth *play_auth;
struct auth_step play_step;

void play_open(const struct auth_options *options)
{
    struct auth_options o = *options;
    if (o.pool_id == NULL)
        o.pool_id = "us-east-1_Example01";
    if (o.client_id == NULL)
        o.client_id = "client";
    ck_assert_int_eq(auth_open(&o, &play_auth), 0);
    auth_begin(play_auth, &play_step);
}

void play_open_password(const struct auth_options *options)
{
    play_open(options);
    play_expect_ask("Password: ");
    ck_assert_int_eq(play_step.ask, AUTH_ASK_PASSWORD);
    ck_assert(!play_step.echo);
}

void play_end(void)
{
    auth_free(&play_auth);
}

void play_type(const char *text)
{
    struct secret s;
    ck_assert_int_eq(secret_set(&s, text, strlen(text)), 0);
    auth_answer(play_auth, &s, &play_step);
    secret_wipe(&s);
}

void play_type_with_code(const char *password, const char *code)
{
    struct secret s;
    ck_assert_int_eq(secret_set(&s, code, strlen(code)), 0);
    auth_keep_code(play_auth, &s);
    secret_wipe(&s);
    play_type(password);
}

void play_hear(int status, const char *body)
{
    struct http_reply http = {
        .status = status, .body = body, .body_bytes = strlen(body), .failure = ""
    };
    struct api_result result;
    struct json *doc;
    ck_assert_int_eq(play_step.kind, AUTH_SEND);
    api_judge(ERRORS_AUTH, &http, &result, &doc);
    auth_reply(play_auth, &result, &play_step);
    json_in_free(&doc);
}

void play_expect_ask(const char *text)
{
    ck_assert_int_eq(play_step.kind, AUTH_ASK);
    ck_assert_str_eq(play_step.text, text);
}

void play_expect_failed(int err, const char *reason)
{
    ck_assert_int_eq(play_step.kind, AUTH_FAILED);
    ck_assert_str_eq(play_step.reason, reason);
    ck_assert_int_eq(play_step.err, err);
}

void play_expect_sent(enum api_op op, const char *part)
{
    ck_assert_int_eq(play_step.kind, AUTH_SEND);
    ck_assert_int_eq(play_step.op, op);
    ck_assert_msg(strstr(play_step.body, part) != NULL, "%s not in %s", part, play_step.body);
}

void play_expect_not_sent(const char *part)
{
    ck_assert_int_eq(play_step.kind, AUTH_SEND);
    ck_assert_msg(strstr(play_step.body, part) == NULL, "%s in %s", part, play_step.body);
}

void play_expect_done(bool had_mfa, const char *challenges)
{
    ck_assert_int_eq(play_step.kind, AUTH_DONE);
    ck_assert_str_eq(play_step.tokens.access, "a.b.c");
    ck_assert_int_eq(auth_had_mfa(play_auth), had_mfa);
    ck_assert_str_eq(auth_challenges(play_auth), challenges);
}
