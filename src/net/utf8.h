/* SPDX-License-Identifier: Apache-2.0
 *
 * One character of UTF-8, judged strictly (RFC 3629): shared by the JSON reader and writer. What
 * may be shown to people is another question: base/text.h.
 */
#ifndef NET_UTF8_H
#define NET_UTF8_H

#include <stddef.h>

/* Bytes of the valid character at s, 1 to 4; 0 when it is invalid: overlong, surrogate, over
 * U+10FFFF, cut by the end. n > 0. */
size_t utf8_length(const char *s, size_t n);

#endif
