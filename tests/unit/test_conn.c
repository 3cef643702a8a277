/* SPDX-License-Identifier: Apache-2.0
 *
 * Connections as the daemon sees them: who may ask what, what is no message, and what is freed when
 * a peer goes away.
 */
#include "base/clock.h"
#include "base/paths.h"
#include "cognito/api.h"
#include "daemon/conn.h"
#include "daemon/limiter.h"
#include "daemon/listener.h"
#include "daemon_fixture.h"
#include "suite.h"

#include <fcntl.h>
#include <malloc.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define DEVS "[access]\nallow_groups = devs\n[directory]\nlookup_wait = 0\n"
#define CHALLENGE(name, params)                                                                    \
    "{\"ChallengeName\":\"" name "\",\"Session\":\"session-of-more-than-twenty-characters\","      \
    "\"ChallengeParameters\":{" params "}}"
static const char *const devs[] = { "devs", NULL };

static unsigned closed;

static void on_closed(void *arg, struct conn *conn)
{
    (void)arg;
    (void)conn;
    closed++;
}

/* The client's end of a connection of this uid. */
static int connect_as(uid_t uid, enum conn_socket socket)
{
    int ends[2];
    struct conn *conn;
    const struct conn_peer peer = { uid, 1 };
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends), 0);
    ck_assert_int_eq(conn_open(&fixture, ends[0], socket, &peer, on_closed, NULL, &conn), 0);
    return ends[1];
}

static void turn(void)
{
    for (int i = 0; i < 5; i++)
        event_base_loop(fixture.loop, EVLOOP_NONBLOCK);
}

/* The reply's opcode and its first field (an err, or a prompt's kind); 0 when the daemon hung up.
 */
static uint16_t exchange(int fd, const void *message, size_t n, uint16_t *ret_first)
{
    uint8_t reply[WIRE_HEADER_BYTES + WIRE_BODY_MAX];
    struct wire_header h;
    ck_assert_int_eq(write(fd, message, n), (ssize_t)n);
    turn();
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

static size_t make_lookup(uint8_t *buf, size_t cap, const char *name)
{
    struct wire_msg m = wire_begin(buf, cap, WIRE_LOOKUP);
    wire_put_lookup(&m, name);
    return (size_t)wire_finish(&m);
}

static size_t make_start(uint8_t *buf, size_t cap, const char *name)
{
    struct wire_auth_start start = { .service = "sshd", .rhost = "192.0.2.7", .tty = "ssh" };
    memcpy(start.user, name, strlen(name) + 1);
    struct wire_msg m = wire_begin(buf, cap, WIRE_AUTH_START);
    wire_put_auth_start(&m, &start);
    return (size_t)wire_finish(&m);
}

static size_t make_step(uint8_t *buf, size_t cap, const char *text)
{
    struct secret answer;
    ck_assert_int_eq(secret_set(&answer, text, strlen(text)), 0);
    struct wire_msg m = wire_begin(buf, cap, WIRE_AUTH_STEP);
    wire_put_auth_step(&m, &answer);
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
                       ? make_start(message, sizeof message, "alice")
                       : make_plain(message, sizeof message, rows[i].opcode);
        int fd = connect_as(rows[i].uid, rows[i].socket);
        uint16_t reply = exchange(fd, message, n, &first);
        ck_assert_msg(reply == rows[i].reply && first == rows[i].first, "row %zu: %x %x", i, reply,
                      first);
        close(fd);
        turn();
    }
    ck_assert_uint_eq(closed, COUNT(rows));
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
        closed = 0;
        memcpy(message, good, n);
        message[rows[i].at] = rows[i].value;
        int fd = connect_as(0, CONN_NSS);
        ck_assert_msg(exchange(fd, message, n, &first) == 0, "row %zu", i);
        ck_assert_uint_eq(closed, 1);
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
    int fd = connect_as(0, CONN_NSS);
    for (size_t i = 0; i + 1 < n; i++) {
        ck_assert_int_eq(write(fd, message + i, 1), 1);
        turn();
    }
    ck_assert_uint_eq(exchange(fd, message + n - 1, 1, &first), WIRE_LOOKED_UP);
    ck_assert_uint_eq(first, 0);
    close(fd);
    turn();
    fixture_close();
}
END_TEST

