/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/pages.h"

#include "base/clock.h"
#include "daemon/log.h"
#include "daemon/schedule.h"

#include <event2/event.h>
#include <stdlib.h>
#include <string.h>

#define PATIENCE 8 /* tries of one page by a sweep, some minutes in all */

struct pages {
    struct pages_options o;
    char *pool_id, *group, *username, *filter_name, *filter_value; /* the query's */
    struct directory_chain chain;
    struct api_call *call;
    struct event *timer; /* with a pace */
    uint32_t failures;   /* of the present page */
    int limit;           /* its records, as many as the query says or fewer */
};

struct form {
    enum api_op op;
    int (*write)(const struct directory_query *q, struct json_out *out);
    int (*parse)(const struct json *body, struct directory_page *ret_page);
};

static const struct form forms[] = {
    { API_LIST_USERS, directory_list_users, directory_parse_users },
    { API_LIST_USERS_IN_GROUP, directory_list_users_in_group, directory_parse_users },
    { API_LIST_GROUPS, directory_list_groups, directory_parse_groups },
    { API_LIST_GROUPS_FOR_USER, directory_list_groups_for_user, directory_parse_groups },
    { API_GET_GROUP, directory_get_group, directory_parse_group },
};

static const struct form *find_form(enum api_op op)
{
    for (size_t i = 0; i < COUNT(forms); i++)
        if (forms[i].op == op)
            return &forms[i];
    return NULL;
}

static void free_pages(struct pages *p)
{
    if (p->timer != NULL)
        event_free(p->timer);
    directory_chain_free(&p->chain);
    free(p->pool_id);
    free(p->group);
    free(p->username);
    free(p->filter_name);
    free(p->filter_value);
    free(p);
}

static void finish(struct pages *p, int err, const struct api_result *result)
{
    struct pages_options o = p->o;
    free_pages(p);
    o.done(o.arg, err, result);
}

static int ask(struct pages *p);

static int wait(struct pages *p, int64_t ms)
{
    struct timeval tv = { ms / 1000, (suseconds_t)(ms % 1000) * 1000 };
    return event_add(p->timer, &tv) == 0 ? 0 : ERR_NOMEM;
}

/* The next page, at once or in its turn. */
static int ask_in_turn(struct pages *p)
{
    const struct pages_pace *pace = p->o.pace;
    if (pace == NULL)
        return ask(p);
    enum quota_category c = quota_of(p->o.op);
    int64_t ms = schedule_wait_ms(pace->schedule, pace->quota, c, clock_ms());
    if (ms > 0)
        return wait(p, ms);
    schedule_asked(pace->schedule, c, clock_ms());
    return ask(p);
}

static void on_turn(evutil_socket_t fd, short what, void *arg)
{
    struct pages *p = arg;
    (void)fd;
    (void)what;
    int err = ask_in_turn(p);
    if (err != 0)
        finish(p, err, NULL);
}

/* LimitExceeded is no such fault: it is a lock, never asked again (R-NET-08). */
static bool may_pass(const struct api_result *r)
{
    enum errors_action action = r->rule == NULL ? ERRORS_FAIL : r->rule->action;
    bool is_lost = r->rule == NULL && (r->err == ERR_UNAVAIL || r->err == ERR_TIMEOUT);
    return is_lost || action == ERRORS_THROTTLED || action == ERRORS_TRANSIENT;
}

/* A sweep has time: what the pool cannot do now, it is asked for later, with the same token. Not
 * its very first request, there is nothing to lose yet, and not while nothing can be sent. */
static bool is_patient(struct pages *p, const struct api_result *r)
{
    if (p->o.pace == NULL || p->o.pace->schedule->run_total < 2 || r->tries == 0 ||
        r->is_too_large || !may_pass(r) || ++p->failures >= PATIENCE)
        return false;
    return wait(p, schedule_backoff_ms(p->failures, arc4random())) == 0;
}

/* Users fill their attributes themselves: sixty of them may be more than a reply may be, and must
 * not hide everybody else (R-SNAP-07). */
static bool asks_for_fewer(struct pages *p, const struct api_result *r)
{
    if (!r->is_too_large)
        return false;
    const char *operation = api_operation(p->o.op)->name;
    if (p->limit < 2) {
        log_warning("%s: a single record is too large, nobody behind it can be read", operation);
        return false;
    }
    p->limit /= 2;
    log_info("%s: the page is too large, asked for again with at most %d records", operation,
             p->limit);
    return ask_in_turn(p) == 0;
}

