/* SPDX-License-Identifier: Apache-2.0
 *
 * One HTTP request, asynchronously, on the caller's libevent loop: connection pool, keep-alive,
 * TLS, deadlines, size bounds (R-NET-01 to R-NET-03, R-NET-09). It knows nothing of AWS beyond the
 * names of the reply headers it keeps; signing, retries and JSON belong to its callers. Redirects
 * are never followed, the environment is never read. One thread: the loop's.
 */
#ifndef NET_HTTP_H
#define NET_HTTP_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct event_base;
struct http;
struct http_call; /* a transfer under way */

enum http_class {
    HTTP_CLOUD,     /* https only, verified; the configured proxy; replies up to 4 MiB */
    HTTP_LINK_LOCAL /* plain http to a literal link-local or loopback address (metadata services);
                       never a proxy; replies up to 64 KiB */
};

struct http_request {
    enum http_class class;
    const char *method; /* "GET", "POST", "PUT" */
    const char *url;
    const char *const *headers; /* "Name: value", NULL behind the last; may be NULL */
    const void *body;
    size_t body_bytes;
    bool is_once; /* a POST that is never sent twice, not even when a kept connection breaks under
                     it and nobody knows whether it arrived */
    uint32_t budget_ms; /* for everything: name, connection, TLS, reply; > 0 */
};

struct http_reply {
    /* 0: an answer arrived, whatever its status. ERR_TIMEOUT; ERR_UNAVAIL (name, connection, broken
     * transfer); ERR_REFUSED (certificate, TLS version, forbidden URL); ERR_LIMIT (too large);
     * ERR_NOMEM. All but 0 leave status 0 and no body. */
    int err;
    bool was_sent;    /* true unless the request certainly never left this host */
    int status;       /* 200, 400 ... */
    const char *body; /* a NUL stands behind it; valid during the callback only */
    size_t body_bytes;
    const char *failure; /* for the log: what the transport said; "" when err is 0 */
    /* Reply headers, "" when absent or too long. */
    char date[64];
    char etag[128];
    char request_id[80];     /* x-amzn-RequestId */
    char error_type[160];    /* x-amzn-ErrorType, as it came */
    char error_message[512]; /* x-amzn-ErrorMessage, as it came: clean it before showing */
    bool has_age;            /* the reply came from a cache: its Date is old */
};

/* Called exactly once from the loop, never from inside http_start, unless the call is cancelled.
 * The handle is gone when it begins. */
typedef void http_done(void *arg, const struct http_reply *reply);

/* The outside world as functions: libcurl by http_open, a script in tests. Every implementation
 * begins with a struct http. */
struct http_ops {
    int (*start)(struct http *http, const struct http_request *req, http_done *done, void *arg,
                 struct http_call **ret_call);
    void (*cancel)(struct http *http, struct http_call *call);
    void (*close)(struct http *http);
};

struct http {
    const struct http_ops *ops;
    uint64_t requests;    /* started since http_open */
    uint64_t connections; /* opened; each cost one TLS handshake when https */
    uint64_t failures;    /* ended with an err */
};

struct http_options {
    const char *ca_bundle;  /* PEM file; NULL: the system's store */
    const char *proxy;      /* for HTTP_CLOUD; NULL: none */
    const char *user_agent; /* NULL: "pam_cognito" */
};

/* The libcurl implementation. The options are copied; base is borrowed and must outlive *ret_http.
 * ERR_NOMEM, ERR_SYSTEM. */
int http_open(struct event_base *base, const struct http_options *options,
              struct http **ret_http) MUST_CHECK;

/* Cancels what is under way without callbacks. */
void http_close(struct http **http);

/* Does the class allow this URL? https always, plain http as HTTP_LINK_LOCAL says. */
bool http_may_go(enum http_class class, const char *url);

/* Everything in req is copied; the copy of the body is wiped when the call ends. On failure
 * (ERR_NOMEM, ERR_REFUSED for a URL its class forbids) the callback never runs. */
int http_start(struct http *http, const struct http_request *req, http_done *done, void *arg,
               struct http_call **ret_call) MUST_CHECK;

/* The callback will not run. NULL and NULL inside are allowed; *call becomes NULL. */
void http_cancel(struct http *http, struct http_call **call);

#endif
