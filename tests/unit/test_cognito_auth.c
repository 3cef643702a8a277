/* SPDX-License-Identifier: Apache-2.0
 *
 * The challenge machine against scripted replies: every row of the table, every reaction.
 */
#include "play.h"
#include "suite.h"

#include <stdio.h>
#include <string.h>

#define NEW_PW(p)                                                                                  \
    "{\"ChallengeName\":\"NEW_PASSWORD_REQUIRED\"," PLAY_SESSION ",\"ChallengeParameters\":{" p "}}"
#define TOTP                                                                                       \
    "{\"ChallengeName\":\"SOFTWARE_TOKEN_MFA\"," PLAY_SESSION                                      \
    ",\"ChallengeParameters\":{\"USER_ID_FOR_SRP\":\"alice\"}}"
#define MISMATCH                                                                                   \
    "{\"__type\":\"CodeMismatchException\",\"message\":\"Invalid code received for user\"}"
#define USED_CODE                                                                                  \
    "{\"__type\":\"ExpiredCodeException\",\"message\":\"Your software token has already been "     \
    "used once.\"}"
#define DEAD                                                                                       \
    "{\"__type\":\"NotAuthorizedException\",\"message\":\"Invalid session for the user, session "  \
    "is expired.\"}"
#define WRONG_PW                                                                                   \
    "{\"__type\":\"NotAuthorizedException\",\"message\":\"Incorrect username or password.\"}"
#define POLICY                                                                                     \
    "{\"__type\":\"InvalidPasswordException\",\"message\":\"Password did not conform with "        \
    "policy: Password not long enough\"}"

static void open_plain(void)
{
    play_open_password(&(struct auth_options){ .username = "alice" });
}

START_TEST(password_only) /* R-PAM-04 */
{
    open_plain();
    play_type(PLAY_PASSWORD);
    play_expect_sent(API_ADMIN_INITIATE_AUTH, "\"PASSWORD\":\"" PLAY_PASSWORD "\"");
    play_hear(200, PLAY_TOKENS);
    ck_assert_int_eq(play_step.kind, AUTH_DONE);
    ck_assert_str_eq(play_step.tokens.access, "a.b.c");
    ck_assert_ptr_null(play_step.tokens.refresh);
    ck_assert(!auth_had_mfa(play_auth));
    play_end();
}
END_TEST

START_TEST(never_sent) /* R-PAM-02, R-PAM-08 */
{
    static const struct {
        const char *text;
        const char *reason;
    } rows[] = { { "", "no_password" },
                 { "\b\n\r\177INCORRECT", "junk_password" },
                 { "\b\n\r\177INCORRECT and more", "junk_password" },
                 { "\xff\xfe", "not_utf8" } };
    for (size_t i = 0; i < COUNT(rows); i++) {
        open_plain();
        play_type(rows[i].text);
        play_expect_failed(ERR_AUTH, rows[i].reason);
        play_end();
    }
    struct secret with_nul;
    ck_assert_int_eq(secret_set(&with_nul, "a\0b", 3), 0); /* R-SEC-05: the pool would get "a" */
    open_plain();
    auth_answer(play_auth, &with_nul, &play_step);
    play_expect_failed(ERR_AUTH, "no_password");
    play_end();
    open_plain();
    play_type(PLAY_PASSWORD);
    play_hear(200, TOTP);
    play_type(PLAY_PASSWORD); /* sshd's password method answers every prompt with the password */
    play_expect_failed(ERR_AUTH, "code_is_password");
    play_end();
    open_plain();
    play_type(PLAY_PASSWORD);
    play_hear(200, TOTP);
    play_type("\b\n\r\177INCORRECT");
    play_expect_failed(ERR_AUTH, "junk_password");
    play_end();
}
END_TEST

START_TEST(unknown_user_sees_the_same_prompt) /* R-PAM-11 */
{
    play_open_password(&(struct auth_options){ .pool_id = "p", .client_id = "c" });
    play_type(PLAY_PASSWORD);
    play_expect_failed(ERR_USER_UNKNOWN, "unknown_user");
    ck_assert_str_eq(play_step.text, "");
    play_end();
}
END_TEST

