/* SPDX-License-Identifier: Apache-2.0
 *
 * Steps as numbered in reference section 10. A number enters a hash as pad(): its bytes without
 * leading zeros, with one 00 in front when the highest bit is set.
 */
#include "cognito/srp.h"

#include "net/buf.h"
#include "net/digest.h"

#include <openssl/bn.h>
#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define KEY_BYTES 16

/* The 3072-bit prime of RFC 3526 and RFC 5054; g is 2. */
static const char prime_hex[] =
    "FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA6"
    "3B139B22514A08798E3404DDEF9519B3CD3A431B302B0A6DF25F14374FE1356D6D51C245"
    "E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7EDEE386BFB5A899FA5AE9F2411"
    "7C4B1FE649286651ECE45B3DC2007CB8A163BF0598DA48361C55D39A69163FA8FD24CF5F"
    "83655D23DCA3AD961C62F356208552BB9ED529077096966D670C354E4ABC9804F1746C08"
    "CA18217C32905E462E36CE3BE39E772C180E86039B2783A2EC07A28FB5C55DF06F4C52C9"
    "DE2BCBF6955817183995497CEA956AE515D2261898FA051015728E5A8AAAC42DAD33170D"
    "04507A33A85521ABDF1CBA64ECFB850458DBEF0A8AEA71575D060C7DB3970F85A6E1E4C7"
    "ABF5AE8CDB0933D71E8C94E04A25619DCEE3D2261AD2EE6BF12FFA06D98A0864D8760273"
    "3EC86A64521F2B18177B200CBBE117577A615D6C770988C0BAD946E208E24FA074E5AB31"
    "43DB5BFCE0FD108E4B82D120A93AD2CAFFFFFFFFFFFFFFFF";

struct srp {
    BIGNUM *a, *public_a;
    char *hex;
};

/* What both sides know, and the memory of one computation. */
struct group {
    BIGNUM *n, *g, *k;
    BN_CTX *ctx;
};

/* pad() of a non-negative number. */
static void pad(struct buf *out, const BIGNUM *number)
{
    unsigned char bytes[SRP_MAX_HEX / 2 + 1] = { 0 };
    int n = BN_num_bytes(number);
    int lead = BN_num_bits(number) % 8 == 0 ? 1 : 0; /* zero is one byte 00 */
    if (n < (int)sizeof bytes)
        buf_add(out, bytes, (size_t)(BN_bn2bin(number, bytes + lead) + lead));
    else
        out->bad = true;
    OPENSSL_cleanse(bytes, sizeof bytes);
}

/* H() of what stands in the buffer, which is emptied. */
static int hash(struct buf *in, uint8_t ret_hash[DIGEST_BYTES])
{
    int err = in->bad ? ERR_NOMEM : digest_sha256(buf_text(in), in->len, ret_hash);
    buf_free(in);
    return err;
}

static int hash_pair(const BIGNUM *one, const BIGNUM *two, BIGNUM *ret_number)
{
    struct buf in = { 0 };
    uint8_t h[DIGEST_BYTES];
    pad(&in, one);
    pad(&in, two);
    int err = hash(&in, h);
    if (err == 0 && BN_bin2bn(h, sizeof h, ret_number) == NULL)
        err = ERR_NOMEM;
    return err;
}

static void group_free(struct group *group)
{
    BN_clear_free(group->n);
    BN_clear_free(group->g);
    BN_clear_free(group->k);
    BN_CTX_free(group->ctx);
}

/* Step 1. */
static int group_open(struct group *group)
{
    *group = (struct group){ .n = NULL, .g = BN_new(), .k = BN_new(), .ctx = BN_CTX_new() };
    if (group->g == NULL || group->k == NULL || group->ctx == NULL ||
        BN_hex2bn(&group->n, prime_hex) == 0 || BN_set_word(group->g, 2) != 1 ||
        hash_pair(group->n, group->g, group->k) != 0) {
        group_free(group);
        return ERR_NOMEM;
    }
    return 0;
}

