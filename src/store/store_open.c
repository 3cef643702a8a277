/* SPDX-License-Identifier: Apache-2.0
 *
 * Opening and closing state.db, what each version of it has, and what to do when it cannot be
 * opened.
 */
#include "store/database.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

/* What each version added, the first to an empty file. The file's version is how many of them it
 * has. */
static const char *const schema[] = {
    /* A binding is never taken away: who is gone keeps name and uid (R-ID-15). */
    "CREATE TABLE binding ("
    " serial INTEGER PRIMARY KEY,"
    " sub TEXT NOT NULL UNIQUE,"
    " login TEXT NOT NULL UNIQUE,"
    " uid INTEGER NOT NULL UNIQUE CHECK (uid BETWEEN 1 AND 4294967294),"
    " origin INTEGER NOT NULL"
    ") STRICT;",
    /* Secrets of users on this host; they come and go. */
    "CREATE TABLE salt (one INTEGER PRIMARY KEY CHECK (one = 1), bytes BLOB NOT NULL) STRICT;"
    "CREATE TABLE device ("
    " sub TEXT PRIMARY KEY,"
    " sealed BLOB NOT NULL,"
    " written_s INTEGER NOT NULL"
    ") STRICT;"
    "CREATE TABLE verifier ("
    " sub TEXT PRIMARY KEY,"
    " hash TEXT NOT NULL,"
    " written_s INTEGER NOT NULL,"
    " failures INTEGER NOT NULL CHECK (failures >= 0)"
    ") STRICT;",
    /* Of groups that are or were users' primary group. */
    "CREATE TABLE primary_gid ("
    " name TEXT PRIMARY KEY,"
    " gid INTEGER NOT NULL UNIQUE CHECK (gid BETWEEN 1 AND 4294967294)"
    ") STRICT;",
    /* Of each user: '' is his own, NULL not decided yet. */
    "ALTER TABLE binding ADD COLUMN primary_group TEXT;",
};

/* For a tool that looks at the file; the loop waits as long. */
#define BUSY_MS 500

static const char full[] = "the disk is full: make room on it";
static const char in_use[] = "in use by another process, cognitod or a tool: end that one";
static const char newer[] =
    "made by a newer cognitod: install that version again, or bring back the "
    "backup that was made before it";
/* The only one where another file helps: it costs what cannot be had back. */
static const char damaged[] =
    "damaged: bring it back from a backup; only if there is none, move it away, which frees every "
    "login name and uid in it: other accounts may get them, and the files of who had them";
static const char closed[] =
    "cannot be opened or written: it and its folder must be cognitod's, on "
    "a disk that can be written";
static const char failing[] = "the disk fails, see the kernel's log";

static const struct {
    int rc;
    const char *why;
} causes[] = {
    { SQLITE_FULL, full },       { SQLITE_BUSY, in_use },     { SQLITE_LOCKED, in_use },
    { SQLITE_PROTOCOL, in_use }, { SQLITE_CANTOPEN, closed }, { SQLITE_READONLY, closed },
    { SQLITE_PERM, closed },     { SQLITE_AUTH, closed },     { SQLITE_IOERR, failing },
};

const char *store_why(const struct store *s, int err)
{
    if (err == ERR_UNAVAIL)
        return in_use;
    if (err == ERR_FORMAT || err == ERR_REFUSED)
        return s->is_newer ? newer : damaged;
    if (err != ERR_SYSTEM)
        return err_text(err);
    if (s->db == NULL) /* not even the folder */
        return closed;
    int errnum = sqlite3_system_errno(s->db);
    if (errnum == ENOSPC || errnum == EDQUOT)
        return full;
    for (size_t i = 0; i < COUNT(causes); i++)
        if (causes[i].rc == (sqlite3_errcode(s->db) & 0xff))
            return causes[i].why;
    return err_text(err);
}

