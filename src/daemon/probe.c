/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/probe.h"

#include "base/clock.h"
#include "cognito/auth.h"
#include "daemon/log.h"
#include "daemon/signin.h"
#include "net/credentials.h"
#include "net/json_in.h"

#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PATIENCE_MS 600000 /* then it goes, paid for or not */
#ifndef AGAIN_MS           /* tests make it shorter */
#define AGAIN_MS 300000
#endif

struct probe {
    struct daemon *daemon;
    struct event *timer;
    int64_t until_ms;
    struct auth *auth;
    struct api_call *call;
    const struct probe_finding *found;
};

#define GOOD    CONFIG_LOG_INFO
#define PERHAPS CONFIG_LOG_WARNING
#define NO      CONFIG_LOG_ERROR
#define STAYS   false
#define PASSES  true

/* The first row that fits; rows with a part stand before the one without. */
static const struct probe_finding findings[] = {
    { "bad_password", NULL, GOOD, STAYS, "good" },
    { "challenge", NULL, GOOD, STAYS, "good" },
    { "unknown_user", NULL, PERHAPS, STAYS,
      "the app client tells strangers which users exist: set its PreventUserExistenceErrors to "
      "ENABLED" },
    { "let_in", NULL, NO, STAYS,
      "the pool signs in users that do not exist: look at the Lambda triggers of the pool" },
    { "no_such_pool_or_client", "client", NO, STAYS,
      "[pool] client_id: this pool has no such app client" },
    { "no_such_pool_or_client", NULL, NO, STAYS,
      "[pool] pool_id: there is no such user pool in this account and region" },
    { "malformed_client_id", NULL, NO, STAYS, "[pool] client_id: not the id of an app client" },
    { "malformed_pool_id", NULL, NO, STAYS, "[pool] pool_id: not the id of a user pool" },
    { "flow_not_enabled", NULL, NO, STAYS,
      "[login] auth_flow: the app client does not allow it; add it, with ALLOW_ in front, to the "
      "client's ExplicitAuthFlows" },
    { "not_supported", NULL, NO, STAYS, "[login] auth_flow: the pool does not support it" },
    { "tier", NULL, NO, STAYS, "[login] auth_flow: the pool's tier does not have it" },
    { "secret_hash", "was not received", NO, STAYS,
      "[pool] client_secret_file: the app client has a secret, and none is configured" },
    { "secret_hash", "was received", NO, STAYS,
      "[pool] client_secret_file: the app client has no secret, and one is configured" },
    { "secret_hash", NULL, NO, STAYS,
      "[pool] client_secret_file: not the secret of this app client" },
    { "aws_access_denied", NULL, NO, PASSES,
      "AWS permissions: the host's role lacks AdminInitiateAuth on this pool; the policy that it "
      "needs is policy.json" },
    { "aws_key_unknown", NULL, NO, PASSES, "AWS credentials: the access key is not known" },
    { "aws_token_expired", NULL, NO, PASSES, "AWS credentials: they have expired" },
    { "aws_signature", NULL, NO, STAYS, "AWS credentials: the secret key is wrong" },
    { "aws_unsigned", NULL, NO, STAYS,
      "AWS credentials: the pool saw none; is a proxy in between?" },
    { "no_credentials", NULL, NO, PASSES,
      "AWS credentials: there are none; cognitod(8) says where they come from" },
    { "clock", NULL, NO, PASSES, "the clock of this host is wrong by more than the pool allows" },
    { "throttled", NULL, PERHAPS, PASSES, "not known: the account's quota of sign-ins is used up" },
    { "lambda_refused", NULL, PERHAPS, STAYS,
      "not known: a Lambda trigger of the pool refuses the test" },
    { "lambda_fault", NULL, PERHAPS, PASSES, "a Lambda trigger of the pool fails" },
    { "risk_blocked", NULL, PERHAPS, STAYS,
      "not known: the pool's threat protection refuses the test" },
    { "waf_blocked", NULL, NO, PASSES, "the pool's web ACL refuses requests of this host" },
    { "not_cognito", NULL, NO, PASSES,
      "what answers is not Cognito: look at [pool] endpoint_url and proxy" },
    { "unavailable", NULL, PERHAPS, PASSES, "not known: the pool cannot answer now" },
    { "internal_error", NULL, PERHAPS, PASSES, "not known: the pool cannot answer now" },
    { "server_fault", NULL, PERHAPS, PASSES, "not known: the pool cannot answer now" },
    { "unreachable", NULL, NO, PASSES,
      "the pool cannot be reached: look at the network and at [pool] endpoint_url, proxy and "
      "ca_bundle" },
    { "other", NULL, NO, STAYS, "the pool refuses this host's sign-ins" },
};

static const struct probe_finding *find(const char *word, const char *message)
{
    for (size_t i = 0; i < COUNT(findings); i++)
        if (strcmp(findings[i].word, word) == 0 &&
            (findings[i].part == NULL || strcasestr(message, findings[i].part) != NULL))
            return &findings[i];
    return &findings[COUNT(findings) - 1];
}

/* With PreventUserExistenceErrors, flows that begin without a password play a challenge. */
static const char *word_of_success(const struct json *body)
{
    const char *challenge;
    const struct json *tokens;
    if (body != NULL && json_in_string(body, "ChallengeName", &challenge) == 0)
        return "challenge";
    if (body != NULL && json_in_object(body, "AuthenticationResult", &tokens) == 0)
        return "let_in";
    return "not_cognito";
}