/* base^secret mod N, in a time that does not depend on the secret's bits. */
static int power(const struct group *group, const BIGNUM *base, BIGNUM *secret, BIGNUM *ret_result)
{
    BN_set_flags(secret, BN_FLG_CONSTTIME);
    return BN_mod_exp(ret_result, base, secret, group->n, group->ctx) == 1 ? 0 : ERR_SYSTEM;
}

/* -------------------------------------------------------------- step 2: A */

static int fill_random(uint8_t *ret_bytes, size_t n)
{
    return RAND_priv_bytes(ret_bytes, (int)n) == 1 ? 0 : ERR_SYSTEM;
}

static int pick(struct srp *srp, srp_random *random)
{
    uint8_t bytes[SRP_RANDOM_BYTES];
    int err = (random == NULL ? fill_random : random)(bytes, sizeof bytes);
    if (err == 0 && BN_bin2bn(bytes, sizeof bytes, srp->a) == NULL)
        err = ERR_NOMEM;
    OPENSSL_cleanse(bytes, sizeof bytes);
    return err == 0 && BN_is_zero(srp->a) ? ERR_SYSTEM : err;
}

/* BN_bn2hex: upper case, an even number of digits. */
static int write_public(struct srp *srp)
{
    char *hex = BN_bn2hex(srp->public_a);
    if (hex == NULL)
        return ERR_NOMEM;
    srp->hex = strdup(hex[0] == '0' ? hex + 1 : hex);
    OPENSSL_free(hex);
    if (srp->hex == NULL)
        return ERR_NOMEM;
    for (char *p = srp->hex; *p != '\0'; p++) {
        if (*p >= 'A' && *p <= 'F')
            *p = (char)(*p - 'A' + 'a');
    }
    return 0;
}

int srp_open(srp_random *random, struct srp **ret_srp)
{
    struct group group;
    int err = group_open(&group);
    if (err != 0)
        return err;
    struct srp *srp = calloc(1, sizeof *srp);
    err = srp == NULL ? ERR_NOMEM : 0;
    if (err == 0) {
        srp->a = BN_new();
        srp->public_a = BN_new();
        err = srp->a == NULL || srp->public_a == NULL ? ERR_NOMEM : pick(srp, random);
    }
    if (err == 0)
        err = power(&group, group.g, srp->a, srp->public_a);
    if (err == 0)
        err = write_public(srp);
    group_free(&group);
    if (err != 0)
        srp_free(&srp);
    else
        *ret_srp = srp;
    return err;
}

void srp_free(struct srp **srp)
{
    if (srp == NULL || *srp == NULL)
        return;
    BN_clear_free((*srp)->a);
    BN_clear_free((*srp)->public_a);
    free((*srp)->hex);
    OPENSSL_cleanse(*srp, sizeof **srp);
    free(*srp);
    *srp = NULL;
}

const char *srp_public(const struct srp *srp)
{
    return srp->hex;
}

/* --------------------------------------------------- steps 3 to 8: the key */

static int parse(const char *hex, BIGNUM **ret_number)
{
    size_t n = strlen(hex);
    if (n == 0 || n > SRP_MAX_HEX || strspn(hex, "0123456789abcdefABCDEF") != n)
        return ERR_FORMAT;
    return BN_hex2bn(ret_number, hex) != 0 ? 0 : ERR_NOMEM;
}

/* Steps 5 and 6. */
static int make_x(const struct srp_proof *p, const BIGNUM *salt, BIGNUM *ret_x)
{
    struct buf in = { 0 };
    uint8_t h[DIGEST_BYTES];
    buf_str(&in, p->pool_name);
    buf_str(&in, p->user_id);
    buf_char(&in, ':');
    buf_add(&in, p->password, p->password_bytes);
    int err = hash(&in, h);
    if (err == 0) {
        pad(&in, salt);
        buf_add(&in, h, sizeof h);
        err = hash(&in, h);
    }
    if (err == 0 && BN_bin2bn(h, sizeof h, ret_x) == NULL)
        err = ERR_NOMEM;
    OPENSSL_cleanse(h, sizeof h);
    return err;
}

