/* SPDX-License-Identifier: Apache-2.0
 *
 * A text that grows, fails stickily and wipes itself: request bodies hold passwords, so every
 * block it leaves behind while growing is overwritten too. Formatting belongs to its users.
 */
#ifndef NET_BUF_H
#define NET_BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* All zeros is an empty buffer. */
struct buf {
    char *p; /* NULL while empty; a NUL stands behind len bytes */
    size_t len, cap;
    size_t max; /* 0: no bound; reaching it sets .bad */
    bool bad;   /* out of memory or over max: nothing is added any more */
};

/* Room for n bytes more: they will not be copied while it grows. */
void buf_reserve(struct buf *b, size_t n);
void buf_add(struct buf *b, const void *bytes, size_t n);
void buf_str(struct buf *b, const char *s);
void buf_char(struct buf *b, char c);
void buf_int(struct buf *b, int64_t v);
void buf_hex(struct buf *b, const uint8_t *bytes, size_t n); /* lower case */

/* What stands in it, never NULL. */
const char *buf_text(const struct buf *b);

/* Empties it, wipes what was in it and keeps the memory. */
void buf_reset(struct buf *b);
/* Wipes and frees; the buffer is empty and usable again. */
void buf_free(struct buf *b);

#endif
