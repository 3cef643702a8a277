/* SPDX-License-Identifier: Apache-2.0
 *
 * The flows beside the password in clear: SRP, custom questions, the user's choice, devices. The
 * proofs themselves are judged by the vectors.
 */
#include "play.h"
#include "suite.h"

#include <stdio.h>
#include <string.h>

#define SRP_PARAMS "\"SALT\":\"7a3f\",\"SRP_B\":\"b1\",\"SECRET_BLOCK\":\"c2Vj\""
#define VERIFIER   PLAY_CHALLENGE("PASSWORD_VERIFIER", SRP_PARAMS ",\"USER_ID_FOR_SRP\":\"5f0a1c3e\"")
#define TOTP       PLAY_CHALLENGE("SOFTWARE_TOKEN_MFA", "")
#define WRONG_PW   PLAY_ERROR("NotAuthorized", "Incorrect username or password.")
#define DEAD       PLAY_ERROR("NotAuthorized", "Invalid session for the user, session is expired.")
#define CHOICE(list)                                                                               \
    "{\"ChallengeName\":\"SELECT_CHALLENGE\"," PLAY_SESSION                                        \
    ",\"ChallengeParameters\":{},\"AvailableChallenges\":[" list "]}"
#define PROOF "\"PASSWORD_CLAIM_SECRET_BLOCK\":\"c2Vj\",\"PASSWORD_CLAIM_SIGNATURE\":\""

static struct auth_options with(enum auth_flow flow, bool is_public, const char *preferred)
{
    return (struct auth_options){
        .flow = flow, .is_public = is_public, .preferred = preferred, .username = "alice"
    };
}

static void play_flow(enum auth_flow flow, const char *preferred)
{
    struct auth_options o = with(flow, false, preferred);
    play_open(&o);
}

START_TEST(srp_never_shows_the_password)
{
    for (int is_public = 0; is_public < 2; is_public++) {
        struct auth_options o = with(AUTH_USER_SRP, is_public != 0, NULL);
        play_open_password(&o);
        play_type(PLAY_PASSWORD);
        play_expect_sent(is_public ? API_INITIATE_AUTH : API_ADMIN_INITIATE_AUTH,
                         "\"USERNAME\":\"alice\",\"SRP_A\":\"");
        play_expect_not_sent(PLAY_PASSWORD);
        play_hear(200, VERIFIER);
        play_expect_sent(is_public ? API_RESPOND : API_ADMIN_RESPOND, PROOF);
        play_expect_sent(play_step.op, "\"USERNAME\":\"5f0a1c3e\"");
        play_expect_sent(play_step.op, PLAY_SESSION);
        play_expect_not_sent(PLAY_PASSWORD);
        ck_assert_int_eq(strstr(play_step.body, "UserPoolId") == NULL, is_public);
        play_hear(200, TOTP);
        play_expect_ask("Authenticator code: ");
        play_type(PLAY_PASSWORD); /* R-PAM-08 */
        play_expect_failed(ERR_AUTH, "code_is_password");
        play_end();
    }
}
END_TEST

START_TEST(srp_to_the_end) /* R-PAM-09 */
{
    play_flow(AUTH_USER_SRP, NULL);
    play_type(PLAY_PASSWORD);
    play_hear(200, VERIFIER);
    play_hear(200, TOTP);
    play_type("123456");
    play_expect_sent(API_ADMIN_RESPOND, "\"USERNAME\":\"5f0a1c3e\"");
    play_hear(400, DEAD); /* a new run has a new A */
    play_expect_sent(API_ADMIN_INITIATE_AUTH, "\"USERNAME\":\"alice\",\"SRP_A\":\"");
    play_hear(200, VERIFIER);
    play_hear(200, PLAY_TOKENS);
    play_expect_done(false, "PASSWORD_VERIFIER,SOFTWARE_TOKEN_MFA,PASSWORD_VERIFIER");
    play_end();
    play_flow(AUTH_USER_SRP, NULL);
    play_type(PLAY_PASSWORD);
    play_hear(200, VERIFIER);
    play_hear(400, WRONG_PW);
    play_expect_failed(ERR_AUTH, "bad_password");
    ck_assert_str_eq(play_step.text, "");
    play_end();
}
END_TEST

START_TEST(srp_without_session)
{
    play_flow(AUTH_USER_SRP, NULL);
    play_type(PLAY_PASSWORD);
    play_hear(200,
              "{\"ChallengeName\":\"PASSWORD_VERIFIER\",\"ChallengeParameters\":{" SRP_PARAMS "}}");
    play_expect_sent(API_ADMIN_RESPOND, PROOF);
    play_expect_not_sent("\"Session\"");
    play_end();
}
END_TEST

