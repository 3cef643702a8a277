/* SPDX-License-Identifier: Apache-2.0
 *
 * sigv4-suite: AWS's published cases, header form.
 */
#include "judge.h"

#include "net/json_in.h"
#include "net/sigv4.h"
#include "net/skew.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_HEADERS 24

struct subject {
    char *method, *path, *query, *body;
    struct sigv4_header headers[MAX_HEADERS];
    size_t count;
};

static void add(struct subject *s, const char *name, const char *value)
{
    if (s->count < MAX_HEADERS)
        s->headers[s->count++] = (struct sigv4_header){ name, value };
}

/* The end of a header: a newline that no blank follows. */
static char *end_of_header(char *p)
{
    char *end = strchr(p, '\n');
    while (end != NULL && (end[1] == ' ' || end[1] == '\t'))
        end = strchr(end + 1, '\n');
    return end;
}

/* Cuts request.txt in place: a path may hold blanks, so the version is what follows the last one.
 */
static bool cut_request(char *text, struct subject *s)
{
    static char nothing[] = "";
    char *line_end = strchr(text, '\n');
    s->method = text;
    s->path = strchr(text, ' ');
    s->body = nothing;
    if (s->path == NULL)
        return false;
    char *rest = line_end == NULL ? nothing : line_end + 1;
    if (line_end != NULL)
        *line_end = '\0';
    *s->path++ = '\0';
    char *version = strrchr(s->path, ' ');
    if (version == NULL)
        return false;
    *version = '\0';
    s->query = strchr(s->path, '?');
    if (s->query != NULL)
        *s->query++ = '\0';
    while (*rest != '\0' && *rest != '\n') {
        char *end = end_of_header(rest);
        char *colon = strchr(rest, ':');
        if (colon == NULL)
            return false;
        if (end != NULL)
            *end = '\0';
        *colon = '\0';
        add(s, rest, colon + 1);
        rest = end == NULL ? nothing : end + 1;
    }
    if (*rest == '\n')
        s->body = rest + 1;
    return true;
}

static bool matches(struct judge *j, const char *at, const char *file, const char *text)
{
    char path[4096];
    char *expected;
    size_t n;
    if (!judge_beside(at, file, path) || !judge_read(j, path, &expected, &n))
        return false;
    bool is_same = strcmp(expected, text) == 0;
    free(expected);
    return is_same;
}

/* The Authorization line stands somewhere in the signed request. */
static bool is_signed_so(struct judge *j, const char *at, const char *authorization)
{
    char path[4096];
    char *text;
    size_t n;
    if (!judge_beside(at, "header-signed-request.txt", path) || !judge_read(j, path, &text, &n))
        return false;
    const char *line = strstr(text, "Authorization:");
    size_t length = strlen(authorization);
    bool is_same = line != NULL && strncmp(line + 14, authorization, length) == 0 &&
                   (line[14 + length] == '\n' || line[14 + length] == '\0');
    free(text);
    return is_same;
}

static bool steps_are_right(struct judge *j, const char *at, const struct sigv4_request *req,
                            const struct json *keys_given)
{
    struct credentials keys = { .access_key = "" };
    struct buf canonical = { 0 };
    struct buf text = { 0 };
    struct buf header = { 0 };
    char signature[SIGV4_HASH_SIZE];
    snprintf(keys.access_key, sizeof keys.access_key, "%s",
             judge_text(keys_given, "access_key_id"));
    snprintf(keys.secret_key, sizeof keys.secret_key, "%s",
             judge_text(keys_given, "secret_access_key"));
    bool is_right = sigv4_canonical(req, &canonical) == 0 &&
                    matches(j, at, "header-canonical-request.txt", buf_text(&canonical)) &&
                    sigv4_string_to_sign(req, buf_text(&canonical), &text) == 0 &&
                    matches(j, at, "header-string-to-sign.txt", buf_text(&text)) &&
                    sigv4_signature(req, buf_text(&text), keys.secret_key, signature) == 0 &&
                    matches(j, at, "header-signature.txt", signature) &&
                    sigv4_authorize(req, &keys, &header) == 0 &&
                    is_signed_so(j, at, buf_text(&header));
    buf_free(&canonical);
    buf_free(&text);
    buf_free(&header);
    return is_right;
}

static bool flag(const struct json *object, const char *key)
{
    bool b = false;
    return json_in_bool(object, key, &b) == 0 && b;
}

static bool is_right(struct judge *j, const char *at, const struct json *context, char *request)
{
    struct subject s = { .count = 0 };
    struct sigv4_request req = { .region = judge_text(context, "region"),
                                 .service = judge_text(context, "service"),
                                 .keep_path = !flag(context, "normalize") };
    char hash[SIGV4_HASH_SIZE];
    char date[SKEW_AMZ_SIZE];
    const struct json *keys;
    if (!cut_request(request, &s) || json_in_object(context, "credentials", &keys) != 0 ||
        !skew_parse_iso(judge_text(context, "timestamp"), &req.time_s) ||
        sigv4_hash(s.body, strlen(s.body), hash) != 0)
        return false;
    skew_format_amz(req.time_s, date);
    add(&s, "X-Amz-Date", date);
    if (*judge_text(keys, "token") != '\0' && !flag(context, "omit_session_token"))
        add(&s, "X-Amz-Security-Token", judge_text(keys, "token"));
    if (flag(context, "sign_body"))
        add(&s, "X-Amz-Content-Sha256", hash);
    req.method = s.method;
    req.path = s.path;
    req.query = s.query;
    req.headers = s.headers;
    req.header_count = s.count;
    req.payload_hash = hash;
    return steps_are_right(j, at, &req, keys);
}

static bool fits(const struct json *doc)
{
    const struct json *keys;
    return json_in_object(doc, "credentials", &keys) == 0 &&
           *judge_text(keys, "access_key_id") != '\0' && *judge_text(doc, "timestamp") != '\0';
}

/* One case: the folder of context.json. */
static void judge(struct judge *j, const char *path, const struct json *context)
{
    char beside[4096];
    char *request;
    size_t n;
    bool is_read = judge_beside(path, "request.txt", beside) && judge_read(j, beside, &request, &n);
    judge_case(j, "sigv4-suite", path, is_read && is_right(j, path, context, request));
    if (is_read)
        free(request);
}

const struct judge_form judge_suite = { "sigv4-suite", fits, judge };
