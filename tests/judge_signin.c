/* SPDX-License-Identifier: Apache-2.0
 *
 * Drives the challenge machine up to the reply under judgement, and looks at the step it takes.
 * Whatever the index does not call a success must not end in one.
 */
#include "judge_reply.h"

#include "cognito/auth.h"
#include "net/json_in.h"

#include <stdlib.h>
#include <string.h>

#define SESSION "\"Session\":\"session-before-the-reply\""
#define CHALLENGE(name, params)                                                                    \
    "{\"ChallengeName\":\"" name "\"," SESSION ",\"ChallengeParameters\":{" params "}}"

/* How a sign-in comes to hear such a reply. The first row that fits. */
static const struct path {
    const char *challenge;     /* in the reply, or its beginning; NULL: any */
    enum errors_action action; /* of the exception in the reply; ERRORS_FAIL: any */
    enum auth_flow flow;
    bool has_device;
    const char *before; /* the challenge answered by the request, when it is a Respond */
} paths[] = {
    { "PASSWORD_VERIFIER", ERRORS_FAIL, AUTH_USER_SRP, false, NULL },
    { "CUSTOM_CHALLENGE", ERRORS_FAIL, AUTH_CUSTOM, false, CHALLENGE("CUSTOM_CHALLENGE", "") },
    { "SELECT_CHALLENGE", ERRORS_FAIL, AUTH_USER, false, NULL },
    { "DEVICE_PASSWORD_VERIFIER", ERRORS_FAIL, AUTH_USER_SRP, true,
      CHALLENGE("DEVICE_SRP_AUTH", "") },
    { "DEVICE_SRP_AUTH", ERRORS_FAIL, AUTH_ADMIN_USER_PASSWORD, true,
      CHALLENGE("SOFTWARE_TOKEN_MFA", "") },
    { NULL, ERRORS_DROP_DEVICE, AUTH_ADMIN_USER_PASSWORD, true,
      CHALLENGE("SOFTWARE_TOKEN_MFA", "") },
    { NULL, ERRORS_FAIL, AUTH_ADMIN_USER_PASSWORD, false, CHALLENGE("SOFTWARE_TOKEN_MFA", "") },
};

static const struct path *find_path(const struct judge_reply *r)
{
    const char *name = "";
    if (r->result.body == NULL || json_in_string(r->result.body, "ChallengeName", &name) != 0)
        name = "";
    for (size_t i = 0; i < COUNT(paths); i++) {
        bool fits = paths[i].challenge == NULL || strcmp(paths[i].challenge, name) == 0;
        if (fits && paths[i].action != ERRORS_FAIL)
            fits = r->result.rule != NULL && r->result.rule->action == paths[i].action;
        if (fits)
            return &paths[i];
    }
    return NULL;
}

static void say(struct auth *auth, const char *text, struct auth_step *ret_step)
{
    struct secret answer;
    if (secret_set(&answer, text, strlen(text)) == 0)
        auth_answer(auth, &answer, ret_step);
    secret_wipe(&answer);
}

static void hear(struct auth *auth, const char *body, struct auth_step *ret_step)
{
    struct http_reply http = {
        .status = 200, .body = body, .body_bytes = strlen(body), .failure = ""
    };
    struct api_result result;
    struct json *doc;
    api_judge(ERRORS_AUTH, &http, &result, &doc);
    auth_reply(auth, &result, ret_step);
    json_in_free(&doc);
}

static bool open_path(const struct path *path, struct auth **ret_auth)
{
    struct auth_options options = { .flow = path->flow,
                                    .pool_id = "us-east-1_Example01",
                                    .client_id = "1example23456789abcdefghij",
                                    .username = "alice" };
    if (path->has_device)
        options.device = (struct auth_device){ "us-east-1_device", "-group", "c2VjcmV0" };
    return auth_open(&options, ret_auth) == 0;
}

/* The request is on its way whose reply is judged. */
static bool reach(struct auth *auth, const struct path *path, bool is_respond,
                  struct auth_step *ret_step)
{
    auth_begin(auth, ret_step);
    if (ret_step->kind == AUTH_ASK)
        say(auth, "Corr3ct-Horse!", ret_step);
    if (is_respond && path->before != NULL) {
        hear(auth, path->before, ret_step);
        if (ret_step->kind == AUTH_ASK)
            say(auth, "123456", ret_step);
    }
    return ret_step->kind == AUTH_SEND;
}

static bool sends(const struct auth_step *step, enum api_op op, const char *part)
{
    return step->kind == AUTH_SEND && step->op == op &&
           memmem(step->body, step->body_bytes, part, strlen(part)) != NULL;
}

static bool asks(const struct auth_step *step, enum auth_ask ask)
{
    return step->kind == AUTH_ASK && step->ask == ask;
}

static bool asks_with_new_session(struct auth *auth, const struct judge_reply *r,
                                  const struct auth_step *step)
{
    const char *session = NULL;
    struct auth_step next;
    if (!asks(step, AUTH_ASK_CODE) || json_in_string(r->result.body, "Session", &session) != 0)
        return false;
    say(auth, "654321", &next);
    return next.kind == AUTH_SEND && memmem(next.body, next.body_bytes, session, strlen(session));
}

static enum judge_verdict verdict_of(bool is_right)
{
    return is_right ? JUDGE_RIGHT : JUDGE_WRONG;
}

