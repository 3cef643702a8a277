/* SPDX-License-Identifier: Apache-2.0
 *
 * A call is a loop of tries: keys, signature, request, verdict, perhaps a pause. Every end goes
 * through finish(), and always from the loop.
 */
#include "cognito/api.h"

#include "base/clock.h"
#include "net/buf.h"
#include "net/credentials.h"
#include "net/http.h"
#include "net/json_in.h"
#include "net/sigv4.h"
#include "net/skew.h"

#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#define MAX_TRIES 3 /* for a person who waits */
#ifndef PAUSE_MS    /* tests make it shorter */
#define PAUSE_MS 100
#endif
#define MAX_PAUSE_MS 2000
#define TARGET       "AWSCognitoIdentityProviderService."
#define CONTENT_TYPE "application/x-amz-json-1.1"

struct api {
    struct event_base *base;
    struct http *http;
    struct skew *skew;
    struct credentials_store *credentials;
    struct endpoint endpoint;
    struct api_watch watch;
    struct api_call *calls;
    struct breaker breaker;
    struct event *probe_timer;
    struct http_call *probe;
};

struct api_call {
    struct api_call *next, **link;
    struct api *api;
    enum api_op op;
    const struct api_operation *operation;
    struct buf body;
    int64_t deadline_ms; /* monotonic */
    api_done *done;
    void *arg;
    struct event *timer; /* pauses, and failures that must not be told from inside api_start */
    struct http_call *transfer;
    struct credentials_wait keys;
    char access_key[129];  /* that signed the present try */
    int64_t signed_skew_s; /* the offset it was signed with */
    unsigned tries, tries_most;
    bool has_fixed_clock, has_changed_keys;
    int local_err; /* of a try that never became a request */
};

static void on_keys(void *arg, int err, const struct credentials *keys);
static void on_probe_timer(evutil_socket_t fd, short what, void *arg);

int api_open(const struct api_options *options, struct api **ret_api)
{
    struct api *api = calloc(1, sizeof *api);
    if (api == NULL)
        return ERR_NOMEM;
    api->base = options->base;
    api->http = options->http;
    api->skew = options->skew;
    api->credentials = options->credentials;
    api->watch = options->watch;
    int err = endpoint_derive(&options->endpoint, &api->endpoint);
    if (err == 0) {
        api->probe_timer = evtimer_new(api->base, on_probe_timer, api);
        err = api->probe_timer == NULL ? ERR_NOMEM : 0;
    }
    if (err != 0) {
        free(api);
        return err;
    }
    *ret_api = api;
    return 0;
}

static void drop_call(struct api_call *call)
{
    http_cancel(call->api->http, &call->transfer);
    if (call->api->credentials != NULL)
        credentials_cancel(call->api->credentials, &call->keys);
    if (call->timer != NULL)
        event_free(call->timer);
    if (call->link != NULL) {
        *call->link = call->next;
        if (call->next != NULL)
            call->next->link = call->link;
    }
    buf_free(&call->body);
    free(call);
}

void api_close(struct api **api)
{
    if (api == NULL || *api == NULL)
        return;
    while ((*api)->calls != NULL)
        drop_call((*api)->calls);
    http_cancel((*api)->http, &(*api)->probe);
    event_free((*api)->probe_timer);
    free(*api);
    *api = NULL;
}

const struct endpoint *api_endpoint(const struct api *api)
{
    return &api->endpoint;
}

const struct breaker *api_breaker(const struct api *api)
{
    return &api->breaker;
}

void api_cancel(struct api_call **call)
{
    if (call == NULL || *call == NULL)
        return;
    drop_call(*call);
    *call = NULL;
}

struct api_call *api_hand_over(struct api_call **call, api_done *done, void *arg)
{
    struct api_call *c = *call;
    *call = NULL;
    if (c->transfer == NULL) {
        drop_call(c);
        return NULL;
    }
    c->tries_most = 0;
    c->has_fixed_clock = c->has_changed_keys = true;
    buf_free(&c->body);
    c->done = done;
    c->arg = arg;
    return c;
}

