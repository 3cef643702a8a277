/* SPDX-License-Identifier: Apache-2.0
 *
 * What is sealed lies as nonce, cipher text, tag.
 */
#include "net/seal.h"

#include <openssl/evp.h>
#include <openssl/rand.h>
#include <stdbool.h>
#include <string.h>

#define NONCE_BYTES 12
#define TAG_BYTES   16
#define PLAIN_MAX   65536

_Static_assert(SEAL_MORE_BYTES == NONCE_BYTES + TAG_BYTES, "nonce and tag");

int seal_random(uint8_t *ret_bytes, size_t n)
{
    return n <= PLAIN_MAX && RAND_priv_bytes(ret_bytes, (int)n) == 1 ? 0 : ERR_SYSTEM;
}

/* Extract, then the first block of expand. */
int seal_key(struct digest_part secret, struct digest_part salt, const char *purpose,
             uint8_t ret_key[SEAL_KEY_BYTES])
{
    uint8_t prk[DIGEST_BYTES];
    const struct digest_part extract[] = { secret, { NULL, 0 } };
    const struct digest_part expand[] = { { purpose, strlen(purpose) }, { "\1", 1 }, { NULL, 0 } };
    int err = digest_hmac(salt, extract, prk);
    if (err == 0)
        err = digest_hmac((struct digest_part){ prk, sizeof prk }, expand, ret_key);
    explicit_bzero(prk, sizeof prk);
    return err;
}

int seal_close(const uint8_t key[SEAL_KEY_BYTES], struct digest_part about,
               struct digest_part plain, uint8_t *ret_sealed)
{
    uint8_t *text = ret_sealed + NONCE_BYTES;
    int n = 0, rest = 0;
    if (plain.n > PLAIN_MAX || about.n > PLAIN_MAX || seal_random(ret_sealed, NONCE_BYTES) != 0)
        return ERR_SYSTEM;
    EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
    bool is_good = c != NULL &&
                   EVP_EncryptInit_ex(c, EVP_aes_256_gcm(), NULL, key, ret_sealed) == 1 &&
                   EVP_EncryptUpdate(c, NULL, &n, about.p, (int)about.n) == 1 &&
                   EVP_EncryptUpdate(c, text, &n, plain.p, (int)plain.n) == 1 &&
                   EVP_EncryptFinal_ex(c, text + n, &rest) == 1 &&
                   EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_GET_TAG, TAG_BYTES, text + plain.n) == 1;
    EVP_CIPHER_CTX_free(c);
    return is_good ? 0 : ERR_SYSTEM;
}

int seal_open(const uint8_t key[SEAL_KEY_BYTES], struct digest_part about,
              struct digest_part sealed, uint8_t *ret_plain)
{
    const uint8_t *nonce = sealed.p;
    uint8_t tag[TAG_BYTES];
    int n = 0, rest = 0;
    if (sealed.n < SEAL_MORE_BYTES || sealed.n > PLAIN_MAX || about.n > PLAIN_MAX)
        return ERR_REFUSED;
    size_t size = sealed.n - SEAL_MORE_BYTES;
    memcpy(tag, nonce + NONCE_BYTES + size, TAG_BYTES);
    EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
    bool is_ready = c != NULL && EVP_DecryptInit_ex(c, EVP_aes_256_gcm(), NULL, key, nonce) == 1 &&
                    EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_SET_TAG, TAG_BYTES, tag) == 1;
    bool is_good = is_ready && EVP_DecryptUpdate(c, NULL, &n, about.p, (int)about.n) == 1 &&
                   EVP_DecryptUpdate(c, ret_plain, &n, nonce + NONCE_BYTES, (int)size) == 1 &&
                   EVP_DecryptFinal_ex(c, ret_plain + n, &rest) == 1;
    EVP_CIPHER_CTX_free(c);
    if (!is_good)
        explicit_bzero(ret_plain, size);
    return is_good ? 0 : is_ready ? ERR_REFUSED : ERR_SYSTEM;
}
