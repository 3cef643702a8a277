/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading the small XML of AWS's query services: elements with text in them, nothing more.
 * Strict where a lenient reader would guess: every tag is closed by its own name, there is one
 * root and nothing behind it, entities are the five of XML and numeric ones, the text is UTF-8. A
 * DOCTYPE, CDATA or processing instruction other than the leading <?xml?> is refused: AWS sends
 * none. Attributes are passed over. What elements mean belongs to the callers (net/sts.h).
 */
#ifndef NET_XML_IN_H
#define NET_XML_IN_H

#include "base/err.h"

#include <stddef.h>

#define XML_MAX_DEPTH 16
#define XML_MAX_BYTES (64u << 10)
#define XML_PATH_SIZE 256 /* of a path with its NUL */

/* Calls visit for every element without children, in order: its path from the root with '/'
 * between ("ErrorResponse/Error/Code") and its text, entities decoded and blanks at both ends cut;
 * both valid during the call only, the text is wiped after it. Stops when visit returns not 0, and
 * returns that. ERR_FORMAT (truncated, malformed), ERR_LIMIT (size, depth, path), ERR_NOMEM: what
 * was visited before is worth nothing then. */
int xml_in_each(const char *bytes, size_t n,
                int (*visit)(void *arg, const char *path, const char *text), void *arg) MUST_CHECK;

#endif