START_TEST(srp_refuses_a_dishonest_pool) /* R-PAM-04 */
{
    static const struct {
        const char *body, *reason;
    } rows[] = {
        { PLAY_CHALLENGE("PASSWORD_VERIFIER",
                         "\"SALT\":\"7a\",\"SRP_B\":\"0\",\"SECRET_BLOCK\":\"c2Vj\""),
          "malformed_reply" },
        { PLAY_CHALLENGE("PASSWORD_VERIFIER", "\"SRP_B\":\"b1\",\"SECRET_BLOCK\":\"c2Vj\""),
          "malformed_reply" },
        { PLAY_CHALLENGE("PASSWORD_VERIFIER", ""), "malformed_reply" },
        { PLAY_CHALLENGE("DEVICE_SRP_AUTH", ""), "unexpected_challenge" },
        { PLAY_CHALLENGE("DEVICE_PASSWORD_VERIFIER", SRP_PARAMS), "unexpected_challenge" },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        play_flow(AUTH_USER_SRP, NULL);
        play_type(PLAY_PASSWORD);
        play_hear(200, rows[i].body);
        play_expect_failed(ERR_UNAVAIL, rows[i].reason);
        play_end();
    }
    /* A proof that nobody began, and one that never ends. */
    play_flow(AUTH_ADMIN_USER_PASSWORD, NULL);
    play_type(PLAY_PASSWORD);
    play_hear(200, VERIFIER);
    play_expect_failed(ERR_UNAVAIL, "unexpected_challenge");
    play_end();
    play_flow(AUTH_USER_SRP, NULL);
    play_type(PLAY_PASSWORD);
    play_hear(200, VERIFIER);
    play_hear(200, VERIFIER);
    play_expect_failed(ERR_UNAVAIL, "unexpected_challenge");
    play_end();
}
END_TEST

START_TEST(public_password)
{
    struct auth_options o = with(AUTH_USER_PASSWORD, true, NULL);
    o.service = "sshd";
    o.host = "web1";
    o.rhost = "192.0.2.7";
    o.send_client_address = true;
    play_open_password(&o);
    play_type(PLAY_PASSWORD);
    play_expect_sent(API_INITIATE_AUTH, "\"UserContextData\":{\"IpAddress\":\"192.0.2.7\"}");
    play_expect_not_sent("UserPoolId");
    play_hear(200, TOTP);
    play_type("123456");
    play_expect_sent(API_RESPOND, "\"SOFTWARE_TOKEN_MFA_CODE\":\"123456\"");
    play_expect_not_sent("UserPoolId");
    play_hear(200, PLAY_TOKENS);
    play_expect_done(true, "SOFTWARE_TOKEN_MFA");
    play_end();
}
END_TEST

START_TEST(custom_questions)
{
    static const struct {
        const char *params, *prompt;
    } rows[] = {
        { "\"question\":\"Badge number?\"", "Badge number? " },
        { "\"message\":\"third\",\"question\":\"second\",\"prompt\":\"first\"", "first: " },
        { "\"prompt\":\"\",\"question\":\"   \",\"message\":\"PIN:\"", "Answer: " },
        { "\"prompt\":\"\",\"message\":\"PIN:\"", "PIN: " },
        { "\"USERNAME\":\"5f0a\",\"email\":\"a***@e***\"", "Answer: " },
        { "\"prompt\":\"a\\nb\\u001b[2J\\u202eroot\"", "a b?[2J?root: " }, /* R-SEC-03 */
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        char body[512];
        snprintf(body, sizeof body,
                 "{\"ChallengeName\":\"CUSTOM_CHALLENGE\"," PLAY_SESSION
                 ",\"ChallengeParameters\":{%s}}",
                 rows[i].params);
        play_flow(AUTH_CUSTOM, NULL);
        play_expect_sent(API_ADMIN_INITIATE_AUTH, "\"AuthFlow\":\"CUSTOM_AUTH\"");
        play_expect_not_sent("PASSWORD");
        play_hear(200, body);
        play_expect_ask(rows[i].prompt);
        ck_assert(!play_step.echo);
        play_type("47 11");
        play_expect_sent(API_ADMIN_RESPOND, "\"ANSWER\":\"47 11\"");
        play_hear(200, PLAY_TOKENS);
        play_expect_done(false, "CUSTOM_CHALLENGE"); /* R-PAM-09: no MFA */
        play_end();
    }
}
END_TEST

