/* SPDX-License-Identifier: Apache-2.0
 *
 * Whether an endpoint is worth asking (R-NET-09): opens after a few failures in a row of the way to
 * it, and from then on whoever asks is told at once. While it is open a harmless request of its
 * own, never a person's login, finds out when the endpoint is back. Being throttled is an answer:
 * it keeps the breaker closed (R-NET-08). Pure: time and dice are passed in; sending the probe is
 * its owner's.
 */
#ifndef NET_BREAKER_H
#define NET_BREAKER_H

#include <stdbool.h>
#include <stdint.h>

/* A probe is answered or given up within this; with the pause before it, well below the ten seconds
 * in which a healthy endpoint must be found. */
#define BREAKER_PROBE_MS 3000

enum breaker_state { BREAKER_CLOSED, BREAKER_OPEN, BREAKER_PROBING };

/* All zeros is closed. */
struct breaker {
    enum breaker_state state;
    unsigned failures; /* in a row */
    uint64_t opened;   /* how often */
};

/* An endpoint answers when it says anything but "I am broken": status 0 is no answer at all. */
bool breaker_is_answer(int http_status);

/* What came of a request. True: it has just opened, a probe is due after breaker_pause_ms. */
bool breaker_failed(struct breaker *b);
/* True: it has just closed. */
bool breaker_answered(struct breaker *b);

bool breaker_lets_pass(const struct breaker *b);

/* Until the next probe: full jitter, so that a fleet does not ask as one. first: since it opened.
 */
int64_t breaker_pause_ms(bool is_first, uint32_t dice);
/* The probe goes. */
void breaker_probe(struct breaker *b);
/* It brought no answer. */
void breaker_probe_failed(struct breaker *b);

/* "closed", "open" or "half-open". */
const char *breaker_text(const struct breaker *b);

#endif
