/* SPDX-License-Identifier: Apache-2.0
 *
 * What whole dialogues count against a source and a user: codes that were sent, answers that were
 * wrong, whoever waits for the reply (R-PAM-13, R-PAM-14).
 */
#include "base/clock.h"
#include "daemon/errand.h"
#include "daemon/limiter.h"
#include "dialogue_fixture.h"
#include "log_fixture.h"
#include "suite.h"

#include <stdio.h>

#define USER_AUTH ALLOW "[login]\nauth_flow = USER_AUTH\n"
#define MENU                                                                                       \
    "{\"AvailableChallenges\":[\"EMAIL_OTP\",\"SMS_OTP\"],"                                        \
    "\"ChallengeName\":\"SELECT_CHALLENGE" CHALLENGE
#define REFUSED(message) "{\"__type\":\"NotAuthorizedException\",\"message\":\"" message "\"}"

static const struct limiter_source source = { .text = "address 192.0.2.7" };

/* R-PAM-14: three in ten minutes, by resend, by passwd and by login together; then it is closed. */
START_TEST(codes_of_resets_are_counted)
{
    dialogue_open_to_reset(RESETS, admins);
    dialogue_begin("sshd", 0);
    dialogue_type("whatever1");
    dialogue_begin_change();
    ck_assert_int_eq(dialogue_type(""), WIRE_PROMPT_CODE);
    ck_assert_int_eq(dialogue_type("r"), WIRE_PROMPT_CODE);
    ck_assert_uint_eq(fixture_asked("ForgotPassword"), 3);
    ck_assert_int_eq(dialogue_type("r"), ERR_MAXTRIES);
    ck_assert_str_eq(dialogue_text, "Too many attempts. Please try again later.");
    dialogue_begin("sshd", 0);
    ck_assert_int_eq(dialogue_type("whatever1"), ERR_AUTH);
    ck_assert_str_eq(dialogue_text, "");
    ck_assert_uint_eq(fixture_asked("ForgotPassword"), 3);
    ck_assert_uint_eq(logged("reason=limiter"), 2);
    dialogue_end();
}
END_TEST

static void wait_for(const char *operation, unsigned times)
{
    int64_t until_ms = clock_ms() + 5000;
    while (fixture_asked(operation) < times && clock_ms() < until_ms)
        event_base_loop(fixture.loop, EVLOOP_NONBLOCK);
    ck_assert_uint_eq(fixture_asked(operation), times);
}

/* R-PAM-14: the message goes out, whoever waits for the answer. */
START_TEST(hanging_up_does_not_make_a_code_free)
{
    dialogue_open(ALLOW, NULL, admins);
    fixture_reply("ForgotPassword", 0, "");
    for (unsigned i = 0; i < LIMITER_CODES; i++) {
        ck_assert_int_eq(limiter_check_code(fixture.limiter, "alice", true, clock_ms()), 0);
        dialogue_begin_change();
        dialogue_send("");
        wait_for("ForgotPassword", i + 1);
    }
    ck_assert_int_eq(limiter_check_code(fixture.limiter, "alice", true, clock_ms()), ERR_MAXTRIES);
    dialogue_end();
}
END_TEST

/* The same of a code that is the first question, and of one that was chosen from a menu. */
START_TEST(hanging_up_does_not_make_a_wished_code_free)
{
    static const struct {
        const char *policy, *asks;
    } rows[] = {
        { USER_AUTH "preferred_challenge = EMAIL_OTP\n", "AdminInitiateAuth" },
        { USER_AUTH, "AdminRespondToAuthChallenge" },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        dialogue_open(rows[i].policy, NULL, admins);
        fixture_reply("AdminInitiateAuth", i == 0 ? 0 : 200, i == 0 ? "" : MENU);
        fixture_reply("AdminRespondToAuthChallenge", 0, "");
        for (unsigned n = 0; n < LIMITER_CODES; n++) {
            ck_assert_int_eq(limiter_check_code(fixture.limiter, "alice", true, clock_ms()), 0);
            dialogue_send_start("sshd", 0);
            if (i == 1) {
                ck_assert_int_eq(dialogue_hear(), WIRE_PROMPT_TEXT);
                dialogue_send("1");
            }
            wait_for(rows[i].asks, n + 1);
        }
        ck_assert_int_eq(limiter_check_code(fixture.limiter, "alice", true, clock_ms()),
                         ERR_MAXTRIES);
        dialogue_end();
    }
}
END_TEST

