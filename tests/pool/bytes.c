/* SPDX-License-Identifier: Apache-2.0 */
/* Byte strings of the test pool; see bytes.h. */
#include "bytes.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char base32_digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

void *bytes_grow(void *p, size_t count, size_t size)
{
    void *q = reallocarray(p, count > 0 ? count : 1, size);
    if (q == NULL) {
        perror("cognito-pool");
        exit(1);
    }
    return q;
}

char *bytes_copy(const char *s)
{
    if (s == NULL)
        return NULL;
    size_t n = strlen(s) + 1;
    return memcpy(bytes_grow(NULL, n, 1), s, n);
}

char *bytes_format(const char *fmt, ...)
{
    char *text = NULL;
    va_list ap;
    va_start(ap, fmt);
    int n = vasprintf(&text, fmt, ap);
    va_end(ap);
    if (n < 0) {
        perror("cognito-pool");
        exit(1);
    }
    return text;
}

void bytes_hex(const uint8_t *p, size_t n, char *ret_text)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < n; i++) {
        ret_text[2 * i] = digits[p[i] >> 4];
        ret_text[2 * i + 1] = digits[p[i] & 15];
    }
    ret_text[2 * n] = '\0';
}

char *bytes_base64(const uint8_t *p, size_t n)
{
    char *text = bytes_grow(NULL, (n + 2) / 3 * 4 + 1, 1);
    EVP_EncodeBlock((unsigned char *)text, p, (int)n);
    return text;
}

char *bytes_base64url(const uint8_t *p, size_t n)
{
    char *text = bytes_base64(p, n);
    for (char *s = text; *s != '\0'; s++) {
        if (*s == '+')
            *s = '-';
        else if (*s == '/')
            *s = '_';
        else if (*s == '=')
            *s = '\0';
    }
    return text;
}

static int base64url_value(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    return c == '-' ? 62 : c == '_' ? 63 : -1;
}

uint8_t *bytes_unbase64url(const char *text, size_t n, size_t *ret_n)
{
    if (n % 4 == 1)
        return NULL;
    uint8_t *out = bytes_grow(NULL, n * 3 / 4 + 1, 1);
    size_t used = 0;
    uint32_t bits = 0;
    unsigned have = 0;
    for (size_t i = 0; i < n; i++) {
        int v = base64url_value(text[i]);
        if (v < 0) {
            free(out);
            return NULL;
        }
        bits = bits << 6 | (uint32_t)v;
        have += 6;
        if (have >= 8) {
            have -= 8;
            out[used++] = (uint8_t)(bits >> have);
        }
    }
    *ret_n = used;
    return out;
}

static int base32_value(char c)
{
    if (c >= 'a' && c <= 'z')
        c = (char)(c - 'a' + 'A');
    const char *at = c == '\0' ? NULL : strchr(base32_digits, c);
    return at == NULL ? -1 : (int)(at - base32_digits);
}

uint8_t *bytes_unbase32(const char *text, size_t *ret_n)
{
    size_t n = strcspn(text, "=");
    uint8_t *out = bytes_grow(NULL, n * 5 / 8 + 1, 1);
    size_t used = 0;
    uint32_t bits = 0;
    unsigned have = 0;
    for (size_t i = 0; i < n; i++) {
        int v = base32_value(text[i]);
        if (v < 0) {
            free(out);
            return NULL;
        }
        bits = bits << 5 | (uint32_t)v;
        have += 5;
        if (have >= 8) {
            have -= 8;
            out[used++] = (uint8_t)(bits >> have);
        }
    }
    *ret_n = used;
    return out;
}

char *bytes_base32(const uint8_t *p, size_t n)
{
    char *text = bytes_grow(NULL, (n * 8 + 4) / 5 + 1, 1);
    size_t used = 0;
    uint32_t bits = 0;
    unsigned have = 0;
    for (size_t i = 0; i < n; i++) {
        bits = bits << 8 | p[i];
        have += 8;
        while (have >= 5) {
            have -= 5;
            text[used++] = base32_digits[bits >> have & 31];
        }
    }
    if (have > 0)
        text[used++] = base32_digits[bits << (5 - have) & 31];
    text[used] = '\0';
    return text;
}

void bytes_random(uint8_t *p, size_t n)
{
    if (RAND_bytes(p, (int)n) != 1) {
        fputs("cognito-pool: no random bytes\n", stderr);
        exit(1);
    }
}

char *bytes_random_text(size_t n)
{
    uint8_t *p = bytes_grow(NULL, n, 1);
    bytes_random(p, n);
    char *text = bytes_base64url(p, n);
    free(p);
    return text;
}

static void uuid_text(uint8_t b[16], char ret[37])
{
    char hex[33];
    b[6] = (uint8_t)((b[6] & 0x0f) | 0x40);
    b[8] = (uint8_t)((b[8] & 0x3f) | 0x80);
    bytes_hex(b, 16, hex);
    snprintf(ret, 37, "%.8s-%.4s-%.4s-%.4s-%.12s", hex, hex + 8, hex + 12, hex + 16, hex + 20);
}

void bytes_random_uuid(char ret[37])
{
    uint8_t b[16];
    bytes_random(b, sizeof b);
    uuid_text(b, ret);
}

void bytes_seeded_uuid(const char *seed, char ret[37])
{
    uint8_t b[SHA256_BYTES];
    bytes_sha256(seed, strlen(seed), b);
    uuid_text(b, ret);
}

void bytes_sha256(const void *p, size_t n, uint8_t ret[SHA256_BYTES])
{
    EVP_Digest(p, n, ret, NULL, EVP_sha256(), NULL);
}

void bytes_hmac_sha256(const void *key, size_t key_n, const void *p, size_t n,
                       uint8_t ret[SHA256_BYTES])
{
    HMAC(EVP_sha256(), key, (int)key_n, p, n, ret, NULL);
}

bool bytes_equal(const char *a, const char *b)
{
    if (a == NULL || b == NULL)
        return false;
    size_t n = strlen(a);
    return n == strlen(b) && CRYPTO_memcmp(a, b, n) == 0;
}
