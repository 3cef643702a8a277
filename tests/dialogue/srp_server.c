/* SPDX-License-Identifier: Apache-2.0 */
#include "dialogue/srp_server.h"

#include "pool/bytes.h"
#include "pool/srp.h"

#include <stdlib.h>
#include <string.h>

/* Odd lengths and high bits are the vectors' business. */
#define SALT "3f9a1c7de2450b68"
#define B    "9c1f4be27a03d5568e9f1122334455667788990aabbccddeeff0123456789abc"

static const uint8_t block[] = "what only the pool can read";
static char *verifier, *srp_b, *block_text, *group, *user_id;
static char *device_verifier, *device_salt;

static struct srp_question ask(const char *g, const char *u, char *its_verifier, const char *salt)
{
    char **const texts[] = { &verifier, &srp_b, &block_text, &group, &user_id };
    for (size_t i = 0; i < COUNT(texts); i++)
        free(*texts[i]);
    group = bytes_copy(g);
    user_id = bytes_copy(u);
    verifier = its_verifier;
    srp_b = srp_public(verifier, B);
    block_text = bytes_base64(block, sizeof block);
    return (struct srp_question){ salt, srp_b, block_text };
}

struct srp_question srp_server_ask(const char *g, const char *u, const char *password)
{
    return ask(g, u, srp_verifier((struct srp_identity){ g, u }, password, SALT), SALT);
}

bool srp_server_confirm(const char *v, const char *salt)
{
    free(device_verifier);
    free(device_salt);
    device_verifier = srp_from_base64(v);
    device_salt = srp_from_base64(salt);
    return device_verifier != NULL && device_salt != NULL;
}

struct srp_question srp_server_ask_device(const char *g, const char *key)
{
    return ask(g, key, bytes_copy(device_verifier == NULL ? "2" : device_verifier),
               device_salt == NULL ? SALT : device_salt);
}

bool srp_server_is_secret(const char *g, const char *key, const char *secret)
{
    if (device_verifier == NULL || device_salt == NULL)
        return false;
    char *right = srp_verifier((struct srp_identity){ g, key }, secret, device_salt);
    bool is_right = right != NULL && bytes_equal(right, device_verifier);
    free(right);
    return is_right;
}

bool srp_server_is_right(const char *srp_a, const char *claim, const char *timestamp)
{
    uint8_t key[SRP_KEY_BYTES];
    if (verifier == NULL || !srp_key(verifier, B, srp_a, key))
        return false;
    char *right =
        srp_claim((struct srp_identity){ group, user_id }, key, block, sizeof block, timestamp);
    bool is_right = bytes_equal(right, claim);
    free(right);
    return is_right;
}

char *srp_server_secret_hash(const char *secret, const char *username, const char *client_id)
{
    uint8_t mac[SHA256_BYTES];
    char *text = bytes_format("%s%s", username, client_id);
    bytes_hmac_sha256(secret, strlen(secret), text, strlen(text), mac);
    free(text);
    return bytes_base64(mac, sizeof mac);
}
