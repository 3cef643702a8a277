/* SPDX-License-Identifier: Apache-2.0 */
/* Tokens with a flaw; see token_flaw.h. One table: flaw -> what it does to a token. */
#include "token_flaw.h"

#include <stdlib.h>
#include <string.h>

#include "bytes.h"
#include "token_keys.h"

struct flaw {
    const char *name;
    void (*spoil_claims)(struct json_object *claims); /* NULL: they stay */
    char *(*spoil_jwt)(const char *jwt);              /* NULL: it stays; else a new text */
};

static void put_text(struct json_object *o, const char *key, const char *value)
{
    if (json_object_object_get_ex(o, key, NULL))
        json_object_object_add(o, key, json_object_new_string(value));
}

static void expired(struct json_object *o)
{
    struct json_object *iat = NULL;
    json_object_object_get_ex(o, "iat", &iat);
    json_object_object_add(o, "exp", json_object_new_int64(json_object_get_int64(iat) - 120));
}

static void other_issuer(struct json_object *o)
{
    put_text(o, "iss", "https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_Elsewhere");
}

static void other_client(struct json_object *o)
{
    put_text(o, "client_id", "0otherclient0000000000000");
    put_text(o, "aud", "0otherclient0000000000000");
}

static void other_use(struct json_object *o)
{
    struct json_object *use = NULL;
    json_object_object_get_ex(o, "token_use", &use);
    bool is_id = strcmp(json_object_get_string(use), "id") == 0;
    put_text(o, "token_use", is_id ? "access" : "id");
}

static void other_sub(struct json_object *o)
{
    put_text(o, "sub", "00000000-0000-4000-8000-000000000000");
}

static void other_username(struct json_object *o)
{
    put_text(o, "username", "somebody-else");
    put_text(o, "cognito:username", "somebody-else");
}

static char *bad_signature(const char *jwt)
{
    char *copy = bytes_copy(jwt);
    char *middle = strrchr(copy, '.') + 100;
    *middle = *middle == 'A' ? 'B' : 'A';
    return copy;
}

/* Another header before the same claims, and no signature that could fit it. */
static char *with_header(const char *jwt, const char *header)
{
    char *head = bytes_base64url((const uint8_t *)header, strlen(header));
    char *text = bytes_format("%s%s", head, strchr(jwt, '.'));
    free(head);
    return text;
}

static char *alg_none(const char *jwt)
{
    char *text = with_header(jwt, "{\"alg\":\"none\"}");
    strrchr(text, '.')[1] = '\0';
    return text;
}

static char *unknown_kid(const char *jwt)
{
    return with_header(jwt, "{\"kid\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\","
                            "\"alg\":\"RS256\"}");
}

static const struct flaw flaws[] = {
    { "none", NULL, NULL },           { "signature", NULL, bad_signature },
    { "expired", expired, NULL },     { "issuer", other_issuer, NULL },
    { "client", other_client, NULL }, { "use", other_use, NULL },
    { "sub", other_sub, NULL },       { "username", other_username, NULL },
    { "alg", NULL, alg_none },        { "kid", NULL, unknown_kid },
};

static struct json_object *claims_of(const char *jwt)
{
    size_t n = 0;
    const char *body = strchr(jwt, '.') + 1;
    uint8_t *raw = bytes_unbase64url(body, strcspn(body, "."), &n);
    char *text = bytes_format("%.*s", (int)n, (const char *)raw);
    struct json_object *claims = json_tokener_parse(text);
    free(text);
    free(raw);
    return claims;
}

static void spoil(struct call *c, struct json_object *result, const char *member,
                  enum token_use use, const struct flaw *f)
{
    struct json_object *v = NULL;
    json_object_object_get_ex(result, member, &v);
    char *jwt = bytes_copy(json_object_get_string(v));
    if (f->spoil_claims != NULL) {
        struct json_object *claims = claims_of(jwt);
        f->spoil_claims(claims);
        free(jwt);
        jwt = token_keys_sign(c->pool, use, claims);
        json_object_put(claims);
    }
    if (f->spoil_jwt != NULL) {
        char *spoilt = f->spoil_jwt(jwt);
        free(jwt);
        jwt = spoilt;
    }
    json_object_object_add(result, member, json_object_new_string(jwt));
    free(jwt);
}

bool token_flaw_sign_in(struct call *c, const char *flaw)
{
    for (size_t i = 0; i < COUNT(flaws); i++) {
        struct json_object *result = NULL;
        if (strcmp(flaws[i].name, flaw) != 0)
            continue;
        token_sign_in(c);
        json_object_object_get_ex(c->out, "AuthenticationResult", &result);
        spoil(c, result, "AccessToken", TOKEN_ACCESS, &flaws[i]);
        spoil(c, result, "IdToken", TOKEN_ID, &flaws[i]);
        return true;
    }
    return false;
}
