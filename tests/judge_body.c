/* SPDX-License-Identifier: Apache-2.0 */
#include "judge_body.h"
#include "judge.h"

#include "cognito/auth.h"
#include "net/json_in.h"
#include "net/skew.h"

#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define KEY "KVKFKRCPNZQUYMLXOVYDSQKJKZDTSRLDKVKFKRCPNZQUYMLXOVYD"

struct json_object *judge_body_member(struct json_object *o, const char *key)
{
    struct json_object *v = NULL;
    if (o != NULL && json_object_is_type(o, json_type_object))
        json_object_object_get_ex(o, key, &v);
    return v;
}

const char *judge_body_text(struct json_object *o, const char *key)
{
    struct json_object *v = judge_body_member(o, key);
    return v == NULL ? NULL : json_object_get_string(v);
}

bool judge_body_is(const char *body, struct json_object *expected)
{
    struct json_object *ours = json_tokener_parse(body);
    bool is_equal = ours != NULL && json_object_equal(ours, expected) != 0;
    json_object_put(ours);
    return is_equal;
}

struct signin {
    const struct judge_given *given;
    struct json_object *body;   /* the expected one */
    struct json_object *values; /* its AuthParameters or ChallengeResponses; NULL: an enrolment */
    const char *operation;
    const char *challenge;  /* that is answered; NULL: Initiate */
    const struct json *srp; /* the case of srp.json it was made from; NULL: none */
    struct auth *auth;
    struct auth_step step;
    size_t attribute; /* the next to be asked */
};

/* ---------------------------------------------------------------- the inputs */

/* Which secret makes this hash for this user and client. */
static const char *find_secret(const struct signin *s, const char *user)
{
    const struct json *cases = NULL;
    const char *hash = judge_body_text(s->values, "SECRET_HASH");
    if (s->given->hashes == NULL || json_in_array(s->given->hashes, "cases", &cases) != 0)
        return NULL;
    for (size_t i = 0; i < json_in_count(cases); i++) {
        const struct json *c = json_in_at(cases, i);
        if (strcmp(judge_text(c, "secret_hash"), hash) == 0 &&
            strcmp(judge_text(c, "client_id"), judge_body_text(s->body, "ClientId")) == 0 &&
            strcmp(judge_text(c, "username"), user) == 0)
            return judge_text(c, "client_secret");
    }
    return NULL;
}

/* The case whose public value, secret block or device this is. */
static const struct json *find_srp(const struct signin *s, const char *list)
{
    static const char *const pairs[][2] = { { "SRP_A", "A" },
                                            { "PASSWORD_CLAIM_SIGNATURE", "signature" },
                                            { "DEVICE_KEY", "device_key" } };
    const struct json *cases = NULL;
    if (s->given->srp == NULL || json_in_array(s->given->srp, list, &cases) != 0)
        return NULL;
    for (size_t p = 0; p < COUNT(pairs); p++) {
        const char *wanted = judge_body_text(s->values, pairs[p][0]);
        for (size_t i = 0; wanted != NULL && i < json_in_count(cases); i++) {
            const struct json *c = json_in_at(cases, i);
            if (strcmp(judge_text(c, pairs[p][1]), wanted) == 0)
                return c;
        }
    }
    return NULL;
}

static int64_t now_s;

static int64_t tell_time(void)
{
    return now_s;
}

static const struct skew clock_of_vectors = { .wall_s = tell_time };

static void set_time(const char *timestamp)
{
    struct tm tm = { 0 };
    if (strptime(timestamp, "%a %b %d %H:%M:%S UTC %Y", &tm) != NULL)
        now_s = timegm(&tm);
}

static bool is_device(const struct signin *s)
{
    return s->challenge != NULL && strncmp(s->challenge, "DEVICE", 6) == 0;
}

