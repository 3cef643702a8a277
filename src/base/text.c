/* SPDX-License-Identifier: Apache-2.0 */
#include "base/text.h"

#include "base/err.h"

#include <stdint.h>
#include <string.h>

/* Decodes one character at s, n > 0 bytes left. Returns its length, 0 when it is no UTF-8
 * (overlong forms, surrogates and numbers above 10FFFF included; RFC 3629). */
static size_t decode(const unsigned char *s, size_t n, uint32_t *ret_char)
{
    static const struct {
        unsigned char mask, lead;
        uint32_t least;
    } forms[] = {
        { 0x80, 0x00, 0 }, { 0xe0, 0xc0, 0x80 }, { 0xf0, 0xe0, 0x800 }, { 0xf8, 0xf0, 0x10000 }
    };
    for (size_t len = 1; len <= COUNT(forms); len++) {
        if ((s[0] & forms[len - 1].mask) != forms[len - 1].lead)
            continue;
        if (len > n)
            return 0;
        uint32_t c = s[0] & (unsigned char)~forms[len - 1].mask;
        for (size_t i = 1; i < len; i++) {
            if ((s[i] & 0xc0) != 0x80)
                return 0;
            c = c << 6 | (s[i] & 0x3f);
        }
        if (c < forms[len - 1].least || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
            return 0;
        *ret_char = c;
        return len;
    }
    return 0;
}

/* Characters that draw nothing, or draw somewhere else than where they stand. */
static bool is_deceptive(uint32_t c)
{
    static const struct {
        uint32_t low, high;
    } ranges[] = {
        { 0x00, 0x1f },     { 0x7f, 0x9f },     { 0xad, 0xad },     { 0x34f, 0x34f },
        { 0x61c, 0x61c },   { 0x115f, 0x1160 }, { 0x180b, 0x180f }, { 0x200b, 0x200f },
        { 0x2028, 0x202e }, { 0x2060, 0x206f }, { 0x3164, 0x3164 }, { 0xfe00, 0xfe0f },
        { 0xfeff, 0xfeff }, { 0xffa0, 0xffa0 }, { 0xfff0, 0xfffb }, { 0xe0000, 0xe0fff },
    };
    for (size_t i = 0; i < COUNT(ranges); i++)
        if (c >= ranges[i].low && c <= ranges[i].high)
            return true;
    return false;
}

/* What a character becomes in ASCII; 0 when it stays as it is. */
static char replacement(uint32_t c, enum text_rule rule)
{
    if (c == '\n' && rule == TEXT_LINES)
        return 0;
    if ((c == '\n' || c == '\t' || c == '\r') && rule != TEXT_WORD)
        return ' ';
    if (is_deceptive(c))
        return '?';
    if (rule == TEXT_WORD && c < 0x80 && strchr(" \"'=\\", (int)c) != NULL)
        return '_';
    return 0;
}

size_t text_clean(char *dst, size_t cap, const char *src, size_t n, enum text_rule rule)
{
    const unsigned char *s = (const unsigned char *)src;
    size_t at = 0;
    for (size_t i = 0; i < n;) {
        uint32_t c = 0;
        size_t len = decode(s + i, n - i, &c);
        char other = len == 0 ? '?' : replacement(c, rule);
        size_t need = other != 0 ? 1 : len;
        if (cap - at <= need)
            break;
        if (other != 0)
            dst[at] = other;
        else
            memmove(dst + at, src + i, len);
        at += need;
        i += len == 0 ? 1 : len;
    }
    dst[at] = '\0';
    return at;
}

bool text_is_plain(const char *s)
{
    while (*s >= ' ' && *s <= '~') /* most texts are nothing else */
        s++;
    for (size_t n = strlen(s); n > 0;) {
        uint32_t c = 0;
        size_t len = decode((const unsigned char *)s, n, &c);
        if (len == 0 || is_deceptive(c))
            return false;
        s += len;
        n -= len;
    }
    return true;
}

bool text_is_path(const char *s)
{
    if (*s != '/')
        return false;
    while (*s == '/') {
        size_t n = strcspn(++s, "/");
        if (n == 0 || (n == 1 && s[0] == '.') || (n == 2 && s[0] == '.' && s[1] == '.'))
            return false;
        s += n;
    }
    return true;
}
