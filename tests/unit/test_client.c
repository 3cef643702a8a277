/* SPDX-License-Identifier: Apache-2.0
 *
 * The guest side of the sockets against servers that are absent, frozen, slow, rude or somebody
 * else's. Whatever is answered has all the time that a busy machine may take; what must not take
 * long is judged by the quickest of three, since what waits makes all of them slow.
 */
#include "suite.h"

#include "base/clock.h"
#include "client/client.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define ANSWER_MS 20000

static char dir[64], path[80];
static pid_t server;

static void setup(void)
{
    snprintf(dir, sizeof dir, "/tmp/client-test-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(dir));
    snprintf(path, sizeof path, "%s/sock", dir);
    server = 0;
}

static void end_server(void)
{
    if (server > 0) {
        kill(server, SIGKILL);
        waitpid(server, NULL, 0);
    }
    server = 0;
    unlink(path);
}

static void teardown(void)
{
    end_server();
    rmdir(dir);
}

static int bound_socket(const char *at)
{
    struct sockaddr_un to = { .sun_family = AF_UNIX };
    snprintf(to.sun_path, sizeof to.sun_path, "%s", at);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(bind(fd, (struct sockaddr *)&to, sizeof to), 0);
    return fd;
}

static int listening(int backlog)
{
    int fd = bound_socket(path);
    ck_assert_int_eq(listen(fd, backlog), 0);
    return fd;
}

/* Runs serve with one accepted connection in another process. */
static void serve_with(void (*serve)(int fd))
{
    int fd = listening(4);
    server = fork();
    if (server == 0) {
        int connection = accept4(fd, NULL, NULL, SOCK_CLOEXEC);
        serve(connection);
        _exit(0);
    }
    close(fd);
}

static void read_request(int fd)
{
    uint8_t buf[256];
    if (recv(fd, buf, sizeof buf, 0) <= 0)
        _exit(1);
}

static size_t looked_up(uint8_t *buf, size_t cap, int err, uint32_t asking_ms)
{
    struct wire_msg m = wire_begin(buf, cap, WIRE_LOOKED_UP);
    wire_put_looked_up(&m, &(struct wire_looked_up){ .err = err, .asking_ms = asking_ms });
    int size = wire_finish(&m);
    return size < 0 ? 0 : (size_t)size;
}

static void say(int fd, int err, uint32_t asking_ms)
{
    uint8_t buf[64];
    size_t n = looked_up(buf, sizeof buf, err, asking_ms);
    (void)!send(fd, buf, n, MSG_NOSIGNAL);
}

static void nap_ms(int ms)
{
    usleep((useconds_t)ms * 1000);
}

static int64_t timed_lookup(uint32_t first_ms, uint32_t most_ms, int wanted_err)
{
    int64_t begin = clock_ms();
    ck_assert_int_eq(client_lookup(path, "alice", first_ms, most_ms), wanted_err);
    return clock_ms() - begin;
}

/* serve: in a process of its own, or NULL: what lies at the path now. */
static int64_t quickest_lookup(void (*serve)(int fd), uint32_t first_ms, uint32_t most_ms,
                               int wanted_err)
{
    int64_t quickest = INT64_MAX;
    for (int i = 0; i < 3; i++) {
        if (serve != NULL)
            serve_with(serve);
        int64_t took = timed_lookup(first_ms, most_ms, wanted_err);
        quickest = took < quickest ? took : quickest;
        if (serve != NULL)
            end_server();
    }
    return quickest;
}

START_TEST(absent_socket_answers_at_once)
{
    ck_assert_int_lt(quickest_lookup(NULL, 200, 2000, ERR_UNAVAIL), 190);
    close(bound_socket(path)); /* a socket file that nobody listens on */
    ck_assert_int_lt(quickest_lookup(NULL, 200, 2000, ERR_UNAVAIL), 190);
}
END_TEST

START_TEST(paths_are_absolute_and_bounded)
{
    int fd = -7;
    char long_path[200];
    memset(long_path, 'a', sizeof long_path - 1);
    long_path[0] = '/';
    long_path[sizeof long_path - 1] = '\0';
    ck_assert_int_eq(client_connect("relative", clock_ms() + 100, &fd), ERR_REFUSED);
    ck_assert_int_eq(client_connect(long_path, clock_ms() + 100, &fd), ERR_REFUSED);
    ck_assert_int_eq(client_connect("/no-such-socket", clock_ms() + 100, &fd), ERR_UNAVAIL);
    ck_assert_int_eq(fd, -7);
}
END_TEST

static void freeze(int fd)
{
    (void)fd;
    for (;;)
        pause();
}

/* R-IPC-06 */
START_TEST(frozen_server_costs_the_first_time_only)
{
    int64_t took = quickest_lookup(freeze, 200, 5000, ERR_TIMEOUT);
    ck_assert(took >= 195 && took < 1000);
}
END_TEST

/* R-IPC-06: nobody accepts and the queue is full. */
START_TEST(full_backlog_is_a_timeout)
{
    int listener = listening(0), fds[8], n = 0;
    while (n < 8 && client_connect(path, clock_ms() + 20, &fds[n]) == 0)
        n++;
    ck_assert_int_lt(n, 8);
    int64_t took = quickest_lookup(NULL, 200, 5000, ERR_TIMEOUT);
    ck_assert(took >= 195 && took < 1000);
    while (n > 0)
        close(fds[--n]);
    close(listener);
}
END_TEST

static void say_yes(int fd)
{
    read_request(fd);
    say(fd, 0, 0);
}

static void say_no(int fd)
{
    read_request(fd);
    say(fd, ERR_ABSENT, 0);
}

static void say_cloud_down(int fd)
{
    read_request(fd);
    say(fd, ERR_STALE, 0);
}

static int lowest_descriptor(void)
{
    int fd = fcntl(0, F_DUPFD_CLOEXEC, 3);
    close(fd);
    return fd;
}

/* R-NSS-04: no descriptor survives the call. */
START_TEST(answers_come_through)
{
    serve_with(say_yes);
    int before = lowest_descriptor();
    ck_assert_int_eq(client_lookup(path, "alice", ANSWER_MS, ANSWER_MS), 0);
    ck_assert_int_eq(lowest_descriptor(), before);
}
END_TEST

START_TEST(absent_comes_through)
{
    serve_with(say_no);
    ck_assert_int_eq(client_lookup(path, "alice", ANSWER_MS, ANSWER_MS), ERR_ABSENT);
}
END_TEST

START_TEST(every_other_answer_is_unavailable)
{
    serve_with(say_cloud_down);
    ck_assert_int_eq(client_lookup(path, "alice", ANSWER_MS, ANSWER_MS), ERR_UNAVAIL);
}
END_TEST

static void ask_and_say_yes(int fd)
{
    read_request(fd);
    say(fd, 0, ANSWER_MS);
    nap_ms(400);
    say(fd, 0, 0);
}

START_TEST(asking_is_waited_for)
{
    serve_with(ask_and_say_yes);
    ck_assert_int_ge(timed_lookup(ANSWER_MS, ANSWER_MS, 0), 395);
}
END_TEST

static void ask_for_ever(int fd)
{
    read_request(fd);
    say(fd, 0, UINT32_MAX);
    freeze(fd);
}

START_TEST(asking_is_waited_for_no_longer_than_the_caller_wants)
{
    int64_t took = quickest_lookup(ask_for_ever, 200, 500, ERR_TIMEOUT);
    ck_assert_int_lt(took, 1500);
}
END_TEST

static void drip(int fd)
{
    uint8_t buf[64];
    size_t n = looked_up(buf, sizeof buf, 0, 0);
    for (size_t i = 0; i < n; i++) {
        nap_ms(50);
        if (send(fd, buf + i, 1, MSG_NOSIGNAL) != 1)
            _exit(0);
    }
}

/* R-IPC-06: the deadline is the message's, not the byte's. */
START_TEST(dripping_server_is_a_timeout)
{
    ck_assert_int_lt(quickest_lookup(drip, 200, 5000, ERR_TIMEOUT), 1000);
}
END_TEST

static void say_garbage(int fd)
{
    read_request(fd);
    (void)!send(fd, "SSH-2.0-OpenSSH_9.2p1\r\n", 23, MSG_NOSIGNAL);
}

static void say_another_opcode(int fd)
{
    uint8_t buf[64];
    struct wire_msg m = wire_begin(buf, sizeof buf, WIRE_FACTS);
    wr_u16(&m.body, 0); /* as an answer would be, and a good one */
    wr_u32(&m.body, 0);
    int size = wire_finish(&m);
    read_request(fd);
    (void)!send(fd, buf, size < 0 ? 0 : (size_t)size, MSG_NOSIGNAL);
}

static void hang_up(int fd)
{
    close(fd);
}

/* R-IPC-03 */
START_TEST(garbage_is_unavailable)
{
    serve_with(say_garbage);
    ck_assert_int_eq(client_lookup(path, "alice", ANSWER_MS, ANSWER_MS), ERR_UNAVAIL);
}
END_TEST

START_TEST(another_opcode_is_unavailable)
{
    serve_with(say_another_opcode);
    ck_assert_int_eq(client_lookup(path, "alice", ANSWER_MS, ANSWER_MS), ERR_UNAVAIL);
}
END_TEST

START_TEST(hanging_up_is_unavailable)
{
    serve_with(hang_up);
    ck_assert_int_eq(client_lookup(path, "alice", ANSWER_MS, ANSWER_MS), ERR_UNAVAIL);
}
END_TEST

START_TEST(names_too_long_are_not_sent)
{
    serve_with(freeze);
    ck_assert_int_eq(client_lookup(path, "a-name-that-is-longer-than-any-name", 200, 2000),
                     ERR_UNAVAIL);
}
END_TEST

/* R-IPC-03: the header decides, nothing of the body is read into a buffer that is too small. */
START_TEST(replies_larger_than_the_buffer_are_refused)
{
    int fds[2];
    uint8_t buf[64], small[4];
    uint16_t opcode = 77;
    struct rd body;
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds), 0);
    size_t n = looked_up(buf, sizeof buf, 0, 0);
    ck_assert_int_eq(send(fds[1], buf, n, MSG_NOSIGNAL), (int)n);
    ck_assert_int_eq(client_receive(fds[0], small, sizeof small, clock_ms() + 100, &opcode, &body),
                     ERR_SPACE);
    ck_assert_uint_eq(opcode, 77);
    close(fds[0]);
    close(fds[1]);
}
END_TEST

