/* SPDX-License-Identifier: Apache-2.0 */
#include "store/database.h"

int store_each_binding(struct store *store, int (*visit)(void *arg, const struct store_binding *b),
                       void *arg)
{
    sqlite3_stmt *q = NULL;
    int err = 0,
        rc = sqlite3_prepare_v2(
            store->db, "SELECT sub, login, uid, origin, primary_group FROM binding ORDER BY serial",
            -1, &q, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_step(q);
    for (; rc == SQLITE_ROW && err == 0; rc = sqlite3_step(q)) {
        const struct store_binding b = {
            .sub = (const char *)sqlite3_column_text(q, 0),
            .login = (const char *)sqlite3_column_text(q, 1),
            .uid = (uint32_t)sqlite3_column_int64(q, 2),
            .origin = sqlite3_column_int(q, 3),
            .primary = (const char *)sqlite3_column_text(q, 4),
        };
        err = b.sub == NULL || b.login == NULL ? ERR_FORMAT : visit(arg, &b);
    }
    sqlite3_finalize(q);
    return err != 0 || rc == SQLITE_DONE ? err : database_err(rc);
}

static int add_one(struct store *s, const struct store_binding *b)
{
    sqlite3_reset(s->add);
    if (sqlite3_bind_text(s->add, 1, b->sub, -1, SQLITE_STATIC) != SQLITE_OK ||
        sqlite3_bind_text(s->add, 2, b->login, -1, SQLITE_STATIC) != SQLITE_OK ||
        sqlite3_bind_int64(s->add, 3, b->uid) != SQLITE_OK ||
        sqlite3_bind_int(s->add, 4, b->origin) != SQLITE_OK ||
        sqlite3_bind_text(s->add, 5, b->primary, -1, SQLITE_STATIC) != SQLITE_OK)
        return ERR_NOMEM;
    int rc = sqlite3_step(s->add);
    sqlite3_reset(s->add);
    sqlite3_clear_bindings(s->add);
    return rc == SQLITE_DONE ? 0 : database_err(rc);
}

static int end_transaction(struct store *s, int err)
{
    if (err == 0)
        err = database_run(s, "COMMIT");
    if (err != 0)
        (void)database_run(s, "ROLLBACK");
    return err;
}

/* What is refused has changed nothing: the others go on. */
static int pass_over(int err, bool *ret_refused)
{
    *ret_refused = err == ERR_REFUSED;
    return *ret_refused ? 0 : err;
}

int store_add_bindings(struct store *store, const struct store_binding *bindings, size_t n,
                       bool *ret_refused)
{
    int err = database_run(store, "BEGIN IMMEDIATE");
    if (err != 0)
        return err;
    for (size_t i = 0; i < n && err == 0; i++)
        err = pass_over(add_one(store, &bindings[i]), &ret_refused[i]);
    return end_transaction(store, err);
}

static int set_primary(struct store *s, sqlite3_stmt *q, const struct store_binding *b)
{
    if (sqlite3_bind_text(q, 1, b->primary, -1, SQLITE_STATIC) != SQLITE_OK ||
        sqlite3_bind_text(q, 2, b->sub, -1, SQLITE_STATIC) != SQLITE_OK)
        return ERR_NOMEM;
    int rc = sqlite3_step(q);
    sqlite3_reset(q);
    if (rc != SQLITE_DONE)
        return database_err(rc);
    return sqlite3_changes(s->db) == 1 ? 0 : ERR_REFUSED;
}

int store_set_primaries(struct store *store, const struct store_binding *bindings, size_t n,
                        bool *ret_refused)
{
    static const char set[] =
        "UPDATE binding SET primary_group = ? WHERE sub = ? AND primary_group IS NULL";
    sqlite3_stmt *q = NULL;
    int err = database_run(store, "BEGIN IMMEDIATE");
    if (err != 0)
        return err;
    err = database_err(sqlite3_prepare_v2(store->db, set, -1, &q, NULL));
    for (size_t i = 0; i < n && err == 0; i++)
        err = pass_over(set_primary(store, q, &bindings[i]), &ret_refused[i]);
    sqlite3_finalize(q);
    return end_transaction(store, err);
}

int store_open_primaries(struct store *store, size_t *ret_users)
{
    int err =
        database_run(store, "UPDATE binding SET primary_group = NULL WHERE primary_group <> ''"
                            " AND primary_group NOT IN (SELECT name FROM primary_gid)");
    if (err == 0)
        *ret_users = (size_t)sqlite3_changes(store->db);
    return err;
}

int store_drop_primaries(struct store *store, size_t *ret_users)
{
    int err = database_run(store, "BEGIN IMMEDIATE");
    if (err != 0)
        return err;
    err = database_run(store, "DELETE FROM primary_gid");
    if (err == 0)
        err = database_run(store, "UPDATE binding SET primary_group = NULL"
                                  " WHERE primary_group IS NOT NULL");
    size_t users = (size_t)sqlite3_changes(store->db);
    err = end_transaction(store, err);
    if (err == 0)
        *ret_users = users;
    return err;
}

int store_each_gid(struct store *store, int (*visit)(void *arg, const char *group, uint32_t gid),
                   void *arg)
{
    sqlite3_stmt *q = NULL;
    int err = 0, rc = sqlite3_prepare_v2(
                     store->db, "SELECT name, gid FROM primary_gid ORDER BY name", -1, &q, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_step(q);
    for (; rc == SQLITE_ROW && err == 0; rc = sqlite3_step(q)) {
        const char *name = (const char *)sqlite3_column_text(q, 0);
        err = name == NULL ? ERR_FORMAT : visit(arg, name, (uint32_t)sqlite3_column_int64(q, 1));
    }
    sqlite3_finalize(q);
    return err != 0 || rc == SQLITE_DONE ? err : database_err(rc);
}

int store_add_gid(struct store *store, const char *group, uint32_t gid)
{
    sqlite3_stmt *q = NULL;
    int rc = sqlite3_prepare_v2(store->db, "INSERT INTO primary_gid (name, gid) VALUES (?, ?)", -1,
                                &q, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_bind_text(q, 1, group, -1, SQLITE_STATIC);
    if (rc == SQLITE_OK)
        rc = sqlite3_bind_int64(q, 2, gid);
    if (rc == SQLITE_OK)
        rc = sqlite3_step(q);
    sqlite3_finalize(q);
    return database_err(rc);
}
