/* SPDX-License-Identifier: Apache-2.0 */
/* The start file; see startfile.h. Unknown keys are errors: a misspelt option must not pass. */
#include "startfile.h"

#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bytes.h"
#include "challenge_ask.h"
#include "imds.h"
#include "startfile_part.h"

bool startfile_fill(void *target, struct json_object *o, const struct startfile_key *keys,
                    const char *what)
{
    if (!json_object_is_type(o, json_type_object)) {
        fprintf(stderr, "cognito-pool: start file: %s is not an object\n", what);
        return false;
    }
    json_object_object_foreach(o, name, value)
    {
        const struct startfile_key *k = keys;
        while (k->name != NULL && strcmp(k->name, name) != 0)
            k++;
        if (k->name == NULL || !k->set(target, value)) {
            fprintf(stderr, "cognito-pool: start file: %s: bad key or value: %s\n", what, name);
            return false;
        }
    }
    return true;
}

static const char *text_of(struct json_object *o, const char *name)
{
    struct json_object *v = NULL;
    return json_object_object_get_ex(o, name, &v) ? json_object_get_string(v) : NULL;
}

static char **texts(struct json_object *list)
{
    size_t n = json_object_is_type(list, json_type_array) ? json_object_array_length(list) : 0;
    char **out = bytes_grow(NULL, n + 1, sizeof *out);
    for (size_t i = 0; i < n; i++)
        out[i] = bytes_copy(json_object_get_string(json_object_array_get_idx(list, i)));
    out[n] = NULL;
    return out;
}

char **startfile_texts(struct json_object *list)
{
    return json_object_is_type(list, json_type_array) ? texts(list) : NULL;
}

static bool skip(void *target, struct json_object *v)
{
    (void)target, (void)v; /* read before the object was made */
    return true;
}

bool startfile_each(struct json_object *list, void *target,
                    bool (*one)(void *, struct json_object *))
{
    if (!json_object_is_type(list, json_type_array))
        return false;
    for (size_t i = 0; i < json_object_array_length(list); i++) {
        if (!one(target, json_object_array_get_idx(list, i)))
            return false;
    }
    return true;
}

/* ---- users ---- */

static int mfa_kind_of(const char *name)
{
    for (int kind = 0; kind < MFA_KINDS; kind++) {
        if (strcmp(challenge_mfa_names[kind], name) == 0)
            return kind;
    }
    return MFA_NONE;
}

static bool user_password(void *u, struct json_object *v)
{
    model_replace(&((struct user *)u)->password, json_object_get_string(v));
    return true;
}

static bool user_status(void *u, struct json_object *v)
{
    model_replace(&((struct user *)u)->status, json_object_get_string(v));
    return true;
}

static bool user_enabled(void *u, struct json_object *v)
{
    ((struct user *)u)->enabled = json_object_get_boolean(v);
    return json_object_is_type(v, json_type_boolean);
}

static bool user_attributes(void *u, struct json_object *v)
{
    if (!json_object_is_type(v, json_type_object))
        return false;
    json_object_object_foreach(v, name, value)
        model_user_set_attr(u, name, json_object_get_string(value));
    return true;
}

static bool user_join(void *u, struct json_object *v)
{
    struct group *g = model_group_find(((struct user *)u)->pool, json_object_get_string(v));
    if (g == NULL)
        return false;
    model_group_join(g, u);
    return true;
}

static bool user_groups(void *u, struct json_object *v)
{
    return startfile_each(v, u, user_join);
}

static bool user_totp_secret(void *target, struct json_object *v)
{
    struct user *u = target;
    size_t n = 0;
    uint8_t *raw = bytes_unbase32(json_object_get_string(v), &n);
    free(raw);
    model_replace(&u->totp_secret, json_object_get_string(v));
    u->mfa_on[MFA_TOTP] = true;
    return n >= 10;
}

static bool user_totp_device(void *u, struct json_object *v)
{
    model_replace(&((struct user *)u)->totp_device, json_object_get_string(v));
    return true;
}

static bool user_mfa_one(void *u, struct json_object *v)
{
    int kind = mfa_kind_of(json_object_get_string(v));
    if (kind != MFA_NONE)
        ((struct user *)u)->mfa_on[kind] = true;
    return kind != MFA_NONE;
}

