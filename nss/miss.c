/* SPDX-License-Identifier: Apache-2.0 */
#include "miss.h"

#include "base/name.h"
#include "base/paths.h"
#include "client/client.h"

#include <stdatomic.h>
#include <string.h>
#include <time.h>

#define ENTRIES    16
#define REMEMBER_S 5u     /* a miss the daemon confirmed */
#define UNASKED_S  1u     /* a miss nobody could confirm */
#define FROZEN_S   5u     /* no question after one that was not answered */
#define FIRST_MS   199u   /* for a daemon that does not say a word: 200 in all */
#define MOST_MS    10000u /* for one that says "asking", whatever the snapshot says */

/* Two plain words instead of one structure: torn pairs can only look like another miss. `what` is
 * a hash of name and snapshot, `until` the second it expires, 0 empty. */
struct entry {
    _Atomic uint32_t what, until_s;
};

static struct entry entries[ENTRIES];
static _Atomic uint32_t frozen_until_s;

static uint32_t now_s(void)
{
    struct timespec t = { 0, 0 };
    clock_gettime(CLOCK_MONOTONIC_COARSE, &t);
    return (uint32_t)t.tv_sec + 1; /* never 0 */
}

/* Is `until` still to come? Both count modulo 2^32; what was never set is 0. */
static bool is_ahead(uint32_t until_s, uint32_t now)
{
    return until_s != 0 && until_s - now - 1 < 0x80000000u;
}

static uint64_t hash_of(const char *name, const struct snap_facts *facts)
{
    return format_hash_name(facts->generation, name, strlen(name));
}

bool miss_is_known(const char *name, const struct snap_facts *facts)
{
    if (!name_is_valid(name) || strcmp(name, "root") == 0)
        return true;
    uint32_t now = now_s();
    if (is_ahead(atomic_load_explicit(&frozen_until_s, memory_order_relaxed), now))
        return true;
    uint64_t hash = hash_of(name, facts);
    struct entry *e = &entries[hash % ENTRIES];
    return atomic_load_explicit(&e->what, memory_order_relaxed) == (uint32_t)(hash >> 32) &&
           is_ahead(atomic_load_explicit(&e->until_s, memory_order_relaxed), now);
}

static void remember(const char *name, const struct snap_facts *facts, uint32_t seconds)
{
    uint64_t hash = hash_of(name, facts);
    struct entry *e = &entries[hash % ENTRIES];
    atomic_store_explicit(&e->what, (uint32_t)(hash >> 32), memory_order_relaxed);
    atomic_store_explicit(&e->until_s, now_s() + seconds, memory_order_relaxed);
}

bool miss_ask(const char *name, const struct snap_facts *facts)
{
    uint32_t most_ms = facts->lookup_ms < MOST_MS ? facts->lookup_ms : MOST_MS;
    int err = client_lookup(path_nss_socket, name, FIRST_MS, FIRST_MS + most_ms);
    if (err == ERR_TIMEOUT)
        atomic_store_explicit(&frozen_until_s, now_s() + FROZEN_S, memory_order_relaxed);
    else if (err != 0)
        remember(name, facts, err == ERR_ABSENT ? REMEMBER_S : UNASKED_S);
    return err == 0;
}
