/* SPDX-License-Identifier: Apache-2.0
 *
 * An answer of key and value lines being written to a caller. Which lines is in status.c and
 * status_user.c.
 */
#ifndef DAEMON_FACTS_H
#define DAEMON_FACTS_H

#include "daemon/conn.h"
#include "wire/wire.h"

struct facts {
    struct wire_facts wire;
    uint8_t *buf;
};

/* False: there is no memory, and the connection is closed. */
bool facts_begin(struct conn *conn, struct facts *f, int err);
void facts_add(struct facts *f, const char *key, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* 0 is never. */
void facts_add_time(struct facts *f, const char *key, int64_t wall_s);
void facts_send(struct conn *conn, struct facts *f);

#endif
