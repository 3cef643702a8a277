/* SPDX-License-Identifier: Apache-2.0 */
/* Time-based one-time passwords; see totp.h. */
#include "totp.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bytes.h"
#include "model.h"

#define STEP_MS   ((int64_t)TOTP_STEP_S * 1000)
#define MARGIN_MS 10000 /* a code of the step before is offered only if it lives this long */

bool totp_code(const char *secret, int64_t step, int digits, char ret_code[16])
{
    static const uint32_t powers[] = {
        1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000
    };
    size_t key_n;
    uint8_t counter[8], mac[EVP_MAX_MD_SIZE];
    uint8_t *key = bytes_unbase32(secret, &key_n);
    if (key == NULL || digits < 1 || digits > 8) {
        free(key);
        return false;
    }
    for (size_t i = 0; i < 8; i++)
        counter[i] = (uint8_t)((uint64_t)step >> (8 * (7 - i)));
    HMAC(EVP_sha1(), key, (int)key_n, counter, sizeof counter, mac, NULL);
    free(key);
    const uint8_t *p = mac + (mac[19] & 15);
    uint32_t n = (uint32_t)(p[0] & 0x7f) << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
    snprintf(ret_code, 16, "%0*u", digits, n % powers[digits]);
    return true;
}

static bool was_used(const struct user *u, int64_t step)
{
    for (size_t i = 0; i < COUNT(u->totp_used); i++) {
        if (u->totp_used[i] == step)
            return true;
    }
    return false;
}

enum totp_verdict totp_check(struct user *u, const char *secret, const char *code, int64_t now_ms)
{
    enum totp_verdict verdict = TOTP_WRONG;
    for (int64_t step = now_ms / STEP_MS - 1; step <= now_ms / STEP_MS + 1; step++) {
        char good[16];
        if (!totp_code(secret, step, 6, good) || !bytes_equal(good, code))
            continue;
        if (!was_used(u, step)) {
            size_t n = COUNT(u->totp_used);
            memmove(u->totp_used, u->totp_used + 1, (n - 1) * sizeof u->totp_used[0]);
            u->totp_used[n - 1] = step;
            return TOTP_GOOD;
        }
        verdict = TOTP_USED;
    }
    return verdict;
}

int64_t totp_fresh(const struct user *u, int64_t now_ms, char ret_code[16])
{
    const char *secret = u->totp_secret != NULL ? u->totp_secret : u->totp_pending;
    if (secret == NULL)
        return -1;
    int64_t now = now_ms / STEP_MS, left_ms = STEP_MS - now_ms % STEP_MS, last = 0;
    for (size_t i = 0; i < COUNT(u->totp_used); i++)
        last = u->totp_used[i] > last ? u->totp_used[i] : last;
    int64_t step = left_ms >= MARGIN_MS ? now - 1 : now;
    if (step <= last)
        step = last + 1;
    if (step > now + 1)
        return (step - 1) * STEP_MS - now_ms;
    return totp_code(secret, step, 6, ret_code) ? 0 : -1;
}
