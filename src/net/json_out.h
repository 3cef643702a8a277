/* SPDX-License-Identifier: Apache-2.0
 *
 * Writing JSON: every value is escaped here, nothing is ever pasted. The text holds passwords, so
 * it lives in a buffer that wipes itself (which is why no JSON library does this). Failure is
 * sticky and shows in json_out_text.
 */
#ifndef NET_JSON_OUT_H
#define NET_JSON_OUT_H

#include "base/err.h"
#include "net/buf.h"

/* All zeros is an empty writer. */
struct json_out {
    struct buf text;
    unsigned depth;
    uint32_t in_array, has_members; /* one bit per level */
    bool bad;                       /* misuse: unbalanced, too deep, invalid UTF-8 */
};

/* Begins the next value. key is NULL for the outermost value and inside arrays. */
void json_out_object(struct json_out *o, const char *key);
void json_out_array(struct json_out *o, const char *key);
void json_out_end(struct json_out *o); /* of the innermost object or array */
/* s NULL: the member is left out. Invalid UTF-8 makes the text bad: Cognito's strings are UTF-8. */
void json_out_string(struct json_out *o, const char *key, const char *s);
void json_out_bool(struct json_out *o, const char *key, bool b);
void json_out_integer(struct json_out *o, const char *key, int64_t i);

/* The finished text, borrowed. ERR_NOMEM; ERR_FORMAT on misuse or invalid UTF-8. */
int json_out_text(const struct json_out *o, const char **ret_text, size_t *ret_bytes) MUST_CHECK;

/* Wipes; the writer is empty again. */
void json_out_free(struct json_out *o);

#endif
