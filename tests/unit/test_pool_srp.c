/* SPDX-License-Identifier: Apache-2.0 */
/* The test pool's side of SRP against what a client of Amazon's computes (tests/vectors). */
#include "judge.h"
#include "suite.h"

#include "net/json_in.h"
#include "pool/bytes.h"
#include "pool/srp.h"

#include <openssl/evp.h>
#include <string.h>

/* As the numbers are compared: without leading zeros. */
static const char *bare(const char *hex)
{
    return hex + strspn(hex, "0");
}

static void check_claim(const struct json *v, struct srp_identity id, const char *verifier)
{
    uint8_t key[SRP_KEY_BYTES], block[1200];
    char hex[2 * SRP_KEY_BYTES + 1];
    const char *encoded = judge_text(v, "secret_block");
    size_t n = strlen(encoded);
    ck_assert(n >= 4 && n / 4 * 3 <= sizeof block);
    int block_n = EVP_DecodeBlock(block, (const unsigned char *)encoded, (int)n);
    block_n -= (encoded[n - 1] == '=') + (encoded[n - 2] == '=');
    ck_assert(srp_key(verifier, judge_text(v, "b"), judge_text(v, "A"), key));
    bytes_hex(key, sizeof key, hex);
    ck_assert_str_eq(hex, judge_text(v, "hkdf_key"));
    char *claim = srp_claim(id, key, block, (size_t)block_n, judge_text(v, "timestamp"));
    ck_assert_str_eq(claim, judge_text(v, "signature"));
    free(claim);
}

static void check_public(const struct json *v, const char *verifier)
{
    char *b_public = srp_public(verifier, judge_text(v, "b"));
    ck_assert_str_eq(b_public, bare(judge_text(v, "B")));
    free(b_public);
}

static struct json *load(void)
{
    struct judge j = { .dir = getenv("VECTORS") };
    ck_assert_ptr_nonnull(j.dir);
    struct json *vectors = judge_load(&j, "srp.json");
    ck_assert_ptr_nonnull(vectors);
    return vectors;
}

static const struct json *list_of(const struct json *vectors, const char *name)
{
    const struct json *list = NULL;
    ck_assert_int_eq(json_in_array(vectors, name, &list), 0);
    ck_assert_uint_gt(json_in_count(list), 4);
    return list;
}

START_TEST(users)
{
    struct json *vectors = load();
    const struct json *list = list_of(vectors, "user");
    for (size_t i = 0; i < json_in_count(list); i++) {
        const struct json *v = json_in_at(list, i);
        struct srp_identity id = { judge_text(v, "pool_name"), judge_text(v, "user_id") };
        char *verifier = srp_verifier(id, judge_text(v, "password"), judge_text(v, "salt"));
        ck_assert_str_eq(verifier, bare(judge_text(v, "verifier")));
        check_public(v, verifier);
        check_claim(v, id, verifier);
        free(verifier);
    }
    json_in_free(&vectors);
}
END_TEST

START_TEST(devices)
{
    struct json *vectors = load();
    const struct json *list = list_of(vectors, "device");
    for (size_t i = 0; i < json_in_count(list); i++) {
        const struct json *v = json_in_at(list, i);
        struct srp_identity id = { judge_text(v, "device_group_key"), judge_text(v, "device_key") };
        char *salt = srp_from_base64(judge_text(v, "Salt"));
        char *confirmed = srp_from_base64(judge_text(v, "PasswordVerifier"));
        ck_assert_str_eq(salt, bare(judge_text(v, "salt")));
        char *verifier = srp_verifier(id, judge_text(v, "random_password"), salt);
        ck_assert_str_eq(confirmed, verifier);
        check_public(v, verifier);
        check_claim(v, id, verifier);
        free(salt);
        free(confirmed);
        free(verifier);
    }
    json_in_free(&vectors);
}
END_TEST

START_TEST(what_is_no_number)
{
    static const char *const bad[] = { "", "0", "00", "xyz", "-1", " 1", "1 " };
    static const char *const negative[] = { "gA==", "AA==", "", "A", "////" };
    uint8_t key[SRP_KEY_BYTES];
    for (size_t i = 0; i < COUNT(bad); i++)
        ck_assert_msg(!srp_is_number(bad[i]), "%s", bad[i]);
    for (size_t i = 0; i < COUNT(negative); i++)
        ck_assert_msg(srp_from_base64(negative[i]) == NULL, "%s", negative[i]);
    struct json *vectors = load();
    const char *prime = judge_text(vectors, "N");
    ck_assert_uint_eq(strlen(prime), 768);
    ck_assert(!srp_is_number(prime));
    ck_assert(!srp_key("2", "3", prime, key));
    json_in_free(&vectors);
    ck_assert(srp_is_number("f"));
    char *seven = srp_from_base64("Bw==");
    ck_assert_str_eq(seven, "7");
    free(seven);
}
END_TEST

SUITE("pool_srp", users, devices, what_is_no_number)
