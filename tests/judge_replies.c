/* SPDX-License-Identifier: Apache-2.0
 *
 * replies/: every body of the index goes through the same HTTP step and then to the judge of its
 * operation.
 */
#include "judge.h"
#include "judge_reply.h"

#include "net/imds.h"
#include "net/json_in.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

bool judge_expects(const struct judge_reply *r, const char *beginning)
{
    return strncmp(r->expect, beginning, strlen(beginning)) == 0;
}

static void put(char *dst, size_t cap, const char *text)
{
    if (strlen(text) < cap)
        memcpy(dst, text, strlen(text) + 1);
}

static int add_header(void *arg, const char *key, const struct json *value)
{
    struct http_reply *h = arg;
    const char *text;
    if (json_in_as_string(value, &text) != 0)
        return -1;
    if (strcasecmp(key, "x-amzn-RequestId") == 0)
        put(h->request_id, sizeof h->request_id, text);
    else if (strcasecmp(key, "x-amzn-ErrorType") == 0)
        put(h->error_type, sizeof h->error_type, text);
    else if (strcasecmp(key, "x-amzn-ErrorMessage") == 0)
        put(h->error_message, sizeof h->error_message, text);
    return 0;
}

/* The metadata service answers role names as text and keys as JSON. */
enum judge_verdict judge_keys(const struct judge_reply *r)
{
    struct credentials keys;
    char role[128];
    const char *body = r->http.body;
    size_t n = r->http.body_bytes;
    if (judge_expects(r, "role name") || judge_expects(r, "first line")) {
        size_t line = strcspn(body, "\n");
        bool is_same = imds_role_name(body, n, role, sizeof role) == 0 && strlen(role) == line &&
                       strncmp(role, body, line) == 0;
        return is_same ? JUDGE_RIGHT : JUDGE_WRONG;
    }
    if (*body != '{')
        return JUDGE_NOT_MINE;
    bool wants_keys = strcmp(r->expect, "ok") == 0;
    int err = r->http.status == 200 ? imds_parse(body, n, &keys) : -1;
    return (err == 0) == wants_keys ? JUDGE_RIGHT : JUDGE_WRONG;
}

struct route {
    const char *operation;
    enum judge_verdict (*judge)(const struct judge_reply *r);
};

static const struct route routes[] = {
    { "AdminInitiateAuth", judge_signin },
    { "AdminRespondToAuthChallenge", judge_signin },
    { "InitiateAuth", judge_signin },
    { "RespondToAuthChallenge", judge_signin },
    { "AssociateSoftwareToken", judge_setup },
    { "VerifySoftwareToken", judge_setup },
    { "ListUsers", judge_page },
    { "ListUsersInGroup", judge_page },
    { "AdminListGroupsForUser", judge_page },
    { "ListGroups", judge_page },
    { "GetGroup", judge_page },
    { "AdminGetUser", judge_page },
    { "IMDS", judge_keys },
    { "container", judge_keys },
};

static enum judge_verdict judge_one(struct judge_reply *r)
{
    static const char *const not_json[] = {
        "IMDS",      "IMDS PUT", "container", "credential_process", "AssumeRoleWithWebIdentity",
        "AssumeRole"
    };
    struct json *body = NULL;
    enum judge_verdict verdict = JUDGE_NOT_MINE;
    int op = api_operation_find(r->operation);
    bool is_json = true;
    for (size_t i = 0; i < COUNT(not_json); i++)
        is_json = is_json && strcmp(r->operation, not_json[i]) != 0;
    if (is_json)
        api_judge(op < 0 ? ERRORS_AUTH : api_operation((enum api_op)op)->phase, &r->http,
                  &r->result, &body);
    for (size_t i = 0; i < COUNT(routes); i++) {
        if (strcmp(routes[i].operation, r->operation) == 0)
            verdict = routes[i].judge(r);
    }
    /* Any other operation: success is an object or nothing, failure is in the table. */
    if (is_json && verdict == JUDGE_NOT_MINE && r->http.status >= 400)
        verdict = judge_exception(r);
    else if (is_json && verdict == JUDGE_NOT_MINE && judge_expects(r, "success"))
        verdict = r->result.err == 0 ? JUDGE_RIGHT : JUDGE_WRONG;
    json_in_free(&body);
    return verdict;
}

static void judge_entry(struct judge *j, const struct json *entry)
{
    char path[1024];
    char *body;
    size_t n;
    int64_t status = 0;
    const struct json *headers;
    struct judge_reply r = { .operation = judge_text(entry, "operation"),
                             .expect = judge_text(entry, "expect") };
    snprintf(path, sizeof path, "replies/%s", judge_text(entry, "file"));
    if (json_in_integer(entry, "status", &status) != 0 || !judge_read(j, path, &body, &n)) {
        judge_case(j, "replies", path, false);
        return;
    }
    if (json_in_object(entry, "headers", &headers) == 0)
        (void)!json_in_each(headers, add_header, &r.http);
    r.http.status = (int)status;
    r.http.was_sent = true;
    r.http.failure = "";
    r.http.body = body;
    r.http.body_bytes = n;
    enum judge_verdict verdict = judge_one(&r);
    if (verdict == JUDGE_NOT_MINE)
        judge_skip(j);
    else
        judge_case(j, "replies", path, verdict == JUDGE_RIGHT);
    free(body);
}

bool judge_replies(struct judge *j)
{
    struct json *index = judge_load(j, "replies/index.json");
    if (index == NULL)
        return false;
    judge_begin(j);
    judge_case(j, "replies", "index.json", json_in_count(index) > 0);
    for (size_t i = 0; i < json_in_count(index); i++)
        judge_entry(j, json_in_at(index, i));
    judge_end(j, "replies");
    json_in_free(&index);
    return true;
}