/* R-PAM-15: no SIGPIPE; R-IPC-06: a peer that reads nothing. */
START_TEST(sending_is_bounded)
{
    int fds[2];
    static uint8_t megabyte[1 << 20];
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds), 0);
    int64_t quickest = INT64_MAX;
    for (int i = 0; i < 3; i++) {
        int64_t begin = clock_ms();
        ck_assert_int_eq(client_send(fds[0], megabyte, sizeof megabyte, begin + 100), ERR_TIMEOUT);
        quickest = clock_ms() - begin < quickest ? clock_ms() - begin : quickest;
    }
    ck_assert_int_lt(quickest, 1000);
    close(fds[1]);
    ck_assert_int_eq(client_send(fds[0], megabyte, 10, clock_ms() + 100), ERR_CLOSED);
    close(fds[0]);
}
END_TEST

/* Our host may have closed 0-2, or execute another program later (R-NSS-04). */
START_TEST(descriptor_is_not_a_standard_one_and_not_inherited)
{
    int fd = -1, listener = listening(4), saved = fcntl(0, F_DUPFD_CLOEXEC, 10);
    close(0);
    ck_assert_int_eq(client_connect(path, clock_ms() + 100, &fd), 0);
    bool is_standard = fd < 3;
    ck_assert_int_ne(fcntl(fd, F_GETFD) & FD_CLOEXEC, 0);
    ck_assert_int_eq(fcntl(0, F_GETFD), -1); /* and nothing was left there */
    if (saved >= 0)
        ck_assert_int_eq(dup2(saved, 0), 0);
    ck_assert(!is_standard);
    close(fd);
    close(listener);
}
END_TEST

