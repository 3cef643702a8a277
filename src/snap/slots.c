/* SPDX-License-Identifier: Apache-2.0
 *
 * The process's mappings: a fixed table of slots, each with a count of those who use it, and the
 * number of the slot that holds the newest. No lock, so that fork in the middle of another
 * thread's look-up leaves the child whole: at worst a count stays too high and its slot is lost to
 * that child. When no slot is free, a pin has a mapping of its own.
 *
 * A slot's count: 0 free; BUSY one thread fills or empties it; else the users, and one for being
 * the newest. Who sees `newest` unchanged after counting himself in, holds a filled slot; others
 * count themselves out again, so a count may be too high for a moment, never too low. Who leaves
 * last makes it BUSY and unmaps.
 */
#include "snap/map.h"

#include "base/paths.h"

#include <stdatomic.h>
#include <sys/single_threaded.h>
#include <time.h>

#define SLOTS     8
#define BUSY      0x80000000u
#define MAX_AGE_S 5u /* between two looks at the path when nothing is marked */

struct slot {
    _Atomic uint32_t users;
    struct map map;
};

static struct slot slots[SLOTS];
static _Atomic uint32_t newest;    /* its index + 1; 0: none */
static _Atomic uint32_t checked_s; /* when the path was last looked at */
static _Atomic uint32_t wall_s;    /* the second of the wall clock that was judged last */

static uint32_t coarse_s(void)
{
    struct timespec t = { 0, 0 };
    clock_gettime(CLOCK_MONOTONIC_COARSE, &t);
    return (uint32_t)t.tv_sec;
}

/* While a process has one thread, nobody comes between a load and a store: a locked instruction
 * would be half the cost of a hit, and lets the memory of one look-up not be fetched while the one
 * before is at work. A new thread sees all that was stored before it was made. */
static void count_in(struct slot *s)
{
    if (__libc_single_threaded)
        atomic_store_explicit(&s->users, atomic_load_explicit(&s->users, memory_order_relaxed) + 1,
                              memory_order_relaxed);
    else
        atomic_fetch_add(&s->users, 1);
}

static bool set_users(struct slot *s, uint32_t *expected, uint32_t to)
{
    if (!__libc_single_threaded)
        return atomic_compare_exchange_weak(&s->users, expected, to);
    atomic_store_explicit(&s->users, to, memory_order_relaxed);
    return true;
}

/* What a hit does not do stays out of its way: no register of its path is saved for this. */
#define RARE __attribute__((noinline, cold))

static RARE void empty(struct slot *s)
{
    map_close(&s->map);
    atomic_fetch_sub(&s->users, BUSY);
}

static void leave(int i)
{
    struct slot *s = &slots[i];
    uint32_t users = atomic_load_explicit(&s->users, memory_order_relaxed);
    while (!set_users(s, &users, users == 1 ? BUSY : users - 1))
        ;
    if (users == 1)
        empty(s);
}

/* Counts the caller into the newest slot; -1 when there is none. */
static int enter_newest(void)
{
    for (;;) {
        uint32_t n = atomic_load_explicit(&newest, memory_order_acquire);
        if (n == 0)
            return -1;
        int i = (int)n - 1;
        count_in(&slots[i]);
        if (atomic_load(&newest) == n)
            return i;
        leave(i);
    }
}

static int claim_free(void)
{
    for (int i = 0; i < SLOTS; i++) {
        uint32_t none = 0;
        if (atomic_compare_exchange_strong(&slots[i].users, &none, BUSY))
            return i;
    }
    return -1;
}

/* Makes `to` (-1: none) the newest if `from` (-1: none) still is. */
static bool replace_newest(int from, int to)
{
    uint32_t expected = (uint32_t)(from + 1);
    if (!atomic_compare_exchange_strong(&newest, &expected, (uint32_t)(to + 1)))
        return false;
    if (from >= 0)
        leave(from);
    return true;
}

/* Looks at the path when it is due. */
static RARE bool is_still_published(const struct map *map, uint32_t wall)
{
    uint32_t now = coarse_s();
    uint32_t last = atomic_load_explicit(&checked_s, memory_order_relaxed);
    if (now - last >= MAX_AGE_S) {
        if (!map_is_published(map, path_snap_dir))
            return false;
        atomic_store_explicit(&checked_s, now, memory_order_relaxed);
    }
    atomic_store_explicit(&wall_s, wall, memory_order_relaxed);
    return true;
}

/* The wall clock's second is the cheapest to read: within one, nothing can have become due. It may
 * jump: which second it is does not matter, only that it is the one judged last. */
static bool is_fresh(const struct map *map)
{
    if (!map_is_unmarked(map))
        return false;
    uint32_t wall = (uint32_t)time(NULL);
    return wall == atomic_load_explicit(&wall_s, memory_order_relaxed) ||
           is_still_published(map, wall);
}

/* A mapping for this pin alone. */
static int pin_own(struct snap_pin *pin)
{
    struct map map;
    int err = map_open(path_snap_dir, &map);
    if (err != 0)
        return err;
    pin->own = map.view;
    pin->view = &pin->own;
    pin->slot = -1;
    return 0;
}

/* Fills a free slot and pins it. It becomes the newest in the place of `from`, unless another
 * thread was quicker: then it lives as long as this pin. */
static int pin_new(int from, struct snap_pin *pin)
{
    int i = claim_free();
    if (i < 0)
        return pin_own(pin);
    struct slot *s = &slots[i];
    uint32_t now = coarse_s();
    int err = map_open(path_snap_dir, &s->map);
    if (err != 0) {
        atomic_fetch_sub(&s->users, BUSY);
        return err;
    }
    atomic_fetch_sub(&s->users, BUSY - 2); /* this pin, and being the newest */
    atomic_store_explicit(&checked_s, now, memory_order_relaxed);
    if (!replace_newest(from, i))
        leave(i);
    pin->view = &s->map.view;
    pin->slot = i;
    return 0;
}

/* Errors of the moment: the host process is short of descriptors, memory or address space. */
static bool is_passing(int err)
{
    return err == ERR_LIMIT || err == ERR_NOMEM || err == ERR_SYSTEM;
}

/* i: the slot that is held and not fresh, or -1. */
static RARE int renew(int i, struct snap_pin *ret_pin)
{
    int err = pin_new(i, ret_pin);
    if (err != 0 && i >= 0 && is_passing(err)) { /* the older answer is better than none */
        ret_pin->view = &slots[i].map.view;
        ret_pin->slot = i;
        return 0;
    }
    if (err != 0 && i >= 0)
        (void)replace_newest(i, -1);
    if (i >= 0)
        leave(i);
    return err;
}

int snap_pin(struct snap_pin *ret_pin)
{
    int i = enter_newest();
    if (i < 0 || !is_fresh(&slots[i].map))
        return renew(i, ret_pin);
    ret_pin->view = &slots[i].map.view;
    ret_pin->slot = i;
    return 0;
}

void snap_unpin(struct snap_pin *pin)
{
    if (pin->slot >= 0) {
        leave(pin->slot);
    } else if (pin->view != NULL) {
        struct map map = { .view = pin->own };
        map_close(&map);
    }
    pin->view = NULL;
}

void snap_forget(void)
{
    uint32_t n = atomic_exchange(&newest, 0);
    if (n != 0)
        leave((int)n - 1);
}
