/* SPDX-License-Identifier: Apache-2.0
 *
 * Dialogues that set a password: a change, a first password, a reset.
 */
#include "base/paths.h"
#include "dialogue_fixture.h"
#include "log_fixture.h"
#include "snap/write.h"
#include "store/store.h"
#include "suite.h"

#define FRESH "N3w-Horse!"

static const char *const others[] = { "devs", NULL };

static enum image_status status(void)
{
    return image_find_sub(fixture.image, FIXTURE_SUB)->status;
}

/* R-LOG-01 */
START_TEST(a_change_leaves_one_line)
{
    dialogue_open(ALLOW, NULL, admins);
    fixture_reply("AdminInitiateAuth", 200, dialogue_tokens("access"));
    fixture_reply("ChangePassword", 200, "");
    ck_assert_int_eq(dialogue_begin_change(), WIRE_PROMPT_CURRENT_PASSWORD);
    ck_assert_int_eq(dialogue_type(OLD), WIRE_PROMPT_NEW_PASSWORD);
    ck_assert_int_eq(dialogue_type(FRESH), WIRE_PROMPT_NEW_PASSWORD_AGAIN);
    ck_assert_int_eq(dialogue_type(FRESH), 0);
    ck_assert_ptr_nonnull(strstr(fixture_request("ChangePassword"), FRESH));
    ck_assert_uint_eq(logged("password user=alice service=passwd rhost=192.0.2.7 tty=- ruser=- "
                             "outcome=accepted reason=changed challenges=CHANGE_PASSWORD "),
                      1);
    ck_assert_uint_eq(logged("outcome="), 1);
    ck_assert_uint_eq(logged("login user="), 0);
    ck_assert_uint_eq(logged("Horse"), 0); /* R-SEC-01 */
    dialogue_end();
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
        dialogue_open(rows[i].policy, NULL, rows[i].groups);
        fixture_reply("AdminInitiateAuth", 200, dialogue_tokens(rows[i].token));
        fixture_reply("AdminListGroupsForUser", 200, "{\"Groups\":[{\"GroupName\":\"devs\"}]}");
        fixture_reply("ChangePassword", 200, "");
        dialogue_begin_change();
        ck_assert_int_eq(dialogue_type(OLD), rows[i].err);
        ck_assert_uint_eq(fixture_asked("ChangePassword"), 0);
        ck_assert_uint_eq(logged("password user=alice"), 1);
        ck_assert_uint_eq(logged(rows[i].reason), 1);
        dialogue_end();
    }
}
END_TEST

/* alice's password is one that the administrator gave her. */
static void open_with_temporary(void)
{
    dialogue_open(ALLOW, "FORCE_CHANGE_PASSWORD", admins);
    fixture_reply("AdminInitiateAuth", 200, "{\"ChallengeName\":\"NEW_PASSWORD_REQUIRED" CHALLENGE);
    fixture_reply("AdminRespondToAuthChallenge", 200, dialogue_tokens("access"));
}

/* A temporary password: set in the sign-in, published before RESULT, nothing more is asked. */
START_TEST(a_first_password_is_enough)
{
    open_with_temporary();
    dialogue_begin_change();
    ck_assert_int_eq(dialogue_type("temporary-1"), WIRE_PROMPT_NEW_PASSWORD);
    dialogue_type(FRESH);
    ck_assert_int_eq(dialogue_type(FRESH), 0);
    ck_assert_int_eq(status(), IMAGE_CONFIRMED);
    ck_assert_uint_eq(logged("outcome=accepted reason=required"), 1);
    ck_assert_uint_eq(logged("outcome="), 1);
    dialogue_end();
}
END_TEST

/* In a login there are two: what happened to the password, and the login's own. */
START_TEST(a_login_that_sets_a_password_leaves_two_lines)
{
    open_with_temporary();
    ck_assert_int_eq(dialogue_begin("sshd", 0), WIRE_PROMPT_PASSWORD);
    dialogue_type("temporary-1");
    dialogue_type(FRESH);
    ck_assert_int_eq(dialogue_type(FRESH), 0);
    ck_assert_uint_eq(logged("password user=alice service=sshd"), 1);
    ck_assert_uint_eq(logged("login user=alice service=sshd"), 1);
    ck_assert_uint_eq(logged("outcome="), 2);
    dialogue_end();
}
END_TEST

START_TEST(a_forgotten_password)
{
    dialogue_open(ALLOW, NULL, admins);
    fixture_reply("ForgotPassword", 200, SENT);
    fixture_reply("ConfirmForgotPassword", 200, "{}");
    dialogue_begin_change();
    ck_assert_int_eq(dialogue_type(""), WIRE_PROMPT_CODE);
    ck_assert_ptr_nonnull(strstr(dialogue_text, "a***@e***"));
    dialogue_type("111111");
    dialogue_type(FRESH);
    ck_assert_int_eq(dialogue_type(FRESH), 0);
    ck_assert_uint_eq(logged("outcome=accepted reason=reset challenges=RESET_PASSWORD "), 1);
    ck_assert_uint_eq(logged("outcome="), 1);
    dialogue_end();
}
END_TEST

