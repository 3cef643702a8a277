/* SPDX-License-Identifier: Apache-2.0
 *
 * Whole dialogues that set a password, from AUTH_START to RESULT: real tokens at their own time, a
 * scripted pool, the snapshot and the log lines they leave.
 */
#include "base/clock.h"
#include "base/paths.h"
#include "cognito/api.h"
#include "daemon/conn.h"
#include "daemon/errand.h"
#include "daemon/limiter.h"
#include "daemon/log.h"
#include "daemon_fixture.h"
#include "snap/write.h"
#include "store/store.h"
#include "suite.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#define ALLOW     "[access]\nallow_groups = linux-admins\n"
#define RESETS    ALLOW "[login]\npassword_reset = yes\n"
#define OLD       "Corr3ct-Horse!"
#define FRESH     "N3w-Horse!"
#define CHALLENGE "\",\"Session\":\"session-of-more-than-twenty-characters\"}"
#define MUST_RESET                                                                                 \
    "{\"__type\":\"PasswordResetRequiredException\",\"message\":\"Password reset required\"}"
#define SENT                                                                                       \
    "{\"CodeDeliveryDetails\":{\"Destination\":\"a***@e***\",\"DeliveryMedium\":\"EMAIL\"}}"

static const struct limiter_source source = { .text = "address 192.0.2.7" };
static const char *const admins[] = { "linux-admins", "devs", NULL };
static const char *const others[] = { "devs", NULL };
static int line; /* the client's end of the connection */
static char log_path[512];
static char text[WIRE_PROMPT_MAX]; /* of the last prompt or result */

static void ignore_close(void *arg, struct conn *conn)
{
    (void)arg;
    (void)conn;
}

static void open_with(const char *policy, const char *status, const char *const *groups)
{
    fixture_open(policy);
    fixture_user(&(struct person){ .sub = FIXTURE_SUB, .username = "alice", .status = status },
                 groups);
    snprintf(log_path, sizeof log_path, "%.400s/log", path_state_dir);
    int fd = open(log_path, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC | O_APPEND, 0600);
    ck_assert_int_eq(dup2(fd, STDERR_FILENO), STDERR_FILENO);
    close(fd);
    log_level(CONFIG_LOG_INFO);
    line = -1;
}

static void close_all(void)
{
    if (line >= 0)
        close(line);
    for (int i = 0; i < 5; i++)
        event_base_loop(fixture.loop, EVLOOP_NONBLOCK);
    fixture_close();
}

/* How often these words stand side by side in the log. */
static unsigned logged(const char *words)
{
    static char all[65536];
    unsigned n = 0;
    FILE *f = fopen(log_path, "re");
    ck_assert_ptr_nonnull(f);
    all[fread(all, 1, sizeof all - 1, f)] = '\0';
    fclose(f);
    for (const char *p = all; (p = strstr(p, words)) != NULL; p++)
        n++;
    return n;
}

static const char *reply_of(const char *access)
{
    static char body[16384];
    snprintf(body, sizeof body,
             "{\"AuthenticationResult\":{\"AccessToken\":\"%s\",\"ExpiresIn\":3600}}",
             fixture_token(access));
    return body;
}

/* The next message: a prompt's kind, or a result's err. */
static int hear(void)
{
    uint8_t message[WIRE_HEADER_BYTES + WIRE_BODY_MAX];
    struct wire_header h;
    ssize_t got = -1;
    int64_t until_ms = clock_ms() + 5000;
    while (got < 0 && clock_ms() < until_ms) {
        event_base_loop(fixture.loop, EVLOOP_NONBLOCK);
        got = recv(line, message, sizeof message, MSG_DONTWAIT);
    }
    ck_assert_int_gt(got, WIRE_HEADER_BYTES);
    ck_assert_int_eq(wire_header_read(message, &h), 0);
    struct rd r = rd_over(message + WIRE_HEADER_BYTES, h.length);
    if (h.opcode == WIRE_PROMPT) {
        struct wire_prompt prompt;
        ck_assert_int_eq(wire_get_prompt(&r, &prompt), 0);
        snprintf(text, sizeof text, "%s", prompt.text);
        return prompt.kind;
    }
    struct wire_result result;
    ck_assert_int_eq(h.opcode, WIRE_RESULT);
    ck_assert_int_eq(wire_get_result(&r, &result), 0);
    snprintf(text, sizeof text, "%s", result.text);
    return result.err;
}

