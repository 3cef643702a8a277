/* SPDX-License-Identifier: Apache-2.0
 *
 * Passwords that are changed after a sign-in, or set anew by a code (reference section 12).
 */
#include "play.h"
#include "suite.h"

#include <string.h>

#define FRESH     "N3w-Horse!"
#define ANNOUNCED "Changing password for alice.\n"
#define HINT      "Forgotten? Press Enter alone, and a code is sent to you.\n"
#define TOTP      PLAY_CHALLENGE("SOFTWARE_TOKEN_MFA", "")
#define SENT(medium)                                                                               \
    "{\"CodeDeliveryDetails\":{\"Destination\":\"a***@e***\",\"DeliveryMedium\":\"" medium "\"}}"
#define MUST_RESET PLAY_ERROR("PasswordResetRequired", "Password reset required for the user")
#define MISMATCH   PLAY_ERROR("CodeMismatch", "Invalid verification code provided.")
#define TOO_OLD    PLAY_ERROR("ExpiredCode", "Invalid code provided, please request a code again.")
#define POLICY                                                                                     \
    PLAY_ERROR("InvalidPassword", "Password did not conform with policy: Password not long "       \
                                  "enough")
#define HISTORY     PLAY_ERROR("PasswordHistoryPolicyViolation", "Password has previously been used.")
#define LIMIT       PLAY_ERROR("LimitExceeded", "Attempt limit exceeded, please try after some time.")
#define LATER       "Too many attempts. Please try again later."
#define CODE_PROMPT "Code sent by e-mail to a***@e***: "

static void open_change(void)
{
    play_open(&(struct auth_options){ .username = "alice", .changes_password = true });
    play_expect_ask(ANNOUNCED HINT "Current password: ");
    ck_assert_int_eq(play_step.ask, AUTH_ASK_CURRENT_PASSWORD);
    ck_assert(!play_step.echo);
}

/* Signed in, the tokens found good: asked for the new password. */
static void open_changing(void)
{
    open_change();
    play_type(PLAY_PASSWORD);
    play_expect_sent(API_ADMIN_INITIATE_AUTH, PLAY_PASSWORD);
    play_hear(200, PLAY_TOKENS);
    play_expect_done(false, "");
    auth_change(play_auth, &play_step);
    play_expect_ask("New password: ");
}

static void type_twice(const char *password)
{
    ck_assert_int_eq(play_step.ask, AUTH_ASK_NEW_PASSWORD);
    play_type(password);
    play_expect_ask("Retype new password: ");
    ck_assert_int_eq(play_step.ask, AUTH_ASK_NEW_PASSWORD_AGAIN);
    play_type(password);
}

static void expect_changed(const char *challenges)
{
    ck_assert_int_eq(play_step.kind, AUTH_CHANGED);
    ck_assert(auth_had_new_password(play_auth));
    ck_assert_str_eq(auth_challenges(play_auth), challenges);
    play_end();
}

static void expect_refused(int err, const char *reason, const char *text)
{
    play_expect_failed(err, reason);
    ck_assert_str_eq(play_step.text, text);
    ck_assert(!auth_had_new_password(play_auth));
    play_end();
}

START_TEST(a_change)
{
    static const char *const bodies[] = { "", "{}" }; /* both are "done" */
    for (size_t i = 0; i < COUNT(bodies); i++) {
        open_changing();
        type_twice(FRESH);
        ck_assert_int_eq(play_step.op, API_CHANGE_PASSWORD);
        ck_assert_str_eq(play_step.body,
                         "{\"AccessToken\":\"a.b.c\",\"PreviousPassword\":\"" PLAY_PASSWORD
                         "\",\"ProposedPassword\":\"" FRESH "\"}");
        play_hear(200, bodies[i]);
        expect_changed("CHANGE_PASSWORD");
    }
}
END_TEST

START_TEST(a_change_asks_the_second_factor)
{
    open_change();
    play_type(PLAY_PASSWORD);
    play_hear(200, TOTP);
    play_expect_ask("Authenticator code: ");
    play_type("123456");
    play_hear(200, PLAY_TOKENS);
    play_expect_done(true, "SOFTWARE_TOKEN_MFA");
    auth_change(play_auth, &play_step);
    type_twice(FRESH);
    play_hear(200, "");
    expect_changed("SOFTWARE_TOKEN_MFA,CHANGE_PASSWORD");
}
END_TEST

