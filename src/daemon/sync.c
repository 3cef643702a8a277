/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/sync.h"

#include "base/clock.h"
#include "daemon/daemon.h"
#include "daemon/log.h"
#include "daemon/publish.h"
#include "daemon/source.h"

#include <event2/event.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-daemon.h>
#include <time.h>

#define ASKING_MAX   16   /* names asked of the pool at a time */
#define NEGATIVE_MAX 1024 /* names remembered as unknown; the oldest gives way */
/* ListUsers for the whole account and region, a second (reference section 4), and the part of this
 * fleet's share that unknown names may use: strangers choose them. */
#define LIST_QUOTA     30
#define MISS_PERCENT   10
#define MISS_BURST     20
#define RETRY_FIRST_MS 2000
#define RETRY_MOST_MS  300000

/* One source that runs by the clock. */
struct turn {
    struct sync *sync;
    const struct source *source;
    struct source_run *run;
    struct event *timer;
    bool is_running;
    int64_t due_ms;
    uint32_t failures; /* in a row */
};

/* One name that is being asked, with everybody who waits for it. */
struct asking {
    struct sync *sync;
    char name[NAME_SIZE];
    struct source_run *run;
    struct sync_wait *waits;
};

struct negative {
    char name[NAME_SIZE];
    int64_t until_ms;
};

struct sync {
    struct daemon *daemon;
    struct turn full, disabled;
    struct asking *asking[ASKING_MAX];
    struct negative *negatives; /* a ring */
    size_t negative_at;
    int64_t misses_drained_ms; /* a leaky bucket of names asked */
    bool was_ready;
    struct sync_state state;
};

static void schedule(struct turn *t, int64_t ms)
{
    t->due_ms = clock_ms() + ms;
    event_add(t->timer, &(struct timeval){ ms / 1000, (suseconds_t)(ms % 1000) * 1000 });
}

/* Full jitter: anything up to twice the step before, so that a fleet does not return as one. */
static int64_t backoff_ms(uint32_t failures)
{
    int64_t most = RETRY_FIRST_MS;
    for (uint32_t i = 1; i < failures && most < RETRY_MOST_MS; i++)
        most *= 2;
    if (most > RETRY_MOST_MS)
        most = RETRY_MOST_MS;
    return RETRY_FIRST_MS / 4 + (int64_t)arc4random_uniform((uint32_t)most);
}

/* Ready is: somebody who asks now gets an answer, be it "the pool cannot be reached". */
static void report_ready(struct sync *s, int err)
{
    if (s->was_ready)
        return;
    s->was_ready = true;
    sd_notifyf(0, "READY=1\nSTATUS=%s",
               err == 0 ? "Directory is up to date" : "The pool could not be read yet");
}

static void end_turn(struct turn *t, int err, uint32_t interval_s)
{
    t->run = NULL;
    t->is_running = false;
    t->failures = err == 0 ? 0 : t->failures + 1;
    int64_t ms = (int64_t)interval_s * 1000;
    int64_t pause_ms = err == 0 ? ms : backoff_ms(t->failures);
    schedule(t, pause_ms < ms ? pause_ms : ms);
}

static void on_full(void *arg, int err)
{
    struct sync *s = arg;
    struct daemon *d = s->daemon;
    if (err == 0)
        err = publish(d);
    if (err == 0) {
        s->state.sweeps++;
        s->state.swept_s = (int64_t)time(NULL);
        log_info("sync: %zu users, %zu groups", d->image->user_count, d->image->group_count);
    } else {
        s->state.failed++;
        log_warning("sync: failed, what was known stays: %s", err_text(err));
    }
    s->state.last_err = err;
    end_turn(&s->full, err, d->config->refresh_interval_s);
    report_ready(s, err);
}

static void on_disabled(void *arg, int err)
{
    struct sync *s = arg;
    if (err == 0)
        err = publish(s->daemon);
    else if (err == ERR_ABSENT)
        err = 0;
    if (err != 0)
        log_warning("sync: disabled users could not be listed: %s", err_text(err));
    end_turn(&s->disabled, err, s->daemon->config->disabled_interval_s);
}

static void on_turn(evutil_socket_t fd, short what, void *arg)
{
    struct turn *t = arg;
    source_done *done = t == &t->sync->full ? on_full : on_disabled;
    struct source_run *run = NULL;
    (void)fd;
    (void)what;
    t->is_running = true;
    int err = t->source->start(t->sync->daemon, NULL, done, t->sync, &run);
    if (err != 0)
        done(t->sync, err);
    else if (t->is_running)
        t->run = run;
}

static bool is_negative(const struct sync *s, const char *name)
{
    int64_t now = clock_ms();
    for (size_t i = 0; i < NEGATIVE_MAX; i++)
        if (s->negatives[i].until_ms > now && strcmp(s->negatives[i].name, name) == 0)
            return true;
    return false;
}

static void remember_negative(struct sync *s, const char *name)
{
    struct negative *n = &s->negatives[s->negative_at++ % NEGATIVE_MAX];
    memcpy(n->name, name, NAME_SIZE);
    n->until_ms = clock_ms() + (int64_t)s->daemon->config->negative_ttl_s * 1000;
}