static int read_version(struct store *s, int *ret_version)
{
    sqlite3_stmt *q = NULL;
    int rc = sqlite3_prepare_v2(s->db, "PRAGMA user_version", -1, &q, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_step(q);
    if (rc == SQLITE_ROW)
        *ret_version = sqlite3_column_int(q, 0);
    sqlite3_finalize(q);
    return rc == SQLITE_ROW ? 0 : database_err(rc);
}

/* Every page and every index, each row in them: a damaged leaf is rows that nobody misses, whose
 * names and uids are free. What is found comes as rows; "ok" is nothing. */
static int check_whole(struct store *s)
{
    sqlite3_stmt *q = NULL;
    int rc = sqlite3_prepare_v2(s->db, "PRAGMA integrity_check(1)", -1, &q, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_step(q);
    const char *found = rc == SQLITE_ROW ? (const char *)sqlite3_column_text(q, 0) : NULL;
    bool is_whole = found != NULL && strcmp(found, "ok") == 0;
    sqlite3_finalize(q);
    return is_whole ? 0 : rc == SQLITE_ROW ? ERR_FORMAT : database_err(rc);
}

static int raise_version(struct store *s, int version)
{
    char mark[48];
    snprintf(mark, sizeof mark, "PRAGMA user_version = %d", version + 1);
    int err = database_run(s, schema[version]);
    return err != 0 ? err : database_run(s, mark);
}

/* A new file has version 0. What is damaged is not written to. */
static int prepare_schema(struct store *s)
{
    int version = -1;
    int err = read_version(s, &version);
    s->is_newer = version > (int)COUNT(schema);
    if (err == 0)
        err = version < 0 || s->is_newer ? ERR_FORMAT : check_whole(s);
    if (err != 0 || version == COUNT(schema))
        return err;
    err = database_run(s, "BEGIN IMMEDIATE");
    for (; err == 0 && version < (int)COUNT(schema); version++)
        err = raise_version(s, version);
    if (err == 0)
        err = database_run(s, "COMMIT");
    return err;
}

/* The folder's, which nobody moves away or restores: not the file's. The kernel takes it back from
 * a process that dies. */
static int lock_folder(struct store *s, const char *path)
{
    char folder[PATH_MAX];
    const char *slash = strrchr(path, '/');
    int len = slash == NULL ? 0 : (int)(slash - path) + 1;
    snprintf(folder, sizeof folder, "%.*s.", len, path);
    s->lock_fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (s->lock_fd < 0)
        return ERR_SYSTEM;
    if (flock(s->lock_fd, LOCK_EX | LOCK_NB) == 0)
        return 0;
    return errno == EWOULDBLOCK ? ERR_UNAVAIL : ERR_SYSTEM;
}

static int open_database(struct store *s, const char *path)
{
    static const char add[] = "INSERT INTO binding (sub, login, uid, origin, primary_group)"
                              " VALUES (?, ?, ?, ?, ?)";
    int flags =
        SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOFOLLOW | SQLITE_OPEN_NOMUTEX;
    int err = database_err(sqlite3_open_v2(path, &s->db, flags, NULL));
    if (err == 0)
        err = database_err(sqlite3_busy_timeout(s->db, BUSY_MS));
    if (err == 0)
        err = database_run(s, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
                              "PRAGMA trusted_schema = OFF; PRAGMA foreign_keys = ON;"
                              "PRAGMA secure_delete = ON");
    if (err == 0)
        err = prepare_schema(s);
    if (err == 0)
        err = database_err(sqlite3_prepare_v2(s->db, add, -1, &s->add, NULL));
    return err;
}

int store_open(const char *path, struct store **ret_store, const char **ret_why)
{
    struct store *s = calloc(1, sizeof *s);
    if (s == NULL) {
        *ret_why = err_text(ERR_NOMEM);
        return ERR_NOMEM;
    }
    int err = lock_folder(s, path);
    if (err == 0)
        err = open_database(s, path);
    if (err == 0) {
        *ret_store = s;
        return 0;
    }
    *ret_why = store_why(s, err);
    store_close(&s);
    return err;
}

void store_close(struct store **sp)
{
    if (sp == NULL || *sp == NULL)
        return;
    sqlite3_finalize((*sp)->add);
    sqlite3_close((*sp)->db);
    if ((*sp)->lock_fd >= 0)
        close((*sp)->lock_fd);
    free(*sp);
    *sp = NULL;
}
