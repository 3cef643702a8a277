/* SPDX-License-Identifier: Apache-2.0 */
/* The instance metadata service; see imds.h. Reference: "Use IMDSv2", EC2 User Guide. */
#include "imds.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bytes.h"
#include "call.h"
#include "container.h"
#include "fault.h"
#include "journal.h"
#include "model.h"

#define HEADER_TTL    "x-aws-ec2-metadata-token-ttl-seconds"
#define HEADER_TOKEN  "x-aws-ec2-metadata-token"
#define LONGEST_TTL_S 21600
#define KEYS_PATH     "/latest/meta-data/iam/security-credentials/"

struct imds_token {
    struct imds_token *next;
    char *text;
    int64_t expires_ms;
};

struct imds *imds_new(struct world *w, const char *role, int64_t life_ms)
{
    struct imds *i = bytes_grow(NULL, 1, sizeof *i);
    *i = (struct imds){ .role = bytes_copy(role), .life_ms = life_ms };
    for (size_t k = 0; k < w->credential_count; k++) {
        if (strcmp(w->credentials[k]->label, "host") == 0)
            i->actions = w->credentials[k]->actions;
    }
    return i;
}

void imds_free(struct imds **ip)
{
    struct imds *i = *ip;
    if (i == NULL)
        return;
    for (struct imds_token *t = i->token_list, *next; t != NULL; t = next) {
        next = t->next;
        free(t->text);
        free(t);
    }
    free(i->role);
    free(i);
    *ip = NULL;
}

static void refuse(struct http_reply *rp, unsigned status, const char *title)
{
    char *page = bytes_format("<?xml version=\"1.0\" encoding=\"iso-8859-1\"?>\n<html><head><title>"
                              "%u - %s</title></head><body><h1>%u - %s</h1></body></html>\n",
                              status, title, status, title);
    http_text(rp, status, "text/html", page);
    free(page);
}

static void put_token(struct world *w, const struct http_request *rq, struct http_reply *rp)
{
    const char *ttl = http_header(rq, HEADER_TTL);
    char *end = NULL;
    long seconds = ttl == NULL ? 0 : strtol(ttl, &end, 10);
    if (http_header(rq, "x-forwarded-for") != NULL) {
        refuse(rp, 403, "Forbidden");
        return;
    }
    if (seconds < 1 || seconds > LONGEST_TTL_S || *end != '\0') {
        refuse(rp, 400, "Bad Request");
        return;
    }
    uint8_t raw[42];
    struct imds_token *t = bytes_grow(NULL, 1, sizeof *t);
    bytes_random(raw, sizeof raw);
    *t = (struct imds_token){ .next = w->imds->token_list, .text = bytes_base64(raw, sizeof raw) };
    t->expires_ms = model_now_ms(w) + seconds * 1000;
    issued_note(&w->issued, t->text);
    w->imds->token_list = t;
    http_text(rp, 200, "text/plain", t->text);
    http_add_header(rp, HEADER_TTL, ttl);
}

static bool token_is_good(struct world *w, const char *text)
{
    for (struct imds_token *t = w->imds->token_list; t != NULL; t = t->next) {
        if (bytes_equal(t->text, text))
            return model_now_ms(w) < t->expires_ms;
    }
    return false;
}

static char **copy_list(char **list)
{
    size_t n = 0;
    while (list != NULL && list[n] != NULL)
        n++;
    char **copy = bytes_grow(NULL, n + 1, sizeof *copy);
    for (size_t i = 0; i < n; i++)
        copy[i] = bytes_copy(list[i]);
    copy[n] = NULL;
    return copy;
}

/* New keys when there are none or half of the life of the present ones is over. */
static struct credential *current_keys(struct world *w)
{
    struct imds *i = w->imds;
    int64_t now_ms = model_now_ms(w);
    if (i->current != NULL && i->current->expires_ms - now_ms > i->life_ms / 2)
        return i->current;
    uint8_t id[10], secret[30];
    bytes_random(id, sizeof id);
    bytes_random(secret, sizeof secret);
    char *tail = bytes_base32(id, sizeof id), *secret_text = bytes_base64(secret, sizeof secret);
    char *key_id = bytes_format("ASIA%s", tail);
    struct credential *k = model_credential_new(w, i->role, key_id, secret_text);
    k->session_token = bytes_random_text(600);
    issued_note(&w->issued, k->secret);
    issued_note(&w->issued, k->session_token);
    k->expires_ms = now_ms + i->life_ms;
    k->actions = copy_list(i->actions);
    i->current = k;
    free(tail);
    free(secret_text);
    free(key_id);
    return k;
}

void imds_rotate(struct world *w)
{
    if (w->imds == NULL || w->imds->current == NULL)
        return;
    w->imds->current->expires_ms = 1;
    w->imds->current = NULL;
}

