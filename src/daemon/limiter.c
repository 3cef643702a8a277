/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/limiter.h"

#include "base/id.h"
#include "wire/wire.h"

#include <arpa/inet.h>
#include <inttypes.h>
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

/* What the pool does when it has this user's password. All zeros is free. */
struct habit {
    uint64_t key;
    bool is_quiet;      /* it sends no code */
    unsigned under_way; /* requests that may bring one */
};

struct limiter {
    uint64_t seed;
    struct bucket failures[SETS][WAYS];
    struct window codes[SETS][WAYS];
    struct habit habits[SETS][WAYS]; /* the newest first */
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

/* The networks in which an IPv4 address stands as an IPv6 one (RFC 4291, RFC 6052). */
static const uint8_t carriers[][12] = {
    { [10] = 0xff, [11] = 0xff },
    { 0x00, 0x64, 0xff, 0x9b },
};

#define ADDRESS_SIZE (INET6_ADDRSTRLEN + sizeof "/64")

/* One text for an address, however it is written, and for a network of 64 bits, in which one site
 * has as many as it likes. False: it is no address. */
static bool name_address(const char *rhost, char dst[static ADDRESS_SIZE])
{
    struct in6_addr six;
    struct in_addr four;
    char bare[INET6_ADDRSTRLEN];
    size_t n = strcspn(rhost, "%"); /* fe80::1%eth0 */
    if (inet_pton(AF_INET, rhost, &four) == 1)
        return inet_ntop(AF_INET, &four, dst, INET_ADDRSTRLEN) != NULL;
    snprintf(bare, sizeof bare, "%.*s", (int)(n < sizeof bare ? n : 0), rhost);
    if (inet_pton(AF_INET6, bare, &six) != 1)
        return false;
    for (size_t i = 0; i < COUNT(carriers); i++)
        if (memcmp(&six, carriers[i], sizeof carriers[i]) == 0)
            return inet_ntop(AF_INET, &six.s6_addr[12], dst, INET_ADDRSTRLEN) != NULL;
    memset(&six.s6_addr[8], 0, 8);
    if (inet_ntop(AF_INET6, &six, dst, INET6_ADDRSTRLEN) == NULL)
        return false;
    memcpy(dst + strlen(dst), "/64", 4);
    return true;
}

/* loose "": nothing in it is. */
static struct limiter_source make_source(const char *kind, const char *name, const char *between,
                                         const char *loose)
{
    struct limiter_source s = { .loose_at = 0 };
    bool is_loose = *loose != '\0';
    int n = snprintf(s.text, sizeof s.text, "%s %s%s", kind, name, is_loose ? between : "");
    if (is_loose) {
        s.loose_at = (size_t)n;
        snprintf(s.text + n, sizeof s.text - (size_t)n, "%s", loose);
    }
    return s;
}

/* Whoever has a reverse zone has as many host names as he likes, and a process without a login may
 * give itself any. */
struct limiter_source limiter_source(const struct wire_auth_start *start, uint32_t login_uid)
{
    char address[ADDRESS_SIZE], login[11] = "";
    if (login_uid != ID_NONE)
        snprintf(login, sizeof login, "%" PRIu32, login_uid);
    if (name_address(start->rhost, address))
        return make_source("address", address, "", "");
    if (start->ruser[0] != '\0')
        return make_source("user", start->ruser, " login ", login);
    if (start->rhost[0] != '\0')
        return make_source("host", "", "", start->rhost);
    return make_source("tty", start->tty, "", "");
}

/* FNV-1a from a random start: strangers choose what goes in, and cannot see what comes out. The
 * first n bytes of a count. */
static uint64_t key_of(const struct limiter *l, const char *a, size_t n, const char *b)
{
    const uint64_t prime = 1099511628211u;
    uint64_t h = l->seed ^ 14695981039346656037u;
    for (size_t i = 0; i < n; i++)
        h = (h ^ (unsigned char)a[i]) * prime;
    h *= prime; /* as for a NUL between them */
    for (const char *p = b; *p != '\0'; p++)
        h = (h ^ (unsigned char)*p) * prime;
    h ^= h >> 31;
    return h == 0 ? 1 : h;
}

static uint64_t key_of_source(const struct limiter *l, const struct limiter_source *s,
                              const char *user)
{
    return key_of(l, s->text, strlen(s->text), user);
}

/* Of all sources that begin like it. */
static uint64_t key_of_wide(const struct limiter *l, const struct limiter_source *s,
                            const char *user)
{
    return key_of(l, s->text, s->loose_at, user);
}

static uint64_t key_of_user(const struct limiter *l, const char *user)
{
    return key_of(l, "", 0, user);
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

/* Each failure stays for drain_ms. */
static bool is_full(const struct bucket *b, int64_t failures, int64_t drain_ms, int64_t now_ms)
{
    return b != NULL && b->drained_ms - now_ms > (failures - 1) * drain_ms;
}

static unsigned count_codes(const struct window *w, int64_t now_ms)
{
    unsigned n = 0;
    for (size_t i = 0; w != NULL && i < LIMITER_CODES; i++)
        n += w->sent_ms[i] != 0 && now_ms - w->sent_ms[i] < LIMITER_CODES_MS;
    return n;
}

#define WIDE_FAILURES   (LIMITER_FAILURES * LIMITER_WIDE)
#define WIDE_FAILURE_MS (LIMITER_FAILURE_MS / LIMITER_WIDE)

static bool is_source_full(const struct limiter *l, const struct limiter_source *source,
                           const char *user, int64_t now_ms)
{
    const struct bucket *own = find_bucket(l, key_of_source(l, source, user));
    const struct bucket *wide =
        source->loose_at == 0 ? NULL : find_bucket(l, key_of_wide(l, source, user));
    return is_full(own, LIMITER_FAILURES, LIMITER_FAILURE_MS, now_ms) ||
           is_full(wide, WIDE_FAILURES, WIDE_FAILURE_MS, now_ms);
}

int limiter_check(const struct limiter *limiter, const struct limiter_source *source,
                  const char *user, int64_t now_ms)
{
    return is_source_full(limiter, source, user, now_ms) ? ERR_MAXTRIES : 0;
}

static void pour(struct limiter *l, uint64_t key, int64_t drain_ms, int64_t now_ms)
{
    struct bucket *b = take_bucket(l, key);
    b->drained_ms = (b->drained_ms > now_ms ? b->drained_ms : now_ms) + drain_ms;
}

void limiter_failed(struct limiter *limiter, const struct limiter_source *source, const char *user,
                    int64_t now_ms)
{
    pour(limiter, key_of_source(limiter, source, user), LIMITER_FAILURE_MS, now_ms);
    if (source->loose_at > 0)
        pour(limiter, key_of_wide(limiter, source, user), WIDE_FAILURE_MS, now_ms);
}

void limiter_succeeded(struct limiter *limiter, const struct limiter_source *source,
                       const char *user)
{
    uint64_t key = key_of_source(limiter, source, user);
    if (find_bucket(limiter, key) != NULL)
        take_bucket(limiter, key)->drained_ms = 0;
}

void limiter_code_sent(struct limiter *limiter, const char *user, int64_t now_ms)
{
    struct window *w = take_window(limiter, key_of_user(limiter, user));
    memmove(&w->sent_ms[0], &w->sent_ms[1], (LIMITER_CODES - 1) * sizeof w->sent_ms[0]);
    w->sent_ms[LIMITER_CODES - 1] = now_ms;
}

static struct habit *find_habit(struct habit *set, uint64_t key)
{
    for (size_t i = 0; i < WAYS; i++)
        if (set[i].key == key)
            return &set[i];
    return NULL;
}

static struct habit *habits_of(struct limiter *l, uint64_t key)
{
    return l->habits[key & (SETS - 1)];
}

int limiter_check_code(struct limiter *limiter, const char *user, bool is_wish, int64_t now_ms)
{
    uint64_t key = key_of_user(limiter, user);
    const struct habit *h = find_habit(habits_of(limiter, key), key);
    unsigned codes = count_codes(find_window(limiter, key), now_ms);
    if (h != NULL && h->is_quiet && !is_wish)
        return 0;
    return codes + (h == NULL ? 0 : h->under_way) >= LIMITER_CODES ? ERR_MAXTRIES : 0;
}

void limiter_note_quiet(struct limiter *limiter, const char *user, bool is_quiet)
{
    uint64_t key = key_of_user(limiter, user);
    struct habit *set = habits_of(limiter, key), *old = find_habit(set, key);
    struct habit h = { .key = key };
    if (old != NULL)
        h = *old;
    h.is_quiet = is_quiet;
    /* The last one gives way, else the old place is filled. */
    size_t n = old == NULL ? WAYS - 1 : (size_t)(old - set);
    memmove(&set[1], &set[0], n * sizeof *set);
    set[0] = h;
}

bool limiter_expects_code(struct limiter *limiter, const char *user)
{
    uint64_t key = key_of_user(limiter, user);
    struct habit *h = find_habit(habits_of(limiter, key), key);
    bool is_due = h != NULL && !h->is_quiet;
    if (is_due)
        h->under_way++;
    return is_due;
}

void limiter_settled(struct limiter *limiter, const char *user)
{
    uint64_t key = key_of_user(limiter, user);
    struct habit *h = find_habit(habits_of(limiter, key), key);
    if (h != NULL && h->under_way > 0) /* it may have been forgotten since */
        h->under_way--;
}
