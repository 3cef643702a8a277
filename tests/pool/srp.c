/* SPDX-License-Identifier: Apache-2.0 */
/* SRP-6a as Cognito does it, the server's side; see srp.h. */
#include "srp.h"

#include <openssl/bn.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "bytes.h"

#define PADDED_BYTES 386 /* 3072 bits, a sign byte, and one to spare */

/* N of RFC 5054, 3072 bits; g = 2. */
static BIGNUM *group_prime(void)
{
    return BN_get_rfc3526_prime_3072(NULL);
}

/* Java's BigInteger.toByteArray of a number that is not negative: a 00 before a high bit. */
static size_t pad(const BIGNUM *n, uint8_t ret[PADDED_BYTES])
{
    size_t zeros = BN_is_zero(n) || BN_num_bits(n) % 8 == 0 ? 1 : 0;
    ret[0] = 0;
    return zeros + (size_t)BN_bn2bin(n, ret + zeros);
}

static BIGNUM *number_of(const char *hex)
{
    BIGNUM *n = NULL;
    size_t length = strlen(hex);
    if (length == 0 || strspn(hex, "0123456789abcdefABCDEF") != length || length > 2 * 384)
        return NULL;
    if (BN_hex2bn(&n, hex) != (int)length) {
        BN_free(n);
        return NULL;
    }
    return n;
}

/* Lower case, without leading zeros: as BigInteger.toString(16) writes it. */
static char *hex_of(const BIGNUM *n)
{
    char *upper = BN_bn2hex(n);
    const char *p = upper;
    while (p[0] == '0' && p[1] != '\0')
        p++;
    char *hex = bytes_copy(p);
    for (char *c = hex; *c != '\0'; c++)
        *c = (char)(*c >= 'A' && *c <= 'F' ? *c + 32 : *c);
    OPENSSL_free(upper);
    return hex;
}

/* SHA-256 over pad(a) | pad(b), as a number. */
static BIGNUM *hash_two(const BIGNUM *a, const BIGNUM *b)
{
    uint8_t both[2 * PADDED_BYTES], hash[SHA256_BYTES];
    size_t n = pad(a, both);
    n += pad(b, both + n);
    bytes_sha256(both, n, hash);
    return BN_bin2bn(hash, sizeof hash, NULL);
}

static BIGNUM *multiplier(const BIGNUM *prime, const BIGNUM *g)
{
    return hash_two(prime, g); /* pad(N) begins with 00, g is one byte */
}

/* x = H(pad(salt) | H(group | name | ":" | password)) */
static BIGNUM *private_of(struct srp_identity id, const char *password, const BIGNUM *salt)
{
    uint8_t buffer[PADDED_BYTES + SHA256_BYTES], hash[SHA256_BYTES];
    char *text = bytes_format("%s%s:%s", id.group, id.name, password);
    size_t n = pad(salt, buffer);
    bytes_sha256(text, strlen(text), buffer + n);
    bytes_sha256(buffer, n + SHA256_BYTES, hash);
    free(text);
    return BN_bin2bn(hash, sizeof hash, NULL);
}

char *srp_verifier(struct srp_identity id, const char *password, const char *salt_hex)
{
    BIGNUM *salt = number_of(salt_hex), *prime = group_prime(), *g = BN_new(), *v = BN_new();
    BN_CTX *ctx = BN_CTX_new();
    char *hex = NULL;
    BN_set_word(g, 2);
    if (salt != NULL) {
        BIGNUM *x = private_of(id, password, salt);
        if (BN_mod_exp(v, g, x, prime, ctx) == 1)
            hex = hex_of(v);
        BN_clear_free(x);
    }
    BN_free(salt);
    BN_free(prime);
    BN_free(g);
    BN_free(v);
    BN_CTX_free(ctx);
    return hex;
}

static BIGNUM *public_of(const BIGNUM *v, const BIGNUM *b, const BIGNUM *prime, BN_CTX *ctx)
{
    BIGNUM *g = BN_new(), *result = BN_new(), *kv = BN_new();
    BN_set_word(g, 2);
    BIGNUM *k = multiplier(prime, g);
    BN_mod_mul(kv, k, v, prime, ctx);
    BN_mod_exp(result, g, b, prime, ctx);
    BN_mod_add(result, result, kv, prime, ctx);
    BN_free(g);
    BN_free(k);
    BN_free(kv);
    return result;
}

