/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HTTP and HTTPS servers over libmicrohttpd: collects a request, hands it to a handler with
 * world.lock held, sends what the handler left. One thread per connection, so that a handler may
 * sleep (model_sleep_ms). Knows nothing of Cognito, IMDS or the control interface.
 */
#ifndef POOL_HTTP_H
#define POOL_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct world;
struct http_server;
struct MHD_Connection;

struct http_header {
    char *name; /* lower case */
    char *value;
};

struct http_request {
    const char *method, *url; /* url: path only, decoded */
    struct http_header *headers;
    size_t header_count;
    char *body; /* NUL after body_n bytes */
    size_t body_n;
    bool has_query;
    bool is_too_long; /* body over the limit; body is not complete */
    struct MHD_Connection *connection;
};

enum http_end {
    HTTP_SEND,  /* the whole reply */
    HTTP_CUT,   /* half of the body, then the connection breaks */
    HTTP_CLOSE, /* no reply, the connection breaks */
};

struct http_reply {
    unsigned status;
    char *body; /* malloc'ed, freed by the server; NULL: empty */
    size_t body_n;
    struct http_header headers[8]; /* malloc'ed, freed by the server */
    size_t header_count;
    enum http_end end;
    int64_t trickle_ms; /* > 0: one byte of the body per so many milliseconds */
};

typedef void http_handler(struct world *w, const struct http_request *rq, struct http_reply *rp);

/* Serves on a listening socket, which it owns from then on. With both PEM texts: TLS 1.2 or later.
   is_counted: its connections are counted in the journal. NULL if it cannot. */
struct http_server *http_start(struct world *w, int listen_fd, http_handler *handle,
                               const char *cert_pem, const char *key_pem, bool is_counted);
void http_stop(struct http_server **sp); /* waits for running handlers: set world.stopping first */

const char *http_header(const struct http_request *rq, const char *name); /* NULL: not there */
const char *http_query(const struct http_request *rq, const char *name);  /* NULL: not there */
void http_add_header(struct http_reply *rp, const char *name, const char *value);
/* A whole reply in one go; the text is copied. */
void http_text(struct http_reply *rp, unsigned status, const char *type, const char *text);

/* Listening sockets; -1 with a message on stderr. ADDR:PORT, port 0: any; the port is returned. */
int http_listen_tcp(const char *addr_port, unsigned *ret_port);
int http_listen_unix(const char *path); /* mode 0600; replaces a socket that is there */

#endif
