/* SPDX-License-Identifier: Apache-2.0
 *
 * link: whose turn it is. stage: how far its row has come. tries: how often this stage was sent.
 */
#include "net/fetch.h"

#include "net/command.h"
#include "net/process.h"
#include "net/skew.h"

#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OUTPUT_MAX (64u << 10)

struct fetch {
    struct http *http;
    struct event_base *base; /* NULL: no pauses, no programs */
    struct skew *skew;       /* learns from rows with a clock; may be NULL */
    const char *home;
    const struct source_chain *chain;
    fetch_done *done;
    void *arg;
    bool is_busy;
    size_t link;
    unsigned tries;
    bool has_fixed_clock; /* one more try for a request that was signed with a wrong clock */
    struct source_run run;
    struct http_call *call;
    struct process *process;
    struct event *pause;
};

static void on_reply(void *arg, const struct http_reply *reply);
static void on_output(void *arg, const struct process_result *result);
static void on_pause(evutil_socket_t fd, short what, void *arg);

int fetch_open(const struct credentials_options *options, const struct source_chain *chain,
               fetch_done *done, void *arg, struct fetch **ret_fetch)
{
    struct fetch *f = calloc(1, sizeof *f);
    if (f == NULL)
        return ERR_NOMEM;
    *f = (struct fetch){ .http = options->http,
                         .base = options->base,
                         .skew = options->skew,
                         .home = options->home,
                         .chain = chain,
                         .done = done,
                         .arg = arg };
    f->run.skew = options->skew;
    if (f->base != NULL)
        f->pause = evtimer_new(f->base, on_pause, f);
    if (f->base != NULL && f->pause == NULL) {
        free(f);
        return ERR_NOMEM;
    }
    *ret_fetch = f;
    return 0;
}

void fetch_close(struct fetch **fetch)
{
    if (fetch == NULL || *fetch == NULL)
        return;
    http_cancel((*fetch)->http, &(*fetch)->call);
    process_cancel(&(*fetch)->process);
    if ((*fetch)->pause != NULL)
        event_free((*fetch)->pause);
    explicit_bzero(*fetch, sizeof **fetch);
    free(*fetch);
    *fetch = NULL;
}

/* ---------------------------------------------------------------- request */

static int start_http(struct fetch *f, const struct source *source, struct source_request *r)
{
    const char *headers[SOURCE_HEADERS + 1] = { NULL };
    bool is_bad = r->url.bad || r->body.bad;
    for (size_t i = 0; i < r->header_count; i++) {
        headers[i] = buf_text(&r->header[i]);
        is_bad = is_bad || r->header[i].bad;
    }
    const struct http_request req = { .class = r->class,
                                      .method = r->method,
                                      .url = buf_text(&r->url),
                                      .headers = headers,
                                      .body = r->body.p,
                                      .body_bytes = r->body.len,
                                      .budget_ms = source->budget_ms };
    return is_bad ? ERR_NOMEM : http_start(f->http, &req, on_reply, f, &f->call);
}

static int start_process(struct fetch *f, const struct source *source, struct source_request *r)
{
    struct command c;
    if (f->base == NULL)
        return ERR_CONFIG;
    int err = r->body.bad ? ERR_NOMEM : command_split(buf_text(&r->body), &c);
    if (err != 0)
        return err;
    const struct process_options options = {
        .argv = c.word, .home = f->home, .budget_ms = source->budget_ms, .max_bytes = OUTPUT_MAX
    };
    err = process_start(f->base, &options, on_output, f, &f->process);
    if (err != 0)
        err = source_fail(&f->run, err, "%s: %s", c.word[0], err_text(err));
    command_free(&c);
    return err;
}

static void wipe_request(struct source_request *r)
{
    buf_free(&r->url);
    buf_free(&r->body);
    for (size_t i = 0; i < SOURCE_HEADERS; i++)
        buf_free(&r->header[i]);
}

/* Sends the present stage of the present link. */
static int send_stage(struct fetch *f)
{
    const struct source *source = f->run.link->source;
    struct source_request r = { .via = SOURCE_HTTP };
    int err = source->prepare(&f->run, &r);
    if (err == 0)
        err = r.via == SOURCE_HTTP ? start_http(f, source, &r) : start_process(f, source, &r);
    wipe_request(&r);
    return err;
}

static int enter_stage(struct fetch *f)
{
    f->tries = 1;
    return send_stage(f);
}

static int enter_link(struct fetch *f)
{
    f->run.link = &f->chain->link[f->link];
    f->run.stage = 0;
    f->run.has_renewed = false;
    f->has_fixed_clock = false;
    return enter_stage(f);
}

/* ------------------------------------------------------------------- ends */

/* The few kinds that callers tell apart. */
static int kind_of(int err)
{
    switch (err) {
    case 0:
    case ERR_NOMEM:
    case ERR_FORMAT:
    case ERR_UNAVAIL:
        return err;
    case ERR_TIMEOUT:
    case ERR_SYSTEM:
        return ERR_UNAVAIL;
    default:
        return ERR_CONFIG;
    }
}