/* A temporary password is replaced in the sign-in itself: nothing more is asked. */
START_TEST(a_change_in_the_sign_in_is_enough)
{
    open_change();
    play_type(PLAY_PASSWORD);
    play_hear(200, PLAY_CHALLENGE("NEW_PASSWORD_REQUIRED", ""));
    type_twice(FRESH);
    play_hear(200, PLAY_TOKENS);
    play_expect_done(false, "NEW_PASSWORD_REQUIRED");
    ck_assert(auth_had_new_password(play_auth));
    auth_change(play_auth, &play_step);
    play_expect_failed(ERR_SYSTEM, "out_of_turn");
    play_end();
}
END_TEST

/* Only after tokens, and never in a login. */
START_TEST(a_change_out_of_turn)
{
    open_change();
    auth_change(play_auth, &play_step);
    play_expect_failed(ERR_SYSTEM, "out_of_turn");
    play_end();
    play_open_password(&(struct auth_options){ .username = "alice" });
    play_type(PLAY_PASSWORD);
    play_hear(200, PLAY_TOKENS);
    auth_change(play_auth, &play_step);
    play_expect_failed(ERR_SYSTEM, "out_of_turn");
    play_end();
}
END_TEST

START_TEST(a_change_by_root_says_what_is_wanted)
{
    play_open(&(struct auth_options){
        .username = "5f0a", .label = "alice", .changes_password = true, .for_another = true });
    play_expect_ask("Changing password for alice. The pool wants the current one, from root "
                    "too.\n" HINT "Current password: ");
    play_type(PLAY_PASSWORD);
    play_expect_sent(API_ADMIN_INITIATE_AUTH, "\"USERNAME\":\"5f0a\"");
    play_hear(400, PLAY_ERROR("NotAuthorized", "Incorrect username or password."));
    expect_refused(ERR_AUTH, "bad_password", "");
}
END_TEST

/* A flow without a password: it is asked for when it is needed. */
START_TEST(a_change_after_a_code)
{
    play_open(&(struct auth_options){ .flow = AUTH_USER,
                                      .preferred = "EMAIL_OTP",
                                      .username = "alice",
                                      .changes_password = true });
    play_hear(200, PLAY_CHALLENGE("EMAIL_OTP", ""));
    play_expect_ask(ANNOUNCED "Code sent by e-mail: ");
    play_type("12345678");
    play_hear(200, PLAY_TOKENS);
    auth_change(play_auth, &play_step);
    play_expect_ask("Current password: ");
    ck_assert_int_eq(play_step.ask, AUTH_ASK_PASSWORD);
    play_type(PLAY_PASSWORD);
    type_twice(FRESH);
    play_expect_sent(API_CHANGE_PASSWORD, "\"PreviousPassword\":\"" PLAY_PASSWORD "\"");
    play_end();
}
END_TEST

START_TEST(a_refused_password_is_asked_again)
{
    open_changing();
    type_twice("short");
    play_hear(400, POLICY);
    play_expect_ask("Password did not conform with policy: Password not long enough\n"
                    "New password: ");
    type_twice("has been");
    play_hear(400, PLAY_ERROR("InvalidParameter", "1 validation error detected: ... [\\\\S]+"));
    play_expect_ask("Blanks are not accepted.\nNew password: ");
    type_twice("used-Before1");
    play_hear(400, HISTORY);
    expect_refused(ERR_PASSWORD_BAD, "password_history", "Password has previously been used.");
}
END_TEST