/* The call is gone before the callback runs, so that it may begin another or close the api. */
static void finish(struct api_call *call, struct api_result *result, struct json *body)
{
    api_done *done = call->done;
    void *arg = call->arg;
    result->tries = call->tries;
    drop_call(call);
    done(arg, result);
    json_in_free(&body);
}

/* ----------------------------------------------------------------- pauses */

static bool arm(struct api_call *call, int64_t pause_ms)
{
    struct timeval tv = { pause_ms / 1000, (pause_ms % 1000) * 1000 };
    return evtimer_add(call->timer, &tv) == 0;
}

/* Ends the call from the loop. */
static void fail_later(struct api_call *call, int err)
{
    call->local_err = err;
    event_active(call->timer, EV_TIMEOUT, 0);
}

static uint32_t roll(void)
{
    uint32_t dice;
    if (getrandom(&dice, sizeof dice, GRND_NONBLOCK) != (ssize_t)sizeof dice)
        dice = (uint32_t)clock_ms();
    return dice;
}

/* Full jitter: anything up to a bound that doubles. */
static int64_t pick_pause_ms(unsigned tries)
{
    int64_t bound_ms = (int64_t)PAUSE_MS << tries;
    return (int64_t)roll() % (bound_ms > MAX_PAUSE_MS ? MAX_PAUSE_MS : bound_ms);
}

/* ---------------------------------------------------------------- breaker */

static void probe_later(struct api *api, bool is_first)
{
    int64_t pause_ms = breaker_pause_ms(is_first, roll());
    struct timeval tv = { pause_ms / 1000, (pause_ms % 1000) * 1000 };
    evtimer_add(api->probe_timer, &tv);
}

static void tell_reachable(struct api *api, bool is_reachable)
{
    if (api->watch.reachable != NULL)
        api->watch.reachable(api->watch.arg, is_reachable);
}

static void on_probe(void *arg, const struct http_reply *reply)
{
    struct api *api = arg;
    api->probe = NULL;
    if (reply->err == 0 && breaker_is_answer(reply->status)) {
        breaker_answered(&api->breaker);
        tell_reachable(api, true);
        return;
    }
    breaker_probe_failed(&api->breaker);
    probe_later(api, false);
}

/* The pool's public keys: nobody's login, no quota to speak of, no signature. */
static void on_probe_timer(evutil_socket_t fd, short what, void *arg)
{
    struct api *api = arg;
    const struct http_request req = { .class = HTTP_CLOUD,
                                      .method = "GET",
                                      .url = api->endpoint.jwks_url,
                                      .budget_ms = BREAKER_PROBE_MS };
    (void)fd;
    (void)what;
    breaker_probe(&api->breaker);
    if (http_start(api->http, &req, on_probe, api, &api->probe) == 0)
        return;
    breaker_probe_failed(&api->breaker);
    probe_later(api, false);
}

/* Faults of ours (no memory, a refused certificate) are no news of the endpoint's health. */
static void tell_breaker(struct api *api, const struct http_reply *reply)
{
    bool is_lost = reply->err == ERR_UNAVAIL || reply->err == ERR_TIMEOUT;
    if (reply->err == 0 && breaker_is_answer(reply->status)) {
        if (!breaker_answered(&api->breaker))
            return;
        evtimer_del(api->probe_timer);
        http_cancel(api->http, &api->probe);
        tell_reachable(api, true);
    } else if ((reply->err == 0 || is_lost) && breaker_failed(&api->breaker)) {
        probe_later(api, true);
        tell_reachable(api, false);
    }
}

/* ------------------------------------------------------------------ a try */

