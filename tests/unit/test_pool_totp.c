/* SPDX-License-Identifier: Apache-2.0 */
/* The test pool's authenticator codes: each works once. Their values are judged by judge_totp.c. */
#include "suite.h"

#include "pool/bytes.h"
#include "pool/model.h"
#include "pool/totp.h"

START_TEST(each_code_once)
{
    static const char secret[] = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
    const int64_t step = 41152263, now_ms = step * TOTP_STEP_S * 1000 + 1000;
    struct user u = { .totp_secret = bytes_copy(secret) };
    char code[16], fresh[16];
    for (int64_t s = step - 1; s <= step + 1; s++) {
        ck_assert(totp_code(secret, s, 6, code));
        ck_assert_int_eq(totp_fresh(&u, now_ms, fresh), 0);
        ck_assert_str_eq(fresh, code);
        ck_assert_int_eq(totp_check(&u, secret, code, now_ms), TOTP_GOOD);
        ck_assert_int_eq(totp_check(&u, secret, code, now_ms), TOTP_USED);
    }
    ck_assert_int_eq(totp_fresh(&u, now_ms, fresh), 29000); /* until the next step begins */
    ck_assert(totp_code(secret, step - 2, 6, code));
    ck_assert_int_eq(totp_check(&u, secret, code, now_ms), TOTP_WRONG);
    ck_assert(totp_code(secret, step + 2, 6, code));
    ck_assert_int_eq(totp_check(&u, secret, code, now_ms), TOTP_WRONG);
    free(u.totp_secret);
}
END_TEST

SUITE("pool_totp", each_code_once)
