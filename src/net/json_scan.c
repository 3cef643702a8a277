/* SPDX-License-Identifier: Apache-2.0
 *
 * A loop over values with one bit per open level; no recursion on input, constant memory.
 */
#include "net/json_scan.h"

#include "net/json_in.h"
#include "net/utf8.h"

#include <string.h>

struct scan {
    const char *p;
    size_t left;
    unsigned flags;
    unsigned depth;
    size_t keys;
    bool is_array[JSON_MAX_DEPTH + 1];
};

static void skip_blanks(struct scan *s)
{
    while (s->left > 0 && (*s->p == ' ' || *s->p == '\t' || *s->p == '\n' || *s->p == '\r')) {
        s->p++;
        s->left--;
    }
}

static bool take(struct scan *s, char c)
{
    if (s->left == 0 || *s->p != c)
        return false;
    s->p++;
    s->left--;
    return true;
}

/* Four hex digits; -1 when there is anything else. */
static int take_hex4(struct scan *s)
{
    if (s->left < 4)
        return -1;
    int v = 0;
    for (int i = 0; i < 4; i++) {
        char c = s->p[i];
        int d;
        if (c >= '0' && c <= '9')
            d = c - '0';
        else if (c >= 'a' && c <= 'f')
            d = c - 'a' + 10;
        else if (c >= 'A' && c <= 'F')
            d = c - 'A' + 10;
        else
            return -1;
        v = v * 16 + d;
    }
    s->p += 4;
    s->left -= 4;
    return v;
}

/* Behind a backslash. A high surrogate must be followed by its low one, a low one comes never
 * first. */
static bool scan_escape(struct scan *s, bool is_key)
{
    if (s->left == 0)
        return false;
    char c = *s->p;
    s->p++;
    s->left--;
    if (c != 'u')
        return c != '\0' && strchr("\"\\/bfnrt", c) != NULL;
    int unit = take_hex4(s);
    if (unit < 0 || (unit >= 0xDC00 && unit <= 0xDFFF))
        return false;
    if (unit == 0)
        return !is_key && (s->flags & JSON_NUL_IN_VALUES) != 0;
    if (unit < 0xD800 || unit > 0xDBFF)
        return true;
    if (!take(s, '\\') || !take(s, 'u'))
        return false;
    unit = take_hex4(s);
    return unit >= 0xDC00 && unit <= 0xDFFF;
}

/* Behind the opening quote. */
static bool scan_string(struct scan *s, bool is_key)
{
    while (s->left > 0) {
        if (take(s, '"'))
            return true;
        if (take(s, '\\')) {
            if (!scan_escape(s, is_key))
                return false;
            continue;
        }
        size_t n = utf8_length(s->p, s->left);
        if (n == 0 || (unsigned char)*s->p < 0x20)
            return false;
        s->p += n;
        s->left -= n;
    }
    return false;
}

static size_t take_digits(struct scan *s)
{
    size_t n = 0;
    while (s->left > 0 && *s->p >= '0' && *s->p <= '9') {
        s->p++;
        s->left--;
        n++;
    }
    return n;
}

static bool scan_number(struct scan *s)
{
    (void)take(s, '-');
    if (!take(s, '0') && take_digits(s) == 0)
        return false;
    if (take(s, '.') && take_digits(s) == 0)
        return false;
    if (take(s, 'e') || take(s, 'E')) {
        if (!take(s, '+'))
            (void)take(s, '-');
        if (take_digits(s) == 0)
            return false;
    }
    /* A digit here would follow a leading zero. */
    return s->left == 0 || *s->p < '0' || *s->p > '9';
}

static bool scan_word(struct scan *s, const char *word)
{
    size_t n = strlen(word);
    if (s->left < n || memcmp(s->p, word, n) != 0)
        return false;
    s->p += n;
    s->left -= n;
    return true;
}

static bool scan_key(struct scan *s)
{
    s->keys++;
    skip_blanks(s);
    if (!take(s, '"') || !scan_string(s, true))
        return false;
    skip_blanks(s);
    return take(s, ':');
}

/* One scalar, or the opening of a level. *ret_opened: the next token is a value of the new level.
 */
static int scan_value(struct scan *s, bool *ret_opened)
{
    skip_blanks(s);
    *ret_opened = false;
    bool is_array = s->left > 0 && *s->p == '[';
    if (take(s, '{') || take(s, '[')) {
        if (s->depth == JSON_MAX_DEPTH)
            return ERR_LIMIT;
        s->depth++;
        s->is_array[s->depth] = is_array;
        skip_blanks(s);
        if (take(s, is_array ? ']' : '}')) {
            s->depth--;
            return 0;
        }
        *ret_opened = true;
        return is_array || scan_key(s) ? 0 : ERR_FORMAT;
    }
    if (take(s, '"'))
        return scan_string(s, false) ? 0 : ERR_FORMAT;
    bool is_word = scan_word(s, "true") || scan_word(s, "false") || scan_word(s, "null");
    return is_word || scan_number(s) ? 0 : ERR_FORMAT;
}

/* Behind a value: closes what ends here. *ret_done: the outermost value is complete. */
static int scan_behind(struct scan *s, bool *ret_done)
{
    *ret_done = false;
    while (s->depth > 0) {
        bool is_array = s->is_array[s->depth];
        skip_blanks(s);
        if (take(s, ','))
            return is_array || scan_key(s) ? 0 : ERR_FORMAT;
        if (!take(s, is_array ? ']' : '}'))
            return ERR_FORMAT;
        s->depth--;
    }
    *ret_done = true;
    return 0;
}

int json_scan(const char *bytes, size_t n, unsigned flags, size_t *ret_keys)
{
    if (n > JSON_MAX_BYTES)
        return ERR_LIMIT;
    struct scan s = { .p = bytes, .left = n, .flags = flags };
    for (;;) {
        bool has_opened;
        bool is_done = false;
        int err = scan_value(&s, &has_opened);
        if (err == 0 && !has_opened)
            err = scan_behind(&s, &is_done);
        if (err != 0)
            return err;
        if (is_done)
            break;
    }
    skip_blanks(&s);
    if (s.left != 0)
        return ERR_FORMAT;
    *ret_keys = s.keys;
    return 0;
}
