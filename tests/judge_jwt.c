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

static struct jwks *load_keys(struct judge *j, const char *name)
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

static bool is_key_file(struct judge *j, const char *path)
{
    struct json *doc = judge_load(j, path);
    bool is_keys = doc != NULL && judge_is_keys(doc);
    json_in_free(&doc);
    return is_keys;
}

/* Every key set beside the tokens. */
static void judge(struct judge *j, const char *path, const struct json *doc)
{
    char beside[4096];
    unsigned found = 0;
    for (size_t i = 0; i < j->file_count; i++) {
        const char *other = j->files[i].path;
        const char *cut = strrchr(other, '/');
        if (!judge_beside(path, cut == NULL ? other : cut + 1, beside) ||
            strcmp(beside, other) != 0 || !is_key_file(j, other))
            continue;
        judge_with(j, doc, other);
        found++;
    }
    judge_case(j, "jwt", "a key set beside the tokens", found > 0);
}

static bool fits(const struct json *doc)
{
    return *judge_text(judge_first(doc, "tokens"), "check_as") != '\0';
}

const struct judge_form judge_jwt = { "jwt", fits, judge };
