/* SPDX-License-Identifier: Apache-2.0
 *
 * Connections as the daemon sees them: who may ask what, and what is no message.
 */
#include "base/clock.h"
#include "conn_fixture.h"
#include "suite.h"

#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* The linker sends every event_add() of the daemon's code here (--wrap): the last timeout it asked
 * for, -1 for none, which passes in a hundredth of its time while is_quick. */
static int64_t asked_ms;
static bool is_quick;

int __real_event_add(struct event *event, const struct timeval *timeout);
int __wrap_event_add(struct event *event, const struct timeval *timeout);
int __wrap_event_add(struct event *event, const struct timeval *timeout)
{
    asked_ms = timeout == NULL ? -1 : timeout->tv_sec * 1000 + timeout->tv_usec / 1000;
    const struct timeval quick = { 0, asked_ms * 10 };
    return __real_event_add(event, timeout != NULL && is_quick ? &quick : timeout);
}

static size_t make_lookup(uint8_t *buf, size_t cap, const char *name)
{
    struct wire_msg m = wire_begin(buf, cap, WIRE_LOOKUP);
    wire_put_lookup(&m, name);
    return (size_t)wire_finish(&m);
}

static size_t make_plain(uint8_t *buf, size_t cap, uint16_t opcode)
{
    struct wire_msg m = wire_begin(buf, cap, opcode);
    if (opcode == WIRE_SHOW_USER)
        wire_put_show_user(&m, "alice");
    if (opcode == WIRE_SESSION_OPEN || opcode == WIRE_SESSION_CLOSE)
        wire_put_session(&m, &(struct wire_session){ "alice", "sshd" });
    return (size_t)wire_finish(&m);
}

/* R-IPC-01: every operation as root, as the daemon, as the user, as another user. Only refusals of
 * STATUS are tried here: its facts need the whole daemon. */
START_TEST(the_table_says_who_may_ask_what)
{
    enum { NO = -ERR_REFUSED };
    fixture_open(DEVS);
    const struct image_user *alice =
        fixture_user(&(struct person){ .sub = "a", .username = "alice" }, devs);
    const uid_t daemon = 995, other = 1234;
    const struct {
        uid_t uid;
        enum conn_socket socket;
        uint16_t opcode, reply, first;
    } rows[] = {
        { 0, CONN_NSS, WIRE_LOOKUP, WIRE_LOOKED_UP, 0 },
        { daemon, CONN_NSS, WIRE_LOOKUP, WIRE_LOOKED_UP, 0 },
        { alice->uid, CONN_NSS, WIRE_LOOKUP, WIRE_LOOKED_UP, 0 },
        { other, CONN_NSS, WIRE_LOOKUP, WIRE_LOOKED_UP, 0 },
        { 0, CONN_PAM, WIRE_AUTH_START, WIRE_PROMPT, WIRE_PROMPT_PASSWORD << 8 },
        { daemon, CONN_PAM, WIRE_AUTH_START, WIRE_RESULT, NO },
        { alice->uid, CONN_PAM, WIRE_AUTH_START, WIRE_PROMPT, WIRE_PROMPT_PASSWORD << 8 },
        { other, CONN_PAM, WIRE_AUTH_START, WIRE_RESULT, NO },
        { 0, CONN_PAM, WIRE_SESSION_OPEN, WIRE_RESULT, -ERR_ABSENT },
        { daemon, CONN_PAM, WIRE_SESSION_OPEN, WIRE_RESULT, NO },
        { alice->uid, CONN_PAM, WIRE_SESSION_OPEN, WIRE_RESULT, NO },
        { other, CONN_PAM, WIRE_SESSION_OPEN, WIRE_RESULT, NO },
        { 0, CONN_PAM, WIRE_SESSION_CLOSE, WIRE_RESULT, -ERR_ABSENT },
        { daemon, CONN_PAM, WIRE_SESSION_CLOSE, WIRE_RESULT, NO },
        { alice->uid, CONN_PAM, WIRE_SESSION_CLOSE, WIRE_RESULT, NO },
        { other, CONN_PAM, WIRE_SESSION_CLOSE, WIRE_RESULT, NO },
        { daemon, CONN_CTL, WIRE_STATUS, WIRE_FACTS, NO },
        { alice->uid, CONN_CTL, WIRE_STATUS, WIRE_FACTS, NO },
        { other, CONN_CTL, WIRE_STATUS, WIRE_FACTS, NO },
        { 0, CONN_CTL, WIRE_SHOW_USER, WIRE_FACTS, 0 },
        { daemon, CONN_CTL, WIRE_SHOW_USER, WIRE_FACTS, NO },
        { alice->uid, CONN_CTL, WIRE_SHOW_USER, WIRE_FACTS, NO },
        { other, CONN_CTL, WIRE_SHOW_USER, WIRE_FACTS, NO },
        /* Over a socket where it does not belong: no answer at all. */
        { 0, CONN_NSS, WIRE_AUTH_START, 0, 0 },
        { 0, CONN_CTL, WIRE_LOOKUP, 0, 0 },
        { 0, CONN_PAM, WIRE_STATUS, 0, 0 },
        { 0, CONN_NSS, WIRE_SHOW_USER, 0, 0 },
        { 0, CONN_NSS, WIRE_SESSION_OPEN, 0, 0 },
        { 0, CONN_CTL, WIRE_SESSION_CLOSE, 0, 0 },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        uint8_t message[512];
        uint16_t first = 0;
        size_t n = rows[i].opcode == WIRE_LOOKUP ? make_lookup(message, sizeof message, "alice")
                   : rows[i].opcode == WIRE_AUTH_START
                       ? fixture_start(message, sizeof message, "alice")
                       : make_plain(message, sizeof message, rows[i].opcode);
        int fd = fixture_connect(rows[i].uid, rows[i].socket);
        uint16_t reply = fixture_exchange(fd, message, n, &first);
        ck_assert_msg(reply == rows[i].reply && first == rows[i].first, "row %zu: %x %x", i, reply,
                      first);
        close(fd);
        fixture_turn();
    }
    ck_assert_uint_eq(fixture_closed, COUNT(rows));
    fixture_close();
}
END_TEST

