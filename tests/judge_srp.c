/* SPDX-License-Identifier: Apache-2.0
 *
 * srp.json: the public value, the proof and, for devices, the verifier.
 */
#include "judge.h"

#include "cognito/srp.h"
#include "net/json_in.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Hex of any length, right-aligned into n bytes. */
static bool place(const char *hex, uint8_t *dst, size_t n)
{
    size_t digits = strlen(hex);
    memset(dst, 0, n);
    if (digits > 2 * n || strspn(hex, "0123456789abcdefABCDEF") != digits)
        return false;
    for (size_t i = 0; i < digits; i++) {
        char digit[2] = { hex[digits - 1 - i], '\0' };
        unsigned long v = strtoul(digit, NULL, 16);
        dst[n - 1 - i / 2] |= (uint8_t)(i % 2 == 0 ? v : v << 4);
    }
    return true;
}

static uint8_t exponent[SRP_RANDOM_BYTES];

bool judge_srp_choose(const char *a)
{
    return place(a, exponent, sizeof exponent);
}

int judge_srp_random(uint8_t *ret_bytes, size_t n)
{
    if (n != sizeof exponent)
        return ERR_SYSTEM;
    memcpy(ret_bytes, exponent, n);
    return 0;
}

/* pool, user and password are the members that hold them. */
static bool proves(const struct json *c, const char *pool, const char *user, const char *password)
{
    struct srp *srp;
    char signature[SRP_SIGNATURE_SIZE] = "";
    const char *word = judge_text(c, password);
    struct srp_proof proof = { .pool_name = judge_text(c, pool),
                               .user_id = judge_text(c, user),
                               .password = word,
                               .password_bytes = strlen(word),
                               .salt = judge_text(c, "salt"),
                               .b = judge_text(c, "B"),
                               .secret_block = judge_text(c, "secret_block"),
                               .timestamp = judge_text(c, "timestamp") };
    if (!judge_srp_choose(judge_text(c, "a")) || srp_open(judge_srp_random, &srp) != 0)
        return false;
    bool is_right = strcmp(srp_public(srp), judge_text(c, "A")) == 0 &&
                    srp_sign(srp, &proof, signature) == 0 &&
                    strcmp(signature, judge_text(c, "signature")) == 0;
    srp_free(&srp);
    return is_right;
}

static bool verifies(const struct json *c)
{
    struct srp_verifier v;
    uint8_t wide[SRP_SALT_BYTES];
    return place(judge_text(c, "salt"), wide, sizeof wide) &&
           srp_verify_device(judge_text(c, "device_group_key"), judge_text(c, "device_key"),
                             judge_text(c, "random_password"), wide, sizeof wide, &v) == 0 &&
           strcmp(v.salt, judge_text(c, "Salt")) == 0 &&
           strcmp(v.verifier, judge_text(c, "PasswordVerifier")) == 0;
}

static void judge_list(struct judge *j, const struct json *doc, const char *list, bool is_device)
{
    const struct json *cases = NULL;
    if (json_in_array(doc, list, &cases) != 0)
        cases = NULL;
    judge_case(j, "srp", list, cases != NULL && json_in_count(cases) > 0);
    for (size_t i = 0; i < json_in_count(cases); i++) {
        const struct json *c = json_in_at(cases, i);
        bool is_right =
            is_device
                ? proves(c, "device_group_key", "device_key", "random_password") && verifies(c)
                : proves(c, "pool_name", "user_id", "password");
        judge_case(j, "srp", judge_text(c, "name"), is_right);
    }
}

bool judge_srp(struct judge *j)
{
    struct json *doc = judge_load(j, "srp.json");
    if (doc == NULL)
        return false;
    judge_begin(j);
    judge_list(j, doc, "user", false);
    judge_list(j, doc, "device", true);
    judge_end(j, "srp");
    json_in_free(&doc);
    return true;
}
