/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/conn.h"

#include "base/clock.h"
#include "daemon/daemon.h"
#include "daemon/ops.h"

#include <errno.h>
#include <event2/event.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define IN_MAX           (WIRE_HEADER_BYTES + 2048) /* any request; wire_bounds() are smaller */
#define FIRST_MESSAGE_MS 5000
#define SEND_MS          5000

struct conn {
    struct daemon *daemon;
    int fd;
    enum conn_socket socket;
    struct conn_peer peer;
    struct event *readable, *writable;
    bool is_expecting; /* a message may come now */
    int64_t due_ms;    /* all of it by then; counts while is_expecting */
    bool is_finishing;
    size_t in_len;
    uint8_t *in;  /* IN_MAX bytes while a message is coming, else NULL */
    uint8_t *out; /* the unsent rest is out[out_at..out_len) */
    size_t out_at, out_len;
    void *state;
    void (*release)(void *state);
    void (*late)(void *state);
    void (*closed)(void *arg, struct conn *conn);
    void *closed_arg;
};

struct daemon *conn_daemon(const struct conn *conn)
{
    return conn->daemon;
}

enum conn_socket conn_socket(const struct conn *conn)
{
    return conn->socket;
}

const struct conn_peer *conn_peer(const struct conn *conn)
{
    return &conn->peer;
}

void *conn_state(const struct conn *conn)
{
    return conn->state;
}

void conn_keep(struct conn *conn, void *state, void (*release)(void *state))
{
    conn->state = state;
    conn->release = release;
}

void conn_on_late(struct conn *conn, void (*late)(void *state))
{
    conn->late = late;
}

void conn_release(struct conn *conn)
{
    void *state = conn->state;
    conn->state = NULL;
    conn->late = NULL;
    if (state != NULL)
        conn->release(state);
}

/* Nothing is held for a peer that is waited for: there may be thousands. */
static void drop_input(struct conn *conn)
{
    if (conn->in != NULL)
        explicit_bzero(conn->in, IN_MAX);
    free(conn->in);
    conn->in = NULL;
    conn->in_len = 0;
}

static void drop_output(struct conn *conn)
{
    if (conn->out != NULL)
        explicit_bzero(conn->out, conn->out_len);
    free(conn->out);
    conn->out = NULL;
    conn->out_at = conn->out_len = 0;
}

void conn_close(struct conn *conn)
{
    conn_release(conn);
    drop_input(conn);
    drop_output(conn);
    if (conn->readable != NULL)
        event_free(conn->readable);
    if (conn->writable != NULL)
        event_free(conn->writable);
    close(conn->fd);
    conn->closed(conn->closed_arg, conn);
    explicit_bzero(conn, sizeof *conn);
    free(conn);
}

/* The reading event stays on while the daemon works: it is what sees the peer go away. */
static void watch(struct conn *conn, uint32_t ms)
{
    struct timeval t = { ms / 1000, (suseconds_t)(ms % 1000) * 1000 };
    event_del(conn->readable); /* a timeout is only dropped by taking the event out */
    event_add(conn->readable, ms == 0 ? NULL : &t);
}

void conn_expect(struct conn *conn, uint32_t ms)
{
    conn->is_expecting = ms > 0;
    conn->due_ms = clock_ms() + ms;
    watch(conn, ms);
}

static void give_up(struct conn *conn)
{
    if (conn->late == NULL) {
        conn_close(conn);
        return;
    }
    conn_expect(conn, 0);
    conn->late(conn->state);
}

/* False: the connection is gone. */
static bool take_message(struct conn *conn, size_t size, const struct wire_header *h)
{
    if (!conn->is_expecting || conn->in_len > size) {
        conn_close(conn);
        return false;
    }
    conn_expect(conn, 0);
    uint8_t body[IN_MAX];
    memcpy(body, conn->in + WIRE_HEADER_BYTES, h->length);
    drop_input(conn);
    struct rd r = rd_over(body, h->length);
    ops_dispatch(conn, h->opcode, &r);
    explicit_bzero(body, sizeof body);
    return false; /* the handler may have closed it */
}

