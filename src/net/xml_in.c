/* SPDX-License-Identifier: Apache-2.0
 *
 * One pass: tags move a path up and down, text gathers in a buffer that every tag empties.
 */
#include "net/xml_in.h"

#include "net/buf.h"
#include "net/utf8.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

struct reader {
    const char *at, *end;
    char path[XML_PATH_SIZE];
    size_t path_len;
    size_t parent_len[XML_MAX_DEPTH]; /* of the path around each open element */
    unsigned depth;
    bool is_leaf; /* no tag since the last opening one */
    bool had_root;
    struct buf text;
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool is_name(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '.' || c == ':';
}

static void skip_blanks(struct reader *r)
{
    while (r->at < r->end && is_blank(*r->at))
        r->at++;
}

static bool take(struct reader *r, const char *what)
{
    size_t n = strlen(what);
    if ((size_t)(r->end - r->at) < n || memcmp(r->at, what, n) != 0)
        return false;
    r->at += n;
    return true;
}

static size_t take_name(struct reader *r, const char **ret_name)
{
    const char *begin = r->at;
    while (r->at < r->end && is_name(*r->at))
        r->at++;
    *ret_name = begin;
    return (size_t)(r->at - begin);
}

/* --------------------------------------------------------------- entities */

static void add_utf8(struct buf *text, uint32_t c)
{
    if (c < 0x80) {
        buf_char(text, (char)c);
    } else if (c < 0x800) {
        buf_char(text, (char)(0xC0 | (c >> 6)));
        buf_char(text, (char)(0x80 | (c & 0x3F)));
    } else if (c < 0x10000) {
        buf_char(text, (char)(0xE0 | (c >> 12)));
        buf_char(text, (char)(0x80 | ((c >> 6) & 0x3F)));
        buf_char(text, (char)(0x80 | (c & 0x3F)));
    } else {
        buf_char(text, (char)(0xF0 | (c >> 18)));
        buf_char(text, (char)(0x80 | ((c >> 12) & 0x3F)));
        buf_char(text, (char)(0x80 | ((c >> 6) & 0x3F)));
        buf_char(text, (char)(0x80 | (c & 0x3F)));
    }
}

static int digit_of(char c, unsigned base)
{
    int v = c >= '0' && c <= '9'   ? c - '0'
            : c >= 'a' && c <= 'f' ? c - 'a' + 10
            : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                   : 16;
    return v < (int)base ? v : -1;
}

/* Behind "&#": a character that XML allows, up to its semicolon. */
static int take_number(struct reader *r)
{
    unsigned base = take(r, "x") ? 16 : 10;
    uint32_t c = 0;
    size_t digits = 0;
    for (int v; r->at < r->end && (v = digit_of(*r->at, base)) >= 0; r->at++) {
        if (++digits > 8)
            return ERR_FORMAT;
        c = c * base + (uint32_t)v;
    }
    bool is_char = c == '\t' || c == '\n' || c == '\r' || (c >= 0x20 && c < 0xD800) ||
                   (c >= 0xE000 && c <= 0x10FFFF && c != 0xFFFE && c != 0xFFFF);
    if (digits == 0 || !is_char || !take(r, ";"))
        return ERR_FORMAT;
    add_utf8(&r->text, c);
    return 0;
}

static int take_entity(struct reader *r)
{
    static const struct {
        const char *name;
        char c;
    } entities[] = {
        { "&amp;", '&' }, { "&lt;", '<' }, { "&gt;", '>' }, { "&quot;", '"' }, { "&apos;", '\'' }
    };
    for (size_t i = 0; i < COUNT(entities); i++) {
        if (take(r, entities[i].name)) {
            buf_char(&r->text, entities[i].c);
            return 0;
        }
    }
    return take(r, "&#") ? take_number(r) : ERR_FORMAT;
}

/* ------------------------------------------------------------------- tags */

static int skip_attributes(struct reader *r)
{
    const char *name;
    for (;;) {
        const char *before = r->at;
        skip_blanks(r);
        if (r->at == r->end)
            return ERR_FORMAT;
        if (*r->at == '>' || *r->at == '/')
            return 0;
        if (r->at == before || take_name(r, &name) == 0)
            return ERR_FORMAT;
        skip_blanks(r);
        if (!take(r, "="))
            return ERR_FORMAT;
        skip_blanks(r);
        char quote = r->at < r->end ? *r->at : '\0';
        if (quote != '"' && quote != '\'')
            return ERR_FORMAT;
        const char *close = memchr(r->at + 1, quote, (size_t)(r->end - r->at) - 1);
        if (close == NULL || memchr(r->at, '<', (size_t)(close - r->at)) != NULL)
            return ERR_FORMAT;
        r->at = close + 1;
    }
}

/* Text between an element's own tags, blanks at both ends cut. */
static const char *trim(struct buf *text)
{
    char *s = text->p;
    if (s == NULL)
        return "";
    while (text->len > 0 && is_blank(s[text->len - 1]))
        s[--text->len] = '\0';
    while (is_blank(*s))
        s++;
    return s;
}

static int leave(struct reader *r, int (*visit)(void *, const char *, const char *), void *arg)
{
    int err = r->text.bad ? ERR_NOMEM : 0;
    if (err == 0 && r->is_leaf)
        err = visit(arg, r->path, trim(&r->text));
    else if (err == 0 && *trim(&r->text) != '\0')
        err = ERR_FORMAT; /* text beside elements */
    buf_reset(&r->text);
    r->path_len = r->parent_len[--r->depth];
    r->path[r->path_len] = '\0';
    r->is_leaf = false;
    return err;
}

static int open_element(struct reader *r, int (*visit)(void *, const char *, const char *),
                        void *arg)
{
    const char *name;
    size_t n = take_name(r, &name);
    int err = n == 0 ? ERR_FORMAT : skip_attributes(r);
    if (err == 0 && (*trim(&r->text) != '\0' || (r->depth == 0 && r->had_root)))
        err = ERR_FORMAT;
    if (err != 0)
        return err;
    if (r->depth == XML_MAX_DEPTH || r->path_len + n + 2 > sizeof r->path)
        return ERR_LIMIT;
    r->had_root = true;
    r->parent_len[r->depth++] = r->path_len;
    if (r->path_len > 0)
        r->path[r->path_len++] = '/';
    memcpy(r->path + r->path_len, name, n);
    r->path_len += n;
    r->path[r->path_len] = '\0';
    r->is_leaf = true;
    buf_reset(&r->text);
    if (take(r, "/>"))
        return leave(r, visit, arg);
    return take(r, ">") ? 0 : ERR_FORMAT;
}

static int close_element(struct reader *r, int (*visit)(void *, const char *, const char *),
                         void *arg)
{
    const char *name;
    size_t n = take_name(r, &name);
    skip_blanks(r);
    if (r->depth == 0 || !take(r, ">"))
        return ERR_FORMAT;
    size_t parent = r->parent_len[r->depth - 1];
    const char *open = r->path + parent + (parent > 0 ? 1 : 0);
    if (strlen(open) != n || memcmp(open, name, n) != 0)
        return ERR_FORMAT;
    return leave(r, visit, arg);
}

static int skip_comment(struct reader *r)
{
    const char *close = memmem(r->at, (size_t)(r->end - r->at), "--", 2);
    if (close == NULL)
        return ERR_FORMAT;
    r->at = close + 2;
    return take(r, ">") ? 0 : ERR_FORMAT;
}

/* ------------------------------------------------------------------- text */

static int take_text(struct reader *r)
{
    if (*r->at == '&')
        return r->depth == 0 ? ERR_FORMAT : take_entity(r);
    size_t n = utf8_length(r->at, (size_t)(r->end - r->at));
    bool is_control = (unsigned char)*r->at < 0x20 && !is_blank(*r->at);
    if (n == 0 || is_control || (r->depth == 0 && !is_blank(*r->at)))
        return ERR_FORMAT;
    if (r->depth > 0)
        buf_add(&r->text, r->at, n);
    r->at += n;
    return 0;
}

static int read_all(struct reader *r, int (*visit)(void *, const char *, const char *), void *arg)
{
    int err = 0;
    skip_blanks(r);
    if (take(r, "<?xml")) {
        const char *close = memmem(r->at, (size_t)(r->end - r->at), "?>", 2);
        if (close == NULL)
            return ERR_FORMAT;
        r->at = close + 2;
    }
    while (err == 0 && r->at < r->end) {
        if (take(r, "<!--"))
            err = skip_comment(r);
        else if (take(r, "</"))
            err = close_element(r, visit, arg);
        else if (take(r, "<"))
            err = open_element(r, visit, arg);
        else
            err = take_text(r);
    }
    return err != 0 ? err : r->depth != 0 || !r->had_root ? ERR_FORMAT : 0;
}

int xml_in_each(const char *bytes, size_t n,
                int (*visit)(void *arg, const char *path, const char *text), void *arg)
{
    if (n > XML_MAX_BYTES)
        return ERR_LIMIT;
    struct reader r = { .at = bytes, .end = bytes + n };
    int err = read_all(&r, visit, arg);
    buf_free(&r.text);
    return err;
}