static void send_start(const char *service, uint32_t flags)
{
    int ends[2];
    uint8_t buf[1024];
    struct conn *conn;
    const struct conn_peer root = { 0, 1 };
    struct wire_auth_start start = { .flags = flags, .user = "alice", .rhost = "192.0.2.7" };
    snprintf(start.service, sizeof start.service, "%s", service);
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends), 0);
    ck_assert_int_eq(conn_open(&fixture, ends[0], CONN_PAM, &root, ignore_close, NULL, &conn), 0);
    if (line >= 0)
        close(line);
    line = ends[1];
    struct wire_msg m = wire_begin(buf, sizeof buf, WIRE_AUTH_START);
    wire_put_auth_start(&m, &start);
    int size = wire_finish(&m);
    ck_assert_int_eq(write(line, buf, (size_t)size), size);
}

static int begin(const char *service, uint32_t flags)
{
    send_start(service, flags);
    return hear();
}

static int begin_change(void)
{
    return begin("passwd", WIRE_AUTH_CHANGE_PASSWORD);
}

static void send_answer(const char *answer)
{
    uint8_t buf[2048];
    struct secret s;
    ck_assert_int_eq(secret_set(&s, answer, strlen(answer)), 0);
    struct wire_msg m = wire_begin(buf, sizeof buf, WIRE_AUTH_STEP);
    wire_put_auth_step(&m, &s);
    int size = wire_finish(&m);
    ck_assert_int_eq(write(line, buf, (size_t)size), size);
}

static int type(const char *answer)
{
    send_answer(answer);
    return hear();
}

static void wait_for(const char *operation, unsigned times)
{
    int64_t until_ms = clock_ms() + 5000;
    while (fixture_asked(operation) < times && clock_ms() < until_ms)
        event_base_loop(fixture.loop, EVLOOP_NONBLOCK);
    ck_assert_uint_eq(fixture_asked(operation), times);
}

static enum image_status status(void)
{
    return image_find_sub(fixture.image, FIXTURE_SUB)->status;
}

/* R-LOG-01 */
START_TEST(a_change_leaves_one_line)
{
    open_with(ALLOW, NULL, admins);
    fixture_reply("AdminInitiateAuth", 200, reply_of("access"));
    fixture_reply("ChangePassword", 200, "");
    ck_assert_int_eq(begin_change(), WIRE_PROMPT_CURRENT_PASSWORD);
    ck_assert_int_eq(type(OLD), WIRE_PROMPT_NEW_PASSWORD);
    ck_assert_int_eq(type(FRESH), WIRE_PROMPT_NEW_PASSWORD_AGAIN);
    ck_assert_int_eq(type(FRESH), 0);
    ck_assert_ptr_nonnull(strstr(fixture_request("ChangePassword"), FRESH));
    ck_assert_uint_eq(logged("password user=alice service=passwd rhost=192.0.2.7 tty=- ruser=- "
                             "outcome=accepted reason=changed challenges=CHANGE_PASSWORD "),
                      1);
    ck_assert_uint_eq(logged("outcome="), 1);
    ck_assert_uint_eq(logged("login user="), 0);
    ck_assert_uint_eq(logged("Horse"), 0); /* R-SEC-01 */
    close_all();
}
END_TEST

/* Whoever may not log in here changes nothing here: the pool is not asked. */
START_TEST(the_verdict_comes_before_the_change)
{
    static const struct {
        const char *policy;
        const char *const *groups;
        const char *token;
        int err;
        const char *reason;
    } rows[] = {
        { ALLOW, others, "access", ERR_DENIED, "reason=not_in_allow_groups" },
        { ALLOW "[login]\nrequire_mfa = yes\n", admins, "access", ERR_DENIED,
          "reason=mfa_required" },
        { ALLOW, admins, "other-user", ERR_AUTH, "reason=bad_token" }, /* R-ID-09 */
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        open_with(rows[i].policy, NULL, rows[i].groups);
        fixture_reply("AdminInitiateAuth", 200, reply_of(rows[i].token));
        fixture_reply("AdminListGroupsForUser", 200, "{\"Groups\":[{\"GroupName\":\"devs\"}]}");
        fixture_reply("ChangePassword", 200, "");
        begin_change();
        ck_assert_int_eq(type(OLD), rows[i].err);
        ck_assert_uint_eq(fixture_asked("ChangePassword"), 0);
        ck_assert_uint_eq(logged("password user=alice"), 1);
        ck_assert_uint_eq(logged(rows[i].reason), 1);
        close_all();
    }
}
END_TEST