/* HTTP 200: what does the machine make of it? */
static enum judge_verdict judge_step(struct auth *auth, const struct judge_reply *r,
                                     const struct auth_step *step)
{
    static const char *const codes[] = { "prompt SMS",   "prompt e-mail", "prompt TOTP",
                                         "8-digit code", "code",          "prompt from",
                                         "another round" };
    static const struct {
        const char *expect, *part;
    } sent[] = { { "SRP step", "PASSWORD_CLAIM_SIGNATURE" },
                 { "device SRP step 1", "\"SRP_A\"" },
                 { "device SRP step 2", "PASSWORD_CLAIM_SIGNATURE" } };
    if (judge_expects(r, "success at most"))
        return verdict_of(step->kind == AUTH_DONE || step->kind == AUTH_FAILED);
    if (judge_expects(r, "success"))
        return verdict_of(step->kind == AUTH_DONE && *step->tokens.access != '\0');
    for (size_t i = 0; i < COUNT(codes); i++) {
        if (judge_expects(r, codes[i]))
            return verdict_of(asks(step, AUTH_ASK_CODE));
    }
    if (judge_expects(r, "menu of "))
        return verdict_of(asks(step, AUTH_ASK_CHOICE) &&
                          step->choices == (unsigned)strtoul(r->expect + 8, NULL, 10));
    if (judge_expects(r, "new password"))
        return verdict_of(asks(step, AUTH_ASK_NEW_PASSWORD));
    if (judge_expects(r, "new Session"))
        return verdict_of(asks_with_new_session(auth, r, step));
    if (judge_expects(r, "go on without"))
        return verdict_of(step->kind == AUTH_FAILED || asks(step, AUTH_ASK_NEW_PASSWORD));
    if (judge_expects(r, "the name in the reply") || judge_expects(r, "clean before"))
        return verdict_of(step->kind != AUTH_DONE);
    for (size_t i = 0; i < COUNT(sent); i++) {
        if (judge_expects(r, sent[i].expect))
            return verdict_of(sends(step, API_ADMIN_RESPOND, sent[i].part));
    }
    if (judge_expects(r, "enrol") || judge_expects(r, "moto sends a list here"))
        return verdict_of(sends(step, API_ASSOCIATE_TOKEN, "\"Session\""));
    if (strcmp(r->expect, "menu") == 0)
        return verdict_of(asks(step, AUTH_ASK_CHOICE) && step->choices > 1);
    return verdict_of(step->kind == AUTH_FAILED);
}

/* An exception: the table's class, and the machine's own reaction to it. */
static enum judge_verdict judge_refusal(const struct judge_reply *r, bool is_respond,
                                        const struct auth_step *step)
{
    if (step->kind == AUTH_DONE || judge_exception(r) == JUDGE_WRONG)
        return JUDGE_WRONG;
    if (!is_respond)
        return verdict_of(step->kind == AUTH_FAILED);
    if (judge_expects(r, "restart the flow"))
        return verdict_of(step->kind == AUTH_SEND && step->op == API_ADMIN_INITIATE_AUTH);
    if (r->result.rule->action == ERRORS_DROP_DEVICE)
        return verdict_of(sends(step, API_ADMIN_INITIATE_AUTH, "\"PASSWORD\"") &&
                          !sends(step, API_ADMIN_INITIATE_AUTH, "DEVICE_KEY"));
    if (r->result.rule->action == ERRORS_ASK_CODE || r->result.rule->action == ERRORS_NEXT_CODE)
        return verdict_of(asks(step, AUTH_ASK_CODE));
    return verdict_of(step->kind == AUTH_FAILED || r->result.rule->action == ERRORS_ASK_PASSWORD);
}

enum judge_verdict judge_signin(const struct judge_reply *r)
{
    struct auth *auth;
    struct auth_step step;
    enum judge_verdict verdict = JUDGE_WRONG;
    const struct path *path = find_path(r);
    bool is_respond = strstr(r->operation, "Respond") != NULL;
    if (!open_path(path, &auth))
        return JUDGE_WRONG;
    if (reach(auth, path, is_respond, &step)) {
        auth_reply(auth, &r->result, &step);
        if (r->http.status >= 400 && r->result.rule != NULL)
            verdict = judge_refusal(r, is_respond, &step);
        else
            verdict = judge_step(auth, r, &step);
    }
    auth_free(&auth);
    return verdict;
}

/* The two calls of an enrolment: the key is shown, the code verified or asked again. */
enum judge_verdict judge_setup(const struct judge_reply *r)
{
    struct auth *auth;
    struct auth_step step;
    const char *status = "";
    bool is_verify = strncmp(r->operation, "Verify", 6) == 0;
    bool is_right = false;
    if (!open_path(&paths[COUNT(paths) - 1], &auth))
        return JUDGE_WRONG;
    auth_begin(auth, &step);
    say(auth, "Corr3ct-Horse!", &step);
    hear(auth, CHALLENGE("MFA_SETUP", "\"MFAS_CAN_SETUP\":\"[\\\"SOFTWARE_TOKEN_MFA\\\"]\""),
         &step);
    if (is_verify) {
        hear(auth, "{\"SecretCode\":\"KVKFKRCPNZQUYMLXOVYD\"," SESSION "}", &step);
        say(auth, "123456", &step);
    }
    auth_reply(auth, &r->result, &step);
    if (r->result.err != 0)
        is_right =
            judge_exception(r) != JUDGE_WRONG &&
            (r->result.rule == NULL || r->result.rule->action != ERRORS_ASK_CODE || !is_verify
                 ? step.kind == AUTH_FAILED
                 : asks(&step, AUTH_ASK_CODE));
    else if (!is_verify)
        is_right = asks(&step, AUTH_ASK_CODE) && strstr(step.text, "otpauth://totp/") != NULL;
    else if (json_in_string(r->result.body, "Status", &status) == 0 &&
             strcmp(status, "SUCCESS") == 0)
        is_right = sends(&step, API_ADMIN_RESPOND, "\"MFA_SETUP\"");
    else
        is_right = asks(&step, AUTH_ASK_CODE);
    auth_free(&auth);
    return verdict_of(is_right);
}
