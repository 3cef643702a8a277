/* SPDX-License-Identifier: Apache-2.0 */
#include "dialogue/cloud.h"

#include "dialogue/judge.h"
#include "dialogue/srp_server.h"
#include "dialogue/stage.h"
#include "net/http.h"
#include "net/json_out.h"
#include "unit/daemon_fixture.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BODY_MAX 32768

/* The machine has one request under way, the token check may have another. */
struct http_call {
    http_done *done;
    void *arg;
    bool is_open, is_later;
    bool is_signin;
    bool is_for_dead; /* there is no reply: nobody waits for it */
    struct http_reply reply;
    char body[BODY_MAX];
};

static struct {
    struct login login;
    pid_t program;
    struct http_call call;
    unsigned sessions, cancelled;
    bool had_reset;
    char challenges[512];
} cloud;

static const struct play *play;

/* --- replies ---------------------------------------------------------------------------------- */

static void set_body(struct http_call *call, struct json_out *out)
{
    const char *text;
    size_t n;
    if (json_out_text(out, &text, &n) != 0 || n >= sizeof call->body)
        stage_fail("the reply cannot be written");
    memcpy(call->body, text, n + 1);
    json_out_free(out);
}

static void add_session(struct json_out *out)
{
    snprintf(cloud.login.session, sizeof cloud.login.session,
             "session-%02u-of-more-than-twenty-characters", ++cloud.sessions);
    json_out_string(out, "Session", cloud.login.session);
}

/* A device that the pool does not know yet. */
static void offer_device(struct json_out *out)
{
    json_out_object(out, "NewDeviceMetadata");
    json_out_string(out, "DeviceKey", JUDGE_NEW_DEVICE);
    json_out_string(out, "DeviceGroupKey", JUDGE_DEVICE_GROUP);
    json_out_end(out);
}

static void say_tokens(struct http_call *call, const struct params *p)
{
    struct json_out out = { .depth = 0 };
    const char *access = params_find(p, "access"), *id = params_find(p, "id");
    cloud.login.access = fixture_token(access == NULL ? "access" : access);
    json_out_object(&out, NULL);
    json_out_object(&out, "ChallengeParameters");
    json_out_end(&out);
    json_out_object(&out, "AuthenticationResult");
    json_out_string(&out, "AccessToken", cloud.login.access);
    json_out_string(&out, "IdToken", fixture_token(id == NULL ? "id" : id));
    json_out_string(&out, "RefreshToken", "refresh.to.ken");
    json_out_string(&out, "TokenType", "Bearer");
    json_out_integer(&out, "ExpiresIn", 3600);
    if (params_find(p, "device") != NULL)
        offer_device(&out);
    json_out_end(&out);
    json_out_end(&out);
    set_body(call, &out);
}

/* SALT, SRP_B and SECRET_BLOCK for the pool's password, or for a device. */
static void add_srp(struct json_out *out, const struct params *p)
{
    const char *user_id = params_find(p, "USER_ID_FOR_SRP");
    const char *device = params_find(p, "DEVICE_KEY");
    struct srp_question q = device != NULL
                                ? srp_server_ask_device(JUDGE_DEVICE_GROUP, device)
                                : srp_server_ask(strchr(JUDGE_POOL, '_') + 1,
                                                 user_id == NULL ? cloud.login.username : user_id,
                                                 cloud.login.password);
    json_out_string(out, "SALT", q.salt);
    json_out_string(out, "SRP_B", q.srp_b);
    json_out_string(out, "SECRET_BLOCK", q.block);
}

static void add_available(struct json_out *out, char *list)
{
    json_out_array(out, "AvailableChallenges");
    for (char *save = NULL, *c = strtok_r(list, ",", &save); c != NULL;
         c = strtok_r(NULL, ",", &save))
        json_out_string(out, NULL, c);
    json_out_end(out);
}

static void note_challenge(const char *name)
{
    size_t n = strlen(cloud.challenges);
    snprintf(cloud.challenges + n, sizeof cloud.challenges - n, "%s%s", n == 0 ? "" : ",", name);
}

/* NAME KEY=value ...; available=A,B is the reply's own list, srp the pool's part of SRP, bare
 * leaves Session out. */
