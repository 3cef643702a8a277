/* SPDX-License-Identifier: Apache-2.0
 *
 * Pages into records. A wrong shape (types) is the service's fault and condemns the page; unusable
 * content (a NUL in a name) is one user's doing and costs that record or attribute only.
 */
#include "cognito/directory.h"

#include "net/json_in.h"

#include <stdlib.h>
#include <string.h>

#define MAX_RECORDS 1000 /* Cognito sends 60 */

const char *directory_attribute(const struct directory_user *user, const char *name)
{
    const char *value = NULL;
    size_t found = 0;
    for (size_t i = 0; i < user->attribute_count; i++) {
        if (strcmp(user->attributes[i].name, name) == 0) {
            value = user->attributes[i].value;
            found++;
        }
    }
    return found == 1 ? value : NULL;
}

static size_t size_of(const char *text)
{
    return text == NULL ? 0 : strlen(text) + 1;
}

/* text at *at, which goes on behind it. */
static const char *put_text(char **at, const char *text)
{
    char *copy = *at;
    if (text == NULL)
        return NULL;
    *at = stpcpy(copy, text) + 1;
    return copy;
}

int directory_copy_user(const struct directory_user *user, struct directory_user **ret_copy)
{
    size_t n = user->attribute_count;
    size_t texts = size_of(user->username) + size_of(user->sub) + size_of(user->status);
    for (size_t i = 0; i < n; i++)
        texts += size_of(user->attributes[i].name) + size_of(user->attributes[i].value);
    struct directory_user *copy = malloc(sizeof *copy + n * sizeof *copy->attributes + texts);
    if (copy == NULL)
        return ERR_NOMEM;
    struct directory_attribute *attributes = (struct directory_attribute *)(copy + 1);
    char *at = (char *)(attributes + n);
    *copy = *user;
    copy->username = put_text(&at, user->username);
    copy->sub = put_text(&at, user->sub);
    copy->status = put_text(&at, user->status);
    copy->attributes = attributes;
    for (size_t i = 0; i < n; i++) {
        attributes[i].name = put_text(&at, user->attributes[i].name);
        attributes[i].value = put_text(&at, user->attributes[i].value);
    }
    *ret_copy = copy;
    return 0;
}

void directory_page_free(struct directory_page *page)
{
    for (size_t i = 0; i < page->user_count; i++)
        free((void *)(uintptr_t)page->users[i].attributes);
    free(page->memory);
    json_in_free(&page->held);
    *page = (struct directory_page){ 0 };
}

/* A string with a NUL inside is one user's content, not a wrong shape: NULL then. */
static int read_content(const struct json *value, const char **ret_s)
{
    const char *s = NULL;
    int err = json_in_as_string(value, &s);
    if (err == ERR_FORMAT && !json_in_is_string(value))
        return ERR_FORMAT;
    *ret_s = err == 0 ? s : NULL;
    return 0;
}

static int read_member(const struct json *object, const char *key, const char **ret_s)
{
    return read_content(json_in_member(object, key), ret_s);
}

static int read_seconds(const struct json *object, const char *key, int64_t *ret_s)
{
    int err = json_in_integer(object, key, ret_s);
    return err == ERR_ABSENT ? 0 : err;
}

static int read_attributes(const struct json *list, struct directory_user *user)
{
    size_t n = json_in_count(list);
    struct directory_attribute *attributes = calloc(n + 1, sizeof *attributes);
    if (attributes == NULL)
        return ERR_NOMEM;
    user->attributes = attributes;
    for (size_t i = 0; i < n; i++) {
        const struct json *item = json_in_at(list, i);
        struct directory_attribute *a = &attributes[user->attribute_count];
        if (!json_in_is_object(item) || read_member(item, "Name", &a->name) != 0 ||
            read_member(item, "Value", &a->value) != 0)
            return ERR_FORMAT;
        if (a->name != NULL)
            user->attribute_count++;
    }
    return 0;
}

/* key: where this operation keeps the attributes. *ret_usable: the record can be used. */
static int read_user(const struct json *item, const char *key, struct directory_user *user,
                     bool *ret_usable)
{
    const struct json *list = NULL;
    if (!json_in_is_object(item) || read_member(item, "Username", &user->username) != 0 ||
        read_member(item, "UserStatus", &user->status) != 0 ||
        read_seconds(item, "UserCreateDate", &user->created_s) != 0 ||
        read_seconds(item, "UserLastModifiedDate", &user->modified_s) != 0)
        return ERR_FORMAT;
    /* Anything but the boolean true is disabled. */
    if (json_in_bool(item, "Enabled", &user->is_enabled) != 0)
        user->is_enabled = false;
    int err = json_in_array(item, key, &list);
    if (err == ERR_FORMAT)
        return err;
    err = read_attributes(list, user);
    if (err != 0)
        return err;
    if (user->status == NULL)
        user->status = "";
    user->sub = directory_attribute(user, "sub");
    *ret_usable = user->username != NULL && *user->username != '\0';
    return 0;
}

