/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/sync.h"

#include "base/clock.h"
#include "daemon/daemon.h"
#include "daemon/kept.h"
#include "daemon/log.h"
#include "daemon/pages.h"
#include "daemon/publish.h"
#include "daemon/schedule.h"
#include "daemon/secrets.h"
#include "daemon/source.h"
#include "daemon/usage.h"
#include "net/skew.h"

#include <event2/event.h>
#include <inttypes.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-daemon.h>
#include <time.h>

#define ASKING_MAX   16   /* names asked of the pool at a time */
#define NEGATIVE_MAX 1024 /* names remembered as unknown; the oldest gives way */
/* Of this host's share: the listing of the disabled, which is urgent, and what a sweep leaves for
 * the look-ups of unknown names. */
#define DISABLED_PERCENT 50u
#define MISS_PERCENT     10u
/* A first sweep that takes long must not hold up the boot, least of all when there is a directory
 * from before it. */
#define READY_MS      10000
#define READY_KEPT_MS 1000
/* Who is in no named group may be put into one as soon as his login has failed: he is not unknown
 * for so long as a name that does not exist. Tests make it shorter. */
#ifndef STRANGER_MS
#define STRANGER_MS 30000
#endif
/* How often it is looked whether the directory has grown old without our timers, and whether its
 * snapshot is there. Tests make it and the next one shorter. */
#ifndef LOOK_MS
#define LOOK_MS 15000
#endif
/* When the pool is back, a sweep that failed is tried again within this time and the host's gap in
 * the fleet, but not more often than the second says: it may come and go. */
#ifndef RETURN_MS
#define RETURN_MS 5000
#endif
#define RETURN_AGAIN_MS 60000

/* One source that runs by the clock. */
struct turn {
    struct sync *sync;
    const struct source *source;
    struct source_run *run;
    struct event *timer;
    struct schedule schedule;
    struct pages_pace pace;
    bool is_running;
    int64_t due_ms;
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
    struct event *ready_timer, *look_timer;
    bool was_ready;
    int64_t next_return_ms;
    struct sync_state state;
};

static void start_timer(struct event *timer, int64_t ms)
{
    event_add(timer, &(struct timeval){ ms / 1000, (suseconds_t)(ms % 1000) * 1000 });
}

static void run_in(struct turn *t, int64_t ms)
{
    t->due_ms = clock_ms() + ms;
    start_timer(t->timer, ms);
}

/* Ready is: somebody who asks now gets an answer, be it "the pool cannot be reached". */
static void report_ready(struct sync *s, int err)
{
    if (s->was_ready)
        return;
    s->was_ready = true;
    sd_notifyf(0, "READY=1\nSTATUS=%s",
               err == 0 ? "Directory is up to date" : "The directory is not complete yet");
}

static void on_ready_timer(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    report_ready(arg, ERR_UNAVAIL);
}

static void end_turn(struct turn *t, bool is_good, uint32_t percent)
{
    struct daemon *d = t->sync->daemon;
    t->run = NULL;
    t->is_running = false;
    run_in(t, schedule_end(&t->schedule, &d->quota, is_good, percent, arc4random(), clock_ms()));
}

/* What the listing of the disabled leaves. */
static uint32_t sweep_percent(const struct sync *s)
{
    uint32_t used = schedule_use_percent(&s->disabled.schedule, &s->daemon->quota);
    return 100 - MISS_PERCENT - (used < DISABLED_PERCENT ? used : DISABLED_PERCENT);
}

/* A directory that is older than stale_limit before the next sweep would deny everybody. */
static void warn_of_age(const struct sync *s)
{
    int64_t limit_ms = (int64_t)s->daemon->config->stale_limit_s * 1000;
    int64_t interval_ms = s->full.schedule.stretched_ms;
    if (limit_ms > 0 && interval_ms > limit_ms / 2)
        log_warning("sync: with this quota_share and fleet_hosts the directory is read once in "
                    "%" PRId64 " minutes; [access] stale_limit = %us is too short for that",
                    interval_ms / 60000, s->daemon->config->stale_limit_s);
}

static void on_full(void *arg, int err)
{
    struct sync *s = arg;
    struct daemon *d = s->daemon;
    if (err == 0)
        err = publish(d);
    if (err == 0) {
        secrets_review(d, true);
        kept_save(d);
        s->state.sweeps++;
        s->state.swept_s = (int64_t)time(NULL);
        malloc_trim(0); /* the image before, which lay beside this one until now */
        log_info("sync: %zu users, %zu groups", d->image->user_count, d->image->group_count);
    } else {
        s->state.failed++;
        log_warning("sync: failed, what was known stays: %s", err_text(err));
    }
    s->state.last_err = err;
    end_turn(&s->full, err == 0, sweep_percent(s));
    if (err == 0)
        warn_of_age(s);
    report_ready(s, err);
}