static int take_page(struct pages *p, const struct json *body, bool *ret_more)
{
    struct directory_page page;
    if (body == NULL)
        return ERR_FORMAT;
    int err = find_form(p->o.op)->parse(body, &page);
    if (err != 0)
        return err;
    if (page.bad_records > 0)
        log_warning("%s: %zu records left out, their content is unusable",
                    api_operation(p->o.op)->name, page.bad_records);
    err = p->o.page(p->o.arg, &page);
    if (err == 0)
        err = directory_chain_advance(&p->chain, &page, ret_more);
    directory_page_free(&page);
    return err;
}

void pages_explain(const char *what, int err, const struct api_result *result)
{
    log_warning("sync: %s: %s%s%s%s%s", what, err_text(err),
                result != NULL && result->type[0] ? ": " : "", result != NULL ? result->type : "",
                result != NULL && result->message[0] ? ": " : "",
                result != NULL ? result->message : "");
}

/* Who waits is told that it did not work; a right that this host lacks is nobody's to see but in
 * the log. Runs by the clock explain themselves. */
static void say_refused(const struct pages *p, const struct api_result *r)
{
    if (p->o.pace == NULL && r->rule != NULL && r->rule->is_config)
        log_error("%s: the pool refused this host's request: %s: %s", api_operation(p->o.op)->name,
                  r->type, r->message);
}

static void on_reply(void *arg, const struct api_result *result)
{
    struct pages *p = arg;
    bool more = false;
    p->call = NULL;
    int err = result->err;
    if (err != 0 && (asks_for_fewer(p, result) || is_patient(p, result)))
        return;
    say_refused(p, result);
    p->failures = 0;
    p->limit = p->limit * 2 < p->o.query.limit ? p->limit * 2 : p->o.query.limit;
    if (err == 0)
        err = take_page(p, result->body, &more);
    if (err == 0 && more)
        err = ask_in_turn(p);
    if (err != 0 || !more)
        finish(p, err, result);
}

static int ask(struct pages *p)
{
    struct json_out out = { 0 };
    struct directory_query q = p->o.query;
    struct api_request req = { .op = p->o.op,
                               .budget_ms = p->o.budget_ms,
                               .is_patient = p->o.pace != NULL };
    q.token = p->chain.token;
    q.limit = p->limit;
    int err = find_form(p->o.op)->write(&q, &out);
    if (err == 0)
        err = json_out_text(&out, &req.body, &req.body_bytes);
    if (err == 0)
        err = api_start(p->o.api, &req, on_reply, p, &p->call);
    json_out_free(&out);
    return err;
}

static int copy_text(const char **at, char **copy)
{
    if (*at == NULL)
        return 0;
    *copy = strdup(*at);
    *at = *copy;
    return *copy == NULL ? ERR_NOMEM : 0;
}

static int copy_query(struct pages *p)
{
    struct directory_query *q = &p->o.query;
    int err = copy_text(&q->pool_id, &p->pool_id);
    if (err == 0)
        err = copy_text(&q->group, &p->group);
    if (err == 0)
        err = copy_text(&q->username, &p->username);
    if (err == 0)
        err = copy_text(&q->filter_name, &p->filter_name);
    if (err == 0)
        err = copy_text(&q->filter_value, &p->filter_value);
    return err;
}

int pages_start(const struct pages_options *options, struct pages **ret_pages)
{
    struct pages *p = calloc(1, sizeof *p);
    if (p == NULL)
        return ERR_NOMEM;
    p->o = *options;
    p->limit = options->query.limit;
    int err = copy_query(p);
    if (err == 0 && p->o.pace != NULL) {
        p->timer = evtimer_new(p->o.pace->loop, on_turn, p);
        err = p->timer == NULL ? ERR_NOMEM : 0;
    }
    if (err == 0)
        err = ask_in_turn(p);
    if (err != 0) {
        free_pages(p);
        return err;
    }
    *ret_pages = p;
    return 0;
}

void pages_cancel(struct pages **pp)
{
    if (pp == NULL || *pp == NULL)
        return;
    api_cancel(&(*pp)->call);
    free_pages(*pp);
    *pp = NULL;
}
