/* SPDX-License-Identifier: Apache-2.0
 *
 * One connection: frames in, messages out, deadlines, and what must be freed when the peer goes
 * away. Which message may do what is the table in ops.c. The input buffer is part of the
 * connection and wiped after every message, the output is wiped when sent: both carry passwords or
 * prompts.
 */
#ifndef DAEMON_CONN_H
#define DAEMON_CONN_H

#include "wire/wire.h"

#include <stdbool.h>
#include <sys/types.h>

struct conn;
struct daemon;

enum conn_socket { CONN_NSS = 1, CONN_PAM = 2, CONN_CTL = 4 };

/* From SO_PEERCRED at accept, never from a message. */
struct conn_peer {
    uid_t uid;
    pid_t pid;
};

/* The connection takes fd over, also when it fails. closed() is called once, when it ends for
 * whatever reason, never from inside. */
int conn_open(struct daemon *d, int fd, enum conn_socket socket, const struct conn_peer *peer,
              void (*closed)(void *arg, struct conn *conn), void *arg,
              struct conn **ret_conn) MUST_CHECK;
void conn_close(struct conn *conn);

struct daemon *conn_daemon(const struct conn *conn);
enum conn_socket conn_socket(const struct conn *conn);
const struct conn_peer *conn_peer(const struct conn *conn);

/* What an operation keeps between messages; release() is called when the connection ends, or by
 * conn_release(). */
void conn_keep(struct conn *conn, void *state, void (*release)(void *state));
void *conn_state(const struct conn *conn);
void conn_release(struct conn *conn);

/* late() is called instead of ending the connection when the peer's message did not come in time;
 * it must end it. Forgotten with the state. */
void conn_on_late(struct conn *conn, void (*late)(void *state));

/* Queues a finished message; the bytes are copied. Out of memory closes the connection: the
 * caller must not touch it after ERR_*. */
int conn_send(struct conn *conn, const void *message, size_t n) MUST_CHECK;

/* The whole of the peer's next message must come within ms, or late() is called. 0: no limit
 * (the daemon is at work); a message that comes all the same ends the connection. */
void conn_expect(struct conn *conn, uint32_t ms);
/* Ends the connection when everything queued is sent. */
void conn_finish(struct conn *conn);

#endif
