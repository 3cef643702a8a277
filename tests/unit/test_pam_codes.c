/* SPDX-License-Identifier: Apache-2.0
 *
 * What PAM hears: the table of codes row by row (R-PAM-01), the module's arguments (R-PAM-03), and
 * the answers that never leave the process (R-PAM-02, R-PAM-08).
 */
#include "suite.h"

#include "answer.h"
#include "args.h"
#include "codes.h"
#include "wire/wire.h"

#include <security/pam_modules.h>
#include <string.h>

#define UNAVAIL                                                                                    \
    {                                                                                              \
        PAM_AUTHINFO_UNAVAIL, PAM_CRED_UNAVAIL, PAM_AUTHINFO_UNAVAIL, PAM_SESSION_ERR,             \
            PAM_AUTHINFO_UNAVAIL                                                                   \
    }
#define ALL(code)                                                                                  \
    {                                                                                              \
        code, code, code, code, code                                                               \
    }

static const struct {
    int err;
    int code[PHASE_COUNT]; /* auth, setcred, account, session, password */
} rows[] = {
    { 0, ALL(PAM_SUCCESS) },
    { ERR_NOMEM, ALL(PAM_BUF_ERR) },
    { ERR_SYSTEM, ALL(PAM_SYSTEM_ERR) },
    { ERR_TIMEOUT, UNAVAIL },
    { ERR_SPACE, ALL(PAM_SYSTEM_ERR) },
    { ERR_LIMIT, ALL(PAM_SYSTEM_ERR) },
    { ERR_ABSENT, UNAVAIL },
    { ERR_FORMAT, UNAVAIL },
    { ERR_REFUSED, UNAVAIL },
    { ERR_CONFIG, UNAVAIL },
    { ERR_UNAVAIL, UNAVAIL },
    { ERR_STALE, UNAVAIL },
    { ERR_CLOSED, UNAVAIL },
    { ERR_NOT_OURS, { PAM_USER_UNKNOWN, PAM_IGNORE, PAM_IGNORE, PAM_IGNORE, PAM_IGNORE } },
    { ERR_USER_UNKNOWN,
      { PAM_USER_UNKNOWN, PAM_USER_UNKNOWN, PAM_USER_UNKNOWN, PAM_SESSION_ERR, PAM_USER_UNKNOWN } },
    { ERR_AUTH, { PAM_AUTH_ERR, PAM_CRED_ERR, PAM_AUTH_ERR, PAM_SESSION_ERR, PAM_AUTH_ERR } },
    { ERR_MAXTRIES, { PAM_MAXTRIES, PAM_CRED_ERR, PAM_AUTH_ERR, PAM_SESSION_ERR, PAM_TRY_AGAIN } },
    { ERR_DENIED,
      { PAM_PERM_DENIED, PAM_CRED_ERR, PAM_PERM_DENIED, PAM_SESSION_ERR, PAM_PERM_DENIED } },
    { ERR_EXPIRED,
      { PAM_ACCT_EXPIRED, PAM_CRED_EXPIRED, PAM_ACCT_EXPIRED, PAM_SESSION_ERR, PAM_PERM_DENIED } },
    { ERR_NEW_PASSWORD,
      { PAM_AUTH_ERR, PAM_CRED_EXPIRED, PAM_NEW_AUTHTOK_REQD, PAM_SESSION_ERR, PAM_AUTHTOK_ERR } },
    { ERR_PASSWORD_BAD,
      { PAM_AUTH_ERR, PAM_CRED_ERR, PAM_AUTH_ERR, PAM_SESSION_ERR, PAM_AUTHTOK_ERR } },
    { ERR_NO_FACTOR,
      { PAM_AUTH_ERR, PAM_CRED_ERR, PAM_AUTH_ERR, PAM_SESSION_ERR, PAM_AUTHTOK_ERR } },
    { ERR_CONV, ALL(PAM_CONV_ERR) },
};

START_TEST(every_row)
{
    for (int phase = 0; phase < PHASE_COUNT; phase++)
        ck_assert_int_eq(codes_pam((enum phase)phase, rows[_i].err), rows[_i].code[phase]);
}
END_TEST

/* Also what nobody has thought of: later versions' numbers, positive ones, phases. */
START_TEST(only_zero_succeeds)
{
    for (int phase = 0; phase < PHASE_COUNT + 2; phase++) {
        for (int err = -1000; err < 1000; err++) {
            int code = codes_pam((enum phase)phase, err);
            if (err != 0 || phase >= PHASE_COUNT)
                ck_assert_int_ne(code, PAM_SUCCESS);
            if (err != ERR_NOT_OURS)
                ck_assert_int_ne(code, PAM_IGNORE);
            if (phase == PHASE_AUTH)
                ck_assert_int_ne(code, PAM_NEW_AUTHTOK_REQD); /* `required` takes it for a pass */
        }
    }
}
END_TEST

START_TEST(every_err_has_a_row)
{
    for (int err = -1; err > ERR_LAST; err--) {
        size_t i = 0;
        while (i < COUNT(rows) && rows[i].err != err)
            i++;
        ck_assert_msg(i < COUNT(rows) || strcmp(err_word(err), "unknown") == 0, "%s has no row",
                      err_word(err));
    }
}
END_TEST

