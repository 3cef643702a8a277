/* SPDX-License-Identifier: Apache-2.0
 *
 * One case: hosts, logins, scanner and what is seen when. The order of a sweep's requests is that
 * of source_full.c, its patience that of pages.c; when they go is decided by the daemon's code.
 */
#include "fleet.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define INTERVAL_S     900 /* the defaults of [directory] */
#define DISABLED_S     300
#define SHARE_PERCENT  20
#define REPLY_MS       100 /* what an answer of the pool takes */
#define PATIENCE       8   /* as pages.c */
#define NAMED_GROUPS   3   /* scope = allowed */
#define POOL_GROUPS    20  /* scope = all */
#define LOGINS_AN_HOUR 6   /* of one host */
#define SCANS_MS       1000
#define SCAN_MS        (10 * MINUTE)
#define PROBES         600 /* of each kind */
#define TRY_AGAIN_MS   MINUTE
#define LOGIN_TRIES    3 /* as api.c */

enum kind { TURN, PAGE, LOGIN, LOGIN_STEP, SCAN, NEW_USER, TICK, BREAKER };
enum source { FULL, DISABLED, SOURCES };
enum probe_kind { PROBE_NEW, PROBE_SCANNED, PROBE_DISABLED, PROBE_GROUP, PROBE_KINDS };

struct host {
    struct quota quota;
    struct schedule schedules[SOURCES];
    struct breaker breaker;
    uint32_t page[SOURCES], failures[SOURCES];
    bool is_complete;
    int64_t began_ms;
    uint32_t probes; /* the first that waits here; 0: none */
};

/* Something that changed in the pool and is waited for on one host. */
struct probe {
    enum probe_kind kind;
    uint32_t host, next, where; /* where in a sweep its record is, of 2^32 */
    int64_t at_ms, seen_ms;
};

struct fleet {
    const struct fleet_case *c;
    struct pool pool;
    struct agenda agenda;
    struct host *hosts;
    struct probe probes[1 + PROBE_KINDS * PROBES];
    uint32_t probe_count;
    uint64_t dice;
    int64_t now_ms, complete_ms, well_ms;
    uint32_t complete;
    uint64_t lists_at_steady;
    int64_t steady_ms, end_ms; /* 0: not known yet */
    int64_t scan_ms;           /* when it begins; 0: never */
    uint64_t login_calls, login_throttled;
    uint32_t cold, cold_in; /* logins on a host that has no directory yet, and who got in */
};

/* The requests of a run, in order: category and how many. */
struct part {
    enum quota_category c;
    uint32_t n;
};

static uint32_t pages_of(uint32_t records)
{
    return records == 0 ? 1 : (records + 59) / 60;
}

static enum quota_category category_at(const struct part *parts, size_t n, uint32_t at)
{
    for (size_t i = 0; i < n; i++) {
        if (at < parts[i].n)
            return parts[i].c;
        at -= parts[i].n;
    }
    return QUOTA_NONE;
}

/* QUOTA_NONE: the run is complete. */
static enum quota_category next_request(const struct fleet *f, const struct host *h,
                                        enum source source)
{
    const struct fleet_case *c = f->c;
    uint32_t at = h->page[source];
    if (source == DISABLED)
        return at < pages_of(c->users / 100) ? QUOTA_LIST : QUOTA_NONE;
    if (!c->is_all) {
        const struct part parts[] = { { QUOTA_LIST,
                                        NAMED_GROUPS * pages_of(c->users / NAMED_GROUPS) },
                                      { QUOTA_RESOURCE_READ, NAMED_GROUPS } };
        return category_at(parts, COUNT(parts), at);
    }
    bool by_user = schedule_by_user(&h->quota, c->users, POOL_GROUPS, 2 * (size_t)c->users);
    uint32_t by_group = POOL_GROUPS * pages_of(2 * c->users / POOL_GROUPS);
    const struct part parts[] = { { QUOTA_LIST, pages_of(c->users) },
                                  { QUOTA_POOL_RESOURCE_READ, 1 },
                                  { by_user ? QUOTA_RESOURCE_READ : QUOTA_LIST,
                                    by_user ? c->users : by_group } };
    return category_at(parts, COUNT(parts), at);
}

