/* SPDX-License-Identifier: Apache-2.0
 *
 * Logins over a connection: what the pool is asked, what is counted, and what is freed when a peer
 * goes away.
 */
#include "base/clock.h"
#include "conn_fixture.h"
#include "daemon/boot.h"
#include "daemon/limiter.h"
#include "daemon/log.h"
#include "daemon/sync.h"
#include "log_fixture.h"
#include "suite.h"

#include <malloc.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define CHALLENGE(name, params)                                                                    \
    "{\"ChallengeName\":\"" name "\",\"Session\":\"session-of-more-than-twenty-characters\","      \
    "\"ChallengeParameters\":{" params "}}"

static const struct limiter_source here = { .text = "address 192.0.2.7" };

/* Answers the first prompt and hangs up before the pool has said anything. */
static void abandon_login(void)
{
    uint8_t message[1024];
    uint16_t first;
    fixture_closed = 0;
    int fd = fixture_connect(0, CONN_PAM);
    ck_assert_uint_eq(
        fixture_exchange(fd, message, fixture_start(message, sizeof message, "alice"), &first),
        WIRE_PROMPT);
    size_t size = fixture_step(message, sizeof message, "pw");
    ck_assert_int_eq(write(fd, message, size), (ssize_t)size);
    close(fd);
    int64_t began_ms = clock_ms();
    while (fixture_closed == 0 && clock_ms() < began_ms + 1000)
        event_base_loop(fixture.loop, EVLOOP_NONBLOCK);
    ck_assert_uint_eq(fixture_closed, 1);
}

static void open_with_alice(void)
{
    fixture_open(DEVS);
    fixture_user(&(struct person){ .sub = "a", .username = "alice" }, devs);
    fixture_reply("AdminInitiateAuth", 0, "");
}

/* R-IPC-06: what the dialogue held goes with the connection. */
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
    open_with_alice();
    for (int i = 0; i < LIMITER_FAILURES; i++) {
        ck_assert_int_eq(limiter_check(fixture.limiter, &here, "alice", clock_ms()), 0);
        abandon_login();
    }
    ck_assert_int_eq(limiter_check(fixture.limiter, &here, "alice", clock_ms()), ERR_MAXTRIES);
    ck_assert_uint_eq(fixture_asked("AdminInitiateAuth"), LIMITER_FAILURES);
    fixture_close();
}
END_TEST

/* R-PAM-13, R-PAM-11: who is stopped sees the dialogue of a wrong password; the pool is not asked.
 */
START_TEST(a_stopped_guesser_sees_a_wrong_password)
{
    uint8_t message[1024];
    uint16_t first = 0;
    open_with_alice();
    fixture_reply("AdminInitiateAuth", 200, "{}");
    for (int i = 0; i < LIMITER_FAILURES; i++)
        limiter_failed(fixture.limiter, &here, "alice", clock_ms());
    int fd = fixture_connect(0, CONN_PAM);
    ck_assert_uint_eq(
        fixture_exchange(fd, message, fixture_start(message, sizeof message, "alice"), &first),
        WIRE_PROMPT);
    (void)poll(NULL, 0, 300); /* the delay counts from the answer on, however long it took */
    int64_t answered_ms = clock_ms();
    ck_assert_uint_eq(
        fixture_exchange(fd, message, fixture_step(message, sizeof message, "pw"), &first), 0);
    struct pollfd p = { .fd = fd, .events = POLLIN };
    for (int i = 0; i < 60 && poll(&p, 1, 50) == 0; i++)
        fixture_turn();
    ck_assert_int_ge(clock_ms() - answered_ms, 1950);
    ck_assert_int_ge(read(fd, message, sizeof message), WIRE_HEADER_BYTES + 2);
    struct rd r = rd_over(message + WIRE_HEADER_BYTES, 2);
    ck_assert_uint_eq(rd_u16(&r), -ERR_AUTH);
    ck_assert_uint_eq(fixture_asked("AdminInitiateAuth"), 0);
    close(fd);
    fixture_turn();
    fixture_close();
}
END_TEST

/* The request to the pool after a password, in a login that this uid begins. */
static const char *request_of(uid_t uid)
{
    uint8_t message[1024];
    uint16_t first;
    int fd = fixture_connect(uid, CONN_PAM);
    ck_assert_uint_eq(
        fixture_exchange(fd, message, fixture_start(message, sizeof message, "alice"), &first),
        WIRE_PROMPT);
    size_t size = fixture_step(message, sizeof message, "pw");
    ck_assert_int_eq(write(fd, message, size), (ssize_t)size);
    fixture_turn();
    close(fd);
    fixture_turn();
    return fixture_request("AdminInitiateAuth");
}

