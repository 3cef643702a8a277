/* SPDX-License-Identifier: Apache-2.0 */
/* The control interface; see control.h. One table: path -> function. Answers are text lines. */
#include "control.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "api.h"
#include "bytes.h"
#include "fault.h"
#include "imds.h"
#include "journal.h"
#include "model.h"
#include "token_flaw.h"
#include "totp.h"

typedef void command(struct world *w, const struct http_request *rq, struct http_reply *rp);

static void say(struct http_reply *rp, unsigned status, const char *text)
{
    http_text(rp, status, "text/plain; charset=utf-8", text);
}

static int64_t number(const struct http_request *rq, const char *name, int64_t absent)
{
    const char *text = http_query(rq, name);
    return text == NULL ? absent : strtoll(text, NULL, 10);
}

/* ?user=NAME[&pool=ID]: by name, sub or alias, in the named pool or in the first that has it. */
static struct user *find_user(struct world *w, const struct http_request *rq, struct http_reply *rp)
{
    const char *name = http_query(rq, "user"), *pool = http_query(rq, "pool");
    struct user *u = NULL;
    for (size_t i = 0; name != NULL && i < w->pool_count && u == NULL; i++) {
        struct pool *p = w->pools[i];
        if (pool != NULL && strcmp(p->id, pool) != 0)
            continue;
        u = model_user_find(p, name);
        if (u == NULL && p->username_attrs != 0)
            u = model_user_by_alias(p, ALIAS_EMAIL, name, false);
    }
    if (u == NULL)
        say(rp, 404, "no such user\n");
    return u;
}

static void do_totp(struct world *w, const struct http_request *rq, struct http_reply *rp)
{
    static const struct {
        const char *name;
        int step;
    } whens[] = { { "previous", -1 }, { "now", 0 }, { "next", 1 } };
    const char *when = http_query(rq, "when");
    struct user *u = find_user(w, rq, rp);
    char code[16] = "", line[64];
    int64_t now_ms = model_now_ms(w), wait_ms = -1;
    if (u == NULL)
        return;
    const char *secret = u->totp_secret != NULL ? u->totp_secret : u->totp_pending;
    if (when == NULL || strcmp(when, "fresh") == 0)
        wait_ms = totp_fresh(u, now_ms, code);
    for (size_t i = 0; i < COUNT(whens) && when != NULL && secret != NULL; i++) {
        if (strcmp(when, whens[i].name) == 0)
            wait_ms =
                totp_code(secret, now_ms / 1000 / TOTP_STEP_S + whens[i].step, 6, code) ? 0 : -1;
    }
    if (wait_ms < 0) {
        say(rp, 409, "no authenticator\n");
    } else if (wait_ms > 0) {
        snprintf(line, sizeof line, "%lld\n", (long long)wait_ms);
        say(rp, 425, line); /* milliseconds until there is a code */
    } else {
        snprintf(line, sizeof line, "%s\n", code);
        say(rp, 200, line);
    }
}

static void do_code(struct world *w, const struct http_request *rq, struct http_reply *rp)
{
    struct user *u = find_user(w, rq, rp);
    char line[32];
    if (u == NULL)
        return;
    snprintf(line, sizeof line, "%s\n", u->code);
    say(rp, *u->code != '\0' ? 200 : 409, *u->code != '\0' ? line : "no code was sent\n");
}

static void do_unlock(struct world *w, const struct http_request *rq, struct http_reply *rp)
{
    struct user *u = find_user(w, rq, rp);
    if (u == NULL)
        return;
    lockout_reset(&u->password_lock);
    lockout_reset(&u->code_lock);
    attempts_reset(&u->changes);
    attempts_reset(&u->forgets);
    attempts_reset(&u->confirms);
    say(rp, 200, "ok\n");
}

static void do_latency(struct world *w, const struct http_request *rq, struct http_reply *rp)
{
    const char *op = http_query(rq, "op");
    fault_set_latency(w, op != NULL ? op : "*", number(rq, "ms", 0));
    say(rp, 200, "ok\n");
}

static char *query_copy(const struct http_request *rq, const char *name)
{
    return bytes_copy(http_query(rq, name));
}

/* ?op=NAME&n=N&kind=KIND&status=&type=&message=&content_type=&location=&delay=MS&trickle=MS; the
   request's body becomes the answer's. */
static void do_fault(struct world *w, const struct http_request *rq, struct http_reply *rp)
{
    const char *op = http_query(rq, "op"), *kind = http_query(rq, "kind");
    struct fault f = { .left = number(rq, "n", 1) };
    if (!fault_kind_parse(kind != NULL ? kind : "reply", &f.kind)) {
        say(rp, 400, "unknown kind of fault\n");
        return;
    }
    snprintf(f.operation, sizeof f.operation, "%s", op != NULL ? op : "*");
    f.status = (unsigned)number(rq, "status", 0);
    f.type = query_copy(rq, "type");
    f.message = query_copy(rq, "message");
    f.content_type = query_copy(rq, "content_type");
    f.location = query_copy(rq, "location");
    f.delay_ms = number(rq, "delay", 0);
    f.trickle_ms = number(rq, "trickle", 0);
    if (f.status == 0 && f.kind == FAULT_REPLY)
        f.status = f.type != NULL ? 400 : rq->body_n > 0 ? 200 : 500;
    if (rq->body_n > 0) {
        f.body = bytes_grow(NULL, rq->body_n + 1, 1);
        memcpy(f.body, rq->body, rq->body_n + 1);
        f.body_n = rq->body_n;
    }
    fault_add(w, &f);
    say(rp, 200, "ok\n");
}

static void do_clear(struct world *w, const struct http_request *rq, struct http_reply *rp)
{
    (void)rq;
    fault_clear(w);
    say(rp, 200, "ok\n");
}