START_TEST(codes)
{
    static const struct {
        const char *challenge, *params, *prompt, *key;
        bool is_mfa;
    } rows[] = {
        { "SOFTWARE_TOKEN_MFA", "", "Authenticator code: ", "SOFTWARE_TOKEN_MFA_CODE", true },
        { "SMS_MFA", "\"CODE_DELIVERY_DESTINATION\":\"+*******9999\"",
          "Code sent by SMS to +*******9999: ", "SMS_MFA_CODE", true },
        { "SMS_MFA", "", "Code sent by SMS: ", "SMS_MFA_CODE", true },
        { "EMAIL_OTP", "\"CODE_DELIVERY_DESTINATION\":\"t***@e***\"",
          "Code sent by e-mail to t***@e***: ", "EMAIL_OTP_CODE", true },
        { "SMS_OTP", "\"CODE_DELIVERY_DESTINATION\":\"+1\\u001b[31m%s\"",
          "Code sent by SMS to +1?[31m%s: ", "SMS_OTP_CODE", false },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        char body[512];
        char part[64];
        open_plain();
        play_type(PLAY_PASSWORD);
        snprintf(body, sizeof body,
                 "{\"ChallengeName\":\"%s\"," PLAY_SESSION ",\"ChallengeParameters\":{%s}}",
                 rows[i].challenge, rows[i].params);
        play_hear(200, body);
        play_expect_ask(rows[i].prompt);
        ck_assert_int_eq(play_step.ask, AUTH_ASK_CODE);
        ck_assert(!play_step.echo);
        play_type("01234567");
        snprintf(part, sizeof part, "\"%s\":\"01234567\"", rows[i].key);
        play_expect_sent(API_ADMIN_RESPOND, part);
        play_expect_sent(API_ADMIN_RESPOND, PLAY_SESSION);
        ck_assert(!auth_had_mfa(play_auth)); /* not before the pool took it (R-PAM-09) */
        play_hear(200, PLAY_TOKENS);
        ck_assert_int_eq(play_step.kind, AUTH_DONE);
        ck_assert_int_eq(auth_had_mfa(play_auth), rows[i].is_mfa);
        ck_assert_str_eq(auth_challenges(play_auth), rows[i].challenge);
        play_end();
    }
}
END_TEST

START_TEST(wrong_codes)
{
    open_plain();
    play_type(PLAY_PASSWORD);
    play_hear(200, TOTP);
    play_type("111111");
    play_hear(400, MISMATCH);
    play_expect_ask("That code was not right.\nAuthenticator code: "); /* R-PAM-07 */
    play_type("222222");
    play_expect_sent(API_ADMIN_RESPOND, PLAY_SESSION);
    play_hear(400, USED_CODE);
    play_expect_ask("That code was used already. Wait for the next one.\nAuthenticator code: ");
    play_type("333333");
    play_hear(400, MISMATCH);
    play_expect_failed(ERR_AUTH, "bad_code");
    play_end();
    open_plain();
    play_type(PLAY_PASSWORD);
    play_hear(200, TOTP);
    play_type(""); /* never sent, but a try (R-PAM-08) */
    play_expect_ask("That code was not right.\nAuthenticator code: ");
    play_type("12 34");
    play_type("");
    play_expect_failed(ERR_AUTH, "no_code");
    play_end();
}
END_TEST

START_TEST(dead_session_restarts_once)
{
    open_plain();
    play_type(PLAY_PASSWORD);
    play_hear(200, TOTP);
    play_type("111111");
    play_hear(400, DEAD);
    play_expect_sent(API_ADMIN_INITIATE_AUTH, PLAY_PASSWORD);
    play_hear(200, TOTP);
    play_expect_ask("That took too long; once more, please.\nAuthenticator code: ");
    play_type("222222");
    play_hear(400, DEAD);
    play_expect_failed(ERR_AUTH, "session_expired");
    play_end();
}
END_TEST

/* R-PAM-09: what was proved before a restart is not proved after it. */
START_TEST(a_restart_proves_nothing)
{
    open_plain();
    play_type(PLAY_PASSWORD);
    play_hear(200, TOTP);
    play_type("111111");
    play_hear(200, NEW_PW(""));
    ck_assert(auth_had_mfa(play_auth));
    play_type("N3w-Horse!");
    play_type("N3w-Horse!");
    play_hear(400, DEAD);
    play_expect_sent(API_ADMIN_INITIATE_AUTH, PLAY_PASSWORD);
    play_hear(200, PLAY_TOKENS);
    play_expect_done(false, "SOFTWARE_TOKEN_MFA,NEW_PASSWORD_REQUIRED");
    play_end();
}
END_TEST