static void try_once(struct api_call *call)
{
    if (!breaker_lets_pass(&call->api->breaker)) {
        fail_later(call, ERR_UNAVAIL);
        return;
    }
    call->tries++;
    if (!call->operation->is_signed) {
        on_keys(call, 0, NULL);
    } else if (call->api->credentials == NULL) {
        fail_later(call, ERR_CONFIG);
    } else {
        call->keys.done = on_keys;
        call->keys.arg = call;
        credentials_get(call->api->credentials, &call->keys);
        /* Slow metadata service: the deadline holds here too. */
        if (call->keys.is_waiting) {
            call->local_err = ERR_TIMEOUT;
            (void)arm(call, clock_left_ms(call->deadline_ms));
        }
    }
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    struct api_call *call = arg;
    if (call->local_err == 0) {
        try_once(call);
        return;
    }
    struct api_result result = { .err = call->local_err };
    snprintf(result.message, sizeof result.message, "%s", err_text(call->local_err));
    finish(call, &result, NULL);
}

static bool pause_and_repeat(struct api_call *call, int64_t pause_ms)
{
    if (clock_ms() + pause_ms >= call->deadline_ms)
        return false;
    return arm(call, pause_ms);
}

/* Is another try right? The rules of reference section 3. */
static bool wants_repeat(struct api_call *call, const struct http_reply *reply,
                         const struct api_result *r)
{
    struct api *api = call->api;
    enum errors_action action = r->rule == NULL ? ERRORS_FAIL : r->rule->action;
    bool is_refusal = action == ERRORS_CLOCK || action == ERRORS_KEYS;
    bool has_clock_moved = llabs(api->skew->offset_s - call->signed_skew_s) >= SKEW_MIN_S;
    if (is_refusal && has_clock_moved && !call->has_fixed_clock) {
        call->has_fixed_clock = true;
        return pause_and_repeat(call, 0);
    }
    if (action == ERRORS_KEYS && !call->has_changed_keys && api->credentials != NULL &&
        credentials_refused(api->credentials, call->access_key)) {
        call->has_changed_keys = true;
        return pause_and_repeat(call, 0);
    }
    if (call->tries >= call->tries_most || !breaker_lets_pass(&api->breaker))
        return false;
    bool is_harmless = call->operation->repeat == API_READ;
    bool never_left = reply->err == ERR_UNAVAIL && !reply->was_sent;
    bool was_lost = reply->err == ERR_UNAVAIL && is_harmless;
    bool may_again = action == ERRORS_THROTTLED || (action == ERRORS_TRANSIENT && is_harmless);
    if (!never_left && !was_lost && !may_again)
        return false;
    return pause_and_repeat(call, pick_pause_ms(call->tries));
}

static void on_reply(void *arg, const struct http_reply *reply)
{
    struct api_call *call = arg;
    struct api_result result;
    struct json *body;
    call->transfer = NULL;
    if (reply->err == 0)
        (void)skew_learn(call->api->skew, reply->date, reply->has_age);
    tell_breaker(call->api, reply);
    api_judge(call->operation->phase, reply, &result, &body);
    const struct api_watch *watch = &call->api->watch;
    if (watch->throttled != NULL && result.rule != NULL && result.rule->action == ERRORS_THROTTLED)
        watch->throttled(watch->arg, call->op);
    if (result.err != 0 && wants_repeat(call, reply, &result))
        return;
    finish(call, &result, body);
}

/* ---------------------------------------------------------------- request */

struct lines {
    struct buf target, host, date, token, authorization;
};

static void wipe_lines(struct lines *l)
{
    buf_free(&l->target);
    buf_free(&l->host);
    buf_free(&l->date);
    buf_free(&l->token);
    buf_free(&l->authorization);
}

static void put_line(struct buf *b, const char *name, const char *value)
{
    buf_str(b, name);
    buf_str(b, ": ");
    buf_str(b, value);
}

