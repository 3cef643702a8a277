/* SPDX-License-Identifier: Apache-2.0
 *
 * state.db: what was bound is there again, nothing is bound twice, and what is broken is said.
 */
#include "base/clock.h"
#include "store/store.h"
#include "suite.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static char folder[64], path[96];

static void make_folder(void)
{
    snprintf(folder, sizeof folder, "/tmp/unit-store.XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/state.db", folder);
}

static void drop_folder(void)
{
    static const char *const suffixes[] = { "", "-wal", "-shm" };
    char name[128];
    for (size_t i = 0; i < COUNT(suffixes); i++) {
        snprintf(name, sizeof name, "%s%s", path, suffixes[i]);
        (void)unlink(name);
    }
    ck_assert_int_eq(rmdir(folder), 0);
}

static struct store *open_store(void)
{
    struct store *s = NULL;
    const char *why = "";
    ck_assert_msg(store_open(path, &s, &why) == 0, "%s", why);
    return s;
}

static int append(void *arg, const struct store_binding *b)
{
    char *all = arg;
    size_t n = strlen(all);
    snprintf(all + n, 1024 - n, "%s=%s:%u:%d%s%s;", b->sub, b->login, b->uid, b->origin,
             b->primary == NULL ? "" : ":", b->primary == NULL ? "" : b->primary);
    return 0;
}

static const char *contents(struct store *s)
{
    static char all[1024];
    all[0] = '\0';
    ck_assert_int_eq(store_each_binding(s, append, all), 0);
    return all;
}

static const struct store_binding alice = { "a", "alice", 2000, 0, NULL };
static const struct store_binding bob = { "b", "bob", 4294967294u, 1, "" };

/* ERR_REFUSED: one of them was. */
static int write_rows(struct store *s, const struct store_binding *rows, size_t n,
                      int (*write)(struct store *, const struct store_binding *, size_t, bool *))
{
    bool refused[8] = { false };
    ck_assert_uint_le(n, COUNT(refused));
    int err = write(s, rows, n, refused);
    for (size_t i = 0; i < n && err == 0; i++)
        err = refused[i] ? ERR_REFUSED : 0;
    return err;
}

static int add(struct store *s, const struct store_binding *rows, size_t n)
{
    return write_rows(s, rows, n, store_add_bindings);
}

static int set(struct store *s, const struct store_binding *rows, size_t n)
{
    return write_rows(s, rows, n, store_set_primaries);
}

/* R-ID-02: across a restart. R-SNAP-04: nobody else may read it. */
START_TEST(what_was_bound_is_there_again)
{
    struct stat st;
    make_folder();
    umask(0077);
    struct store *s = open_store();
    ck_assert_str_eq(contents(s), "");
    ck_assert_int_eq(add(s, &alice, 1), 0);
    ck_assert_int_eq(add(s, &bob, 1), 0);
    ck_assert_int_eq(add(s, NULL, 0), 0);
    store_close(&s);
    s = open_store();
    ck_assert_str_eq(contents(s), "a=alice:2000:0;b=bob:4294967294:1:;");
    store_close(&s);
    ck_assert_int_eq(stat(path, &st), 0);
    ck_assert_uint_eq(st.st_mode & 0777, 0600);
    drop_folder();
}
END_TEST

/* R-ID-02, R-ID-15: the database itself refuses a second owner, who keeps nobody else out. */
START_TEST(nothing_is_bound_twice)
{
    static const struct store_binding bad[] = {
        { "a", "other", 2001, 0, "" },
        { "c", "alice", 2001, 0, "" },
        { "c", "other", 2000, 0, "" },
        { "c", "other", 0, 0, "" },
    };
    make_folder();
    struct store *s = open_store();
    ck_assert_int_eq(add(s, &alice, 1), 0);
    for (size_t i = 0; i < COUNT(bad); i++) {
        ck_assert_msg(add(s, &bad[i], 1) == ERR_REFUSED, "row %zu", i);
        ck_assert_str_eq(contents(s), "a=alice:2000:0;");
    }
    const struct store_binding list[] = { bad[0], bob };
    ck_assert_int_eq(add(s, list, 2), ERR_REFUSED);
    ck_assert_str_eq(contents(s), "a=alice:2000:0;b=bob:4294967294:1:;");
    store_close(&s);
    drop_folder();
}
END_TEST

