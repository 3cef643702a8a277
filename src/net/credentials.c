/* SPDX-License-Identifier: Apache-2.0
 *
 * The store: a source table, one set of keys, a queue of waiters. A refresh is one fetch however
 * many wait for it.
 */
#include "net/credentials.h"

#include "net/chain.h"
#include "net/fetch.h"
#include "net/skew.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#define TRY_S      (15 * 60) /* left: refresh in the background */
#define INSIST_S   (10 * 60) /* left: wait for the refresh */
#define HOLD_OFF_S 5         /* after a failed fetch, while usable keys are at hand */
/* Keys that were expired when they came, as the metadata service gives them during an outage, are
 * used on; the next fetch is due after TRY_S and something between these. */
#define OVERDUE_MIN_S (2 * 60)
#define OVERDUE_MAX_S (10 * 60)

struct credentials_store {
    struct source_chain *chain;
    struct fetch *fetch; /* NULL: keys that never change */
    const struct skew *skew;
    void (*report)(void *arg, const struct credentials_report *report);
    void *report_arg;
    struct credentials keys;
    bool is_loaded;
    bool is_refused; /* the cloud did not take these */
    bool is_fetching;
    int last_err;
    int64_t failed_s; /* when the last fetch failed */
    int64_t due_s;    /* local clock: no refresh ahead before; 0: the expiry alone decides */
    uint64_t fetches;
    struct credentials_wait *waiters;
};

void credentials_wipe(struct credentials *c)
{
    explicit_bzero(c, sizeof *c);
}

static void settle(void *arg, int err, const struct credentials *c, const char *why);

static void report(const struct credentials_store *store, int err, const char *why, bool is_overdue)
{
    const struct credentials_report r = {
        .err = err,
        .source = store->chain == NULL ? NULL : store->chain->name,
        .why = why,
        .expires_s = store->keys.expires_s,
        .is_kept = err != 0 && store->is_loaded && !store->is_refused,
        .is_overdue = is_overdue,
    };
    if (store->report != NULL)
        store->report(store->report_arg, &r);
}

int credentials_open(const struct credentials_options *options,
                     struct credentials_store **ret_store)
{
    char why[SOURCE_WHY_SIZE] = "";
    struct credentials_store *store = calloc(1, sizeof *store);
    if (store == NULL)
        return ERR_NOMEM;
    store->skew = options->skew;
    store->report = options->report;
    store->report_arg = options->report_arg;
    int err = chain_find(options, &store->chain, why);
    if (err == 0 && chain_is_static(store->chain)) {
        store->keys = store->chain->keys;
        store->is_loaded = true;
    } else if (err == 0) {
        err = fetch_open(options, store->chain, settle, store, &store->fetch);
    }
    if (err != 0) {
        report(store, err, why, false);
        credentials_close(&store);
        return err;
    }
    *ret_store = store;
    return 0;
}

void credentials_close(struct credentials_store **store)
{
    if (store == NULL || *store == NULL)
        return;
    fetch_close(&(*store)->fetch);
    chain_free(&(*store)->chain);
    for (struct credentials_wait *w = (*store)->waiters; w != NULL; w = w->next)
        w->is_waiting = false;
    explicit_bzero(*store, sizeof **store);
    free(*store);
    *store = NULL;
}

/* ---------------------------------------------------------------- refresh */

static int64_t seconds_left(const struct credentials_store *store)
{
    if (store->keys.expires_s == 0)
        return INT64_MAX;
    return store->keys.expires_s - skew_now_s(store->skew);
}

/* Keys that come with less life than a refresh ahead wants would be fetched at every use. */
static int64_t pick_due_s(const struct credentials_store *store, int64_t left_s)
{
    uint32_t dice = 0;
    if (left_s >= TRY_S)
        return 0;
    if (left_s > 0)
        return skew_wall_s(store->skew) + left_s / 2;
    if (getrandom(&dice, sizeof dice, GRND_NONBLOCK) != (ssize_t)sizeof dice)
        dice = (uint32_t)store->fetches * 61;
    return skew_wall_s(store->skew) + TRY_S + OVERDUE_MIN_S +
           dice % (OVERDUE_MAX_S - OVERDUE_MIN_S + 1);
}