static void on_disabled(void *arg, int err)
{
    struct sync *s = arg;
    if (err == 0) {
        err = publish(s->daemon);
        kept_save(s->daemon); /* who was disabled stays it over a restart */
    } else if (err == ERR_ABSENT) {
        err = 0;
    }
    if (err == 0)
        secrets_review(s->daemon, false);
    end_turn(&s->disabled, err == 0, DISABLED_PERCENT);
}

static void on_turn(evutil_socket_t fd, short what, void *arg)
{
    struct turn *t = arg;
    source_done *done = t == &t->sync->full ? on_full : on_disabled;
    struct source_run *run = NULL;
    int64_t owed_ms = schedule_owed_ms(&t->schedule, t->pace.quota, clock_ms());
    (void)fd;
    (void)what;
    if (owed_ms > 0) {
        run_in(t, owed_ms);
        return;
    }
    t->is_running = true;
    schedule_begin(&t->schedule, clock_ms());
    int err = t->source->start(t->sync->daemon, NULL, &t->pace, done, t->sync, &run);
    if (err != 0)
        done(t->sync, err);
    else if (t->is_running)
        t->run = run;
}

/* By the wall clock, as stale_limit counts: a machine that slept, or whose clock was set, has an
 * old directory although its timers have hardly moved. */
static bool is_overdue(const struct sync *s)
{
    const struct daemon *d = s->daemon;
    int64_t interval_ms = s->full.schedule.stretched_ms;
    int64_t limit_ms = (int64_t)d->config->stale_limit_s * 1000;
    int64_t most_ms = 2 * interval_ms;
    if (limit_ms > interval_ms && limit_ms < most_ms)
        most_ms = limit_ms;
    return d->image->confirmed_s > 0 &&
           (skew_wall_s(d->skew) - d->image->confirmed_s) * 1000 > most_ms;
}

static void on_look(evutil_socket_t fd, short what, void *arg)
{
    struct sync *s = arg;
    struct turn *t = &s->full;
    (void)fd;
    (void)what;
    start_timer(s->look_timer, LOOK_MS);
    publish_mend(s->daemon);
    if (!t->is_running && t->schedule.failures == 0 && is_overdue(s)) {
        log_info("sync: the directory is older than it should be: the clock has gone on");
        run_in(t, 0);
    }
}

static bool is_negative(const struct sync *s, const char *name)
{
    int64_t now = clock_ms();
    for (size_t i = 0; i < NEGATIVE_MAX; i++)
        if (s->negatives[i].until_ms > now && strcmp(s->negatives[i].name, name) == 0)
            return true;
    return false;
}

/* What is asked for in vain is not asked for again at once. */
static void remember_negative(struct sync *s, const char *name, bool is_stranger)
{
    struct negative *n = &s->negatives[s->negative_at++ % NEGATIVE_MAX];
    int64_t ms = (int64_t)s->daemon->config->negative_ttl_s * 1000;
    if (is_stranger)
        log_info(
            "user=%s is unknown here: in the pool, but in no group that the configuration names",
            name);
    memcpy(n->name, name, NAME_SIZE);
    n->until_ms = clock_ms() + (is_stranger && ms > STRANGER_MS ? STRANGER_MS : ms);
}

static void forget_asking(struct sync *s, struct asking *a)
{
    for (size_t i = 0; i < ASKING_MAX; i++)
        if (s->asking[i] == a)
            s->asking[i] = NULL;
    free(a);
}

/* An unknown name of an e-mail pool is asked for in every domain. */
static uint32_t miss_requests(const struct config *c)
{
    bool is_email = strcmp(c->login_name, "email") == 0 && c->email_domains.count > 0;
    return is_email ? (uint32_t)c->email_domains.count : 1;
}

/* R-IPC-05 is about strangers: who may log in is none. */
static void return_miss(struct sync *s, const char *name)
{
    struct daemon *d = s->daemon;
    const struct image_user *u = image_find_login(d->image, name);
    if (u != NULL && image_is_let_in(u, &d->config->allow_groups))
        quota_return_miss(&d->quota, miss_requests(d->config), clock_ms());
}