static int collect_gid(void *arg, const char *group, uint32_t gid)
{
    char *all = arg;
    size_t n = strlen(all);
    snprintf(all + n, 256 - n, "%s:%u;", group, gid);
    return 0;
}

/* R-ID-04: a primary group's gid, over a restart, and never two of one. */
START_TEST(primary_gids_are_there_again)
{
    char all[256] = "";
    make_folder();
    struct store *s = open_store();
    ck_assert_int_eq(store_each_gid(s, collect_gid, all), 0);
    ck_assert_str_eq(all, "");
    ck_assert_int_eq(store_add_gid(s, "Staff", 3000), 0);
    ck_assert_int_eq(store_add_gid(s, "Staff", 3001), ERR_REFUSED);
    ck_assert_int_eq(store_add_gid(s, "staff", 3000), ERR_REFUSED);
    ck_assert_int_eq(store_add_gid(s, "root", 0), ERR_REFUSED);
    ck_assert_int_eq(store_add_gid(s, "staff", 3001), 0);
    store_close(&s);
    s = open_store();
    ck_assert_int_eq(store_each_gid(s, collect_gid, all), 0);
    ck_assert_str_eq(all, "Staff:3000;staff:3001;");
    store_close(&s);
    drop_folder();
}
END_TEST

/* R-ID-04: the primary group of a user is decided once, all of a list or none, and over a restart;
 * the way back forgets them all and nothing else. */
START_TEST(primary_groups_are_decided_once)
{
    const struct store_binding first[] = { { .sub = "a", .primary = "Staff" } };
    const struct store_binding again[] = { { .sub = "a", .primary = "" } };
    const struct store_binding gone[] = { { .sub = "b", .primary = "Gone" },
                                          { .sub = "c", .primary = "Gone" } };
    const struct store_binding nobody[] = { { .sub = "x", .primary = "" } };
    const struct store_binding carl = { "c", "carl", 2002, 0, NULL };
    char all[256] = "";
    size_t users = 7;
    make_folder();
    struct store *s = open_store();
    ck_assert_int_eq(add(s, &alice, 1), 0);
    ck_assert_int_eq(add(s, &bob, 1), 0);
    ck_assert_int_eq(add(s, &carl, 1), 0);
    ck_assert_int_eq(store_add_gid(s, "Staff", 3000), 0);
    ck_assert_int_eq(set(s, first, 1), 0);
    ck_assert_int_eq(set(s, again, 1), ERR_REFUSED);
    ck_assert_int_eq(set(s, nobody, 1), ERR_REFUSED);
    ck_assert_int_eq(set(s, gone, 2), ERR_REFUSED); /* one of them: b has one */
    store_close(&s);
    s = open_store();
    ck_assert_str_eq(contents(s), "a=alice:2000:0:Staff;b=bob:4294967294:1:;c=carl:2002:0:Gone;");
    ck_assert_int_eq(store_open_primaries(s, &users), 0);
    ck_assert_uint_eq(users, 1); /* that group has no gid */
    ck_assert_str_eq(contents(s), "a=alice:2000:0:Staff;b=bob:4294967294:1:;c=carl:2002:0;");
    ck_assert_int_eq(store_drop_primaries(s, &users), 0);
    ck_assert_uint_eq(users, 2);
    ck_assert_str_eq(contents(s), "a=alice:2000:0;b=bob:4294967294:1;c=carl:2002:0;");
    ck_assert_int_eq(store_each_gid(s, collect_gid, all), 0);
    ck_assert_str_eq(all, "");
    store_close(&s);
    drop_folder();
}
END_TEST

