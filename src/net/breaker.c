/* SPDX-License-Identifier: Apache-2.0 */
#include "net/breaker.h"

#define OPENS_AFTER  3
#define FIRST_MS     500 /* at once, nearly: one slow trigger of a pool must not shut everybody out */
#define PAUSE_MIN_MS 1000
#define PAUSE_MAX_MS 3000

bool breaker_is_answer(int http_status)
{
    return http_status > 0 && http_status < 500;
}

bool breaker_failed(struct breaker *b)
{
    if (b->state != BREAKER_CLOSED || ++b->failures < OPENS_AFTER)
        return false;
    b->state = BREAKER_OPEN;
    b->opened++;
    return true;
}

bool breaker_answered(struct breaker *b)
{
    bool was_open = b->state != BREAKER_CLOSED;
    b->state = BREAKER_CLOSED;
    b->failures = 0;
    return was_open;
}

bool breaker_lets_pass(const struct breaker *b)
{
    return b->state == BREAKER_CLOSED;
}

int64_t breaker_pause_ms(bool is_first, uint32_t dice)
{
    if (is_first)
        return dice % FIRST_MS;
    return PAUSE_MIN_MS + dice % (PAUSE_MAX_MS - PAUSE_MIN_MS);
}

void breaker_probe(struct breaker *b)
{
    b->state = BREAKER_PROBING;
}

void breaker_probe_failed(struct breaker *b)
{
    b->state = BREAKER_OPEN;
}

const char *breaker_text(const struct breaker *b)
{
    static const char *const texts[] = {
        [BREAKER_CLOSED] = "closed", [BREAKER_OPEN] = "open", [BREAKER_PROBING] = "half-open"
    };
    return texts[b->state];
}
