/* SPDX-License-Identifier: Apache-2.0
 *
 * A writer of a few dozen lines instead of a library's object tree: a tree would keep copies of
 * passwords that nobody wipes.
 */
#include "net/json_out.h"

#include "net/utf8.h"

#include <string.h>

#define MAX_DEPTH 31 /* bits in the masks, outermost level 0 */

static uint32_t level_bit(const struct json_out *o)
{
    return (uint32_t)1 << o->depth;
}

static void add_escaped(struct json_out *o, const char *s)
{
    size_t left = strlen(s);
    buf_char(&o->text, '"');
    while (left > 0) {
        size_t n = utf8_length(s, left);
        if (n == 0) {
            o->bad = true;
            return;
        }
        uint8_t c = (uint8_t)*s;
        if (n == 1 && (c < 0x20 || c == 0x7F)) {
            buf_str(&o->text, "\\u00");
            buf_hex(&o->text, &c, 1);
        } else {
            if (c == '"' || c == '\\')
                buf_char(&o->text, '\\');
            buf_add(&o->text, s, n);
        }
        s += n;
        left -= n;
    }
    buf_char(&o->text, '"');
}

/* Comma and key of the next value. */
static void begin_value(struct json_out *o, const char *key)
{
    bool wants_key = o->depth > 0 && (o->in_array & level_bit(o)) == 0;
    bool is_second_root = o->depth == 0 && o->text.len != 0;
    if (wants_key != (key != NULL) || is_second_root) {
        o->bad = true;
        return;
    }
    if (o->depth > 0 && (o->has_members & level_bit(o)) != 0)
        buf_char(&o->text, ',');
    o->has_members |= level_bit(o);
    if (key != NULL) {
        add_escaped(o, key);
        buf_char(&o->text, ':');
    }
}

static void open_level(struct json_out *o, const char *key, bool is_array)
{
    begin_value(o, key);
    if (o->depth >= MAX_DEPTH) {
        o->bad = true;
        return;
    }
    buf_char(&o->text, is_array ? '[' : '{');
    o->depth++;
    o->has_members &= ~level_bit(o);
    o->in_array &= ~level_bit(o);
    if (is_array)
        o->in_array |= level_bit(o);
}

void json_out_object(struct json_out *o, const char *key)
{
    open_level(o, key, false);
}

void json_out_array(struct json_out *o, const char *key)
{
    open_level(o, key, true);
}

void json_out_end(struct json_out *o)
{
    if (o->depth == 0) {
        o->bad = true;
        return;
    }
    buf_char(&o->text, (o->in_array & level_bit(o)) != 0 ? ']' : '}');
    o->depth--;
}

void json_out_string(struct json_out *o, const char *key, const char *s)
{
    if (s == NULL)
        return;
    begin_value(o, key);
    add_escaped(o, s);
}

void json_out_bool(struct json_out *o, const char *key, bool b)
{
    begin_value(o, key);
    buf_str(&o->text, b ? "true" : "false");
}

void json_out_integer(struct json_out *o, const char *key, int64_t i)
{
    begin_value(o, key);
    buf_int(&o->text, i);
}

int json_out_text(const struct json_out *o, const char **ret_text, size_t *ret_bytes)
{
    if (o->text.bad)
        return ERR_NOMEM;
    if (o->bad || o->depth != 0 || o->text.len == 0)
        return ERR_FORMAT;
    *ret_text = buf_text(&o->text);
    *ret_bytes = o->text.len;
    return 0;
}

void json_out_free(struct json_out *o)
{
    buf_free(&o->text);
    *o = (struct json_out){ 0 };
}