/* A crash behind the return of a write loses nothing. */
START_TEST(a_write_survives_kill)
{
    make_folder();
    pid_t pid = fork();
    if (pid == 0) {
        struct store *s = open_store();
        int err = add(s, &alice, 1);
        kill(getpid(), err == 0 ? SIGKILL : SIGTERM);
    }
    int status;
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    struct store *s = open_store();
    ck_assert_str_eq(contents(s), "a=alice:2000:0;");
    store_close(&s);
    drop_folder();
}
END_TEST

static unsigned syncs;

/* Called by libsqlite3 too, in place of libc's. */
__attribute__((visibility("default"))) int fsync(int fd)
{
    syncs++;
    return (int)syscall(SYS_fsync, fd);
}

__attribute__((visibility("default"))) int fdatasync(int fd)
{
    syncs++;
    return (int)syscall(SYS_fdatasync, fd);
}

/* R-ID-02: nor does a power loss. */
START_TEST(each_write_is_on_the_disk)
{
    const struct store_binding first[] = { { .sub = "a", .primary = "Staff" } };
    make_folder();
    struct store *s = open_store();
    ck_assert_int_eq(add(s, &alice, 1), 0); /* the first one also begins the log */
    syncs = 0;
    ck_assert_int_eq(add(s, &bob, 1), 0);
    ck_assert_uint_gt(syncs, 0);
    syncs = 0;
    ck_assert_int_eq(store_add_gid(s, "Staff", 3000), 0);
    ck_assert_uint_gt(syncs, 0);
    syncs = 0;
    ck_assert_int_eq(set(s, first, 1), 0);
    ck_assert_uint_gt(syncs, 0);
    store_close(&s);
    drop_folder();
}
END_TEST

/* What one keeps in memory another one would change under it; who dies holds nothing. */
START_TEST(one_process_has_it)
{
    struct store *s = NULL;
    const char *why = "";
    int ready[2];
    char byte;
    make_folder();
    ck_assert_int_eq(pipe(ready), 0);
    pid_t pid = fork();
    if (pid == 0) {
        s = open_store();
        (void)!write(ready[1], "", 1);
        pause();
    }
    ck_assert_int_eq(read(ready[0], &byte, 1), 1);
    ck_assert_int_eq(store_open(path, &s, &why), ERR_UNAVAIL);
    ck_assert_ptr_nonnull(strstr(why, "in use"));
    ck_assert_int_eq(kill(pid, SIGKILL), 0);
    ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
    s = open_store();
    store_close(&s);
    s = open_store();
    store_close(&s);
    drop_folder();
}
END_TEST

START_TEST(broken_files_are_refused_and_left_alone)
{
    struct store *s = NULL;
    const char *why = "";
    char text[32] = "";
    make_folder();
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    ck_assert_int_eq(write(fd, "this is no database at all......", 32), 32);
    close(fd);
    ck_assert_int_eq(store_open(path, &s, &why), ERR_FORMAT);
    ck_assert_ptr_null(s);
    ck_assert_ptr_nonnull(strstr(why, "damaged"));
    ck_assert_ptr_nonnull(strstr(why, "frees every login name and uid"));
    fd = open(path, O_RDONLY | O_CLOEXEC);
    ck_assert_int_eq(read(fd, text, 7), 7);
    ck_assert_str_eq(text, "this is");
    close(fd);
    drop_folder();
}
END_TEST

static void add_many(unsigned n)
{
    char sub[40], login[40];
    struct store *s = open_store();
    for (unsigned i = 0; i < n; i++) {
        snprintf(sub, sizeof sub, "00000000-0000-4000-8000-%012u", i);
        snprintf(login, sizeof login, "somebody-with-a-name-%u", i);
        const struct store_binding row = { sub, login, 100000 + i, 0, "" };
        ck_assert_int_eq(add(s, &row, 1), 0);
    }
    store_close(&s);
}