static uint32_t roll(struct fleet *f)
{
    return dice_roll(&f->dice);
}

static int64_t between(struct fleet *f, int64_t mean_ms)
{
    return (int64_t)(((uint64_t)roll(f) * 2 * (uint64_t)mean_ms) >> 32);
}

/* ------------------------------------------------------------------- asks */

static enum answer ask(struct fleet *f, struct host *h, enum quota_category c)
{
    if (!breaker_lets_pass(&h->breaker))
        return ANSWER_LOST;
    quota_charge(&h->quota, c, f->now_ms);
    enum answer answer = pool_ask(&f->pool, c, f->now_ms);
    if (answer == ANSWER_THROTTLED)
        quota_throttled(&h->quota, c, f->now_ms);
    if (answer != ANSWER_LOST)
        breaker_answered(&h->breaker);
    else if (breaker_failed(&h->breaker))
        agenda_add(&f->agenda, f->now_ms + breaker_pause_ms(true, roll(f)),
                   (uint32_t)(h - f->hosts), BREAKER, 0);
    return answer;
}

static void probe_breaker(struct fleet *f, struct host *h, uint32_t host)
{
    if (!f->pool.is_down) {
        breaker_answered(&h->breaker);
        f->well_ms = f->now_ms;
        return;
    }
    breaker_probe(&h->breaker);
    breaker_probe_failed(&h->breaker);
    agenda_add(&f->agenda, f->now_ms + BREAKER_PROBE_MS + breaker_pause_ms(false, roll(f)), host,
               BREAKER, 0);
}

/* ----------------------------------------------------------------- probes */

static void saw(struct fleet *f, struct host *h, enum source source)
{
    int64_t began_ms = h->schedules[source].started_ms, took_ms = f->now_ms - began_ms;
    for (uint32_t *at = &h->probes; *at != 0;) {
        struct probe *p = &f->probes[*at];
        int64_t read_ms = began_ms + (took_ms * (p->where >> 1) >> 31);
        bool tells = source == FULL || p->kind == PROBE_DISABLED;
        if (tells && p->at_ms <= read_ms) {
            if (p->seen_ms < 0)
                p->seen_ms = f->now_ms;
            *at = p->next;
        } else {
            at = &p->next;
        }
    }
}

static void add_probe(struct fleet *f, enum probe_kind kind, int64_t from_ms, int64_t to_ms)
{
    uint32_t i = ++f->probe_count;
    struct probe *p = &f->probes[i];
    p->kind = kind;
    p->host = roll(f) % f->c->hosts;
    p->where = roll(f);
    p->at_ms = from_ms + (int64_t)(((uint64_t)roll(f) * (uint64_t)(to_ms - from_ms)) >> 32);
    p->seen_ms = -1;
    p->next = f->hosts[p->host].probes;
    f->hosts[p->host].probes = i;
    if (kind == PROBE_NEW || kind == PROBE_SCANNED)
        agenda_add(&f->agenda, p->at_ms, p->host, NEW_USER, i);
}

/* A name that the host does not know, of somebody who may log in (sync.c). */
static bool look_up(struct fleet *f, struct host *h)
{
    if (!quota_take_miss(&h->quota, 1, f->now_ms) || ask(f, h, QUOTA_LIST) != ANSWER_GOOD)
        return false;
    (void)ask(f, h, QUOTA_RESOURCE_READ);
    quota_return_miss(&h->quota, 1, f->now_ms);
    return true;
}

/* Somebody who was created a moment ago logs in, and tries again every minute. */
static void try_new_user(struct fleet *f, struct host *h, const struct event *e)
{
    struct probe *p = &f->probes[e->what];
    if (p->seen_ms >= 0)
        return;
    if (look_up(f, h))
        p->seen_ms = f->now_ms;
    else
        agenda_add(&f->agenda, f->now_ms + TRY_AGAIN_MS, e->host, NEW_USER, e->what);
}

/* ---------------------------------------------------------------- sources */