/* A temporary password: set in the sign-in, published before RESULT, nothing more is asked. */
START_TEST(a_first_password_is_enough)
{
    open_with(ALLOW, "FORCE_CHANGE_PASSWORD", admins);
    fixture_reply("AdminInitiateAuth", 200, "{\"ChallengeName\":\"NEW_PASSWORD_REQUIRED" CHALLENGE);
    fixture_reply("AdminRespondToAuthChallenge", 200, reply_of("access"));
    begin_change();
    ck_assert_int_eq(type("temporary-1"), WIRE_PROMPT_NEW_PASSWORD);
    type(FRESH);
    ck_assert_int_eq(type(FRESH), 0);
    ck_assert_int_eq(status(), IMAGE_CONFIRMED);
    ck_assert_uint_eq(logged("outcome=accepted reason=required"), 1);
    ck_assert_uint_eq(logged("outcome="), 1);
    close_all();
}
END_TEST

/* In a login there are two: what happened to the password, and the login's own. */
START_TEST(a_login_that_sets_a_password_leaves_two_lines)
{
    open_with(ALLOW, "FORCE_CHANGE_PASSWORD", admins);
    fixture_reply("AdminInitiateAuth", 200, "{\"ChallengeName\":\"NEW_PASSWORD_REQUIRED" CHALLENGE);
    fixture_reply("AdminRespondToAuthChallenge", 200, reply_of("access"));
    ck_assert_int_eq(begin("sshd", 0), WIRE_PROMPT_PASSWORD);
    type("temporary-1");
    type(FRESH);
    ck_assert_int_eq(type(FRESH), 0);
    ck_assert_uint_eq(logged("password user=alice service=sshd"), 1);
    ck_assert_uint_eq(logged("login user=alice service=sshd"), 1);
    ck_assert_uint_eq(logged("outcome="), 2);
    close_all();
}
END_TEST

START_TEST(a_forgotten_password)
{
    open_with(ALLOW, NULL, admins);
    fixture_reply("ForgotPassword", 200, SENT);
    fixture_reply("ConfirmForgotPassword", 200, "{}");
    begin_change();
    ck_assert_int_eq(type(""), WIRE_PROMPT_CODE);
    ck_assert_ptr_nonnull(strstr(text, "a***@e***"));
    type("111111");
    type(FRESH);
    ck_assert_int_eq(type(FRESH), 0);
    ck_assert_uint_eq(logged("outcome=accepted reason=reset challenges=RESET_PASSWORD "), 1);
    ck_assert_uint_eq(logged("outcome="), 1);
    close_all();
}
END_TEST

/* The account is CONFIRMED as soon as the pool has the password, whatever becomes of the login. */
START_TEST(a_reset_in_a_login_proves_nothing)
{
    open_with(RESETS, "RESET_REQUIRED", admins);
    fixture_reply("AdminInitiateAuth", 400, MUST_RESET);
    fixture_reply("ForgotPassword", 200, SENT);
    fixture_reply("ConfirmForgotPassword", 200, "");
    begin("sshd", 0);
    ck_assert_int_eq(type("whatever1"), WIRE_PROMPT_CODE);
    type("111111");
    type(FRESH);
    fixture_reply("AdminInitiateAuth", 200, "{\"ChallengeName\":\"SOFTWARE_TOKEN_MFA" CHALLENGE);
    ck_assert_int_eq(type(FRESH), WIRE_PROMPT_CODE);
    ck_assert_str_eq(text, "The new password is set.\nAuthenticator code: ");
    ck_assert_ptr_nonnull(strstr(fixture_request("AdminInitiateAuth"), FRESH));
    ck_assert_int_eq(status(), IMAGE_CONFIRMED);
    struct snap_facts facts;
    ck_assert_int_eq(snap_verify(path_snap_dir, &facts), 0);
    fixture_reply("AdminRespondToAuthChallenge", 400,
                  "{\"__type\":\"NotAuthorizedException\",\"message\":\"no\"}");
    ck_assert_int_eq(type("222222"), ERR_AUTH);
    ck_assert_uint_eq(logged("password user=alice service=sshd"), 1);
    ck_assert_uint_eq(logged("login user=alice service=sshd"), 1);
    close_all();
}
END_TEST

