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

static bool user_is_right(const struct json *c)
{
    return proves(c, "pool_name", "user_id", "password");
}

static bool device_is_right(const struct json *c)
{
    return proves(c, "device_group_key", "device_key", "random_password") && verifies(c);
}

static bool has(const struct json *doc, const char *list)
{
    return *judge_text(judge_first(doc, list), "A") != '\0';
}

static bool fits(const struct json *doc)
{
    return has(doc, "user") || has(doc, "device");
}

/* Either list may be missing, not both. */
static void judge(struct judge *j, const char *path, const struct json *doc)
{
    if (has(doc, "user"))
        judge_cases(j, "srp", path, doc, "user", "name", user_is_right);
    if (has(doc, "device"))
        judge_cases(j, "srp", path, doc, "device", "name", device_is_right);
}

const struct judge_form judge_srp = { "srp", fits, judge };
