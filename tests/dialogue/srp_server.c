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

struct srp_question srp_server_ask(const char *g, const char *u, const char *password)
{
    char **const texts[] = { &verifier, &srp_b, &block_text, &group, &user_id };
    for (size_t i = 0; i < COUNT(texts); i++)
        free(*texts[i]);
    group = bytes_copy(g);
    user_id = bytes_copy(u);
    verifier = srp_verifier((struct srp_identity){ group, user_id }, password, SALT);
    srp_b = srp_public(verifier, B);
    block_text = bytes_base64(block, sizeof block);
    return (struct srp_question){ SALT, srp_b, block_text };
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