/* R-IPC-03 */
START_TEST(what_is_no_message_ends_the_connection)
{
    uint8_t good[512], message[512];
    fixture_open(DEVS);
    size_t n = make_lookup(good, sizeof good, "alice");
    static const struct {
        size_t at;
        uint8_t value;
    } rows[] = {
        { 0, 0 },    /* magic */
        { 4, 2 },    /* major */
        { 6, 0x7f }, /* opcode */
        { 6, 0x80 }, /* a reply's */
        { 8, 0xff }, /* length, far beyond */
        { 11, 0 },   /* length, too short */
        { 12, 200 }, /* the name's length, beyond the body */
        { 13, '/' }, /* no name */
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        uint16_t first;
        fixture_closed = 0;
        memcpy(message, good, n);
        message[rows[i].at] = rows[i].value;
        int fd = fixture_connect(0, CONN_NSS);
        ck_assert_msg(fixture_exchange(fd, message, n, &first) == 0, "row %zu", i);
        ck_assert_uint_eq(fixture_closed, 1);
        close(fd);
    }
    fixture_close();
}
END_TEST

START_TEST(a_message_in_pieces_is_a_message)
{
    uint8_t message[512];
    uint16_t first = 1;
    fixture_open(DEVS);
    fixture_user(&(struct person){ .sub = "a", .username = "alice" }, devs);
    size_t n = make_lookup(message, sizeof message, "alice");
    int fd = fixture_connect(0, CONN_NSS);
    for (size_t i = 0; i + 1 < n; i++) {
        ck_assert_int_eq(write(fd, message + i, 1), 1);
        fixture_turn();
    }
    ck_assert_uint_eq(fixture_exchange(fd, message + n - 1, 1, &first), WIRE_LOOKED_UP);
    ck_assert_uint_eq(first, 0);
    close(fd);
    fixture_turn();
    fixture_close();
}
END_TEST

