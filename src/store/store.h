/* SPDX-License-Identifier: Apache-2.0
 *
 * What this host must not forget: state.db, SQLite in WAL mode, 0600 in a 0700 directory
 * (R-SNAP-04). Today the bindings of login names and uids. Every write is one transaction that is
 * on the disk when the call returns. SQLite stays behind this file.
 */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include "base/err.h"

#include <stddef.h>
#include <stdint.h>

struct store;

/* Opens or creates the database at path. ERR_FORMAT: it is broken, or of a later version; it is
 * left as it is. ERR_SYSTEM, ERR_NOMEM. *ret_why is for the log, static. */
int store_open(const char *path, struct store **ret_store, const char **ret_why) MUST_CHECK;
void store_close(struct store **sp);

struct store_binding {
    const char *sub, *login;
    uint32_t uid;
    int origin; /* enum image_origin; the store only keeps it */
};

/* Every binding, in the order in which they were added. Stops when visit returns not 0, and
 * returns that. What visit is given is borrowed. ERR_FORMAT, ERR_SYSTEM. */
int store_each_binding(struct store *store, int (*visit)(void *arg, const struct store_binding *b),
                       void *arg) MUST_CHECK;

/* All n or none. ERR_REFUSED: a sub, login name or uid is bound already. ERR_SYSTEM: the disk. */
int store_add_bindings(struct store *store, const struct store_binding *bindings,
                       size_t n) MUST_CHECK;

#endif
