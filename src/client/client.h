/* SPDX-License-Identifier: Apache-2.0
 *
 * Guest side of the sockets: connect, judge who listens, exchange single messages under a
 * deadline. Nothing here retries, logs, or keeps a descriptor open behind the caller's back. Safe
 * in threads and after fork; MSG_NOSIGNAL everywhere. All times are CLOCK_MONOTONIC milliseconds.
 */
#ifndef CLIENT_CLIENT_H
#define CLIENT_CLIENT_H

#include "wire/wire.h"

/* Room for any reply but FACTS. */
#define CLIENT_REPLY_MAX (WIRE_HEADER_BYTES + 64 + WIRE_PROMPT_MAX)

/* Connects to a socket of ours. The listener must be uid 0 or the owner of the socket's directory
 * (R-IPC-02: SO_PEERCRED shows who called listen()). *ret_fd is >= 3 and close-on-exec.
 * ERR_UNAVAIL: nobody listens; ERR_TIMEOUT: the backlog is full until deadline_ms; ERR_REFUSED:
 * somebody else listens. */
int client_connect(const char *path, int64_t deadline_ms, int *ret_fd) MUST_CHECK;

/* Sends n bytes of a finished message. ERR_CLOSED, ERR_TIMEOUT. */
int client_send(int fd, const void *message, size_t n, int64_t deadline_ms) MUST_CHECK;

/* Receives one whole message into buf (cap bytes): header judged first, body only if it fits.
 * *ret_body reads its body. ERR_CLOSED, ERR_TIMEOUT, ERR_FORMAT, ERR_REFUSED, ERR_SPACE. */
int client_receive(int fd, void *buf, size_t cap, int64_t deadline_ms, uint16_t *ret_opcode,
                   struct rd *ret_body) MUST_CHECK;

/* NSS's one question: does the pool have this name? 0: yes, the snapshot on disk has it now.
 * ERR_ABSENT: no. ERR_UNAVAIL: nobody can say (absent or refusing socket: at once; cloud down).
 * ERR_TIMEOUT: the daemon is frozen, after first_ms. A daemon that says "asking" to uid 0 is
 * waited for as long as it said, at most most_ms. */
int client_lookup(const char *socket_path, const char *name, uint32_t first_ms,
                  uint32_t most_ms) MUST_CHECK;

#endif