static enum auth_flow flow_of(const struct signin *s, bool is_public)
{
    static const struct {
        const char *challenge;
        enum auth_flow flow;
    } flows[] = { { "PASSWORD_VERIFIER", AUTH_USER_SRP },
                  { "CUSTOM_CHALLENGE", AUTH_CUSTOM },
                  { "SELECT_CHALLENGE", AUTH_USER },
                  { "PASSWORD", AUTH_USER },
                  { "PASSWORD_SRP", AUTH_USER } };
    const char *name = judge_body_text(s->body, "AuthFlow");
    if (name != NULL)
        return (enum auth_flow)auth_flow_find(name);
    for (size_t i = 0; i < COUNT(flows); i++) {
        if (s->challenge != NULL && strcmp(flows[i].challenge, s->challenge) == 0)
            return flows[i].flow;
    }
    return is_public ? AUTH_USER_PASSWORD : AUTH_ADMIN_USER_PASSWORD;
}

static bool open_signin(struct signin *s)
{
    struct json_object *admin = judge_body_member(s->body, "ContextData");
    struct json_object *context =
        admin != NULL ? admin : judge_body_member(s->body, "UserContextData");
    const struct json *device = find_srp(s, "device");
    const char *user = judge_body_text(s->values, "USERNAME");
    struct auth_options o = { .is_public = strstr(s->operation, "Admin") == NULL,
                              .preferred = judge_body_text(s->values, "PREFERRED_CHALLENGE"),
                              .pool_id = judge_body_text(s->body, "UserPoolId"),
                              .client_id = judge_body_text(s->body, "ClientId"),
                              .username = user != NULL ? user : "alice",
                              .service = judge_body_text(context, "ServerPath"),
                              .host = judge_body_text(context, "ServerName"),
                              .rhost = judge_body_text(context, "IpAddress"),
                              .send_client_address = context != NULL,
                              .skew = &clock_of_vectors,
                              .random = judge_srp_random };
    o.flow = flow_of(s, o.is_public);
    if (o.pool_id == NULL)
        o.pool_id = "us-east-1_Example01";
    if (o.client_id == NULL)
        o.client_id = "client";
    if (judge_body_text(s->values, "CHALLENGE_NAME") != NULL)
        o.preferred = "PASSWORD_SRP";
    if (judge_body_text(s->values, "DEVICE_KEY") != NULL) {
        if (device == NULL)
            return false;
        o.device = (struct auth_device){ judge_text(device, "device_key"),
                                         judge_text(device, "device_group_key"),
                                         judge_text(device, "random_password") };
    }
    if (judge_body_text(s->values, "SECRET_HASH") != NULL) {
        o.client_secret = find_secret(s, o.username);
        if (o.client_secret == NULL)
            return false;
    }
    s->srp = is_device(s) ? device : find_srp(s, "user");
    if (s->srp != NULL) {
        set_time(judge_text(s->srp, "timestamp"));
        if (!judge_srp_choose(judge_text(s->srp, "a")))
            return false;
    }
    return auth_open(&o, &s->auth) == 0;
}

/* --------------------------------------------------------------- the replies */

static struct json_object *list_of_one(const char *item)
{
    struct json_object *list = json_object_new_array();
    if (item != NULL)
        json_object_array_add(list, json_object_new_string(item));
    return list;
}

static void add_text(struct json_object *o, const char *key, const char *text)
{
    if (text != NULL)
        json_object_object_add(o, key, json_object_new_string(text));
}

/* A list as Cognito writes it: JSON in a string. */
static void add_list(struct json_object *o, const char *key, struct json_object *list)
{
    add_text(o, key, json_object_to_json_string(list));
    json_object_put(list);
}

static struct json_object *params_of(const struct signin *s)
{
    struct json_object *params = json_object_new_object();
    struct json_object *attributes = json_object_new_array();
    json_object_object_foreach(s->values, key, value)
    {
        (void)value;
        if (strncmp(key, "userAttributes.", 15) == 0)
            json_object_array_add(attributes, json_object_new_string(key));
    }
    add_list(params, "requiredAttributes", attributes);
    add_list(params, "MFAS_CAN_CHOOSE", list_of_one(judge_body_text(s->values, "ANSWER")));
    add_list(params, "MFAS_CAN_SETUP", list_of_one("SOFTWARE_TOKEN_MFA"));
    if (s->srp != NULL) {
        add_text(params, "SALT", judge_text(s->srp, "salt"));
        add_text(params, "SRP_B", judge_text(s->srp, "B"));
        add_text(params, "SECRET_BLOCK", judge_text(s->srp, "secret_block"));
        if (strcmp(s->challenge, "PASSWORD_VERIFIER") == 0)
            add_text(params, "USER_ID_FOR_SRP", judge_text(s->srp, "user_id"));
    }
    return params;
}