static bool user_mfa(void *u, struct json_object *v)
{
    return startfile_each(v, u, user_mfa_one);
}

static bool user_preferred_mfa(void *u, struct json_object *v)
{
    int kind = mfa_kind_of(json_object_get_string(v));
    ((struct user *)u)->mfa_preferred = (enum mfa_kind)kind;
    return kind != MFA_NONE;
}

static bool user_lambda(void *u, struct json_object *v)
{
    model_replace(&((struct user *)u)->lambda_error, json_object_get_string(v));
    return json_object_is_type(v, json_type_string);
}

static const struct startfile_key user_keys[] = {
    { "username", skip },
    { "sub", skip },
    { "password", user_password },
    { "status", user_status },
    { "enabled", user_enabled },
    { "pre_authentication_error", user_lambda },
    { "attributes", user_attributes },
    { "groups", user_groups },
    { "totp_secret", user_totp_secret },
    { "totp_device", user_totp_device },
    { "mfa", user_mfa },
    { "preferred_mfa", user_preferred_mfa },
    { 0 },
};

/* In pools with username attributes "username" may be missing: it is the sub. */
static bool add_user(void *pool, struct json_object *o)
{
    struct pool *p = pool;
    const char *name = text_of(o, "username"), *sub = text_of(o, "sub");
    char made[37];
    if (sub == NULL && name != NULL && p->username_attrs == 0) {
        char *seed = bytes_format("%s/%s", p->id, name);
        bytes_seeded_uuid(seed, made);
        free(seed);
        sub = made;
    } else if (sub == NULL) {
        bytes_random_uuid(made);
        sub = made;
    }
    if (name == NULL && p->username_attrs == 0)
        return false;
    if (name == NULL || p->username_attrs != 0)
        name = sub;
    if (model_user_by_name(p, name) != NULL)
        return false;
    return startfile_fill(model_user_new(p, name, sub), o, user_keys, name);
}

/* ---- groups ---- */

static bool group_description(void *g, struct json_object *v)
{
    model_replace(&((struct group *)g)->description, json_object_get_string(v));
    return true;
}

static bool group_precedence(void *g, struct json_object *v)
{
    ((struct group *)g)->precedence = json_object_get_int(v);
    return json_object_is_type(v, json_type_int);
}

static const struct startfile_key group_keys[] = {
    { "name", skip },
    { "description", group_description },
    { "precedence", group_precedence },
    { 0 },
};

static bool add_group(void *p, struct json_object *o)
{
    const char *name = text_of(o, "name");
    if (name == NULL || model_group_find(p, name) != NULL)
        return false;
    return startfile_fill(model_group_new(p, name), o, group_keys, name);
}

/* ---- app clients ---- */

static bool client_name(void *k, struct json_object *v)
{
    model_replace(&((struct client *)k)->name, json_object_get_string(v));
    return true;
}

static bool client_secret(void *k, struct json_object *v)
{
    model_replace(&((struct client *)k)->secret, json_object_get_string(v));
    return true;
}

static bool client_flows(void *k, struct json_object *v)
{
    ((struct client *)k)->flows = texts(v);
    return json_object_is_type(v, json_type_array);
}

static bool client_write(void *k, struct json_object *v)
{
    ((struct client *)k)->write_attrs = texts(v);
    return json_object_is_type(v, json_type_array);
}

static bool client_session(void *k, struct json_object *v)
{
    ((struct client *)k)->session_ms = (int64_t)(json_object_get_double(v) * 1000);
    return true;
}

static bool client_token(void *k, struct json_object *v)
{
    ((struct client *)k)->token_s = json_object_get_int64(v);
    return true;
}

static bool client_refresh(void *k, struct json_object *v)
{
    ((struct client *)k)->refresh_s = json_object_get_int64(v);
    return true;
}

static bool client_existence(void *k, struct json_object *v)
{
    const char *text = json_object_get_string(v);
    ((struct client *)k)->hide_unknown_users = strcmp(text, "ENABLED") == 0;
    return strcmp(text, "ENABLED") == 0 || strcmp(text, "LEGACY") == 0;
}

