/* SPDX-License-Identifier: Apache-2.0
 *
 * Sealing: the key as RFC 5869 makes it, and nothing opens but with key, place and bytes unchanged.
 */
#include "net/seal.h"
#include "suite.h"

#include <string.h>

/* RFC 5869, test case 1; its first 32 bytes. */
START_TEST(keys_are_those_of_the_rfc)
{
    static const uint8_t want[] = { 0x3c, 0xb2, 0x5f, 0x25, 0xfa, 0xac, 0xd5, 0x7a,
                                    0x90, 0x43, 0x4f, 0x64, 0xd0, 0x36, 0x2f, 0x2a,
                                    0x2d, 0x2d, 0x0a, 0x90, 0xcf, 0x1a, 0x5a, 0x4c,
                                    0x5d, 0xb0, 0x2d, 0x56, 0xec, 0xc4, 0xc5, 0xbf };
    uint8_t secret[22], salt[13], key[SEAL_KEY_BYTES];
    memset(secret, 0x0b, sizeof secret);
    for (size_t i = 0; i < sizeof salt; i++)
        salt[i] = (uint8_t)i;
    ck_assert_int_eq(seal_key((struct digest_part){ secret, sizeof secret },
                              (struct digest_part){ salt, sizeof salt },
                              "\xf0\xf1\xf2\xf3\xf4\xf5\xf6\xf7\xf8\xf9", key),
                     0);
    ck_assert_mem_eq(key, want, sizeof want);
}
END_TEST

START_TEST(nothing_opens_but_the_whole)
{
    static const char plain[] = "the secret of a device";
    const struct digest_part about = { "pool sub", 8 }, other = { "pool sux", 8 };
    const struct digest_part text = { plain, sizeof plain };
    uint8_t key[SEAL_KEY_BYTES] = { 1 }, sealed[sizeof plain + SEAL_MORE_BYTES];
    uint8_t twice[sizeof sealed], opened[sizeof plain];
    const struct digest_part whole = { sealed, sizeof sealed };
    ck_assert_int_eq(seal_close(key, about, text, sealed), 0);
    ck_assert_int_eq(seal_open(key, about, whole, opened), 0);
    ck_assert_mem_eq(opened, plain, sizeof plain);
    ck_assert_ptr_null(memmem(sealed, sizeof sealed, "secret", 6));
    ck_assert_int_eq(seal_close(key, about, text, twice), 0);
    ck_assert_mem_ne(twice, sealed, sizeof sealed); /* a nonce each */
    ck_assert_int_eq(seal_open(key, other, whole, opened), ERR_REFUSED);
    for (size_t i = 0; i < sizeof opened; i++)
        ck_assert_uint_eq(opened[i], 0);
    for (size_t i = 0; i < sizeof sealed; i++) {
        sealed[i] ^= 1;
        ck_assert_msg(seal_open(key, about, whole, opened) == ERR_REFUSED, "byte %zu", i);
        sealed[i] ^= 1;
    }
    for (size_t n = 0; n < sizeof sealed; n++) {
        const struct digest_part part = { sealed, n };
        ck_assert_msg(seal_open(key, about, part, opened) == ERR_REFUSED, "%zu bytes", n);
    }
    key[31] = 1;
    ck_assert_int_eq(seal_open(key, about, whole, opened), ERR_REFUSED);
}
END_TEST

SUITE("net_seal", keys_are_those_of_the_rfc, nothing_opens_but_the_whole)