/* What the pool says to the request that is on its way. */
static struct json_object *next_reply(const struct signin *s)
{
    struct json_object *reply = json_object_new_object();
    const char *name = s->challenge;
    add_text(reply, "Session", judge_body_text(s->body, "Session"));
    if (s->step.op == API_ASSOCIATE_TOKEN) {
        add_text(reply, "SecretCode", KEY);
        return reply;
    }
    if (s->step.op == API_VERIFY_TOKEN) {
        add_text(reply, "Status", "SUCCESS");
        return reply;
    }
    bool is_first = s->step.op == API_INITIATE_AUTH || s->step.op == API_ADMIN_INITIATE_AUTH;
    if (is_first && is_device(s))
        name = "DEVICE_SRP_AUTH";
    add_text(reply, "ChallengeName", name);
    json_object_object_add(reply, "AvailableChallenges",
                           list_of_one(judge_body_text(s->values, "ANSWER")));
    json_object_object_add(reply, "ChallengeParameters", s->values == NULL ? NULL : params_of(s));
    if (s->values == NULL) {
        struct json_object *params = json_object_new_object();
        add_list(params, "MFAS_CAN_SETUP", list_of_one("SOFTWARE_TOKEN_MFA"));
        json_object_object_add(reply, "ChallengeParameters", params);
    }
    return reply;
}

static void hear(struct signin *s)
{
    struct json_object *reply = next_reply(s);
    const char *text = json_object_to_json_string(reply);
    struct api_result result = { .status = 200 };
    struct json *doc = NULL;
    if (json_in_parse(text, strlen(text), JSON_STRICT, &doc) == 0) {
        result.body = doc;
        auth_reply(s->auth, &result, &s->step);
    }
    json_in_free(&doc);
    json_object_put(reply);
}

/* --------------------------------------------------------------- the answers */

static const char *attribute_at(const struct signin *s, size_t at)
{
    json_object_object_foreach(s->values, key, value)
    {
        if (strncmp(key, "userAttributes.", 15) == 0 && at-- == 0)
            return json_object_get_string(value);
    }
    return "";
}

static const char *password_of(const struct signin *s)
{
    const char *password = judge_body_text(s->values, "PASSWORD");
    if (password == NULL && s->srp != NULL && !is_device(s))
        password = judge_text(s->srp, "password");
    return password != NULL ? password : "the password before";
}

static const char *code_of(const struct signin *s)
{
    static const char *const keys[] = { "SMS_MFA_CODE", "EMAIL_OTP_CODE", "SMS_OTP_CODE",
                                        "SOFTWARE_TOKEN_MFA_CODE", "ANSWER" };
    const char *code = judge_body_text(s->body, "UserCode");
    for (size_t i = 0; i < COUNT(keys) && code == NULL; i++)
        code = judge_body_text(s->values, keys[i]);
    return code != NULL ? code : "123456";
}

static void say(struct signin *s)
{
    struct secret answer;
    const char *text = "";
    if (s->step.ask == AUTH_ASK_PASSWORD)
        text = password_of(s);
    else if (s->step.ask == AUTH_ASK_CODE)
        text = code_of(s);
    else if (s->step.ask == AUTH_ASK_NEW_PASSWORD || s->step.ask == AUTH_ASK_NEW_PASSWORD_AGAIN)
        text = judge_body_text(s->values, "NEW_PASSWORD");
    else if (s->step.ask == AUTH_ASK_TEXT)
        text = attribute_at(s, s->attribute++);
    if (text != NULL && secret_set(&answer, text, strlen(text)) == 0)
        auth_answer(s->auth, &answer, &s->step);
    secret_wipe(&answer);
}