static void first_is_complete(struct fleet *f, struct host *h)
{
    if (h->is_complete)
        return;
    h->is_complete = true;
    f->complete_ms = f->now_ms - h->began_ms;
    f->complete++;
}

static void end_run(struct fleet *f, struct host *h, uint32_t host, enum source source,
                    bool is_good)
{
    uint32_t used = schedule_use_percent(&h->schedules[DISABLED], &h->quota);
    uint32_t percent = source == DISABLED ? 50 : 90 - (used < 50 ? used : 50);
    if (is_good)
        saw(f, h, source);
    if (is_good && source == FULL)
        first_is_complete(f, h);
    int64_t pause_ms =
        schedule_end(&h->schedules[source], &h->quota, is_good, percent, roll(f), f->now_ms);
    agenda_add(&f->agenda, f->now_ms + pause_ms, host, TURN, source);
}

static void begin_run(struct fleet *f, struct host *h, uint32_t host, enum source source)
{
    struct schedule *s = &h->schedules[source];
    int64_t owed_ms = schedule_owed_ms(s, &h->quota, f->now_ms);
    if (owed_ms > 0) {
        agenda_add(&f->agenda, f->now_ms + owed_ms, host, TURN, source);
        return;
    }
    schedule_begin(s, f->now_ms);
    h->page[source] = h->failures[source] = 0;
    agenda_add(&f->agenda, f->now_ms, host, PAGE, source);
}

static void ask_page(struct fleet *f, struct host *h, uint32_t host, enum source source)
{
    struct schedule *s = &h->schedules[source];
    enum quota_category c = next_request(f, h, source);
    if (c == QUOTA_NONE) {
        end_run(f, h, host, source, true);
        return;
    }
    int64_t wait_ms = schedule_wait_ms(s, &h->quota, c, f->now_ms);
    if (wait_ms == 0) {
        schedule_asked(s, c, f->now_ms);
        if (ask(f, h, c) == ANSWER_GOOD) {
            h->page[source]++;
            h->failures[source] = 0;
            wait_ms = REPLY_MS;
        } else if (s->run_total < 2 || !breaker_lets_pass(&h->breaker) ||
                   ++h->failures[source] >= PATIENCE) {
            end_run(f, h, host, source, false);
            return;
        } else {
            wait_ms = schedule_backoff_ms(h->failures[source], roll(f));
        }
    }
    agenda_add(&f->agenda, f->now_ms + wait_ms, host, PAGE, source);
}

/* ------------------------------------------------------- people and others */

/* what: tries so far of one request, and the request. A login waits for no bucket. */
static void step_login(struct fleet *f, struct host *h, const struct event *e)
{
    static const enum quota_category steps[] = { QUOTA_AUTHENTICATION, QUOTA_RESPOND,
                                                 QUOTA_RESOURCE_READ };
    uint32_t step = e->what >> 8, tries = e->what & 255;
    enum answer answer = ask(f, h, steps[step]);
    f->login_calls++;
    f->login_throttled += answer == ANSWER_THROTTLED;
    if (answer == ANSWER_THROTTLED && tries + 1 < LOGIN_TRIES)
        agenda_add(&f->agenda, f->now_ms + roll(f) % (200u << tries), e->host, LOGIN_STEP,
                   e->what + 1);
    /* One in ten has other groups in the token than are known. */
    else if (answer == ANSWER_GOOD && (step == 0 || (step == 1 && roll(f) % 10 == 0)))
        agenda_add(&f->agenda, f->now_ms + 5 * SECOND, e->host, LOGIN_STEP, (step + 1) << 8);
}

/* Before the first directory everybody is somebody new. */
static void begin_login(struct fleet *f, struct host *h, uint32_t host)
{
    bool is_cold = !h->is_complete, is_known = !is_cold || look_up(f, h);
    f->cold += is_cold;
    f->cold_in += is_cold && is_known;
    if (is_known)
        agenda_add(&f->agenda, f->now_ms, host, LOGIN_STEP, 0);
}

static void scan(struct fleet *f, struct host *h, const struct event *e)
{
    if (f->now_ms >= f->scan_ms + SCAN_MS)
        return;
    if (quota_take_miss(&h->quota, 1, f->now_ms))
        (void)ask(f, h, QUOTA_LIST);
    agenda_add(&f->agenda, f->now_ms + between(f, SCANS_MS), e->host, SCAN, 0);
}

