/* SPDX-License-Identifier: Apache-2.0
 *
 * Request bodies of the directory operations, and the rule that ends a chain of pages.
 */
#include "cognito/directory.h"

#include "net/buf.h"

#include <stdlib.h>
#include <string.h>

#define FILTER_MAX 256 /* Cognito's */

static int finish(struct json_out *out)
{
    const char *text;
    size_t n;
    json_out_end(out);
    return json_out_text(out, &text, &n);
}

static void begin(const struct directory_query *q, struct json_out *out)
{
    json_out_object(out, NULL);
    json_out_string(out, "UserPoolId", q->pool_id);
}

static void add_paging(const struct directory_query *q, const char *token_name,
                       struct json_out *out)
{
    if (q->limit > 0)
        json_out_integer(out, "Limit", q->limit);
    json_out_string(out, token_name, q->token);
}

/* username = "a\"b": quote and backslash are escaped once more for the filter language. */
static int write_filter(const struct directory_query *q, struct buf *out)
{
    if (q->filter_value == NULL)
        return ERR_FORMAT;
    buf_str(out, q->filter_name);
    buf_str(out, q->filter_is_prefix ? " ^= \"" : " = \"");
    for (const char *p = q->filter_value; *p != '\0'; p++) {
        if (*p == '"' || *p == '\\')
            buf_char(out, '\\');
        buf_char(out, *p);
    }
    buf_char(out, '"');
    if (out->bad)
        return ERR_NOMEM;
    return out->len > FILTER_MAX ? ERR_FORMAT : 0;
}

int directory_list_users(const struct directory_query *q, struct json_out *out)
{
    struct buf filter = { 0 };
    int err = q->filter_name == NULL ? 0 : write_filter(q, &filter);
    if (err == 0) {
        begin(q, out);
        if (filter.len > 0)
            json_out_string(out, "Filter", buf_text(&filter));
        add_paging(q, "PaginationToken", out);
        err = finish(out);
    }
    buf_free(&filter);
    return err;
}

int directory_list_users_in_group(const struct directory_query *q, struct json_out *out)
{
    if (q->group == NULL)
        return ERR_FORMAT;
    begin(q, out);
    json_out_string(out, "GroupName", q->group);
    add_paging(q, "NextToken", out);
    return finish(out);
}

int directory_list_groups_for_user(const struct directory_query *q, struct json_out *out)
{
    if (q->username == NULL)
        return ERR_FORMAT;
    begin(q, out);
    json_out_string(out, "Username", q->username);
    add_paging(q, "NextToken", out);
    return finish(out);
}

int directory_list_groups(const struct directory_query *q, struct json_out *out)
{
    begin(q, out);
    add_paging(q, "NextToken", out);
    return finish(out);
}

int directory_get_group(const struct directory_query *q, struct json_out *out)
{
    if (q->group == NULL)
        return ERR_FORMAT;
    begin(q, out);
    json_out_string(out, "GroupName", q->group);
    return finish(out);
}

int directory_get_user(const struct directory_query *q, struct json_out *out)
{
    if (q->username == NULL)
        return ERR_FORMAT;
    begin(q, out);
    json_out_string(out, "Username", q->username);
    return finish(out);
}

int directory_chain_advance(struct directory_chain *chain, const struct directory_page *page,
                            bool *ret_more)
{
    if (page->next == NULL) {
        directory_chain_free(chain);
        *ret_more = false;
        return 0;
    }
    if (chain->token != NULL && strcmp(chain->token, page->next) == 0)
        return ERR_FORMAT;
    if (chain->pages + 1 >= DIRECTORY_MAX_PAGES)
        return ERR_LIMIT;
    char *copy = strdup(page->next);
    if (copy == NULL)
        return ERR_NOMEM;
    free(chain->token);
    chain->token = copy;
    chain->pages++;
    *ret_more = true;
    return 0;
}

void directory_chain_free(struct directory_chain *chain)
{
    free(chain->token);
    *chain = (struct directory_chain){ 0 };
}
