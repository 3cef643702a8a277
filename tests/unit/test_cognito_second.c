/* SPDX-License-Identifier: Apache-2.0
 *
 * Second factors beyond one code: enrolment of an authenticator, another code by r.
 */
#include "play.h"
#include "suite.h"

#include <string.h>

#define MISMATCH PLAY_ERROR("CodeMismatch", "Invalid code received for user")
#define TOO_OLD  PLAY_ERROR("ExpiredCode", "Invalid code provided, please request a code again.")
#define DEAD     PLAY_ERROR("NotAuthorized", "Invalid session for the user, session is expired.")
#define TOTP     PLAY_CHALLENGE("SOFTWARE_TOKEN_MFA", "")
#define SMS      PLAY_CHALLENGE("SMS_MFA", "\"CODE_DELIVERY_DESTINATION\":\"+*9\"")
#define SETUP(list)                                                                                \
    PLAY_CHALLENGE("MFA_SETUP", "\"MFAS_CAN_SETUP\":\"[" list "]\",\"USER_ID_FOR_SRP\":\"alice\"")
#define TOKEN_SETUP SETUP("\\\"SMS_MFA\\\",\\\"SOFTWARE_TOKEN_MFA\\\"")
#define KEY         "KVKFKRCPNZQUYMLXOVYDSQKJKZDTSRLDKVKFKRCPNZQUYMLXOVYD"
#define ASSOCIATED  "{\"SecretCode\":\"" KEY "\",\"Session\":\"the-session-of-associate\"}"
#define VERIFIED    "{\"Status\":\"SUCCESS\",\"Session\":\"the-session-of-verify\"}"

static void open_to(const char *challenge)
{
    play_open_password(&(struct auth_options){ .username = "alice", .label = "al ice/1" });
    play_type(PLAY_PASSWORD);
    play_hear(200, challenge);
}

START_TEST(enrolment)
{
    open_to(TOKEN_SETUP);
    play_expect_sent(API_ASSOCIATE_TOKEN, "{" PLAY_SESSION "}");
    play_hear(200, ASSOCIATED);
    play_expect_ask("This account needs an authenticator app. Add this key to yours:\n\n"
                    "    KVKF KRCP NZQU YMLX OVYD SQKJ KZDT SRLD KVKF KRCP NZQU YMLX OVYD\n\n"
                    "or this address:\n\n"
                    "    otpauth://totp/us-east-1_Example01:al%20ice%2F1?secret=" KEY
                    "&issuer=us-east-1_Example01\n\n"
                    "Then type the code that the app shows.\nFirst code from the app: ");
    ck_assert_int_eq(play_step.ask, AUTH_ASK_CODE);
    auth_shown(play_auth, &play_step);
    ck_assert_str_eq(play_step.text, "");
    play_type("111111");
    play_expect_sent(API_VERIFY_TOKEN,
                     "{\"Session\":\"the-session-of-associate\",\"UserCode\":\"111111\"}");
    play_hear(200, VERIFIED);
    play_expect_sent(API_ADMIN_RESPOND, "\"ChallengeResponses\":{\"USERNAME\":\"alice\"}");
    play_expect_sent(API_ADMIN_RESPOND, "\"Session\":\"the-session-of-verify\"");
    ck_assert(!auth_had_mfa(play_auth));
    play_hear(200, TOTP); /* a code works once */
    play_expect_ask("The app is set up. Wait for its next code.\nAuthenticator code: ");
    play_type("222222");
    play_hear(200, PLAY_TOKENS);
    play_expect_done(true, "MFA_SETUP,SOFTWARE_TOKEN_MFA");
    play_end();
}
END_TEST

