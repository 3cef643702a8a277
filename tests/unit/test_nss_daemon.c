/* SPDX-License-Identifier: Apache-2.0
 *
 * When the entry points ask the daemon, and how long that may take (R-NSS-09).
 */
#include "suite.h"

#include "base/clock.h"
#include "base/paths.h"
#include "entry.h"
#include "nss_fixture.h"
#include "wire/wire.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* The daemon of these tests: a thread that answers what `answer` says, and counts. */
static struct {
    int fd;
    pthread_t thread;
    _Atomic int questions;
    int err;            /* of the reply */
    uint32_t asking_ms; /* first says so, and answers after half of it */
    bool publishes;     /* before the answer */
} server;

static void send_answer(int fd, int err, uint32_t asking_ms)
{
    uint8_t reply[64];
    struct wire_msg m = wire_begin(reply, sizeof reply, WIRE_LOOKED_UP);
    struct wire_looked_up answer = { .err = err, .asking_ms = asking_ms };
    wire_put_looked_up(&m, &answer);
    int n = wire_finish(&m);
    if (n < 0 || send(fd, reply, (size_t)n, MSG_NOSIGNAL) != n)
        abort();
}

static void *serve(void *arg)
{
    (void)arg;
    for (;;) {
        uint8_t request[256];
        int fd = accept4(server.fd, NULL, NULL, SOCK_CLOEXEC);
        if (fd < 0)
            return NULL;
        if (recv(fd, request, sizeof request, 0) > 0) {
            server.questions++;
            if (server.asking_ms > 0) {
                send_answer(fd, 0, server.asking_ms);
                usleep(server.asking_ms * 500);
            }
            if (server.publishes)
                sample_publish(&sample, path_snap_dir);
            send_answer(fd, server.err, 0);
        }
        close(fd);
    }
}

static void start_daemon(bool is_frozen)
{
    struct sockaddr_un at = { .sun_family = AF_UNIX };
    ck_assert_msg(strlen(path_nss_socket) < sizeof at.sun_path, "build directory's path too long");
    memcpy(at.sun_path, path_nss_socket, strlen(path_nss_socket));
    unlink(path_nss_socket);
    server.questions = 0;
    server.fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ck_assert(server.fd >= 0 && bind(server.fd, (struct sockaddr *)&at, sizeof at) == 0 &&
              listen(server.fd, 8) == 0);
    if (!is_frozen)
        ck_assert_int_eq(pthread_create(&server.thread, NULL, serve, NULL), 0);
}

static void stop_daemon(bool is_frozen)
{
    shutdown(server.fd, SHUT_RDWR);
    if (!is_frozen)
        pthread_join(server.thread, NULL);
    close(server.fd);
    unlink(path_nss_socket);
}

/* How many have come to a frozen daemon since this was asked last. */
static int waiting_questions(void)
{
    int n = 0;
    ck_assert_int_eq(fcntl(server.fd, F_SETFL, O_NONBLOCK), 0);
    for (int fd; (fd = accept4(server.fd, NULL, NULL, SOCK_CLOEXEC)) >= 0; n++)
        close(fd);
    ck_assert_int_eq(errno, EAGAIN);
    return n;
}

static enum nss_status ask(const char *name, int64_t *ret_ms)
{
    int err;
    int64_t start = clock_ms();
    enum nss_status status = fixture_status(PASSWD_NAME, name, 0, &err);
    *ret_ms = clock_ms() - start;
    return status;
}

START_TEST(r_nss_09_a_user_the_daemon_finds_is_there_at_the_first_attempt)
{
    int64_t ms;
    fixture_begin(3, 1);
    sample.image.user_count = 2;
    sample_publish(&sample, path_snap_dir);
    sample.image.user_count = 3;
    server.err = 0;
    server.publishes = true;
    server.asking_ms = 600;
    start_daemon(false);
    ck_assert_int_eq(ask("u00002", &ms), NSS_STATUS_SUCCESS);
    ck_assert_int_ge(ms, 290);
    ck_assert_int_eq(ask("u00002", &ms), NSS_STATUS_SUCCESS);
    ck_assert_int_eq(server.questions, 1); /* R-NSS-09: a hit never asks */
    stop_daemon(false);
    fixture_end();
}
END_TEST

/* A host whose directory has not been read yet. */
START_TEST(r_nss_09_a_snapshot_of_nobody_is_enough_to_ask)
{
    int64_t ms;
    fixture_begin(3, 1);
    sample.image.is_whole = false;
    sample.image.user_count = 0;
    sample_publish(&sample, path_snap_dir);
    sample.image.user_count = 3;
    server.err = 0;
    server.publishes = true;
    server.asking_ms = 0;
    start_daemon(false);
    ck_assert_int_eq(ask("u00002", &ms), NSS_STATUS_SUCCESS);
    server.err = ERR_UNAVAIL;
    server.publishes = false;
    ck_assert_int_eq(ask("nosuch", &ms), NSS_STATUS_UNAVAIL);
    ck_assert_int_eq(server.questions, 2);
    stop_daemon(false);
    fixture_end();
}
END_TEST

