/* SPDX-License-Identifier: Apache-2.0
 *
 * The daemon's listening sockets, as the service manager hands them over.
 */
#include "base/clock.h"
#include "base/paths.h"
#include "daemon/conn.h"
#include "daemon/listener.h"
#include "daemon_fixture.h"
#include "suite.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

/* While this is set the linker's --wrap makes crowds of it: whoever knocks has the uid caller, and
 * an admitted connection is a peer in a list, without a descriptor. */
static bool is_crowd;
static uid_t caller;
static struct conn_peer crowd[8192];
static size_t crowd_size;

int __real_getsockopt(int fd, int level, int name, void *value, socklen_t *len);
int __wrap_getsockopt(int fd, int level, int name, void *value, socklen_t *len);
int __wrap_getsockopt(int fd, int level, int name, void *value, socklen_t *len)
{
    int rc = __real_getsockopt(fd, level, name, value, len);
    if (is_crowd && level == SOL_SOCKET && name == SO_PEERCRED)
        ((struct ucred *)value)->uid = caller;
    return rc;
}

int __real_conn_open(struct daemon *d, int fd, enum conn_socket socket,
                     const struct conn_peer *peer, void (*closed)(void *arg, struct conn *conn),
                     void *arg, struct conn **ret_conn);
int __wrap_conn_open(struct daemon *d, int fd, enum conn_socket socket,
                     const struct conn_peer *peer, void (*closed)(void *arg, struct conn *conn),
                     void *arg, struct conn **ret_conn);
int __wrap_conn_open(struct daemon *d, int fd, enum conn_socket socket,
                     const struct conn_peer *peer, void (*closed)(void *arg, struct conn *conn),
                     void *arg, struct conn **ret_conn)
{
    if (!is_crowd)
        return __real_conn_open(d, fd, socket, peer, closed, arg, ret_conn);
    close(fd);
    crowd[crowd_size] = *peer;
    *ret_conn = (struct conn *)&crowd[crowd_size++];
    return 0;
}

const struct conn_peer *__real_conn_peer(const struct conn *conn);
const struct conn_peer *__wrap_conn_peer(const struct conn *conn);
const struct conn_peer *__wrap_conn_peer(const struct conn *conn)
{
    return is_crowd ? (const struct conn_peer *)conn : __real_conn_peer(conn);
}

static int bound_socket(const char *name)
{
    struct sockaddr_un at = { .sun_family = AF_UNIX };
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    snprintf(at.sun_path, sizeof at.sun_path, "%.90s/%s", path_snap_dir, name);
    (void)unlink(at.sun_path);
    if (bind(fd, (const struct sockaddr *)&at, sizeof at) != 0 || listen(fd, 4) != 0)
        return -1;
    return fd;
}

/* As the service manager hands them over, from descriptor 3 on. */
static bool hand_over(void)
{
    int pam = fcntl(bound_socket("pam"), F_DUPFD, 100),
        ctl = fcntl(bound_socket("ctl"), F_DUPFD, 100);
    char pid[16];
    snprintf(pid, sizeof pid, "%d", (int)getpid());
    return pam >= 0 && ctl >= 0 && dup2(pam, 3) == 3 && dup2(ctl, 4) == 4 &&
           setenv("LISTEN_PID", pid, 1) == 0 && setenv("LISTEN_FDS", "2", 1) == 0 &&
           setenv("LISTEN_FDNAMES", "pam:ctl", 1) == 0;
}

static void limit_descriptors(rlim_t n)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = n;
        (void)setrlimit(RLIMIT_NOFILE, &limit);
    }
}

/* Turns of the loop within ms, at most 1000. */
static unsigned turns_in(int64_t ms)
{
    unsigned turns = 0;
    int64_t until_ms = clock_ms() + ms;
    while (clock_ms() < until_ms && turns < 1000) {
        event_base_loop(fixture.loop, EVLOOP_ONCE);
        turns++;
    }
    return turns;
}

/* In a process of its own, which gives up what it has at 3 and 4. */
static int status_of(int (*play)(void))
{
    int status = -1;
    fixture_open(""); /* makes the folders */
    fixture_close();
    pid_t child = fork();
    if (child == 0)
        _exit(play());
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    return status;
}

