/* SPDX-License-Identifier: Apache-2.0
 *
 * [login] revoke_at_logout: the refresh tokens of good logins, kept until their session ends, then
 * revoked. Nobody uses them meanwhile; the end of one ends the access tokens of that sign-in too.
 * PAM's phases run in several processes, and nothing travels between them (design section 5): the
 * login is found again by user, service and process. Who opens the session must be the process that
 * authenticated or its parent (sshd authenticates in a child of the one that holds the session),
 * and who closes it the one that opened it. A token is also revoked when its process is gone, when
 * no session claims it in time, and when there are too many. Programs that are not root's, such as
 * screen lockers, open no session: theirs are never claimed, and take no place of the others.
 * Memory only: a restart forgets them.
 */
#ifndef DAEMON_LOGINS_H
#define DAEMON_LOGINS_H

#include "daemon/conn.h"
#include "daemon/daemon.h"

struct logins;

#define LOGINS_MAX          512
#define LOGINS_USERS_MAX    64     /* of programs that are not root's, beside those */
#define LOGINS_UNCLAIMED_MS 120000 /* from login to session */
#define LOGINS_GONE_MS      10000  /* the same, once the process that authenticated is gone */
#define LOGINS_MOST_MS      (INT64_C(30) * 86400000) /* how long Cognito's tokens last as a rule */

/* ERR_NOMEM. */
int logins_open(struct daemon *d, struct logins **ret_logins) MUST_CHECK;
/* Wipes and forgets; revokes nothing. */
void logins_close(struct logins **lp);

/* Keeps a copy of the refresh token of a login that has just succeeded in the peer's process, which
 * is waiting for the answer. Nothing when logins or refresh is NULL. */
void logins_keep(struct logins *logins, const struct wire_session *who,
                 const struct conn_peer *peer, const char *refresh);

/* The process pid opens or closes a session. ERR_ABSENT: no login of ours (a key, cron, another
 * program), or one from before a restart. */
int logins_claim(struct logins *logins, const struct wire_session *who, pid_t pid) MUST_CHECK;
int logins_end(struct logins *logins, const struct wire_session *who, pid_t pid) MUST_CHECK;

/* Revokes what is over at this time (CLOCK_MONOTONIC); called by a timer every few seconds. */
void logins_sweep(struct logins *logins, int64_t now_ms);

/* Tokens held, those under revocation included. */
size_t logins_count(const struct logins *logins);

/* SESSION_OPEN and SESSION_CLOSE. */
void logins_handle_open(struct conn *conn, struct rd *body);
void logins_handle_close(struct conn *conn, struct rd *body);

#endif
