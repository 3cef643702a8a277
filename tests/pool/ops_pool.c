/* SPDX-License-Identifier: Apache-2.0 */
/* Descriptions of the pool and of its app clients. */
#include <stdlib.h>

#include "bytes.h"
#include "operations.h"

static struct json_object *policies(const struct pool *p)
{
    struct json_object *policies = json_object_new_object(), *o = json_object_new_object();
    json_object_object_add(o, "MinimumLength", json_object_new_int(p->policy.minimum_length));
    json_object_object_add(o, "RequireUppercase", json_object_new_boolean(p->policy.uppercase));
    json_object_object_add(o, "RequireLowercase", json_object_new_boolean(p->policy.lowercase));
    json_object_object_add(o, "RequireNumbers", json_object_new_boolean(p->policy.numbers));
    json_object_object_add(o, "RequireSymbols", json_object_new_boolean(p->policy.symbols));
    json_object_object_add(o, "TemporaryPasswordValidityDays",
                           json_object_new_int(p->policy.temporary_days));
    json_object_object_add(policies, "PasswordPolicy", o);
    return policies;
}

static void put_alias_list(struct json_object *o, const char *key, unsigned bits)
{
    static const char *const names[] = { "email", "phone_number", "preferred_username" };
    if (bits == 0)
        return;
    struct json_object *list = json_object_new_array();
    for (size_t i = 0; i < COUNT(names); i++) {
        if (bits & 1u << i)
            json_object_array_add(list, json_object_new_string(names[i]));
    }
    json_object_object_add(o, key, list);
}

void ops_describe_pool(struct call *c)
{
    static const char *const mfa[] = { "OFF", "OPTIONAL", "ON" };
    const struct pool *p = c->pool;
    struct json_object *o = json_object_new_object(), *names = json_object_new_object();
    char *arn =
        bytes_format("arn:aws:cognito-idp:%s:%s:userpool/%s", p->region, c->w->account, p->id);
    call_put(o, "Id", p->id);
    call_put(o, "Name", p->name);
    json_object_object_add(o, "Policies", policies(p));
    call_put(o, "DeletionProtection", "INACTIVE");
    call_put_time(o, "LastModifiedDate", p->created_ms);
    call_put_time(o, "CreationDate", p->created_ms);
    if (p->schema != NULL)
        json_object_object_add(o, "SchemaAttributes", json_object_get(p->schema));
    put_alias_list(o, "AliasAttributes", p->alias_attrs);
    put_alias_list(o, "UsernameAttributes", p->username_attrs);
    call_put(o, "MfaConfiguration", mfa[p->mfa]);
    json_object_object_add(o, "EstimatedNumberOfUsers",
                           json_object_new_int64((int64_t)p->user_count));
    json_object_object_add(names, "CaseSensitive", json_object_new_boolean(p->case_sensitive));
    json_object_object_add(o, "UsernameConfiguration", names);
    call_put(o, "Arn", arn);
    call_put(o, "UserPoolTier", "ESSENTIALS");
    json_object_object_add(c->out, "UserPool", o);
    free(arn);
}

void ops_describe_client(struct call *c)
{
    const struct client *k = c->client;
    struct json_object *o = json_object_new_object(), *flows = json_object_new_array();
    for (char **name = k->flows; name != NULL && *name != NULL; name++)
        json_object_array_add(flows, json_object_new_string(*name));
    call_put(o, "UserPoolId", c->pool->id);
    call_put(o, "ClientName", k->name);
    call_put(o, "ClientId", k->id);
    call_put(o, "ClientSecret", k->secret);
    call_put_time(o, "LastModifiedDate", k->created_ms);
    call_put_time(o, "CreationDate", k->created_ms);
    json_object_object_add(o, "RefreshTokenValidity", json_object_new_int64(k->refresh_s / 86400));
    json_object_object_add(o, "ExplicitAuthFlows", flows);
    if (k->write_attrs != NULL) {
        struct json_object *list = json_object_new_array();
        for (char **name = k->write_attrs; *name != NULL; name++)
            json_object_array_add(list, json_object_new_string(*name));
        json_object_object_add(o, "WriteAttributes", list);
    }
    call_put(o, "PreventUserExistenceErrors", k->hide_unknown_users ? "ENABLED" : "LEGACY");
    json_object_object_add(o, "EnableTokenRevocation", json_object_new_boolean(!k->cannot_revoke));
    json_object_object_add(o, "AuthSessionValidity",
                           json_object_new_int64((k->session_ms + 59999) / 60000));
    json_object_object_add(c->out, "UserPoolClient", o);
}
