/* SPDX-License-Identifier: Apache-2.0
 *
 * The pool's keys, kept: from a configured file, from the cache of the last run, fetched from the
 * pool when a token names a key that is not there (at most once a minute, when there are any).
 * Verifies tokens asynchronously. What makes a token right belongs to cognito/jwt.h.
 */
#ifndef COGNITO_KEYRING_H
#define COGNITO_KEYRING_H

#include "base/err.h"
#include "cognito/jwt.h"

#include <stdbool.h>
#include <stdint.h>

struct http;
struct keyring;

struct keyring_options {
    struct http *http;      /* borrowed */
    const char *url;        /* endpoint.jwks_url */
    const char *file;       /* configured JWKS file, never fetched then; NULL or "": fetch */
    const char *cache_path; /* kept here between runs, 0600; NULL: not kept */
    uint32_t budget_ms;     /* for a fetch */
};

/* Reads file or cache. ERR_NOMEM; ERR_CONFIG when the configured file is missing, not to be trusted
 * or no JWKS. A bad cache is no error: it is fetched anew. */
int keyring_open(const struct keyring_options *options, struct keyring **ret_keyring) MUST_CHECK;
void keyring_close(struct keyring **keyring); /* waiters are forgotten */

/* A caller's place in the queue; it also keeps what is to be verified. */
struct keyring_wait {
    const char *token;        /* borrowed until done */
    struct jwt_expect expect; /* its texts borrowed until done */
    /* Exactly once; claims are valid during the callback and NULL on errors: those of jwt_verify,
     * or ERR_UNAVAIL when the keys could not be fetched. why is a word for the log. */
    void (*done)(void *arg, int err, const struct jwt_claims *claims, const char *why);
    void *arg;
    struct keyring_wait *next; /* the keyring's */
    bool is_waiting;           /* the keyring's */
};

/* Calls wait->done from inside when the key is known (or known to be refused), else from the loop
 * after one fetch. */
void keyring_verify(struct keyring *keyring, struct keyring_wait *wait);
void keyring_cancel(struct keyring *keyring, struct keyring_wait *wait);

/* Fetches the keys ahead of the first login, when there are none. */
void keyring_warm(struct keyring *keyring);

#endif
