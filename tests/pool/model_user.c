/* SPDX-License-Identifier: Apache-2.0 */
/* Users and groups of a pool and who is in what; see model.h. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "bytes.h"
#include "device.h"
#include "model.h"

/* The form under which a name is indexed: pools without case fold it. */
static char *folded(const struct pool *p, const char *name)
{
    char *s = bytes_copy(name);
    for (char *c = s; !p->case_sensitive && *c != '\0'; c++)
        *c = (char)tolower((unsigned char)*c);
    return s;
}

struct user *model_user_new(struct pool *p, const char *name, const char *sub)
{
    struct user *u = bytes_grow(NULL, 1, sizeof *u);
    *u = (struct user){ .pool = p,
                        .serial = p->next_serial++,
                        .name = bytes_copy(name),
                        .status = bytes_copy("CONFIRMED"),
                        .enabled = true,
                        .mfa_preferred = MFA_NONE };
    if (sub != NULL)
        strncpy(u->sub, sub, sizeof u->sub - 1);
    else
        bytes_random_uuid(u->sub);
    u->created_ms = u->modified_ms = u->password_set_ms = model_now_ms(p->world);
    if (p->user_count == p->user_room) {
        p->user_room = p->user_room * 2 + 16;
        p->users = bytes_grow(p->users, p->user_room, sizeof(struct user *));
    }
    p->users[p->user_count++] = u;
    char *key = folded(p, name);
    strmap_put(&p->users_by_name, key, u);
    free(key);
    strmap_put(&p->users_by_sub, u->sub, u);
    model_user_set_attr(u, "sub", u->sub);
    return u;
}

static void free_user(struct user *u)
{
    for (size_t i = 0; i < u->attr_count; i++) {
        free(u->attrs[i].name);
        free(u->attrs[i].value);
    }
    free(u->attrs);
    free(u->groups);
    free(u->name);
    free(u->status);
    free(u->password);
    free(u->lambda_error);
    device_free_all(u);
    free(u->srp_salt);
    free(u->srp_verifier);
    free(u->totp_secret);
    free(u->totp_pending);
    free(u->totp_device);
    free(u);
}

void model_user_delete(struct user *u)
{
    struct pool *p = u->pool;
    while (u->group_count > 0)
        model_group_leave(u->groups[0], u);
    char *key = folded(p, u->name);
    strmap_take(&p->users_by_name, key);
    free(key);
    strmap_take(&p->users_by_sub, u->sub);
    size_t i = p->user_count;
    while (p->users[i - 1] != u)
        i--;
    memmove(&p->users[i - 1], &p->users[i], (p->user_count - i) * sizeof(struct user *));
    p->user_count--;
    free_user(u);
}

struct user *model_user_by_name(struct pool *p, const char *name)
{
    char *key = folded(p, name);
    struct user *u = strmap_get(&p->users_by_name, key);
    free(key);
    return u;
}

static const char *const alias_names[] = { [ALIAS_EMAIL] = "email",
                                           [ALIAS_PHONE] = "phone_number",
                                           [ALIAS_PREFERRED] = "preferred_username" };

bool model_user_is_verified(const struct user *u, enum alias which)
{
    const char *v = "true";
    if (which == ALIAS_EMAIL)
        v = model_user_attr(u, "email_verified");
    else if (which == ALIAS_PHONE)
        v = model_user_attr(u, "phone_number_verified");
    return v != NULL && strcasecmp(v, "true") == 0;
}

struct user *model_user_by_alias(struct pool *p, enum alias which, const char *value,
                                 bool must_be_verified)
{
    for (size_t i = 0; i < p->user_count; i++) {
        const char *have = model_user_attr(p->users[i], alias_names[which]);
        if (have == NULL || (must_be_verified && !model_user_is_verified(p->users[i], which)))
            continue;
        if (p->case_sensitive ? strcmp(have, value) == 0 : strcasecmp(have, value) == 0)
            return p->users[i];
    }
    return NULL;
}

