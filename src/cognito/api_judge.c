/* SPDX-License-Identifier: Apache-2.0
 *
 * From an HTTP reply to a verdict (reference section 3): what is a success, which exception is it.
 */
#include "cognito/api.h"

#include "base/text.h"
#include "net/http.h"
#include "net/json_in.h"

#include <string.h>

static void clean(char *dst, size_t cap, const char *src)
{
    text_clean(dst, cap, src, strlen(src), TEXT_LINE);
}

/* As AWS's clients do: cut at the first comma, then at the first colon, then keep what follows '#'.
 */
static void cut_type(char *dst, size_t cap, const char *raw)
{
    size_t n = strcspn(raw, ",");
    const char *colon = memchr(raw, ':', n);
    if (colon != NULL)
        n = (size_t)(colon - raw);
    const char *hash = memchr(raw, '#', n);
    if (hash != NULL) {
        n -= (size_t)(hash + 1 - raw);
        raw = hash + 1;
    }
    text_clean(dst, cap, raw, n, TEXT_WORD);
}

static const char *first_string(const struct json *doc, const char *const *keys)
{
    const char *s;
    for (; *keys != NULL; keys++) {
        if (doc != NULL && json_in_string(doc, *keys, &s) == 0 && *s != '\0')
            return s;
    }
    return NULL;
}

static void read_exception(const struct http_reply *reply, struct api_result *r)
{
    static const char *const types[] = { "__type", "code", "Code", NULL };
    static const char *const messages[] = { "message", "Message", NULL };
    struct json *doc = NULL;
    if (json_in_parse(reply->body, reply->body_bytes, JSON_STRICT, &doc) != 0)
        doc = NULL;
    const char *type = first_string(doc, types);
    const char *message = first_string(doc, messages);
    cut_type(r->type, sizeof r->type, type != NULL ? type : reply->error_type);
    clean(r->message, sizeof r->message, message != NULL ? message : reply->error_message);
    json_in_free(&doc);
}

static void read_success(enum errors_phase phase, const struct http_reply *reply,
                         struct api_result *r, struct json **ret_body)
{
    /* One user's attribute must not hide everybody else's record (R-SNAP-07). */
    unsigned flags = phase == ERRORS_DIRECTORY ? JSON_NUL_IN_VALUES : JSON_STRICT;
    struct json *doc;
    if (reply->body_bytes == 0) {
        r->err = 0;
        return;
    }
    int err = json_in_parse(reply->body, reply->body_bytes, flags, &doc);
    if (err == 0 && json_in_is_object(doc)) {
        r->err = 0;
        r->body = doc;
        *ret_body = doc;
        return;
    }
    if (err == 0)
        json_in_free(&doc);
    r->err = err == ERR_NOMEM ? ERR_NOMEM : ERR_FORMAT;
    r->may_be_done = true;
    clean(r->message, sizeof r->message, "the reply is not a JSON object");
}

void api_judge(enum errors_phase phase, const struct http_reply *reply,
               struct api_result *ret_result, struct json **ret_body)
{
    struct api_result *r = ret_result;
    *r = (struct api_result){ .err = ERR_UNAVAIL, .status = reply->status };
    *ret_body = NULL;
    text_clean(r->request_id, sizeof r->request_id, reply->request_id, strlen(reply->request_id),
               TEXT_WORD);
    if (reply->err != 0) {
        /* Refused certificates and oversized replies are faults of the way to the cloud. */
        bool is_own = reply->err == ERR_TIMEOUT || reply->err == ERR_NOMEM;
        r->err = is_own ? reply->err : ERR_UNAVAIL;
        r->may_be_done = reply->was_sent;
        r->is_too_large = reply->err == ERR_LIMIT;
        clean(r->message, sizeof r->message, reply->failure);
        return;
    }
    if (reply->status == 200) {
        read_success(phase, reply, r, ret_body);
        return;
    }
    if (reply->status >= 400)
        read_exception(reply, r);
    r->rule = errors_find(reply->status, r->type, r->message);
    r->err = r->rule->err[phase];
    r->may_be_done = reply->status >= 500;
}