/* R-IPC-06: the deadline is the message's, not the byte's. */
START_TEST(a_message_drop_by_drop_is_too_late)
{
    int ends[2];
    uint8_t message[512];
    struct conn *conn;
    const struct conn_peer peer = { 0, 1 };
    fixture_open(DEVS);
    size_t n = make_start(message, sizeof message, "alice");
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends), 0);
    ck_assert_int_eq(conn_open(&fixture, ends[0], CONN_PAM, &peer, on_closed, NULL, &conn), 0);
    closed = 0;
    conn_expect(conn, 200);
    int64_t began_ms = clock_ms();
    for (size_t i = 0; closed == 0 && i + 1 < n; i++) {
        ck_assert_int_eq(send(ends[1], message + i, 1, MSG_NOSIGNAL), 1);
        (void)poll(NULL, 0, 40);
        turn();
    }
    ck_assert_uint_eq(closed, 1);
    ck_assert_int_lt(clock_ms() - began_ms, 1000);
    close(ends[1]);
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
    size_t n = make_start(message, sizeof message, "alice");
    memcpy(message + n, message, n);
    int fd = connect_as(0, CONN_PAM);
    ck_assert_uint_eq(exchange(fd, message, 2 * n, &first), 0);
    close(fd);
    fd = connect_as(0, CONN_PAM);
    ck_assert_uint_eq(exchange(fd, message, make_step(message, sizeof message, "x"), &first), 0);
    close(fd);
    fixture_close();
}
END_TEST

/* Answers the first prompt and hangs up before the pool has said anything. */
static void abandon_login(void)
{
    uint8_t message[1024];
    uint16_t first;
    closed = 0;
    int fd = connect_as(0, CONN_PAM);
    ck_assert_uint_eq(exchange(fd, message, make_start(message, sizeof message, "alice"), &first),
                      WIRE_PROMPT);
    size_t size = make_step(message, sizeof message, "pw");
    ck_assert_int_eq(write(fd, message, size), (ssize_t)size);
    close(fd);
    int64_t began_ms = clock_ms();
    while (closed == 0 && clock_ms() < began_ms + 1000)
        event_base_loop(fixture.loop, EVLOOP_NONBLOCK);
    ck_assert_uint_eq(closed, 1);
}

static void open_with_alice(void)
{
    fixture_open(DEVS);
    fixture_user(&(struct person){ .sub = "a", .username = "alice" }, devs);
    fixture_reply("AdminInitiateAuth", 0, "");
}

/* R-IPC-06: a request to the pool under way is given up with the connection. */
START_TEST(an_abandoned_login_is_freed_at_once)
{
    open_with_alice();
    abandon_login();
    fixture_close(); /* under ASan: nothing is left */
}
END_TEST

/* R-PAM-13: the pool counts a password that it was sent, whoever waits for the answer. */
START_TEST(hanging_up_does_not_make_a_guess_uncounted)
{
    static const char source[] = "address 192.0.2.7";
    open_with_alice();
    for (int i = 0; i < LIMITER_FAILURES; i++) {
        ck_assert_int_eq(limiter_check(fixture.limiter, source, "alice", clock_ms()), 0);
        abandon_login();
    }
    ck_assert_int_eq(limiter_check(fixture.limiter, source, "alice", clock_ms()), ERR_MAXTRIES);
    ck_assert_uint_eq(fixture_asked("AdminInitiateAuth"), LIMITER_FAILURES);
    fixture_close();
}
END_TEST

/* The request to the pool after a password, in a login that this uid begins. */
/* R-PAM-13, R-PAM-11: who is stopped sees the dialogue of a wrong password; the pool is not asked.
 */
START_TEST(a_stopped_guesser_sees_a_wrong_password)
{
    uint8_t message[1024];
    uint16_t first = 0;
    open_with_alice();
    fixture_reply("AdminInitiateAuth", 200, "{}");
    for (int i = 0; i < LIMITER_FAILURES; i++)
        limiter_failed(fixture.limiter, "address 192.0.2.7", "alice", clock_ms());
    int fd = connect_as(0, CONN_PAM);
    ck_assert_uint_eq(exchange(fd, message, make_start(message, sizeof message, "alice"), &first),
                      WIRE_PROMPT);
    ck_assert_uint_eq(exchange(fd, message, make_step(message, sizeof message, "pw"), &first), 0);
    struct pollfd p = { .fd = fd, .events = POLLIN };
    for (int i = 0; i < 60 && poll(&p, 1, 50) == 0; i++)
        turn();
    ck_assert_int_ge(read(fd, message, sizeof message), WIRE_HEADER_BYTES + 2);
    struct rd r = rd_over(message + WIRE_HEADER_BYTES, 2);
    ck_assert_uint_eq(rd_u16(&r), -ERR_AUTH);
    ck_assert_uint_eq(fixture_asked("AdminInitiateAuth"), 0);
    close(fd);
    turn();
    fixture_close();
}
END_TEST

