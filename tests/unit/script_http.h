/* SPDX-License-Identifier: Apache-2.0
 *
 * The outside world as a script: an implementation of struct http that sends nothing. Each started
 * request waits until the test gives it a reply.
 */
#ifndef UNIT_SCRIPT_HTTP_H
#define UNIT_SCRIPT_HTTP_H

#include "net/http.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SCRIPT_MAX 16

struct http_call {
    http_done *done;
    void *arg;
    char method[8], url[512], body[4096];
    char headers[8][9000];
    size_t header_count;
    uint32_t budget_ms;
    bool is_open;
};

struct script {
    struct http http;
    struct http_call calls[SCRIPT_MAX];
    size_t started, cancelled;
};

static int script_start(struct http *http, const struct http_request *req, http_done *done,
                        void *arg, struct http_call **ret_call)
{
    struct script *s = (struct script *)http;
    if (s->started == SCRIPT_MAX)
        return ERR_NOMEM;
    struct http_call *c = &s->calls[s->started++];
    c->done = done;
    c->arg = arg;
    c->is_open = true;
    c->budget_ms = req->budget_ms;
    snprintf(c->method, sizeof c->method, "%s", req->method);
    snprintf(c->url, sizeof c->url, "%s", req->url);
    snprintf(c->body, sizeof c->body, "%.*s", (int)req->body_bytes,
             req->body == NULL ? "" : (const char *)req->body);
    for (size_t i = 0; req->headers != NULL && req->headers[i] != NULL && i < 8; i++)
        snprintf(c->headers[c->header_count++], sizeof c->headers[0], "%s", req->headers[i]);
    *ret_call = c;
    return 0;
}

static void script_cancel(struct http *http, struct http_call *call)
{
    call->is_open = false;
    ((struct script *)http)->cancelled++;
}

static void script_close(struct http *http)
{
    (void)http;
}

static const struct http_ops script_ops = { script_start, script_cancel, script_close };

static inline struct script *script_new(void)
{
    struct script *s = calloc(1, sizeof *s);
    if (s != NULL)
        s->http.ops = &script_ops;
    return s;
}

/* The value of a header of the n-th request; NULL when it has none. */
static inline const char *script_header(const struct script *s, size_t n, const char *name)
{
    size_t length = strlen(name);
    for (size_t i = 0; i < s->calls[n].header_count; i++) {
        const char *h = s->calls[n].headers[i];
        if (strncmp(h, name, length) == 0 && h[length] == ':')
            return h + length + 2;
    }
    return NULL;
}

/* Answers the n-th request; false when it is not open. */
static inline bool script_answer(struct script *s, size_t n, struct http_reply reply)
{
    struct http_call *c = &s->calls[n];
    if (n >= s->started || !c->is_open)
        return false;
    c->is_open = false;
    reply.was_sent = reply.err == 0 || reply.was_sent;
    if (reply.failure == NULL)
        reply.failure = "";
    if (reply.body == NULL)
        reply.body = "";
    reply.body_bytes = strlen(reply.body);
    c->done(c->arg, &reply);
    return true;
}

static inline bool script_say(struct script *s, size_t n, int status, const char *body)
{
    return script_answer(s, n, (struct http_reply){ .status = status, .body = body });
}

#endif
