/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading JSON that others wrote (R-NET-07). A scan of our own comes first and refuses what lenient
 * parsers take: depth over 32, size over 4 MiB, invalid UTF-8, NUL, duplicate keys, lone
 * surrogates, comments, NaN, leading zeros, anything behind the value. Access is typed: absent and
 * null are one thing (ERR_ABSENT), a wrong type is another (ERR_FORMAT). Strings and values are
 * borrowed from the document. What members mean belongs to the callers.
 */
#ifndef NET_JSON_IN_H
#define NET_JSON_IN_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define JSON_MAX_DEPTH 32
#define JSON_MAX_BYTES (4u << 20)

struct json; /* a value; the document is its root value */

enum json_flags {
    JSON_STRICT = 0,
    /* \u0000 inside string values (never in keys) does not condemn the whole document; such a
     * string is ERR_FORMAT when it is read. For directory pages, where one user's attribute must
     * not hide everybody else. */
    JSON_NUL_IN_VALUES = 1
};

/* ERR_FORMAT, ERR_LIMIT (size, depth), ERR_NOMEM. The caller frees *ret_json with json_in_free. */
int json_in_parse(const char *bytes, size_t n, unsigned flags, struct json **ret_json) MUST_CHECK;
void json_in_free(struct json **json);

/* Another owner for a document or a part of it: what it holds stays valid until json_in_free. */
struct json *json_in_hold(const struct json *value);

bool json_in_is_object(const struct json *value);
bool json_in_is_string(const struct json *value); /* readable or not */

/* Members of an object: 0, ERR_ABSENT (absent or null), ERR_FORMAT (another type, or object is
 * none). */
int json_in_string(const struct json *object, const char *key, const char **ret_s) MUST_CHECK;
int json_in_bool(const struct json *object, const char *key, bool *ret_b) MUST_CHECK;
int json_in_object(const struct json *object, const char *key,
                   const struct json **ret_v) MUST_CHECK;
int json_in_array(const struct json *object, const char *key, const struct json **ret_v) MUST_CHECK;
/* Finite only: what overflows a double is ERR_FORMAT. */
int json_in_number(const struct json *object, const char *key, double *ret_d) MUST_CHECK;
/* A number with a fraction is rounded towards zero; outside +-2^53 it is ERR_FORMAT. */
int json_in_integer(const struct json *object, const char *key, int64_t *ret_i) MUST_CHECK;

/* The member whatever its type; NULL when absent or null. */
const struct json *json_in_member(const struct json *object, const char *key);

/* Array elements. */
size_t json_in_count(const struct json *array);
const struct json *json_in_at(const struct json *array, size_t i); /* NULL outside, or null */
int json_in_as_string(const struct json *value, const char **ret_s) MUST_CHECK;

/* Every member of an object in order; value is NULL for null. Stops when visit returns not 0, and
 * returns that. */
int json_in_each(const struct json *object,
                 int (*visit)(void *arg, const char *key, const struct json *value),
                 void *arg) MUST_CHECK;

#endif
