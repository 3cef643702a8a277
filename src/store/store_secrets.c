/* SPDX-License-Identifier: Apache-2.0
 *
 * Secrets of users. Rows that are deleted or replaced are overwritten (secure_delete), and the log
 * beside the database, which still has them, is emptied.
 */
#include "store/database.h"

#include <string.h>

/* A parameter of a statement. */
struct value {
    enum { NUMBER, TEXT, BYTES } kind;
    const void *p;
    size_t n;
    int64_t number;
};

static int bind_value(sqlite3_stmt *q, int at, const struct value *v)
{
    switch (v->kind) {
    case NUMBER:
        return sqlite3_bind_int64(q, at, v->number);
    case TEXT:
        return sqlite3_bind_text(q, at, v->p, -1, SQLITE_STATIC);
    default:
        return sqlite3_bind_blob(q, at, v->p, (int)v->n, SQLITE_STATIC);
    }
}

/* Prepares sql, binds n values and takes the first step. *ret_query is finalized by the caller, on
 * failure too. */
static int begin(struct store *s, const char *sql, const struct value *values, int n,
                 sqlite3_stmt **ret_query)
{
    *ret_query = NULL;
    int rc = sqlite3_prepare_v2(s->db, sql, -1, ret_query, NULL);
    for (int i = 0; i < n && rc == SQLITE_OK; i++)
        rc = bind_value(*ret_query, i + 1, &values[i]);
    return rc == SQLITE_OK ? sqlite3_step(*ret_query) : rc;
}

/* A statement that writes. */
static int write_row(struct store *s, const char *sql, const struct value *values, int n)
{
    sqlite3_stmt *q;
    int rc = begin(s, sql, values, n, &q);
    sqlite3_finalize(q);
    return database_err(rc);
}

/* A statement that reads one row; the caller takes its columns and finalizes it. ERR_ABSENT. */
static int read_row(struct store *s, const char *sql, const char *sub, sqlite3_stmt **ret_query)
{
    const struct value values[] = { { .kind = TEXT, .p = sub } };
    int rc = begin(s, sql, values, sub == NULL ? 0 : 1, ret_query);
    return rc == SQLITE_DONE ? ERR_ABSENT : database_err(rc);
}

static int empty_log(struct store *s)
{
    return database_run(s, "PRAGMA wal_checkpoint(TRUNCATE)");
}

/* A row in the place of another, if there was one. */
static int replace_row(struct store *s, const char *sql, const struct value *values, int n)
{
    int err = write_row(s, sql, values, n);
    return err != 0 ? err : empty_log(s);
}

static int drop(struct store *s, const char *sql, const char *sub)
{
    const struct value values[] = { { .kind = TEXT, .p = sub } };
    int err = write_row(s, sql, values, sub == NULL ? 0 : 1);
    if (err == 0 && sqlite3_changes(s->db) > 0)
        err = empty_log(s);
    return err;
}

/* -------------------------------------------------------------------- salt */

static int read_salt(struct store *s, uint8_t ret_salt[STORE_SALT_BYTES])
{
    sqlite3_stmt *q;
    int err = read_row(s, "SELECT bytes FROM salt", NULL, &q);
    if (err == 0 && sqlite3_column_bytes(q, 0) != STORE_SALT_BYTES)
        err = ERR_FORMAT;
    if (err == 0)
        memcpy(ret_salt, sqlite3_column_blob(q, 0), STORE_SALT_BYTES);
    sqlite3_finalize(q);
    return err;
}

int store_salt(struct store *store, int (*random)(uint8_t *bytes, size_t n),
               uint8_t ret_salt[STORE_SALT_BYTES])
{
    uint8_t salt[STORE_SALT_BYTES];
    const struct value values[] = { { .kind = BYTES, .p = salt, .n = sizeof salt } };
    int err = read_salt(store, ret_salt);
    if (err != ERR_ABSENT)
        return err;
    err = random(salt, sizeof salt);
    if (err == 0)
        err = write_row(store, "INSERT INTO salt (one, bytes) VALUES (1, ?)", values, 1);
    return err != 0 ? err : read_salt(store, ret_salt);
}

/* ----------------------------------------------------------------- devices */

