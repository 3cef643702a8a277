/* SPDX-License-Identifier: Apache-2.0
 *
 * The inside of the store, shared by its files and by nobody else: the open database.
 */
#ifndef STORE_DATABASE_H
#define STORE_DATABASE_H

#include "store/store.h"

#include <sqlite3.h>

struct store {
    sqlite3 *db;
    sqlite3_stmt *add;
    int lock_fd;   /* held for the store's life */
    bool is_newer; /* the file is of a version after ours */
};

/* SQLite's result code as an enum err. */
int database_err(int rc) MUST_CHECK;
/* Statements without parameters and results. */
int database_run(struct store *s, const char *sql);

#endif
