/* SPDX-License-Identifier: Apache-2.0
 *
 * jwt/: tokens good and bad, each with the normal keys and with the odd ones beside them.
 */
#include "judge.h"

#include "cognito/jwt.h"
#include "net/json_in.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct jwks *load_keys(const struct judge *j, const char *name)
{
    char *text;
    size_t n;
    struct jwks *keys = NULL;
    if (!judge_read(j, name, &text, &n))
        return NULL;
    if (jwks_parse(text, n, &keys) != 0)
        keys = NULL;
    free(text);
    return keys;
}

static bool is_right(const struct json *doc, const struct json *t, const struct jwks *keys)
{
    struct jwt_claims claims;
    bool is_valid = false;
    bool wants_access = strcmp(judge_text(t, "check_as"), "access") == 0;
    struct jwt_expect expect = { .use = wants_access ? JWT_ACCESS : JWT_ID,
                                 .issuer = judge_text(doc, "issuer"),
                                 .updated_issuer = judge_text(doc, "updated_issuer"),
                                 .client_id = judge_text(doc, "client_id"),
                                 .sub = judge_text(doc, "sub") };
    if (json_in_bool(t, "valid", &is_valid) != 0 || json_in_integer(doc, "now", &expect.now_s) != 0)
        return false;
    int err = jwt_verify(judge_text(t, "token"), &expect, keys, &claims, NULL);
    if (err == 0)
        jwt_claims_free(&claims);
    return (err == 0) == is_valid;
}

static void judge_with(struct judge *j, const struct json *doc, const char *keys_file)
{
    const struct json *tokens;
    struct jwks *keys = load_keys(j, keys_file);
    if (json_in_array(doc, "tokens", &tokens) != 0)
        tokens = NULL;
    judge_case(j, "jwt", keys_file, keys != NULL && tokens != NULL);
    for (size_t i = 0; keys != NULL && i < json_in_count(tokens); i++) {
        const struct json *t = json_in_at(tokens, i);
        judge_case(j, "jwt", judge_text(t, "name"), is_right(doc, t, keys));
    }
    jwks_free(&keys);
}

bool judge_jwt(struct judge *j)
{
    char *odd;
    size_t n;
    struct json *doc = judge_load(j, "jwt/tokens.json");
    if (doc == NULL)
        return false;
    judge_begin(j);
    judge_with(j, doc, "jwt/jwks.json");
    if (judge_read(j, "jwt/jwks-odd.json", &odd, &n)) {
        free(odd);
        judge_with(j, doc, "jwt/jwks-odd.json");
    }
    judge_end(j, "jwt");
    json_in_free(&doc);
    return true;
}
