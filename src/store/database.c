/* SPDX-License-Identifier: Apache-2.0 */
#include "store/database.h"

int database_err(int rc)
{
    switch (rc & 0xff) {
    case SQLITE_OK:
    case SQLITE_ROW:
    case SQLITE_DONE:
        return 0;
    case SQLITE_NOMEM:
        return ERR_NOMEM;
    case SQLITE_CONSTRAINT:
        return ERR_REFUSED;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return ERR_FORMAT;
    default:
        return ERR_SYSTEM;
    }
}

int database_run(struct store *s, const char *sql)
{
    return database_err(sqlite3_exec(s->db, sql, NULL, NULL, NULL));
}