static bool client_srp_session(void *k, struct json_object *v)
{
    ((struct client *)k)->srp_without_session = !json_object_get_boolean(v);
    return json_object_is_type(v, json_type_boolean);
}

static bool client_srp(void *k, struct json_object *v)
{
    ((struct client *)k)->srp_ms = (int64_t)(json_object_get_double(v) * 1000);
    return true;
}

static bool client_rotation(void *k, struct json_object *v)
{
    ((struct client *)k)->rotates_refresh = json_object_get_boolean(v);
    return json_object_is_type(v, json_type_boolean);
}

static bool client_revocation(void *k, struct json_object *v)
{
    ((struct client *)k)->cannot_revoke = !json_object_get_boolean(v);
    return json_object_is_type(v, json_type_boolean);
}

static const struct startfile_key client_keys[] = {
    { "id", skip },
    { "name", client_name },
    { "secret", client_secret },
    { "flows", client_flows },
    { "write_attributes", client_write },
    { "session_seconds", client_session },
    { "refresh_rotation", client_rotation },
    { "token_revocation", client_revocation },
    { "srp_seconds", client_srp },
    { "srp_session", client_srp_session },
    { "token_seconds", client_token },
    { "refresh_seconds", client_refresh },
    { "prevent_user_existence_errors", client_existence },
    { 0 },
};

static bool add_client(void *p, struct json_object *o)
{
    const char *id = text_of(o, "id");
    return id != NULL && startfile_fill(model_client_new(p, id), o, client_keys, id);
}

/* ---- pools ---- */

static bool pool_name(void *p, struct json_object *v)
{
    model_replace(&((struct pool *)p)->name, json_object_get_string(v));
    return true;
}

static bool pool_mfa(void *p, struct json_object *v)
{
    static const char *const names[] = { "OFF", "OPTIONAL", "ON" };
    for (size_t i = 0; i < COUNT(names); i++) {
        if (strcmp(names[i], json_object_get_string(v)) == 0) {
            ((struct pool *)p)->mfa = (enum mfa_rule)i;
            return true;
        }
    }
    return false;
}

static unsigned alias_bits(struct json_object *list)
{
    static const char *const names[] = { "email", "phone_number", "preferred_username" };
    unsigned bits = 0;
    char **given = texts(list);
    for (char **g = given; *g != NULL; g++) {
        for (size_t i = 0; i < COUNT(names); i++)
            bits |= strcmp(*g, names[i]) == 0 ? 1u << i : 0;
        free(*g);
    }
    free(given);
    return bits;
}

static bool pool_aliases(void *p, struct json_object *v)
{
    ((struct pool *)p)->alias_attrs = alias_bits(v);
    return true;
}

static bool pool_required(void *p, struct json_object *v)
{
    ((struct pool *)p)->required_attrs = texts(v);
    return true;
}

static bool pool_schema(void *p, struct json_object *v)
{
    ((struct pool *)p)->schema = json_object_get(v);
    return json_object_is_type(v, json_type_array);
}

static bool policy_length(void *p, struct json_object *v)
{
    ((struct password_policy *)p)->minimum_length = json_object_get_int(v);
    return json_object_is_type(v, json_type_int);
}

static bool policy_upper(void *p, struct json_object *v)
{
    ((struct password_policy *)p)->uppercase = json_object_get_boolean(v);
    return true;
}

static bool policy_lower(void *p, struct json_object *v)
{
    ((struct password_policy *)p)->lowercase = json_object_get_boolean(v);
    return true;
}

static bool policy_numbers(void *p, struct json_object *v)
{
    ((struct password_policy *)p)->numbers = json_object_get_boolean(v);
    return true;
}

static bool policy_symbols(void *p, struct json_object *v)
{
    ((struct password_policy *)p)->symbols = json_object_get_boolean(v);
    return true;
}

static bool policy_days(void *p, struct json_object *v)
{
    ((struct password_policy *)p)->temporary_days = json_object_get_int(v);
    return json_object_is_type(v, json_type_int);
}

static bool policy_history(void *p, struct json_object *v)
{
    ((struct password_policy *)p)->history = json_object_get_int(v);
    return json_object_is_type(v, json_type_int);
}

