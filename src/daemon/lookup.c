/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/lookup.h"

#include "daemon/compile.h"
#include "daemon/daemon.h"
#include "daemon/sync.h"

#include <stdlib.h>
#include <string.h>

/* A caller that is waiting for the pool's answer. */
struct waiter {
    struct conn *conn;
    struct sync_wait wait;
};

static void reply(struct conn *conn, int err, uint32_t asking_ms)
{
    uint8_t buf[WIRE_HEADER_BYTES + 6];
    struct wire_looked_up answer = { err, asking_ms };
    struct wire_msg m = wire_begin(buf, sizeof buf, WIRE_LOOKED_UP);
    wire_put_looked_up(&m, &answer);
    int size = wire_finish(&m);
    if (size < 0)
        conn_close(conn);
    else if (conn_send(conn, buf, (size_t)size) == 0 && asking_ms == 0)
        conn_finish(conn);
}

/* What is known without asking anybody: here, not here, or nobody knows. */
static int known(const struct daemon *d, const char *name)
{
    const struct image_user *u = image_find_login(d->image, name);
    if (u != NULL)
        return compile_hides_user(d->image, &d->host, u) == NULL ? 0 : ERR_ABSENT;
    return d->image->confirmed_s > 0 ? ERR_ABSENT : ERR_UNAVAIL;
}

static void on_answer(void *arg, int err)
{
    struct waiter *w = arg;
    struct conn *conn = w->conn;
    const struct daemon *d = conn_daemon(conn);
    char name[NAME_SIZE];
    memcpy(name, w->wait.name, sizeof name);
    conn_release(conn);
    reply(conn, err == 0 ? known(d, name) : err, 0);
}

static void release(void *state)
{
    struct waiter *w = state;
    sync_cancel(conn_daemon(w->conn)->sync, &w->wait);
    free(w);
}

static void ask_pool(struct conn *conn, const char *name)
{
    struct daemon *d = conn_daemon(conn);
    struct waiter *w = calloc(1, sizeof *w);
    if (w == NULL) {
        reply(conn, ERR_NOMEM, 0);
        return;
    }
    w->conn = conn;
    w->wait.done = on_answer;
    w->wait.arg = w;
    memcpy(w->wait.name, name, NAME_SIZE);
    conn_keep(conn, w, release);
    int err = sync_one(d->sync, &w->wait);
    if (err != 0) {
        conn_release(conn);
        reply(conn, err, 0);
        return;
    }
    reply(conn, ERR_UNAVAIL, d->config->lookup_wait_s * 1000);
}

bool lookup_may_ask(const struct daemon *d, const struct conn_peer *peer, const char *name)
{
    return peer->uid == 0 && d->config->lookup_wait_s > 0 && name_is_valid(name) &&
           !host_has_user(&d->host, name) && image_find_login(d->image, name) == NULL;
}

void lookup_handle(struct conn *conn, struct rd *body)
{
    struct daemon *d = conn_daemon(conn);
    char name[NAME_SIZE];
    if (wire_get_lookup(body, name) != 0 || !name_is_valid(name)) {
        conn_close(conn);
        return;
    }
    d->count.lookups++;
    int err = known(d, name);
    if (err == 0 || !lookup_may_ask(d, conn_peer(conn), name))
        reply(conn, err, 0);
    else
        ask_pool(conn, name);
}
