/* SPDX-License-Identifier: Apache-2.0
 *
 * state.db: what was bound is there again, nothing is bound twice, and what is broken is said.
 */
#include "store/store.h"
#include "suite.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
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
    snprintf(all + n, 1024 - n, "%s=%s:%u:%d;", b->sub, b->login, b->uid, b->origin);
    return 0;
}

static const char *contents(struct store *s)
{
    static char all[1024];
    all[0] = '\0';
    ck_assert_int_eq(store_each_binding(s, append, all), 0);
    return all;
}

static const struct store_binding alice = { "a", "alice", 2000, 0 };
static const struct store_binding bob = { "b", "bob", 4294967294u, 1 };

/* R-ID-02: across a restart. R-SNAP-04: nobody else may read it. */
START_TEST(what_was_bound_is_there_again)
{
    struct stat st;
    make_folder();
    umask(0077);
    struct store *s = open_store();
    ck_assert_str_eq(contents(s), "");
    ck_assert_int_eq(store_add_bindings(s, &alice, 1), 0);
    ck_assert_int_eq(store_add_bindings(s, &bob, 1), 0);
    ck_assert_int_eq(store_add_bindings(s, NULL, 0), 0);
    store_close(&s);
    s = open_store();
    ck_assert_str_eq(contents(s), "a=alice:2000:0;b=bob:4294967294:1;");
    store_close(&s);
    ck_assert_int_eq(stat(path, &st), 0);
    ck_assert_uint_eq(st.st_mode & 0777, 0600);
    drop_folder();
}
END_TEST

/* R-ID-02, R-ID-15: the database itself refuses a second owner, and takes all of a list or none. */
START_TEST(nothing_is_bound_twice)
{
    static const struct store_binding bad[] = {
        { "a", "other", 2001, 0 },
        { "c", "alice", 2001, 0 },
        { "c", "other", 2000, 0 },
        { "c", "other", 0, 0 },
    };
    make_folder();
    struct store *s = open_store();
    ck_assert_int_eq(store_add_bindings(s, &alice, 1), 0);
    for (size_t i = 0; i < COUNT(bad); i++) {
        const struct store_binding list[] = { bob, bad[i] };
        ck_assert_msg(store_add_bindings(s, list, 2) == ERR_REFUSED, "row %zu", i);
        ck_assert_str_eq(contents(s), "a=alice:2000:0;");
    }
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
        int err = store_add_bindings(s, &alice, 1);
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
    ck_assert_ptr_nonnull(strstr(why, "broken"));
    fd = open(path, O_RDONLY | O_CLOEXEC);
    ck_assert_int_eq(read(fd, text, 7), 7);
    ck_assert_str_eq(text, "this is");
    close(fd);
    drop_folder();
}
END_TEST

START_TEST(a_place_that_cannot_be_written_is_an_error)
{
    struct store *s = NULL;
    const char *why = "";
    ck_assert_int_eq(store_open("/proc/state.db", &s, &why), ERR_SYSTEM);
    ck_assert_ptr_null(s);
}
END_TEST

SUITE("store", what_was_bound_is_there_again, nothing_is_bound_twice, a_write_survives_kill,
      broken_files_are_refused_and_left_alone, a_place_that_cannot_be_written_is_an_error)