static int run_out_of_descriptors(void)
{
    struct listener *listener = NULL;
    struct sockaddr_un at;
    socklen_t n = sizeof at;
    if (!hand_over())
        return 1;
    fixture_open("");
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (listener_open(&fixture, &listener) != 0 || getsockname(3, (struct sockaddr *)&at, &n) != 0)
        return 2;
    limit_descriptors(0);
    if (connect(fd, (const struct sockaddr *)&at, n) != 0 || turns_in(350) > 20)
        return 3;
    limit_descriptors(256);
    for (int i = 0; i < 5 && listener_connections(listener) == 0; i++)
        event_base_loop(fixture.loop, EVLOOP_ONCE);
    return listener_connections(listener) == 1 ? 0 : 4;
}

/* Neither a busy loop nor the end of accepting. */
START_TEST(without_descriptors_accepting_pauses)
{
    ck_assert_int_eq(status_of(run_out_of_descriptors), 0);
}
END_TEST

static bool answers(const struct sockaddr_un *at)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool is_there = connect(fd, (const struct sockaddr *)at, sizeof *at) == 0;
    close(fd);
    return is_there;
}

static int lose_the_socket(void)
{
    struct listener *listener = NULL;
    struct sockaddr_un at = { .sun_family = AF_UNIX };
    if (!hand_over())
        return 1;
    fixture_open("");
    snprintf(at.sun_path, sizeof at.sun_path, "%.107s", path_nss_socket);
    if (listener_open(&fixture, &listener) != 0 || !answers(&at))
        return 2;
    for (int times = 0; times < 2; times++) {
        if (unlink(path_nss_socket) != 0 || answers(&at))
            return 3;
        int64_t until_ms = clock_ms() + 5000;
        while (!answers(&at) && clock_ms() < until_ms)
            event_base_loop(fixture.loop, EVLOOP_ONCE);
        if (!answers(&at))
            return 4;
    }
    size_t before = listener_connections(listener);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connect(fd, (const struct sockaddr *)&at, sizeof at) != 0)
        return 5;
    int64_t until_ms = clock_ms() + 5000;
    while (listener_connections(listener) <= before && clock_ms() < until_ms)
        event_base_loop(fixture.loop, EVLOOP_ONCE);
    bool is_admitted = listener_connections(listener) > before;
    listener_close(&listener);
    return is_admitted ? 0 : 6;
}

START_TEST(a_socket_that_was_removed_is_made_anew)
{
    ck_assert_int_eq(status_of(lose_the_socket), 0);
}
END_TEST

/* How many more are admitted when this uid connects so often. */
static size_t knock(const struct listener *listener, uid_t uid, unsigned times)
{
    size_t before = listener_connections(listener);
    struct sockaddr_un at = { .sun_family = AF_UNIX };
    snprintf(at.sun_path, sizeof at.sun_path, "%.107s", path_nss_socket);
    caller = uid;
    for (unsigned i = 0; i < times; i++) {
        (void)answers(&at);
        event_base_loop(fixture.loop, EVLOOP_ONCE);
    }
    return listener_connections(listener) - before;
}

static int fill_up(void)
{
    struct listener *listener = NULL;
    size_t all = 0;
    if (!hand_over())
        return 1;
    fixture_open("");
    is_crowd = true;
    if (listener_open(&fixture, &listener) != 0)
        return 2;
    if (knock(listener, 1000, 66) != 64 || knock(listener, 0, 100) != 100)
        return 3;
    for (uid_t uid = 1001; uid < 1046; uid++)
        all += knock(listener, uid, 64);
    if (all != 45 * 64 || knock(listener, 1046, 64) != 3072 - 46 * 64 - 100)
        return 4;
    if (knock(listener, 1047, 2) != 0)
        return 5;
    return knock(listener, 0, 1026) == 1024 && knock(listener, 1047, 1) == 0 ? 0 : 6;
}

/* R-IPC-05: 64 of one user, 3072 before root's reserve, 4096 in all. */
START_TEST(connections_are_capped_but_root_has_a_reserve)
{
    ck_assert_int_eq(status_of(fill_up), 0);
}
END_TEST

SUITE("listener", connections_are_capped_but_root_has_a_reserve,
      a_socket_that_was_removed_is_made_anew, without_descriptors_accepting_pauses)