/* True: more must come; false: the connection may be gone. Header first: nothing of the body is
 * looked at before the opcode may come over this socket and the length lies within its bounds. */
static bool take_frame(struct conn *conn)
{
    struct wire_header h;
    if (conn->in_len < WIRE_HEADER_BYTES)
        return true;
    if (wire_header_read(conn->in, &h) != 0 || !ops_is_known(h.opcode, conn->socket) ||
        h.length > IN_MAX - WIRE_HEADER_BYTES) {
        conn_close(conn);
        return false;
    }
    size_t size = WIRE_HEADER_BYTES + h.length;
    return conn->in_len < size || take_message(conn, size, &h);
}

static void on_readable(evutil_socket_t fd, short what, void *arg)
{
    struct conn *conn = arg;
    if ((what & EV_TIMEOUT) != 0) {
        give_up(conn);
        return;
    }
    if (conn->in == NULL)
        conn->in = malloc(IN_MAX);
    if (conn->in == NULL) {
        conn_close(conn);
        return;
    }
    ssize_t n = recv(fd, conn->in + conn->in_len, IN_MAX - conn->in_len, 0);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n <= 0) {
        conn_close(conn);
        return;
    }
    conn->in_len += (size_t)n;
    if (!take_frame(conn) || !conn->is_expecting)
        return;
    /* A part of a message buys no time: libevent begins its timeout anew with every event. */
    int left_ms = clock_left_ms(conn->due_ms);
    if (left_ms == 0)
        give_up(conn);
    else
        watch(conn, (uint32_t)left_ms);
}

static void on_writable(evutil_socket_t fd, short what, void *arg)
{
    struct conn *conn = arg;
    if ((what & EV_TIMEOUT) != 0) {
        conn_close(conn);
        return;
    }
    while (conn->out_at < conn->out_len) {
        ssize_t n = send(fd, conn->out + conn->out_at, conn->out_len - conn->out_at, MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno == EAGAIN) {
            event_add(conn->writable, &(struct timeval){ SEND_MS / 1000, 0 });
            return;
        }
        if (n < 0) {
            conn_close(conn);
            return;
        }
        conn->out_at += (size_t)n;
    }
    drop_output(conn);
    if (conn->is_finishing)
        conn_close(conn);
}

/* Sending happens from the loop, so that a handler's connection never vanishes under it. */
int conn_send(struct conn *conn, const void *message, size_t n)
{
    size_t waiting = conn->out_len - conn->out_at;
    uint8_t *joined = malloc(waiting + n);
    if (joined == NULL) {
        conn_close(conn);
        return ERR_NOMEM;
    }
    if (waiting > 0)
        memcpy(joined, conn->out + conn->out_at, waiting);
    memcpy(joined + waiting, message, n);
    drop_output(conn);
    conn->out = joined;
    conn->out_len = waiting + n;
    event_active(conn->writable, EV_WRITE, 0);
    return 0;
}

void conn_finish(struct conn *conn)
{
    conn->is_finishing = true;
    conn_expect(conn, 0);
    if (conn->out_len == 0)
        event_active(conn->writable, EV_WRITE, 0);
}

int conn_open(struct daemon *d, int fd, enum conn_socket socket, const struct conn_peer *peer,
              void (*closed)(void *arg, struct conn *conn), void *arg, struct conn **ret_conn)
{
    struct conn *conn = calloc(1, sizeof *conn);
    if (conn == NULL) {
        close(fd);
        return ERR_NOMEM;
    }
    *conn = (struct conn){ .daemon = d, .fd = fd, .socket = socket, .peer = *peer };
    conn->closed = closed;
    conn->closed_arg = arg;
    conn->readable = event_new(d->loop, fd, EV_READ | EV_PERSIST, on_readable, conn);
    conn->writable = event_new(d->loop, fd, EV_WRITE, on_writable, conn);
    if (conn->readable == NULL || conn->writable == NULL) {
        if (conn->readable != NULL)
            event_free(conn->readable);
        close(fd);
        free(conn);
        return ERR_NOMEM;
    }
    conn_expect(conn, FIRST_MESSAGE_MS);
    *ret_conn = conn;
    return 0;
}