const struct probe_finding *probe_judge(const struct api_result *result, bool keys_failed)
{
    if (result->err == 0)
        return find(word_of_success(result->body), "");
    if (result->rule != NULL)
        return find(result->rule->word, result->message);
    if (result->err == ERR_FORMAT && result->status != 0)
        return find("not_cognito", "");
    return find(keys_failed ? "no_credentials" : "unreachable", "");
}

static bool wait_for(struct probe *p, int64_t ms)
{
    const struct timeval delay = { ms / 1000, (suseconds_t)(ms % 1000) * 1000 };
    return evtimer_add(p->timer, &delay) == 0;
}

static void settle(struct probe *p, const struct probe_finding *found, const char *type,
                   const char *message)
{
    bool is_news = p->found != found;
    p->found = found;
    auth_free(&p->auth);
    if (found->may_pass) {
        p->until_ms = clock_ms() + AGAIN_MS + PATIENCE_MS;
        (void)wait_for(p, AGAIN_MS / 2 + arc4random() % AGAIN_MS);
    }
    if (!is_news)
        return;
    if (found->level == GOOD)
        log_info("sign-in check: good");
    else if (found->level == PERHAPS)
        log_warning("sign-in check: %s (%s: %s)", found->text, type, message);
    else
        log_error("sign-in check: %s (%s: %s)", found->text, type, message);
}

static void on_reply(void *arg, const struct api_result *result)
{
    struct probe *p = arg;
    struct credentials_state keys;
    p->call = NULL;
    credentials_describe(p->daemon->credentials, &keys);
    const char *type = result->type[0] != '\0' ? result->type : err_word(result->err);
    settle(p, probe_judge(result, !keys.is_loaded && keys.last_err != 0), type, result->message);
}

/* Nobody has this name: pools make names like it themselves, but never twice the same. */
static void make_name(char name[static 37])
{
    uint8_t r[16];
    arc4random_buf(r, sizeof r);
    snprintf(name, 37, "%02x%02x%02x%02x-%02x%02x-4%01x%02x-8%01x%02x-%02x%02x%02x%02x%02x%02x",
             r[0], r[1], r[2], r[3], r[4], r[5], r[6] & 15, r[7], r[8] & 15, r[9], r[10], r[11],
             r[12], r[13], r[14], r[15]);
}

static int make_step(struct probe *p, struct auth_step *ret_step)
{
    char name[37], password[37 + 3];
    struct secret answer;
    make_name(name);
    struct auth_options options = signin_options(p->daemon);
    options.username = name;
    options.service = "cognitod";
    int err = auth_open(&options, &p->auth);
    if (err != 0)
        return err;
    make_name(password);
    memcpy(password + 36, "-A!", 4);
    auth_begin(p->auth, ret_step);
    if (ret_step->kind == AUTH_ASK && secret_set(&answer, password, strlen(password)) == 0)
        auth_answer(p->auth, &answer, ret_step);
    return ret_step->kind == AUTH_SEND ? 0 : ERR_SYSTEM;
}

static void begin(struct probe *p)
{
    struct auth_step step;
    int err = make_step(p, &step);
    if (err == 0) {
        const struct api_request req = {
            .op = step.op,
            .body = step.body,
            .body_bytes = step.body_bytes,
            .budget_ms = p->daemon->config->login_timeout_s * 1000,
        };
        err = api_start(p->daemon->api, &req, on_reply, p, &p->call);
    }
    if (err != 0)
        settle(p, find("other", ""), err_word(err), err_text(err));
}

/* A fresh bucket is free when this host's turn in the fleet comes; logins that came meanwhile wait
 * for nothing, and are paid for first. */
static void on_timer(evutil_socket_t fd, short what, void *arg)
{
    struct probe *p = arg;
    int64_t now_ms = clock_ms(), left_ms = p->until_ms - now_ms;
    int64_t wait_ms = quota_wait_ms(&p->daemon->quota, QUOTA_AUTHENTICATION, now_ms);
    (void)fd;
    (void)what;
    if (wait_ms > left_ms)
        wait_ms = left_ms;
    if (wait_ms <= 0 || !wait_for(p, wait_ms))
        begin(p);
}

int probe_open(struct daemon *d, struct probe **ret_probe)
{
    struct probe *p = calloc(1, sizeof *p);
    if (p == NULL)
        return ERR_NOMEM;
    p->daemon = d;
    p->until_ms = clock_ms() + PATIENCE_MS;
    p->timer = evtimer_new(d->loop, on_timer, p);
    if (p->timer == NULL || !wait_for(p, 0)) {
        probe_close(&p);
        return ERR_NOMEM;
    }
    *ret_probe = p;
    return 0;
}

void probe_close(struct probe **pp)
{
    if (pp == NULL || *pp == NULL)
        return;
    api_cancel(&(*pp)->call);
    auth_free(&(*pp)->auth);
    if ((*pp)->timer != NULL)
        event_free((*pp)->timer);
    free(*pp);
    *pp = NULL;
}

const struct probe_finding *probe_found(const struct probe *probe)
{
    return probe == NULL ? NULL : probe->found;
}
