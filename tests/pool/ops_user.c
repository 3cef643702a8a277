/* SPDX-License-Identifier: Apache-2.0 */
/* Making, reading, changing and removing users. */
#include <stdlib.h>
#include <string.h>

#include "bytes.h"
#include "challenge_ask.h"
#include "operations.h"
#include "password.h"
#include "schema.h"
#include "token.h"

void ops_admin_get_user(struct call *c)
{
    const struct user *u = c->user;
    struct json_object *list = json_object_new_array();
    for (int kind = 0; kind < MFA_KINDS; kind++) {
        if (u->mfa_on[kind])
            json_object_array_add(list, json_object_new_string(challenge_mfa_names[kind]));
    }
    json_object_put(c->out);
    c->out = call_user_json(u, "UserAttributes");
    if (u->mfa_preferred != MFA_NONE)
        call_put(c->out, "PreferredMfaSetting", challenge_mfa_names[u->mfa_preferred]);
    if (json_object_array_length(list) > 0)
        json_object_object_add(c->out, "UserMFASettingList", list);
    else
        json_object_put(list);
}

static const char *given_attribute(const struct call *c, const char *name)
{
    struct json_object *list = call_member(c, "UserAttributes"), *n, *v;
    for (size_t i = 0; list != NULL && i < json_object_array_length(list); i++) {
        struct json_object *a = json_object_array_get_idx(list, i);
        if (json_object_object_get_ex(a, "Name", &n) &&
            strcmp(json_object_get_string(n), name) == 0)
            return json_object_object_get_ex(a, "Value", &v) ? json_object_get_string(v) : "";
    }
    return NULL;
}

/* An alias or username attribute belongs to one user at most. */
static void check_aliases(struct call *c)
{
    static const struct {
        enum alias bit;
        const char *name;
    } aliases[] = { { ALIAS_EMAIL, "email" },
                    { ALIAS_PHONE, "phone_number" },
                    { ALIAS_PREFERRED, "preferred_username" } };
    for (size_t i = 0; i < COUNT(aliases); i++) {
        const char *value = given_attribute(c, aliases[i].name);
        if (value == NULL ||
            ((c->pool->alias_attrs | c->pool->username_attrs) & aliases[i].bit) == 0)
            continue;
        struct user *owner = model_user_by_alias(c->pool, aliases[i].bit, value, true);
        if (owner != NULL && owner != c->user)
            call_fail(c, "AliasExistsException", "An account with the given %s already exists.",
                      aliases[i].name);
    }
}

static void check_attributes(struct call *c)
{
    struct json_object *list = call_member(c, "UserAttributes"), *n, *v;
    for (size_t i = 0; list != NULL && i < json_object_array_length(list); i++) {
        struct json_object *a = json_object_array_get_idx(list, i);
        json_object_object_get_ex(a, "Name", &n);
        bool has_value = json_object_object_get_ex(a, "Value", &v) && v != NULL;
        schema_check(c, json_object_get_string(n), has_value ? json_object_get_string(v) : "");
    }
    for (char **name = c->pool->required_attrs; c->user == NULL && name != NULL && *name != NULL;
         name++) {
        const char *value = given_attribute(c, *name);
        if (value != NULL && *value == '\0')
            call_fail(c, "InvalidParameterException",
                      "Attributes did not conform to the schema: %s: The attribute is required",
                      *name);
    }
    check_aliases(c);
}

static void store_attributes(struct call *c)
{
    struct json_object *list = call_member(c, "UserAttributes"), *n, *v;
    for (size_t i = 0; list != NULL && i < json_object_array_length(list); i++) {
        struct json_object *a = json_object_array_get_idx(list, i);
        json_object_object_get_ex(a, "Name", &n);
        bool has_value = json_object_object_get_ex(a, "Value", &v) && v != NULL;
        model_user_set_attr(c->user, json_object_get_string(n),
                            has_value ? json_object_get_string(v) : "");
    }
}

/* In pools with username attributes the given name is the e-mail address or phone number and the
   Username becomes a UUID, equal to sub. */
static struct user *new_user(struct call *c, const char *name)
{
    char sub[37];
    if (c->pool->username_attrs == 0)
        return model_user_new(c->pool, name, NULL);
    bytes_random_uuid(sub);
    struct user *u = model_user_new(c->pool, sub, sub);
    model_user_set_attr(u, *name == '+' ? "phone_number" : "email", name);
    return u;
}

static void check_new_name(struct call *c, const char *name)
{
    bool is_email = strchr(name, '@') != NULL;
    unsigned kinds = c->pool->username_attrs;
    if (kinds != 0 && !((kinds & ALIAS_EMAIL) && is_email) &&
        !((kinds & ALIAS_PHONE) && *name == '+'))
        call_fail(c, "InvalidParameterException",
                  "Username should be either an email or a phone "
                  "number.");
    else if (kinds == 0 && (c->pool->alias_attrs & ALIAS_EMAIL) && is_email)
        call_fail(c, "InvalidParameterException",
                  "Username cannot be of email format, since user pool is configured for email "
                  "alias.");
    else if (model_user_find(c->pool, name) != NULL ||
             ((kinds & ALIAS_EMAIL) &&
              model_user_by_alias(c->pool, ALIAS_EMAIL, name, false) != NULL))
        call_fail(c, "UsernameExistsException", "User account already exists");
}

void ops_create_user(struct call *c)
{
    const char *name = call_text(c, "Username"), *password = call_text(c, "TemporaryPassword");
    const char *action = call_text(c, "MessageAction");
    if (action != NULL && strcmp(action, "SUPPRESS") != 0) {
        /* Nothing is sent here, so nothing can be sent again. */
        call_fail(c, "UnsupportedUserStateException",
                  "Resend not possible. %s status is not FORCE_CHANGE_PASSWORD", name);
        return;
    }
    check_new_name(c, name);
    check_attributes(c);
    if (password != NULL)
        password_check_policy(c, password);
    if (call_failed(c))
        return;
    char *random = bytes_random_text(18);
    char *made_up = bytes_format("Aa1!%s", random);
    c->user = new_user(c, name);
    store_attributes(c);
    password_set(c->user, password != NULL ? password : made_up, false);
    json_object_object_add(c->out, "User", call_user_json(c->user, "Attributes"));
    free(random);
    free(made_up);
}

void ops_set_password(struct call *c)
{
    const char *password = call_text(c, "Password");
    password_check_policy(c, password);
    if (!call_failed(c))
        password_set(c->user, password, call_flag(c, "Permanent", false));
}

void ops_update_attributes(struct call *c)
{
    check_attributes(c);
    if (call_failed(c))
        return;
    store_attributes(c);
    model_user_touch(c->user);
}

static void set_enabled(struct call *c, bool enabled)
{
    c->user->enabled = enabled;
    if (!enabled)
        token_revoke_user(c->w, c->user);
    model_user_touch(c->user);
}

void ops_disable(struct call *c)
{
    set_enabled(c, false);
}

void ops_enable(struct call *c)
{
    set_enabled(c, true);
}

void ops_delete_user(struct call *c)
{
    token_revoke_user(c->w, c->user);
    model_user_delete(c->user);
    c->user = NULL;
}