static void put_date(struct json_object *o, const char *key, int64_t ms)
{
    char text[24];
    time_t t = (time_t)(ms / 1000);
    struct tm tm;
    gmtime_r(&t, &tm);
    strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &tm);
    call_put(o, key, text);
}

static void send_json(struct http_reply *rp, struct json_object *o)
{
    http_text(rp, 200, "text/plain",
              json_object_to_json_string_ext(o, JSON_C_TO_STRING_PRETTY |
                                                    JSON_C_TO_STRING_NOSLASHESCAPE));
    json_object_put(o);
}

void imds_put_keys(struct world *w, struct json_object *o)
{
    const struct credential *k = current_keys(w);
    call_put(o, "AccessKeyId", k->key_id);
    call_put(o, "SecretAccessKey", k->secret);
    call_put(o, "Token", k->session_token);
    put_date(o, "Expiration", k->expires_ms);
}

static void send_keys(struct world *w, struct http_reply *rp)
{
    struct json_object *o = json_object_new_object();
    call_put(o, "Code", "Success");
    put_date(o, "LastUpdated", current_keys(w)->expires_ms - w->imds->life_ms);
    call_put(o, "Type", "AWS-HMAC");
    imds_put_keys(w, o);
    send_json(rp, o);
}

static void send_identity(struct world *w, struct http_reply *rp)
{
    struct json_object *o = json_object_new_object();
    const char *region = w->pool_count > 0 ? w->pools[0]->region : "eu-central-1";
    char *zone = bytes_format("%sa", region);
    call_put(o, "accountId", w->account);
    call_put(o, "architecture", "x86_64");
    call_put(o, "availabilityZone", zone);
    call_put(o, "instanceId", "i-0abc1234567890def");
    call_put(o, "region", region);
    call_put(o, "version", "2017-09-30");
    free(zone);
    send_json(rp, o);
}

static void get(struct world *w, const struct http_request *rq, struct http_reply *rp)
{
    const char *role = w->imds->role;
    size_t n = sizeof KEYS_PATH - 1;
    if (!token_is_good(w, http_header(rq, HEADER_TOKEN)))
        refuse(rp, 401, "Unauthorized");
    else if (role != NULL && strcmp(rq->url, KEYS_PATH) == 0)
        http_text(rp, 200, "text/plain", role);
    else if (role != NULL && strncmp(rq->url, KEYS_PATH, n) == 0 && strcmp(rq->url + n, role) == 0)
        send_keys(w, rp);
    else if (strcmp(rq->url, "/latest/dynamic/instance-identity/document") == 0)
        send_identity(w, rp);
    else if (strcmp(rq->url, "/latest/meta-data/placement/region") == 0)
        http_text(rp, 200, "text/plain", w->pools[0]->region);
    else if (strcmp(rq->url, "/latest/meta-data/instance-id") == 0)
        http_text(rp, 200, "text/plain", "i-0abc1234567890def");
    else
        refuse(rp, 404, "Not Found");
}

static void do_fault(struct world *w, const struct fault *f, struct http_reply *rp)
{
    if (f->delay_ms > 0 || f->kind == FAULT_HANG)
        model_sleep_ms(w, f->delay_ms > 0 ? f->delay_ms : INT32_MAX);
    if (f->kind != FAULT_REPLY)
        rp->end = HTTP_CLOSE;
    else if (f->body != NULL)
        http_text(rp, f->status != 0 ? f->status : 200, "text/plain", f->body);
    else
        refuse(rp, f->status != 0 ? f->status : 500, "Fault");
}

void imds_handle(struct world *w, const struct http_request *rq, struct http_reply *rp)
{
    bool is_container = strncmp(rq->url, CONTAINER_PATH, sizeof CONTAINER_PATH - 1) == 0;
    const char *name = is_container ? "CONTAINER" : "IMDS";
    struct fault f;
    int64_t latency_ms = fault_latency_ms(w, name);
    if (latency_ms > 0)
        model_sleep_ms(w, latency_ms);
    if (fault_take(w, name, &f)) {
        do_fault(w, &f, rp);
        fault_drop(&f);
    } else if (is_container) {
        container_handle(w, rq, rp);
    } else if (strcmp(rq->method, "PUT") == 0 && strcmp(rq->url, "/latest/api/token") == 0) {
        put_token(w, rq, rp);
    } else if (strcmp(rq->method, "GET") == 0) {
        get(w, rq, rp);
    } else {
        refuse(rp, 405, "Not Allowed");
    }
    struct journal_entry e = {
        .now_ms = model_now_ms(w), .operation = name, .status = rp->status, .user = rq->url
    };
    journal_add(w->journal, &e);
}