/* Types the right password and hangs up before the pool has answered; its reply comes later. */
static void leave_before_reply(void)
{
    dialogue_begin("sshd", 0);
    dialogue_send(OLD);
    dialogue_hang_up();
}

/* R-PAM-14: the same of a code that the pool sends of its own accord. */
START_TEST(hanging_up_does_not_make_an_unasked_code_free)
{
    dialogue_open(ALLOW, NULL, admins);
    fixture_reply("AdminInitiateAuth", 200, "{\"ChallengeName\":\"SMS_MFA" CHALLENGE);
    for (int i = 0; i < LIMITER_CODES; i++) {
        ck_assert_int_eq(limiter_check_code(fixture.limiter, "alice", true, clock_ms()), 0);
        leave_before_reply();
    }
    ck_assert_ptr_null(fixture.errands);
    ck_assert_int_eq(limiter_check_code(fixture.limiter, "alice", true, clock_ms()), ERR_MAXTRIES);
    leave_before_reply();
    ck_assert_uint_eq(fixture_asked("AdminInitiateAuth"), LIMITER_CODES);
    dialogue_end();
}
END_TEST

/* alice's password brings her a code by SMS. */
static void win_code(void)
{
    dialogue_open(ALLOW, NULL, admins);
    fixture_reply("AdminInitiateAuth", 200, "{\"ChallengeName\":\"SMS_MFA" CHALLENGE);
    dialogue_begin("sshd", 0);
    ck_assert_int_eq(dialogue_type(OLD), WIRE_PROMPT_CODE);
}

/* R-PAM-14: a password that is sent many times at once brings no more of them. */
START_TEST(passwords_side_by_side_win_no_code)
{
    win_code();
    fixture_reply("AdminInitiateAuth", 0, "");
    for (int i = 1; i < LIMITER_CODES; i++)
        leave_before_reply();
    dialogue_begin("sshd", 0);
    ck_assert_int_eq(dialogue_type(OLD), ERR_AUTH);
    ck_assert_uint_eq(fixture_asked("AdminInitiateAuth"), LIMITER_CODES);
    dialogue_end();
}
END_TEST

/* A wrong password brings none: it gives its place back, also after a hang-up. */
START_TEST(a_wrong_password_brings_no_code)
{
    win_code();
    fixture_reply("AdminInitiateAuth", 400, REFUSED("Incorrect username or password."));
    for (int i = 0; i < LIMITER_CODES; i++)
        leave_before_reply();
    dialogue_begin("sshd", 0);
    ck_assert_int_eq(dialogue_type("wrong"), ERR_AUTH);
    ck_assert_uint_eq(fixture_asked("AdminInitiateAuth"), LIMITER_CODES + 2);
    dialogue_end();
}
END_TEST

/* What brings no code counts none; more than a few that nobody waits for are not left alone. */
START_TEST(requests_without_a_person_are_bounded)
{
    dialogue_open(ALLOW, NULL, admins);
    fixture_reply("AdminInitiateAuth", 200, dialogue_tokens("access"));
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
    dialogue_end();
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
        dialogue_open(ALLOW, NULL, admins);
        fixture_reply("AdminInitiateAuth", 200,
                      rows[i].challenge[0] != '\0' ? challenge : dialogue_tokens("access"));
        dialogue_begin("sshd", 0);
        (void)dialogue_type(OLD); /* seen once */
        for (int n = 0; n < LIMITER_CODES; n++)
            limiter_code_sent(fixture.limiter, "alice", clock_ms());
        dialogue_begin("sshd", 0);
        ck_assert_msg(dialogue_type(OLD) == rows[i].err, "row %zu", i);
        dialogue_begin_change();
        fixture_reply("ForgotPassword", 200, SENT);
        ck_assert_int_eq(dialogue_type(""), ERR_MAXTRIES); /* which asks for one */
        ck_assert_uint_eq(fixture_asked("ForgotPassword"), 0);
        dialogue_end();
    }
}
END_TEST