START_TEST(custom_rounds_have_a_bound)
{
    int rounds = 0;
    play_flow(AUTH_CUSTOM, NULL);
    play_hear(200, PLAY_CHALLENGE("CUSTOM_CHALLENGE", ""));
    for (; play_step.kind == AUTH_ASK && rounds < 100; rounds++) {
        play_type("no");
        play_hear(200, PLAY_CHALLENGE("CUSTOM_CHALLENGE", ""));
    }
    ck_assert_int_eq(rounds, 16);
    play_expect_failed(ERR_NO_FACTOR, "too_many_challenges:CUSTOM_CHALLENGE");
    play_end();
    play_flow(AUTH_CUSTOM, NULL);
    play_hear(200, PLAY_CHALLENGE("CUSTOM_CHALLENGE", ""));
    play_type("");
    play_expect_ask("An answer is needed.\nAnswer: ");
    play_type("4711");
    play_hear(400, WRONG_PW);
    play_expect_failed(ERR_AUTH, "bad_password");
    play_end();
}
END_TEST

START_TEST(custom_after_srp)
{
    play_flow(AUTH_CUSTOM, "PASSWORD_SRP");
    play_expect_ask("Password: ");
    play_type(PLAY_PASSWORD);
    play_expect_sent(API_ADMIN_INITIATE_AUTH, "\"CHALLENGE_NAME\":\"SRP_A\"");
    play_expect_sent(API_ADMIN_INITIATE_AUTH, "\"SRP_A\":\"");
    play_hear(200, VERIFIER);
    play_hear(200, PLAY_CHALLENGE("CUSTOM_CHALLENGE", "\"prompt\":\"PIN\""));
    play_expect_ask("PIN: ");
    play_type("4711");
    play_hear(200, PLAY_TOKENS);
    play_expect_done(false, "PASSWORD_VERIFIER,CUSTOM_CHALLENGE");
    play_end();
}
END_TEST

START_TEST(nobody_is_asked_like_somebody) /* R-PAM-11 */
{
    static const struct {
        enum auth_flow flow;
        const char *preferred, *prompt;
    } rows[] = {
        { AUTH_USER_SRP, NULL, "Password: " },
        { AUTH_CUSTOM, NULL, "Answer: " },
        { AUTH_CUSTOM, "PASSWORD_SRP", "Password: " },
        { AUTH_USER, NULL, "Password: " },
        { AUTH_USER, "PASSWORD", "Password: " },
        { AUTH_USER, "EMAIL_OTP", "Code sent by e-mail: " },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        play_open(&(struct auth_options){ .flow = rows[i].flow, .preferred = rows[i].preferred });
        play_expect_ask(rows[i].prompt);
        play_type("anything");
        play_expect_failed(ERR_USER_UNKNOWN, "unknown_user");
        play_end();
    }
}
END_TEST

START_TEST(menu_of_first_factors)
{
    play_flow(AUTH_USER, NULL);
    play_expect_sent(API_ADMIN_INITIATE_AUTH, "\"AuthFlow\":\"USER_AUTH\"");
    play_expect_not_sent("PREFERRED_CHALLENGE");
    play_hear(200, CHOICE("\"PASSWORD_SRP\",\"PASSWORD\",\"EMAIL_OTP\",\"SMS_OTP\",\"WEB_AUTHN\""));
    play_expect_ask("1: Password\n2: Code by e-mail\n3: Code by SMS\nWhich one? ");
    ck_assert_uint_eq(play_step.choices, 3);
    play_type("1");
    play_expect_ask("Password: ");
    ck_assert_int_eq(play_step.ask, AUTH_ASK_PASSWORD);
    play_type(PLAY_PASSWORD);
    play_expect_sent(API_ADMIN_RESPOND, "\"ANSWER\":\"PASSWORD_SRP\",\"SRP_A\":\"");
    play_hear(200, VERIFIER);
    play_expect_sent(API_ADMIN_RESPOND, PROOF);
    play_hear(200, TOTP);
    play_type("123456");
    play_hear(200, PLAY_TOKENS);
    play_expect_done(true, "SELECT_CHALLENGE,PASSWORD_VERIFIER,SOFTWARE_TOKEN_MFA");
    play_end();
    play_flow(AUTH_USER, NULL);
    play_hear(200, CHOICE("\"PASSWORD\""));
    play_expect_ask("Password: ");
    play_type("");
    play_expect_failed(ERR_AUTH, "no_password"); /* R-PAM-02 */
    play_end();
    play_flow(AUTH_USER, NULL);
    play_hear(200, CHOICE("\"WEB_AUTHN\""));
    play_expect_failed(ERR_NO_FACTOR, "no_usable_factor");
    play_end();
}
END_TEST