/* Is the request on its way the one that was to be judged? */
static bool has_arrived(const struct signin *s)
{
    struct json_object *ours = json_tokener_parse(s->step.body);
    const char *challenge = judge_body_text(ours, "ChallengeName");
    bool is_it = strcmp(api_operation(s->step.op)->name, s->operation) == 0 &&
                 (s->challenge == NULL || s->values == NULL ||
                  (challenge != NULL && strcmp(challenge, s->challenge) == 0));
    json_object_put(ours);
    return is_it;
}

bool judge_body_signin(struct json_object *r, const struct judge_given *given)
{
    struct signin s = { .given = given,
                        .body = judge_body_member(r, "body"),
                        .operation = judge_body_text(r, "operation") };
    bool is_right = false;
    s.challenge = judge_body_text(s.body, "ChallengeName");
    s.values =
        judge_body_member(s.body, s.challenge == NULL ? "AuthParameters" : "ChallengeResponses");
    if (s.values == NULL)
        s.challenge = "MFA_SETUP";
    /* A name for the app on the phone: we know none. */
    if (s.body != NULL)
        json_object_object_del(s.body, "FriendlyDeviceName");
    if (!open_signin(&s))
        return false;
    auth_begin(s.auth, &s.step);
    for (int turns = 0; turns < 30; turns++) {
        if (s.step.kind == AUTH_SEND && has_arrived(&s))
            break;
        if (s.step.kind == AUTH_SEND)
            hear(&s);
        else if (s.step.kind == AUTH_ASK)
            say(&s);
    }
    if (s.step.kind == AUTH_SEND)
        is_right = judge_body_is(s.step.body, s.body) &&
                   api_operation(s.step.op)->is_signed ==
                       (json_object_get_boolean(judge_body_member(r, "signed")) != 0);
    auth_free(&s.auth);
    return is_right;
}

static bool is_one_of(const char *text, const char *const *list)
{
    for (size_t i = 0; text != NULL && list[i] != NULL; i++) {
        if (strcmp(text, list[i]) == 0)
            return true;
    }
    return false;
}

bool judge_body_is_mine(struct json_object *r)
{
    static const char *const enrolments[] = { "AssociateSoftwareToken", "VerifySoftwareToken",
                                              NULL };
    static const char *const operations[] = { "AdminInitiateAuth", "InitiateAuth",
                                              "AdminRespondToAuthChallenge",
                                              "RespondToAuthChallenge", NULL };
    const char *operation = judge_body_text(r, "operation");
    struct json_object *body = judge_body_member(r, "body");
    const char *flow = judge_body_text(body, "AuthFlow");
    struct json_object *values =
        judge_body_member(body, flow != NULL ? "AuthParameters" : "ChallengeResponses");
    if (is_one_of(operation, enrolments))
        return judge_body_text(body, "Session") != NULL;
    if (!is_one_of(operation, operations) || values == NULL)
        return false;
    if (flow != NULL && auth_flow_find(flow) < 0)
        return false;
    /* WEB_AUTHN needs a browser. */
    const char *wish = judge_body_text(values, "PREFERRED_CHALLENGE");
    return judge_body_text(values, "CREDENTIAL") == NULL &&
           (wish == NULL || strcmp(wish, "WEB_AUTHN") != 0);
}

bool judge_body_lacks(struct json_object *r, const struct judge_given *given)
{
    struct json_object *body = judge_body_member(r, "body");
    struct json_object *values = judge_body_member(body, "AuthParameters");
    if (values == NULL)
        values = judge_body_member(body, "ChallengeResponses");
    bool has_hash = judge_body_text(values, "SECRET_HASH") != NULL;
    bool has_srp = judge_body_text(values, "SRP_A") != NULL ||
                   judge_body_text(values, "PASSWORD_CLAIM_SIGNATURE") != NULL;
    return (has_hash && given->hashes == NULL) || (has_srp && given->srp == NULL);
}