static void say_challenge(struct http_call *call, const char *name, struct params *p)
{
    struct json_out out = { .depth = 0 };
    json_out_object(&out, NULL);
    json_out_string(&out, "ChallengeName", name);
    cloud.login.session[0] = '\0';
    if (params_find(p, "bare") == NULL)
        add_session(&out);
    json_out_object(&out, "ChallengeParameters");
    for (size_t i = 0; i < p->count; i++)
        if (p->rows[i].has_value && strcmp(p->rows[i].key, "available") != 0)
            json_out_string(&out, p->rows[i].key, p->rows[i].value);
    if (params_find(p, "srp") != NULL)
        add_srp(&out, p);
    json_out_end(&out);
    for (size_t i = 0; i < p->count; i++)
        if (strcmp(p->rows[i].key, "available") == 0)
            add_available(&out, p->rows[i].value);
    json_out_end(&out);
    set_body(call, &out);
    note_challenge(name);
    if (params_find(p, "USER_ID_FOR_SRP") != NULL)
        snprintf(cloud.login.username, sizeof cloud.login.username, "%s",
                 params_find(p, "USER_ID_FOR_SRP"));
}

/* reply KEY=value ...: a plain reply; session adds a new one. sent KEY=value ...: where a code
 * went. */
static void say_members(struct http_call *call, const struct params *p, bool is_sent)
{
    struct json_out out = { .depth = 0 };
    json_out_object(&out, NULL);
    if (is_sent)
        json_out_object(&out, "CodeDeliveryDetails");
    for (size_t i = 0; i < p->count; i++)
        if (p->rows[i].has_value && strcmp(p->rows[i].value, "true") == 0)
            json_out_bool(&out, p->rows[i].key, true);
        else if (p->rows[i].has_value)
            json_out_string(&out, p->rows[i].key, p->rows[i].value);
    if (is_sent)
        json_out_end(&out);
    if (params_find(p, "session") != NULL)
        add_session(&out);
    json_out_end(&out);
    set_body(call, &out);
}

/* What it knows no more it is not to be told again. */
static void note_exception(const char *type, const char *message)
{
    if (strcmp(type, "ResourceNotFoundException") == 0 && strstr(message, "Device") != NULL)
        cloud.login.device_key[0] = '\0';
}

static void say_exception(struct http_call *call, const char *type, const char *message)
{
    struct json_out out = { .depth = 0 };
    struct params p;
    const char *rest, *quote = strchr(message, '"');
    char text[512];
    snprintf(text, sizeof text, "message=%s", quote == NULL ? "\"\"" : quote);
    params_read(text, "", &p, &rest);
    json_out_object(&out, NULL);
    json_out_string(&out, "__type", type);
    json_out_string(&out, "message", params_find(&p, "message"));
    json_out_end(&out);
    set_body(call, &out);
    note_exception(type, message);
    call->reply.status = strcmp(type, "InternalErrorException") == 0 ? 500 : 400;
}

/* Words for what is no answer of the pool. */
static bool say_fault(struct http_call *call, const char *word)
{
    static const struct {
        const char *word;
        int err, status;
        bool was_sent;
        const char *body;
    } faults[] = {
        { "lost", ERR_UNAVAIL, 0, true, "" },         /* nobody knows whether it was done */
        { "unreachable", ERR_UNAVAIL, 0, false, "" }, /* it never left */
        { "timeout", ERR_TIMEOUT, 0, true, "" },
        { "500", 0, 500, true, "" },
        { "503", 0, 503, true, "<html>Service Unavailable</html>" },
        { "garbage", 0, 200, true, "<html>Please accept our terms</html>" },
        { "empty", 0, 200, true, "{}" },
        { "nothing", 0, 200, true, "" },
    };
    for (size_t i = 0; i < COUNT(faults); i++) {
        if (strcmp(faults[i].word, word) != 0)
            continue;
        call->reply.err = faults[i].err;
        call->reply.status = faults[i].status;
        call->reply.was_sent = faults[i].was_sent;
        call->reply.failure = faults[i].err == 0 ? "" : "the script says so";
        snprintf(call->body, sizeof call->body, "%s", faults[i].body);
        return true;
    }
    return false;
}

static bool ends_in(const char *word, const char *end)
{
    size_t n = strlen(word), m = strlen(end);
    return n > m && strcmp(word + n - m, end) == 0;
}

static void say(struct http_call *call, const char *reply)
{
    struct params p;
    const char *rest;
    char word[64];
    size_t n = strcspn(reply, " ");
    snprintf(word, sizeof word, "%.*s", (int)n, reply);
    call->reply = (struct http_reply){ .status = 200, .was_sent = true, .failure = "" };
    if (ends_in(word, "Exception")) {
        say_exception(call, word, reply + n);
    } else if (!say_fault(call, word)) {
        params_read(reply + n, cloud.login.typed, &p, &rest);
        if (strcmp(word, "tokens") == 0)
            say_tokens(call, &p);
        else if (strcmp(word, "reply") == 0 || strcmp(word, "sent") == 0)
            say_members(call, &p, strcmp(word, "sent") == 0);
        else
            say_challenge(call, word, &p);
    }
    call->reply.body = call->body;
    call->reply.body_bytes = strlen(call->body);
    snprintf(call->reply.request_id, sizeof call->reply.request_id, "request-of-this-dialogue");
    if (cloud.login.proposed[0] != '\0' && call->reply.err == 0 && call->reply.status == 200) {
        memcpy(cloud.login.password, cloud.login.proposed, sizeof cloud.login.password);
        memcpy(cloud.login.typed, cloud.login.proposed, sizeof cloud.login.typed);
    }
    cloud.login.proposed[0] = '\0';
}