/* R-IPC-02: SO_PEERCRED shows who called listen(). As root, somebody else listens in root's
 * directory; as anybody else, we ourselves listen in a directory that is root's. */
START_TEST(listener_is_root_or_the_owner_of_the_directory)
{
    int fd = -7;
    struct stat st;
    char in_tmp[64];
    snprintf(in_tmp, sizeof in_tmp, "/tmp/client-test-%d", (int)getpid());
    ck_assert_int_eq(stat("/tmp", &st), 0);
    int listener = bound_socket(in_tmp);
    if (geteuid() == 0)
        ck_assert_int_eq(seteuid(65534), 0);
    ck_assert_int_eq(listen(listener, 4), 0);
    if (getuid() == 0)
        ck_assert_int_eq(seteuid(0), 0);
    if (st.st_uid == 0)
        ck_assert_int_eq(client_connect(in_tmp, clock_ms() + 100, &fd), ERR_REFUSED);
    ck_assert(st.st_uid != 0 || fd == -7);
    close(listener);
    unlink(in_tmp);
}
END_TEST

/* R-IPC-02: cognitod made nss.sock in its own directory. Only root can show it. */
START_TEST(the_owner_of_the_directory_may_listen)
{
    int fd = -7;
    int listener = bound_socket(path);
    if (geteuid() == 0) {
        ck_assert_int_eq(chown(dir, 65534, 65534), 0);
        ck_assert_int_eq(seteuid(65534), 0);
    }
    ck_assert_int_eq(listen(listener, 4), 0);
    if (getuid() == 0)
        ck_assert_int_eq(seteuid(0), 0);
    ck_assert_int_eq(client_connect(path, clock_ms() + ANSWER_MS, &fd), 0);
    ck_assert_int_eq(fcntl(fd, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC); /* R-NSS-04 */
    close(fd);
    close(listener);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        absent_socket_answers_at_once,
        paths_are_absolute_and_bounded,
        frozen_server_costs_the_first_time_only,
        full_backlog_is_a_timeout,
        answers_come_through,
        absent_comes_through,
        every_other_answer_is_unavailable,
        asking_is_waited_for,
        asking_is_waited_for_no_longer_than_the_caller_wants,
        dripping_server_is_a_timeout,
        garbage_is_unavailable,
        another_opcode_is_unavailable,
        hanging_up_is_unavailable,
        names_too_long_are_not_sent,
        replies_larger_than_the_buffer_are_refused,
        sending_is_bounded,
        descriptor_is_not_a_standard_one_and_not_inherited,
        listener_is_root_or_the_owner_of_the_directory,
        the_owner_of_the_directory_may_listen,
    };
    TCase *tcase = tcase_create("client");
    Suite *suite = suite_create("client");
    tcase_add_checked_fixture(tcase, setup, teardown);
    for (size_t i = 0; i < COUNT(tests); i++)
        tcase_add_test(tcase, tests[i]);
    suite_add_tcase(suite, tcase);
    return suite_run(suite);
}
