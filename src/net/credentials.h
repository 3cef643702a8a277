/* SPDX-License-Identifier: Apache-2.0
 *
 * The host's AWS credentials: found by a table of sources in AWS's order, kept fresh, handed out
 * asynchronously. The first source that is configured decides; a broken one is an error, not a
 * reason to fall through (reference section 5). Nothing here is ever told but the source's name,
 * the expiry and the reason of a failure. How a source works belongs to its own file
 * (net/source.h).
 */
#ifndef NET_CREDENTIALS_H
#define NET_CREDENTIALS_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct event_base;
struct http;
struct skew;

struct credentials {
    char access_key[129];
    char secret_key[257];
    char token[8193];  /* "" for long-term keys */
    int64_t expires_s; /* wall clock; 0: never */
};

void credentials_wipe(struct credentials *c);

/* What a fetch came to; the service's own words are in why, so it is cleaned before it is shown. */
struct credentials_report {
    int err;            /* 0: new keys */
    const char *source; /* as in credentials_state; NULL when none was found */
    const char *why;    /* of a failure; "" else. Never a secret */
    int64_t expires_s;  /* of the keys in use; 0: never, or none */
    bool is_kept;       /* the fetch failed, older keys stay in use */
    bool is_overdue;    /* the keys came, but were expired already: used until they are refused */
};

struct credentials_options {
    struct event_base *base; /* borrowed; NULL: no credential_process, no pauses between tries */
    struct http *http;       /* borrowed */
    struct skew *skew;       /* borrowed; learns from STS; NULL: the system's clock */
    /* What main read from its environment at start, by name; NULL when unset. Called from
     * credentials_open only, the answers are copied. The daemon itself never calls getenv. */
    const char *(*lookup)(const char *name);
    /* All texts below are borrowed until credentials_close; NULL: none. */
    const char *home;      /* profile files lie in its .aws; NULL: no profiles */
    const char *host_name; /* part of a role's session name */
    const char *region;    /* for STS, when nothing nearer names one */
    const char *profile;   /* [credentials]: this profile and nothing else */
    const char *role_arn;  /* [credentials]: a role on top of what the chain gives */
    const char *external_id;
    const char *imds_url; /* NULL: http://169.254.169.254; tests have their own */
    /* Called after every fetch, and from credentials_open when it fails; may be NULL. */
    void (*report)(void *arg, const struct credentials_report *report);
    void *report_arg;
};

struct credentials_store;

/* Asks no source yet; profile files are read here and not again. ERR_NOMEM; ERR_CONFIG when nothing
 * is configured or a configured source cannot work (a key without its secret, a loop of profiles).
 */
int credentials_open(const struct credentials_options *options,
                     struct credentials_store **ret_store) MUST_CHECK;
/* Forgets the waiters without calling them; wipes. */
void credentials_close(struct credentials_store **store);

/* A caller's place in the queue, part of the caller's own structure. */
struct credentials_wait {
    /* err 0: c is valid during the callback. ERR_UNAVAIL (source cannot be reached), ERR_CONFIG (no
     * role, no source), ERR_FORMAT, ERR_NOMEM: c is NULL. */
    void (*done)(void *arg, int err, const struct credentials *c);
    void *arg;
    struct credentials_wait *next; /* the store's */
    bool is_waiting;               /* the store's */
};

/* Calls wait->done exactly once: from inside when the credentials are fresh (or old but usable
 * while a refresh runs in the background, 15 to 10 minutes before their end), else from the loop.
 */
void credentials_get(struct credentials_store *store, struct credentials_wait *wait);
void credentials_cancel(struct credentials_store *store, struct credentials_wait *wait);

/* The cloud refused these keys (ExpiredToken, UnrecognizedClient, InvalidSignature): the next
 * credentials_get fetches new ones, unless that has happened since. False: there are no others to
 * be had, trying again is useless. */
bool credentials_refused(struct credentials_store *store, const char *access_key);

struct credentials_state {
    const char *source; /* "environment", "profile", "imds" ...; static */
    bool is_loaded;
    int64_t expires_s; /* 0: never or not loaded */
    int last_err;      /* of the last fetch */
    uint64_t fetches;
};
void credentials_describe(const struct credentials_store *store,
                          struct credentials_state *ret_state);

#endif