START_TEST(lost_reply_restarts_once)
{
    struct api_result lost = { .err = ERR_UNAVAIL, .may_be_done = true };
    open_plain();
    play_type(PLAY_PASSWORD);
    play_hear(200, TOTP);
    play_type("111111");
    auth_reply(play_auth, &lost, &play_step);
    play_expect_sent(API_ADMIN_INITIATE_AUTH, PLAY_PASSWORD);
    play_hear(200, TOTP);
    play_expect_ask("The connection broke; once more, please.\nAuthenticator code: ");
    play_type("222222");
    auth_reply(play_auth, &lost, &play_step);
    play_expect_failed(ERR_UNAVAIL, "lost_reply");
    play_end();
    open_plain();
    play_type(PLAY_PASSWORD);
    auth_reply(play_auth, &lost, &play_step); /* an Initiate is the caller's to repeat */
    play_expect_failed(ERR_UNAVAIL, "lost_reply");
    play_end();
}
END_TEST

START_TEST(new_password)
{
    open_plain();
    play_type(PLAY_PASSWORD);
    play_hear(200, NEW_PW("\"requiredAttributes\":\"[\\\"userAttributes.family_name\\\"]\""));
    play_expect_ask("New password: ");
    play_type("");
    play_expect_ask("No password was given.\nNew password: ");
    play_type("N3w-Horse!");
    play_expect_ask("Retype new password: ");
    play_type("other");
    play_expect_ask("The passwords do not match.\nNew password: ");
    play_end();
    open_plain();
    play_type(PLAY_PASSWORD);
    play_hear(200, NEW_PW("\"requiredAttributes\":\"[\\\"userAttributes.family_name\\\"]\""));
    play_type("weak");
    play_type("weak");
    play_expect_ask("Family name: ");
    ck_assert(play_step.echo);
    play_type("Doe");
    play_expect_sent(API_ADMIN_RESPOND, "\"NEW_PASSWORD\":\"weak\"");
    play_expect_sent(API_ADMIN_RESPOND, "\"userAttributes.family_name\":\"Doe\"");
    play_hear(400, POLICY);
    play_expect_ask(
        "Password did not conform with policy: Password not long enough\nNew password: ");
    play_type("N3w-Horse!");
    play_type("N3w-Horse!");
    play_expect_sent(API_ADMIN_RESPOND, "\"NEW_PASSWORD\":\"N3w-Horse!\"");
    play_hear(200, TOTP);
    ck_assert(auth_had_new_password(play_auth));
    play_type("123456");
    play_hear(400, DEAD); /* the restart needs the new password */
    play_expect_sent(API_ADMIN_INITIATE_AUTH, "\"PASSWORD\":\"N3w-Horse!\"");
    play_hear(200, PLAY_TOKENS);
    ck_assert_int_eq(play_step.kind, AUTH_DONE);
    ck_assert(!auth_had_mfa(play_auth));
    ck_assert_str_eq(auth_challenges(play_auth), "NEW_PASSWORD_REQUIRED,SOFTWARE_TOKEN_MFA");
    play_end();
}
END_TEST

START_TEST(new_password_gives_up)
{
    open_plain();
    play_type(PLAY_PASSWORD);
    play_hear(200, NEW_PW(""));
    for (int i = 0; i < 3; i++) {
        play_type("weak");
        play_type("weak");
        play_hear(400, POLICY);
    }
    play_expect_failed(ERR_PASSWORD_BAD, "password_policy");
    ck_assert_str_eq(play_step.text,
                     "Password did not conform with policy: Password not long enough");
    play_end();
    open_plain();
    play_type(PLAY_PASSWORD);
    play_hear(200, NEW_PW(""));
    play_type(PLAY_PASSWORD); /* the old one answered for every prompt changes nothing */
    play_type(PLAY_PASSWORD);
    play_type(PLAY_PASSWORD);
    play_expect_failed(ERR_PASSWORD_BAD, "no_new_password");
    play_end();
}
END_TEST