/* Step 7: S = (B - k g^x)^(a + u x) mod N. x is used up. */
static int make_s(const struct group *group, const struct srp *srp, const BIGNUM *b,
                  const BIGNUM *u, BIGNUM *x, BIGNUM *ret_s)
{
    BIGNUM *base = BN_new();
    BIGNUM *exponent = BN_new();
    int err = base == NULL || exponent == NULL ? ERR_NOMEM : power(group, group->g, x, base);
    if (err == 0 &&
        (BN_mod_mul(base, group->k, base, group->n, group->ctx) != 1 ||
         BN_mod_sub(base, b, base, group->n, group->ctx) != 1 ||
         BN_mul(exponent, u, x, group->ctx) != 1 || BN_add(exponent, exponent, srp->a) != 1))
        err = ERR_SYSTEM;
    if (err == 0)
        err = power(group, base, exponent, ret_s);
    BN_clear_free(base);
    BN_clear_free(exponent);
    return err;
}

/* Step 8. */
static int make_key(const BIGNUM *u, const BIGNUM *s, uint8_t ret_key[DIGEST_BYTES])
{
    static const char info[] = "Caldera Derived Key\1";
    struct buf salt = { 0 };
    struct buf secret = { 0 };
    uint8_t prk[DIGEST_BYTES];
    pad(&salt, u);
    pad(&secret, s);
    const struct digest_part extract[] = { { secret.p, secret.len }, { NULL, 0 } };
    const struct digest_part expand[] = { { info, sizeof info - 1 }, { NULL, 0 } };
    int err = salt.bad || secret.bad ? ERR_NOMEM : 0;
    if (err == 0)
        err = digest_hmac((struct digest_part){ salt.p, salt.len }, extract, prk);
    if (err == 0)
        err = digest_hmac((struct digest_part){ prk, sizeof prk }, expand, ret_key);
    OPENSSL_cleanse(prk, sizeof prk);
    buf_free(&salt);
    buf_free(&secret);
    return err;
}

static int agree(const struct group *group, const struct srp *srp, const struct srp_proof *p,
                 uint8_t ret_key[DIGEST_BYTES])
{
    BIGNUM *b = NULL, *salt = NULL;
    BIGNUM *u = BN_new(), *x = BN_new(), *s = BN_new(), *rest = BN_new();
    int err = u == NULL || x == NULL || s == NULL || rest == NULL ? ERR_NOMEM : parse(p->b, &b);
    if (err == 0)
        err = parse(p->salt, &salt);
    if (err == 0 && BN_nnmod(rest, b, group->n, group->ctx) != 1)
        err = ERR_SYSTEM;
    if (err == 0 && BN_is_zero(rest))
        err = ERR_REFUSED;
    if (err == 0)
        err = hash_pair(srp->public_a, b, u);
    if (err == 0 && BN_is_zero(u))
        err = ERR_REFUSED;
    if (err == 0)
        err = make_x(p, salt, x);
    if (err == 0)
        err = make_s(group, srp, b, u, x, s);
    if (err == 0)
        err = make_key(u, s, ret_key);
    BN_clear_free(b);
    BN_clear_free(salt);
    BN_clear_free(u);
    BN_clear_free(x);
    BN_clear_free(s);
    BN_clear_free(rest);
    return err;
}

/* ----------------------------------------------------- steps 9 and 10: proof */

/* Standard base64, strictly but for its padding, which some writers put where none is due:
 * digest_unbase64url after a change of alphabet. */
