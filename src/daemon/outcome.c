/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/outcome.h"

#include "base/clock.h"
#include "daemon/daemon.h"
#include "daemon/log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Every refusal leaves this long after the answer that led to it: it does not tell whether the
 * pool was asked (R-PAM-11). Longer than the pool takes as a rule. Tests make it shorter. */
#ifndef REFUSAL_MS
#define REFUSAL_MS 2000
#endif

void outcome_write(const struct outcome *o, const struct auth *auth, const char *event, int err,
                   const char *reason)
{
    struct log_line line;
    log_line_begin(&line, event);
    log_line_add(&line, "user", o->start->user);
    log_line_add(&line, "service", o->service);
    log_line_add(&line, "rhost", o->start->rhost);
    log_line_add(&line, "tty", o->start->tty);
    log_line_add(&line, "ruser", o->start->ruser);
    log_line_add(&line, "outcome", err == 0 ? "accepted" : "refused");
    log_line_add(&line, "reason", reason);
    log_line_add(&line, "challenges", auth == NULL ? "" : auth_challenges(auth));
    log_line_add(&line, "request_id", auth == NULL ? "" : auth_request_id(auth));
    log_line_write(&line, err == 0 ? CONFIG_LOG_INFO : CONFIG_LOG_WARNING);
}

void outcome_log(struct outcome *o, const struct auth *auth, int err, const char *reason)
{
    struct daemon *d = conn_daemon(o->conn);
    if (o->is_logged)
        return;
    o->is_logged = true;
    if (o->is_change) {
        if (err != 0) /* else it was logged when it came about */
            outcome_write(o, auth, "password", err, reason);
        return;
    }
    outcome_write(o, auth, "login", err, reason);
    if (err == 0)
        d->count.logins_accepted++;
    else
        d->count.logins_refused++;
}

static void send_result(struct outcome *o)
{
    uint8_t buf[WIRE_HEADER_BYTES + 64 + WIRE_TEXT_MAX];
    struct conn *conn = o->conn;
    struct wire_result result = { .err = o->err };
    if (o->text != NULL)
        snprintf(result.text, sizeof result.text, "%s", o->text);
    struct wire_msg m = wire_begin(buf, sizeof buf, WIRE_RESULT);
    wire_put_result(&m, &result);
    int size = wire_finish(&m);
    conn_release(conn);
    if (size < 0)
        conn_close(conn);
    else if (conn_send(conn, buf, (size_t)size) == 0)
        conn_finish(conn);
}

static void on_floor(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    send_result(arg);
}

void outcome_end(struct outcome *o, const struct auth *auth, int err, const char *reason,
                 const char *text)
{
    o->err = err;
    o->text = *text == '\0' ? NULL : strdup(text);
    outcome_log(o, auth, err, reason);
    if (err == 0) {
        send_result(o);
        return;
    }
    int left = clock_left_ms(o->answered_ms + REFUSAL_MS);
    o->floor = event_new(conn_daemon(o->conn)->loop, -1, 0, on_floor, o);
    struct timeval t = { left / 1000, (suseconds_t)(left % 1000) * 1000 };
    if (o->floor == NULL || event_add(o->floor, &t) != 0)
        send_result(o);
}

void outcome_free(struct outcome *o)
{
    if (o->floor != NULL)
        event_free(o->floor);
    free(o->text);
}
