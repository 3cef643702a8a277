/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SRP-6a with SHA-256 as Cognito does it, the server's side, and nothing but the numbers: groups of
 * 3072 bits, pad() of a number = its two's complement bytes. Numbers go in and out as hex text of
 * any case and length. Sessions and users are signin_srp.c's business. Reference: section 10.
 */
#ifndef POOL_SRP_H
#define POOL_SRP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SRP_KEY_BYTES 16

/* group: the part of the pool id after '_', or the DeviceGroupKey; name: the user's or the
   device's. Text returned is malloc'ed, the caller frees it. NULL: a number that is none. */
struct srp_identity {
    const char *group, *name;
};

char *srp_verifier(struct srp_identity id, const char *password, const char *salt_hex);
/* B = k v + g^b mod N, without leading zeros. */
char *srp_public(const char *verifier_hex, const char *b_hex);
/* The key of both sides. False: A is no number, or a multiple of N. */
bool srp_key(const char *verifier_hex, const char *b_hex, const char *a_public_hex,
             uint8_t ret_key[SRP_KEY_BYTES]);
/* The claim a client must make: base64(HMAC(key, group | name | block | timestamp)). */
char *srp_claim(struct srp_identity id, const uint8_t key[SRP_KEY_BYTES], const uint8_t *block,
                size_t block_n, const char *timestamp);
bool srp_is_number(const char *hex); /* hex digits, at most 3072 bits, not a multiple of N */
/* base64 of pad(n), as ConfirmDevice sends numbers, to hex; NULL: not base64, negative, zero or N
   and above. */
char *srp_from_base64(const char *text);

#endif