/* Waiters may cancel each other while they are told: the list is taken one by one. */
static void on_one(void *arg, int err)
{
    struct asking *a = arg;
    struct sync *s = a->sync;
    a->run = NULL;
    if (err == ERR_ABSENT || err == ERR_DENIED) {
        remember_negative(s, a->name, err == ERR_DENIED);
        err = ERR_ABSENT;
    } else if (err == 0) {
        err = publish(s->daemon);
        return_miss(s, a->name); /* also of somebody bound, when an older snapshot stays */
    }
    while (a->waits != NULL) {
        struct sync_wait *w = a->waits;
        a->waits = w->next;
        w->next = NULL;
        w->done(w->arg, err);
    }
    forget_asking(s, a);
}

static int begin_asking(struct sync *s, const char *name, struct asking **ret_asking)
{
    struct daemon *d = s->daemon;
    size_t free_at = ASKING_MAX;
    for (size_t i = 0; i < ASKING_MAX; i++) {
        if (s->asking[i] == NULL) {
            free_at = i;
        } else if (strcmp(s->asking[i]->name, name) == 0) {
            *ret_asking = s->asking[i];
            return 0;
        }
    }
    /* R-IPC-05: look-ups of unknown names never eat what the sweeps of the fleet need. */
    if (free_at == ASKING_MAX || !quota_take_miss(&d->quota, miss_requests(d->config), clock_ms()))
        return ERR_LIMIT;
    struct asking *a = calloc(1, sizeof *a);
    if (a == NULL)
        return ERR_NOMEM;
    a->sync = s;
    memcpy(a->name, name, NAME_SIZE);
    int err = source_one.start(d, name, NULL, on_one, a, &a->run);
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

static int open_turn(struct sync *s, struct turn *t, const struct source *source,
                     uint32_t interval_s)
{
    struct daemon *d = s->daemon;
    bool is_sweep = source == &source_full;
    *t = (struct turn){ .sync = s, .source = source };
    schedule_init(&t->schedule, interval_s, usage_phase(d), is_sweep);
    t->pace = (struct pages_pace){ d->loop, &d->quota, &t->schedule };
    t->timer = event_new(d->loop, -1, 0, on_turn, t);
    if (t->timer == NULL)
        return ERR_NOMEM;
    /* A directory from before a restart may show leavers; an empty one cannot. */
    run_in(t, is_sweep || d->image->confirmed_s > 0 ? 0 : (int64_t)interval_s * 1000);
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
    s->ready_timer = evtimer_new(d->loop, on_ready_timer, s);
    s->look_timer = evtimer_new(d->loop, on_look, s);
    int err = s->ready_timer == NULL || s->look_timer == NULL
                  ? ERR_NOMEM
                  : open_turn(s, &s->full, &source_full, d->config->refresh_interval_s);
    if (err == 0 && d->config->disabled_interval_s > 0)
        err = open_turn(s, &s->disabled, &source_disabled, d->config->disabled_interval_s);
    if (err == 0)
        start_timer(s->ready_timer, d->image->confirmed_s == 0 ? READY_MS : READY_KEPT_MS);
    if (err == 0)
        start_timer(s->look_timer, LOOK_MS);
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
    kept_save(s->daemon);
    close_turn(&s->full);
    close_turn(&s->disabled);
    if (s->ready_timer != NULL)
        event_free(s->ready_timer);
    if (s->look_timer != NULL)
        event_free(s->look_timer);
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

void sync_pool_is_back(struct sync *sync)
{
    struct turn *t = &sync->full;
    int64_t now_ms = clock_ms();
    if (t->is_running || t->schedule.failures == 0 || now_ms < sync->next_return_ms)
        return;
    int64_t gap_ms = quota_gap_us(&sync->daemon->quota, QUOTA_LIST) / 1000;
    int64_t ms = (int64_t)arc4random() % (RETURN_MS + gap_ms);
    sync->next_return_ms = now_ms + RETURN_AGAIN_MS + gap_ms;
    if (ms < clock_left_ms(t->due_ms))
        run_in(t, ms);
}

void sync_describe(const struct sync *sync, struct sync_state *ret_state)
{
    *ret_state = sync->state;
    ret_state->next_ms = sync->full.is_running ? -1 : clock_left_ms(sync->full.due_ms);
    ret_state->interval_ms = sync->full.schedule.stretched_ms;
    ret_state->disabled_interval_ms = sync->disabled.schedule.stretched_ms;
    ret_state->held = sync->daemon->hold.sweeps;
}