/* R-IPC-01: who may only ask for himself cannot say where he comes from, nor pass for root's sshd.
 */
START_TEST(only_root_says_where_a_login_comes_from)
{
    fixture_open(DEVS);
    fixture_reply("AdminInitiateAuth", 200, "{}");
    const struct image_user *alice =
        fixture_user(&(struct person){ .sub = "a", .username = "alice" }, devs);
    ck_assert_ptr_nonnull(strstr(request_of(0), "192.0.2.7"));
    ck_assert_ptr_nonnull(strstr(request_of(0), "\"service\":\"sshd\""));
    ck_assert_ptr_null(strstr(request_of(alice->uid), "192.0.2.7"));
    log_to_file(); /* R-LOG-01 */
    (void)request_of(0);
    ck_assert_uint_eq(logged(" service=sshd rhost=192.0.2.7 tty=ssh ruser=- outcome="), 1);
    (void)request_of(alice->uid);
    ck_assert_uint_eq(logged(" service=user:sshd rhost=- tty=- ruser=alice outcome="), 1);
    ck_assert_ptr_nonnull(strstr(request_of(alice->uid), "\"service\":\"user:sshd\""));
    ck_assert_uint_eq(fixture_asked("AdminInitiateAuth"), 6);
    fixture_close();
}
END_TEST

/* R-PAM-13: what runs as the user himself is stopped by what is counted for him. */
START_TEST(a_locker_counts_for_its_user)
{
    const struct limiter_source alice_here = { .text = "user alice" };
    fixture_open(DEVS);
    fixture_reply("AdminInitiateAuth", 200, "{}");
    const struct image_user *alice =
        fixture_user(&(struct person){ .sub = "a", .username = "alice" }, devs);
    for (int i = 0; i < LIMITER_FAILURES; i++)
        limiter_failed(fixture.limiter, &alice_here, "alice", clock_ms());
    (void)request_of(alice->uid);
    ck_assert_uint_eq(fixture_asked("AdminInitiateAuth"), 0);
    (void)request_of(0); /* from an address */
    ck_assert_uint_eq(fixture_asked("AdminInitiateAuth"), 1);
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
    int fd = fixture_connect(0, CONN_PAM);
    ck_assert_uint_eq(
        fixture_exchange(fd, message, fixture_start(message, sizeof message, "nobody9"), &first),
        WIRE_PROMPT);
    ck_assert_uint_eq(first >> 8, WIRE_PROMPT_PASSWORD);
    close(fd);
    fixture_turn();
    fixture_close();
}
END_TEST

static uint16_t say(int fd, const char *answer, uint16_t *ret_first)
{
    uint8_t message[1024];
    return fixture_exchange(fd, message, fixture_step(message, sizeof message, answer), ret_first);
}