/* R-PAM-11: refused like a wrong password where it is not offered. The pool says so to anybody. */
START_TEST(no_reset_in_a_login_unless_configured)
{
    open_with(ALLOW, "RESET_REQUIRED", admins);
    fixture_reply("AdminInitiateAuth", 400, MUST_RESET);
    fixture_reply("ForgotPassword", 200, SENT);
    begin("sshd", 0);
    ck_assert_int_eq(type("whatever1"), ERR_AUTH);
    ck_assert_str_eq(text, "");
    ck_assert_uint_eq(fixture_asked("ForgotPassword"), 0);
    ck_assert_uint_eq(logged("reason=reset_required"), 1);
    close_all();
}
END_TEST

/* No code to those who may not come in; in a login they look like a wrong password (R-PAM-11). */
START_TEST(no_code_outside_the_allow_list)
{
    open_with(RESETS, "RESET_REQUIRED", others);
    fixture_reply("AdminInitiateAuth", 400, MUST_RESET);
    fixture_reply("ForgotPassword", 200, SENT);
    begin("sshd", 0);
    ck_assert_int_eq(type("whatever1"), ERR_AUTH);
    ck_assert_str_eq(text, "");
    begin_change();
    ck_assert_int_eq(type(""), ERR_DENIED);
    ck_assert_str_eq(text, "Access denied.");
    ck_assert_uint_eq(fixture_asked("ForgotPassword"), 0);
    ck_assert_uint_eq(logged("reason=not_in_allow_groups"), 2);
    close_all();
}
END_TEST

/* R-PAM-14: three in ten minutes, by resend, by passwd and by login together; then it is closed. */
START_TEST(codes_of_resets_are_counted)
{
    open_with(RESETS, "RESET_REQUIRED", admins);
    fixture_reply("AdminInitiateAuth", 400, MUST_RESET);
    fixture_reply("ForgotPassword", 200, SENT);
    begin("sshd", 0);
    type("whatever1");
    begin_change();
    ck_assert_int_eq(type(""), WIRE_PROMPT_CODE);
    ck_assert_int_eq(type("r"), WIRE_PROMPT_CODE);
    ck_assert_uint_eq(fixture_asked("ForgotPassword"), 3);
    ck_assert_int_eq(type("r"), ERR_MAXTRIES);
    ck_assert_str_eq(text, "Too many attempts. Please try again later.");
    begin("sshd", 0);
    ck_assert_int_eq(type("whatever1"), ERR_AUTH);
    ck_assert_str_eq(text, "");
    ck_assert_uint_eq(fixture_asked("ForgotPassword"), 3);
    ck_assert_uint_eq(logged("reason=limiter"), 2);
    close_all();
}
END_TEST

/* R-PAM-14: the message goes out, whoever waits for the answer. */
START_TEST(hanging_up_does_not_make_a_code_free)
{
    open_with(ALLOW, NULL, admins);
    fixture_reply("ForgotPassword", 0, "");
    for (unsigned i = 0; i < LIMITER_CODES; i++) {
        ck_assert_int_eq(limiter_check_code(fixture.limiter, "alice", true, clock_ms()), 0);
        begin_change();
        send_answer("");
        wait_for("ForgotPassword", i + 1);
    }
    ck_assert_int_eq(limiter_check_code(fixture.limiter, "alice", true, clock_ms()), ERR_MAXTRIES);
    close_all();
}
END_TEST

