/* SPDX-License-Identifier: Apache-2.0
 *
 * The parts of a running cognitod, in the order in which setup.c opens them. Passed down as one
 * pointer; there are no globals. One thread: the loop's.
 */
#ifndef DAEMON_DAEMON_H
#define DAEMON_DAEMON_H

#include "base/secret.h"
#include "config/config.h"
#include "daemon/gids.h"
#include "daemon/hidden.h"
#include "daemon/hold.h"
#include "daemon/quota.h"
#include "identity/host.h"
#include "identity/image.h"

struct event;
struct event_base;

struct daemon {
    struct config *config;
    struct secret client_secret; /* empty: the app client has none */
    char host_name[256];         /* for ClientMetadata and ContextData */
    struct event_base *loop;
    struct event *on_term, *on_int;
    struct http *http;
    struct skew *skew;
    struct credentials_store *credentials;
    struct quota quota; /* of all requests, see usage.h */
    struct api *api;
    struct keyring *keyring;
    struct store *store;
    struct bindings bindings; /* as in the store, or about to be */
    struct image *image;
    struct snap_writer *writer;
    struct event *publish_again; /* see publish.h */
    struct boot *boot;           /* the snapshot's copy for the next boot */
    struct host host;            /* as of the last publish */
    struct hostwatch *hostwatch;
    struct hidden hidden; /* as of the last publish */
    struct gids gids;     /* of groups, as of the last publish of them */
    struct hold hold;     /* of sweeps */
    struct kept *kept;    /* writes the image; NULL: at once */
    uint64_t kept_serial; /* the image's when it was last written, see kept.h */
    struct sync *sync;
    struct devices *devices; /* NULL: none are remembered */
    struct offline *offline; /* NULL: no service has offline logins */
    struct limiter *limiter;
    struct errand *errands; /* requests of logins that are over; NULL: none */
    struct logins *logins;  /* NULL: revoke_at_logout is off */
    struct listener *listener;
    struct probe *probe;
    int64_t started_s; /* wall clock */
    struct {
        uint64_t refused_requests;
        int64_t refused_said_ms; /* when the log last said so */
        uint64_t logins_accepted, logins_refused, lookups, publishes;
    } count;
};

/* What main read from its environment before it was emptied, by name; NULL when unset. */
typedef const char *daemon_lookup(const char *name);

/* Opens every part; ERR_* with a line in the log that says which part and what to do. Whatever was
 * opened is closed by daemon_close(), also after a failure. */
int daemon_open(struct daemon *d, struct config *config, daemon_lookup *lookup) MUST_CHECK;
/* Serves until SIGTERM or SIGINT. */
int daemon_run(struct daemon *d) MUST_CHECK;
void daemon_close(struct daemon *d);

#endif