static int unbase64(const char *text, struct buf *ret_bytes)
{
    size_t n = strlen(text);
    size_t cap = n / 4 * 3 + 2;
    size_t got = 0;
    if (n == 0 || n > SRP_MAX_BLOCK || strpbrk(text, "-_") != NULL)
        return ERR_FORMAT;
    char *copy = strdup(text);
    uint8_t *bytes = malloc(cap);
    int err = copy == NULL || bytes == NULL ? ERR_NOMEM : 0;
    if (err == 0) {
        for (char *p = copy; *p != '\0'; p++)
            *p = *p == '+' ? '-' : *p == '/' ? '_' : *p;
        for (int i = 0; i < 2 && n > 0 && copy[n - 1] == '='; i++)
            n--;
        err = digest_unbase64url(copy, n, bytes, cap, &got);
    }
    if (err == 0 && got == 0)
        err = ERR_FORMAT;
    if (err == 0)
        buf_add(ret_bytes, bytes, got);
    free(copy);
    free(bytes);
    return err == 0 && ret_bytes->bad ? ERR_NOMEM : err;
}

int srp_sign(const struct srp *srp, const struct srp_proof *proof,
             char ret_signature[SRP_SIGNATURE_SIZE])
{
    struct group group;
    struct buf block = { 0 };
    uint8_t key[DIGEST_BYTES];
    uint8_t mac[DIGEST_BYTES];
    int err = unbase64(proof->secret_block, &block);
    if (err != 0) {
        buf_free(&block);
        return err;
    }
    err = group_open(&group);
    if (err == 0) {
        err = agree(&group, srp, proof, key);
        group_free(&group);
    }
    const struct digest_part parts[] = { { proof->pool_name, strlen(proof->pool_name) },
                                         { proof->user_id, strlen(proof->user_id) },
                                         { block.p, block.len },
                                         { proof->timestamp, strlen(proof->timestamp) },
                                         { NULL, 0 } };
    if (err == 0)
        err = digest_hmac((struct digest_part){ key, KEY_BYTES }, parts, mac);
    if (err == 0)
        err = digest_base64(mac, sizeof mac, ret_signature, SRP_SIGNATURE_SIZE);
    OPENSSL_cleanse(key, sizeof key);
    buf_free(&block);
    return err;
}

/* ------------------------------------------------------------------ device */

static int write_padded(const BIGNUM *number, char *dst, size_t cap)
{
    struct buf bytes = { 0 };
    pad(&bytes, number);
    int err = bytes.bad ? ERR_NOMEM : digest_base64(bytes.p, bytes.len, dst, cap);
    buf_free(&bytes);
    return err;
}

int srp_verify_device(const char *group_key, const char *device_key, const char *password,
                      const uint8_t *salt, size_t salt_bytes, struct srp_verifier *ret_verifier)
{
    const struct srp_proof who = { .pool_name = group_key,
                                   .user_id = device_key,
                                   .password = password,
                                   .password_bytes = strlen(password) };
    struct group group;
    struct srp_verifier result;
    if (salt_bytes > SRP_SALT_BYTES)
        return ERR_LIMIT;
    int err = group_open(&group);
    if (err != 0)
        return err;
    BIGNUM *s = BN_bin2bn(salt, (int)salt_bytes, NULL);
    BIGNUM *x = BN_new(), *v = BN_new();
    err = s == NULL || x == NULL || v == NULL ? ERR_NOMEM : make_x(&who, s, x);
    if (err == 0)
        err = power(&group, group.g, x, v);
    if (err == 0)
        err = write_padded(v, result.verifier, sizeof result.verifier);
    if (err == 0)
        err = write_padded(s, result.salt, sizeof result.salt);
    if (err == 0)
        *ret_verifier = result;
    BN_clear_free(s);
    BN_clear_free(x);
    BN_clear_free(v);
    group_free(&group);
    return err;
}

/* -------------------------------------------------------------------- time */

void srp_timestamp(int64_t time_s, char ret_text[SRP_TIMESTAMP_SIZE])
{
    static const char days[][4] = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" };
    static const char months[][4] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
    struct tm tm;
    time_t t = (time_t)time_s;
    ret_text[0] = '\0';
    if (time_s < 0 || time_s > 253402300799 || gmtime_r(&t, &tm) == NULL)
        return;
    snprintf(ret_text, SRP_TIMESTAMP_SIZE, "%s %s %d %02d:%02d:%02d UTC %d", days[tm.tm_wday],
             months[tm.tm_mon], tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec, tm.tm_year + 1900);
}
