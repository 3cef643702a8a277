/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the pool was asked: counters by operation and the last requests, for tests that count
 * requests or look at order. No passwords, codes, tokens or keys are kept. Under world.lock.
 */
#ifndef POOL_JOURNAL_H
#define POOL_JOURNAL_H

#include <stdint.h>

#include "strmap.h"

#define JOURNAL_LINES 4096

struct journal_count {
    char name[64];
    uint64_t requests, errors, answer_us;
    struct journal_count *next;
};

struct journal {
    uint64_t connections; /* TCP connections accepted */
    uint64_t handshakes;  /* connections that got as far as a request: TLS handshakes done */
    struct journal_count *counts;
    char *lines[JOURNAL_LINES]; /* ring */
    uint64_t line_count;        /* ever written */
};

struct journal_entry {
    int64_t now_ms;
    const char *operation;
    unsigned status;
    const char *error; /* exception name or NULL */
    const char *who;   /* label of the AWS credential or NULL */
    const char *user;  /* the name as sent, or NULL */
    uint64_t answer_us;
};

struct journal *journal_new(void);
void journal_free(struct journal **jp);
void journal_reset(struct journal *j);
void journal_add(struct journal *j, const struct journal_entry *e);
char *journal_text(const struct journal *j); /* the last lines, oldest first; caller frees */

#endif