START_TEST(a_code_alone_is_no_mfa) /* R-PAM-09 */
{
    play_flow(AUTH_USER, NULL);
    play_hear(200, CHOICE("\"PASSWORD\",\"EMAIL_OTP\""));
    play_type("2");
    play_expect_sent(API_ADMIN_RESPOND, "\"ANSWER\":\"EMAIL_OTP\"");
    play_hear(200, PLAY_CHALLENGE("EMAIL_OTP", "\"CODE_DELIVERY_DESTINATION\":\"t***@e***\""));
    play_expect_ask("Code sent by e-mail to t***@e***: ");
    play_type("01234567");
    play_hear(200, PLAY_TOKENS);
    play_expect_done(false, "SELECT_CHALLENGE,EMAIL_OTP");
    play_end();
    play_flow(AUTH_USER, "SMS_OTP");
    play_expect_sent(API_ADMIN_INITIATE_AUTH, "\"PREFERRED_CHALLENGE\":\"SMS_OTP\"");
    play_hear(200, PLAY_CHALLENGE("SMS_OTP", ""));
    play_type("01234567");
    play_hear(200, PLAY_TOKENS);
    play_expect_done(false, "SMS_OTP");
    play_end();
    play_flow(AUTH_CUSTOM, NULL); /* a Lambda that begins with a code */
    play_hear(200, TOTP);
    play_type("123456");
    play_hear(200, PLAY_TOKENS);
    play_expect_done(false, "SOFTWARE_TOKEN_MFA");
    play_end();
}
END_TEST

START_TEST(preferred_password)
{
    play_flow(AUTH_USER, "PASSWORD");
    play_type(PLAY_PASSWORD);
    play_expect_sent(API_ADMIN_INITIATE_AUTH, "\"PASSWORD\":\"" PLAY_PASSWORD "\","
                                              "\"PREFERRED_CHALLENGE\":\"PASSWORD\"");
    play_hear(200, PLAY_CHALLENGE("EMAIL_OTP", ""));
    play_type("123456");
    play_hear(200, PLAY_TOKENS);
    play_expect_done(true, "EMAIL_OTP"); /* the password went before */
    play_end();
    play_flow(AUTH_USER, "PASSWORD"); /* a pool that asks for it by itself */
    play_type(PLAY_PASSWORD);
    play_hear(200, PLAY_CHALLENGE("PASSWORD", ""));
    play_expect_sent(API_ADMIN_RESPOND, "\"PASSWORD\":\"" PLAY_PASSWORD "\"");
    play_hear(200, PLAY_TOKENS);
    play_expect_done(false, "PASSWORD");
    play_end();
    play_flow(AUTH_USER, "PASSWORD_SRP"); /* not for this user: what is held is used all the same */
    play_type(PLAY_PASSWORD);
    play_expect_not_sent(PLAY_PASSWORD);
    play_hear(200, CHOICE("\"EMAIL_OTP\",\"PASSWORD\""));
    play_expect_sent(API_ADMIN_RESPOND,
                     "\"ANSWER\":\"PASSWORD\",\"PASSWORD\":\"" PLAY_PASSWORD "\"");
    play_hear(400, WRONG_PW);
    play_expect_failed(ERR_AUTH, "bad_password");
    play_end();
    play_flow(AUTH_USER, "PASSWORD"); /* the password was never looked at: the code is the first */
    play_type(PLAY_PASSWORD);
    play_hear(200, CHOICE("\"EMAIL_OTP\""));
    play_hear(200, PLAY_CHALLENGE("EMAIL_OTP", ""));
    play_type("123456");
    play_hear(200, PLAY_TOKENS);
    play_expect_done(false, "SELECT_CHALLENGE,EMAIL_OTP");
    play_end();
}
END_TEST