static const char *request_of(uid_t uid)
{
    uint8_t message[1024];
    uint16_t first;
    int fd = connect_as(uid, CONN_PAM);
    ck_assert_uint_eq(exchange(fd, message, make_start(message, sizeof message, "alice"), &first),
                      WIRE_PROMPT);
    size_t size = make_step(message, sizeof message, "pw");
    ck_assert_int_eq(write(fd, message, size), (ssize_t)size);
    turn();
    close(fd);
    turn();
    return fixture_request("AdminInitiateAuth");
}

/* R-IPC-01: who may only ask for himself cannot say where he comes from. */
START_TEST(only_root_says_where_a_login_comes_from)
{
    fixture_open(DEVS);
    fixture_reply("AdminInitiateAuth", 200, "{}");
    const struct image_user *alice =
        fixture_user(&(struct person){ .sub = "a", .username = "alice" }, devs);
    ck_assert_ptr_nonnull(strstr(request_of(0), "192.0.2.7"));
    ck_assert_ptr_null(strstr(request_of(alice->uid), "192.0.2.7"));
    ck_assert_uint_eq(fixture_asked("AdminInitiateAuth"), 2);
    fixture_close();
}
END_TEST

/* R-PAM-11 in its beginning: who does not exist sees the same first prompt. */
START_TEST(unknown_users_see_the_same_prompt)
{
    uint8_t message[512];
    uint16_t first = 0;
    fixture_open(DEVS);
    fixture_user(&(struct person){ .sub = "a", .username = "alice" }, devs);
    int fd = connect_as(0, CONN_PAM);
    ck_assert_uint_eq(exchange(fd, message, make_start(message, sizeof message, "nobody9"), &first),
                      WIRE_PROMPT);
    ck_assert_uint_eq(first >> 8, WIRE_PROMPT_PASSWORD);
    close(fd);
    turn();
    fixture_close();
}
END_TEST

static uint16_t say(int fd, const char *answer, uint16_t *ret_first)
{
    uint8_t message[1024];
    return exchange(fd, message, make_step(message, sizeof message, answer), ret_first);
}

static int start_login(uint16_t *ret_first)
{
    uint8_t message[512];
    int fd = connect_as(0, CONN_PAM);
    ck_assert_uint_eq(
        exchange(fd, message, make_start(message, sizeof message, "alice"), ret_first),
        WIRE_PROMPT);
    return fd;
}

/* What the module splits by the prompt's kind is split here in the same way: the pool gets the
 * password without the code, and the code where the authenticator's is asked for. */
START_TEST(password_and_code_in_one_answer)
{
    uint16_t first = 0;
    open_with_alice();
    fixture.config->single_prompt = true;
    fixture_reply("AdminInitiateAuth", 200, CHALLENGE("SOFTWARE_TOKEN_MFA", ""));
    fixture_reply("AdminRespondToAuthChallenge", 400,
                  "{\"__type\":\"CodeMismatchException\",\"message\":\"no\"}");
    int fd = start_login(&first);
    ck_assert_uint_eq(first >> 8, WIRE_PROMPT_PASSWORD_AND_CODE);
    ck_assert_uint_eq(say(fd, "pw123456", &first), WIRE_PROMPT); /* the wrong code, once more */
    ck_assert_uint_eq(first >> 8, WIRE_PROMPT_CODE);
    ck_assert_ptr_nonnull(strstr(fixture_request("AdminInitiateAuth"), "\"PASSWORD\":\"pw\""));
    ck_assert_ptr_nonnull(strstr(fixture_request("AdminRespondToAuthChallenge"),
                                 "\"SOFTWARE_TOKEN_MFA_CODE\":\"123456\""));
    close(fd);
    turn();
    fd = start_login(&first);
    ck_assert_uint_eq(say(fd, "pw", &first), WIRE_PROMPT);
    ck_assert_uint_eq(first >> 8, WIRE_PROMPT_CODE);
    ck_assert_uint_eq(fixture_asked("AdminRespondToAuthChallenge"), 1);
    close(fd);
    turn();
    fixture_close();
}
END_TEST

