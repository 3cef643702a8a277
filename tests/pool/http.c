/* SPDX-License-Identifier: Apache-2.0 */
/* HTTP and HTTPS servers over libmicrohttpd; see http.h. Sockets: listen.c. */
#include "http.h"

#include <ctype.h>
#include <microhttpd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "bytes.h"
#include "journal.h"
#include "model.h"

#define BODY_LIMIT   ((size_t)1024 * 1024)
#define IDLE_SECONDS 300u

struct http_server {
    struct MHD_Daemon *daemon;
    struct world *world;
    http_handler *handle;
    bool is_counted;
};

struct slow_body {
    struct world *world;
    char *text;
    size_t n;
    size_t stop; /* break the connection here; n: do not */
    int64_t byte_ms;
};

static enum MHD_Result take_header(void *cls, enum MHD_ValueKind kind, const char *name,
                                   const char *value)
{
    struct http_request *rq = cls;
    (void)kind;
    rq->headers = bytes_grow(rq->headers, rq->header_count + 1, sizeof *rq->headers);
    struct http_header *h = &rq->headers[rq->header_count++];
    h->name = bytes_copy(name);
    h->value = bytes_copy(value != NULL ? value : "");
    for (char *s = h->name; *s != '\0'; s++)
        *s = (char)tolower((unsigned char)*s);
    return MHD_YES;
}

static enum MHD_Result take_query(void *cls, enum MHD_ValueKind kind, const char *name,
                                  const char *value)
{
    struct http_request *rq = cls;
    (void)kind, (void)name, (void)value;
    rq->has_query = true;
    return MHD_YES;
}

static ssize_t slow_read(void *cls, uint64_t pos, char *buf, size_t max)
{
    struct slow_body *b = cls;
    if (pos >= b->stop)
        return MHD_CONTENT_READER_END_WITH_ERROR;
    size_t n = b->stop - (size_t)pos;
    if (b->byte_ms > 0) {
        pthread_mutex_lock(&b->world->lock);
        bool stopping = model_sleep_ms(b->world, b->byte_ms);
        pthread_mutex_unlock(&b->world->lock);
        if (stopping)
            return MHD_CONTENT_READER_END_WITH_ERROR;
        n = 1;
    }
    if (n > max)
        n = max;
    memcpy(buf, b->text + pos, n);
    return (ssize_t)n;
}

static void slow_free(void *cls)
{
    struct slow_body *b = cls;
    free(b->text);
    free(b);
}

static struct MHD_Response *make_response(struct http_server *s, struct http_reply *rp)
{
    if (rp->end == HTTP_SEND && rp->trickle_ms == 0)
        return MHD_create_response_from_buffer(rp->body_n, rp->body, MHD_RESPMEM_MUST_FREE);
    struct slow_body *b = bytes_grow(NULL, 1, sizeof *b);
    *b = (struct slow_body){ s->world, rp->body, rp->body_n, rp->body_n, rp->trickle_ms };
    if (rp->end == HTTP_CUT)
        b->stop = rp->body_n / 2;
    return MHD_create_response_from_callback(rp->body_n, 1024, slow_read, b, slow_free);
}

static enum MHD_Result send_reply(struct http_server *s, struct MHD_Connection *conn,
                                  struct http_reply *rp)
{
    enum MHD_Result sent = MHD_NO;
    if (rp->end == HTTP_CLOSE) {
        free(rp->body);
    } else {
        struct MHD_Response *r = make_response(s, rp);
        for (size_t i = 0; i < rp->header_count; i++)
            MHD_add_response_header(r, rp->headers[i].name, rp->headers[i].value);
        sent = MHD_queue_response(conn, rp->status, r);
        MHD_destroy_response(r);
    }
    for (size_t i = 0; i < rp->header_count; i++) {
        free(rp->headers[i].name);
        free(rp->headers[i].value);
    }
    return sent;
}

static void append_body(struct http_request *rq, const char *data, size_t n)
{
    if (rq->body_n + n > BODY_LIMIT) {
        rq->is_too_long = true;
        return;
    }
    rq->body = bytes_grow(rq->body, rq->body_n + n + 1, 1);
    memcpy(rq->body + rq->body_n, data, n);
    rq->body_n += n;
    rq->body[rq->body_n] = '\0';
}

static void count_handshake(struct http_server *s, struct MHD_Connection *conn)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(conn, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    bool *has_asked = info == NULL ? NULL : info->socket_context;
    if (s->is_counted && has_asked != NULL && !*has_asked) {
        *has_asked = true;
        s->world->journal->handshakes++;
    }
}

