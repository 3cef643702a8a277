/* SPDX-License-Identifier: Apache-2.0
 *
 * A pool's signing keys: a parsed JWKS document and RS256 verification with one of its keys. Keys
 * that are no RSA signing keys of at least 2048 bits with a sane exponent are left out. Fetching
 * and caching belong to cognito/keyring.h.
 */
#ifndef COGNITO_JWKS_H
#define COGNITO_JWKS_H

#include "base/err.h"

#include <stddef.h>
#include <stdint.h>

struct jwks;

/* ERR_FORMAT (no JWKS document), ERR_LIMIT (over 64 keys), ERR_NOMEM, ERR_SYSTEM. A document
 * without usable keys is a set of none. */
int jwks_parse(const char *json, size_t n, struct jwks **ret_jwks) MUST_CHECK;
void jwks_free(struct jwks **jwks);
size_t jwks_count(const struct jwks *jwks);

struct jwks_signed {
    const char *text; /* what was signed */
    size_t text_bytes;
    const uint8_t *signature;
    size_t signature_bytes;
};

/* 0: the key `kid` made this signature. ERR_ABSENT: no such key. ERR_REFUSED: not its signature. */
int jwks_verify(const struct jwks *jwks, const char *kid,
                const struct jwks_signed *what) MUST_CHECK;

#endif
