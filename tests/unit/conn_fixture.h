/* SPDX-License-Identifier: Apache-2.0
 *
 * Connections to the daemon in pieces (daemon_fixture.h), without its listening sockets: the
 * client's end, its messages, the answers.
 */
#ifndef UNIT_CONN_FIXTURE_H
#define UNIT_CONN_FIXTURE_H

#include "daemon/conn.h"
#include "daemon_fixture.h"

/* The policy of these tests. */
#define DEVS "[access]\nallow_groups = devs\n[directory]\nlookup_wait = 0\n"
extern const char *const devs[];

/* How many connections the daemon has closed; a test may set it to 0. */
extern unsigned fixture_closed;
/* The callback that counts them. */
void fixture_on_closed(void *arg, struct conn *conn);

/* The client's end of a connection of this uid, to be closed. */
int fixture_connect(uid_t uid, enum conn_socket socket);
/* The same, and the daemon's end. */
int fixture_connect_to(uid_t uid, enum conn_socket socket, struct conn **ret_conn);
/* Lets the daemon do what it can do now. */
void fixture_turn(void);

/* Sends n bytes. The reply's opcode and its first field (an err, or a prompt's kind); 0 when the
 * daemon hung up or had nothing to say. */
uint16_t fixture_exchange(int fd, const void *message, size_t n, uint16_t *ret_first);

/* Messages, and their lengths: a login over sshd from 192.0.2.7, and an answer in it. */
size_t fixture_start(uint8_t *buf, size_t cap, const char *name);
size_t fixture_step(uint8_t *buf, size_t cap, const char *text);

#endif
