/* SPDX-License-Identifier: Apache-2.0
 *
 * The pool's quotas, the agenda and the dice.
 */
#include "fleet.h"

#include <stdlib.h>

enum answer pool_ask(struct pool *p, enum quota_category c, int64_t now_ms)
{
    int64_t cost_us = 1000000 / quota_of_account(c), now_us = now_ms * 1000;
    if (p->is_down)
        return ANSWER_LOST;
    p->categories[c].left_us += now_us - p->categories[c].at_us;
    p->categories[c].at_us = now_us;
    if (p->categories[c].left_us > 1000000)
        p->categories[c].left_us = 1000000;
    p->categories[c].calls++;
    uint64_t minute = (uint64_t)(now_ms / MINUTE);
    if (minute != p->categories[c].minute)
        p->categories[c].in_minute = 0;
    p->categories[c].minute = minute;
    if (++p->categories[c].in_minute > p->categories[c].peak_minute)
        p->categories[c].peak_minute = p->categories[c].in_minute;
    if (p->categories[c].left_us < cost_us) {
        p->categories[c].throttled++;
        return ANSWER_THROTTLED;
    }
    p->categories[c].left_us -= cost_us;
    return ANSWER_GOOD;
}

static bool is_before(const struct event *a, const struct event *b)
{
    return a->at_ms != b->at_ms ? a->at_ms < b->at_ms : a->order < b->order;
}

void agenda_add(struct agenda *a, int64_t at_ms, uint32_t host, uint32_t kind, uint32_t what)
{
    if (a->count == a->space) {
        a->space = a->space == 0 ? 1024 : a->space * 2;
        a->heap = reallocarray(a->heap, a->space, sizeof *a->heap);
        if (a->heap == NULL)
            abort();
    }
    struct event e = { at_ms, a->order++, host, kind, what };
    size_t i = a->count++;
    for (; i > 0 && is_before(&e, &a->heap[(i - 1) / 2]); i = (i - 1) / 2)
        a->heap[i] = a->heap[(i - 1) / 2];
    a->heap[i] = e;
}

bool agenda_take(struct agenda *a, struct event *ret)
{
    if (a->count == 0)
        return false;
    *ret = a->heap[0];
    struct event last = a->heap[--a->count];
    size_t i = 0;
    for (size_t child; (child = 2 * i + 1) < a->count; i = child) {
        if (child + 1 < a->count && is_before(&a->heap[child + 1], &a->heap[child]))
            child++;
        if (!is_before(&a->heap[child], &last))
            break;
        a->heap[i] = a->heap[child];
    }
    a->heap[i] = last;
    return true;
}

/* splitmix64 */
uint32_t dice_roll(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return (uint32_t)((z ^ z >> 31) >> 32);
}
