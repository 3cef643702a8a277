/* SPDX-License-Identifier: Apache-2.0 */
/* The test pool's authenticator codes against RFC 6238 and the vectors; each code works once. */
#include <check.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../pool/bytes.h"
#include "../pool/model.h"
#include "../pool/totp.h"

static struct json_object *vectors;

static struct json_object *member(struct json_object *o, const char *name)
{
    struct json_object *v = NULL;
    ck_assert_msg(json_object_object_get_ex(o, name, &v), "%s is missing", name);
    return v;
}

static const char *text(struct json_object *o, const char *name)
{
    return json_object_get_string(member(o, name));
}

START_TEST(rfc6238)
{
    struct json_object *list = member(vectors, "rfc6238");
    size_t count = 0;
    for (size_t i = 0; i < json_object_array_length(list); i++) {
        struct json_object *v = json_object_array_get_idx(list, i);
        const char *key = text(v, "key_ascii");
        char code[16];
        if (strcmp(text(v, "algorithm"), "sha1") != 0)
            continue; /* the service knows SHA-1 only */
        char *secret = bytes_base32((const uint8_t *)key, strlen(key));
        int64_t step = json_object_get_int64(member(v, "time")) / TOTP_STEP_S;
        ck_assert(totp_code(secret, step, json_object_get_int(member(v, "digits")), code));
        ck_assert_str_eq(code, text(v, "code"));
        free(secret);
        count++;
    }
    ck_assert_uint_gt(count, 0);
}
END_TEST

START_TEST(six_digits)
{
    static const struct {
        const char *name;
        int step;
    } neighbours[] = { { "previous", -1 }, { "code", 0 }, { "next", 1 } };
    struct json_object *list = member(member(vectors, "cognito_style"), "cases");
    for (size_t i = 0; i < json_object_array_length(list); i++) {
        struct json_object *v = json_object_array_get_idx(list, i);
        int64_t step = json_object_get_int64(member(v, "step"));
        for (size_t k = 0; k < COUNT(neighbours); k++) {
            char code[16];
            if (member(v, neighbours[k].name) == NULL)
                continue;
            ck_assert(totp_code(text(v, "secret_base32"), step + neighbours[k].step, 6, code));
            ck_assert_str_eq(code, text(v, neighbours[k].name));
        }
    }
}
END_TEST

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

int main(void)
{
    const char *dir = getenv("VECTORS");
    char *path = bytes_format("%s/totp.json", dir != NULL ? dir : "tests/vectors");
    vectors = json_object_from_file(path);
    if (vectors == NULL) {
        fprintf(stderr, "%s: %s\n", path, json_util_get_last_err());
        return 1;
    }
    free(path);
    TCase *tests = tcase_create("totp");
    tcase_add_test(tests, rfc6238);
    tcase_add_test(tests, six_digits);
    tcase_add_test(tests, each_code_once);
    Suite *suite = suite_create("pool totp");
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    json_object_put(vectors);
    return failed == 0 ? 0 : 1;
}
