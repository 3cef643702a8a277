/* SPDX-License-Identifier: Apache-2.0
 *
 * A small, badly behaved HTTP server on loopback for the tests of net/http.c. It is a process of
 * its own; what it does is decided by the path: /ok, /echo, /drip, /big/N, /redirect, /hang, /cut,
 * /lose (no reply, unless it is the first request of its connection).
 */
#ifndef UNIT_HTTPS_SERVER_H
#define UNIT_HTTPS_SERVER_H

#include <stdbool.h>
#include <sys/types.h>

struct https_server {
    pid_t pid;
    int port;
    char ca_path[64]; /* the certificate, PEM; "" for a plain server */
};

/* name goes into the certificate ("IP:127.0.0.1", "DNS:other.example"); NULL: plain http. max_tls:
 * 0, or a protocol version to offer at most. False when it cannot be started. */
bool https_server_start(struct https_server *server, const char *name, int max_tls);
void https_server_stop(struct https_server *server);

#endif