char *srp_public(const char *verifier_hex, const char *b_hex)
{
    BIGNUM *v = number_of(verifier_hex), *b = number_of(b_hex), *prime = group_prime();
    BN_CTX *ctx = BN_CTX_new();
    char *hex = NULL;
    if (v != NULL && b != NULL) {
        BIGNUM *result = public_of(v, b, prime, ctx);
        hex = hex_of(result);
        BN_free(result);
    }
    BN_free(v);
    BN_free(b);
    BN_free(prime);
    BN_CTX_free(ctx);
    return hex;
}

/* The first 16 bytes of HKDF: PRK = HMAC(pad(u), pad(S)), HMAC(PRK, info | 1). */
static void derive(const BIGNUM *u, const BIGNUM *secret, uint8_t ret_key[SRP_KEY_BYTES])
{
    static const char info[] = "Caldera Derived Key\1";
    uint8_t salt[PADDED_BYTES], material[PADDED_BYTES], prk[SHA256_BYTES], key[SHA256_BYTES];
    size_t salt_n = pad(u, salt), material_n = pad(secret, material);
    bytes_hmac_sha256(salt, salt_n, material, material_n, prk);
    bytes_hmac_sha256(prk, sizeof prk, info, sizeof info - 1, key);
    memcpy(ret_key, key, SRP_KEY_BYTES);
}

bool srp_is_number(const char *hex)
{
    BIGNUM *n = number_of(hex), *prime = group_prime(), *rest = BN_new();
    BN_CTX *ctx = BN_CTX_new();
    bool ok = n != NULL && BN_mod(rest, n, prime, ctx) == 1 && !BN_is_zero(rest);
    BN_free(n);
    BN_free(prime);
    BN_free(rest);
    BN_CTX_free(ctx);
    return ok;
}

bool srp_key(const char *verifier_hex, const char *b_hex, const char *a_public_hex,
             uint8_t ret_key[SRP_KEY_BYTES])
{
    BIGNUM *v = number_of(verifier_hex), *b = number_of(b_hex), *a = number_of(a_public_hex);
    BIGNUM *prime = group_prime(), *secret = BN_new();
    BN_CTX *ctx = BN_CTX_new();
    bool ok = v != NULL && b != NULL && srp_is_number(a_public_hex);
    if (ok) {
        BIGNUM *b_public = public_of(v, b, prime, ctx), *u = hash_two(a, b_public);
        BN_mod_exp(secret, v, u, prime, ctx); /* S = (A v^u)^b */
        BN_mod_mul(secret, secret, a, prime, ctx);
        BN_mod_exp(secret, secret, b, prime, ctx);
        derive(u, secret, ret_key);
        BN_free(b_public);
        BN_free(u);
    }
    BN_free(v);
    BN_free(b);
    BN_free(a);
    BN_free(prime);
    BN_clear_free(secret);
    BN_CTX_free(ctx);
    return ok;
}

char *srp_claim(struct srp_identity id, const uint8_t key[SRP_KEY_BYTES], const uint8_t *block,
                size_t block_n, const char *timestamp)
{
    const struct {
        const void *p;
        size_t n;
    } parts[] = { { id.group, strlen(id.group) },
                  { id.name, strlen(id.name) },
                  { block, block_n },
                  { timestamp, strlen(timestamp) } };
    uint8_t *text = NULL, mac[SHA256_BYTES];
    size_t n = 0;
    for (size_t i = 0; i < COUNT(parts); i++) {
        text = bytes_grow(text, n + parts[i].n + 1, 1);
        memcpy(text + n, parts[i].p, parts[i].n);
        n += parts[i].n;
    }
    bytes_hmac_sha256(key, SRP_KEY_BYTES, text, n, mac);
    free(text);
    return bytes_base64(mac, sizeof mac);
}

char *srp_from_base64(const char *text)
{
    uint8_t raw[2 * PADDED_BYTES];
    size_t n = strlen(text);
    if (n == 0 || n % 4 != 0 || n / 4 * 3 > sizeof raw)
        return NULL;
    int got = EVP_DecodeBlock(raw, (const unsigned char *)text, (int)n);
    if (got < 0)
        return NULL;
    size_t raw_n = (size_t)got - (text[n - 1] == '=') - (text[n - 2] == '=');
    BIGNUM *number = BN_bin2bn(raw, (int)raw_n, NULL), *prime = group_prime();
    char *hex = NULL;
    if (raw_n > 0 && raw[0] < 0x80 && !BN_is_zero(number) && BN_cmp(number, prime) < 0)
        hex = hex_of(number);
    BN_free(number);
    BN_free(prime);
    return hex;
}