static int start_login(uint16_t *ret_first)
{
    uint8_t message[512];
    int fd = fixture_connect(0, CONN_PAM);
    ck_assert_uint_eq(
        fixture_exchange(fd, message, fixture_start(message, sizeof message, "alice"), ret_first),
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
    fixture_turn();
    fd = start_login(&first);
    ck_assert_uint_eq(say(fd, "pw", &first), WIRE_PROMPT);
    ck_assert_uint_eq(first >> 8, WIRE_PROMPT_CODE);
    ck_assert_uint_eq(fixture_asked("AdminRespondToAuthChallenge"), 1);
    close(fd);
    fixture_turn();
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
    fixture_closed = 0;
    const int fds[] = { start_login(&first), start_login(&first) };
    ck_assert_int_eq(write(fds[1], "COG1", 4), 4);
    for (size_t i = 0; i < COUNT(fds); i++) {
        ck_assert_uint_eq(await(fds[i], &first), WIRE_RESULT);
        ck_assert_uint_eq(first, -ERR_AUTH);
        ck_assert_uint_eq(await(fds[i], &first), 0);
        close(fds[i]);
    }
    ck_assert_uint_eq(fixture_closed, COUNT(fds));
    ck_assert_int_eq(limiter_check(fixture.limiter, &here, "alice", clock_ms()), 0);
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
    fixture_turn();
    fixture_close();
}
END_TEST

#define ALICE                                                                                      \
    "{\"Users\":[{\"Username\":\"alice\",\"Attributes\":[{\"Name\":\"sub\",\"Value\":\"a\"}],"     \
    "\"UserCreateDate\":1.7E9,\"Enabled\":true,\"UserStatus\":\"CONFIRMED\"}]}"

/* A start with rules that are new: the snapshot of before stays, the image is empty. */
static void open_with_new_rules(void)
{
    fixture_open("[access]\nallow_groups = devs\n");
    fixture_user(&(struct person){ .sub = "a", .username = "alice" }, devs);
    image_free(&fixture.image);
    ck_assert_int_eq(image_new(fixture.config, &fixture.bindings, 0, &fixture.image), 0);
    ck_assert_int_eq(boot_open(&fixture, &fixture.boot), 0);
    fixture_reply("ListUsersInGroup", 0, ""); /* the first sweep takes its time */
    fixture_reply("ListUsers", 200, ALICE);
    fixture_reply("AdminListGroupsForUser", 200, "{\"Groups\":[{\"GroupName\":\"devs\"}]}");
    ck_assert_int_eq(sync_open(&fixture, &fixture.sync), 0);
    log_level(CONFIG_LOG_ERROR);
}

static void close_with_new_rules(void)
{
    sync_close(&fixture.sync);
    boot_close(&fixture.boot);
    fixture_close();
}

static uint16_t begin_login(const char *name, uint16_t *ret_first)
{
    uint8_t message[1024];
    int fd = fixture_connect(0, CONN_PAM);
    uint16_t opcode =
        fixture_exchange(fd, message, fixture_start(message, sizeof message, name), ret_first);
    close(fd);
    fixture_turn();
    return opcode;
}

/* R-PAM-01: NSS and the module find the user in the snapshot and never ask the daemon to. */
START_TEST(a_login_asks_for_its_user_before_there_is_a_directory)
{
    uint16_t first;
    open_with_new_rules();
    ck_assert_uint_eq(begin_login("alice", &first), WIRE_PROMPT);
    ck_assert_uint_eq(fixture_asked("ListUsers"), 1);
    ck_assert(image_is_member(image_find_login(fixture.image, "alice"), "devs"));
    fixture_reply("ListUsers", 200, "{\"Users\":[]}");
    ck_assert_uint_eq(begin_login("nobody9", &first), WIRE_PROMPT); /* R-PAM-11 */
    close_with_new_rules();
}
END_TEST

static size_t make_lookup(uint8_t *buf, size_t cap, const char *name)
{
    struct wire_msg m = wire_begin(buf, cap, WIRE_LOOKUP);
    wire_put_lookup(&m, name);
    return (size_t)wire_finish(&m);
}

/* R-IPC-05: nobody else's look-ups cost a request, nor those of names that are this host's. */
START_TEST(only_root_makes_the_daemon_ask)
{
    const struct {
        uid_t uid;
        const char *name;
        unsigned asked;
    } rows[] = { { 1234, "alice", 0 }, { 0, "root", 0 }, { 0, "alice", 1 } };
    uint8_t message[256];
    uint16_t first;
    open_with_new_rules();
    fixture_reply("ListUsers", 0, "");
    for (size_t i = 0; i < COUNT(rows); i++) {
        int fd = fixture_connect(rows[i].uid, CONN_NSS);
        size_t n = make_lookup(message, sizeof message, rows[i].name);
        ck_assert_uint_eq(fixture_exchange(fd, message, n, &first), WIRE_LOOKED_UP);
        ck_assert_uint_eq(fixture_asked("ListUsers"), rows[i].asked);
        fixture_closed = 0;
        if (rows[i].asked > 0) { /* R-IPC-03: one at a time */
            ck_assert_uint_eq(fixture_exchange(fd, message, n, &first), 0);
            ck_assert_uint_eq(fixture_closed, 1);
        }
        close(fd);
        fixture_turn();
    }
    close_with_new_rules();
}
END_TEST

START_TEST(a_login_that_hangs_up_is_not_looked_up_for)
{
    uint16_t first;
    open_with_new_rules();
    fixture_reply("ListUsers", 0, "");
    fixture_closed = 0;
    ck_assert_uint_eq(begin_login("alice", &first), 0);
    ck_assert_uint_eq(fixture_closed, 1);
    close_with_new_rules(); /* under ASan: nobody is told, nothing is left */
}
END_TEST

SUITE("conn_login", a_login_asks_for_its_user_before_there_is_a_directory,
      only_root_makes_the_daemon_ask, a_login_that_hangs_up_is_not_looked_up_for,
      an_abandoned_login_is_freed_at_once, hanging_up_does_not_make_a_guess_uncounted,
      a_stopped_guesser_sees_a_wrong_password, only_root_says_where_a_login_comes_from,
      a_locker_counts_for_its_user, unknown_users_see_the_same_prompt,
      password_and_code_in_one_answer, who_does_not_answer_is_refused, an_open_dialogue_is_small)
