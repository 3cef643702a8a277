/* SPDX-License-Identifier: Apache-2.0
 *
 * Keys become EVP_PKEYs once, at parsing: a verification is then one EVP_DigestVerify.
 */
#include "cognito/jwks.h"

#include "net/digest.h"
#include "net/json_in.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>
#include <stdlib.h>
#include <string.h>

#define MAX_KEYS  64
#define MIN_BITS  2048
#define MAX_BITS  8192
#define MAX_BYTES (MAX_BITS / 8)

struct key {
    char *kid;
    EVP_PKEY *public;
};

struct jwks {
    struct key keys[MAX_KEYS];
    size_t count;
};

/* A base64url number; NULL when it is none. */
static BIGNUM *read_number(const struct json *key, const char *name)
{
    const char *text;
    uint8_t bytes[MAX_BYTES + 2];
    size_t n;
    if (json_in_string(key, name, &text) != 0 ||
        digest_unbase64url(text, strlen(text), bytes, sizeof bytes, &n) != 0)
        return NULL;
    return BN_bin2bn(bytes, (int)n, NULL);
}

static bool is_text(const struct json *key, const char *name, const char *wanted)
{
    const char *s;
    return json_in_string(key, name, &s) == 0 && strcmp(s, wanted) == 0;
}

/* A member that may be missing, but must be right when it is there. */
static bool is_text_or_absent(const struct json *key, const char *name, const char *wanted)
{
    const char *s;
    int err = json_in_string(key, name, &s);
    return err == ERR_ABSENT || (err == 0 && strcmp(s, wanted) == 0);
}

/* 65537 up to 64 bits, odd: neither e = 3 with its forgeries nor an e that costs seconds. */
static bool is_sane(const BIGNUM *n, const BIGNUM *e)
{
    int bits = BN_num_bits(n);
    return bits >= MIN_BITS && bits <= MAX_BITS && BN_is_odd(n) && BN_is_odd(e) &&
           BN_num_bits(e) >= 17 && BN_num_bits(e) <= 64;
}

static EVP_PKEY *build(const BIGNUM *n, const BIGNUM *e)
{
    EVP_PKEY *public = NULL;
    OSSL_PARAM *params = NULL;
    OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
    if (builder == NULL || ctx == NULL ||
        OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_N, n) != 1 ||
        OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_E, e) != 1)
        goto out;
    params = OSSL_PARAM_BLD_to_param(builder);
    if (params == NULL || EVP_PKEY_fromdata_init(ctx) != 1 ||
        EVP_PKEY_fromdata(ctx, &public, EVP_PKEY_PUBLIC_KEY, params) != 1)
    public = NULL;
out:
    OSSL_PARAM_free(params);
    OSSL_PARAM_BLD_free(builder);
    EVP_PKEY_CTX_free(ctx);
    return public;
}

/* The key of one member of "keys"; NULL when it is not one we use. */
static EVP_PKEY *read_key(const struct json *key)
{
    EVP_PKEY *public = NULL;
    if (!is_text(key, "kty", "RSA") || !is_text_or_absent(key, "use", "sig") ||
        !is_text_or_absent(key, "alg", "RS256"))
        return NULL;
    BIGNUM *n = read_number(key, "n");
    BIGNUM *e = read_number(key, "e");
    if (n != NULL && e != NULL && is_sane(n, e))
    public = build(n, e);
    BN_free(n);
    BN_free(e);
    return public;
}

static const struct key *find(const struct jwks *jwks, const char *kid)
{
    for (size_t i = 0; i < jwks->count; i++) {
        if (strcmp(jwks->keys[i].kid, kid) == 0)
            return &jwks->keys[i];
    }
    return NULL;
}

static int add_key(struct jwks *jwks, const struct json *member)
{
    const char *kid;
    if (json_in_string(member, "kid", &kid) != 0 || *kid == '\0' || find(jwks, kid) != NULL)
        return 0;
    EVP_PKEY *public = read_key(member);
    if (public == NULL)
        return 0;
    struct key *key = &jwks->keys[jwks->count];
    key->kid = strdup(kid);
    if (key->kid == NULL) {
        EVP_PKEY_free(public);
        return ERR_NOMEM;
    }
    key->public = public;
    jwks->count++;
    return 0;
}

int jwks_parse(const char *json, size_t n, struct jwks **ret_jwks)
{
    struct json *doc = NULL;
    struct jwks *jwks = NULL;
    const struct json *keys;
    int err = json_in_parse(json, n, JSON_STRICT, &doc);
    if (err == 0)
        err = json_in_array(doc, "keys", &keys) == 0 ? 0 : ERR_FORMAT;
    if (err == 0 && json_in_count(keys) > MAX_KEYS)
        err = ERR_LIMIT;
    if (err == 0) {
        jwks = calloc(1, sizeof *jwks);
        err = jwks == NULL ? ERR_NOMEM : 0;
    }
    for (size_t i = 0; err == 0 && i < json_in_count(keys); i++)
        err = add_key(jwks, json_in_at(keys, i));
    json_in_free(&doc);
    if (err == 0)
        *ret_jwks = jwks;
    else
        jwks_free(&jwks);
    return err;
}

void jwks_free(struct jwks **jwks)
{
    if (jwks == NULL || *jwks == NULL)
        return;
    for (size_t i = 0; i < (*jwks)->count; i++) {
        free((*jwks)->keys[i].kid);
        EVP_PKEY_free((*jwks)->keys[i].public);
    }
    free(*jwks);
    *jwks = NULL;
}

size_t jwks_count(const struct jwks *jwks)
{
    return jwks->count;
}

int jwks_verify(const struct jwks *jwks, const char *kid, const struct jwks_signed *what)
{
    const struct key *key = find(jwks, kid);
    if (key == NULL)
        return ERR_ABSENT;
    int err = ERR_REFUSED;
    EVP_PKEY_CTX *padding = NULL;
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    if (ctx != NULL &&
        EVP_DigestVerifyInit_ex(ctx, &padding, "SHA256", NULL, NULL, key->public, NULL) == 1 &&
        EVP_PKEY_CTX_set_rsa_padding(padding, RSA_PKCS1_PADDING) == 1 &&
        EVP_DigestVerify(ctx, what->signature, what->signature_bytes,
                         (const unsigned char *)what->text, what->text_bytes) == 1)
        err = 0;
    EVP_MD_CTX_free(ctx);
    return err;
}