/* --- struct http ------------------------------------------------------------------------------ */

static void answer(evutil_socket_t fd, short what, void *arg)
{
    struct http_call *call = arg;
    (void)fd;
    (void)what;
    if (!call->is_open)
        return;
    call->is_open = false;
    call->done(call->arg, &call->reply);
}

void cloud_program_over(void)
{
    if (cloud.call.is_later)
        answer(-1, 0, &cloud.call);
}

bool cloud_is_asked(void)
{
    return cloud.call.is_open && !cloud.call.is_for_dead;
}

/* The daemon's name for what a person calls a forgotten password. */
static void note_reset(const char *operation)
{
    if (strcmp(operation, "ForgotPassword") == 0 && !cloud.had_reset) {
        cloud.had_reset = true;
        note_challenge("RESET_PASSWORD");
    }
}

static const char *find_header(const struct http_request *req, const char *begin)
{
    for (size_t i = 0; req->headers[i] != NULL; i++)
        if (strncmp(req->headers[i], begin, strlen(begin)) == 0)
            return req->headers[i] + strlen(begin);
    return NULL;
}

static int start(struct http *http, const struct http_request *req, http_done *done, void *arg,
                 struct http_call **ret_call)
{
    (void)http;
    static const char later[] = "later ";
    struct http_call *call = &cloud.call;
    const char *operation = find_header(req, "X-Amz-Target: AWSCognitoIdentityProviderService.");
    const char *signature = find_header(req, "Authorization: AWS4-HMAC-SHA256 Credential=");
    const struct story_line *line = stage_take(LINE_CALL, operation == NULL ? req->url : operation);
    const char *arrow = strstr(line->text, "-> ");
    if (arrow == NULL || operation == NULL || call->is_open)
        stage_fail("no reply, no operation, or two requests at once");
    judge_request(&cloud.login, line->text, operation, signature != NULL, req->body,
                  req->body_bytes);
    note_reset(operation);
    call->done = done;
    call->arg = arg;
    call->is_open = true;
    call->is_signin = strstr(operation, "Auth") != NULL;
    call->is_later = strncmp(arrow + 3, later, sizeof later - 1) == 0;
    call->is_for_dead = strcmp(arrow + 3, "caller dies") == 0;
    *ret_call = call;
    if (call->is_for_dead)
        return kill(cloud.program, SIGKILL);
    say(call, arrow + 3 + (call->is_later ? sizeof later - 1 : 0));
    if (call->is_later)
        return 0;
    return event_base_once(fixture.loop, -1, EV_TIMEOUT, answer, call, &(struct timeval){ 0, 0 });
}

static void cancel(struct http *http, struct http_call *call)
{
    (void)http;
    cloud.cancelled += call->is_open;
    call->is_open = false;
}

static void close_http(struct http *http)
{
    (void)http;
}

static const struct http_ops scripted = { start, cancel, close_http };

void cloud_open(const struct play *p, pid_t program)
{
    play = p;
    memset(&cloud, 0, sizeof cloud);
    cloud.program = program;
    cloud.login.play = p;
    snprintf(cloud.login.flow, sizeof cloud.login.flow, "%s", fixture.config->auth_flow);
    snprintf(cloud.login.username, sizeof cloud.login.username, "%s", JUDGE_USERNAME);
    snprintf(cloud.login.password, sizeof cloud.login.password, "%s", STORY_PASSWORD);
    snprintf(cloud.login.typed, sizeof cloud.login.typed, "%s", p->password);
    if (p->device.is_remembered && !p->device.is_unnamed)
        snprintf(cloud.login.device_key, sizeof cloud.login.device_key, "%s", JUDGE_DEVICE);
    fixture.http->ops = &scripted;
}

const char *cloud_challenges(void)
{
    return cloud.challenges;
}

bool cloud_was_let_go(void)
{
    bool is_left = cloud.call.is_open && cloud.call.is_signin;
    return cloud.cancelled == (is_left ? 0 : 1);
}

const char *cloud_secret_in(const char *text)
{
    static const char *const secrets[] = { "-of-more-than-twenty-characters", "refresh.to.ken",
                                           "eyJ", JUDGE_SECRET };
    for (size_t i = 0; i < COUNT(secrets); i++)
        if (strstr(text, secrets[i]) != NULL)
            return secrets[i];
    return NULL;
}