START_TEST(menu)
{
    open_plain();
    play_type(PLAY_PASSWORD);
    play_hear(200,
              "{\"ChallengeName\":\"SELECT_MFA_TYPE\"," PLAY_SESSION ",\"ChallengeParameters\":{"
              "\"MFAS_CAN_CHOOSE\":\"[\\\"SMS_MFA\\\",\\\"HOLOGRAM\\\","
              "\\\"SOFTWARE_TOKEN_MFA\\\"]\"}}");
    play_expect_ask("1: Code by SMS\n2: Code from the authenticator\nWhich one? ");
    ck_assert_int_eq(play_step.ask, AUTH_ASK_CHOICE);
    ck_assert(play_step.echo);
    ck_assert_uint_eq(play_step.choices, 2);
    play_type("3");
    play_expect_ask(
        "Please type one of the numbers.\n1: Code by SMS\n2: Code from the authenticator\n"
        "Which one? ");
    play_type("2");
    play_expect_sent(API_ADMIN_RESPOND, "\"ANSWER\":\"SOFTWARE_TOKEN_MFA\"");
    play_hear(200, TOTP);
    ck_assert(!auth_had_mfa(play_auth)); /* choosing proves nothing */
    play_expect_ask("Authenticator code: ");
    play_end();
    open_plain();
    play_type(PLAY_PASSWORD);
    play_hear(200,
              "{\"ChallengeName\":\"SELECT_MFA_TYPE\"," PLAY_SESSION ",\"ChallengeParameters\":{"
              "\"MFAS_CAN_CHOOSE\":\"[\\\"SMS_MFA\\\"]\"}}");
    play_expect_sent(API_ADMIN_RESPOND, "\"ANSWER\":\"SMS_MFA\""); /* one needs no menu */
    play_end();
}
END_TEST

START_TEST(unknown_challenges_fail_closed) /* R-PAM-04 */
{
    static const struct {
        const char *name, *reason;
    } rows[] = {
        { "HOLOGRAM", "unknown_challenge:HOLOGRAM" },
        { "HOLO GRAM\\n", "unknown_challenge:HOLO_GRAM?" },
        { "", "unknown_challenge:" },
        { "WEB_AUTHN", "unsupported_challenge:WEB_AUTHN" },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        char body[512];
        /* Tokens beside a challenge are no success either. */
        snprintf(body, sizeof body,
                 "{\"ChallengeName\":\"%s\"," PLAY_SESSION
                 ",\"AuthenticationResult\":{\"AccessToken\":\"a.b.c\"}}",
                 rows[i].name);
        open_plain();
        play_type(PLAY_PASSWORD);
        play_hear(200, body);
        play_expect_failed(ERR_NO_FACTOR, rows[i].reason);
        ck_assert_str_eq(auth_challenges(play_auth), strchr(rows[i].reason, ':') + 1);
        play_end();
    }
}
END_TEST

START_TEST(refusals)
{
    static const struct {
        int status;
        const char *body;
        int err;
        const char *reason, *text;
    } rows[] = {
        { 400, WRONG_PW, ERR_AUTH, "bad_password", "" },
        { 400, "{\"__type\":\"UserNotFoundException\"}", ERR_USER_UNKNOWN, "unknown_user", "" },
        { 400, "{\"__type\":\"NotAuthorizedException\",\"message\":\"User is disabled.\"}",
          ERR_EXPIRED, "disabled", "" },
        { 400, "{\"__type\":\"NotAuthorizedException\",\"message\":\"Password attempts exceeded\"}",
          ERR_MAXTRIES, "locked", "" },
        { 400,
          "{\"__type\":\"UserLambdaValidationException\",\"message\":\"PreAuthentication failed "
          "with error not \\u001b[31mtoday.\"}",
          ERR_DENIED, "lambda_refused", "" },        /* before the password was looked at */
        { 400, MISMATCH, ERR_AUTH, "bad_code", "" }, /* no code was sent */
        { 400, DEAD, ERR_AUTH, "session_expired", "" },
        { 500, "", ERR_UNAVAIL, "server_fault", "" },
        { 302, "<html>", ERR_UNAVAIL, "not_cognito", "" },
        { 200, "<html>", ERR_UNAVAIL, "malformed_reply", "" },
        { 200, "", ERR_UNAVAIL, "malformed_reply", "" },
        { 200, "{}", ERR_UNAVAIL, "malformed_reply", "" },
        { 200, "{\"AuthenticationResult\":{\"AccessToken\":\"\"}}", ERR_UNAVAIL, "malformed_reply",
          "" },
        { 200, "{\"AuthenticationResult\":{\"AccessToken\":\"a.b.c\",\"IdToken\":7}}", ERR_UNAVAIL,
          "malformed_reply", "" },
        { 200, "{\"ChallengeName\":\"SMS_MFA\"}", ERR_UNAVAIL, "malformed_reply", "" },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        open_plain();
        play_type(PLAY_PASSWORD);
        play_hear(rows[i].status, rows[i].body);
        play_expect_failed(rows[i].err, rows[i].reason);
        ck_assert_str_eq(play_step.text, rows[i].text); /* R-PAM-11 */
        play_end();
    }
}
END_TEST

