/* SPDX-License-Identifier: Apache-2.0
 *
 * Canonical request, string to sign, key chain, header: in the order of AWS's description.
 */
#include "net/sigv4.h"

#include "net/digest.h"
#include "net/skew.h"

#include <stdlib.h>
#include <string.h>

#define MAX_HEADERS 32
#define MAX_TERMS   256 /* of a query string */
#define ALGORITHM   "AWS4-HMAC-SHA256"

static void hex_of(const uint8_t hash[DIGEST_BYTES], char ret_hex[SIGV4_HASH_SIZE])
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < DIGEST_BYTES; i++) {
        ret_hex[2 * i] = digits[hash[i] >> 4];
        ret_hex[2 * i + 1] = digits[hash[i] & 15];
    }
    ret_hex[SIGV4_HASH_SIZE - 1] = '\0';
}

int sigv4_hash(const void *bytes, size_t n, char ret_hex[SIGV4_HASH_SIZE])
{
    uint8_t hash[DIGEST_BYTES];
    int err = digest_sha256(n == 0 ? "" : bytes, n, hash);
    if (err == 0)
        hex_of(hash, ret_hex);
    return err;
}

static bool is_unreserved(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
           (c != '\0' && strchr("-._~", c) != NULL);
}

static void add_encoded(struct buf *out, const char *s, size_t n)
{
    static const char digits[] = "0123456789ABCDEF";
    for (size_t i = 0; i < n; i++) {
        uint8_t c = (uint8_t)s[i];
        if (is_unreserved(s[i])) {
            buf_char(out, s[i]);
            continue;
        }
        buf_char(out, '%');
        buf_char(out, digits[c >> 4]);
        buf_char(out, digits[c & 15]);
    }
}

/* One segment of a path that is being normalised: "." and "" vanish, ".." takes the one before. */
static void push_segment(struct buf *out, const char *s, size_t n)
{
    if (n == 0 || (n == 1 && s[0] == '.'))
        return;
    if (n == 2 && s[0] == '.' && s[1] == '.') {
        while (out->len > 0 && out->p[out->len - 1] != '/')
            out->len--;
        if (out->len > 0)
            out->len--;
        return;
    }
    buf_char(out, '/');
    buf_add(out, s, n);
}

static void normalise(struct buf *out, const char *path)
{
    const char *p = path;
    const char *last = p;
    while (*p != '\0') {
        p += *p == '/';
        last = p;
        p += strcspn(p, "/");
        push_segment(out, last, (size_t)(p - last));
    }
    size_t n = strlen(last);
    bool is_dir = n == 0 || strcmp(last, ".") == 0 || strcmp(last, "..") == 0;
    if (out->len == 0 || is_dir)
        buf_char(out, '/');
    out->p[out->len] = '\0';
}

static int add_path(const struct sigv4_request *req, struct buf *out)
{
    struct buf path = { 0 };
    const char *raw = *req->path == '\0' ? "/" : req->path;
    if (req->keep_path)
        buf_str(&path, raw);
    else
        normalise(&path, raw);
    if (path.bad) {
        buf_free(&path);
        return ERR_NOMEM;
    }
    for (size_t i = 0; i < path.len; i++) {
        if (path.p[i] == '/' || req->path_is_encoded_once)
            buf_char(out, path.p[i]);
        else
            add_encoded(out, path.p + i, 1);
    }
    buf_char(out, '\n');
    buf_free(&path);
    return 0;
}

struct term {
    const char *name, *value;
    size_t name_bytes, value_bytes;
};

static int compare_bytes(const char *a, size_t an, const char *b, size_t bn)
{
    int order = memcmp(a, b, an < bn ? an : bn);
    if (order != 0)
        return order;
    return an < bn ? -1 : an > bn;
}

static int compare_terms(const void *left, const void *right)
{
    const struct term *a = left;
    const struct term *b = right;
    int order = compare_bytes(a->name, a->name_bytes, b->name, b->name_bytes);
    if (order != 0)
        return order;
    return compare_bytes(a->value, a->value_bytes, b->value, b->value_bytes);
}

/* Query values travel encoded already: an escape stays one, everything else is encoded. */
static void add_query_text(struct buf *out, const char *s, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (s[i] == '%')
            buf_char(out, '%');
        else
            add_encoded(out, s + i, 1);
    }
}

