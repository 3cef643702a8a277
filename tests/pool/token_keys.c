/* SPDX-License-Identifier: Apache-2.0 */
/* The two RSA keys of a pool, JWKS, RS256; see token.h and token_keys.h. */
#include "token_keys.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bytes.h"

struct signing_keys {
    pthread_t maker;
    bool is_joined;
    atomic_bool is_made;
    EVP_PKEY *key[2]; /* by enum token_use */
    char *kid[2];     /* base64 of 32 bytes: ends with '=' */
};

static void *make(void *arg)
{
    struct signing_keys *k = arg;
    for (size_t i = 0; i < COUNT(k->key); i++)
        k->key[i] = EVP_RSA_gen(2048);
    atomic_store(&k->is_made, true);
    return NULL;
}

struct signing_keys *token_keys_start(void)
{
    struct signing_keys *k = bytes_grow(NULL, 1, sizeof *k);
    *k = (struct signing_keys){ 0 };
    for (size_t i = 0; i < COUNT(k->kid); i++) {
        uint8_t id[32];
        bytes_random(id, sizeof id);
        k->kid[i] = bytes_base64(id, sizeof id);
    }
    if (pthread_create(&k->maker, NULL, make, k) != 0) {
        make(k);
        k->is_joined = true;
    }
    return k;
}

static void wait_made(struct signing_keys *k)
{
    if (!k->is_joined)
        pthread_join(k->maker, NULL);
    k->is_joined = true;
}

void token_keys_free(struct signing_keys **kp)
{
    struct signing_keys *k = *kp;
    if (k == NULL)
        return;
    wait_made(k);
    for (size_t i = 0; i < COUNT(k->key); i++) {
        EVP_PKEY_free(k->key[i]);
        free(k->kid[i]);
    }
    free(k);
    *kp = NULL;
}

static char *number_text(EVP_PKEY *key, const char *param)
{
    BIGNUM *n = NULL;
    uint8_t raw[512];
    if (EVP_PKEY_get_bn_param(key, param, &n) != 1 || BN_num_bytes(n) > (int)sizeof raw) {
        BN_free(n);
        return bytes_copy("");
    }
    char *text = bytes_base64url(raw, (size_t)BN_bn2bin(n, raw));
    BN_free(n);
    return text;
}

/* Without the world's lock meanwhile: on a busy machine this takes seconds, and those who ask for
 * something else, such as metadata, must not wait with it. */
char *token_jwks(struct pool *p)
{
    while (!atomic_load(&p->keys->is_made) && !model_sleep_ms(p->world, 5))
        continue;
    wait_made(p->keys);
    struct json_object *list = json_object_new_array();
    for (size_t i = 0; i < COUNT(p->keys->key); i++) {
        struct json_object *o = json_object_new_object();
        char *e = number_text(p->keys->key[i], OSSL_PKEY_PARAM_RSA_E);
        char *n = number_text(p->keys->key[i], OSSL_PKEY_PARAM_RSA_N);
        call_put(o, "alg", "RS256");
        call_put(o, "e", e);
        call_put(o, "kid", p->keys->kid[i]);
        call_put(o, "kty", "RSA");
        call_put(o, "n", n);
        call_put(o, "use", "sig");
        json_object_array_add(list, o);
        free(e);
        free(n);
    }
    struct json_object *set = json_object_new_object();
    json_object_object_add(set, "keys", list);
    char *text = bytes_copy(json_object_to_json_string_ext(
        set, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
    json_object_put(set);
    return text;
}

static char *encode_json(struct json_object *o)
{
    const char *text =
        json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
    return bytes_base64url((const uint8_t *)text, strlen(text));
}

char *token_keys_sign(struct pool *p, enum token_use use, struct json_object *claims)
{
    uint8_t sig[512];
    size_t sig_n = sizeof sig;
    wait_made(p->keys);
    struct json_object *header = json_object_new_object();
    call_put(header, "kid", p->keys->kid[use]);
    call_put(header, "alg", "RS256");
    char *head = encode_json(header), *body = encode_json(claims);
    char *signed_part = bytes_format("%s.%s", head, body);
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    if (EVP_DigestSignInit(ctx, NULL, EVP_sha256(), NULL, p->keys->key[use]) != 1 ||
        EVP_DigestSign(ctx, sig, &sig_n, (const uint8_t *)signed_part, strlen(signed_part)) != 1)
        sig_n = 0;
    EVP_MD_CTX_free(ctx);
    char *tail = bytes_base64url(sig, sig_n);
    char *jwt = bytes_format("%s.%s", signed_part, tail);
    json_object_put(header);
    free(head);
    free(body);
    free(signed_part);
    free(tail);
    return jwt;
}

static bool signature_is_good(EVP_PKEY *key, const char *jwt, size_t signed_n)
{
    size_t sig_n = 0;
    const char *tail = jwt + signed_n + 1;
    uint8_t *sig = bytes_unbase64url(tail, strlen(tail), &sig_n);
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    bool good = sig != NULL && EVP_DigestVerifyInit(ctx, NULL, EVP_sha256(), NULL, key) == 1 &&
                EVP_DigestVerify(ctx, sig, sig_n, (const uint8_t *)jwt, signed_n) == 1;
    EVP_MD_CTX_free(ctx);
    free(sig);
    return good;
}

struct json_object *token_keys_verify(struct pool *p, const char *jwt)
{
    const char *first = strchr(jwt, '.'), *last = strrchr(jwt, '.');
    size_t n = 0;
    if (first == NULL || first == last)
        return NULL;
    wait_made(p->keys);
    if (!signature_is_good(p->keys->key[TOKEN_ACCESS], jwt, (size_t)(last - jwt)))
        return NULL;
    uint8_t *body = bytes_unbase64url(first + 1, (size_t)(last - first - 1), &n);
    if (body == NULL)
        return NULL;
    char *text = bytes_format("%.*s", (int)n, (const char *)body);
    struct json_object *claims = json_tokener_parse(text);
    free(text);
    free(body);
    return claims;
}
