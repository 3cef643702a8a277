/* SPDX-License-Identifier: Apache-2.0
 *
 * Hashes away from the loop: made, compared, cancelled, too many, and closed in the middle.
 */
#include "base/clock.h"
#include "daemon/hasher.h"
#include "suite.h"

#include <event2/event.h>
#include <string.h>

static struct event_base *loop;
static struct hasher *hasher;

static struct {
    unsigned calls;
    int err;
    char hash[HASHER_HASH_SIZE];
} last;

static void on_done(void *arg, int err, const char *hash)
{
    (void)arg;
    last.calls++;
    last.err = err;
    memcpy(last.hash, hash, strlen(hash) + 1);
}

static void open_all(void)
{
    loop = event_base_new();
    memset(&last, 0, sizeof last);
    ck_assert_int_eq(hasher_open(loop, &hasher), 0);
}

static void close_all(void)
{
    hasher_close(&hasher);
    ck_assert_ptr_null(hasher);
    event_base_free(loop);
}

static int start(const char *owner, const char *password, const char *hash,
                 struct hasher_job **ret_job)
{
    struct secret s;
    ck_assert_int_eq(secret_set(&s, password, strlen(password)), 0);
    return hasher_start(hasher, owner, &s, hash, on_done, NULL, ret_job);
}

static void run(unsigned calls)
{
    int64_t until_ms = clock_ms() + 30000;
    while (last.calls < calls && clock_ms() < until_ms)
        event_base_loop(loop, EVLOOP_ONCE);
    ck_assert_uint_eq(last.calls, calls);
}

/* R-PAM-10: a verifier is yescrypt, salted, and fits one owner and one password. */
START_TEST(a_hash_fits_its_password_and_owner)
{
    static char longest[SECRET_MAX + 1], longer[SECRET_MAX + 1];
    struct hasher_job *job;
    char hash[HASHER_HASH_SIZE];
    open_all();
    memset(longest, 'x', SECRET_MAX);
    memcpy(longer, longest, SECRET_MAX);
    longer[SECRET_MAX - 1] = 'y';
    const struct {
        const char *owner, *password;
        int err;
    } rows[] = {
        { "a", longest, 0 },
        { "a", longer, ERR_AUTH },
        { "b", longest, ERR_AUTH },
        { "a", "", ERR_AUTH },
    };
    ck_assert_int_eq(start("a", longest, NULL, &job), 0);
    run(1);
    ck_assert_int_eq(last.err, 0);
    ck_assert_int_eq(strncmp(last.hash, "$y$", 3), 0);
    memcpy(hash, last.hash, sizeof hash);
    for (unsigned i = 0; i < COUNT(rows); i++) {
        ck_assert_int_eq(start(rows[i].owner, rows[i].password, hash, &job), 0);
        run(2 + i);
        ck_assert_msg(last.err == rows[i].err, "row %u: %d", i, last.err);
    }
    ck_assert_int_eq(start("a", longest, NULL, &job), 0);
    run(6);
    ck_assert_str_ne(last.hash, hash);
    close_all();
}
END_TEST

/* Neither a hash of another kind nor a broken one lets anybody in. */
START_TEST(other_hashes_fit_nobody)
{
    static const char *const bad[] = { "x", "*0", "$6$salt$hash", "$y$", "$y$j9T$", "$1$a$b" };
    struct hasher_job *job;
    open_all();
    for (unsigned i = 0; i < COUNT(bad); i++) {
        ck_assert_int_eq(start("a", "password", bad[i], &job), 0);
        run(1 + i);
        ck_assert_msg(last.err != 0, "%s", bad[i]);
    }
    close_all();
}
END_TEST

START_TEST(the_queue_has_an_end)
{
    struct hasher_job *jobs[HASHER_JOBS], *one_more;
    open_all();
    for (size_t i = 0; i < HASHER_JOBS; i++)
        ck_assert_int_eq(start("a", "password", NULL, &jobs[i]), 0);
    ck_assert_int_eq(start("a", "password", NULL, &one_more), ERR_LIMIT);
    hasher_cancel(&jobs[0]);
    ck_assert_ptr_null(jobs[0]);
    run(HASHER_JOBS - 1); /* the cancelled one tells nobody */
    ck_assert_int_eq(start("a", "password", NULL, &one_more), 0);
    run(HASHER_JOBS);
    close_all();
}
END_TEST

START_TEST(closing_drops_what_waits)
{
    struct hasher_job *job;
    open_all();
    for (size_t i = 0; i < HASHER_JOBS; i++)
        ck_assert_int_eq(start("a", "password", NULL, &job), 0);
    close_all();
    ck_assert_uint_eq(last.calls, 0);
}
END_TEST

SUITE("hasher", a_hash_fits_its_password_and_owner, other_hashes_fit_nobody, the_queue_has_an_end,
      closing_drops_what_waits)