static enum MHD_Result on_request(void *cls, struct MHD_Connection *conn, const char *url,
                                  const char *method, const char *version, const char *data,
                                  size_t *data_n, void **con_cls)
{
    struct http_server *s = cls;
    struct http_request *rq = *con_cls;
    (void)version;
    if (rq == NULL) {
        rq = bytes_grow(NULL, 1, sizeof *rq);
        *rq = (struct http_request){ .connection = conn, .body = bytes_copy("") };
        *con_cls = rq;
        MHD_get_connection_values(conn, MHD_HEADER_KIND, take_header, rq);
        MHD_get_connection_values(conn, MHD_GET_ARGUMENT_KIND, take_query, rq);
        return MHD_YES;
    }
    if (*data_n > 0) {
        append_body(rq, data, *data_n);
        *data_n = 0;
        return MHD_YES;
    }
    rq->method = method;
    rq->url = url;
    struct http_reply rp = { .status = 200 };
    pthread_mutex_lock(&s->world->lock);
    count_handshake(s, conn);
    s->handle(s->world, rq, &rp);
    pthread_mutex_unlock(&s->world->lock);
    return send_reply(s, conn, &rp);
}

static void on_completed(void *cls, struct MHD_Connection *conn, void **con_cls,
                         enum MHD_RequestTerminationCode why)
{
    struct http_request *rq = *con_cls;
    (void)cls, (void)conn, (void)why;
    if (rq == NULL)
        return;
    for (size_t i = 0; i < rq->header_count; i++) {
        free(rq->headers[i].name);
        free(rq->headers[i].value);
    }
    free(rq->headers);
    free(rq->body);
    free(rq);
    *con_cls = NULL;
}

static void on_connection(void *cls, struct MHD_Connection *conn, void **socket_context,
                          enum MHD_ConnectionNotificationCode what)
{
    struct http_server *s = cls;
    (void)conn;
    if (what == MHD_CONNECTION_NOTIFY_CLOSED) {
        free(*socket_context);
        *socket_context = NULL;
        return;
    }
    *socket_context = calloc(1, sizeof(bool)); /* has a request come on it? */
    pthread_mutex_lock(&s->world->lock);
    if (s->is_counted)
        s->world->journal->connections++;
    pthread_mutex_unlock(&s->world->lock);
}

struct http_server *http_start(struct world *w, int listen_fd, http_handler *handle,
                               const char *cert_pem, const char *key_pem, bool is_counted)
{
    struct http_server *s = bytes_grow(NULL, 1, sizeof *s);
    *s = (struct http_server){ .world = w, .handle = handle, .is_counted = is_counted };
    struct MHD_OptionItem tls[] = {
        { MHD_OPTION_HTTPS_MEM_CERT, 0, (void *)(uintptr_t)cert_pem },
        { MHD_OPTION_HTTPS_MEM_KEY, 0, (void *)(uintptr_t)key_pem },
        { MHD_OPTION_HTTPS_PRIORITIES, 0,
          (void *)(uintptr_t) "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2" },
        { MHD_OPTION_END, 0, NULL },
    };
    if (cert_pem == NULL)
        tls[0].option = MHD_OPTION_END;
    unsigned flags = MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_THREAD_PER_CONNECTION |
                     MHD_USE_SUPPRESS_DATE_NO_CLOCK | (cert_pem != NULL ? MHD_USE_TLS : 0u);
    s->daemon = MHD_start_daemon(flags, 0, NULL, NULL, on_request, s, MHD_OPTION_LISTEN_SOCKET,
                                 listen_fd, MHD_OPTION_NOTIFY_COMPLETED, on_completed, NULL,
                                 MHD_OPTION_NOTIFY_CONNECTION, on_connection, s,
                                 MHD_OPTION_CONNECTION_TIMEOUT, IDLE_SECONDS, MHD_OPTION_ARRAY, tls,
                                 MHD_OPTION_END);
    if (s->daemon == NULL) {
        free(s);
        return NULL;
    }
    return s;
}

void http_stop(struct http_server **sp)
{
    struct http_server *s = *sp;
    if (s == NULL)
        return;
    MHD_stop_daemon(s->daemon);
    free(s);
    *sp = NULL;
}

const char *http_header(const struct http_request *rq, const char *name)
{
    for (size_t i = 0; i < rq->header_count; i++) {
        if (strcmp(rq->headers[i].name, name) == 0)
            return rq->headers[i].value;
    }
    return NULL;
}

const char *http_query(const struct http_request *rq, const char *name)
{
    return MHD_lookup_connection_value(rq->connection, MHD_GET_ARGUMENT_KIND, name);
}

void http_add_header(struct http_reply *rp, const char *name, const char *value)
{
    if (rp->header_count == COUNT(rp->headers))
        return;
    rp->headers[rp->header_count++] = (struct http_header){ bytes_copy(name), bytes_copy(value) };
}

void http_text(struct http_reply *rp, unsigned status, const char *type, const char *text)
{
    rp->status = status;
    rp->body = bytes_copy(text);
    rp->body_n = strlen(text);
    http_add_header(rp, "Content-Type", type);
}
