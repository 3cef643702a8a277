/* SPDX-License-Identifier: Apache-2.0
 *
 * SRP-6a as Cognito does it (reference section 10): the client's side of USER_SRP_AUTH and of a
 * remembered device, and the verifier that makes a device. Pure arithmetic; exponents in constant
 * time, everything wiped. When to use it belongs to the challenge table.
 */
#ifndef COGNITO_SRP_H
#define COGNITO_SRP_H

#include "base/err.h"

#include <stddef.h>
#include <stdint.h>

#define SRP_RANDOM_BYTES   128   /* of the secret exponent a */
#define SRP_SALT_BYTES     16    /* of a device's salt */
#define SRP_PASSWORD_BYTES 40    /* of a device's random password, before base64 */
#define SRP_SIGNATURE_SIZE 45    /* base64 of 32 bytes with its NUL */
#define SRP_VERIFIER_SIZE  517   /* base64 of 385 bytes with its NUL */
#define SRP_SALT_TEXT_SIZE 25    /* base64 of 17 bytes with its NUL */
#define SRP_TIMESTAMP_SIZE 32    /* "Tue Mar 3 04:05:06 UTC 2026" with its NUL */
#define SRP_MAX_HEX        2048  /* digits of a number of the pool */
#define SRP_MAX_BLOCK      16384 /* characters of SECRET_BLOCK */

/* Fills n bytes; 0 or ERR_SYSTEM. Tests put their own in place of the system's generator. */
typedef int srp_random(uint8_t *ret_bytes, size_t n);

/* One run: the secret exponent a and the public value A that belongs to it. */
struct srp;

/* random NULL: the system's generator. ERR_NOMEM, ERR_SYSTEM. */
int srp_open(srp_random *random, struct srp **ret_srp) MUST_CHECK;
void srp_free(struct srp **srp);
/* SRP_A: hex, lower case, not padded. */
const char *srp_public(const struct srp *srp);

/* Who proves what: a user (pool name behind '_', USER_ID_FOR_SRP, password) or a device (group
 * key, device key, its random password). The rest as the pool sent it. */
struct srp_proof {
    const char *pool_name, *user_id;
    const void *password;
    size_t password_bytes;
    const char *salt, *b;     /* SALT, SRP_B: hex of any length */
    const char *secret_block; /* base64 */
    const char *timestamp;    /* srp_timestamp's */
};

/* PASSWORD_CLAIM_SIGNATURE. ERR_FORMAT: a number is none, the block is no base64. ERR_REFUSED:
 * B mod N = 0 or u = 0, the pool's side is not honest. ERR_NOMEM, ERR_SYSTEM. */
int srp_sign(const struct srp *srp, const struct srp_proof *proof,
             char ret_signature[SRP_SIGNATURE_SIZE]) MUST_CHECK;

/* DeviceSecretVerifierConfig of ConfirmDevice, both base64 of pad(). */
struct srp_verifier {
    char verifier[SRP_VERIFIER_SIZE];
    char salt[SRP_SALT_TEXT_SIZE];
};

/* For a device with this random password (text). ERR_LIMIT: the salt is longer than
 * SRP_SALT_BYTES. ERR_NOMEM, ERR_SYSTEM. */
int srp_verify_device(const char *group_key, const char *device_key, const char *password,
                      const uint8_t *salt, size_t salt_bytes,
                      struct srp_verifier *ret_verifier) MUST_CHECK;

/* TIMESTAMP of these seconds since 1970, whatever the locale: English names, UTC, no zero before
 * the day. "" before 1970 or after 9999. */
void srp_timestamp(int64_t time_s, char ret_text[SRP_TIMESTAMP_SIZE]);

#endif