/* The signature covers exactly the headers that put_line writes. */
static int sign(struct api_call *call, const struct credentials *keys, struct lines *l)
{
    struct api *api = call->api;
    char date[SKEW_AMZ_SIZE];
    char hash[SIGV4_HASH_SIZE];
    int64_t now_s = skew_now_s(api->skew);
    skew_format_amz(now_s, date);
    int err = sigv4_hash(buf_text(&call->body), call->body.len, hash);
    if (err != 0)
        return err;
    const struct sigv4_header headers[] = {
        { "Content-Type", CONTENT_TYPE },
        { "Host", api->endpoint.host },
        { "X-Amz-Date", date },
        { "X-Amz-Target", buf_text(&l->target) + strlen("X-Amz-Target: ") },
        { "X-Amz-Security-Token", keys->token },
    };
    const struct sigv4_request req = { .method = "POST",
                                       .path = api->endpoint.path,
                                       .headers = headers,
                                       .header_count = keys->token[0] == '\0' ? 4 : 5,
                                       .payload_hash = hash,
                                       .region = api->endpoint.region,
                                       .service = "cognito-idp",
                                       .time_s = now_s };
    put_line(&l->date, "X-Amz-Date", date);
    if (keys->token[0] != '\0')
        put_line(&l->token, "X-Amz-Security-Token", keys->token);
    buf_str(&l->authorization, "Authorization: ");
    snprintf(call->access_key, sizeof call->access_key, "%s", keys->access_key);
    call->signed_skew_s = api->skew->offset_s;
    return sigv4_authorize(&req, keys, &l->authorization);
}

static int send_request(struct api_call *call, struct lines *l)
{
    struct api *api = call->api;
    int64_t left_ms = call->deadline_ms - clock_ms();
    if (left_ms <= 0)
        return ERR_TIMEOUT;
    if (l->target.bad || l->host.bad || l->date.bad || l->token.bad || l->authorization.bad)
        return ERR_NOMEM;
    const char *headers[8] = { "Content-Type: " CONTENT_TYPE, l->target.p, l->host.p };
    size_t n = 3;
    if (l->date.len > 0)
        headers[n++] = l->date.p;
    if (l->token.len > 0)
        headers[n++] = l->token.p;
    if (l->authorization.len > 0)
        headers[n++] = l->authorization.p;
    const struct http_request req = { .class = HTTP_CLOUD,
                                      .method = "POST",
                                      .url = api->endpoint.url,
                                      .headers = headers,
                                      .body = buf_text(&call->body),
                                      .body_bytes = call->body.len,
                                      .is_once = call->operation->repeat == API_ONCE,
                                      .budget_ms = (uint32_t)left_ms };
    int err = http_start(api->http, &req, on_reply, call, &call->transfer);
    if (err == 0 && api->watch.sent != NULL)
        api->watch.sent(api->watch.arg, call->op);
    return err;
}

/* keys is NULL for unsigned operations. */
static void on_keys(void *arg, int err, const struct credentials *keys)
{
    struct api_call *call = arg;
    struct lines l = { .target = { 0 } };
    if (call->local_err != 0) {
        call->local_err = 0;
        evtimer_del(call->timer);
    }
    buf_str(&l.target, "X-Amz-Target: " TARGET);
    buf_str(&l.target, call->operation->name);
    put_line(&l.host, "Host", call->api->endpoint.host);
    if (err == 0 && keys != NULL)
        err = sign(call, keys, &l);
    if (err == 0)
        err = send_request(call, &l);
    wipe_lines(&l);
    if (err != 0)
        fail_later(call, err == ERR_REFUSED ? ERR_CONFIG : err);
}

int api_start(struct api *api, const struct api_request *req, api_done *done, void *arg,
              struct api_call **ret_call)
{
    struct api_call *call = calloc(1, sizeof *call);
    if (call == NULL)
        return ERR_NOMEM;
    call->api = api;
    call->op = req->op;
    call->operation = api_operation(req->op);
    call->tries_most = req->is_patient ? 1 : MAX_TRIES;
    call->deadline_ms = clock_ms() + (int64_t)req->budget_ms;
    call->done = done;
    call->arg = arg;
    call->timer = evtimer_new(api->base, on_timer, call);
    buf_add(&call->body, req->body, req->body_bytes);
    if (call->timer == NULL || call->body.bad) {
        drop_call(call);
        return ERR_NOMEM;
    }
    call->next = api->calls;
    call->link = &api->calls;
    if (call->next != NULL)
        call->next->link = &call->next;
    api->calls = call;
    try_once(call);
    *ret_call = call;
    return 0;
}
