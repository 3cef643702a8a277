/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/ops.h"

#include "base/clock.h"
#include "daemon/daemon.h"
#include "daemon/log.h"
#include "daemon/logins.h"
#include "daemon/lookup.h"
#include "daemon/session.h"
#include "daemon/status.h"

#include <unistd.h>

#define REFUSALS_SAID_MS 10000

enum who {
    ROOT = 1,
    SELF = 2,  /* the user the request is about */
    OTHER = 4, /* everybody else, the daemon's own uid included */
    ANYBODY = ROOT | SELF | OTHER
};

struct op {
    uint16_t opcode;
    enum conn_socket socket;
    unsigned who;
    uint16_t reply; /* what a refusal is said with */
    /* The uid the request is about; ID_NONE when there is none. NULL: it is about nobody. */
    uint32_t (*subject)(const struct daemon *d, struct rd body);
    void (*handle)(struct conn *conn, struct rd *body);
};

static uint32_t login_subject(const struct daemon *d, struct rd body)
{
    struct wire_auth_start start;
    if (wire_get_auth_start(&body, &start) != 0)
        return ID_NONE;
    const struct image_user *u = image_find_login(d->image, start.user);
    return u == NULL ? ID_NONE : u->uid;
}

static const struct op ops[] = {
    { WIRE_LOOKUP, CONN_NSS, ANYBODY, WIRE_LOOKED_UP, NULL, lookup_handle },
    { WIRE_AUTH_START, CONN_PAM, ROOT | SELF, WIRE_RESULT, login_subject, session_start },
    /* A step belongs to the dialogue that this very connection began. */
    { WIRE_AUTH_STEP, CONN_PAM, ANYBODY, WIRE_RESULT, NULL, session_step },
    { WIRE_SESSION_OPEN, CONN_PAM, ROOT, WIRE_RESULT, NULL, logins_handle_open },
    { WIRE_SESSION_CLOSE, CONN_PAM, ROOT, WIRE_RESULT, NULL, logins_handle_close },
    { WIRE_STATUS, CONN_CTL, ROOT, WIRE_FACTS, NULL, status_handle },
    { WIRE_SHOW_USER, CONN_CTL, ROOT, WIRE_FACTS, NULL, status_handle_user },
};

static const struct op *find(uint16_t opcode, enum conn_socket socket)
{
    for (size_t i = 0; i < COUNT(ops); i++)
        if (ops[i].opcode == opcode && ops[i].socket == socket)
            return &ops[i];
    return NULL;
}

bool ops_is_known(uint16_t opcode, enum conn_socket socket)
{
    return find(opcode, socket) != NULL;
}

static enum who classify(const struct op *op, struct conn *conn, const struct rd *body)
{
    uid_t uid = conn_peer(conn)->uid;
    if (uid == 0)
        return ROOT;
    uint32_t subject = op->subject == NULL ? ID_NONE : op->subject(conn_daemon(conn), *body);
    return subject != ID_NONE && subject == uid ? SELF : OTHER;
}

/* Every reply begins with err:u16; what follows is zero here. */
static void refuse(struct conn *conn, uint16_t reply)
{
    uint8_t buf[WIRE_HEADER_BYTES + 6];
    struct wire_msg m = wire_begin(buf, sizeof buf, reply);
    wr_u16(&m.body, -ERR_REFUSED);
    wr_u16(&m.body, 0);
    if (reply == WIRE_LOOKED_UP)
        wr_u16(&m.body, 0);
    int size = wire_finish(&m);
    if (size > 0 && conn_send(conn, buf, (size_t)size) == 0)
        conn_finish(conn);
}

/* Anybody can cause this line: one in ten seconds is enough, with the number of the others. */
static void note_refusal(struct conn *conn, const struct op *op)
{
    struct daemon *d = conn_daemon(conn);
    d->count.refused_requests++;
    if (d->count.refused_said_ms != 0 && clock_ms() - d->count.refused_said_ms < REFUSALS_SAID_MS)
        return;
    d->count.refused_said_ms = clock_ms();
    log_warning("refused request %u of uid %u, pid %d (%llu refused so far)", op->opcode,
                (unsigned)conn_peer(conn)->uid, (int)conn_peer(conn)->pid,
                (unsigned long long)d->count.refused_requests);
}

void ops_dispatch(struct conn *conn, uint16_t opcode, struct rd *body)
{
    const struct op *op = find(opcode, conn_socket(conn));
    if (op == NULL) {
        conn_close(conn);
        return;
    }
    if ((op->who & classify(op, conn, body)) == 0) {
        note_refusal(conn, op);
        refuse(conn, op->reply);
        return;
    }
    op->handle(conn, body);
}