/* R-ID-02: rows that are not there any more are names and uids for somebody else. */
START_TEST(a_page_that_lost_rows_is_damage)
{
    enum { PAGE_BYTES = 4096, CELLS_AT = 3 };
    struct store *s = NULL;
    const char *why = "";
    unsigned pages = 0;
    uint8_t was[2];
    struct stat st;
    make_folder();
    add_many(200);
    int fd = open(path, O_RDWR | O_CLOEXEC);
    ck_assert_int_eq(fstat(fd, &st), 0);
    for (off_t at = PAGE_BYTES; at < st.st_size; at += PAGE_BYTES) {
        ck_assert_int_eq(pread(fd, was, 2, at + CELLS_AT), 2);
        if (was[1] < 2)
            continue;
        const uint8_t half[2] = { was[0] / 2, was[1] / 2 };
        ck_assert_int_eq(pwrite(fd, half, 2, at + CELLS_AT), 2);
        ck_assert_msg(store_open(path, &s, &why) == ERR_FORMAT, "page at %ld", (long)at);
        ck_assert_int_eq(pwrite(fd, was, 2, at + CELLS_AT), 2);
        pages++;
    }
    close(fd);
    ck_assert_uint_ge(pages, 10); /* of the table and of its indexes */
    s = open_store();
    store_close(&s);
    drop_folder();
}
END_TEST

static void refused(const char *part_of_why)
{
    struct store *s = NULL;
    const char *why = "";
    ck_assert_int_eq(store_open(path, &s, &why), ERR_SYSTEM);
    ck_assert_ptr_null(s);
    ck_assert_msg(strstr(why, part_of_why) != NULL, "%s", why);
    ck_assert_ptr_null(strstr(why, "move it away")); /* it would free all names for nothing */
}

START_TEST(a_place_that_cannot_be_written_is_an_error)
{
    snprintf(path, sizeof path, "/proc/state.db");
    refused("cannot be opened");
    snprintf(path, sizeof path, "/proc/no-such-folder/state.db");
    refused("cannot be opened");
}
END_TEST

static ssize_t no_room(int fd, const void *bytes, size_t n, off_t at)
{
    (void)fd;
    (void)bytes;
    (void)n;
    (void)at;
    errno = ENOSPC;
    return -1;
}

/* NULL: as it was. */
static void write_by(ssize_t (*write)(int, const void *, size_t, off_t))
{
    static const char *const names[] = { "pwrite", "pwrite64" };
    sqlite3_vfs *vfs = sqlite3_vfs_find(NULL);
    for (size_t i = 0; i < COUNT(names); i++)
        (void)vfs->xSetSystemCall(vfs, names[i], (sqlite3_syscall_ptr)write);
}

START_TEST(a_full_disk_is_said)
{
    make_folder();
    ck_assert_int_eq(sqlite3_initialize(), SQLITE_OK);
    write_by(no_room);
    refused("the disk is full");
    write_by(NULL);
    struct store *s = open_store();
    ck_assert_int_eq(add(s, &alice, 1), 0);
    store_close(&s);
    write_by(no_room);
    refused("the disk is full");
    write_by(NULL);
    s = open_store();
    ck_assert_str_eq(contents(s), "a=alice:2000:0;");
    store_close(&s);
    drop_folder();
}
END_TEST

/* A tool that is quick is waited for. */
START_TEST(a_tool_that_holds_the_file_is_said)
{
    sqlite3 *db;
    make_folder();
    ck_assert_int_eq(sqlite3_open(path, &db), SQLITE_OK);
    ck_assert_int_eq(sqlite3_exec(db, "CREATE TABLE other (x); BEGIN EXCLUSIVE", NULL, NULL, NULL),
                     SQLITE_OK);
    int64_t since_ms = clock_ms();
    refused("in use by another process");
    ck_assert_int_ge(clock_ms() - since_ms, 400);
    sqlite3_close(db);
    drop_folder();
}
END_TEST

static int count_up(uint8_t *bytes, size_t n)
{
    static uint8_t next;
    for (size_t i = 0; i < n; i++)
        bytes[i] = next++;
    return 0;
}