START_TEST(a_change_that_fails)
{
    static const struct {
        int status;
        const char *reply;
        int err;
        const char *reason, *text;
    } rows[] = {
        { 400, LIMIT, ERR_MAXTRIES, "limit_exceeded", LATER },
        { 400, PLAY_ERROR("NotAuthorized", "Incorrect username or password."), ERR_AUTH,
          "bad_password", "" },
        { 400, PLAY_ERROR("NotAuthorized", "Access Token has been revoked"), ERR_AUTH,
          "access_token", "" },
        { 400, PLAY_ERROR("InvalidParameter", "1 validation error detected"), ERR_AUTH,
          "invalid_input", "" },
        { 400, PLAY_ERROR("InvalidParameter", "Missing required parameter"), ERR_SYSTEM,
          "invalid_parameter", "" },
        { 500, PLAY_ERROR("InternalError", ""), ERR_UNAVAIL, "lost_reply",
          "The connection broke. Perhaps the new password counts already." },
        { 200, "[]", ERR_UNAVAIL, "lost_reply",
          "The connection broke. Perhaps the new password counts already." },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        open_changing();
        type_twice(FRESH);
        play_hear(rows[i].status, rows[i].reply);
        expect_refused(rows[i].err, rows[i].reason, rows[i].text);
    }
}
END_TEST

/* It signs in, but ChangePassword does not take it: only a code helps. */
START_TEST(an_old_password_with_a_blank)
{
    open_change();
    play_type("correct horse");
    play_hear(200, PLAY_TOKENS);
    auth_change(play_auth, &play_step);
    type_twice(FRESH);
    play_hear(400, PLAY_ERROR("InvalidParameter", "1 validation error detected"));
    expect_refused(ERR_PASSWORD_BAD, "blank_in_password",
                   "The current password has a blank in it: begin again and press Enter alone.");
}
END_TEST

/* What is typed wrong uses up tries before the pool hears of it. */
START_TEST(a_new_password_that_is_none)
{
    open_changing();
    play_type(PLAY_PASSWORD);
    play_expect_ask("The new password must be another one.\nNew password: ");
    play_type(FRESH);
    play_type("N3w-Horse?");
    play_expect_ask("The passwords do not match.\nNew password: ");
    play_type("");
    expect_refused(ERR_PASSWORD_BAD, "no_new_password", "");
}
END_TEST

START_TEST(a_reset_by_code)
{
    play_open(&(struct auth_options){ .username = "alice",
                                      .client_secret = "shh",
                                      .rhost = "192.0.2.7",
                                      .send_client_address = true,
                                      .changes_password = true });
    play_type(""); /* R-PAM-02: never sent */
    play_expect_sent(API_FORGOT_PASSWORD, "\"ClientId\":\"client\",\"Username\":\"alice\","
                                          "\"UserContextData\":{\"IpAddress\":\"192.0.2.7\"}");
    play_expect_sent(API_FORGOT_PASSWORD, "\"SecretHash\":\"");
    play_hear(200, SENT("EMAIL"));
    play_expect_ask(CODE_PROMPT);
    ck_assert_int_eq(play_step.ask, AUTH_ASK_CODE);
    play_type("111111");
    type_twice(FRESH);
    play_expect_sent(API_CONFIRM_FORGOT,
                     "\"ConfirmationCode\":\"111111\",\"Password\":\"" FRESH "\"");
    play_expect_sent(API_CONFIRM_FORGOT, "\"Username\":\"alice\"");
    play_expect_sent(API_CONFIRM_FORGOT, "\"SecretHash\":\"");
    play_hear(200, "{}");
    expect_changed("RESET_PASSWORD");
}
END_TEST

/* A reset proves nothing: the sign-in begins again and asks what it always asks. */
START_TEST(a_reset_in_a_login)
{
    play_open_password(&(struct auth_options){ .username = "alice", .may_reset = true });
    play_type("whatever1");
    play_hear(400, MUST_RESET);
    play_expect_sent(API_FORGOT_PASSWORD, "{\"ClientId\":\"client\",\"Username\":\"alice\"}");
    play_hear(200, SENT("SMS"));
    play_expect_ask("Your password was reset: a new one has to be set.\n"
                    "Code sent by SMS to a***@e***: ");
    play_type("111111");
    type_twice(FRESH);
    play_hear(200, "");
    play_expect_sent(API_ADMIN_INITIATE_AUTH, "\"PASSWORD\":\"" FRESH "\"");
    ck_assert(!auth_had_mfa(play_auth));
    play_hear(200, TOTP);
    play_expect_ask("The new password is set.\nAuthenticator code: ");
    play_type("222222");
    play_hear(200, PLAY_TOKENS);
    play_expect_done(true, "RESET_PASSWORD,SOFTWARE_TOKEN_MFA");
    ck_assert(auth_had_new_password(play_auth));
    play_end();
}
END_TEST

