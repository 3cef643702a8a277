/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Byte strings of the test pool: hex, base64, random bytes, hashes, checked strings. What knows
 * about Cognito does not belong here. Functions that return char * return malloc'ed memory which
 * the caller frees; running out of memory ends the program (a test server has no other way out).
 */
#ifndef POOL_BYTES_H
#define POOL_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* In the words of src/base/err.h: tests see both. */
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define SHA256_BYTES 32

void *bytes_grow(void *p, size_t count, size_t size); /* realloc that cannot fail */
char *bytes_copy(const char *s);                      /* strdup that cannot fail; NULL stays NULL */
char *bytes_format(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

void bytes_hex(const uint8_t *p, size_t n, char *ret_text); /* writes 2n+1 bytes */
char *bytes_base64(const uint8_t *p, size_t n);             /* standard alphabet, padded */
char *bytes_base64url(const uint8_t *p, size_t n);          /* url alphabet, not padded */
/* Decodes unpadded base64url. Returns NULL for text that is none. */
uint8_t *bytes_unbase64url(const char *text, size_t n, size_t *ret_n);
/* Decodes RFC 4648 base32 without regard to case and padding. Returns NULL for text that is none.
 */
uint8_t *bytes_unbase32(const char *text, size_t *ret_n);
char *bytes_base32(const uint8_t *p, size_t n); /* not padded */

void bytes_random(uint8_t *p, size_t n);
char *bytes_random_text(size_t n);    /* base64url of n random bytes */
void bytes_random_uuid(char ret[37]); /* version 4 */
/* A UUID that depends on the seed text alone, for data that is the same at every start. */
void bytes_seeded_uuid(const char *seed, char ret[37]);

void bytes_sha256(const void *p, size_t n, uint8_t ret[SHA256_BYTES]);
void bytes_hmac_sha256(const void *key, size_t key_n, const void *p, size_t n,
                       uint8_t ret[SHA256_BYTES]);
bool bytes_equal(const char *a,
                 const char *b); /* constant time for equal lengths; NULL is unequal */

#endif