static void do_count(struct world *w, const struct http_request *rq, struct http_reply *rp)
{
    const char *op = http_query(rq, "op");
    char *text = NULL;
    size_t n = 0;
    uint64_t total = 0;
    FILE *f = open_memstream(&text, &n);
    for (struct journal_count *c = w->journal->counts; c != NULL; c = c->next) {
        if (op == NULL)
            fprintf(f, "%s %llu\n", c->name, (unsigned long long)c->requests);
        else if (strcmp(op, c->name) == 0)
            total += c->requests;
    }
    if (op != NULL)
        fprintf(f, "%llu\n", (unsigned long long)total);
    fclose(f);
    say(rp, 200, text);
    free(text);
}

static void do_stats(struct world *w, const struct http_request *rq, struct http_reply *rp)
{
    const struct journal *j = w->journal;
    uint64_t requests = 0, errors = 0, answer_us = 0;
    struct timespec cpu;
    (void)rq;
    for (struct journal_count *c = j->counts; c != NULL; c = c->next) {
        requests += c->requests;
        errors += c->errors;
        answer_us += c->answer_us;
    }
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu);
    char *text = bytes_format(
        "requests=%llu\nerrors=%llu\nconnections=%llu\nhandshakes=%llu\nanswer_us=%llu\n"
        "cpu_us=%llu\n",
        (unsigned long long)requests, (unsigned long long)errors,
        (unsigned long long)j->connections, (unsigned long long)j->handshakes,
        (unsigned long long)answer_us,
        (unsigned long long)cpu.tv_sec * 1000000 + (unsigned long long)cpu.tv_nsec / 1000);
    say(rp, 200, text);
    free(text);
}

static void do_log(struct world *w, const struct http_request *rq, struct http_reply *rp)
{
    (void)rq;
    char *text = journal_text(w->journal);
    say(rp, 200, text);
    free(text);
}

static void do_issued(struct world *w, const struct http_request *rq, struct http_reply *rp)
{
    (void)rq;
    char *text = issued_text(&w->issued);
    say(rp, 200, text);
    free(text);
}

static void do_clock(struct world *w, const struct http_request *rq, struct http_reply *rp)
{
    char line[64];
    w->clock_shift_ms = number(rq, "shift", w->clock_shift_ms / 1000) * 1000;
    snprintf(line, sizeof line, "%lld\n", (long long)(model_now_ms(w) / 1000));
    say(rp, 200, line);
}

/* ?user=NAME[&flaw=FLAW]: the answer of a finished sign-in, as it would come over the wire. */
static void do_token(struct world *w, const struct http_request *rq, struct http_reply *rp)
{
    const char *flaw = http_query(rq, "flaw");
    struct user *u = find_user(w, rq, rp);
    if (u == NULL)
        return;
    struct call c = { .w = w,
                      .status = 200,
                      .pool = u->pool,
                      .client = u->pool->clients[0],
                      .user = u,
                      .out = json_object_new_object() };
    if (token_flaw_sign_in(&c, flaw != NULL ? flaw : "none"))
        say(rp, 200,
            json_object_to_json_string_ext(c.out, JSON_C_TO_STRING_PLAIN |
                                                      JSON_C_TO_STRING_NOSLASHESCAPE));
    else
        say(rp, 400, "unknown flaw\n");
    json_object_put(c.out);
}

static void do_new_keys(struct world *w, const struct http_request *rq, struct http_reply *rp)
{
    (void)rq;
    for (size_t i = 0; i < w->pool_count; i++) {
        token_keys_free(&w->pools[i]->keys);
        w->pools[i]->keys = token_keys_start();
    }
    say(rp, 200, "ok\n");
}

/* ?op=NAME, the members as body: any operation in the administrator's name. */
static void do_admin(struct world *w, const struct http_request *rq, struct http_reply *rp)
{
    const char *op = http_query(rq, "op");
    api_run_unsigned(w, op != NULL ? op : "", rq, rp);
}

static void do_rotate(struct world *w, const struct http_request *rq, struct http_reply *rp)
{
    (void)rq;
    imds_rotate(w);
    say(rp, 200, "ok\n");
}

/* ?token=TEXT: the containers' authorization token is another one. */
static void do_container(struct world *w, const struct http_request *rq, struct http_reply *rp)
{
    const char *token = http_query(rq, "token");
    if (token != NULL)
        model_replace(&w->container_token, token);
    say(rp, token != NULL ? 200 : 400, token != NULL ? "ok\n" : "token is missing\n");
}

static void do_reset(struct world *w, const struct http_request *rq, struct http_reply *rp)
{
    (void)rq;
    fault_clear(w);
    journal_reset(w->journal);
    w->clock_shift_ms = 0;
    say(rp, 200, "ok\n");
}

static const struct {
    const char *path;
    command *run;
} commands[] = {
    { "/totp", do_totp },           { "/code", do_code },        { "/unlock", do_unlock },
    { "/latency", do_latency },     { "/fault", do_fault },      { "/clear", do_clear },
    { "/count", do_count },         { "/stats", do_stats },      { "/log", do_log },
    { "/clock", do_clock },         { "/rotate", do_rotate },    { "/reset", do_reset },
    { "/token", do_token },         { "/newkeys", do_new_keys }, { "/admin", do_admin },
    { "/container", do_container }, { "/issued", do_issued },
};

void control_handle(struct world *w, const struct http_request *rq, struct http_reply *rp)
{
    for (size_t i = 0; i < COUNT(commands); i++) {
        if (strcmp(commands[i].path, rq->url) == 0) {
            commands[i].run(w, rq, rp);
            return;
        }
    }
    say(rp, 404, "unknown command\n");
}