static void start_host(struct fleet *f, uint32_t host)
{
    struct host *h = &f->hosts[host];
    char name[32];
    snprintf(name, sizeof name, "host%u", host);
    uint64_t id[2] = { host, roll(f) };
    uint32_t phase = schedule_phase(id, sizeof id, name);
    uint32_t believed = f->c->believed_hosts == 0 ? f->c->hosts : f->c->believed_hosts;
    quota_init(&h->quota, SHARE_PERCENT, believed, phase, f->now_ms);
    schedule_init(&h->schedules[FULL], INTERVAL_S, phase, true);
    schedule_init(&h->schedules[DISABLED], DISABLED_S, phase, false);
    h->began_ms = f->now_ms;
    agenda_add(&f->agenda, f->now_ms, host, TURN, FULL);
    agenda_add(&f->agenda, f->now_ms + DISABLED_S * SECOND, host, TURN, DISABLED);
    agenda_add(&f->agenda, f->now_ms + between(f, HOUR / LOGINS_AN_HOUR), host, LOGIN, 0);
}

/* ------------------------------------------------------------- the phases */

static uint64_t lists(const struct fleet *f)
{
    return f->pool.categories[QUOTA_LIST].calls;
}

/* Once all hosts have a directory and a place in the turn, the measured time begins; the scanner
 * comes behind it. */
static void become_steady(struct fleet *f)
{
    int64_t longest_ms = 2 * HOUR;
    for (uint32_t i = 0; i < f->c->hosts; i++) {
        int64_t ms = 5 * f->hosts[i].schedules[FULL].stretched_ms / 2;
        longest_ms = ms > longest_ms ? ms : longest_ms;
    }
    f->steady_ms = f->now_ms + f->hosts[0].schedules[FULL].stretched_ms;
    f->scan_ms = f->steady_ms + longest_ms;
    for (uint32_t i = 0; i < PROBES; i++) {
        add_probe(f, PROBE_NEW, f->steady_ms, f->scan_ms);
        add_probe(f, PROBE_DISABLED, f->steady_ms, f->steady_ms + longest_ms / 2);
        add_probe(f, PROBE_GROUP, f->steady_ms, f->steady_ms + longest_ms / 2);
        if (f->c->is_scanned)
            add_probe(f, PROBE_SCANNED, f->scan_ms + MINUTE, f->scan_ms + SCAN_MS);
    }
    agenda_add(&f->agenda, f->steady_ms, 0, TICK, 0);
    agenda_add(&f->agenda, f->scan_ms, 0, TICK, 1);
}

static void tick(struct fleet *f, uint32_t what)
{
    static uint64_t at_scan;
    uint32_t hosts = f->c->hosts, late = f->c->late;
    switch (what) {
    case 0: /* steady */
        f->lists_at_steady = lists(f);
        break;
    case 1: /* what happens to them now */
        at_scan = lists(f);
        f->lists_at_steady = at_scan - f->lists_at_steady;
        f->end_ms = f->now_ms + SCAN_MS + HOUR;
        for (uint32_t i = 0; i < hosts && f->c->is_scanned; i++)
            agenda_add(&f->agenda, f->now_ms + between(f, MINUTE / 2), i, SCAN, 0);
        f->pool.is_down = f->c->outage_ms > 0;
        if (f->pool.is_down)
            agenda_add(&f->agenda, f->now_ms + f->c->outage_ms, 0, TICK, 2);
        f->end_ms += f->c->outage_ms;
        for (uint32_t i = hosts; i < hosts + late; i++)
            start_host(f, i);
        break;
    default: /* the pool is back */
        f->pool.is_down = false;
        break;
    }
}

