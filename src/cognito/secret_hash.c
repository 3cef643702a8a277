/* SPDX-License-Identifier: Apache-2.0
 *
 * base64(HMAC-SHA256(client secret, username + client id)).
 */
#include "cognito/secret_hash.h"

#include "net/digest.h"

#include <string.h>

int secret_hash(const char *client_secret, const char *username, const char *client_id,
                char ret_hash[SECRET_HASH_SIZE])
{
    uint8_t mac[DIGEST_BYTES];
    struct digest_part parts[] = { { username, strlen(username) },
                                   { client_id, strlen(client_id) },
                                   { NULL, 0 } };
    int err = digest_hmac((struct digest_part){ client_secret, strlen(client_secret) }, parts, mac);
    if (err == 0)
        err = digest_base64(mac, sizeof mac, ret_hash, SECRET_HASH_SIZE);
    return err;
}
