/* SPDX-License-Identifier: Apache-2.0
 *
 * Users and groups as Cognito lists them: request bodies, typed pages, and the rule that ends a
 * chain of pages (reference section 11). Raw pool names and values: what becomes a login name, an
 * id or a home belongs to src/identity. When to ask belongs to the daemon's sync.
 */
#ifndef COGNITO_DIRECTORY_H
#define COGNITO_DIRECTORY_H

#include "base/err.h"
#include "net/json_out.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct json;

#define DIRECTORY_PAGE_LIMIT 60
#define DIRECTORY_MAX_PAGES  200000 /* 12 million users; ends a chain that never ends */

struct directory_attribute {
    const char *name;
    const char *value; /* NULL when absent or not readable as text (a NUL inside) */
};

struct directory_user {
    const char *username;          /* raw pool Username */
    const char *sub;               /* NULL when absent or given twice */
    const char *status;            /* "CONFIRMED" ...; "" when absent */
    bool is_enabled;               /* Enabled is the boolean true */
    int64_t created_s, modified_s; /* 0 when absent */
    const struct directory_attribute *attributes;
    size_t attribute_count;
};

struct directory_group {
    const char *name;
    const char *description; /* "" when absent or not readable */
    int64_t precedence;      /* 0 is the highest; INT64_MAX when absent */
    int64_t modified_s;
};

/* One reply. Everything is borrowed from the page. */
struct directory_page {
    const struct directory_user *users;
    size_t user_count;
    const struct directory_group *groups;
    size_t group_count;
    const char
        *next; /* token of the next page; NULL at the end. A page may be empty and have one */
    size_t bad_records; /* left out: their own content was unusable (R-SNAP-07) */
    struct json *held;
    void *memory;
};

/* The value of an attribute; NULL when absent, without value, or given twice (ambiguous). */
const char *directory_attribute(const struct directory_user *user, const char *name);

/* A record that outlives its page, in one piece: free() ends it. ERR_NOMEM. */
int directory_copy_user(const struct directory_user *user,
                        struct directory_user **ret_copy) MUST_CHECK;

struct directory_query {
    const char *pool_id;
    const char *group;        /* ListUsersInGroup, GetGroup */
    const char *username;     /* AdminListGroupsForUser, AdminGetUser: the raw pool Username */
    const char *filter_name;  /* ListUsers: "username", "sub", "email", "status" ...; NULL: all */
    const char *filter_value; /* raw; escaped here */
    bool filter_is_prefix;
    int limit;         /* 0: not sent */
    const char *token; /* of the page before; NULL: the first */
};

/* Request bodies into an empty writer; ERR_FORMAT when a filter is over Cognito's 256 characters or
 * a member the operation needs is missing. */
int directory_list_users(const struct directory_query *q, struct json_out *out) MUST_CHECK;
int directory_list_users_in_group(const struct directory_query *q, struct json_out *out) MUST_CHECK;
int directory_list_groups_for_user(const struct directory_query *q,
                                   struct json_out *out) MUST_CHECK;
int directory_list_groups(const struct directory_query *q, struct json_out *out) MUST_CHECK;
int directory_get_group(const struct directory_query *q, struct json_out *out) MUST_CHECK;
int directory_get_user(const struct directory_query *q, struct json_out *out) MUST_CHECK;

/* Replies. ERR_FORMAT: the shape is wrong, nothing of the page is to be used. The page keeps what
 * it needs of body and ends with directory_page_free. */
int directory_parse_users(const struct json *body, struct directory_page *ret_page) MUST_CHECK;
int directory_parse_groups(const struct json *body, struct directory_page *ret_page) MUST_CHECK;
int directory_parse_group(const struct json *body, struct directory_page *ret_page) MUST_CHECK;
int directory_parse_user(const struct json *body, struct directory_page *ret_page) MUST_CHECK;
void directory_page_free(struct directory_page *page);

/* A chain of pages: keeps the token to send next. All zeros is the start of a chain. */
struct directory_chain {
    char *token; /* NULL: first page */
    unsigned pages;
};

/* After each page: true with the token of the next one in chain->token, false at the end;
 * ERR_FORMAT when the token is the one just sent, ERR_LIMIT over DIRECTORY_MAX_PAGES, ERR_NOMEM. */
int directory_chain_advance(struct directory_chain *chain, const struct directory_page *page,
                            bool *ret_more) MUST_CHECK;
void directory_chain_free(struct directory_chain *chain);

#endif
