/* SPDX-License-Identifier: Apache-2.0
 *
 * The conversation: what is asked, what comes back, and every way in which an application can fail
 * to answer.
 */
#include "suite.h"
#include "test_pam_fake.h"

#include "conv.h"

#include <string.h>

static pam_handle_t handle;
static struct fake_person person;
static struct secret answer;

static void begin(const char *first_answer)
{
    memset(&handle, 0, sizeof handle);
    fake_person_init(&person, &handle);
    person.answers[0] = first_answer;
    ck_assert_int_eq(secret_set(&answer, "old", 3), 0);
}

START_TEST(asks_and_takes_the_answer)
{
    begin("secret");
    ck_assert_int_eq(conv_ask(&handle, false, "Password: ", &answer), 0);
    ck_assert_uint_eq(answer.len, 6);
    ck_assert_str_eq(answer.bytes, "secret");
    ck_assert_str_eq(person.shown, "1 Password: \n");
    begin("123456");
    ck_assert_int_eq(conv_ask(&handle, true, "Code: ", &answer), 0);
    ck_assert_str_eq(person.shown, "2 Code: \n");
}
END_TEST

/* R-SEC-05 */
START_TEST(answers_are_bounded)
{
    static char big[70000];
    memset(big, 'x', sizeof big - 1);
    begin(big);
    ck_assert_int_eq(conv_ask(&handle, false, "Password: ", &answer), ERR_AUTH);
    ck_assert_uint_eq(answer.len, 0);
    begin(big + sizeof big - 1 - SECRET_MAX);
    ck_assert_int_eq(conv_ask(&handle, false, "Password: ", &answer), 0);
    ck_assert_uint_eq(answer.len, SECRET_MAX);
    begin("");
    ck_assert_int_eq(conv_ask(&handle, false, "Password: ", &answer), 0);
    ck_assert_uint_eq(answer.len, 0);
}
END_TEST

START_TEST(failures_leave_no_answer)
{
    begin(NULL);
    ck_assert_int_eq(conv_ask(&handle, false, "Password: ", &answer), ERR_CONV);
    ck_assert_uint_eq(answer.len, 0);
    begin("secret");
    person.gives_no_response = true;
    ck_assert_int_eq(conv_ask(&handle, false, "Password: ", &answer), ERR_CONV);
    begin("secret");
    person.code = PAM_CONV_ERR;
    ck_assert_int_eq(conv_ask(&handle, false, "Password: ", &answer), ERR_CONV);
    begin("secret");
    person.code = PAM_BUF_ERR;
    ck_assert_int_eq(conv_ask(&handle, false, "Password: ", &answer), ERR_NOMEM);
    begin("secret");
    person.code = PAM_CONV_AGAIN;
    ck_assert_int_eq(conv_ask(&handle, false, "Password: ", &answer), ERR_CONV);
    ck_assert_uint_eq(answer.len, 0);
}
END_TEST

START_TEST(nobody_is_there)
{
    begin("secret");
    ck_assert(conv_is_there(&handle));
    person.conv.conv = NULL;
    ck_assert(!conv_is_there(&handle));
    ck_assert_int_eq(conv_ask(&handle, false, "Password: ", &answer), ERR_CONV);
    conv_tell(&handle, 0, PAM_TEXT_INFO, "unheard");
    handle.conv = NULL;
    ck_assert(!conv_is_there(&handle));
    ck_assert_int_eq(conv_ask(&handle, false, "Password: ", &answer), ERR_CONV);
    ck_assert_str_eq(person.shown, "");
}
END_TEST

START_TEST(tells_unless_silent)
{
    begin(NULL);
    conv_tell(&handle, 0, PAM_ERROR_MSG, "Sorry.");
    ck_assert_str_eq(person.shown, "3 Sorry.\n");
    conv_tell(&handle, 0, PAM_TEXT_INFO, "");
    conv_tell(&handle, PAM_SILENT | PAM_DISALLOW_NULL_AUTHTOK, PAM_TEXT_INFO, "Psst.");
    ck_assert_str_eq(person.shown, "3 Sorry.\n");
    person.code = PAM_CONV_ERR;
    conv_tell(&handle, 0, PAM_TEXT_INFO, "Not heard.");
    person.code = PAM_SUCCESS;
    person.gives_no_response = true;
    conv_tell(&handle, 0, PAM_TEXT_INFO, "Heard.");
}
END_TEST

SUITE("pam_conv", asks_and_takes_the_answer, answers_are_bounded, failures_leave_no_answer,
      nobody_is_there, tells_unless_silent)