/* "container: status 404", or the kind of error when the row had no words. */
static void explain(const struct fetch *f, int err, char why[SOURCE_WHY_SIZE])
{
    snprintf(why, SOURCE_WHY_SIZE, "%s: %.280s", f->run.link->source->name,
             f->run.why[0] != '\0' ? f->run.why : err_text(err));
}

/* The walk is over before the callback begins: it may start the next, or close. */
static void finish(struct fetch *f, int err)
{
    char why[SOURCE_WHY_SIZE] = "";
    struct credentials keys = f->run.keys;
    if (err != 0)
        explain(f, err, why);
    credentials_wipe(&f->run.keys);
    f->is_busy = false;
    f->done(f->arg, kind_of(err), err == 0 ? &keys : NULL, why);
    credentials_wipe(&keys);
}

int fetch_start(struct fetch *fetch, char ret_why[SOURCE_WHY_SIZE])
{
    if (fetch->is_busy)
        return ERR_LIMIT;
    fetch->run.why[0] = '\0';
    /* Keys that stand in the chain are there already. */
    fetch->link = fetch->chain->link[0].source->prepare == NULL ? 1 : 0;
    fetch->run.keys = fetch->chain->keys;
    int err = enter_link(fetch);
    fetch->is_busy = err == 0;
    if (err != 0) {
        explain(fetch, err, ret_why);
        credentials_wipe(&fetch->run.keys);
    }
    return kind_of(err);
}

/* ---------------------------------------------------------------- answers */

/* The same stage once more, later. ERR_UNAVAIL when its tries are used up. */
static int repeat(struct fetch *f)
{
    const struct source *source = f->run.link->source;
    if (f->tries >= source->tries)
        return ERR_UNAVAIL;
    f->tries++;
    if (source->pause_ms == 0 || f->pause == NULL)
        return send_stage(f);
    struct timeval tv = { source->pause_ms / 1000, (source->pause_ms % 1000) * 1000 };
    return evtimer_add(f->pause, &tv) == 0 ? 0 : ERR_NOMEM;
}

static void on_pause(evutil_socket_t fd, short what, void *arg)
{
    struct fetch *f = arg;
    (void)fd;
    (void)what;
    int err = send_stage(f);
    if (err != 0)
        finish(f, err);
}

/* What the row said about an answer. */
static void go_on(struct fetch *f, int step)
{
    int err = step;
    if (step == SOURCE_DONE && f->link + 1 == f->chain->count) {
        finish(f, 0);
        return;
    }
    if (step == SOURCE_DONE) {
        f->link++;
        err = enter_link(f);
    } else if (step == SOURCE_NEXT) {
        err = enter_stage(f);
    } else if (step == SOURCE_AGAIN) {
        err = repeat(f);
    }
    if (err != 0)
        finish(f, err);
}

/* Was the clock wrong when this was signed, and is it right now? */
static bool is_clock_fixed(struct fetch *f, const struct http_reply *reply)
{
    if (!f->run.link->source->has_clock || f->skew == NULL || reply->err != 0)
        return false;
    bool is_news = skew_learn(f->skew, reply->date, reply->has_age);
    if (!is_news || reply->status < 400 || reply->status >= 500 || f->has_fixed_clock)
        return false;
    f->has_fixed_clock = true;
    return true;
}

static void on_reply(void *arg, const struct http_reply *reply)
{
    struct fetch *f = arg;
    const struct source *source = f->run.link->source;
    f->call = NULL;
    f->run.why[0] = '\0';
    if (is_clock_fixed(f, reply)) {
        go_on(f, SOURCE_NEXT);
        return;
    }
    bool may_pass = reply->err == ERR_TIMEOUT || reply->err == ERR_UNAVAIL;
    if (reply->err == 0 && reply->status < 500 && reply->status != 429) {
        go_on(f, source->judge(&f->run, reply));
        return;
    }
    const char *reason = source->silence != NULL ? source->silence : "no answer";
    int step = reply->err == 0 || may_pass ? (int)SOURCE_AGAIN : (int)ERR_UNAVAIL;
    if (reply->err == 0)
        step = source_fail(&f->run, step, "status %d", reply->status);
    else
        step = source_fail(&f->run, step, "%s: %.120s", reason, reply->failure);
    go_on(f, step);
}

/* A program's end in the form in which the rows judge answers. */
static void on_output(void *arg, const struct process_result *result)
{
    struct fetch *f = arg;
    char failure[80] = "";
    f->process = NULL;
    f->run.why[0] = '\0';
    if (result->err == ERR_CONFIG)
        snprintf(failure, sizeof failure, "it ended with status %d", result->status);
    else if (result->err != 0)
        snprintf(failure, sizeof failure, "%s", err_text(result->err));
    const struct http_reply reply = { .err = result->err,
                                      .status = result->err == 0 ? 200 : 0,
                                      .body = result->output,
                                      .body_bytes = result->output_bytes,
                                      .failure = failure };
    go_on(f, f->run.link->source->judge(&f->run, &reply));
}