static const struct startfile_key policy_keys[] = {
    { "minimum_length", policy_length }, { "uppercase", policy_upper },
    { "lowercase", policy_lower },       { "numbers", policy_numbers },
    { "symbols", policy_symbols },       { "temporary_days", policy_days },
    { "history", policy_history },       { 0 },
};

static bool pool_policy(void *p, struct json_object *v)
{
    return startfile_fill(&((struct pool *)p)->policy, v, policy_keys, "password_policy");
}

static bool pool_clients(void *p, struct json_object *v)
{
    return startfile_each(v, p, add_client);
}

static const struct startfile_key pool_keys[] = {
    { "id", skip },
    { "region", skip },
    { "case_sensitive", skip },
    { "username_attributes", skip },
    { "groups", skip }, /* before the users, whatever the order in the file */
    { "users", skip },
    { "name", pool_name },
    { "mfa", pool_mfa },
    { "attempts_per_hour", startfile_attempts },
    { "devices", startfile_devices },
    { "device_asks_mfa", startfile_device_mfa },
    { "custom_auth", startfile_custom },
    { "first_factors", startfile_factors },
    { "alias_attributes", pool_aliases },
    { "required_attributes", pool_required },
    { "schema", pool_schema },
    { "password_policy", pool_policy },
    { "clients", pool_clients },
    { 0 },
};

static bool add_pool(void *w, struct json_object *o)
{
    struct json_object *v = NULL;
    const char *id = text_of(o, "id");
    if (id == NULL || strchr(id, '_') == NULL)
        return false;
    struct pool *p = model_pool_new(w, id, text_of(o, "region"));
    if (json_object_object_get_ex(o, "case_sensitive", &v))
        p->case_sensitive = json_object_get_boolean(v);
    if (json_object_object_get_ex(o, "username_attributes", &v))
        p->username_attrs = alias_bits(v);
    if (!startfile_fill(p, o, pool_keys, id))
        return false;
    if (json_object_object_get_ex(o, "groups", &v) && !startfile_each(v, p, add_group))
        return false;
    return !json_object_object_get_ex(o, "users", &v) || startfile_each(v, p, add_user);
}

/* ---- the world ---- */

static bool credential_token(void *k, struct json_object *v)
{
    model_replace(&((struct credential *)k)->session_token, json_object_get_string(v));
    return true;
}

static bool credential_expires(void *k, struct json_object *v)
{
    ((struct credential *)k)->expires_ms = json_object_get_int64(v) * 1000;
    return true;
}

static bool credential_actions(void *k, struct json_object *v)
{
    ((struct credential *)k)->actions = texts(v);
    return json_object_is_type(v, json_type_array);
}

static const struct startfile_key credential_keys[] = {
    { "name", skip },
    { "access_key_id", skip },
    { "secret_access_key", skip },
    { "session_token", credential_token },
    { "expires", credential_expires },
    { "actions", credential_actions },
    { 0 },
};

static bool add_credential(void *w, struct json_object *o)
{
    const char *name = text_of(o, "name"), *id = text_of(o, "access_key_id");
    const char *secret = text_of(o, "secret_access_key");
    if (name == NULL || id == NULL || secret == NULL)
        return false;
    return startfile_fill(model_credential_new(w, name, id, secret), o, credential_keys, name);
}

static bool world_account(void *w, struct json_object *v)
{
    model_replace(&((struct world *)w)->account, json_object_get_string(v));
    return true;
}

static bool world_credentials(void *w, struct json_object *v)
{
    return startfile_each(v, w, add_credential);
}

static bool world_pools(void *w, struct json_object *v)
{
    return startfile_each(v, w, add_pool);
}

static const struct startfile_key world_keys[] = {
    { "account", world_account },   { "credentials", world_credentials }, { "pools", world_pools },
    { "quotas", startfile_quotas }, { "roles", startfile_roles },         { 0 },
};

bool startfile_load(struct world *w, const char *path)
{
    struct json_object *o = json_object_from_file(path);
    if (o == NULL) {
        fprintf(stderr, "cognito-pool: %s: %s", path, json_util_get_last_err());
        return false;
    }
    bool ok = startfile_fill(w, o, world_keys, path);
    json_object_put(o);
    return ok;
}