/* R-PAM-14: nor does a menu that was opened before. */
START_TEST(menus_side_by_side_win_no_code)
{
    dialogue_open(USER_AUTH, NULL, admins);
    fixture_reply("AdminInitiateAuth", 200, MENU);
    ck_assert_int_eq(dialogue_begin("sshd", 0), WIRE_PROMPT_TEXT);
    for (int i = 0; i < LIMITER_CODES; i++)
        limiter_code_sent(fixture.limiter, "alice", clock_ms());
    ck_assert_int_eq(dialogue_type("1"), ERR_AUTH);
    ck_assert_uint_eq(fixture_asked("AdminRespondToAuthChallenge"), 0);
    dialogue_end();
}
END_TEST

/* One more wrong answer, and alice is stopped; the pool refuses each password with this reply. */
static void open_one_short(const char *refusal)
{
    dialogue_open(ALLOW, NULL, admins);
    fixture_reply("AdminInitiateAuth", 400, refusal);
    for (int i = 1; i < LIMITER_FAILURES; i++)
        limiter_failed(fixture.limiter, &source, "alice", clock_ms());
}

/* R-PAM-13: guessing at an old password or at a code is guessing. */
START_TEST(wrong_answers_are_counted)
{
    open_one_short(REFUSED("Incorrect username or password."));
    dialogue_begin_change();
    ck_assert_int_eq(dialogue_type("wrong"), ERR_AUTH);
    dialogue_begin_change();
    ck_assert_int_eq(dialogue_type(OLD), ERR_MAXTRIES);
    ck_assert_uint_eq(fixture_asked("AdminInitiateAuth"), 1);
    dialogue_end();
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
        dialogue_open(ALLOW, NULL, admins);
        fixture_reply("AdminInitiateAuth", 200, rows[i].challenge);
        fixture_reply("AdminRespondToAuthChallenge", rows[i].status, rows[i].answer);
        for (int n = 0; n < LIMITER_FAILURES; n++) {
            ck_assert_int_eq(limiter_check(fixture.limiter, &source, "alice", clock_ms()), 0);
            dialogue_begin("sshd", 0);
            ck_assert_int_eq(dialogue_type(OLD), WIRE_PROMPT_CODE);
            ck_assert_int_eq(dialogue_type("111111"), WIRE_PROMPT_CODE);
        }
        ck_assert_int_eq(limiter_check(fixture.limiter, &source, "alice", clock_ms()),
                         ERR_MAXTRIES);
        dialogue_end();
    }
}
END_TEST

/* R-PAM-11: a lock tells nobody that there is something to lock; it is no wrong answer either. */
START_TEST(a_locked_user_looks_like_any_other)
{
    open_one_short(REFUSED("Password attempts exceeded"));
    dialogue_begin("sshd", 0);
    ck_assert_int_eq(dialogue_type(OLD), ERR_AUTH);
    ck_assert_str_eq(dialogue_text, "");
    dialogue_begin_change();
    ck_assert_int_eq(dialogue_type(OLD), ERR_MAXTRIES);
    ck_assert_uint_eq(logged("reason=locked"), 2);
    dialogue_end();
}
END_TEST

SUITE("tally", codes_of_resets_are_counted, hanging_up_does_not_make_a_code_free,
      hanging_up_does_not_make_a_wished_code_free, hanging_up_does_not_make_an_unasked_code_free,
      passwords_side_by_side_win_no_code, a_wrong_password_brings_no_code,
      requests_without_a_person_are_bounded, who_needs_no_code_is_not_stopped_by_codes,
      menus_side_by_side_win_no_code, wrong_answers_are_counted,
      hanging_up_after_a_wrong_code_does_not_make_it_free, a_locked_user_looks_like_any_other)