/* The same of a code that is the first question, and of one that was chosen from a menu. */
START_TEST(hanging_up_does_not_make_a_wished_code_free)
{
    static const char menu[] = "{\"ChallengeName\":\"SELECT_CHALLENGE\","
                               "\"AvailableChallenges\":[\"EMAIL_OTP\",\"SMS_OTP\"],"
                               "\"Session\":\"session-of-more-than-twenty-characters\"}";
    static const struct {
        const char *policy, *asks;
    } rows[] = {
        { ALLOW "[login]\nauth_flow = USER_AUTH\npreferred_challenge = EMAIL_OTP\n",
          "AdminInitiateAuth" },
        { ALLOW "[login]\nauth_flow = USER_AUTH\n", "AdminRespondToAuthChallenge" },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        open_with(rows[i].policy, NULL, admins);
        fixture_reply("AdminInitiateAuth", i == 0 ? 0 : 200, i == 0 ? "" : menu);
        fixture_reply("AdminRespondToAuthChallenge", 0, "");
        for (unsigned n = 0; n < LIMITER_CODES; n++) {
            ck_assert_int_eq(limiter_check_code(fixture.limiter, "alice", true, clock_ms()), 0);
            send_start("sshd", 0);
            if (i == 1) {
                ck_assert_int_eq(hear(), WIRE_PROMPT_TEXT);
                send_answer("1");
            }
            wait_for(rows[i].asks, n + 1);
        }
        ck_assert_int_eq(limiter_check_code(fixture.limiter, "alice", true, clock_ms()),
                         ERR_MAXTRIES);
        close_all();
    }
}
END_TEST

/* Types the right password and hangs up before the pool has answered; its reply comes later. */
static void leave_before_reply(void)
{
    begin("sshd", 0);
    send_answer(OLD);
    close(line);
    line = -1;
    for (int i = 0; i < 5; i++)
        event_base_loop(fixture.loop, EVLOOP_NONBLOCK);
}

/* R-PAM-14: the same of a code that the pool sends of its own accord. */
START_TEST(hanging_up_does_not_make_an_unasked_code_free)
{
    open_with(ALLOW, NULL, admins);
    fixture_reply("AdminInitiateAuth", 200, "{\"ChallengeName\":\"SMS_MFA" CHALLENGE);
    for (int i = 0; i < LIMITER_CODES; i++) {
        ck_assert_int_eq(limiter_check_code(fixture.limiter, "alice", true, clock_ms()), 0);
        leave_before_reply();
    }
    ck_assert_ptr_null(fixture.errands);
    ck_assert_int_eq(limiter_check_code(fixture.limiter, "alice", true, clock_ms()), ERR_MAXTRIES);
    leave_before_reply();
    ck_assert_uint_eq(fixture_asked("AdminInitiateAuth"), LIMITER_CODES);
    close_all();
}
END_TEST

/* R-PAM-14: a password that is sent many times at once brings no more of them. */
START_TEST(passwords_side_by_side_win_no_code)
{
    open_with(ALLOW, NULL, admins);
    fixture_reply("AdminInitiateAuth", 200, "{\"ChallengeName\":\"SMS_MFA" CHALLENGE);
    begin("sshd", 0);
    ck_assert_int_eq(type(OLD), WIRE_PROMPT_CODE);
    fixture_reply("AdminInitiateAuth", 0, "");
    for (int i = 1; i < LIMITER_CODES; i++)
        leave_before_reply();
    begin("sshd", 0);
    ck_assert_int_eq(type(OLD), ERR_AUTH);
    ck_assert_uint_eq(fixture_asked("AdminInitiateAuth"), LIMITER_CODES);
    close_all();
}
END_TEST

/* A wrong password brings none: it gives its place back, also after a hang-up. */
START_TEST(a_wrong_password_brings_no_code)
{
    open_with(ALLOW, NULL, admins);
    fixture_reply("AdminInitiateAuth", 200, "{\"ChallengeName\":\"SMS_MFA" CHALLENGE);
    begin("sshd", 0);
    ck_assert_int_eq(type(OLD), WIRE_PROMPT_CODE);
    fixture_reply("AdminInitiateAuth", 400,
                  "{\"__type\":\"NotAuthorizedException\","
                  "\"message\":\"Incorrect username or password.\"}");
    for (int i = 0; i < LIMITER_CODES; i++)
        leave_before_reply();
    begin("sshd", 0);
    ck_assert_int_eq(type("wrong"), ERR_AUTH);
    ck_assert_uint_eq(fixture_asked("AdminInitiateAuth"), LIMITER_CODES + 2);
    close_all();
}
END_TEST

