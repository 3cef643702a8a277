/* SPDX-License-Identifier: Apache-2.0
 *
 * requests.json: the bodies that this code can build must be the vectors', member for member. The
 * inputs are taken out of the expected body. Sign-in has a file of its own.
 */
#include "judge.h"
#include "judge_body.h"

#include "cognito/directory.h"
#include "net/json_in.h"

#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---------------------------------------------------------------- directory */

static const struct {
    const char *operation;
    int (*build)(const struct directory_query *q, struct json_out *out);
} builders[] = {
    { "ListUsers", directory_list_users },
    { "ListUsersInGroup", directory_list_users_in_group },
    { "AdminListGroupsForUser", directory_list_groups_for_user },
    { "ListGroups", directory_list_groups },
    { "GetGroup", directory_get_group },
    { "AdminGetUser", directory_get_user },
};

/* username = "a\"b" back into name and raw value. */
static void cut_filter(const char *filter, char *name, char *value, struct directory_query *q)
{
    size_t n = strcspn(filter, " ");
    memcpy(name, filter, n);
    name[n] = '\0';
    const char *p = strchr(filter, '"');
    q->filter_is_prefix = strstr(filter, "^=") != NULL && strstr(filter, "^=") < p;
    for (p++; *p != '\0' && *p != '"'; p++) {
        if (*p == '\\')
            p++;
        *value++ = *p;
    }
    *value = '\0';
    q->filter_name = name;
}

static bool judge_directory_body(struct json_object *r, size_t builder)
{
    struct json_object *body = judge_body_member(r, "body");
    const char *token = judge_body_text(body, "PaginationToken");
    const char *filter = judge_body_text(body, "Filter");
    char name[300];
    char value[300];
    struct directory_query q = { .pool_id = judge_body_text(body, "UserPoolId"),
                                 .group = judge_body_text(body, "GroupName"),
                                 .username = judge_body_text(body, "Username"),
                                 .limit = json_object_get_int(judge_body_member(body, "Limit")),
                                 .token =
                                     token != NULL ? token : judge_body_text(body, "NextToken") };
    struct json_out out = { .depth = 0 };
    const char *text;
    size_t n;
    if (filter != NULL && strlen(filter) < sizeof name && strchr(filter, '"') != NULL) {
        cut_filter(filter, name, value, &q);
        q.filter_value = value;
    }
    bool is_right = builders[builder].build(&q, &out) == 0 && json_out_text(&out, &text, &n) == 0 &&
                    judge_body_is(text, body);
    json_out_free(&out);
    return is_right;
}

static void judge_one(struct judge *j, struct json_object *r, const struct judge_given *given)
{
    const char *name = judge_body_text(r, "name");
    const char *operation = judge_body_text(r, "operation");
    if (operation == NULL || name == NULL) {
        judge_case(j, "requests", "without name or operation", false);
        return;
    }
    for (size_t i = 0; i < COUNT(builders); i++) {
        if (strcmp(builders[i].operation, operation) == 0) {
            judge_case(j, "requests", name, judge_directory_body(r, i));
            return;
        }
    }
    if (judge_body_is_mine(r) && !judge_body_lacks(r, given))
        judge_case(j, "requests", name, judge_body_signin(r, given));
    else
        judge_skip(j, "requests", name);
}

static bool fits(const struct json *doc)
{
    const struct json *body;
    const struct json *first = json_in_at(doc, 0);
    return *judge_text(first, "operation") != '\0' && *judge_text(first, "name") != '\0' &&
           json_in_object(first, "body", &body) == 0;
}

static void judge(struct judge *j, const char *path, const struct json *doc)
{
    char *text;
    size_t n;
    (void)doc; /* bodies are compared as json-c's objects */
    if (!judge_read(j, path, &text, &n))
        return;
    struct judge_given given = { .hashes = judge_find(j, path, judge_hash.fits),
                                 .srp = judge_find(j, path, judge_srp.fits) };
    struct json_object *list = json_tokener_parse(text);
    free(text);
    bool is_list = list != NULL && json_object_is_type(list, json_type_array);
    judge_case(j, "requests", path, is_list && json_object_array_length(list) > 0);
    for (size_t i = 0; is_list && i < json_object_array_length(list); i++)
        judge_one(j, json_object_array_get_idx(list, i), &given);
    json_object_put(list);
    json_in_free(&given.hashes);
    json_in_free(&given.srp);
}

const struct judge_form judge_requests = { "requests", fits, judge };