static int add_query(const char *query, struct buf *out)
{
    struct term terms[MAX_TERMS];
    size_t count = 0;
    const char *p = query == NULL ? "" : query;
    while (*p != '\0') {
        size_t n = strcspn(p, "&");
        size_t name = strcspn(p, "=&");
        size_t value = name < n ? name + 1 : n;
        if (count == MAX_TERMS)
            return ERR_FORMAT;
        if (n > 0)
            terms[count++] = (struct term){ p, p + value, name, n - value };
        p += n;
        p += *p == '&';
    }
    qsort(terms, count, sizeof terms[0], compare_terms);
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            buf_char(out, '&');
        add_query_text(out, terms[i].name, terms[i].name_bytes);
        buf_char(out, '=');
        add_query_text(out, terms[i].value, terms[i].value_bytes);
    }
    buf_char(out, '\n');
    return 0;
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static int compare_names(const char *a, const char *b)
{
    while (*a != '\0' && lower(*a) == lower(*b)) {
        a++;
        b++;
    }
    return (unsigned char)lower(*a) - (unsigned char)lower(*b);
}

/* Changed on the way by proxies and tracing: never part of a signature. */
static bool is_left_out(const char *name)
{
    static const char *const names[] = { "authorization", "connection", "expect", "user-agent",
                                         "x-amzn-trace-id" };
    for (size_t i = 0; i < COUNT(names); i++) {
        if (compare_names(name, names[i]) == 0)
            return true;
    }
    return false;
}

/* The headers to sign by lower-case name; those of one name keep their order (hence no qsort). */
struct sorted {
    const struct sigv4_header *at[MAX_HEADERS];
    size_t count;
};

static int sort_headers(const struct sigv4_request *req, struct sorted *ret_sorted)
{
    ret_sorted->count = 0;
    for (size_t i = 0; i < req->header_count; i++) {
        const struct sigv4_header *header = &req->headers[i];
        if (is_left_out(header->name))
            continue;
        if (ret_sorted->count == MAX_HEADERS)
            return ERR_FORMAT;
        size_t at = ret_sorted->count++;
        for (; at > 0 && compare_names(ret_sorted->at[at - 1]->name, header->name) > 0; at--)
            ret_sorted->at[at] = ret_sorted->at[at - 1];
        ret_sorted->at[at] = header;
    }
    return 0;
}

/* Trimmed, runs of blanks become one, folded lines too. Another newline would split the form. */
static int add_header_value(struct buf *out, const char *s)
{
    bool is_gap = false;
    size_t begin = out->len;
    for (; *s != '\0'; s++) {
        bool is_fold = *s == '\n' && (s[1] == ' ' || s[1] == '\t');
        if ((*s == '\n' && !is_fold) || *s == '\r')
            return ERR_FORMAT;
        if (*s == ' ' || *s == '\t' || is_fold) {
            is_gap = out->len > begin;
            continue;
        }
        if (is_gap)
            buf_char(out, ' ');
        is_gap = false;
        buf_char(out, *s);
    }
    return 0;
}

static void add_lower(struct buf *out, const char *s)
{
    for (; *s != '\0'; s++)
        buf_char(out, lower(*s));
}

static void add_signed_names(const struct sorted *sorted, struct buf *out)
{
    for (size_t i = 0; i < sorted->count; i++) {
        if (i > 0 && compare_names(sorted->at[i]->name, sorted->at[i - 1]->name) == 0)
            continue;
        if (i > 0)
            buf_char(out, ';');
        add_lower(out, sorted->at[i]->name);
    }
}

static int add_headers(const struct sorted *sorted, struct buf *out)
{
    for (size_t i = 0; i < sorted->count; i++) {
        bool is_same = i > 0 && compare_names(sorted->at[i]->name, sorted->at[i - 1]->name) == 0;
        if (!is_same) {
            if (i > 0)
                buf_char(out, '\n');
            add_lower(out, sorted->at[i]->name);
        }
        buf_char(out, is_same ? ',' : ':');
        if (add_header_value(out, sorted->at[i]->value) != 0)
            return ERR_FORMAT;
    }
    buf_str(out, "\n\n");
    return 0;
}

