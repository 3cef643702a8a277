/* SPDX-License-Identifier: Apache-2.0
 *
 * EVP_MAC and EVP_Q_digest: OpenSSL 3's own calls, none deprecated.
 */
#include "net/digest.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <string.h>

int digest_sha256(const void *bytes, size_t n, uint8_t ret_hash[DIGEST_BYTES])
{
    return EVP_Q_digest(NULL, "SHA256", NULL, bytes, n, ret_hash, NULL) == 1 ? 0 : ERR_SYSTEM;
}

int digest_hmac(struct digest_part key, const struct digest_part *parts,
                uint8_t ret_mac[DIGEST_BYTES])
{
    int err = ERR_SYSTEM;
    char name[] = "SHA256";
    OSSL_PARAM params[] = { OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, name, 0),
                            OSSL_PARAM_construct_end() };
    EVP_MAC *mac = EVP_MAC_fetch(NULL, "HMAC", NULL);
    EVP_MAC_CTX *ctx = mac == NULL ? NULL : EVP_MAC_CTX_new(mac);
    /* A key of length 0 must still not be NULL: that would mean "the key of before". */
    const uint8_t *key_bytes = key.n == 0 ? (const uint8_t *)"" : key.p;
    if (ctx == NULL || EVP_MAC_init(ctx, key_bytes, key.n, params) != 1)
        goto out;
    for (; parts->p != NULL; parts++) {
        if (EVP_MAC_update(ctx, parts->p, parts->n) != 1)
            goto out;
    }
    size_t n = 0;
    if (EVP_MAC_final(ctx, ret_mac, &n, DIGEST_BYTES) == 1 && n == DIGEST_BYTES)
        err = 0;
out:
    EVP_MAC_CTX_free(ctx);
    EVP_MAC_free(mac);
    return err;
}

int digest_base64(const void *bytes, size_t n, char *dst, size_t cap)
{
    if (n > 1 << 20 || cap < DIGEST_BASE64_SIZE(n))
        return ERR_SPACE;
    EVP_EncodeBlock((unsigned char *)dst, bytes, (int)n);
    return 0;
}

static int value_of(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    return c == '-' ? 62 : c == '_' ? 63 : -1;
}

int digest_unbase64url(const char *text, size_t n, uint8_t *dst, size_t cap, size_t *ret_n)
{
    if (n % 4 == 1)
        return ERR_FORMAT;
    uint32_t bits = 0;
    unsigned held = 0;
    size_t out = 0;
    for (size_t i = 0; i < n; i++) {
        int v = value_of(text[i]);
        if (v < 0)
            return ERR_FORMAT;
        bits = (bits << 6 | (uint32_t)v) & 0xFFFFFF;
        held += 6;
        if (held < 8)
            continue;
        held -= 8;
        if (out == cap)
            return ERR_SPACE;
        dst[out++] = (uint8_t)(bits >> held);
    }
    /* Bits behind the last byte must be zero, or one value would have several spellings. */
    if ((bits & ((1u << held) - 1)) != 0)
        return ERR_FORMAT;
    *ret_n = out;
    return 0;
}
