/* SPDX-License-Identifier: Apache-2.0
 *
 * SHA-256, HMAC-SHA-256 and base64, as signatures and tokens need them: thin over OpenSSL's EVP.
 * What is hashed belongs to the callers.
 */
#ifndef NET_DIGEST_H
#define NET_DIGEST_H

#include "base/err.h"

#include <stddef.h>
#include <stdint.h>

#define DIGEST_BYTES 32

struct digest_part {
    const void *p;
    size_t n;
};

/* ERR_SYSTEM when the crypto library fails. */
int digest_sha256(const void *bytes, size_t n, uint8_t ret_hash[DIGEST_BYTES]) MUST_CHECK;

/* HMAC over the concatenation of all parts; the last has p NULL. */
int digest_hmac(struct digest_part key, const struct digest_part *parts,
                uint8_t ret_mac[DIGEST_BYTES]) MUST_CHECK;

/* Standard alphabet with padding, and a NUL: cap >= digest_base64_size(n), else ERR_SPACE. */
#define DIGEST_BASE64_SIZE(n) (((n) + 2) / 3 * 4 + 1)
int digest_base64(const void *bytes, size_t n, char *dst, size_t cap) MUST_CHECK;

/* base64url without padding, strictly: no blanks, no other alphabet, no bits left over. *ret_n
 * bytes are written to dst (cap >= n / 4 * 3 + 2). ERR_FORMAT, ERR_SPACE. */
int digest_unbase64url(const char *text, size_t n, uint8_t *dst, size_t cap,
                       size_t *ret_n) MUST_CHECK;

#endif
