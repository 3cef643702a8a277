/* SPDX-License-Identifier: Apache-2.0
 *
 * How a dialogue ends: its line in the log (R-LOG-01), what is counted of it, and RESULT, for which
 * a refused person waits. What is refused, and in which words, is daemon/session.h's.
 */
#ifndef DAEMON_OUTCOME_H
#define DAEMON_OUTCOME_H

#include "cognito/auth.h"
#include "daemon/conn.h"

#include <event2/event.h>

/* Lies in the state of its connection; the owner fills in all up to answered_ms. */
struct outcome {
    struct conn *conn;
    const struct wire_auth_start *start;
    const char *service; /* as it is told to others */
    bool is_change;      /* of a password; else it is a login */
    int64_t answered_ms; /* the person's last answer, on the clock of clock_ms() */
    bool is_logged;
    int err; /* waits for the floor, with a text for the person; NULL: none */
    char *text;
    struct event *floor;
};

/* A line of this event. auth: how far the sign-in came; NULL: it has not begun. */
void outcome_write(const struct outcome *o, const struct auth *auth, const char *event, int err,
                   const char *reason);

/* Line and counts, once: what comes later is passed over. */
void outcome_log(struct outcome *o, const struct auth *auth, int err, const char *reason);

/* The same, and RESULT. The connection may be released, and o with it. */
void outcome_end(struct outcome *o, const struct auth *auth, int err, const char *reason,
                 const char *text);

/* The connection is released. */
void outcome_free(struct outcome *o);

#endif
