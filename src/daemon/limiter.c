/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/limiter.h"

#include "wire/wire.h"

#include <arpa/inet.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SETS 1024 /* power of two */
#define WAYS 4

/* A leaky bucket: a failure pours, time drains. All zeros is empty, and free. */
struct bucket {
    uint64_t key;
    int64_t drained_ms; /* when it will be empty again */
};

/* When the last codes were sent, the oldest first. All zeros is free. */
struct window {
    uint64_t key;
    int64_t sent_ms[LIMITER_CODES];
};

struct limiter {
    uint64_t seed;
    struct bucket failures[SETS][WAYS];
    struct window codes[SETS][WAYS];
};

int limiter_new(struct limiter **ret_limiter)
{
    struct limiter *l = calloc(1, sizeof *l);
    if (l == NULL)
        return ERR_NOMEM;
    arc4random_buf(&l->seed, sizeof l->seed);
    *ret_limiter = l;
    return 0;
}

void limiter_free(struct limiter **lp)
{
    if (lp == NULL)
        return;
    free(*lp);
    *lp = NULL;
}

void limiter_source(const struct wire_auth_start *start, char ret_source[LIMITER_SOURCE_BYTES])
{
    unsigned char address[sizeof(struct in6_addr)];
    bool is_literal = inet_pton(AF_INET, start->rhost, address) == 1 ||
                      inet_pton(AF_INET6, start->rhost, address) == 1;
    const char *kind = is_literal ? "address" : start->ruser[0] != '\0' ? "user" : "tty";
    const char *name = is_literal                ? start->rhost
                       : start->ruser[0] != '\0' ? start->ruser
                                                 : start->tty;
    snprintf(ret_source, LIMITER_SOURCE_BYTES, "%s %s", kind, name);
}

/* FNV-1a from a random start: strangers choose what goes in, and cannot see what comes out. */
static uint64_t key_of(const struct limiter *l, const char *a, const char *b)
{
    uint64_t h = l->seed ^ 14695981039346656037u;
    const char *const parts[] = { a, b };
    for (size_t i = 0; i < COUNT(parts); i++)
        for (const char *p = parts[i];; p++) {
            h = (h ^ (unsigned char)*p) * 1099511628211u;
            if (*p == '\0')
                break;
        }
    h ^= h >> 31;
    return h == 0 ? 1 : h;
}

static const struct bucket *find_bucket(const struct limiter *l, uint64_t key)
{
    const struct bucket *set = l->failures[key & (SETS - 1)];
    for (size_t i = 0; i < WAYS; i++)
        if (set[i].key == key)
            return &set[i];
    return NULL;
}

static const struct window *find_window(const struct limiter *l, uint64_t key)
{
    const struct window *set = l->codes[key & (SETS - 1)];
    for (size_t i = 0; i < WAYS; i++)
        if (set[i].key == key)
            return &set[i];
    return NULL;
}

/* Its own, else the place of the one that is empty soonest. */
static struct bucket *take_bucket(struct limiter *l, uint64_t key)
{
    struct bucket *set = l->failures[key & (SETS - 1)], *soonest = &set[0];
    for (size_t i = 0; i < WAYS; i++) {
        if (set[i].key == key)
            return &set[i];
        if (set[i].drained_ms < soonest->drained_ms)
            soonest = &set[i];
    }
    *soonest = (struct bucket){ .key = key };
    return soonest;
}

static struct window *take_window(struct limiter *l, uint64_t key)
{
    struct window *set = l->codes[key & (SETS - 1)], *oldest = &set[0];
    for (size_t i = 0; i < WAYS; i++) {
        if (set[i].key == key)
            return &set[i];
        if (set[i].sent_ms[LIMITER_CODES - 1] < oldest->sent_ms[LIMITER_CODES - 1])
            oldest = &set[i];
    }
    *oldest = (struct window){ .key = key };
    return oldest;
}

static bool is_full(const struct bucket *b, int64_t now_ms)
{
    return b != NULL && b->drained_ms - now_ms > (LIMITER_FAILURES - 1) * LIMITER_FAILURE_MS;
}

static bool is_used_up(const struct window *w, int64_t now_ms)
{
    return w != NULL && w->sent_ms[0] != 0 && now_ms - w->sent_ms[0] < LIMITER_CODES_MS;
}

int limiter_check(const struct limiter *limiter, const char *source, const char *user,
                  int64_t now_ms)
{
    return is_full(find_bucket(limiter, key_of(limiter, source, user)), now_ms) ||
                   is_used_up(find_window(limiter, key_of(limiter, user, "")), now_ms)
               ? ERR_MAXTRIES
               : 0;
}

void limiter_failed(struct limiter *limiter, const char *source, const char *user, int64_t now_ms)
{
    struct bucket *b = take_bucket(limiter, key_of(limiter, source, user));
    b->drained_ms = (b->drained_ms > now_ms ? b->drained_ms : now_ms) + LIMITER_FAILURE_MS;
}

void limiter_succeeded(struct limiter *limiter, const char *source, const char *user)
{
    if (find_bucket(limiter, key_of(limiter, source, user)) != NULL)
        take_bucket(limiter, key_of(limiter, source, user))->drained_ms = 0;
}

void limiter_code_sent(struct limiter *limiter, const char *user, int64_t now_ms)
{
    struct window *w = take_window(limiter, key_of(limiter, user, ""));
    memmove(&w->sent_ms[0], &w->sent_ms[1], (LIMITER_CODES - 1) * sizeof w->sent_ms[0]);
    w->sent_ms[LIMITER_CODES - 1] = now_ms;
}
