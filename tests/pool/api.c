/* SPDX-License-Identifier: Apache-2.0 */
/* The service's front; see api.h. A call is a list of named steps; the first failure ends it. */
#include "api.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bytes.h"
#include "call.h"
#include "fault.h"
#include "journal.h"
#include "operations.h"
#include "quota.h"
#include "sigv4.h"
#include "sts.h"
#include "token.h"
#include "validate.h"

#define TARGET    "AWSCognitoIdentityProviderService."
#define JSON_TYPE "application/x-amz-json-1.1"

static void find_operation(struct call *c)
{
    const char *target = http_header(c->rq, "x-amz-target");
    const char *type = http_header(c->rq, "content-type");
    if (sts_is_request(c->rq)) {
        sts_find(c);
        return;
    }
    if (strcmp(c->rq->method, "POST") == 0 && strcmp(c->rq->url, "/") == 0 && !c->rq->has_query &&
        target != NULL && strncmp(target, TARGET, sizeof TARGET - 1) == 0 && type != NULL &&
        strcmp(type, JSON_TYPE) == 0)
        c->op = operations_find(target + sizeof TARGET - 1);
    if (c->op == NULL)
        call_fail(c, "UnknownOperationException", NULL);
}

static void check_signature(struct call *c)
{
    if ((c->op->needs & NEEDS_AWS) != 0)
        sigv4_check(c);
}

