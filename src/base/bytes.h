/* SPDX-License-Identifier: Apache-2.0
 *
 * Bounded cursors: every foreign byte is read through struct rd, every message is written through
 * struct wr. Both fail stickily: after the first overrun nothing moves any more, reads give zeros,
 * and one check of .bad at the end decides. Integers are big-endian. No allocation; safe in any
 * thread and after fork. Text encodings, files and sockets do not belong here.
 */
#ifndef BASE_BYTES_H
#define BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct rd {
    const uint8_t *p;
    size_t left;
    bool bad;
};

struct wr {
    uint8_t *p;
    size_t left;
    bool bad;
};

static inline struct rd rd_over(const void *p, size_t n)
{
    return (struct rd){ p, n, false };
}

static inline struct wr wr_over(void *p, size_t n)
{
    return (struct wr){ p, n, false };
}

/* Borrows the next n bytes; NULL and .bad when fewer are left. */
const uint8_t *rd_take(struct rd *r, size_t n);
uint8_t rd_u8(struct rd *r);
uint16_t rd_u16(struct rd *r);
uint32_t rd_u32(struct rd *r);

/* Copies a string of a length prefix of one byte (str8) or two (str16) into dst and ends it with
 * a NUL. .bad when it does not fit into cap - 1 bytes or holds a NUL; dst is "" then. */
void rd_str8(struct rd *r, char *dst, size_t cap);
void rd_str16(struct rd *r, char *dst, size_t cap);

void wr_bytes(struct wr *w, const void *p, size_t n);
void wr_u8(struct wr *w, uint8_t v);
void wr_u16(struct wr *w, uint16_t v);
void wr_u32(struct wr *w, uint32_t v);
/* NULL is written as the empty string; .bad when s is longer than the prefix can say. */
void wr_str8(struct wr *w, const char *s);
void wr_str16(struct wr *w, const char *s);

#endif