static void forget_asking(struct sync *s, struct asking *a)
{
    for (size_t i = 0; i < ASKING_MAX; i++)
        if (s->asking[i] == a)
            s->asking[i] = NULL;
    free(a);
}

/* Waiters may cancel each other while they are told: the list is taken one by one. */
static void on_one(void *arg, int err)
{
    struct asking *a = arg;
    struct sync *s = a->sync;
    a->run = NULL;
    if (err == ERR_ABSENT)
        remember_negative(s, a->name);
    else if (err == 0)
        err = publish(s->daemon);
    while (a->waits != NULL) {
        struct sync_wait *w = a->waits;
        a->waits = w->next;
        w->next = NULL;
        w->done(w->arg, err);
    }
    forget_asking(s, a);
}

/* R-IPC-05: look-ups of unknown names never eat what the sweeps of the fleet need. */
static bool may_ask(struct sync *s)
{
    const struct config *c = s->daemon->config;
    int64_t per_name_ms = (int64_t)1000 * 100 * 100 * c->fleet_hosts /
                          ((int64_t)LIST_QUOTA * MISS_PERCENT * c->quota_share_percent);
    int64_t now = clock_ms();
    if (s->misses_drained_ms < now)
        s->misses_drained_ms = now;
    if (s->misses_drained_ms - now > (MISS_BURST - 1) * per_name_ms)
        return false;
    s->misses_drained_ms += per_name_ms;
    return true;
}

static int begin_asking(struct sync *s, const char *name, struct asking **ret_asking)
{
    size_t free_at = ASKING_MAX;
    for (size_t i = 0; i < ASKING_MAX; i++) {
        if (s->asking[i] == NULL) {
            free_at = i;
        } else if (strcmp(s->asking[i]->name, name) == 0) {
            *ret_asking = s->asking[i];
            return 0;
        }
    }
    if (free_at == ASKING_MAX || !may_ask(s))
        return ERR_LIMIT;
    struct asking *a = calloc(1, sizeof *a);
    if (a == NULL)
        return ERR_NOMEM;
    a->sync = s;
    memcpy(a->name, name, NAME_SIZE);
    int err = source_one.start(s->daemon, name, on_one, a, &a->run);
    if (err != 0) {
        free(a);
        return err;
    }
    s->state.asked++;
    s->asking[free_at] = a;
    *ret_asking = a;
    return 0;
}

int sync_one(struct sync *sync, struct sync_wait *wait)
{
    struct asking *a;
    if (is_negative(sync, wait->name))
        return ERR_ABSENT;
    int err = begin_asking(sync, wait->name, &a);
    if (err != 0)
        return err;
    wait->next = a->waits;
    a->waits = wait;
    return 0;
}

void sync_cancel(struct sync *sync, struct sync_wait *wait)
{
    for (size_t i = 0; i < ASKING_MAX; i++) {
        if (sync->asking[i] == NULL)
            continue;
        for (struct sync_wait **at = &sync->asking[i]->waits; *at != NULL; at = &(*at)->next) {
            if (*at != wait)
                continue;
            *at = wait->next;
            wait->next = NULL;
            return;
        }
    }
}

static int open_turn(struct sync *s, struct turn *t, const struct source *source, int64_t first_ms)
{
    *t = (struct turn){ .sync = s, .source = source };
    t->timer = event_new(s->daemon->loop, -1, 0, on_turn, t);
    if (t->timer == NULL)
        return ERR_NOMEM;
    schedule(t, first_ms);
    return 0;
}

int sync_open(struct daemon *d, struct sync **ret_sync)
{
    struct sync *s = calloc(1, sizeof *s);
    struct negative *negatives = calloc(NEGATIVE_MAX, sizeof *negatives);
    if (s == NULL || negatives == NULL) {
        free(s);
        free(negatives);
        return ERR_NOMEM;
    }
    s->daemon = d;
    s->negatives = negatives;
    int err = open_turn(s, &s->full, &source_full, 0);
    if (err == 0 && d->config->disabled_interval_s > 0)
        err = open_turn(s, &s->disabled, &source_disabled,
                        (int64_t)d->config->disabled_interval_s * 1000);
    if (err != 0) {
        sync_close(&s);
        return err;
    }
    *ret_sync = s;
    return 0;
}

static void close_turn(struct turn *t)
{
    if (t->source != NULL)
        t->source->cancel(&t->run);
    if (t->timer != NULL)
        event_free(t->timer);
}

void sync_close(struct sync **sp)
{
    if (sp == NULL || *sp == NULL)
        return;
    struct sync *s = *sp;
    close_turn(&s->full);
    close_turn(&s->disabled);
    for (size_t i = 0; i < ASKING_MAX; i++) {
        if (s->asking[i] == NULL)
            continue;
        source_one.cancel(&s->asking[i]->run);
        free(s->asking[i]);
    }
    free(s->negatives);
    free(s);
    *sp = NULL;
}

void sync_describe(const struct sync *sync, struct sync_state *ret_state)
{
    *ret_state = sync->state;
    ret_state->next_ms = sync->full.is_running ? -1 : clock_left_ms(sync->full.due_ms);
}