/* Key and address are there as text in any case; a code that would be too large is left out. */
START_TEST(enrolment_with_a_drawing)
{
    static const char pool[] =
        "us-east-1_Example0123456789012345678901234567890123456"; /* longest */
    static const enum qr_style styles[] = { QR_BLOCKS, QR_ASCII };
    static char label[129];
    memset(label, 'l', sizeof label - 1);
    for (size_t i = 0; i < 2 * COUNT(styles); i++) {
        bool is_long = i >= COUNT(styles);
        struct auth_options o = { .username = "alice", .qr = styles[i % COUNT(styles)] };
        struct buf want = { 0 }, address = { 0 };
        o.pool_id = is_long ? pool : "us-east-1_Example01";
        o.label = is_long ? label : "alice";
        play_open_password(&o);
        play_type(PLAY_PASSWORD);
        play_hear(200, TOKEN_SETUP);
        play_hear(200, ASSOCIATED);
        buf_str(&address, "otpauth://totp/");
        buf_str(&address, o.pool_id);
        buf_str(&address, is_long ? ":" : ":alice");
        buf_str(&address, is_long ? label : "");
        buf_str(&address, "?secret=" KEY "&issuer=");
        buf_str(&address, o.pool_id);
        buf_str(&want, "\n\n    ");
        buf_str(&want, buf_text(&address));
        buf_str(&want, is_long ? "\n\n" : "\n\nor scan this:\n\n");
        ck_assert_int_eq(qr_draw(buf_text(&address), o.qr, &want), is_long ? ERR_LIMIT : 0);
        buf_str(&want, "Then type the code that the app shows.\nFirst code from the app: ");
        ck_assert_ptr_nonnull(strstr(play_step.text, buf_text(&want)));
        ck_assert_ptr_nonnull(strstr(play_step.text, "KVKF KRCP NZQU YMLX"));
        buf_free(&want);
        buf_free(&address);
        play_end();
    }
}
END_TEST

START_TEST(enrolment_with_wrong_codes)
{
    open_to(TOKEN_SETUP);
    play_hear(200, ASSOCIATED);
    play_type("111111");
    play_hear(400, PLAY_ERROR("EnableSoftwareTokenMFA", "Code mismatch and fail enable"));
    play_expect_ask("That code was not right.\nFirst code from the app: ");
    play_type("222222");
    play_expect_sent(API_VERIFY_TOKEN, "\"UserCode\":\"222222\"");
    play_hear(200, "{\"Status\":\"ERROR\"}");
    play_expect_ask("That code was not right.\nFirst code from the app: ");
    play_type(""); /* R-PAM-08 */
    play_expect_failed(ERR_AUTH, "no_code");
    play_end();
    open_to(TOKEN_SETUP);
    play_hear(200, ASSOCIATED);
    play_type("111111");
    play_hear(200, "{\"Status\":\"SUCCESS\"}"); /* no new session: the old one goes on */
    play_expect_sent(API_ADMIN_RESPOND, "\"Session\":\"the-session-of-associate\"");
    play_hear(200, PLAY_TOKENS);
    play_expect_done(true, "MFA_SETUP"); /* R-PAM-09: the pool verified a code of it */
    play_end();
}
END_TEST

START_TEST(enrolment_starts_again_when_its_time_is_over)
{
    open_to(TOKEN_SETUP);
    play_hear(200, ASSOCIATED);
    play_type("111111");
    play_hear(400, DEAD);
    play_expect_sent(API_ADMIN_INITIATE_AUTH, PLAY_PASSWORD);
    play_hear(200, TOKEN_SETUP);
    play_hear(200, ASSOCIATED);
    ck_assert_int_eq(play_step.kind, AUTH_ASK);
    ck_assert_ptr_nonnull(strstr(play_step.text, "That took too long; once more, please.\nThis"));
    play_end();
}
END_TEST

START_TEST(enrolment_that_cannot_be)
{
    static const struct {
        const char *challenge, *reply;
        int err;
        const char *reason;
    } rows[] = {
        { SETUP("\\\"SMS_MFA\\\""), NULL, ERR_NO_FACTOR, "setup_by_administrator" },
        { SETUP(""), NULL, ERR_NO_FACTOR, "setup_by_administrator" },
        { PLAY_CHALLENGE("MFA_SETUP", ""), NULL, ERR_UNAVAIL, "malformed_reply" },
        { TOKEN_SETUP, "{}", ERR_UNAVAIL, "malformed_reply" },
        { TOKEN_SETUP, "{\"SecretCode\":\"short\"}", ERR_UNAVAIL, "malformed_reply" },
        { TOKEN_SETUP, "{\"SecretCode\":\"KVKFKRCPNZQUYMLX\\n\"}", ERR_UNAVAIL,
          "malformed_reply" }, /* R-SEC-03 */
        { TOKEN_SETUP, "{\"SecretCode\":\"" KEY "\",\"Session\":1}", ERR_UNAVAIL,
          "malformed_reply" },
        { TOKEN_SETUP, PLAY_TOKENS, ERR_UNAVAIL, "malformed_reply" }, /* R-PAM-04 */
        { TOKEN_SETUP, "", ERR_UNAVAIL, "malformed_reply" },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        open_to(rows[i].challenge);
        if (rows[i].reply != NULL)
            play_hear(200, rows[i].reply);
        play_expect_failed(rows[i].err, rows[i].reason);
        play_end();
    }
}
END_TEST

