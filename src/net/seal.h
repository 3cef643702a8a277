/* SPDX-License-Identifier: Apache-2.0
 *
 * Small secrets for a file: AES-256-GCM with a fresh nonce each, under a key made by HKDF-SHA-256
 * (RFC 5869). What the key is made of and what is sealed belongs to the callers.
 */
#ifndef NET_SEAL_H
#define NET_SEAL_H

#include "base/err.h"
#include "net/digest.h"

#define SEAL_KEY_BYTES  32
#define SEAL_MORE_BYTES 28 /* nonce and tag: what is sealed is that much longer */

/* ERR_SYSTEM when the crypto library fails. */
int seal_key(struct digest_part secret, struct digest_part salt, const char *purpose,
             uint8_t ret_key[SEAL_KEY_BYTES]) MUST_CHECK;

/* about is not kept, but must be the same when it is opened: it ties the seal to its place. ret has
 * room for plain.n + SEAL_MORE_BYTES. ERR_SYSTEM. */
int seal_close(const uint8_t key[SEAL_KEY_BYTES], struct digest_part about,
               struct digest_part plain, uint8_t *ret_sealed) MUST_CHECK;

/* ret has room for sealed.n - SEAL_MORE_BYTES, and is zeroed on failure. ERR_REFUSED: another key,
 * another place, or changed bytes; ERR_SYSTEM. */
int seal_open(const uint8_t key[SEAL_KEY_BYTES], struct digest_part about,
              struct digest_part sealed, uint8_t *ret_plain) MUST_CHECK;

/* Fills n bytes from the crypto library's generator. ERR_SYSTEM. */
int seal_random(uint8_t *ret_bytes, size_t n) MUST_CHECK;

#endif
