/* SPDX-License-Identifier: Apache-2.0
 *
 * R-SEC-02: our own copies of secrets are wiped after use. The linker sends every free() of the
 * daemon's code here (--wrap); none of the blocks may hold what was typed, nor a token.
 */
#include "conn_fixture.h"
#include "daemon/offline.h"
#include "store/store.h"
#include "suite.h"

#include <malloc.h>
#include <string.h>
#include <unistd.h>

#define PASSWORD "Corr3ct-Horse!"
#define CODE     "918273645"
#define TOKEN    "eyJhbGciOiJSUzI1NiJ9.Canary.Canary"

static unsigned unwiped;

void __real_free(void *p);
void __wrap_free(void *p);
void __wrap_free(void *p)
{
    static const char *const secrets[] = { PASSWORD, CODE, TOKEN };
    for (size_t i = 0; i < COUNT(secrets) && p != NULL; i++)
        unwiped += memmem(p, malloc_usable_size(p), secrets[i], strlen(secrets[i])) != NULL;
    __real_free(p);
}

static int begin_login(void)
{
    uint8_t message[512];
    uint16_t first;
    int fd = fixture_connect(0, CONN_PAM);
    ck_assert_uint_eq(
        fixture_exchange(fd, message, fixture_start(message, sizeof message, "alice"), &first),
        WIRE_PROMPT);
    return fd;
}

static uint16_t say(int fd, const char *text)
{
    uint8_t message[512];
    uint16_t first;
    return fixture_exchange(fd, message, fixture_step(message, sizeof message, text), &first);
}

static void open_with_alice(const char *policy)
{
    fixture_open(policy);
    fixture_user(&(struct person){ .sub = "a", .username = "alice" }, devs);
    unwiped = 0;
}

static void hang_up(int fd)
{
    close(fd);
    fixture_turn();
    ck_assert_uint_eq(unwiped, 0);
    fixture_close();
    ck_assert_uint_eq(unwiped, 0);
}

#define WANTS_CODE                                                                                 \
    "{\"ChallengeName\":\"SOFTWARE_TOKEN_MFA\","                                                   \
    "\"Session\":\"session-of-more-than-twenty-characters\",\"ChallengeParameters\":{}}"

START_TEST(r_sec_02_an_abandoned_login_leaves_no_password_and_no_code)
{
    open_with_alice(DEVS);
    fixture_reply("AdminInitiateAuth", 200, WANTS_CODE);
    fixture_reply("AdminRespondToAuthChallenge", 400,
                  "{\"__type\":\"CodeMismatchException\",\"message\":\"no\"}");
    int fd = begin_login();
    ck_assert_uint_eq(say(fd, PASSWORD), WIRE_PROMPT);
    ck_assert_uint_eq(say(fd, CODE), WIRE_PROMPT);
    hang_up(fd);
}
END_TEST

START_TEST(r_sec_02_password_and_code_in_one_answer_leave_neither)
{
    open_with_alice(DEVS "[login]\nsingle_prompt = yes\n");
    fixture_reply("AdminInitiateAuth", 200, WANTS_CODE);
    fixture_reply("AdminRespondToAuthChallenge", 400,
                  "{\"__type\":\"CodeMismatchException\",\"message\":\"no\"}");
    int fd = begin_login();
    ck_assert_uint_eq(say(fd, PASSWORD "123456"), WIRE_PROMPT);
    hang_up(fd);
}
END_TEST

START_TEST(r_sec_02_a_refused_login_leaves_no_password_and_no_token)
{
    open_with_alice(DEVS);
    fixture_reply("AdminInitiateAuth", 200,
                  "{\"AuthenticationResult\":{\"AccessToken\":\"" TOKEN "\",\"IdToken\":\"" TOKEN
                  "\",\"RefreshToken\":\"" TOKEN "\",\"ExpiresIn\":3600}}");
    int fd = begin_login();
    ck_assert_uint_eq(say(fd, PASSWORD), 0); /* the refusal comes later */
    hang_up(fd);
}
END_TEST

static void on_done(void *arg, int err, const char *reason)
{
    (void)reason;
    ck_assert_int_ne(err, 0);
    ++*(unsigned *)arg;
}

START_TEST(r_sec_02_an_offline_login_leaves_no_password)
{
    unsigned done = 0;
    struct offline_try *t = NULL;
    struct secret s;
    const struct store_verifier other = { .hash = "$y$j7T$x$x", .written_s = FIXTURE_NOW };
    const struct offline_options options = { .daemon = &fixture,
                                             .sub = "a",
                                             .service = "sshd",
                                             .password = &s,
                                             .done = on_done,
                                             .arg = &done };
    open_with_alice(DEVS "[login]\noffline_login = yes\n");
    ck_assert_int_eq(secret_set(&s, PASSWORD, sizeof PASSWORD - 1), 0);
    ck_assert_int_eq(store_put_verifier(fixture.store, "a", &other), 0);
    fixture_clock(FIXTURE_NOW);
    ck_assert_int_eq(offline_start(&options, &t), 0);
    fixture_run(&done);
    ck_assert_uint_eq(done, 1);
    ck_assert_uint_eq(unwiped, 0);
    fixture_close();
    ck_assert_uint_eq(unwiped, 0);
}
END_TEST

/* A prompt may hold the key of an authenticator. */
START_TEST(r_sec_02_what_was_said_is_wiped_when_sent_or_closed)
{
    static const char prompt[] = "Key: " TOKEN;
    char got[2 * sizeof prompt];
    struct conn *conn;
    open_with_alice(DEVS);
    int fd = fixture_connect_to(0, CONN_PAM, &conn);
    ck_assert_int_eq(conn_send(conn, prompt, sizeof prompt), 0);
    ck_assert_int_eq(conn_send(conn, prompt, sizeof prompt), 0);
    ck_assert_uint_eq(unwiped, 0); /* the first buffer, when both were joined */
    fixture_turn();
    ck_assert_int_eq(read(fd, got, sizeof got), sizeof got);
    ck_assert_uint_eq(unwiped, 0);
    ck_assert_int_eq(conn_send(conn, prompt, sizeof prompt), 0);
    conn_close(conn);
    hang_up(fd);
}
END_TEST

SUITE("wiped", r_sec_02_what_was_said_is_wiped_when_sent_or_closed,
      r_sec_02_an_abandoned_login_leaves_no_password_and_no_code,
      r_sec_02_password_and_code_in_one_answer_leave_neither,
      r_sec_02_a_refused_login_leaves_no_password_and_no_token,
      r_sec_02_an_offline_login_leaves_no_password)
