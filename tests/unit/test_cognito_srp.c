/* SPDX-License-Identifier: Apache-2.0
 *
 * What the vectors cannot show: refusals, the time's text, the generator. The arithmetic itself is
 * judged by vectors/srp.json.
 */
#include "suite.h"

#include "cognito/srp.h"

#include <locale.h>
#include <stdbool.h>
#include <string.h>

#define N_HEX                                                                                      \
    "FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E34" \
    "04DDEF9519B3CD3A431B302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6" \
    "F406B7EDEE386BFB5A899FA5AE9F24117C4B1FE649286651ECE45B3DC2007CB8A163BF0598DA48361C55D39A6916" \
    "3FA8FD24CF5F83655D23DCA3AD961C62F356208552BB9ED529077096966D670C354E4ABC9804F1746C08CA18217C" \
    "32905E462E36CE3BE39E772C180E86039B2783A2EC07A28FB5C55DF06F4C52C9DE2BCBF6955817183995497CEA95" \
    "6AE515D2261898FA051015728E5A8AAAC42DAD33170D04507A33A85521ABDF1CBA64ECFB850458DBEF0A8AEA7157" \
    "5D060C7DB3970F85A6E1E4C7ABF5AE8CDB0933D71E8C94E04A25619DCEE3D2261AD2EE6BF12FFA06D98A0864D876" \
    "02733EC86A64521F2B18177B200CBBE117577A615D6C770988C0BAD946E208E24FA074E5AB3143DB5BFCE0FD108E" \
    "4B82D120A93AD2CAFFFFFFFFFFFFFFFF"

static struct srp_proof proof_with(const char *salt, const char *b, const char *block)
{
    return (struct srp_proof){ .pool_name = "Example01",
                               .user_id = "alice",
                               .password = "Corr3ct-Horse!",
                               .password_bytes = 14,
                               .salt = salt,
                               .b = b,
                               .secret_block = block,
                               .timestamp = "Tue Mar 3 04:05:06 UTC 2026" };
}

START_TEST(dishonest_numbers_stop_it) /* R-SEC-05 */
{
    static char long_hex[SRP_MAX_HEX + 2];
    static const struct {
        const char *salt, *b, *block;
        int err;
    } rows[] = {
        { "7a3f", "b1", "c2Vj", 0 },
        { "0", "b1", "c2Vj", 0 },
        { "7a3f", "0", "c2Vj", ERR_REFUSED },
        { "7a3f", "0000", "c2Vj", ERR_REFUSED },
        { "7a3f", N_HEX, "c2Vj", ERR_REFUSED },
        { "7a3f", "", "c2Vj", ERR_FORMAT },
        { "7a3f", "-b1", "c2Vj", ERR_FORMAT },
        { "7a3f", "0xb1", "c2Vj", ERR_FORMAT },
        { "7a3f", long_hex, "c2Vj", ERR_FORMAT },
        { "", "b1", "c2Vj", ERR_FORMAT },
        { "salt", "b1", "c2Vj", ERR_FORMAT },
        { "7a3f", "b1", "", ERR_FORMAT },
        { "7a3f", "b1", "c2V", ERR_FORMAT },
        { "7a3f", "b1", "c2Vj\n", ERR_FORMAT },
        { "7a3f", "b1", "c2V-", ERR_FORMAT },
        { "7a3f", "b1", "c===", ERR_FORMAT },
        { "7a3f", "b1", "c2Vj====", ERR_FORMAT },
    };
    struct srp *srp;
    memset(long_hex, '7', sizeof long_hex - 1);
    ck_assert_int_eq(srp_open(NULL, &srp), 0);
    for (size_t i = 0; i < COUNT(rows); i++) {
        char signature[SRP_SIGNATURE_SIZE] = "untouched";
        struct srp_proof p = proof_with(rows[i].salt, rows[i].b, rows[i].block);
        ck_assert_msg(srp_sign(srp, &p, signature) == rows[i].err, "row %zu", i);
        ck_assert_int_eq(strcmp(signature, "untouched") != 0, rows[i].err == 0);
    }
    srp_free(&srp);
    srp_free(&srp);
}
END_TEST

START_TEST(every_run_has_its_own_number)
{
    struct srp *one, *two;
    ck_assert_int_eq(srp_open(NULL, &one), 0);
    ck_assert_int_eq(srp_open(NULL, &two), 0);
    ck_assert_str_ne(srp_public(one), srp_public(two));
    ck_assert_uint_eq(strspn(srp_public(one), "0123456789abcdef"), strlen(srp_public(one)));
    ck_assert(srp_public(one)[0] != '0');
    srp_free(&one);
    srp_free(&two);
}
END_TEST

static int broken_random(uint8_t *ret_bytes, size_t n)
{
    memset(ret_bytes, 1, n);
    return ERR_SYSTEM;
}

static int zero_random(uint8_t *ret_bytes, size_t n)
{
    memset(ret_bytes, 0, n);
    return 0;
}

START_TEST(a_broken_generator_is_an_error)
{
    struct srp *srp = NULL;
    ck_assert_int_eq(srp_open(broken_random, &srp), ERR_SYSTEM);
    ck_assert_int_eq(srp_open(zero_random, &srp), ERR_SYSTEM);
    ck_assert_ptr_null(srp);
}
END_TEST

START_TEST(time_as_cognito_wants_it) /* R-NET-05 */
{
    static const struct {
        int64_t time_s;
        const char *text;
    } rows[] = {
        { 1772510706, "Tue Mar 3 04:05:06 UTC 2026" },
        { 1767225599, "Wed Dec 31 23:59:59 UTC 2025" },
        { 1767225600, "Thu Jan 1 00:00:00 UTC 2026" },
        { 1709164800, "Thu Feb 29 00:00:00 UTC 2024" },
        { 0, "Thu Jan 1 00:00:00 UTC 1970" },
        { -1, "" },
        { INT64_MAX, "" },
    };
    char text[SRP_TIMESTAMP_SIZE];
    (void)!setlocale(LC_ALL, "de_DE.UTF-8"); /* where there is one, it changes nothing */
    for (size_t i = 0; i < COUNT(rows); i++) {
        srp_timestamp(rows[i].time_s, text);
        ck_assert_str_eq(text, rows[i].text);
    }
    setlocale(LC_ALL, "C");
}
END_TEST

START_TEST(a_device_salt_has_a_bound)
{
    struct srp_verifier v;
    uint8_t salt[SRP_SALT_BYTES + 1] = { 0xff, 1 };
    ck_assert_int_eq(srp_verify_device("-g", "k", "p", salt, sizeof salt, &v), ERR_LIMIT);
    ck_assert_int_eq(srp_verify_device("-g", "k", "p", salt, SRP_SALT_BYTES, &v), 0);
    ck_assert_uint_eq(strlen(v.salt), SRP_SALT_TEXT_SIZE - 1); /* pad() put 00 in front */
}
END_TEST

SUITE("cognito_srp", dishonest_numbers_stop_it, every_run_has_its_own_number,
      a_broken_generator_is_an_error, time_as_cognito_wants_it, a_device_salt_has_a_bound)