static int add_owner(void *arg, const char *sub)
{
    char *all = arg;
    size_t n = strlen(all);
    snprintf(all + n, 256 - n, "%s;", sub);
    return 0;
}

static const char *owners(struct store *s)
{
    static char all[256];
    all[0] = '\0';
    ck_assert_int_eq(store_each_owner(s, add_owner, all), 0);
    return all;
}

static const struct store_verifier verifier = { .hash = "$y$canary-of-a-verifier", .written_s = 7 };

/* Secrets come back as they were, are replaced, and go one by one or all at once. */
START_TEST(secrets_come_and_go)
{
    struct store_device d = { .sealed = "canary-of-a-device", .sealed_bytes = 19, .written_s = 5 };
    struct store_device found;
    struct store_verifier v;
    uint8_t salt[STORE_SALT_BYTES], again[STORE_SALT_BYTES];
    make_folder();
    struct store *s = open_store();
    ck_assert_str_eq(owners(s), "");
    ck_assert_int_eq(store_find_device(s, "a", &found), ERR_ABSENT);
    ck_assert_int_eq(store_find_verifier(s, "a", &v), ERR_ABSENT);
    ck_assert_int_eq(store_set_failures(s, "a", 1), ERR_ABSENT);
    ck_assert_int_eq(store_salt(s, count_up, salt), 0);
    ck_assert_int_eq(store_put_device(s, "a", &d), 0);
    d.written_s = 6;
    ck_assert_int_eq(store_put_device(s, "a", &d), 0);
    ck_assert_int_eq(store_put_verifier(s, "a", &verifier), 0);
    ck_assert_int_eq(store_put_verifier(s, "b", &verifier), 0);
    ck_assert_int_eq(store_set_failures(s, "b", 3), 0);
    store_close(&s);
    s = open_store();
    ck_assert_int_eq(store_salt(s, count_up, again), 0);
    ck_assert_mem_eq(salt, again, sizeof salt);
    ck_assert_str_eq(owners(s), "a;b;");
    ck_assert_int_eq(store_find_device(s, "a", &found), 0);
    ck_assert_uint_eq(found.sealed_bytes, 19);
    ck_assert_mem_eq(found.sealed, d.sealed, 19);
    ck_assert_int_eq(found.written_s, 6);
    ck_assert_int_eq(store_find_verifier(s, "b", &v), 0);
    ck_assert_str_eq(v.hash, verifier.hash);
    ck_assert_int_eq(v.written_s, 7);
    ck_assert_uint_eq(v.failures, 3);
    ck_assert_int_eq(store_drop_verifier(s, "b"), 0);
    ck_assert_str_eq(owners(s), "a;");
    ck_assert_int_eq(store_drop_device(s, NULL), 0);
    ck_assert_int_eq(store_drop_verifier(s, NULL), 0);
    ck_assert_str_eq(owners(s), "");
    store_close(&s);
    drop_folder();
}
END_TEST

static bool files_hold(const char *needle)
{
    static const char *const suffixes[] = { "", "-wal", "-shm" };
    static char bytes[1 << 20];
    char name[128];
    bool found = false;
    for (size_t i = 0; i < COUNT(suffixes); i++) {
        snprintf(name, sizeof name, "%s%s", path, suffixes[i]);
        int fd = open(name, O_RDONLY | O_CLOEXEC);
        ssize_t n = fd < 0 ? 0 : read(fd, bytes, sizeof bytes);
        found = found || (n > 0 && memmem(bytes, (size_t)n, needle, strlen(needle)) != NULL);
        if (fd >= 0)
            close(fd);
    }
    return found;
}