/* Nobody is offered what the configuration does not offer; once is enough. */
START_TEST(a_reset_that_is_not_offered)
{
    play_open_password(&(struct auth_options){ .username = "alice" });
    play_type(PLAY_PASSWORD);
    play_hear(400, MUST_RESET);
    expect_refused(ERR_AUTH, "reset_required", "");
    play_open_password(&(struct auth_options){ .username = "alice", .may_reset = true });
    play_type(""); /* in a login nothing is no wish for a code */
    expect_refused(ERR_AUTH, "no_password", "");
    play_open_password(&(struct auth_options){ .username = "alice", .may_reset = true });
    play_type("whatever1");
    play_hear(400, MUST_RESET);
    play_hear(200, SENT("EMAIL"));
    play_type("111111");
    type_twice(FRESH);
    play_hear(200, "");
    play_hear(400, MUST_RESET);
    play_expect_failed(ERR_AUTH, "reset_required");
    play_end();
}
END_TEST

/* R-PAM-11: nobody by that name is told what a wrong password is told. */
START_TEST(a_reset_of_nobody)
{
    play_open(&(struct auth_options){ .label = "alice", .changes_password = true });
    play_expect_ask(ANNOUNCED HINT "Current password: ");
    play_type("");
    expect_refused(ERR_USER_UNKNOWN, "unknown_user", "");
}
END_TEST

static void open_reset(void)
{
    open_change();
    play_type("");
    play_hear(200, SENT("EMAIL"));
    play_expect_ask(CODE_PROMPT);
}

/* The new password is kept while the code is asked again. */
START_TEST(a_wrong_code)
{
    open_reset();
    play_type("pass word"); /* no code at all: not sent (R-PAM-08), but a try */
    play_expect_ask("That code was not right. Type r for a new one.\n" CODE_PROMPT);
    play_type("111111");
    type_twice(FRESH);
    play_hear(400, MISMATCH);
    play_expect_ask("That code was not right. Type r for a new one.\n" CODE_PROMPT);
    play_type("222222");
    play_expect_sent(API_CONFIRM_FORGOT,
                     "\"ConfirmationCode\":\"222222\",\"Password\":\"" FRESH "\"");
    play_hear(400, MISMATCH);
    expect_refused(ERR_AUTH, "bad_code", "");
}
END_TEST

START_TEST(a_new_code)
{
    open_reset();
    play_type("111111");
    type_twice(FRESH);
    play_hear(400, TOO_OLD);
    play_expect_ask("That code is too old. Type r for a new one.\n" CODE_PROMPT);
    play_type("r");
    play_expect_sent(API_FORGOT_PASSWORD, "\"Username\":\"alice\"");
    play_hear(200, "{}"); /* nothing about where it went */
    play_expect_ask("A new code was sent.\nCode sent to you: ");
    play_type("R");
    play_hear(200, SENT("EMAIL"));
    play_type("r"); /* R-PAM-14: three in all */
    play_expect_ask("No further code can be sent now.\n" CODE_PROMPT);
    play_type("333333");
    play_expect_sent(API_CONFIRM_FORGOT, "\"ConfirmationCode\":\"333333\"");
    play_hear(200, "");
    expect_changed("RESET_PASSWORD");
}
END_TEST

/* Refused passwords and wrong codes have three tries each; a good code stays good. */
START_TEST(a_refused_password_in_a_reset)
{
    open_reset();
    play_type("111111");
    type_twice("short");
    play_hear(400, POLICY);
    play_expect_ask("Password did not conform with policy: Password not long enough\n"
                    "New password: ");
    type_twice("used-Before1");
    play_expect_sent(API_CONFIRM_FORGOT, "\"ConfirmationCode\":\"111111\"");
    play_hear(400, MISMATCH);
    play_expect_ask("That code was not right. Type r for a new one.\n" CODE_PROMPT);
    play_type("222222");
    play_hear(400, HISTORY);
    play_expect_ask("Password has previously been used.\nNew password: ");
    type_twice(FRESH);
    play_hear(200, "");
    expect_changed("RESET_PASSWORD");
}
END_TEST

