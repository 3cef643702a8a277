/* SPDX-License-Identifier: Apache-2.0
 *
 * The client's end of connections to the daemon in pieces.
 */
#include "conn_fixture.h"

#include <check.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

unsigned fixture_closed;
const char *const devs[] = { "devs", NULL };

void fixture_on_closed(void *arg, struct conn *conn)
{
    (void)arg;
    (void)conn;
    fixture_closed++;
}

int fixture_connect_to(uid_t uid, enum conn_socket socket, struct conn **ret_conn)
{
    int ends[2];
    const struct conn_peer peer = { uid, 1 };
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends), 0);
    ck_assert_int_eq(conn_open(&fixture, ends[0], socket, &peer, fixture_on_closed, NULL, ret_conn),
                     0);
    return ends[1];
}

int fixture_connect(uid_t uid, enum conn_socket socket)
{
    struct conn *conn;
    return fixture_connect_to(uid, socket, &conn);
}

void fixture_turn(void)
{
    for (int i = 0; i < 5; i++)
        event_base_loop(fixture.loop, EVLOOP_NONBLOCK);
}

uint16_t fixture_exchange(int fd, const void *message, size_t n, uint16_t *ret_first)
{
    uint8_t reply[WIRE_HEADER_BYTES + WIRE_BODY_MAX];
    struct wire_header h;
    ck_assert_int_eq(write(fd, message, n), (ssize_t)n);
    fixture_turn();
    ssize_t got = read(fd, reply, sizeof reply);
    if (got <= 0)
        return 0;
    ck_assert_int_ge(got, WIRE_HEADER_BYTES + 2);
    ck_assert_int_eq(wire_header_read(reply, &h), 0);
    ck_assert_int_eq(got, WIRE_HEADER_BYTES + (ssize_t)h.length); /* R-IPC-03: exactly as long */
    struct rd r = rd_over(reply + WIRE_HEADER_BYTES, 2);
    *ret_first = rd_u16(&r);
    return h.opcode;
}

size_t fixture_start(uint8_t *buf, size_t cap, const char *name)
{
    struct wire_auth_start start = { .service = "sshd", .rhost = "192.0.2.7", .tty = "ssh" };
    memcpy(start.user, name, strlen(name) + 1);
    struct wire_msg m = wire_begin(buf, cap, WIRE_AUTH_START);
    wire_put_auth_start(&m, &start);
    return (size_t)wire_finish(&m);
}

size_t fixture_step(uint8_t *buf, size_t cap, const char *text)
{
    struct secret answer;
    ck_assert_int_eq(secret_set(&answer, text, strlen(text)), 0);
    struct wire_msg m = wire_begin(buf, cap, WIRE_AUTH_STEP);
    wire_put_auth_step(&m, &answer);
    return (size_t)wire_finish(&m);
}