START_TEST(another_code) /* R-PAM-14 */
{
    open_to(SMS);
    play_expect_ask("Code sent by SMS to +*9: "); /* nothing about r while it does not help */
    play_type("111111");
    play_hear(400, MISMATCH);
    play_expect_ask("That code was not right. Type r for a new one.\nCode sent by SMS to +*9: ");
    play_type("r");
    play_expect_sent(API_ADMIN_INITIATE_AUTH, PLAY_PASSWORD);
    play_hear(200, SMS);
    play_expect_ask("A new code was sent.\nCode sent by SMS to +*9: ");
    play_type("R");
    play_hear(200, SMS);
    play_type("222222"); /* the second wrong one in all: a new code gives no new tries */
    play_hear(400, TOO_OLD);
    play_expect_failed(ERR_AUTH, "code_expired"); /* no third message: r is used up */
    play_end();
    open_to(SMS);
    play_type("111111");
    play_hear(400, TOO_OLD);
    play_expect_ask("That code is too old. Type r for a new one.\nCode sent by SMS to +*9: ");
    play_type("r");
    play_hear(200, SMS);
    play_type("r");
    play_hear(200, SMS);
    play_type("r");
    play_expect_ask("No further code can be sent now.\nCode sent by SMS to +*9: ");
    play_type("333333");
    play_hear(200, PLAY_TOKENS);
    play_expect_done(true, "SMS_MFA,SMS_MFA,SMS_MFA");
    play_end();
}
END_TEST

START_TEST(another_code_by_the_same_choice)
{
    static const char menu[] = PLAY_CHALLENGE(
        "SELECT_MFA_TYPE", "\"MFAS_CAN_CHOOSE\":\"[\\\"SOFTWARE_TOKEN_MFA\\\",\\\"SMS_MFA\\\"]\"");
    open_to(menu);
    play_type("2");
    play_hear(200, SMS);
    play_type("r");
    play_hear(200, menu);
    play_expect_sent(API_ADMIN_RESPOND, "\"ANSWER\":\"SMS_MFA\"");
    play_hear(200, SMS);
    play_expect_ask("A new code was sent.\nCode sent by SMS to +*9: ");
    play_end();
    open_to(TOTP); /* there is nothing to send: r is a wrong code */
    play_type("r");
    play_expect_sent(API_ADMIN_RESPOND, "\"SOFTWARE_TOKEN_MFA_CODE\":\"r\"");
    play_end();
}
END_TEST

START_TEST(another_code_without_a_password)
{
    play_open(
        &(struct auth_options){ .flow = AUTH_USER, .preferred = "EMAIL_OTP", .username = "alice" });
    play_hear(200, PLAY_CHALLENGE("EMAIL_OTP", ""));
    play_type("r");
    play_expect_sent(API_ADMIN_INITIATE_AUTH, "\"PREFERRED_CHALLENGE\":\"EMAIL_OTP\"");
    play_hear(200, PLAY_CHALLENGE("EMAIL_OTP", ""));
    play_expect_ask("A new code was sent.\nCode sent by e-mail: ");
    play_type("123456");
    play_hear(400, DEAD); /* no message goes out that nobody asked for */
    play_expect_failed(ERR_AUTH, "session_expired");
    play_end();
}
END_TEST

SUITE("cognito_second", enrolment, enrolment_with_a_drawing, enrolment_with_wrong_codes,
      enrolment_starts_again_when_its_time_is_over, enrolment_that_cannot_be, another_code,
      another_code_by_the_same_choice, another_code_without_a_password)