int store_put_device(struct store *store, const char *sub, const struct store_device *device)
{
    const struct value values[] = {
        { .kind = TEXT, .p = sub },
        { .kind = BYTES, .p = device->sealed, .n = device->sealed_bytes },
        { .kind = NUMBER, .number = device->written_s },
    };
    return replace_row(store,
                       "INSERT OR REPLACE INTO device (sub, sealed, written_s) VALUES (?, ?, ?)",
                       values, COUNT(values));
}

int store_find_device(struct store *store, const char *sub, struct store_device *ret_device)
{
    struct store_device d = { .sealed_bytes = 0 };
    sqlite3_stmt *q;
    int err = read_row(store, "SELECT sealed, written_s FROM device WHERE sub = ?", sub, &q);
    if (err == 0) {
        d.sealed_bytes = (size_t)sqlite3_column_bytes(q, 0);
        d.written_s = sqlite3_column_int64(q, 1);
        err = d.sealed_bytes == 0 || d.sealed_bytes > sizeof d.sealed ? ERR_FORMAT : 0;
    }
    if (err == 0) {
        memcpy(d.sealed, sqlite3_column_blob(q, 0), d.sealed_bytes);
        *ret_device = d;
    }
    sqlite3_finalize(q);
    return err;
}

int store_drop_device(struct store *store, const char *sub)
{
    return drop(store, sub == NULL ? "DELETE FROM device" : "DELETE FROM device WHERE sub = ?",
                sub);
}

/* --------------------------------------------------------------- verifiers */

int store_put_verifier(struct store *store, const char *sub, const struct store_verifier *verifier)
{
    const struct value values[] = {
        { .kind = TEXT, .p = sub },
        { .kind = TEXT, .p = verifier->hash },
        { .kind = NUMBER, .number = verifier->written_s },
        { .kind = NUMBER, .number = verifier->failures },
    };
    return replace_row(store,
                       "INSERT OR REPLACE INTO verifier (sub, hash, written_s, failures) "
                       "VALUES (?, ?, ?, ?)",
                       values, COUNT(values));
}

int store_find_verifier(struct store *store, const char *sub, struct store_verifier *ret_verifier)
{
    struct store_verifier v = { .hash = "" };
    sqlite3_stmt *q;
    int err =
        read_row(store, "SELECT hash, written_s, failures FROM verifier WHERE sub = ?", sub, &q);
    if (err == 0) {
        size_t n = (size_t)sqlite3_column_bytes(q, 0);
        int64_t failures = sqlite3_column_int64(q, 2);
        err = n == 0 || n >= sizeof v.hash || failures > UINT32_MAX ? ERR_FORMAT : 0;
        if (err == 0) {
            memcpy(v.hash, sqlite3_column_text(q, 0), n);
            v.written_s = sqlite3_column_int64(q, 1);
            v.failures = (uint32_t)failures;
            *ret_verifier = v;
        }
    }
    sqlite3_finalize(q);
    explicit_bzero(&v, sizeof v);
    return err;
}

int store_set_failures(struct store *store, const char *sub, uint32_t failures)
{
    const struct value values[] = {
        { .kind = NUMBER, .number = failures },
        { .kind = TEXT, .p = sub },
    };
    int err =
        write_row(store, "UPDATE verifier SET failures = ? WHERE sub = ?", values, COUNT(values));
    return err == 0 && sqlite3_changes(store->db) == 0 ? ERR_ABSENT : err;
}

int store_drop_verifier(struct store *store, const char *sub)
{
    return drop(store, sub == NULL ? "DELETE FROM verifier" : "DELETE FROM verifier WHERE sub = ?",
                sub);
}

/* ------------------------------------------------------------------ owners */

int store_each_owner(struct store *store, int (*visit)(void *arg, const char *sub), void *arg)
{
    sqlite3_stmt *q;
    int err = 0;
    int rc = begin(store, "SELECT sub FROM device UNION SELECT sub FROM verifier", NULL, 0, &q);
    for (; rc == SQLITE_ROW && err == 0; rc = sqlite3_step(q)) {
        const char *sub = (const char *)sqlite3_column_text(q, 0);
        err = sub == NULL ? ERR_FORMAT : visit(arg, sub);
    }
    sqlite3_finalize(q);
    return err != 0 || rc == SQLITE_DONE ? err : database_err(rc);
}