static void parse_body(struct call *c)
{
    if (c->in != NULL)
        return;
    if (c->rq->is_too_long || strlen(c->rq->body) != c->rq->body_n) {
        call_fail(c, "SerializationException", NULL);
        return;
    }
    struct json_tokener *t = json_tokener_new();
    json_tokener_set_flags(t, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
    c->in = json_tokener_parse_ex(t, c->rq->body, (int)c->rq->body_n + 1);
    if (json_tokener_get_error(t) != json_tokener_success ||
        !json_object_is_type(c->in, json_type_object))
        call_fail(c, "SerializationException", NULL);
    json_tokener_free(t);
}

/* The IAM policy: the operation must be among the key's actions. */
static void check_policy(struct call *c)
{
    if ((c->op->needs & NEEDS_AWS) == 0 || c->is_sts)
        return;
    for (char **a = c->who->actions; a != NULL && *a != NULL; a++) {
        if (strcmp(*a, "*") == 0 || strcmp(*a, c->op->name) == 0)
            return;
    }
    struct json_object *id = NULL;
    json_object_object_get_ex(c->in, "UserPoolId", &id);
    const char *pool = id == NULL ? "*" : json_object_get_string(id);
    call_fail(c, "AccessDeniedException",
              "User: arn:aws:iam::%s:user/%s is not authorized to perform: cognito-idp:%s on "
              "resource: arn:aws:cognito-idp:%.*s:%s:userpool/%s because no identity-based policy "
              "allows the cognito-idp:%s action",
              c->w->account, c->who->label, c->op->name, (int)strcspn(pool, "_"), pool,
              c->w->account, pool, c->op->name);
    c->message_key = "Message";
}

static void find_client(struct call *c)
{
    const char *id = call_text(c, "ClientId");
    if (c->pool != NULL)
        c->client = model_client_find(c->pool, id);
    for (size_t i = 0; c->pool == NULL && i < c->w->pool_count; i++) {
        c->client = model_client_find(c->w->pools[i], id);
        if (c->client != NULL)
            c->pool = c->w->pools[i];
    }
    if (c->client == NULL)
        call_fail(c, "ResourceNotFoundException", "User pool client %s does not exist.", id);
}

static void find_resources(struct call *c)
{
    unsigned needs = c->op->needs;
    if (needs & NEEDS_TOKEN)
        token_use_access(c, call_text(c, "AccessToken"));
    if (needs & NEEDS_POOL) {
        const char *id = call_text(c, "UserPoolId");
        c->pool = model_pool_find(c->w, id);
        if (c->pool == NULL)
            call_fail(c, "ResourceNotFoundException", "User pool %s does not exist.", id);
    }
    if ((needs & NEEDS_CLIENT) && !call_failed(c))
        find_client(c);
    if ((needs & NEEDS_GROUP) && !call_failed(c)) {
        c->group = model_group_find(c->pool, call_text(c, "GroupName"));
        if (c->group == NULL)
            call_fail(c, "ResourceNotFoundException", "Group not found.");
    }
    if ((needs & NEEDS_USER) && !call_failed(c)) {
        c->user = model_user_find(c->pool, call_text(c, "Username"));
        if (c->user == NULL)
            call_fail(c, "UserNotFoundException", "User does not exist.");
    }
}

static void run_handler(struct call *c)
{
    c->out = json_object_new_object();
    c->op->handle(c);
}

/* The pool may be left out on the control interface. */
static void default_pool(struct call *c)
{
    if ((c->op->needs & NEEDS_POOL) != 0 && call_member(c, "UserPoolId") == NULL)
        call_put(c->in, "UserPoolId", c->w->pools[0]->id);
}

static void run(struct call *c)
{
    static void (*const steps[])(
        struct call *) = { check_signature,  parse_body,     check_policy, quota_take,
                           validate_members, find_resources, run_handler };
    for (size_t i = 0; i < COUNT(steps) && !call_failed(c); i++)
        steps[i](c);
}

static void add_common_headers(const struct call *c, struct http_reply *rp, const char *type)
{
    char id[37], date[40];
    time_t now = (time_t)(model_now_ms(c->w) / 1000);
    struct tm tm;
    gmtime_r(&now, &tm);
    strftime(date, sizeof date, "%a, %d %b %Y %H:%M:%S GMT", &tm);
    bytes_random_uuid(id);
    http_add_header(rp, "Date", date);
    http_add_header(rp, "Content-Type", type);
    http_add_header(rp, "x-amzn-RequestId", id);
}

/* Header values cannot hold line breaks; the message is shown in the header as one line. */
static void add_error_headers(const struct call *c, struct http_reply *rp)
{
    char *type = bytes_format("%s:", c->type);
    http_add_header(rp, "x-amzn-ErrorType", type);
    free(type);
    if (c->message == NULL)
        return;
    char *line = bytes_copy(c->message);
    for (char *s = line; *s != '\0'; s++) {
        if ((unsigned char)*s < ' ' || (unsigned char)*s >= 0x7f)
            *s = ' ';
    }
    http_add_header(rp, "x-amzn-ErrorMessage", line);
    free(line);
}

static void make_reply(struct call *c, struct http_reply *rp)
{
    if (c->is_sts) {
        rp->body = sts_body(c);
        rp->body_n = strlen(rp->body);
    }
    rp->status = c->status;
    add_common_headers(c, rp, c->is_sts ? "text/xml" : JSON_TYPE);
    if (c->is_sts)
        return;
    if (call_failed(c)) {
        json_object_put(c->out);
        c->out = json_object_new_object();
        call_put(c->out, "__type", c->type);
        call_put(c->out, c->message_key, c->message);
        add_error_headers(c, rp);
    } else if (c->op->needs & ANSWERS_NOTHING) {
        return;
    }
    rp->body = bytes_copy(json_object_to_json_string_ext(
        c->out, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
    rp->body_n = strlen(rp->body);
}

/* A fault that replaces the answer: exact bytes, or an exception with the wanted status. */
static void make_fault_reply(struct call *c, struct fault *f, struct http_reply *rp)
{
    if (f->type != NULL)
        call_fail(c, f->type, f->message != NULL ? "%s" : NULL, f->message);
    c->status = f->status != 0 ? f->status : c->status;
    if (f->location != NULL)
        http_add_header(rp, "Location", f->location);
    if (f->body != NULL) {
        rp->status = c->status;
        add_common_headers(c, rp, f->content_type != NULL ? f->content_type : JSON_TYPE);
        rp->body = f->body;
        rp->body_n = f->body_n;
        f->body = NULL;
    } else if (f->type != NULL) {
        make_reply(c, rp);
    } else {
        rp->status = c->status;
        add_common_headers(c, rp, f->content_type != NULL ? f->content_type : JSON_TYPE);
    }
}

static void run_with_fault(struct call *c, struct fault *f, struct http_reply *rp)
{
    if (f->delay_ms > 0)
        model_sleep_ms(c->w, f->delay_ms);
    switch (f->kind) {
    case FAULT_REPLY:
        make_fault_reply(c, f, rp);
        return;
    case FAULT_HANG:
        if (f->delay_ms == 0)
            model_sleep_ms(c->w, INT32_MAX);
        rp->end = HTTP_CLOSE;
        return;
    case FAULT_CLOSE:
        rp->end = HTTP_CLOSE;
        return;
    default:
        break;
    }
    c->empty_page = f->kind == FAULT_EMPTY_PAGE;
    run(c);
    make_reply(c, rp);
    if (f->kind == FAULT_LOST)
        rp->end = HTTP_CLOSE;
    else if (f->kind == FAULT_CUT)
        rp->end = HTTP_CUT;
    else if (f->kind == FAULT_TRICKLE)
        rp->trickle_ms = f->trickle_ms > 0 ? f->trickle_ms : 100;
}

static const char *asked_user(const struct call *c)
{
    static const char *const maps[] = { "AuthParameters", "ChallengeResponses" };
    const char *name = c->in == NULL ? NULL : call_text(c, "Username");
    for (size_t i = 0; i < COUNT(maps) && name == NULL && c->in != NULL; i++) {
        struct json_object *m = call_member(c, maps[i]);
        if (json_object_is_type(m, json_type_object))
            name = call_map(c, maps[i], "USERNAME");
    }
    return name;
}

static uint64_t monotonic_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

static void serve_document(struct world *w, const struct http_request *rq, struct http_reply *rp)
{
    static const char jwks[] = "/.well-known/jwks.json";
    static const char openid[] = "/.well-known/openid-configuration";
    size_t n = strcspn(rq->url + 1, "/");
    char *id = bytes_format("%.*s", (int)n, rq->url + 1);
    struct pool *p = model_pool_find(w, id);
    const char *rest = rq->url + 1 + n;
    free(id);
    char *text = NULL;
    if (p != NULL && strcmp(rest, jwks) == 0)
        text = token_jwks(p);
    else if (p != NULL && strcmp(rest, openid) == 0)
        text = bytes_format("{\"issuer\":\"https://cognito-idp.%s.amazonaws.com/%s\","
                            "\"jwks_uri\":\"https://cognito-idp.%s.amazonaws.com/%s%s\","
                            "\"id_token_signing_alg_values_supported\":[\"RS256\"]}",
                            p->region, p->id, p->region, p->id, jwks);
    http_text(rp, text != NULL ? 200 : 404, "application/json",
              text != NULL ? text : "{\"message\":\"Not Found\"}");
    free(text);
}

static void answer(struct call *c, struct http_reply *rp)
{
    const char *name = c->op != NULL ? c->op->name : "unknown";
    struct fault f;
    int64_t latency_ms = fault_latency_ms(c->w, name);
    if (latency_ms > 0)
        model_sleep_ms(c->w, latency_ms);
    if (c->op != NULL && fault_take(c->w, name, &f)) {
        run_with_fault(c, &f, rp);
        c->type = call_failed(c) && c->type == NULL ? "fault" : c->type;
    } else {
        f = (struct fault){ 0 };
        if (c->op != NULL)
            run(c);
        make_reply(c, rp);
    }
    struct journal_entry e = { .now_ms = model_now_ms(c->w),
                               .operation = name,
                               .status = rp->end == HTTP_CLOSE ? 0 : rp->status,
                               .error = rp->end == HTTP_CLOSE ? "closed" : c->type,
                               .who = c->who == NULL ? NULL : c->who->label,
                               .user = asked_user(c) };
    e.answer_us = monotonic_us() - c->began_us;
    journal_add(c->w->journal, &e);
    fault_drop(&f);
}

static void serve_get(struct world *w, const struct http_request *rq, struct http_reply *rp)
{
    uint64_t began_us = monotonic_us();
    struct fault f;
    int64_t latency_ms = fault_latency_ms(w, "JWKS");
    if (latency_ms > 0)
        model_sleep_ms(w, latency_ms);
    if (fault_take(w, "JWKS", &f)) {
        struct call c = { .w = w, .rq = rq, .status = 200, .message_key = "message" };
        make_fault_reply(&c, &f, rp);
        if (f.kind != FAULT_REPLY)
            rp->end = HTTP_CLOSE;
        free(c.message);
        json_object_put(c.out);
        fault_drop(&f);
    } else {
        serve_document(w, rq, rp);
    }
    struct journal_entry e = { .now_ms = model_now_ms(w),
                               .operation = "JWKS",
                               .status = rp->status };
    e.answer_us = monotonic_us() - began_us;
    journal_add(w->journal, &e);
}

void api_handle(struct world *w, const struct http_request *rq, struct http_reply *rp)
{
    if (strcmp(rq->method, "GET") == 0 && strstr(rq->url, "/.well-known/") != NULL) {
        serve_get(w, rq, rp);
        return;
    }
    struct call c = { .w = w, .rq = rq, .status = 200, .began_us = monotonic_us() };
    find_operation(&c);
    answer(&c, rp);
    json_object_put(c.in);
    json_object_put(c.out);
    free(c.message);
}

void api_run_unsigned(struct world *w, const char *operation, const struct http_request *rq,
                      struct http_reply *rp)
{
    static void (*const steps[])(struct call *) = { parse_body, default_pool, validate_members,
                                                    find_resources, run_handler };
    struct call c = { .w = w, .rq = rq, .status = 200, .op = operations_find(operation) };
    if (c.op == NULL)
        call_fail(&c, "UnknownOperationException", NULL);
    for (size_t i = 0; i < COUNT(steps) && !call_failed(&c); i++)
        steps[i](&c);
    make_reply(&c, rp);
    json_object_put(c.in);
    json_object_put(c.out);
    free(c.message);
}