/* The account is CONFIRMED as soon as the pool has the password, whatever becomes of the login. */
START_TEST(a_reset_in_a_login_proves_nothing)
{
    dialogue_open_to_reset(RESETS, admins);
    fixture_reply("ConfirmForgotPassword", 200, "");
    dialogue_begin("sshd", 0);
    ck_assert_int_eq(dialogue_type("whatever1"), WIRE_PROMPT_CODE);
    dialogue_type("111111");
    dialogue_type(FRESH);
    fixture_reply("AdminInitiateAuth", 200, "{\"ChallengeName\":\"SOFTWARE_TOKEN_MFA" CHALLENGE);
    ck_assert_int_eq(dialogue_type(FRESH), WIRE_PROMPT_CODE);
    ck_assert_str_eq(dialogue_text, "The new password is set.\nAuthenticator code: ");
    ck_assert_ptr_nonnull(strstr(fixture_request("AdminInitiateAuth"), FRESH));
    ck_assert_int_eq(status(), IMAGE_CONFIRMED);
    struct snap_facts facts;
    ck_assert_int_eq(snap_verify(path_snap_dir, &facts), 0);
    fixture_reply("AdminRespondToAuthChallenge", 400,
                  "{\"__type\":\"NotAuthorizedException\",\"message\":\"no\"}");
    ck_assert_int_eq(dialogue_type("222222"), ERR_AUTH);
    ck_assert_uint_eq(logged("password user=alice service=sshd"), 1);
    ck_assert_uint_eq(logged("login user=alice service=sshd"), 1);
    dialogue_end();
}
END_TEST

/* R-PAM-11: refused like a wrong password where it is not offered. The pool says so to anybody. */
START_TEST(no_reset_in_a_login_unless_configured)
{
    dialogue_open_to_reset(ALLOW, admins);
    dialogue_begin("sshd", 0);
    ck_assert_int_eq(dialogue_type("whatever1"), ERR_AUTH);
    ck_assert_str_eq(dialogue_text, "");
    ck_assert_uint_eq(fixture_asked("ForgotPassword"), 0);
    ck_assert_uint_eq(logged("reason=reset_required"), 1);
    dialogue_end();
}
END_TEST

/* No code to those who may not come in; in a login they look like a wrong password (R-PAM-11). */
START_TEST(no_code_outside_the_allow_list)
{
    dialogue_open_to_reset(RESETS, others);
    dialogue_begin("sshd", 0);
    ck_assert_int_eq(dialogue_type("whatever1"), ERR_AUTH);
    ck_assert_str_eq(dialogue_text, "");
    dialogue_begin_change();
    ck_assert_int_eq(dialogue_type(""), ERR_DENIED);
    ck_assert_str_eq(dialogue_text, "Access denied.");
    ck_assert_uint_eq(fixture_asked("ForgotPassword"), 0);
    ck_assert_uint_eq(logged("reason=not_in_allow_groups"), 2);
    dialogue_end();
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
        dialogue_open(ALLOW "[login]\noffline_login = yes\n", NULL, admins);
        ck_assert_int_eq(store_put_verifier(fixture.store, FIXTURE_SUB, &v), 0);
        fixture_reply("AdminInitiateAuth", 200,
                      rows[i].code ? "{\"ChallengeName\":\"SOFTWARE_TOKEN_MFA" CHALLENGE
                                   : dialogue_tokens("access"));
        fixture_reply("AdminRespondToAuthChallenge", 200, dialogue_tokens("access"));
        fixture_reply("ChangePassword", 200, "");
        dialogue_begin_change();
        if (rows[i].code)
            ck_assert_int_eq(dialogue_type(OLD), WIRE_PROMPT_CODE);
        ck_assert_int_eq(dialogue_type(rows[i].code ? "123456" : OLD), WIRE_PROMPT_NEW_PASSWORD);
        dialogue_type(FRESH);
        ck_assert_int_eq(dialogue_type(FRESH), 0);
        ck_assert_int_eq(store_find_verifier(fixture.store, FIXTURE_SUB, &v), rows[i].err);
        dialogue_end();
    }
}
END_TEST

SUITE("change", a_change_leaves_one_line, the_verdict_comes_before_the_change,
      a_first_password_is_enough, a_login_that_sets_a_password_leaves_two_lines,
      a_forgotten_password, a_reset_in_a_login_proves_nothing,
      no_reset_in_a_login_unless_configured, no_code_outside_the_allow_list,
      a_change_with_a_code_leaves_no_verifier)
