/* SPDX-License-Identifier: Apache-2.0
 *
 * sigv4.json: every step of header signing.
 */
#include "judge.h"

#include "net/json_in.h"
#include "net/sigv4.h"
#include "net/skew.h"

#include <stdio.h>
#include <string.h>

#define MAX_HEADERS 24

struct subject {
    struct sigv4_header headers[MAX_HEADERS];
    size_t count;
};

static void add(struct subject *s, const char *name, const char *value)
{
    if (s->count < MAX_HEADERS)
        s->headers[s->count++] = (struct sigv4_header){ name, value };
}

static int add_given(void *arg, const char *key, const struct json *value)
{
    const char *text;
    if (json_in_as_string(value, &text) != 0)
        return -1;
    add(arg, key, text);
    return 0;
}

/* "20260315T084512Z" */
static bool read_time(const char *amz, int64_t *ret_s)
{
    char iso[21] = "yyyy-mm-ddThh:mm:ssZ";
    static const unsigned char at[14] = { 0, 1, 2, 3, 5, 6, 8, 9, 11, 12, 14, 15, 17, 18 };
    if (strlen(amz) != 16)
        return false;
    for (size_t i = 0; i < sizeof at; i++)
        iso[at[i]] = amz[i < 8 ? i : i + 1]; /* over the T */
    return skew_parse_iso(iso, ret_s);
}

static bool is_equal(const struct json *c, const char *key, const char *text)
{
    return strcmp(judge_text(c, key), text) == 0;
}

static bool steps_are_right(const struct json *c, const struct sigv4_request *req)
{
    struct credentials keys = { .access_key = "" };
    struct buf canonical = { 0 };
    struct buf text = { 0 };
    struct buf header = { 0 };
    char signature[SIGV4_HASH_SIZE];
    snprintf(keys.access_key, sizeof keys.access_key, "%s", judge_text(c, "access_key"));
    snprintf(keys.secret_key, sizeof keys.secret_key, "%s", judge_text(c, "secret_key"));
    bool is_right = sigv4_canonical(req, &canonical) == 0 &&
                    is_equal(c, "canonical_request", buf_text(&canonical)) &&
                    sigv4_string_to_sign(req, buf_text(&canonical), &text) == 0 &&
                    is_equal(c, "string_to_sign", buf_text(&text)) &&
                    sigv4_signature(req, buf_text(&text), keys.secret_key, signature) == 0 &&
                    is_equal(c, "signature", signature) &&
                    sigv4_authorize(req, &keys, &header) == 0 &&
                    is_equal(c, "authorization", buf_text(&header));
    buf_free(&canonical);
    buf_free(&text);
    buf_free(&header);
    return is_right;
}

static bool is_right(const struct json *c)
{
    struct subject s = { .count = 0 };
    struct sigv4_request req = { .method = judge_text(c, "method"),
                                 .region = judge_text(c, "region"),
                                 .service = judge_text(c, "service") };
    char hash[SIGV4_HASH_SIZE];
    char path[1024];
    const struct json *given;
    const char *body = judge_text(c, "body");
    const char *token = judge_text(c, "session_token");
    const char *host = strstr(judge_text(c, "url"), "://");
    if (host == NULL || json_in_object(c, "headers", &given) != 0 ||
        json_in_each(given, add_given, &s) != 0 || !read_time(judge_text(c, "date"), &req.time_s))
        return false;
    snprintf(path, sizeof path, "%s", host + 3 + strcspn(host + 3, "/?"));
    char *query = strchr(path, '?');
    if (query != NULL)
        *query++ = '\0';
    add(&s, "Host", judge_text(c, "host"));
    add(&s, "X-Amz-Date", judge_text(c, "date"));
    if (*token != '\0')
        add(&s, "X-Amz-Security-Token", token);
    if (sigv4_hash(body, strlen(body), hash) != 0)
        return false;
    req.path = path;
    req.query = query;
    req.headers = s.headers;
    req.header_count = s.count;
    req.payload_hash = hash;
    return steps_are_right(c, &req);
}

static bool fits(const struct json *doc)
{
    return *judge_text(judge_first(doc, "cases"), "canonical_request") != '\0';
}

static void judge(struct judge *j, const char *path, const struct json *doc)
{
    judge_cases(j, "sigv4", path, doc, "cases", "name", is_right);
}

const struct judge_form judge_sigv4 = { "sigv4", fits, judge };