struct user *model_user_find(struct pool *p, const char *name)
{
    struct user *u = model_user_by_name(p, name);
    if (u == NULL)
        u = strmap_get(&p->users_by_sub, name);
    for (unsigned which = ALIAS_EMAIL; u == NULL && which <= ALIAS_PREFERRED; which <<= 1) {
        if (((p->alias_attrs | p->username_attrs) & which) != 0)
            u = model_user_by_alias(p, (enum alias)which, name, true);
    }
    return u;
}

const char *model_user_attr(const struct user *u, const char *name)
{
    for (size_t i = 0; i < u->attr_count; i++) {
        if (strcmp(u->attrs[i].name, name) == 0)
            return u->attrs[i].value;
    }
    return NULL;
}

void model_user_set_attr(struct user *u, const char *name, const char *value)
{
    for (size_t i = 0; i < u->attr_count; i++) {
        if (strcmp(u->attrs[i].name, name) == 0) {
            model_replace(&u->attrs[i].value, value);
            return;
        }
    }
    u->attrs = bytes_grow(u->attrs, u->attr_count + 1, sizeof *u->attrs);
    u->attrs[u->attr_count++] = (struct attr){ bytes_copy(name), bytes_copy(value) };
}

void model_user_touch(struct user *u)
{
    u->modified_ms = model_now_ms(u->pool->world);
}

void model_replace(char **field, const char *value)
{
    char *copy = bytes_copy(value);
    free(*field);
    *field = copy;
}

struct group *model_group_new(struct pool *p, const char *name)
{
    struct group *g = bytes_grow(NULL, 1, sizeof *g);
    *g = (struct group){ .serial = p->next_serial++, .name = bytes_copy(name), .precedence = -1 };
    g->created_ms = g->modified_ms = model_now_ms(p->world);
    p->groups = bytes_grow(p->groups, p->group_count + 1, sizeof(struct group *));
    p->groups[p->group_count++] = g;
    strmap_put(&p->groups_by_name, name, g);
    return g;
}

struct group *model_group_find(struct pool *p, const char *name)
{
    return strmap_get(&p->groups_by_name, name);
}

void model_group_delete(struct pool *p, struct group *g)
{
    while (g->member_count > 0)
        model_group_leave(g, g->members[g->member_count - 1].user);
    strmap_take(&p->groups_by_name, g->name);
    size_t i = p->group_count;
    while (p->groups[i - 1] != g)
        i--;
    memmove(&p->groups[i - 1], &p->groups[i], (p->group_count - i) * sizeof(struct group *));
    p->group_count--;
    free(g->members);
    free(g->name);
    free(g->description);
    free(g->role_arn);
    free(g);
}

bool model_group_has(const struct group *g, const struct user *u)
{
    for (size_t i = 0; i < u->group_count; i++) {
        if (u->groups[i] == g)
            return true;
    }
    return false;
}

void model_group_join(struct group *g, struct user *u)
{
    if (model_group_has(g, u))
        return;
    g->members = bytes_grow(g->members, g->member_count + 1, sizeof *g->members);
    g->members[g->member_count++] = (struct member){ u->pool->next_serial++, u };
    u->groups = bytes_grow(u->groups, u->group_count + 1, sizeof(struct group *));
    u->groups[u->group_count++] = g;
}

void model_group_leave(struct group *g, struct user *u)
{
    for (size_t i = g->member_count; i > 0; i--) {
        if (g->members[i - 1].user != u)
            continue;
        memmove(&g->members[i - 1], &g->members[i], (g->member_count - i) * sizeof *g->members);
        g->member_count--;
        break;
    }
    for (size_t i = 0; i < u->group_count; i++) {
        if (u->groups[i] != g)
            continue;
        memmove(&u->groups[i], &u->groups[i + 1],
                (u->group_count - i - 1) * sizeof(struct group *));
        u->group_count--;
        break;
    }
}
