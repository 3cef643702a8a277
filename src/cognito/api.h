/* SPDX-License-Identifier: Apache-2.0
 *
 * The one HTTP step of every Cognito operation: target header, signature with the corrected clock,
 * retries by class, total deadline, reply judged and parsed (reference sections 1 to 3). What a
 * body says belongs to the callers (auth, directory); what an exception means to cognito/errors.h.
 */
#ifndef COGNITO_API_H
#define COGNITO_API_H

#include "base/err.h"
#include "cognito/endpoint.h"
#include "cognito/errors.h"
#include "net/breaker.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct event_base;
struct http;
struct http_reply;
struct json;
struct skew;
struct credentials_store;
struct api;
struct api_call;

/* In the order of the table in api_ops.c. */
enum api_op {
    API_ADMIN_INITIATE_AUTH,
    API_ADMIN_RESPOND,
    API_INITIATE_AUTH,
    API_RESPOND,
    API_LIST_USERS,
    API_LIST_USERS_IN_GROUP,
    API_LIST_GROUPS,
    API_GET_GROUP,
    API_LIST_GROUPS_FOR_USER,
    API_ADMIN_GET_USER,
    API_DESCRIBE_POOL,
    API_DESCRIBE_CLIENT,
    API_ASSOCIATE_TOKEN,
    API_VERIFY_TOKEN,
    API_REVOKE_TOKEN,
    API_CHANGE_PASSWORD,
    API_FORGOT_PASSWORD,
    API_CONFIRM_FORGOT,
    API_GET_USER,
    API_CONFIRM_DEVICE,
    API_UPDATE_DEVICE,
    API_OPS
};

/* How often a call may be repeated (reference section 3). */
enum api_repeat {
    API_READ,    /* harmless: throttled, transient and lost replies are tried again */
    API_ATTEMPT, /* counts as an attempt (Initiate): again only when it was certainly not done */
    API_ONCE /* spends a session or a code (Respond): again only when it never left or was throttled
              */
};

struct api_operation {
    const char *name; /* Cognito's */
    bool is_signed;
    enum api_repeat repeat;
    enum errors_phase phase;
};
const struct api_operation *api_operation(enum api_op op);
/* By Cognito's name; -1 when it is not in the table. */
int api_operation_find(const char *name);

/* Somebody who keeps accounts: told of every try that goes, of those the pool throttled, and when
 * the breaker opens or closes. */
struct api_watch {
    void (*sent)(void *arg, enum api_op op);
    void (*throttled)(void *arg, enum api_op op);
    void (*reachable)(void *arg, bool is_reachable);
    void *arg;
};

struct api_options {
    struct event_base *base;               /* borrowed, for the pauses between tries */
    struct http *http;                     /* borrowed */
    struct skew *skew;                     /* borrowed: learns from every reply */
    struct credentials_store *credentials; /* borrowed; NULL: only unsigned operations */
    struct endpoint_options endpoint;      /* copied */
    struct api_watch watch;                /* copied; all NULL: nobody */
};

/* ERR_NOMEM, ERR_CONFIG. */
int api_open(const struct api_options *options, struct api **ret_api) MUST_CHECK;
void api_close(struct api **api); /* cancels its calls */

const struct endpoint *api_endpoint(const struct api *api);
/* While it is not closed, calls end at once with ERR_UNAVAIL and nothing is sent (R-NET-09). */
const struct breaker *api_breaker(const struct api *api);

struct api_result {
    int err;    /* 0: HTTP 200 and a JSON object, or no body at all; else a code for the phase */
    int status; /* HTTP status, 0 when no reply came */
    /* NULL when empty. Valid during the callback; json_in_hold keeps it. */
    const struct json *body;
    const struct errors_rule *rule; /* on an exception; NULL for transport and format faults */
    bool may_be_done;               /* on a fault: the request may have had its effect */
    bool is_too_large;              /* the fault: the reply is longer than net/http.h takes */
    char type[64];                  /* exception, cut as the reference says; "" when none came */
    char message[256];              /* cleaned for showing and logging */
    char request_id[64];            /* cleaned */
    unsigned tries;
};

typedef void api_done(void *arg, const struct api_result *result);

struct api_request {
    enum api_op op;
    const char *body; /* JSON; copied, copies are wiped */
    size_t body_bytes;
    uint32_t budget_ms; /* all tries and pauses together */
    bool is_patient;    /* one try: the caller has time, and pauses of its own */
};

/* Callback exactly once, from the loop, unless cancelled; the handle is gone when it begins.
 * On failure (ERR_NOMEM) it never runs. */
int api_start(struct api *api, const struct api_request *req, api_done *done, void *arg,
              struct api_call **ret_call) MUST_CHECK;
void api_cancel(struct api_call **call);
/* Who waited has gone: done is told in the first one's place when the try ends that is on its way,
 * no other follows, and its body is forgotten here. The handle is the caller's from now on. NULL:
 * nothing was on its way, the call is cancelled. */
struct api_call *api_hand_over(struct api_call **call, api_done *done, void *arg) MUST_CHECK;

/* Judges one reply without any I/O: fills *ret_result as the callback would see it. The caller
 * frees *ret_body, which is NULL or what ret_result->body points to. */
void api_judge(enum errors_phase phase, const struct http_reply *reply,
               struct api_result *ret_result, struct json **ret_body);

#endif