START_TEST(a_reset_that_fails)
{
    static const struct {
        bool is_confirming;
        int status;
        const char *reply;
        int err;
        const char *reason, *text;
    } rows[] = {
        { false, 400, LIMIT, ERR_MAXTRIES, "limit_exceeded", LATER },
        { true, 400, LIMIT, ERR_MAXTRIES, "limit_exceeded", LATER },
        { true, 400, PLAY_ERROR("TooManyFailedAttempts", ""), ERR_MAXTRIES, "too_many_attempts",
          LATER },
        { false, 400,
          PLAY_ERROR("InvalidParameter", "Cannot reset password for the user as there is no "
                                         "registered/verified email or phone_number"),
          ERR_NO_FACTOR, "no_verified_contact",
          "No code can be sent: the account has neither a verified e-mail address nor a verified "
          "phone number. An administrator can help." },
        { false, 400,
          PLAY_ERROR("NotAuthorized", "User password cannot be reset in the current state."),
          ERR_PASSWORD_BAD, "wrong_state", "Only an administrator can reset this password." },
        { false, 400, PLAY_ERROR("NotAuthorized", "User is disabled."), ERR_EXPIRED, "disabled",
          "" },
        { false, 400, PLAY_ERROR("CodeDeliveryFailure", ""), ERR_UNAVAIL, "code_delivery", "" },
        { false, 400, PLAY_ERROR("CodeMismatch", ""), ERR_AUTH, "bad_code", "" },
        { false, 500, PLAY_ERROR("InternalError", ""), ERR_UNAVAIL, "internal_error", "" },
        { true, 500, PLAY_ERROR("InternalError", ""), ERR_UNAVAIL, "lost_reply",
          "The connection broke. Perhaps the new password counts already." },
        { true, 400, PLAY_ERROR("Hologram", ""), ERR_AUTH, "unknown_exception", "" },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        open_change();
        play_type("");
        if (rows[i].is_confirming) {
            play_hear(200, SENT("EMAIL"));
            play_type("111111");
            type_twice(FRESH);
        }
        play_hear(rows[i].status, rows[i].reply);
        expect_refused(rows[i].err, rows[i].reason, rows[i].text);
    }
}
END_TEST

/* R-SEC-03 */
START_TEST(the_destination_is_cleaned)
{
    open_change();
    play_type("");
    play_hear(200, "{\"CodeDeliveryDetails\":{\"Destination\":\"a\\u001b[2J\\nb\","
                   "\"DeliveryMedium\":\"EMAIL\"}}");
    ck_assert_int_eq(play_step.kind, AUTH_ASK);
    ck_assert_ptr_null(strpbrk(play_step.text, "\033\n"));
    play_end();
}
END_TEST

/* R-PAM-04: the pool cannot lead here by the name of a challenge. */
START_TEST(the_pool_cannot_call_for_it)
{
    static const char *const names[] = { PLAY_CHALLENGE("RESET_PASSWORD", ""),
                                         PLAY_CHALLENGE("CHANGE_PASSWORD", "") };
    for (size_t i = 0; i < COUNT(names); i++) {
        open_change();
        play_type(PLAY_PASSWORD);
        play_hear(200, names[i]);
        ck_assert_int_eq(play_step.kind, AUTH_FAILED);
        ck_assert_int_eq(play_step.err, ERR_NO_FACTOR);
        play_end();
    }
}
END_TEST

SUITE("cognito_password", a_change, a_change_asks_the_second_factor,
      a_change_in_the_sign_in_is_enough, a_change_out_of_turn, a_change_by_root_says_what_is_wanted,
      a_change_after_a_code, a_refused_password_is_asked_again, a_change_that_fails,
      an_old_password_with_a_blank, a_new_password_that_is_none, a_reset_by_code,
      a_reset_in_a_login, a_reset_that_is_not_offered, a_reset_of_nobody, a_wrong_code, a_new_code,
      a_refused_password_in_a_reset, a_reset_that_fails, the_destination_is_cleaned,
      the_pool_cannot_call_for_it)
