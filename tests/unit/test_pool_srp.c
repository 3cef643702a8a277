/* SPDX-License-Identifier: Apache-2.0 */
/* The test pool's side of SRP against what a client of Amazon's computes (tests/vectors). */
#include <check.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#include "../pool/bytes.h"
#include "../pool/srp.h"

static struct json_object *vectors;

static const char *text(struct json_object *o, const char *name)
{
    struct json_object *v = NULL;
    ck_assert_msg(json_object_object_get_ex(o, name, &v), "%s is missing", name);
    return json_object_get_string(v);
}

/* As the numbers are compared: without leading zeros. */
static const char *bare(const char *hex)
{
    return hex + strspn(hex, "0");
}

static void check_claim(struct json_object *v, struct srp_identity id, const char *verifier)
{
    uint8_t key[SRP_KEY_BYTES], block[1200];
    char hex[2 * SRP_KEY_BYTES + 1];
    const char *encoded = text(v, "secret_block");
    size_t n = strlen(encoded);
    ck_assert_uint_le(n / 4 * 3, sizeof block);
    int block_n = EVP_DecodeBlock(block, (const unsigned char *)encoded, (int)n);
    block_n -= (encoded[n - 1] == '=') + (encoded[n - 2] == '=');
    ck_assert(srp_key(verifier, text(v, "b"), text(v, "A"), key));
    bytes_hex(key, sizeof key, hex);
    ck_assert_str_eq(hex, text(v, "hkdf_key"));
    char *claim = srp_claim(id, key, block, (size_t)block_n, text(v, "timestamp"));
    ck_assert_str_eq(claim, text(v, "signature"));
    free(claim);
}

static void check_public(struct json_object *v, const char *verifier)
{
    char *b_public = srp_public(verifier, text(v, "b"));
    ck_assert_str_eq(b_public, bare(text(v, "B")));
    free(b_public);
}

static struct json_object *list_of(const char *name)
{
    struct json_object *list = NULL;
    ck_assert(json_object_object_get_ex(vectors, name, &list));
    ck_assert_uint_gt(json_object_array_length(list), 4);
    return list;
}

START_TEST(users)
{
    struct json_object *list = list_of("user");
    for (size_t i = 0; i < json_object_array_length(list); i++) {
        struct json_object *v = json_object_array_get_idx(list, i);
        struct srp_identity id = { text(v, "pool_name"), text(v, "user_id") };
        char *verifier = srp_verifier(id, text(v, "password"), text(v, "salt"));
        ck_assert_str_eq(verifier, bare(text(v, "verifier")));
        check_public(v, verifier);
        check_claim(v, id, verifier);
        free(verifier);
    }
}
END_TEST

START_TEST(devices)
{
    struct json_object *list = list_of("device");
    for (size_t i = 0; i < json_object_array_length(list); i++) {
        struct json_object *v = json_object_array_get_idx(list, i);
        struct srp_identity id = { text(v, "device_group_key"), text(v, "device_key") };
        char *salt = srp_from_base64(text(v, "Salt"));
        char *confirmed = srp_from_base64(text(v, "PasswordVerifier"));
        ck_assert_str_eq(salt, bare(text(v, "salt")));
        char *verifier = srp_verifier(id, text(v, "random_password"), salt);
        ck_assert_str_eq(confirmed, verifier);
        check_public(v, verifier);
        check_claim(v, id, verifier);
        free(salt);
        free(confirmed);
        free(verifier);
    }
}
END_TEST

START_TEST(what_is_no_number)
{
    static const char *const bad[] = { "", "0", "00", "xyz", "-1", " 1", "1 " };
    static const char *const negative[] = { "gA==", "AA==", "", "A", "////" };
    uint8_t key[SRP_KEY_BYTES];
    struct json_object *prime = NULL;
    for (size_t i = 0; i < COUNT(bad); i++)
        ck_assert_msg(!srp_is_number(bad[i]), "%s", bad[i]);
    for (size_t i = 0; i < COUNT(negative); i++)
        ck_assert_msg(srp_from_base64(negative[i]) == NULL, "%s", negative[i]);
    ck_assert(json_object_object_get_ex(vectors, "N", &prime));
    ck_assert(!srp_is_number(json_object_get_string(prime)));
    ck_assert(!srp_key("2", "3", json_object_get_string(prime), key));
    ck_assert(srp_is_number("f"));
    char *seven = srp_from_base64("Bw==");
    ck_assert_str_eq(seven, "7");
    free(seven);
}
END_TEST

int main(void)
{
    const char *dir = getenv("VECTORS");
    char *path = bytes_format("%s/srp.json", dir != NULL ? dir : "tests/vectors");
    vectors = json_object_from_file(path);
    if (vectors == NULL) {
        fprintf(stderr, "%s: %s\n", path, json_util_get_last_err());
        return 1;
    }
    free(path);
    TCase *tests = tcase_create("srp");
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, users);
    tcase_add_test(tests, devices);
    tcase_add_test(tests, what_is_no_number);
    Suite *suite = suite_create("pool srp");
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    json_object_put(vectors);
    return failed == 0 ? 0 : 1;
}