START_TEST(what_does_not_go_together)
{
    static const struct {
        enum auth_flow flow;
        bool is_public;
        const char *preferred;
        int err;
    } rows[] = {
        { AUTH_ADMIN_USER_PASSWORD, true, NULL, ERR_CONFIG },
        { AUTH_USER_PASSWORD, false, NULL, ERR_CONFIG },
        { AUTH_USER_SRP, false, "PASSWORD", ERR_CONFIG },
        { AUTH_CUSTOM, false, "PASSWORD", ERR_CONFIG },
        { AUTH_USER, false, "WEB_AUTHN", ERR_CONFIG },
        { AUTH_USER, false, "SOFTWARE_TOKEN_MFA", ERR_CONFIG },
        { AUTH_FLOWS, false, NULL, ERR_CONFIG },
        { AUTH_USER, true, "SMS_OTP", 0 },
        { AUTH_USER_SRP, true, "", 0 },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct auth_options o = with(rows[i].flow, rows[i].is_public, rows[i].preferred);
        o.pool_id = "us-east-1_Example01";
        o.client_id = "client";
        ck_assert_msg(auth_open(&o, &play_auth) == rows[i].err, "row %zu", i);
        play_end();
    }
    struct auth_options o = with(AUTH_USER_SRP, true, NULL);
    o.pool_id = "us-east-1_Example01";
    o.client_id = "client";
    o.device.key = "k";
    ck_assert_int_eq(auth_open(&o, &play_auth), ERR_CONFIG);
}
END_TEST

static void open_with_device(void)
{
    struct auth_options o = with(AUTH_USER_SRP, true, NULL);
    o.device = (struct auth_device){ "us-east-1_0f1e", "-Ab12", "c2VjcmV0" };
    play_open_password(&o);
    play_type(PLAY_PASSWORD);
    play_expect_sent(API_INITIATE_AUTH, "\"DEVICE_KEY\":\"us-east-1_0f1e\"");
}

START_TEST(a_remembered_device)
{
    open_with_device();
    play_hear(200, VERIFIER);
    play_expect_sent(API_RESPOND, "\"DEVICE_KEY\":\"us-east-1_0f1e\"");
    play_hear(200, PLAY_CHALLENGE("DEVICE_SRP_AUTH", ""));
    play_expect_sent(API_RESPOND, "\"DEVICE_KEY\":\"us-east-1_0f1e\"");
    play_expect_sent(API_RESPOND, "\"SRP_A\":\"");
    play_hear(200, PLAY_CHALLENGE("DEVICE_PASSWORD_VERIFIER", SRP_PARAMS));
    play_expect_sent(API_RESPOND, PROOF);
    play_expect_sent(API_RESPOND, "\"USERNAME\":\"5f0a1c3e\"");
    ck_assert(!auth_had_device(play_auth));
    play_hear(200, PLAY_TOKENS);
    play_expect_done(false, "PASSWORD_VERIFIER,DEVICE_SRP_AUTH,DEVICE_PASSWORD_VERIFIER");
    ck_assert(auth_had_device(play_auth));
    ck_assert_ptr_null(play_step.tokens.device_key);
    play_end();
}
END_TEST

/* R-PAM-09: what was proved before a restart is not proved after it. */
START_TEST(a_restart_does_not_prove_the_device)
{
    open_with_device();
    play_hear(200, VERIFIER);
    play_hear(200, PLAY_CHALLENGE("DEVICE_SRP_AUTH", ""));
    play_hear(200, PLAY_CHALLENGE("DEVICE_PASSWORD_VERIFIER", SRP_PARAMS));
    play_hear(200, PLAY_CHALLENGE("NEW_PASSWORD_REQUIRED", ""));
    ck_assert(auth_had_device(play_auth));
    play_type("N3w-Horse!");
    play_type("N3w-Horse!");
    play_hear(400, DEAD);
    play_expect_sent(API_INITIATE_AUTH, "\"SRP_A\":\"");
    play_hear(200, VERIFIER);
    play_hear(200, PLAY_TOKENS);
    ck_assert_int_eq(play_step.kind, AUTH_DONE);
    ck_assert(!auth_had_device(play_auth));
    play_end();
}
END_TEST

START_TEST(a_forgotten_device)
{
    static const char gone[] = PLAY_ERROR("ResourceNotFound", "Device does not exist.");
    open_with_device();
    play_hear(400, gone);
    play_expect_sent(API_INITIATE_AUTH, "\"SRP_A\":\"");
    play_expect_not_sent("DEVICE_KEY");
    play_hear(200, VERIFIER);
    play_expect_not_sent("DEVICE_KEY");
    play_hear(200, "{\"AuthenticationResult\":{\"AccessToken\":\"a.b.c\",\"NewDeviceMetadata\":{"
                   "\"DeviceKey\":\"us-east-1_new\",\"DeviceGroupKey\":\"-g\"}}}");
    play_expect_done(false, "PASSWORD_VERIFIER");
    ck_assert(auth_lost_device(play_auth));
    ck_assert_str_eq(play_step.tokens.device_key, "us-east-1_new");
    ck_assert_str_eq(play_step.tokens.device_group_key, "-g");
    play_end();
    open_with_device();
    play_hear(400, gone);
    play_hear(400, gone); /* once */
    play_expect_failed(ERR_AUTH, "device_forgotten");
    play_end();
}
END_TEST