/* What brings no code counts none; more than a few that nobody waits for are not left alone. */
START_TEST(requests_without_a_person_are_bounded)
{
    open_with(ALLOW, NULL, admins);
    fixture_reply("AdminInitiateAuth", 200, reply_of("access"));
    for (int i = 0; i < LIMITER_CODES; i++)
        leave_before_reply();
    fixture_reply("AdminInitiateAuth", 0, "");
    for (int i = 0; i < ERRAND_MAX; i++) {
        leave_before_reply();
        limiter_succeeded(fixture.limiter, &source, "alice");
    }
    ck_assert_int_eq(limiter_check_code(fixture.limiter, "alice", true, clock_ms()), 0);
    for (int i = 0; i < LIMITER_CODES; i++)
        leave_before_reply();
    ck_assert_int_eq(limiter_check_code(fixture.limiter, "alice", true, clock_ms()), ERR_MAXTRIES);
    close_all();
}
END_TEST

/* Codes that somebody asked for keep nobody out who needs none: by an authenticator, a password
 * alone, or a menu. R-PAM-14 holds for the others. */
START_TEST(who_needs_no_code_is_not_stopped_by_codes)
{
    static const struct {
        const char *challenge;
        int err;
    } rows[] = {
        { "SOFTWARE_TOKEN_MFA", WIRE_PROMPT_CODE },
        { "", 0 },
        { "SMS_MFA", ERR_AUTH },
        { "EMAIL_OTP", ERR_AUTH },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        static char challenge[256];
        snprintf(challenge, sizeof challenge, "{\"ChallengeName\":\"%s" CHALLENGE,
                 rows[i].challenge);
        open_with(ALLOW, NULL, admins);
        fixture_reply("AdminInitiateAuth", 200,
                      rows[i].challenge[0] != '\0' ? challenge : reply_of("access"));
        begin("sshd", 0);
        (void)type(OLD); /* seen once */
        for (int n = 0; n < LIMITER_CODES; n++)
            limiter_code_sent(fixture.limiter, "alice", clock_ms());
        begin("sshd", 0);
        ck_assert_msg(type(OLD) == rows[i].err, "row %zu", i);
        begin_change();
        fixture_reply("ForgotPassword", 200, SENT);
        ck_assert_int_eq(type(""), ERR_MAXTRIES); /* which asks for one */
        ck_assert_uint_eq(fixture_asked("ForgotPassword"), 0);
        close_all();
    }
}
END_TEST

/* R-PAM-14: nor does a menu that was opened before. */
START_TEST(menus_side_by_side_win_no_code)
{
    open_with(ALLOW "[login]\nauth_flow = USER_AUTH\n", NULL, admins);
    fixture_reply("AdminInitiateAuth", 200,
                  "{\"ChallengeName\":\"SELECT_CHALLENGE\","
                  "\"AvailableChallenges\":[\"EMAIL_OTP\",\"SMS_OTP\"],"
                  "\"Session\":\"session-of-more-than-twenty-characters\"}");
    ck_assert_int_eq(begin("sshd", 0), WIRE_PROMPT_TEXT);
    for (int i = 0; i < LIMITER_CODES; i++)
        limiter_code_sent(fixture.limiter, "alice", clock_ms());
    ck_assert_int_eq(type("1"), ERR_AUTH);
    ck_assert_uint_eq(fixture_asked("AdminRespondToAuthChallenge"), 0);
    close_all();
}
END_TEST

/* R-PAM-13: guessing at an old password or at a code is guessing. */
START_TEST(wrong_answers_are_counted)
{
    open_with(ALLOW, NULL, admins);
    fixture_reply("AdminInitiateAuth", 400,
                  "{\"__type\":\"NotAuthorizedException\","
                  "\"message\":\"Incorrect username or password.\"}");
    for (int i = 1; i < LIMITER_FAILURES; i++)
        limiter_failed(fixture.limiter, &source, "alice", clock_ms());
    begin_change();
    ck_assert_int_eq(type("wrong"), ERR_AUTH);
    begin_change();
    ck_assert_int_eq(type(OLD), ERR_MAXTRIES);
    ck_assert_uint_eq(fixture_asked("AdminInitiateAuth"), 1);
    close_all();
}
END_TEST