int sigv4_canonical(const struct sigv4_request *req, struct buf *out)
{
    struct sorted sorted;
    int err = sort_headers(req, &sorted);
    if (err != 0)
        return err;
    buf_str(out, req->method);
    buf_char(out, '\n');
    err = add_path(req, out);
    if (err == 0)
        err = add_query(req->query, out);
    if (err == 0)
        err = add_headers(&sorted, out);
    if (err != 0)
        return err;
    add_signed_names(&sorted, out);
    buf_char(out, '\n');
    buf_str(out, req->payload_hash);
    return out->bad ? ERR_NOMEM : 0;
}

static void add_scope(const struct sigv4_request *req, struct buf *out)
{
    char date[SKEW_AMZ_SIZE];
    skew_format_amz(req->time_s, date);
    buf_add(out, date, strnlen(date, 8));
    buf_char(out, '/');
    buf_str(out, req->region);
    buf_char(out, '/');
    buf_str(out, req->service);
    buf_str(out, "/aws4_request");
}

int sigv4_string_to_sign(const struct sigv4_request *req, const char *canonical, struct buf *out)
{
    char date[SKEW_AMZ_SIZE];
    char hash[SIGV4_HASH_SIZE];
    int err = sigv4_hash(canonical, strlen(canonical), hash);
    if (err != 0)
        return err;
    skew_format_amz(req->time_s, date);
    buf_str(out, ALGORITHM "\n");
    buf_str(out, date);
    buf_char(out, '\n');
    add_scope(req, out);
    buf_char(out, '\n');
    buf_str(out, hash);
    return out->bad ? ERR_NOMEM : 0;
}

/* key = HMAC(key, text) */
static int chain(uint8_t key[DIGEST_BYTES], const char *text, size_t n)
{
    struct digest_part parts[] = { { text, n }, { NULL, 0 } };
    uint8_t next[DIGEST_BYTES];
    int err = digest_hmac((struct digest_part){ key, DIGEST_BYTES }, parts, next);
    if (err == 0)
        memcpy(key, next, sizeof next);
    explicit_bzero(next, sizeof next);
    return err;
}

int sigv4_signature(const struct sigv4_request *req, const char *string_to_sign,
                    const char *secret_key, char ret_hex[SIGV4_HASH_SIZE])
{
    char date[SKEW_AMZ_SIZE];
    uint8_t key[DIGEST_BYTES];
    struct buf first = { 0 };
    skew_format_amz(req->time_s, date);
    buf_str(&first, "AWS4");
    buf_str(&first, secret_key);
    struct digest_part day[] = { { date, strnlen(date, 8) }, { NULL, 0 } };
    int err =
        first.bad ? ERR_NOMEM : digest_hmac((struct digest_part){ first.p, first.len }, day, key);
    buf_free(&first);
    if (err == 0)
        err = chain(key, req->region, strlen(req->region));
    if (err == 0)
        err = chain(key, req->service, strlen(req->service));
    if (err == 0)
        err = chain(key, "aws4_request", 12);
    if (err == 0)
        err = chain(key, string_to_sign, strlen(string_to_sign));
    if (err == 0)
        hex_of(key, ret_hex);
    explicit_bzero(key, sizeof key);
    return err;
}

static int add_authorization(const struct sigv4_request *req, const struct credentials *keys,
                             const char *signature, struct buf *out)
{
    struct sorted sorted;
    int err = sort_headers(req, &sorted);
    if (err != 0)
        return err;
    buf_str(out, ALGORITHM " Credential=");
    buf_str(out, keys->access_key);
    buf_char(out, '/');
    add_scope(req, out);
    buf_str(out, ", SignedHeaders=");
    add_signed_names(&sorted, out);
    buf_str(out, ", Signature=");
    buf_str(out, signature);
    return out->bad ? ERR_NOMEM : 0;
}

int sigv4_authorize(const struct sigv4_request *req, const struct credentials *keys,
                    struct buf *out)
{
    struct buf canonical = { 0 };
    struct buf text = { 0 };
    char signature[SIGV4_HASH_SIZE];
    int err = sigv4_canonical(req, &canonical);
    if (err == 0)
        err = sigv4_string_to_sign(req, buf_text(&canonical), &text);
    if (err == 0)
        err = sigv4_signature(req, buf_text(&text), keys->secret_key, signature);
    if (err == 0)
        err = add_authorization(req, keys, signature, out);
    buf_free(&canonical);
    buf_free(&text);
    return err;
}