/* R-SEC-01: a secret that was deleted is in no file any more. */
START_TEST(deleted_secrets_leave_no_bytes)
{
    const struct store_device d = { .sealed = "canary-of-a-device", .sealed_bytes = 19 };
    make_folder();
    struct store *s = open_store();
    ck_assert_int_eq(store_put_device(s, "a", &d), 0);
    ck_assert_int_eq(store_put_verifier(s, "a", &verifier), 0);
    ck_assert(files_hold("canary-of-a-device") && files_hold(verifier.hash));
    ck_assert_int_eq(store_drop_device(s, "a"), 0);
    ck_assert_int_eq(store_drop_verifier(s, "a"), 0);
    ck_assert(!files_hold("canary-of-a-device") && !files_hold(verifier.hash));
    store_close(&s);
    drop_folder();
}
END_TEST

/* R-SEC-01, R-PAM-10: the verifier of an old password could still be guessed at. */
START_TEST(replaced_secrets_leave_no_bytes)
{
    struct store_device d = { .sealed = "canary-of-a-device", .sealed_bytes = 19 };
    struct store_verifier v = { .hash = "$y$canary$of-an-old-password" };
    make_folder();
    struct store *s = open_store();
    ck_assert_int_eq(store_put_device(s, "a", &d), 0);
    ck_assert_int_eq(store_put_verifier(s, "a", &v), 0);
    ck_assert_int_eq(store_set_failures(s, "a", 1), 0); /* once more in the log */
    ck_assert(files_hold("canary-of-a-device") && files_hold(v.hash));
    memcpy(d.sealed, "the-one-that-is-due", 19);
    ck_assert_int_eq(store_put_device(s, "a", &d), 0);
    ck_assert_int_eq(store_put_verifier(s, "a", &verifier), 0);
    ck_assert(!files_hold("canary-of-a-device") && !files_hold(v.hash));
    ck_assert(files_hold(verifier.hash));
    store_close(&s);
    drop_folder();
}
END_TEST

/* The schema grows: a file of the first version keeps its bindings and takes secrets. */
START_TEST(an_older_file_is_brought_up_to_date)
{
    sqlite3 *db;
    make_folder();
    ck_assert_int_eq(sqlite3_open(path, &db), SQLITE_OK);
    ck_assert_int_eq(sqlite3_exec(db,
                                  "CREATE TABLE binding (serial INTEGER PRIMARY KEY,"
                                  " sub TEXT NOT NULL UNIQUE, login TEXT NOT NULL UNIQUE,"
                                  " uid INTEGER NOT NULL UNIQUE, origin INTEGER NOT NULL) STRICT;"
                                  "INSERT INTO binding VALUES (1, 'a', 'alice', 2000, 0);"
                                  "PRAGMA user_version = 1",
                                  NULL, NULL, NULL),
                     SQLITE_OK);
    sqlite3_close(db);
    struct store *s = open_store();
    ck_assert_str_eq(contents(s), "a=alice:2000:0;");
    ck_assert_int_eq(store_put_verifier(s, "a", &verifier), 0);
    ck_assert_int_eq(set(s, &(struct store_binding){ .sub = "a", .primary = "" }, 1),
                     0); /* it is open in an old file */
    store_close(&s);
    ck_assert_int_eq(sqlite3_open(path, &db), SQLITE_OK);
    ck_assert_int_eq(sqlite3_exec(db, "PRAGMA user_version = 99", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
    const char *why = "";
    ck_assert_int_eq(store_open(path, &s, &why), ERR_FORMAT);
    ck_assert_ptr_nonnull(strstr(why, "newer cognitod"));
    ck_assert_ptr_null(strstr(why, "move it away"));
    drop_folder();
}
END_TEST

SUITE("store", primary_gids_are_there_again, primary_groups_are_decided_once, secrets_come_and_go,
      deleted_secrets_leave_no_bytes, replaced_secrets_leave_no_bytes,
      an_older_file_is_brought_up_to_date, what_was_bound_is_there_again, nothing_is_bound_twice,
      a_write_survives_kill, each_write_is_on_the_disk, one_process_has_it,
      broken_files_are_refused_and_left_alone, a_page_that_lost_rows_is_damage,
      a_place_that_cannot_be_written_is_an_error, a_full_disk_is_said,
      a_tool_that_holds_the_file_is_said)
