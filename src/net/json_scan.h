/* SPDX-License-Identifier: Apache-2.0
 *
 * The strict judge in front of the JSON library: decides whether bytes are one JSON text (RFC 8259)
 * within our bounds, and builds nothing. Reading values belongs to net/json_in.h.
 */
#ifndef NET_JSON_SCAN_H
#define NET_JSON_SCAN_H

#include "base/err.h"

#include <stddef.h>

/* 0, ERR_FORMAT, ERR_LIMIT (size, depth). flags: enum json_flags. Duplicate keys are not judged
 * here
 * ("a" and "\u0061" are the same key, which shows only when both are decoded), but *ret_keys says
 * how many members all objects have together: a tree with fewer had duplicates. */
int json_scan(const char *bytes, size_t n, unsigned flags, size_t *ret_keys) MUST_CHECK;

#endif