/* The next message's opcode and first field, when it comes; 0: the daemon hung up. */
static uint16_t await(int fd, uint16_t *ret_first)
{
    uint8_t reply[WIRE_HEADER_BYTES + WIRE_BODY_MAX];
    struct wire_header h;
    ssize_t n;
    while ((n = read(fd, reply, sizeof reply)) < 0)
        event_base_loop(fixture.loop, EVLOOP_ONCE);
    if (n == 0)
        return 0;
    ck_assert_int_eq(wire_header_read(reply, &h), 0);
    struct rd r = rd_over(reply + WIRE_HEADER_BYTES, 2);
    *ret_first = rd_u16(&r);
    return h.opcode;
}

/* A person who does not answer is refused, as one who answers wrong: not "the cloud is away". A
 * part of an answer is none. */
START_TEST(who_does_not_answer_is_refused)
{
    open_with_alice();
    fixture.config->prompt_timeout_s = 1;
    uint16_t first = 0;
    closed = 0;
    const int fds[] = { start_login(&first), start_login(&first) };
    ck_assert_int_eq(write(fds[1], "COG1", 4), 4);
    for (size_t i = 0; i < COUNT(fds); i++) {
        ck_assert_uint_eq(await(fds[i], &first), WIRE_RESULT);
        ck_assert_uint_eq(first, -ERR_AUTH);
        ck_assert_uint_eq(await(fds[i], &first), 0);
        close(fds[i]);
    }
    ck_assert_uint_eq(closed, COUNT(fds));
    ck_assert_int_eq(limiter_check(fixture.limiter, "address 192.0.2.7", "alice", clock_ms()), 0);
    ck_assert_uint_eq(fixture_asked("AdminInitiateAuth"), 0);
    fixture_close();
}
END_TEST

/* 2,000 people may sit before prompts at once: 32 MiB, of which this is most. */
START_TEST(an_open_dialogue_is_small)
{
    enum { PEOPLE = 20, MOST_BYTES = 15000 };
    static char challenge[2048];
    int fds[PEOPLE];
    uint16_t first = 0;
    char session[1501] = "";
    memset(session, 's', sizeof session - 1);
    snprintf(challenge, sizeof challenge,
             "{\"ChallengeName\":\"MFA_SETUP\",\"Session\":\"%s\",\"ChallengeParameters\":"
             "{\"MFAS_CAN_SETUP\":\"[\\\"SOFTWARE_TOKEN_MFA\\\"]\"}}",
             session);
    open_with_alice();
    fixture_reply("AdminInitiateAuth", 200, challenge);
    fixture_reply("AssociateSoftwareToken", 200,
                  "{\"SecretCode\":\"KVKFKRCPNZQUYMLXOVYDSQKJKZDTSRLDKVKFKRCPNZQUYMLXOVYD\"}");
    int warm_up = start_login(&first); /* what libraries keep for all */
    (void)say(warm_up, "pw", &first);
    size_t before = mallinfo2().uordblks;
    for (size_t i = 0; i < PEOPLE; i++)
        fds[i] = start_login(&first);
    size_t asked = mallinfo2().uordblks;
    for (size_t i = 0; i < PEOPLE; i++)
        ck_assert_uint_eq(say(fds[i], "pw", &first), WIRE_PROMPT);
    size_t enrolling = mallinfo2().uordblks;
    ck_assert_uint_le((asked - before) / PEOPLE, MOST_BYTES);
    ck_assert_uint_le((enrolling - before) / PEOPLE, MOST_BYTES);
    for (size_t i = 0; i < PEOPLE; i++)
        close(fds[i]);
    close(warm_up);
    turn();
    fixture_close();
}
END_TEST

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
static int run_out_of_descriptors(void)
{
    struct listener *listener = NULL;
    struct sockaddr_un at;
    socklen_t n = sizeof at;
    if (!hand_over())
        return 1;
    fixture_open(DEVS);
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
    int status = -1;
    fixture_open(DEVS); /* makes the folders */
    fixture_close();
    pid_t child = fork();
    if (child == 0)
        _exit(run_out_of_descriptors());
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(status, 0);
}
END_TEST

SUITE("conn", the_table_says_who_may_ask_what, what_is_no_message_ends_the_connection,
      a_message_in_pieces_is_a_message, a_message_drop_by_drop_is_too_late,
      without_descriptors_accepting_pauses, messages_out_of_turn_end_the_connection,
      an_abandoned_login_is_freed_at_once, hanging_up_does_not_make_a_guess_uncounted,
      a_stopped_guesser_sees_a_wrong_password, only_root_says_where_a_login_comes_from,
      unknown_users_see_the_same_prompt, password_and_code_in_one_answer,
      who_does_not_answer_is_refused, an_open_dialogue_is_small)
