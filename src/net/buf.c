/* SPDX-License-Identifier: Apache-2.0
 *
 * Growing is a new block and a wiped old one, never realloc: that would leave copies of passwords.
 */
#include "net/buf.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_CAP 256

static bool grow(struct buf *b, size_t n)
{
    if (b->bad)
        return false;
    if (n >= SIZE_MAX / 2 - b->len || (b->max != 0 && b->len + n > b->max)) {
        b->bad = true;
        return false;
    }
    size_t need = b->len + n + 1;
    if (need <= b->cap)
        return true;
    size_t cap = b->cap == 0 ? FIRST_CAP : b->cap;
    while (cap < need)
        cap *= 2;
    char *p = malloc(cap);
    if (p == NULL) {
        b->bad = true;
        return false;
    }
    if (b->p != NULL) {
        memcpy(p, b->p, b->len);
        explicit_bzero(b->p, b->cap);
        free(b->p);
    }
    b->p = p;
    b->cap = cap;
    return true;
}

void buf_reserve(struct buf *b, size_t n)
{
    (void)grow(b, n);
}

void buf_add(struct buf *b, const void *bytes, size_t n)
{
    if (!grow(b, n))
        return;
    if (n != 0)
        memcpy(b->p + b->len, bytes, n);
    b->len += n;
    b->p[b->len] = '\0';
}

void buf_str(struct buf *b, const char *s)
{
    buf_add(b, s, strlen(s));
}

void buf_char(struct buf *b, char c)
{
    buf_add(b, &c, 1);
}

void buf_int(struct buf *b, int64_t v)
{
    char digits[24];
    int n = snprintf(digits, sizeof digits, "%" PRId64, v);
    buf_add(b, digits, (size_t)n);
}

void buf_hex(struct buf *b, const uint8_t *bytes, size_t n)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < n; i++) {
        buf_char(b, digits[bytes[i] >> 4]);
        buf_char(b, digits[bytes[i] & 15]);
    }
}

const char *buf_text(const struct buf *b)
{
    return b->p == NULL ? "" : b->p;
}

void buf_reset(struct buf *b)
{
    if (b->p != NULL)
        explicit_bzero(b->p, b->cap);
    b->len = 0;
    b->bad = false;
}

void buf_free(struct buf *b)
{
    buf_reset(b);
    free(b->p);
    b->p = NULL;
    b->cap = 0;
}
