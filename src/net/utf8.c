/* SPDX-License-Identifier: Apache-2.0
 *
 * The table of RFC 3629 section 4 as ranges for the second byte; the others are 80..BF.
 */
#include "net/utf8.h"

#include <stdint.h>

static size_t expected(uint8_t first, uint8_t *ret_low, uint8_t *ret_high)
{
    *ret_low = 0x80;
    *ret_high = 0xBF;
    if (first >= 0xC2 && first <= 0xDF)
        return 2;
    if (first >= 0xE0 && first <= 0xEF) {
        if (first == 0xE0)
            *ret_low = 0xA0; /* no overlong forms */
        if (first == 0xED)
            *ret_high = 0x9F; /* no surrogates */
        return 3;
    }
    if (first >= 0xF0 && first <= 0xF4) {
        if (first == 0xF0)
            *ret_low = 0x90;
        if (first == 0xF4)
            *ret_high = 0x8F; /* nothing over U+10FFFF */
        return 4;
    }
    return 0;
}

size_t utf8_length(const char *s, size_t n)
{
    const uint8_t *p = (const uint8_t *)s;
    if (p[0] < 0x80)
        return 1;
    uint8_t low;
    uint8_t high;
    size_t length = expected(p[0], &low, &high);
    if (length == 0 || length > n || p[1] < low || p[1] > high)
        return 0;
    for (size_t i = 2; i < length; i++) {
        if (p[i] < 0x80 || p[i] > 0xBF)
            return 0;
    }
    return length;
}