/* R-PAM-13: so is a wrong code, whoever waits for the next prompt. */
START_TEST(hanging_up_after_a_wrong_code_does_not_make_it_free)
{
    static const struct {
        const char *challenge;
        int status;
        const char *answer;
    } rows[] = {
        { "{\"ChallengeName\":\"SOFTWARE_TOKEN_MFA" CHALLENGE, 400,
          "{\"__type\":\"CodeMismatchException\",\"message\":\"Invalid code\"}" },
        { "{\"ChallengeName\":\"CUSTOM_CHALLENGE" CHALLENGE, 200,
          "{\"ChallengeName\":\"CUSTOM_CHALLENGE" CHALLENGE },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        open_with(ALLOW, NULL, admins);
        fixture_reply("AdminInitiateAuth", 200, rows[i].challenge);
        fixture_reply("AdminRespondToAuthChallenge", rows[i].status, rows[i].answer);
        for (int n = 0; n < LIMITER_FAILURES; n++) {
            ck_assert_int_eq(limiter_check(fixture.limiter, &source, "alice", clock_ms()), 0);
            begin("sshd", 0);
            ck_assert_int_eq(type(OLD), WIRE_PROMPT_CODE);
            ck_assert_int_eq(type("111111"), WIRE_PROMPT_CODE);
        }
        ck_assert_int_eq(limiter_check(fixture.limiter, &source, "alice", clock_ms()),
                         ERR_MAXTRIES);
        close_all();
    }
}
END_TEST

/* R-PAM-11: a lock tells nobody that there is something to lock; it is no wrong answer either. */
START_TEST(a_locked_user_looks_like_any_other)
{
    open_with(ALLOW, NULL, admins);
    fixture_reply("AdminInitiateAuth", 400,
                  "{\"__type\":\"NotAuthorizedException\","
                  "\"message\":\"Password attempts exceeded\"}");
    for (int i = 1; i < LIMITER_FAILURES; i++)
        limiter_failed(fixture.limiter, &source, "alice", clock_ms());
    begin("sshd", 0);
    ck_assert_int_eq(type(OLD), ERR_AUTH);
    ck_assert_str_eq(text, "");
    begin_change();
    ck_assert_int_eq(type(OLD), ERR_MAXTRIES);
    ck_assert_uint_eq(logged("reason=locked"), 2);
    close_all();
}
END_TEST

/* R-PAM-10: whoever gave a code has no verifier, by a change neither; by password alone it stays.
 */
START_TEST(a_change_with_a_code_leaves_no_verifier)
{
    static const struct {
        bool code;
        int err;
    } rows[] = { { false, 0 }, { true, ERR_ABSENT } };
    struct store_verifier v = { .hash = "$y$j7T$x$x", .written_s = FIXTURE_NOW };
    for (size_t i = 0; i < COUNT(rows); i++) {
        open_with(ALLOW "[login]\noffline_login = yes\n", NULL, admins);
        ck_assert_int_eq(store_put_verifier(fixture.store, FIXTURE_SUB, &v), 0);
        fixture_reply("AdminInitiateAuth", 200,
                      rows[i].code ? "{\"ChallengeName\":\"SOFTWARE_TOKEN_MFA" CHALLENGE
                                   : reply_of("access"));
        fixture_reply("AdminRespondToAuthChallenge", 200, reply_of("access"));
        fixture_reply("ChangePassword", 200, "");
        begin_change();
        if (rows[i].code)
            ck_assert_int_eq(type(OLD), WIRE_PROMPT_CODE);
        ck_assert_int_eq(type(rows[i].code ? "123456" : OLD), WIRE_PROMPT_NEW_PASSWORD);
        type(FRESH);
        ck_assert_int_eq(type(FRESH), 0);
        ck_assert_int_eq(store_find_verifier(fixture.store, FIXTURE_SUB, &v), rows[i].err);
        close_all();
    }
}
END_TEST

SUITE("change", a_change_leaves_one_line, the_verdict_comes_before_the_change,
      a_first_password_is_enough, a_login_that_sets_a_password_leaves_two_lines,
      a_forgotten_password, a_reset_in_a_login_proves_nothing,
      no_reset_in_a_login_unless_configured, no_code_outside_the_allow_list,
      codes_of_resets_are_counted, hanging_up_does_not_make_a_code_free,
      hanging_up_does_not_make_a_wished_code_free, hanging_up_does_not_make_an_unasked_code_free,
      requests_without_a_person_are_bounded, passwords_side_by_side_win_no_code,
      a_wrong_password_brings_no_code, who_needs_no_code_is_not_stopped_by_codes,
      menus_side_by_side_win_no_code, wrong_answers_are_counted,
      hanging_up_after_a_wrong_code_does_not_make_it_free, a_locked_user_looks_like_any_other,
      a_change_with_a_code_leaves_no_verifier)
