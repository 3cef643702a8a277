/* SPDX-License-Identifier: Apache-2.0 */
/* Listings of users and groups, page by page. */
#include <string.h>

#include "filter.h"
#include "operations.h"
#include "paging.h"

/* Every attribute that was asked for must be set in every user of the answer. */
static struct json_object *chosen_attributes(struct call *c, const struct user *u,
                                             struct json_object *wanted)
{
    struct json_object *o = call_user_json(u, "Attributes");
    if (wanted == NULL)
        return o;
    struct json_object *list = json_object_new_array();
    for (size_t i = 0; i < json_object_array_length(wanted); i++) {
        const char *name = json_object_get_string(json_object_array_get_idx(wanted, i));
        const char *value = model_user_attr(u, name);
        struct json_object *a = json_object_new_object();
        if (value == NULL)
            call_fail(c, "InvalidParameterException",
                      "One or more requested attributes do not exist.");
        call_put(a, "Name", name);
        call_put(a, "Value", value);
        json_object_array_add(list, a);
    }
    json_object_object_add(o, "Attributes", list);
    return o;
}

/* First user whose serial is above a bound; the list is in serial order. */
static size_t first_user_after(const struct pool *p, uint64_t after)
{
    size_t low = 0, high = p->user_count;
    while (low < high) {
        size_t i = low + (high - low) / 2;
        if (p->users[i]->serial > after)
            high = i;
        else
            low = i + 1;
    }
    return low;
}

static bool is_exact(const struct filter *f, const char *name)
{
    return !f->is_empty && !f->is_prefix && strcmp(f->name, name) == 0;
}

/* username and sub are keys: no need to look at everybody. */
static void list_one(struct call *c, const struct filter *f, struct json_object *list,
                     struct json_object *wanted)
{
    struct user *u = strcmp(f->name, "sub") == 0 ? strmap_get(&c->pool->users_by_sub, f->value)
                                                 : model_user_by_name(c->pool, f->value);
    if (u != NULL && filter_matches(f, u))
        json_object_array_add(list, chosen_attributes(c, u, wanted));
}

void ops_list_users(struct call *c)
{
    struct filter f;
    struct page page;
    const struct pool *p = c->pool;
    const char *text = call_text(c, "Filter");
    struct json_object *list = json_object_new_array(), *wanted = call_member(c, "AttributesToGet");
    json_object_object_add(c->out, "Users", list);
    if (!filter_parse(text, &f)) {
        call_fail(c, "InvalidParameterException", "Error while parsing filter");
        return;
    }
    if (!paging_begin(c, "PaginationToken", text == NULL ? "" : text, &page))
        return;
    if (c->empty_page) {
        paging_put_token(c, "PaginationToken", &page, page.after);
        return;
    }
    if (is_exact(&f, "username") || is_exact(&f, "sub")) {
        list_one(c, &f, list, wanted);
        return;
    }
    for (size_t at = first_user_after(p, page.after); at < p->user_count; at++) {
        if (!filter_matches(&f, p->users[at]))
            continue;
        if ((int)json_object_array_length(list) == page.limit) {
            paging_put_token(c, "PaginationToken", &page, p->users[at]->serial - 1);
            break;
        }
        json_object_array_add(list, chosen_attributes(c, p->users[at], wanted));
    }
}

/* Puts entries of a list of count until the page is full, then the token of the next one. */
static void list_page(struct call *c, const char *member, const char *question, size_t count,
                      uint64_t (*serial_at)(const struct call *, size_t),
                      struct json_object *(*entry_at)(const struct call *, size_t))
{
    struct page page;
    struct json_object *list = json_object_new_array();
    json_object_object_add(c->out, member, list);
    if (!paging_begin(c, "NextToken", question, &page))
        return;
    if (c->empty_page) {
        paging_put_token(c, "NextToken", &page, page.after);
        return;
    }
    for (size_t at = 0; at < count; at++) {
        if (serial_at(c, at) <= page.after)
            continue;
        if ((int)json_object_array_length(list) == page.limit) {
            paging_put_token(c, "NextToken", &page, serial_at(c, at) - 1);
            break;
        }
        json_object_array_add(list, entry_at(c, at));
    }
}

static uint64_t group_serial(const struct call *c, size_t i)
{
    return c->pool->groups[i]->serial;
}

static struct json_object *group_entry(const struct call *c, size_t i)
{
    return call_group_json(c->pool, c->pool->groups[i]);
}

void ops_list_groups(struct call *c)
{
    list_page(c, "Groups", "", c->pool->group_count, group_serial, group_entry);
}

/* A user has at most 100 groups: their position serves as serial. */
static uint64_t own_group_serial(const struct call *c, size_t i)
{
    (void)c;
    return i + 1;
}

static struct json_object *own_group_entry(const struct call *c, size_t i)
{
    return call_group_json(c->pool, c->user->groups[i]);
}

void ops_groups_for_user(struct call *c)
{
    list_page(c, "Groups", c->user->sub, c->user->group_count, own_group_serial, own_group_entry);
}

static uint64_t member_serial(const struct call *c, size_t i)
{
    return c->group->members[i].serial;
}

static struct json_object *member_entry(const struct call *c, size_t i)
{
    return call_user_json(c->group->members[i].user, "Attributes");
}

void ops_users_in_group(struct call *c)
{
    list_page(c, "Users", c->group->name, c->group->member_count, member_serial, member_entry);
}