START_TEST(r_nss_09_only_getpwnam_asks_and_remembers_misses)
{
    int64_t ms;
    int err;
    fixture_begin(3, 1);
    sample_publish(&sample, path_snap_dir);
    server.err = ERR_ABSENT;
    server.publishes = false;
    server.asking_ms = 0;
    start_daemon(false);
    for (int i = 0; i < 5; i++)
        ck_assert_int_eq(ask("nosuch", &ms), NSS_STATUS_NOTFOUND);
    ck_assert_int_eq(server.questions, 1);
    static const char *const never[] = { "root", "Upper", "", "a:b", "9", "x." };
    for (size_t i = 0; i < COUNT(never); i++)
        ck_assert_int_eq(ask(never[i], &ms), NSS_STATUS_NOTFOUND);
    ck_assert_int_eq(fixture_status(PASSWD_ID, NULL, 5000, &err), NSS_STATUS_NOTFOUND);
    ck_assert_int_eq(fixture_status(GROUP_NAME, "other", 0, &err), NSS_STATUS_NOTFOUND);
    ck_assert_int_eq(fixture_status(GROUP_ID, NULL, 5000, &err), NSS_STATUS_NOTFOUND);
    long start = 0, size = 0;
    gid_t *groups = NULL;
    ck_assert_int_eq(_nss_cognito_initgroups_dyn("other", 5000, &start, &size, &groups, 0, &err),
                     NSS_STATUS_NOTFOUND);
    ck_assert_int_eq(server.questions, 1);
    ck_assert_int_eq(ask("other", &ms), NSS_STATUS_NOTFOUND);
    ck_assert_int_eq(server.questions, 2);
    sample_publish(&sample, path_snap_dir); /* another snapshot: the miss may be over */
    ck_assert_int_eq(ask("nosuch", &ms), NSS_STATUS_NOTFOUND);
    ck_assert_int_eq(server.questions, 3);
    server.err = ERR_UNAVAIL;
    ck_assert_int_eq(ask("third", &ms), NSS_STATUS_NOTFOUND);
    ck_assert_int_eq(server.questions, 4);
    stop_daemon(false);
    fixture_end();
}
END_TEST

START_TEST(r_nss_09_an_absent_daemon_costs_nothing_a_frozen_one_200_ms_once)
{
    int64_t ms;
    fixture_begin(3, 1);
    sample_publish(&sample, path_snap_dir);
    int64_t quickest = INT64_MAX; /* a busy machine makes one slow, what waits all of them */
    for (int i = 0; i < 3; i++) {
        char name[24];
        snprintf(name, sizeof name, "absent%d", i);
        ck_assert_int_eq(ask(name, &ms), NSS_STATUS_NOTFOUND);
        quickest = ms < quickest ? ms : quickest;
    }
    ck_assert_int_lt(quickest, 190);
    start_daemon(true);
    ck_assert_int_eq(ask("frozen", &ms), NSS_STATUS_NOTFOUND);
    ck_assert_int_ge(ms, 190);
    for (int i = 0; i < 20; i++) {
        ck_assert_int_eq(ask(i % 2 == 0 ? "frozen" : "another", &ms), NSS_STATUS_NOTFOUND);
        ck_assert_int_eq(ask("u00001", &ms), NSS_STATUS_SUCCESS);
    }
    ck_assert_int_eq(waiting_questions(), 1);
    sleep(6);
    ck_assert_int_eq(ask("another", &ms), NSS_STATUS_NOTFOUND);
    ck_assert_int_ge(ms, 190);
    ck_assert_int_eq(waiting_questions(), 1);
    stop_daemon(true);
    fixture_end();
}
END_TEST

static void *miss_on(void *arg)
{
    char name[16];
    for (unsigned i = 0; i < 2000; i++) {
        int err;
        snprintf(name, sizeof name, "m%u", i % 40);
        if (fixture_status(PASSWD_NAME, name, 0, &err) != NSS_STATUS_NOTFOUND)
            return arg;
    }
    return NULL;
}

/* R-NSS-02: the memory of misses is shared without a lock. */
START_TEST(r_nss_02_misses_in_threads)
{
    pthread_t threads[4];
    fixture_begin(3, 1);
    sample_publish(&sample, path_snap_dir);
    for (size_t i = 0; i < COUNT(threads); i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, miss_on, &sample), 0);
    for (size_t i = 0; i < COUNT(threads); i++) {
        void *bad;
        ck_assert_int_eq(pthread_join(threads[i], &bad), 0);
        ck_assert_ptr_null(bad);
    }
    fixture_end();
}
END_TEST

SUITE("nss_daemon", r_nss_09_a_user_the_daemon_finds_is_there_at_the_first_attempt,
      r_nss_09_a_snapshot_of_nobody_is_enough_to_ask,
      r_nss_09_only_getpwnam_asks_and_remembers_misses,
      r_nss_09_an_absent_daemon_costs_nothing_a_frozen_one_200_ms_once, r_nss_02_misses_in_threads)
