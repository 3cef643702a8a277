/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Faults and latency on demand: a queue of what shall go wrong with the next calls of an
 * operation. The control interface fills it, the servers take from it. Under world.lock.
 */
#ifndef POOL_FAULT_H
#define POOL_FAULT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct world;
struct http_reply;

enum fault_kind {
    FAULT_REPLY,      /* answer status, type, message or body instead of doing the operation */
    FAULT_CLOSE,      /* break the connection before the operation is done */
    FAULT_LOST,       /* do the operation, then break the connection */
    FAULT_CUT,        /* do the operation, send half of the answer */
    FAULT_HANG,       /* never answer (until the program ends or delay_ms is over) */
    FAULT_TRICKLE,    /* do the operation, send a byte every trickle_ms */
    FAULT_EMPTY_PAGE, /* listings: a page without entries, but with a token */
    FAULT_LATENCY,    /* do the operation after delay_ms */
};

struct fault {
    struct fault *next;
    enum fault_kind kind;
    char operation[64]; /* "*": any */
    int64_t left;       /* calls still to be hit; -1: all of them, until cleared */
    unsigned status;
    char *type, *message; /* exception and its message, or NULL */
    char *body;           /* exact bytes of the answer, or NULL */
    size_t body_n;
    char *content_type; /* NULL: as always */
    char *location;     /* a Location header for redirects, or NULL */
    int64_t delay_ms;
    int64_t trickle_ms;
};

/* Parses a fault's parts; the caller fills the rest and gives it away to fault_add. */
bool fault_kind_parse(const char *text, enum fault_kind *ret);
void fault_add(struct world *w, const struct fault *f); /* takes over the malloc'ed members */
/* The next fault of that kind for an operation, counted down; false: none. ret_f holds copies
   that fault_drop frees. Latency faults are not taken but looked up by fault_latency_ms. */
bool fault_take(struct world *w, const char *operation, struct fault *ret_f);
void fault_drop(struct fault *f);
int64_t fault_latency_ms(const struct world *w, const char *operation);
void fault_set_latency(struct world *w, const char *operation, int64_t ms);
void fault_clear(struct world *w);

#endif