/* R-IPC-06: the deadline is the message's, not the byte's. */
START_TEST(a_message_drop_by_drop_is_too_late)
{
    uint8_t message[512];
    struct conn *conn;
    fixture_open(DEVS);
    size_t n = fixture_start(message, sizeof message, "alice");
    int fd = fixture_connect_to(0, CONN_PAM, &conn);
    fixture_closed = 0;
    conn_expect(conn, 200);
    for (size_t i = 0; fixture_closed == 0 && i + 1 < n; i++) { /* for seconds, if it may */
        ck_assert_int_eq(send(fd, message + i, 1, MSG_NOSIGNAL), 1);
        (void)poll(NULL, 0, 40);
        fixture_turn();
    }
    ck_assert_uint_eq(fixture_closed, 1);
    close(fd);
    fixture_close();
}
END_TEST

/* R-IPC-06: after a part of a message only what is left of its time is waited for. */
START_TEST(a_part_of_a_message_buys_no_time)
{
    struct conn *conn;
    fixture_open(DEVS);
    int fd = fixture_connect_to(0, CONN_PAM, &conn);
    conn_expect(conn, 30000);
    ck_assert_int_eq(asked_ms, 30000);
    (void)poll(NULL, 0, 40);
    ck_assert_int_eq(write(fd, "C", 1), 1);
    fixture_closed = 0;
    is_quick = true;
    fixture_turn();
    ck_assert_int_gt(asked_ms, 0);
    ck_assert_int_le(asked_ms, 29960);
    fixture_run(&fixture_closed);
    is_quick = false;
    close(fd);
    fixture_close();
}
END_TEST

/* R-IPC-06 */
START_TEST(who_says_nothing_is_not_waited_for)
{
    fixture_open(DEVS);
    fixture_closed = 0;
    is_quick = true;
    int fd = fixture_connect(0, CONN_PAM);
    ck_assert_int_eq(asked_ms, 5000);
    fixture_run(&fixture_closed);
    is_quick = false;
    close(fd);
    fixture_close();
}
END_TEST

/* R-IPC-06: the daemon is at work, so that only the sending has a deadline. */
START_TEST(who_does_not_read_is_not_waited_for)
{
    static const uint8_t much[4 << 20];
    struct conn *conn;
    fixture_open(DEVS);
    int fd = fixture_connect_to(0, CONN_PAM, &conn);
    conn_expect(conn, 0);
    fixture_closed = 0;
    is_quick = true;
    ck_assert_int_eq(conn_send(conn, much, sizeof much), 0);
    event_base_loop(fixture.loop, EVLOOP_NONBLOCK);
    ck_assert_int_eq(asked_ms, 5000);
    ck_assert_uint_eq(fixture_closed, 0);
    fixture_run(&fixture_closed);
    is_quick = false;
    close(fd);
    fixture_close();
}
END_TEST

/* A second message while the daemon is at work, or one without a dialogue, ends the connection. */
START_TEST(messages_out_of_turn_end_the_connection)
{
    uint8_t message[1024];
    uint16_t first;
    fixture_open(DEVS);
    fixture_user(&(struct person){ .sub = "a", .username = "alice" }, devs);
    size_t n = fixture_start(message, sizeof message, "alice");
    memcpy(message + n, message, n);
    int fd = fixture_connect(0, CONN_PAM);
    ck_assert_uint_eq(fixture_exchange(fd, message, 2 * n, &first), 0);
    close(fd);
    fd = fixture_connect(0, CONN_PAM);
    ck_assert_uint_eq(
        fixture_exchange(fd, message, fixture_step(message, sizeof message, "x"), &first), 0);
    close(fd);
    fixture_close();
}
END_TEST

SUITE("conn", the_table_says_who_may_ask_what, what_is_no_message_ends_the_connection,
      a_message_in_pieces_is_a_message, a_message_drop_by_drop_is_too_late,
      a_part_of_a_message_buys_no_time, who_says_nothing_is_not_waited_for,
      who_does_not_read_is_not_waited_for, messages_out_of_turn_end_the_connection)