/* R-PAM-03 */
START_TEST(arguments_are_known_or_an_error)
{
    const char *good[] = { "debug", "try_first_pass", "use_first_pass", "use_authtok" };
    const char *bad[] = { "debug", "nullok", "fail_open" };
    const char *odd[] = { "", "debug=1", "DEBUG", "debug " };
    const char *which = NULL;
    struct args a;
    ck_assert_int_eq(args_parse(0, NULL, &a, &which), 0);
    ck_assert(!a.debug && !a.use_first_pass);
    ck_assert_int_eq(args_parse(4, good, &a, &which), 0);
    ck_assert(a.debug && a.try_first_pass && a.use_first_pass && a.use_authtok);
    ck_assert_ptr_null(which);
    ck_assert_int_eq(args_parse(3, bad, &a, &which), ERR_CONFIG);
    ck_assert(a.debug);
    ck_assert_str_eq(which, "nullok");
    for (size_t i = 0; i < COUNT(odd); i++)
        ck_assert_int_eq(args_parse(1, &odd[i], &a, &which), ERR_CONFIG);
}
END_TEST

static const char *held_of(uint8_t kind, const char *answer, const char *given,
                           const char *password)
{
    struct secret a = { 0 }, g = { 0 }, p = { 0 };
    ck_assert_int_eq(secret_set(&a, answer, strlen(answer)), 0);
    ck_assert_int_eq(secret_set(&g, given, strlen(given)), 0);
    ck_assert_int_eq(secret_set(&p, password, strlen(password)), 0);
    return answer_held_back(kind, &a, &g, &p);
}

static const char *held(uint8_t kind, const char *answer, const char *password)
{
    return held_of(kind, answer, password, password);
}

/* R-PAM-02, R-PAM-08 */
START_TEST(empty_answers_are_held_back)
{
    ck_assert_ptr_nonnull(held(WIRE_PROMPT_PASSWORD, "", ""));
    ck_assert_ptr_nonnull(held(WIRE_PROMPT_PASSWORD_AND_CODE, "", ""));
    ck_assert_ptr_nonnull(held(WIRE_PROMPT_CODE, "", "pw"));
    ck_assert_ptr_nonnull(held(WIRE_PROMPT_NEW_PASSWORD, "", "pw"));
    ck_assert_ptr_nonnull(held(WIRE_PROMPT_NEW_PASSWORD_AGAIN, "", "pw"));
    ck_assert_ptr_nonnull(held(200, "", "pw"));
    ck_assert_ptr_null(held(WIRE_PROMPT_TEXT, "", "pw"));
    ck_assert_ptr_null(held(WIRE_PROMPT_CURRENT_PASSWORD, "", "")); /* forgotten */
}
END_TEST

/* R-PAM-08 */
START_TEST(stand_in_of_sshd_is_held_back)
{
    static const char junk[] = "\b\n\r\177INCORRECT\b\n\r\177INCORRECT\b\n\r\177INCORRECT";
    for (uint8_t kind = 0; kind < 9; kind++) {
        for (size_t n = 1; n < sizeof junk; n++) {
            char cut[sizeof junk] = "";
            memcpy(cut, junk, n);
            ck_assert_ptr_nonnull(held(kind, cut, ""));
        }
    }
    ck_assert_ptr_null(held(WIRE_PROMPT_PASSWORD, "INCORRECT", ""));
    ck_assert_ptr_null(held(WIRE_PROMPT_PASSWORD, "\b\n\r\177INCORRECt", ""));
    ck_assert_ptr_null(held(WIRE_PROMPT_PASSWORD, "\b\n\r\177INCORRECT!", ""));
}
END_TEST

/* R-PAM-08 */
START_TEST(password_again_is_held_back)
{
    ck_assert_ptr_null(held(WIRE_PROMPT_PASSWORD, "pw", "pw")); /* a second attempt */
    ck_assert_ptr_nonnull(held(WIRE_PROMPT_CODE, "pw", "pw"));
    ck_assert_ptr_nonnull(held(WIRE_PROMPT_NEW_PASSWORD, "pw", "pw"));
    ck_assert_ptr_nonnull(held(WIRE_PROMPT_TEXT, "pw", "pw"));
    ck_assert_ptr_nonnull(held(99, "pw", "pw"));
    ck_assert_ptr_null(held(WIRE_PROMPT_CODE, "pw ", "pw"));
    ck_assert_ptr_null(held(WIRE_PROMPT_CODE, "123456", ""));
}
END_TEST

/* R-PAM-08, with password and code in one answer: neither all of it nor the password. */
START_TEST(password_with_code_again_is_held_back)
{
    static const uint8_t kinds[] = { WIRE_PROMPT_CODE, WIRE_PROMPT_NEW_PASSWORD, WIRE_PROMPT_TEXT,
                                     99 };
    ck_assert_ptr_null(held_of(WIRE_PROMPT_PASSWORD_AND_CODE, "pw123456", "pw123456", "pw"));
    for (size_t i = 0; i < COUNT(kinds); i++) {
        ck_assert_ptr_nonnull(held_of(kinds[i], "pw123456", "pw123456", "pw"));
        ck_assert_ptr_nonnull(held_of(kinds[i], "pw", "pw123456", "pw"));
        ck_assert_ptr_null(held_of(kinds[i], "123456", "pw123456", "pw"));
        ck_assert_ptr_null(held_of(kinds[i], "pw654321", "pw123456", "pw"));
    }
}
END_TEST

int main(void)
{
    TCase *tcase = tcase_create("codes");
    Suite *suite = suite_create("pam_codes");
    tcase_add_loop_test(tcase, every_row, 0, (int)COUNT(rows));
    tcase_add_test(tcase, only_zero_succeeds);
    tcase_add_test(tcase, every_err_has_a_row);
    tcase_add_test(tcase, arguments_are_known_or_an_error);
    tcase_add_test(tcase, empty_answers_are_held_back);
    tcase_add_test(tcase, stand_in_of_sshd_is_held_back);
    tcase_add_test(tcase, password_again_is_held_back);
    tcase_add_test(tcase, password_with_code_again_is_held_back);
    suite_add_tcase(suite, tcase);
    return suite_run(suite);
}
