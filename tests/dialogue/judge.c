/* SPDX-License-Identifier: Apache-2.0 */
#include "dialogue/judge.h"

#include "dialogue/guest.h"
#include "dialogue/srp_server.h"
#include "dialogue/stage.h"
#include "net/json_in.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The members that an object must have, and may have at most. */
struct wanted {
    struct {
        const char *key, *value; /* NULL: any text, or an object */
        bool is_optional;
    } rows[48];
    size_t count;
    const char *object; /* for the failure */
};

static void want(struct wanted *w, const char *key, const char *value)
{
    w->rows[w->count].key = key;
    w->rows[w->count].is_optional = false;
    w->rows[w->count++].value = value;
}

static int check_member(void *arg, const char *key, const struct json *value)
{
    struct wanted *w = arg;
    const char *text = "";
    for (size_t i = 0; i < w->count; i++) {
        if (strcmp(w->rows[i].key, key) != 0)
            continue;
        const char *is = w->rows[i].value;
        if (is != NULL && (json_in_as_string(value, &text) != 0 || strcmp(text, is) != 0))
            stage_fail("%s.%s is \"%s\" instead of \"%s\"", w->object, key, text, is);
        return 0;
    }
    stage_fail("%s.%s should not be sent", w->object, key);
}

static void check(const struct json *object, struct wanted *w)
{
    for (size_t i = 0; i < w->count; i++)
        if (!w->rows[i].is_optional && json_in_member(object, w->rows[i].key) == NULL)
            stage_fail("%s.%s is missing", w->object, w->rows[i].key);
    (void)!json_in_each(object, check_member, w);
}

/* The members that the line names. srp=TEXT stands for the claim of a password. */
static void want_rows(struct wanted *w, const struct params *params)
{
    for (size_t i = 0; i < params->count; i++) {
        if (strcmp(params->rows[i].key, "srp") == 0) {
            want(w, "PASSWORD_CLAIM_SECRET_BLOCK", NULL);
            want(w, "PASSWORD_CLAIM_SIGNATURE", NULL);
            want(w, "TIMESTAMP", NULL);
        } else {
            want(w, params->rows[i].key, params->rows[i].is_any ? NULL : params->rows[i].value);
        }
    }
}

static const char *text_of(const struct json *object, const char *key)
{
    const char *text;
    return json_in_string(object, key, &text) == 0 ? text : "";
}

/* The proof fits what was typed: right for the pool's password, wrong for any other. `srp=device`:
 * that of this host's device. */
static void check_srp(struct login *l, const struct json *answers, const char *typed)
{
    bool is_right = srp_server_is_right(l->srp_a, text_of(answers, "PASSWORD_CLAIM_SIGNATURE"),
                                        text_of(answers, "TIMESTAMP"));
    bool is_device = strcmp(typed, "device") == 0;
    if (is_right != (is_device || strcmp(typed, l->password) == 0))
        stage_fail("the claim proves the %s password", is_right ? "right" : "wrong");
}

/* One A, one proof. */
static void keep_srp_a(struct login *l, const char *srp_a)
{
    if (strcmp(l->srp_a, srp_a) == 0)
        stage_fail("the same SRP_A twice");
    snprintf(l->srp_a, sizeof l->srp_a, "%s", srp_a);
}

/* AuthParameters, or ChallengeResponses. */
static void check_answers(struct login *l, const struct json *body, const char *object,
                          const struct params *params)
{
    const struct json *answers = json_in_member(body, object);
    struct wanted w = { .object = object };
    char *hash = srp_server_secret_hash(JUDGE_SECRET, l->username, JUDGE_CLIENT);
    want(&w, "USERNAME", l->username);
    if (l->play->has_secret)
        want(&w, "SECRET_HASH", hash);
    if (l->device_key[0] != '\0')
        want(&w, "DEVICE_KEY", l->device_key);
    want_rows(&w, params);
    check(answers, &w);
    if (text_of(answers, "SRP_A")[0] != '\0')
        keep_srp_a(l, text_of(answers, "SRP_A"));
    if (params_find(params, "srp") != NULL)
        check_srp(l, answers, params_find(params, "srp"));
    free(hash);
}

/* The address goes along where it can be believed or is at least harmless (reference section 1). */
static void check_context(const struct json *body, bool is_public)
{
    const char *key = is_public ? "UserContextData" : "ContextData";
    struct wanted w = { .object = key };
    want(&w, "IpAddress", GUEST_RHOST);
    if (!is_public) {
        want(&w, "ServerName", NULL);
        want(&w, "ServerPath", GUEST_SERVICE);
        want(&w, "HttpHeaders", NULL);
    }
    check(json_in_member(body, key), &w);
}

static void want_head(const struct login *l, struct wanted *w)
{
    if (!l->play->is_public)
        want(w, "UserPoolId", JUDGE_POOL);
    want(w, "ClientId", JUDGE_CLIENT);
    want(w, l->play->is_public ? "UserContextData" : "ContextData", NULL);
}

static void want_metadata(const struct login *l, struct wanted *w, bool is_optional)
{
    if (l->play->is_public)
        return;
    want(w, "ClientMetadata", NULL);
    w->rows[w->count - 1].is_optional = is_optional;
}