static void take_keys(struct credentials_store *store, const struct credentials *c)
{
    store->keys = *c;
    store->is_loaded = true;
    store->is_refused = false;
    int64_t left_s = seconds_left(store);
    store->due_s = pick_due_s(store, left_s);
    report(store, 0, "", left_s <= 0);
}

static void note_failure(struct credentials_store *store, int err, const char *why)
{
    store->last_err = err;
    store->failed_s = skew_wall_s(store->skew);
    report(store, err, why, false);
}

/* The end of a fetch: old keys are kept when it failed, and used until the cloud refuses them. */
static void settle(void *arg, int err, const struct credentials *c, const char *why)
{
    struct credentials_store *store = arg;
    store->is_fetching = false;
    store->last_err = err;
    if (err == 0)
        take_keys(store, c);
    else
        note_failure(store, err, why);
    bool is_usable = store->is_loaded && !store->is_refused;
    /* A callback may cancel another waiter, or begin the next fetch: read the list anew. */
    while (store->waiters != NULL && !store->is_fetching) {
        struct credentials_wait *wait = store->waiters;
        store->waiters = wait->next;
        wait->is_waiting = false;
        wait->done(wait->arg, is_usable ? 0 : err, is_usable ? &store->keys : NULL);
    }
}

static bool begin_fetch(struct credentials_store *store)
{
    char why[SOURCE_WHY_SIZE];
    if (store->is_fetching)
        return true;
    if (store->fetch == NULL)
        return false;
    store->fetches++;
    int err = fetch_start(store->fetch, why);
    store->is_fetching = err == 0;
    if (err != 0)
        note_failure(store, err, why);
    return err == 0;
}

static bool has_failed_lately(const struct credentials_store *store)
{
    int64_t since_s = skew_wall_s(store->skew) - store->failed_s;
    return store->last_err != 0 && since_s >= 0 && since_s < HOLD_OFF_S;
}

/* A clock that was set back must not put a refresh off for long. */
static bool is_due(const struct credentials_store *store)
{
    int64_t wait_s = store->due_s - skew_wall_s(store->skew);
    return wait_s <= 0 || wait_s > TRY_S + OVERDUE_MAX_S;
}

void credentials_get(struct credentials_store *store, struct credentials_wait *wait)
{
    bool is_usable = store->is_loaded && !store->is_refused;
    int64_t left_s = is_usable ? seconds_left(store) : 0;
    bool may_try = !is_usable || (!has_failed_lately(store) && is_due(store));
    bool is_waiting = false;
    if (left_s < TRY_S && may_try)
        is_waiting = begin_fetch(store) && left_s < INSIST_S;
    if (!is_waiting) {
        int err = is_usable ? 0 : store->last_err != 0 ? store->last_err : ERR_UNAVAIL;
        wait->done(wait->arg, err, is_usable ? &store->keys : NULL);
        return;
    }
    wait->is_waiting = true;
    wait->next = store->waiters;
    store->waiters = wait;
}

void credentials_cancel(struct credentials_store *store, struct credentials_wait *wait)
{
    if (!wait->is_waiting)
        return;
    struct credentials_wait **at = &store->waiters;
    while (*at != NULL && *at != wait)
        at = &(*at)->next;
    if (*at == wait)
        *at = wait->next;
    wait->is_waiting = false;
}

bool credentials_refused(struct credentials_store *store, const char *access_key)
{
    /* Long-term keys have no successor: they stay, and the error reaches the log each time. */
    if (store->fetch == NULL)
        return false;
    if (strcmp(store->keys.access_key, access_key) == 0)
        store->is_refused = true;
    return true;
}

void credentials_describe(const struct credentials_store *store,
                          struct credentials_state *ret_state)
{
    *ret_state = (struct credentials_state){ .source = store->chain->name,
                                             .is_loaded = store->is_loaded,
                                             .expires_s = store->keys.expires_s,
                                             .last_err = store->last_err,
                                             .fetches = store->fetches };
}