static void happen(struct fleet *f, const struct event *e)
{
    struct host *h = &f->hosts[e->host];
    switch ((enum kind)e->kind) {
    case TURN:
        begin_run(f, h, e->host, (enum source)e->what);
        break;
    case PAGE:
        ask_page(f, h, e->host, (enum source)e->what);
        break;
    case LOGIN:
        agenda_add(&f->agenda, f->now_ms + between(f, HOUR / LOGINS_AN_HOUR), e->host, LOGIN, 0);
        begin_login(f, h, e->host);
        break;
    case LOGIN_STEP:
        step_login(f, h, e);
        break;
    case SCAN:
        scan(f, h, e);
        break;
    case NEW_USER:
        try_new_user(f, h, e);
        break;
    case TICK:
        tick(f, e->what);
        break;
    case BREAKER:
        probe_breaker(f, h, e->host);
        break;
    }
}

/* ----------------------------------------------------------------- result */

static int by_time(const void *x, const void *y)
{
    int64_t a = *(const int64_t *)x, b = *(const int64_t *)y;
    return a < b ? -1 : a > b;
}

/* The 95th percentile until seen; what was never seen counts until the end. */
static int64_t late_ms(const struct fleet *f, enum probe_kind kind, uint32_t *ret_at_once)
{
    static int64_t times[PROBES];
    size_t n = 0, at_once = 0;
    for (uint32_t i = 1; i <= f->probe_count; i++) {
        const struct probe *p = &f->probes[i];
        if (p->kind != kind)
            continue;
        times[n] = (p->seen_ms < 0 ? f->end_ms : p->seen_ms) - p->at_ms;
        at_once += times[n++] == 0;
    }
    if (n == 0)
        return 0;
    qsort(times, n, sizeof *times, by_time);
    *ret_at_once = (uint32_t)(at_once * 100 / n);
    return times[n * 95 / 100];
}

static void tell(const struct fleet *f, int64_t first_complete_ms, struct fleet_result *r)
{
    uint32_t unused;
    const struct host *h = &f->hosts[f->c->hosts / 2];
    uint64_t steady_s = (uint64_t)(f->scan_ms - f->steady_ms) / 1000;
    uint64_t quota = quota_of_account(QUOTA_LIST);
    *r = (struct fleet_result){
        .complete_ms = f->c->late > 0 ? f->complete_ms : first_complete_ms,
        .sweep_ms = h->schedules[FULL].stretched_ms,
        .disabled_ms = h->schedules[DISABLED].stretched_ms,
        .lists = lists(f),
        .lists_throttled = f->pool.categories[QUOTA_LIST].throttled,
        .logins = f->login_calls,
        .logins_throttled = f->login_throttled,
        .mean_percent = (uint32_t)(f->lists_at_steady * 100 / (steady_s * quota)),
        .peak_percent = (uint32_t)(f->pool.categories[QUOTA_LIST].peak_minute * 100 / (60 * quota)),
        .cold_percent = f->cold == 0 ? 100 : f->cold_in * 100 / f->cold,
        .well_ms = f->well_ms == 0 ? 0 : f->well_ms - f->scan_ms - f->c->outage_ms,
    };
    r->new_ms = late_ms(f, PROBE_NEW, &r->first_percent);
    r->disabled_seen_ms = late_ms(f, PROBE_DISABLED, &unused);
    r->group_ms = late_ms(f, PROBE_GROUP, &unused);
    (void)late_ms(f, PROBE_SCANNED, &r->scanned_percent);
}

void fleet_run(const struct fleet_case *c, struct fleet_result *ret)
{
    struct event e;
    int64_t complete_ms = 0;
    struct fleet *f = calloc(1, sizeof *f);
    if (f == NULL)
        abort();
    f->c = c;
    f->dice = 20260101;
    f->hosts = calloc(c->hosts + c->late, sizeof *f->hosts);
    if (f->hosts == NULL)
        abort();
    for (uint32_t i = 0; i < c->hosts; i++)
        start_host(f, i);
    while ((f->end_ms == 0 || f->now_ms < f->end_ms) && agenda_take(&f->agenda, &e)) {
        f->now_ms = e.at_ms;
        happen(f, &e);
        if (f->steady_ms == 0 && f->complete == c->hosts) {
            complete_ms = f->complete_ms;
            become_steady(f);
        }
    }
    tell(f, complete_ms, ret);
    free(f->agenda.heap);
    free(f->hosts);
    free(f);
}