static void judge_initiate(struct login *l, const struct json *body, const struct params *params)
{
    struct wanted w = { .object = "Initiate" };
    snprintf(l->username, sizeof l->username, "%s", JUDGE_USERNAME);
    l->session[0] = '\0';
    want_head(l, &w);
    want_metadata(l, &w, false);
    want(&w, "AuthFlow", l->flow);
    want(&w, "AuthParameters", NULL);
    check(body, &w);
    check_answers(l, body, "AuthParameters", params);
    check_context(body, l->play->is_public);
}

static void judge_respond(struct login *l, const struct json *body, const char *challenge,
                          const struct params *params)
{
    struct wanted w = { .object = "Respond" };
    want_head(l, &w);
    want_metadata(l, &w, true);
    want(&w, "ChallengeName", challenge);
    want(&w, "ChallengeResponses", NULL);
    if (l->session[0] != '\0')
        want(&w, "Session", l->session);
    check(body, &w);
    check_answers(l, body, "ChallengeResponses", params);
    check_context(body, l->play->is_public);
}

/* Operations of a challenge's own carry its session, those of an account its token. */
static void judge_other(struct login *l, const struct json *body, const struct params *params)
{
    struct wanted w = { .object = "Request" };
    bool has_token = json_in_member(body, "AccessToken") != NULL;
    if (l->session[0] != '\0' && !has_token)
        want(&w, "Session", l->session);
    if (l->access != NULL && has_token)
        want(&w, "AccessToken", l->access);
    want_rows(&w, params);
    check(body, &w);
}

/* A code for a password, and a password by a code: for a user by name, in both forms unsigned. */
static void judge_reset(struct login *l, const struct json *body, const struct params *params)
{
    struct wanted w = { .object = "Request" };
    char *hash = srp_server_secret_hash(JUDGE_SECRET, l->username, JUDGE_CLIENT);
    const char *fresh = params_find(params, "Password");
    want(&w, "ClientId", JUDGE_CLIENT);
    want(&w, "Username", l->username);
    want(&w, "UserContextData", NULL);
    if (l->play->has_secret)
        want(&w, "SecretHash", hash);
    want_rows(&w, params);
    check(body, &w);
    check_context(body, true);
    snprintf(l->proposed, sizeof l->proposed, "%s", fresh == NULL ? "" : fresh);
    free(hash);
}

static void check_confirmation(const struct json *body)
{
    const struct json *numbers = json_in_member(body, "DeviceSecretVerifierConfig");
    struct wanted w = { .object = "DeviceSecretVerifierConfig" };
    want(&w, "PasswordVerifier", NULL);
    want(&w, "Salt", NULL);
    check(numbers, &w);
    if (!srp_server_confirm(text_of(numbers, "PasswordVerifier"), text_of(numbers, "Salt")))
        stage_fail("the pool takes no such verifier or salt");
}

void judge_confirmation(const char *bytes, size_t n)
{
    struct json *body;
    if (json_in_parse(bytes, n, JSON_STRICT, &body) != 0)
        stage_fail("the confirmation is not JSON: %.*s", (int)n, bytes);
    check_confirmation(body);
    json_in_free(&body);
}

static void judge_kind(struct login *l, const char *kind, const struct json *body,
                       const struct params *params)
{
    if (strcmp(kind, "initiate") == 0)
        judge_initiate(l, body, params);
    else if (strcmp(kind, "ForgotPassword") == 0 || strcmp(kind, "ConfirmForgotPassword") == 0)
        judge_reset(l, body, params);
    else
        judge_other(l, body, params);
    if (strcmp(kind, "ConfirmDevice") == 0)
        check_confirmation(body);
}

static void check_operation(const struct login *l, const char *kind, const char *operation,
                            bool is_signed)
{
    bool is_initiate = strcmp(kind, "initiate") == 0, is_respond = strcmp(kind, "respond") == 0;
    const char *is = is_initiate ? "InitiateAuth" : is_respond ? "RespondToAuthChallenge" : kind;
    bool is_admin = (is_initiate || is_respond) && !l->play->is_public;
    if (is_admin && (strncmp(operation, "Admin", 5) != 0 || strcmp(operation + 5, is) != 0))
        stage_fail("%s instead of Admin%s", operation, is);
    if (!is_admin && strcmp(operation, is) != 0)
        stage_fail("%s instead of %s", operation, is);
    /* Software tokens are enrolled by unsigned operations in both forms (reference section 1). */
    if (is_signed != (strncmp(operation, "Admin", 5) == 0))
        stage_fail("%s is %s", operation, is_signed ? "signed" : "not signed");
}

void judge_request(struct login *l, const char *line, const char *operation, bool is_signed,
                   const char *bytes, size_t n)
{
    struct json *body;
    struct params params;
    const char *rest;
    char kind[64], challenge[64] = "";
    size_t at = strcspn(line, " ");
    snprintf(kind, sizeof kind, "%.*s", (int)at, line);
    check_operation(l, kind, operation, is_signed);
    if (json_in_parse(bytes, n, JSON_STRICT, &body) != 0)
        stage_fail("the request is not JSON: %.*s", (int)n, bytes);
    at += strspn(line + at, " ");
    if (strcmp(kind, "respond") == 0) {
        snprintf(challenge, sizeof challenge, "%.*s", (int)strcspn(line + at, " "), line + at);
        at += strlen(challenge);
    }
    params_read(line + at, l->typed, &params, &rest);
    if (strcmp(kind, "respond") == 0)
        judge_respond(l, body, challenge, &params);
    else
        judge_kind(l, kind, body, &params);
    json_in_free(&body);
}