enum said { NOTHING, OPEN, WAS_ALL };

static enum said password_said(void)
{
    ck_assert(!auth_password_is_open(play_auth) || !auth_password_was_all(play_auth));
    return auth_password_is_open(play_auth)   ? OPEN
           : auth_password_was_all(play_auth) ? WAS_ALL
                                              : NOTHING;
}

/* What an offline login may be built on: has the pool judged the password, and asked for more? */
START_TEST(what_the_pool_has_said_of_the_password)
{
    static const char away[] = PLAY_ERROR("InternalError", "");
    struct auth_options o = with(AUTH_USER_SRP, true, NULL);
    play_open_password(&o);
    ck_assert_int_eq(password_said(), NOTHING);
    play_type(PLAY_PASSWORD);
    ck_assert_int_eq(password_said(), OPEN);
    play_hear(200, VERIFIER);
    ck_assert_int_eq(password_said(), OPEN);
    play_hear(200, PLAY_TOKENS);
    ck_assert_int_eq(password_said(), WAS_ALL);
    ck_assert_str_eq(auth_password(play_auth)->bytes, PLAY_PASSWORD);
    auth_forget_password(play_auth);
    ck_assert_int_eq(password_said(), NOTHING);
    ck_assert_uint_eq(auth_password(play_auth)->len, 0);
    play_end();
    /* Lost between question and proof: nothing was judged. */
    play_open_password(&o);
    play_type(PLAY_PASSWORD);
    play_hear(200, VERIFIER);
    play_hear(500, away);
    play_expect_failed(ERR_UNAVAIL, "internal_error");
    ck_assert_int_eq(password_said(), OPEN);
    play_end();
    /* A code was asked for: whatever happens then, the password is not all. */
    play_open_password(&o);
    play_type(PLAY_PASSWORD);
    play_hear(200, VERIFIER);
    play_hear(200, PLAY_CHALLENGE("SOFTWARE_TOKEN_MFA", ""));
    ck_assert_int_eq(password_said(), NOTHING);
    play_type("123456");
    play_hear(400, PLAY_ERROR("NotAuthorized", "Invalid session for the user."));
    play_expect_sent(API_INITIATE_AUTH, "SRP_A"); /* from the beginning */
    ck_assert_int_eq(password_said(), NOTHING);
    play_hear(500, away);
    ck_assert_int_eq(password_said(), NOTHING);
    play_end();
    /* A device stands for a code. */
    open_with_device();
    play_hear(200, VERIFIER);
    play_hear(200, PLAY_CHALLENGE("DEVICE_SRP_AUTH", ""));
    play_hear(200, PLAY_CHALLENGE("DEVICE_PASSWORD_VERIFIER", SRP_PARAMS));
    play_hear(200, PLAY_TOKENS);
    ck_assert_int_eq(password_said(), NOTHING);
    play_end();
    /* The password in clear, and a new one: that is the one that counts then. */
    o = with(AUTH_USER_PASSWORD, true, NULL);
    play_open_password(&o);
    play_type(PLAY_PASSWORD);
    play_hear(200, PLAY_CHALLENGE("NEW_PASSWORD_REQUIRED", ""));
    ck_assert_int_eq(password_said(), WAS_ALL);
    play_type("N3w-Horse!");
    play_type("N3w-Horse!");
    play_hear(200, PLAY_TOKENS);
    ck_assert_int_eq(password_said(), WAS_ALL);
    ck_assert_str_eq(auth_password(play_auth)->bytes, "N3w-Horse!");
    play_end();
}
END_TEST

SUITE("cognito_flows", what_the_pool_has_said_of_the_password, srp_never_shows_the_password,
      srp_to_the_end, srp_without_session, srp_refuses_a_dishonest_pool, public_password,
      custom_questions, custom_rounds_have_a_bound, custom_after_srp, nobody_is_asked_like_somebody,
      menu_of_first_factors, a_code_alone_is_no_mfa, preferred_password, what_does_not_go_together,
      a_remembered_device, a_restart_does_not_prove_the_device, a_forgotten_device)
