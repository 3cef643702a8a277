/* SPDX-License-Identifier: Apache-2.0 */
#include "base/bytes.h"

#include <string.h>

const uint8_t *rd_take(struct rd *r, size_t n)
{
    if (r->bad || r->left < n) {
        r->bad = true;
        return NULL;
    }
    const uint8_t *p = r->p;
    r->p += n;
    r->left -= n;
    return p;
}

static uint64_t take_integer(struct rd *r, size_t n)
{
    const uint8_t *p = rd_take(r, n);
    uint64_t v = 0;
    for (size_t i = 0; p != NULL && i < n; i++)
        v = v << 8 | p[i];
    return v;
}

uint8_t rd_u8(struct rd *r)
{
    return (uint8_t)take_integer(r, 1);
}

uint16_t rd_u16(struct rd *r)
{
    return (uint16_t)take_integer(r, 2);
}

uint32_t rd_u32(struct rd *r)
{
    return (uint32_t)take_integer(r, 4);
}

static void take_string(struct rd *r, size_t n, char *dst, size_t cap)
{
    dst[0] = '\0';
    const uint8_t *p = rd_take(r, n);
    if (p == NULL)
        return;
    if (n >= cap || memchr(p, '\0', n) != NULL) {
        r->bad = true;
        return;
    }
    memcpy(dst, p, n);
    dst[n] = '\0';
}

void rd_str8(struct rd *r, char *dst, size_t cap)
{
    take_string(r, rd_u8(r), dst, cap);
}

void rd_str16(struct rd *r, char *dst, size_t cap)
{
    take_string(r, rd_u16(r), dst, cap);
}

void wr_bytes(struct wr *w, const void *p, size_t n)
{
    if (w->bad || w->left < n) {
        w->bad = true;
        return;
    }
    if (n > 0)
        memcpy(w->p, p, n);
    w->p += n;
    w->left -= n;
}

static void put_integer(struct wr *w, uint64_t v, size_t n)
{
    uint8_t b[8];
    for (size_t i = n; i-- > 0; v >>= 8)
        b[i] = (uint8_t)v;
    wr_bytes(w, b, n);
}

void wr_u8(struct wr *w, uint8_t v)
{
    put_integer(w, v, 1);
}

void wr_u16(struct wr *w, uint16_t v)
{
    put_integer(w, v, 2);
}

void wr_u32(struct wr *w, uint32_t v)
{
    put_integer(w, v, 4);
}

static void put_string(struct wr *w, const char *s, size_t prefix_bytes, size_t max)
{
    size_t n = s == NULL ? 0 : strlen(s);
    if (n > max) {
        w->bad = true;
        return;
    }
    put_integer(w, n, prefix_bytes);
    wr_bytes(w, s, n);
}

void wr_str8(struct wr *w, const char *s)
{
    put_string(w, s, 1, UINT8_MAX);
}

void wr_str16(struct wr *w, const char *s)
{
    put_string(w, s, 2, UINT16_MAX);
}