static int read_group(const struct json *item, struct directory_group *group, bool *ret_usable)
{
    group->precedence = INT64_MAX;
    if (!json_in_is_object(item) || read_member(item, "GroupName", &group->name) != 0 ||
        read_member(item, "Description", &group->description) != 0 ||
        read_seconds(item, "Precedence", &group->precedence) != 0 ||
        read_seconds(item, "LastModifiedDate", &group->modified_s) != 0)
        return ERR_FORMAT;
    if (group->description == NULL)
        group->description = "";
    *ret_usable = group->name != NULL && *group->name != '\0';
    return 0;
}

static int read_token(const struct json *body, const char *key, struct directory_page *page)
{
    const char *token = NULL;
    int err = json_in_string(body, key, &token);
    if (err == ERR_FORMAT)
        return err;
    page->next = token != NULL && *token != '\0' ? token : NULL;
    return 0;
}

/* The list of records; absent and null are an empty one. */
static int open_page(const struct json *body, const char *key, const struct json **ret_list)
{
    *ret_list = NULL;
    if (!json_in_is_object(body))
        return ERR_FORMAT;
    int err = json_in_array(body, key, ret_list);
    if (err != 0 && err != ERR_ABSENT)
        return err;
    return json_in_count(*ret_list) > MAX_RECORDS ? ERR_LIMIT : 0;
}

static int fill_users(const struct json *list, struct directory_page *page)
{
    size_t n = json_in_count(list);
    struct directory_user *users = calloc(n + 1, sizeof *users);
    if (users == NULL)
        return ERR_NOMEM;
    page->users = users;
    page->memory = users;
    int err = 0;
    for (size_t i = 0; i < n && err == 0; i++) {
        bool is_usable = false;
        struct directory_user *user = &users[page->user_count];
        err = read_user(json_in_at(list, i), "Attributes", user, &is_usable);
        if (err == 0 && is_usable) {
            page->user_count++;
        } else {
            free((void *)(uintptr_t)user->attributes);
            *user = (struct directory_user){ 0 };
            page->bad_records++;
        }
    }
    return err;
}

static int fill_groups(const struct json *list, struct directory_page *page)
{
    size_t n = json_in_count(list);
    struct directory_group *groups = calloc(n + 1, sizeof *groups);
    if (groups == NULL)
        return ERR_NOMEM;
    page->groups = groups;
    page->memory = groups;
    int err = 0;
    for (size_t i = 0; i < n && err == 0; i++) {
        bool is_usable = false;
        err = read_group(json_in_at(list, i), &groups[page->group_count], &is_usable);
        if (err == 0 && is_usable)
            page->group_count++;
        else
            page->bad_records++;
    }
    return err;
}

/* Keeps the document that the records borrow from, or gives everything back. */
static int close_page(int err, const struct json *body, struct directory_page *page,
                      struct directory_page *ret_page)
{
    if (err != 0) {
        directory_page_free(page);
        return err == ERR_NOMEM ? err : ERR_FORMAT;
    }
    page->held = json_in_hold(body);
    *ret_page = *page;
    return 0;
}

int directory_parse_users(const struct json *body, struct directory_page *ret_page)
{
    struct directory_page page = { 0 };
    const struct json *list;
    int err = open_page(body, "Users", &list);
    /* ListUsers has its own name for the token. */
    if (err == 0)
        err = read_token(body, "PaginationToken", &page);
    if (err == 0 && page.next == NULL)
        err = read_token(body, "NextToken", &page);
    if (err == 0)
        err = fill_users(list, &page);
    return close_page(err, body, &page, ret_page);
}

int directory_parse_groups(const struct json *body, struct directory_page *ret_page)
{
    struct directory_page page = { 0 };
    const struct json *list;
    int err = open_page(body, "Groups", &list);
    if (err == 0)
        err = read_token(body, "NextToken", &page);
    if (err == 0)
        err = fill_groups(list, &page);
    return close_page(err, body, &page, ret_page);
}

int directory_parse_group(const struct json *body, struct directory_page *ret_page)
{
    struct directory_page page = { 0 };
    const struct json *item = NULL;
    bool is_usable = false;
    struct directory_group *group = calloc(1, sizeof *group);
    if (group == NULL)
        return ERR_NOMEM;
    page.groups = group;
    page.memory = group;
    int err = json_in_object(body, "Group", &item);
    if (err == 0)
        err = read_group(item, group, &is_usable);
    if (err == 0 && !is_usable)
        err = ERR_FORMAT;
    page.group_count = 1;
    return close_page(err, body, &page, ret_page);
}

int directory_parse_user(const struct json *body, struct directory_page *ret_page)
{
    struct directory_page page = { 0 };
    bool is_usable = false;
    struct directory_user *user = calloc(1, sizeof *user);
    if (user == NULL)
        return ERR_NOMEM;
    page.users = user;
    page.memory = user;
    page.user_count = 1;
    int err = read_user(body, "UserAttributes", user, &is_usable);
    if (err == 0 && !is_usable)
        err = ERR_FORMAT;
    return close_page(err, body, &page, ret_page);
}