/* R-SEC-03: a Lambda's words, to a person who has proved who it is. */
START_TEST(what_is_told_is_clean)
{
    open_plain();
    play_type(PLAY_PASSWORD);
    play_hear(200, TOTP);
    play_type("111111");
    play_hear(400, "{\"__type\":\"UserLambdaValidationException\",\"message\":\"Not "
                   "\\u001b[31mtoday\\n\\u202e.\"}");
    play_expect_failed(ERR_DENIED, "lambda_refused");
    ck_assert_str_eq(play_step.text, "Not ?[31mtoday ?.");
    play_end();
}
END_TEST

START_TEST(names_and_hashes) /* R-ID-16 */
{
    play_open_password(&(struct auth_options){
        .pool_id = "us-east-1_Example01",
        .client_id = "1example23456789abcdefghij",
        .client_secret = "1saB3dE6gH9jK2mN5pQ8rS1tU4vW7xY0zabcdefghijklmnopq",
        .username = "5f0a1c3e" });
    play_type(PLAY_PASSWORD);
    play_expect_sent(API_ADMIN_INITIATE_AUTH, "\"USERNAME\":\"5f0a1c3e\"");
    play_hear(200, TOTP); /* USER_ID_FOR_SRP is alice */
    play_type("123456");
    play_expect_sent(API_ADMIN_RESPOND,
                     "\"USERNAME\":\"alice\","
                     "\"SECRET_HASH\":\"G4CAMPpYTfM0sz2KzxUFcf4k9kodpvmKnVtqk/vANYs=\"");
    play_hear(400, DEAD);
    play_expect_sent(API_ADMIN_INITIATE_AUTH, "\"USERNAME\":\"5f0a1c3e\""); /* from the beginning */
    play_end();
}
END_TEST

START_TEST(client_address)
{
    static const struct {
        const char *service, *rhost;
        bool is_on, is_sent;
    } rows[] = {
        { "sshd", "192.0.2.7", true, true },
        { "sshd", "2001:db8::1", true, true },
        { "login", "192.0.2.7", true, true },
        { "sshd", "host.example", true, false },
        { "sshd", "192.0.2.7", false, false },
        { "sshd", "192.0.2.7 ", true, false },
        { "sshd", NULL, true, false },
        { "sshd", "", true, false },
        { "sshd", "192.0.2.7%eth0", true, false },
        { "sshd", "192.0.2", true, false },
        { "sshd", "fe80::1%eth0", true, false },
        { "sshd", "3221225991", true, false },
        { "sudo", "192.0.2.7", true, false },
        { "sudo-i", "192.0.2.7", true, false },
        { "su", "192.0.2.7", true, false },
        { "su-l", "2001:db8::1", true, false },
        { "polkit-1", "192.0.2.7", true, false },
        { "sudoku", "192.0.2.7", true, true },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        play_open_password(&(struct auth_options){ .pool_id = "p",
                                                   .client_id = "c",
                                                   .username = "alice",
                                                   .service = rows[i].service,
                                                   .host = "web1",
                                                   .rhost = rows[i].rhost,
                                                   .send_client_address = rows[i].is_on });
        play_type(PLAY_PASSWORD);
        char metadata[128];
        snprintf(metadata, sizeof metadata,
                 "\"ClientMetadata\":{\"service\":\"%s\",\"host\":\"web1\"}", rows[i].service);
        play_expect_sent(API_ADMIN_INITIATE_AUTH, metadata);
        ck_assert_msg((strstr(play_step.body, "ContextData") != NULL) == rows[i].is_sent, "row %zu",
                      i);
        play_end();
    }
}
END_TEST

START_TEST(out_of_turn)
{
    struct api_result result = { .err = 0 };
    open_plain();
    auth_reply(play_auth, &result, &play_step);
    play_expect_failed(ERR_SYSTEM, "out_of_turn");
    play_type(PLAY_PASSWORD);
    play_expect_failed(ERR_SYSTEM, "out_of_turn");
    play_end();
    play_end();
    ck_assert_int_eq(auth_open(&(struct auth_options){ .pool_id = "p" }, &play_auth), ERR_CONFIG);
}
END_TEST

SUITE("cognito_auth", password_only, never_sent, unknown_user_sees_the_same_prompt, codes,
      wrong_codes, dead_session_restarts_once, a_restart_proves_nothing, lost_reply_restarts_once,
      new_password, new_password_gives_up, menu, unknown_challenges_fail_closed, refusals,
      what_is_told_is_clean, names_and_hashes, client_address, out_of_turn)
