/* SPDX-License-Identifier: Apache-2.0
 *
 * An authenticator's code that was typed together with the password: which challenge takes it, and
 * when it is forgotten.
 */
#include "play.h"
#include "suite.h"

#include <string.h>

#define CODE       "135790"
#define MISMATCH   PLAY_ERROR("CodeMismatch", "Invalid code received for user")
#define DEAD       PLAY_ERROR("NotAuthorized", "Invalid session for the user, session is expired.")
#define TOTP       PLAY_CHALLENGE("SOFTWARE_TOKEN_MFA", "")
#define SMS        PLAY_CHALLENGE("SMS_MFA", "")
#define SENT       "\"SOFTWARE_TOKEN_MFA_CODE\":\"" CODE "\""
#define MENU(list) PLAY_CHALLENGE("SELECT_MFA_TYPE", "\"MFAS_CAN_CHOOSE\":\"[" list "]\"")
#define BOTH       MENU("\\\"SMS_MFA\\\",\\\"SOFTWARE_TOKEN_MFA\\\"")
#define VERIFIER                                                                                   \
    PLAY_CHALLENGE("PASSWORD_VERIFIER",                                                            \
                   "\"SALT\":\"7a3f\",\"SRP_B\":\"b1\",\"SECRET_BLOCK\":\"c2Vj\","                 \
                   "\"USER_ID_FOR_SRP\":\"5f0a1c3e\"")
#define CHOICE                                                                                     \
    "{\"ChallengeName\":\"SELECT_CHALLENGE\"," PLAY_SESSION                                        \
    ",\"ChallengeParameters\":{},\"AvailableChallenges\":[\"PASSWORD\",\"EMAIL_OTP\"]}"

static void open_to(const char *challenge)
{
    play_open_password(&(struct auth_options){ .username = "alice" });
    play_type_with_code(PLAY_PASSWORD, CODE);
    play_expect_sent(API_ADMIN_INITIATE_AUTH, "\"PASSWORD\":\"" PLAY_PASSWORD "\"");
    play_expect_not_sent(CODE);
    play_hear(200, challenge);
}

START_TEST(no_question_comes) /* R-PAM-09: it is a second factor like any other */
{
    open_to(TOTP);
    play_expect_sent(API_ADMIN_RESPOND, SENT);
    play_hear(200, PLAY_TOKENS);
    play_expect_done(true, "SOFTWARE_TOKEN_MFA");
    play_end();
    open_to(BOTH);
    play_expect_sent(API_ADMIN_RESPOND, "\"ANSWER\":\"SOFTWARE_TOKEN_MFA\"");
    play_expect_not_sent(CODE);
    play_hear(200, TOTP);
    play_expect_sent(API_ADMIN_RESPOND, SENT);
    play_hear(200, PLAY_TOKENS);
    play_expect_done(true, "SELECT_MFA_TYPE,SOFTWARE_TOKEN_MFA");
    play_end();
    open_to(PLAY_TOKENS); /* a user without a second factor: it was for nothing */
    play_expect_done(false, "");
    play_end();
}
END_TEST

START_TEST(flows_that_do_not_send_the_password)
{
    play_open_password(&(struct auth_options){ .flow = AUTH_USER_SRP, .username = "alice" });
    play_type_with_code(PLAY_PASSWORD, CODE);
    play_expect_not_sent(CODE);
    play_hear(200, VERIFIER);
    play_expect_not_sent(CODE);
    play_hear(200, TOTP);
    play_expect_sent(API_ADMIN_RESPOND, SENT);
    play_hear(200, PLAY_TOKENS);
    play_expect_done(true, "PASSWORD_VERIFIER,SOFTWARE_TOKEN_MFA");
    play_end();
    /* A menu first: the password is its second question. */
    play_open(&(struct auth_options){ .flow = AUTH_USER, .username = "alice" });
    play_hear(200, CHOICE);
    play_type("1");
    play_expect_ask("Password: ");
    play_type_with_code(PLAY_PASSWORD, CODE);
    play_expect_sent(API_ADMIN_RESPOND, "\"PASSWORD\":\"" PLAY_PASSWORD "\"");
    play_expect_not_sent(CODE);
    play_hear(200, TOTP);
    play_expect_sent(API_ADMIN_RESPOND, SENT);
    play_end();
}
END_TEST

START_TEST(a_wrong_one_is_asked_for_like_any_other)
{
    open_to(TOTP);
    play_hear(400, MISMATCH);
    play_expect_ask("That code was not right.\nAuthenticator code: ");
    play_type("111111");
    play_expect_sent(API_ADMIN_RESPOND, "\"SOFTWARE_TOKEN_MFA_CODE\":\"111111\"");
    play_hear(400, MISMATCH);
    play_type("222222");
    play_hear(400, MISMATCH); /* it was the first of three */
    play_expect_failed(ERR_AUTH, "bad_code");
    play_end();
}
END_TEST

START_TEST(another_question_makes_it_forgotten)
{
    static const char *const others[] = {
        SMS,
        PLAY_CHALLENGE("EMAIL_OTP", ""),
        PLAY_CHALLENGE("NEW_PASSWORD_REQUIRED", ""),
        PLAY_CHALLENGE("CUSTOM_CHALLENGE", ""),
        MENU("\\\"SMS_MFA\\\",\\\"EMAIL_OTP\\\""),
    };
    for (size_t i = 0; i < COUNT(others); i++) {
        open_to(others[i]);
        ck_assert_int_eq(play_step.kind, AUTH_ASK);
        play_end();
    }
    open_to(SMS);
    play_type("111111");
    play_hear(200, TOTP);
    play_expect_ask("Authenticator code: ");
    play_end();
    open_to(TOTP);
    play_hear(400, DEAD); /* from the beginning, with the password alone */
    play_expect_sent(API_ADMIN_INITIATE_AUTH, PLAY_PASSWORD);
    play_hear(200, TOTP);
    play_expect_ask("That took too long; once more, please.\nAuthenticator code: ");
    play_end();
}
END_TEST

/* R-PAM-08: neither the password nor all that was typed goes out as a code. */
START_TEST(what_was_typed_first_is_no_code)
{
    static const char *const answers[] = { PLAY_PASSWORD, PLAY_PASSWORD CODE };
    for (size_t i = 0; i < COUNT(answers); i++) {
        open_to(TOTP);
        play_hear(400, MISMATCH);
        play_type(answers[i]);
        play_expect_failed(ERR_AUTH, "code_is_password");
        play_end();
    }
}
END_TEST

SUITE("cognito_kept", no_question_comes, flows_that_do_not_send_the_password,
      a_wrong_one_is_asked_for_like_any_other, another_question_makes_it_forgotten,
      what_was_typed_first_is_no_code)
