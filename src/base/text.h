/* SPDX-License-Identifier: Apache-2.0
 *
 * The one sanitiser (R-SEC-03): whatever came from the server, the directory, the user or the
 * terminal passes here before it is shown or logged.
 */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

enum text_rule {
    TEXT_LINE,  /* one line: newlines and tabs become blanks */
    TEXT_LINES, /* newlines stay */
    TEXT_WORD   /* a value in a key=value log line: also blanks, quotes, = and backslash become _ */
};

/* Copies n bytes of src to dst (cap > 0, ends with a NUL), cut at a character's border; nothing
 * becomes longer, so dst may be src. Control
 * characters (C0, DEL, C1), invalid UTF-8, surrogates, bidi controls, zero-width and line or
 * paragraph separators, tags and other format characters become '?'. Returns the bytes written
 * without the NUL. */
size_t text_clean(char *dst, size_t cap, const char *src, size_t n, enum text_rule rule);

/* Is s valid UTF-8 without any control character, newline included? For gecos, home and shell. */
bool text_is_plain(const char *s);

/* Absolute, no empty, "." or ".." part, no slash at the end? For homes (R-ID-13). */
bool text_is_path(const char *s);

#endif
