/* SPDX-License-Identifier: Apache-2.0
 *
 * totp.json and its like: the authenticator of the test pool and of its clients (the product makes
 * no codes). RFC 6238's own table counts where it is SHA-1.
 */
#include "judge.h"

#include "net/json_in.h"
#include "pool/bytes.h"
#include "pool/totp.h"

#include <stdlib.h>
#include <string.h>

static bool is_code(const char *secret, int64_t step, int64_t digits, const char *wanted)
{
    char code[16];
    return totp_code(secret, step, (int)digits, code) && strcmp(code, wanted) == 0;
}

static bool rfc_is_right(const struct json *c)
{
    int64_t time_s = 0;
    int64_t digits = 0;
    const char *key = judge_text(c, "key_ascii");
    char *secret = bytes_base32((const uint8_t *)key, strlen(key));
    bool is_right = json_in_integer(c, "time", &time_s) == 0 &&
                    json_in_integer(c, "digits", &digits) == 0 &&
                    is_code(secret, time_s / TOTP_STEP_S, digits, judge_text(c, "code"));
    free(secret);
    return is_right;
}

/* The service knows SHA-1 only. */
static void judge_rfc(struct judge *j, const struct json *list)
{
    for (size_t i = 0; i < json_in_count(list); i++) {
        const struct json *c = json_in_at(list, i);
        if (strcmp(judge_text(c, "algorithm"), "sha1") == 0)
            judge_case(j, "totp", judge_text(c, "code"), rfc_is_right(c));
        else
            judge_skip(j, "totp", judge_text(c, "algorithm"));
    }
}

static bool case_is_right(const struct json *c)
{
    static const struct {
        const char *name;
        int step;
    } neighbours[] = { { "previous", -1 }, { "code", 0 }, { "next", 1 } };
    int64_t step = 0;
    if (json_in_integer(c, "step", &step) != 0 || *judge_text(c, "code") == '\0')
        return false;
    for (size_t i = 0; i < COUNT(neighbours); i++) {
        const char *wanted = judge_text(c, neighbours[i].name);
        if (*wanted != '\0' &&
            !is_code(judge_text(c, "secret_base32"), step + neighbours[i].step, 6, wanted))
            return false;
    }
    return true;
}

static const struct json *six_digits(const struct json *doc)
{
    const struct json *style;
    return json_in_object(doc, "cognito_style", &style) == 0 ? style : NULL;
}

static bool fits(const struct json *doc)
{
    return *judge_text(judge_first(doc, "rfc6238"), "code") != '\0' ||
           *judge_text(judge_first(six_digits(doc), "cases"), "secret_base32") != '\0';
}

static void judge(struct judge *j, const char *path, const struct json *doc)
{
    const struct json *rfc;
    if (json_in_array(doc, "rfc6238", &rfc) == 0)
        judge_rfc(j, rfc);
    if (six_digits(doc) != NULL)
        judge_cases(j, "totp", path, six_digits(doc), "cases", "secret_base32", case_is_right);
}

const struct judge_form judge_totp = { "totp", fits, judge };
