/* SPDX-License-Identifier: Apache-2.0
 *
 * Directory pages: counts, tokens, refusals, and that hostile records come out as data that the
 * rules for names and ids refuse.
 */
#include "judge_reply.h"

#include "base/id.h"
#include "base/name.h"
#include "cognito/directory.h"

#include <stdlib.h>
#include <string.h>

static enum judge_verdict verdict_of(bool is_right)
{
    return is_right ? JUDGE_RIGHT : JUDGE_WRONG;
}

static int parse(const struct judge_reply *r, struct directory_page *ret_page)
{
    if (strcmp(r->operation, "AdminGetUser") == 0)
        return directory_parse_user(r->result.body, ret_page);
    if (strcmp(r->operation, "GetGroup") == 0)
        return directory_parse_group(r->result.body, ret_page);
    if (strstr(r->operation, "ListUsers") != NULL)
        return directory_parse_users(r->result.body, ret_page);
    return directory_parse_groups(r->result.body, ret_page);
}

static size_t records(const struct directory_page *page)
{
    return page->user_count + page->group_count;
}

/* A token that comes back unchanged must end the chain. */
static bool chain_ends(const struct directory_page *page)
{
    struct directory_chain chain = { 0 };
    bool has_more = false;
    bool is_right = directory_chain_advance(&chain, page, &has_more) == 0 && has_more &&
                    directory_chain_advance(&chain, page, &has_more) == ERR_FORMAT;
    directory_chain_free(&chain);
    return is_right;
}

/* Names that only the system may have count as refused too: those rules are src/identity's. */
static bool no_name_is_usable(const struct directory_page *page)
{
    for (size_t i = 0; i < page->user_count; i++) {
        const char *name = page->users[i].username;
        if (name_is_valid(name) && !name_is_privileged_group(name))
            return false;
    }
    return true;
}

static bool no_uid_is_usable(const struct directory_page *page)
{
    const struct id_range range = { 1000, 59999 };
    for (size_t i = 0; i < page->user_count; i++) {
        const char *text = directory_attribute(&page->users[i], "custom:uid");
        uint32_t uid;
        if (text != NULL && id_parse(text, &uid) && id_is_allowed(uid, range))
            return false;
    }
    return true;
}

static bool all_are_disabled(const struct directory_page *page)
{
    for (size_t i = 0; i < page->user_count; i++) {
        if (page->users[i].is_enabled)
            return false;
    }
    return true;
}

/* "2 users, more", "60 groups, more", "1 user, end", "2 groups" */
static bool counts_are_right(const struct judge_reply *r, const struct directory_page *page)
{
    char *rest;
    unsigned long wanted = strtoul(r->expect, &rest, 10);
    if (records(page) != wanted)
        return false;
    if (strstr(rest, "more") != NULL)
        return page->next != NULL;
    return strstr(rest, "end") == NULL || page->next == NULL;
}

static enum judge_verdict judge_records(const struct judge_reply *r,
                                        const struct directory_page *page)
{
    if (*r->expect >= '0' && *r->expect <= '9')
        return verdict_of(counts_are_right(r, page));
    if (judge_expects(r, "none") || judge_expects(r, "no users") || judge_expects(r, "empty group"))
        return verdict_of(records(page) == 0 && page->next == NULL);
    if (judge_expects(r, "no user on this page"))
        return verdict_of(records(page) == 0 && page->next != NULL);
    if (judge_expects(r, "more"))
        return verdict_of(page->next != NULL);
    if (judge_expects(r, "if it equals"))
        return verdict_of(chain_ends(page));
    if (judge_expects(r, "not a boolean") || judge_expects(r, "disabled"))
        return verdict_of(page->user_count > 0 && all_are_disabled(page));
    if (judge_expects(r, "not a passwd entry") || judge_expects(r, "over LOGIN_NAME_MAX"))
        return verdict_of(no_name_is_usable(page));
    if (judge_expects(r, "uid must not"))
        return verdict_of(no_uid_is_usable(page));
    if (judge_expects(r, "the same attribute twice"))
        return verdict_of(page->user_count > 0 &&
                          directory_attribute(&page->users[0], "custom:uid") == NULL);
    if (judge_expects(r, "UserAttributes") || judge_expects(r, "asked with"))
        return verdict_of(page->user_count == 1 && page->users[0].sub != NULL);
    return verdict_of(records(page) > 0 || page->bad_records > 0);
}

enum judge_verdict judge_page(const struct judge_reply *r)
{
    struct directory_page page;
    if (r->http.status != 200)
        return JUDGE_NOT_MINE;
    int err = r->result.err != 0 ? r->result.err : parse(r, &page);
    if (judge_expects(r, "refuse"))
        return verdict_of(err != 0);
    if (err != 0)
        return JUDGE_WRONG;
    enum judge_verdict verdict = judge_records(r, &page);
    directory_page_free(&page);
    return verdict;
}
