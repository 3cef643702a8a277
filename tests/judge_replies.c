/* SPDX-License-Identifier: Apache-2.0
 *
 * replies: every body of an index goes through the same HTTP step and then to the judge of its
 * operation.
 */
#include "judge.h"
#include "judge_reply.h"

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
    { "IMDS PUT", judge_keys },
    { "container", judge_keys },
    { "credential_process", judge_keys },
    { "AssumeRole", judge_keys },
    { "AssumeRoleWithWebIdentity", judge_keys },
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

static void judge_entry(struct judge *j, const char *index, const struct json *entry)
{
    char path[4096];
    char *body;
    size_t n;
    int64_t status = 0;
    const struct json *headers;
    struct judge_reply r = { .operation = judge_text(entry, "operation"),
                             .expect = judge_text(entry, "expect") };
    if (json_in_integer(entry, "status", &status) != 0 ||
        !judge_beside(index, judge_text(entry, "file"), path) || !judge_read(j, path, &body, &n)) {
        judge_case(j, "replies", judge_text(entry, "file"), false);
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
        judge_skip(j, "replies", path);
    else
        judge_case(j, "replies", path, verdict == JUDGE_RIGHT);
    free(body);
}

static bool fits(const struct json *doc)
{
    const struct json *first = json_in_at(doc, 0);
    return *judge_text(first, "file") != '\0' && *judge_text(first, "operation") != '\0' &&
           *judge_text(first, "expect") != '\0';
}

static void judge(struct judge *j, const char *path, const struct json *index)
{
    judge_case(j, "replies", path, json_in_count(index) > 0);
    for (size_t i = 0; i < json_in_count(index); i++)
        judge_entry(j, path, json_in_at(index, i));
}

const struct judge_form judge_replies = { "replies", fits, judge };
