/* SPDX-License-Identifier: Apache-2.0
 *
 * What a single key cannot show. A list of named steps, each with one reason to refuse.
 */
#include "config/keys.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int check_refuse(struct key_problem *why, const char *section, const char *key, const char *what)
{
    snprintf(why->section, sizeof why->section, "%s", section);
    snprintf(why->key, sizeof why->key, "%s", key);
    why->what = what;
    return ERR_CONFIG;
}

static bool is_of(const char *s, const char *set)
{
    return s[0] != '\0' && strspn(s, set) == strlen(s);
}

#define ALNUM "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

/* REGION_NAME, reference section 2; the region may be set by itself for emulators. */
static int pool_is_named(struct config *c, struct key_problem *why)
{
    const char *name = strchr(c->pool_id, '_');
    if (c->pool_id[0] == '\0')
        return check_refuse(why, "pool", "pool_id", "is required, such as eu-central-1_AbC123xyz");
    if (name == NULL || name == c->pool_id || !is_of(name + 1, ALNUM) ||
        strspn(c->pool_id, ALNUM "-") != (size_t)(name - c->pool_id) || strlen(c->pool_id) > 55)
        return check_refuse(why, "pool", "pool_id",
                            "is no pool id, such as eu-central-1_AbC123xyz");
    if (c->region[0] == '\0') {
        free(c->region);
        c->region = strndup(c->pool_id, (size_t)(name - c->pool_id));
        if (c->region == NULL)
            return ERR_NOMEM;
    }
    return is_of(c->region, "abcdefghijklmnopqrstuvwxyz0123456789-")
               ? 0
               : check_refuse(why, "pool", "region", "is no region, such as eu-central-1");
}

static int client_is_named(struct config *c, struct key_problem *why)
{
    if (c->client_id[0] == '\0')
        return check_refuse(why, "pool", "client_id", "is required");
    return is_of(c->client_id, ALNUM "_+") && strlen(c->client_id) <= 128
               ? 0
               : check_refuse(why, "pool", "client_id", "is no app client id");
}

static int endpoint_is_one(struct config *c, struct key_problem *why)
{
    if (c->endpoint_url[0] != '\0' && (c->use_fips_endpoint || c->use_dualstack_endpoint))
        return check_refuse(why, "pool", "endpoint_url",
                            "excludes use_fips_endpoint and use_dualstack_endpoint");
    return 0;
}

/* The flows by Cognito's names (reference section 7), and the operations they have. */
static const struct {
    const char *name, *api; /* api NULL: either */
} flows[] = {
    { "ADMIN_USER_PASSWORD_AUTH", "admin" },
    { "USER_PASSWORD_AUTH", "public" },
    { "USER_SRP_AUTH", NULL },
    { "CUSTOM_AUTH", NULL },
    { "USER_AUTH", NULL },
};

static int flow_fits_api(struct config *c, struct key_problem *why)
{
    if (strcmp(c->api, "admin") != 0 && strcmp(c->api, "public") != 0)
        return check_refuse(why, "login", "api", "must be admin or public");
    for (size_t i = 0; i < COUNT(flows); i++) {
        if (strcmp(flows[i].name, c->auth_flow) != 0)
            continue;
        if (flows[i].api == NULL || strcmp(flows[i].api, c->api) == 0)
            return 0;
        return check_refuse(why, "login", "auth_flow",
                            strcmp(c->api, "public") == 0 ? "needs api = admin"
                                                          : "needs api = public");
    }
    return check_refuse(why, "login", "auth_flow",
                        "must be ADMIN_USER_PASSWORD_AUTH, USER_SRP_AUTH, USER_PASSWORD_AUTH, "
                        "CUSTOM_AUTH or USER_AUTH");
}

/* CUSTOM_AUTH takes one of them: its Lambda may want the password first, by SRP. */
static int preference_fits_flow(struct config *c, struct key_problem *why)
{
    static const char *const known[] = { "PASSWORD", "PASSWORD_SRP", "EMAIL_OTP", "SMS_OTP" };
    const char *wish = c->preferred_challenge;
    bool is_known = false;
    if (wish[0] == '\0')
        return 0;
    for (size_t i = 0; i < COUNT(known); i++)
        is_known = is_known || strcmp(known[i], wish) == 0;
    if (!is_known)
        return check_refuse(why, "login", "preferred_challenge",
                            "must be PASSWORD, PASSWORD_SRP, EMAIL_OTP or SMS_OTP");
    if (strcmp(c->auth_flow, "USER_AUTH") == 0)
        return 0;
    if (strcmp(c->auth_flow, "CUSTOM_AUTH") == 0 && strcmp(wish, "PASSWORD_SRP") == 0)
        return 0;
    return check_refuse(why, "login", "preferred_challenge",
                        "goes with auth_flow = USER_AUTH (PASSWORD_SRP with CUSTOM_AUTH, too)");
}

/* Everybody cannot be swept group by group: who is in no named group would never be seen to leave
 * the pool. */
static int scope_can_be_swept(struct config *c, struct key_problem *why)
{
    bool lets_all_in = config_list_has(&c->allow_groups, "*");
    for (size_t i = 0; i < c->service_count; i++)
        lets_all_in = lets_all_in || config_list_has(&c->services[i].allow_groups, "*");
    if (c->scope == CONFIG_SCOPE_ALLOWED && lets_all_in)
        return check_refuse(why, "directory", "scope", "must be all when an allow_groups is *");
    return 0;
}

/* The signed operations do not track devices, and a device is only offered after SRP (reference
 * sections 8 and 10). */
static int device_fits_flow(struct config *c, struct key_problem *why)
{
    if (!c->remember_device ||
        (strcmp(c->auth_flow, "USER_SRP_AUTH") == 0 && strcmp(c->api, "public") == 0))
        return 0;
    return check_refuse(why, "login", "remember_device",
                        "needs auth_flow = USER_SRP_AUTH and api = public: set both, or no");
}

static int device_is_remembered(struct config *c, struct key_problem *why)
{
    static const char what[] = "device needs [login] remember_device = yes: set it, or yes";
    char section[sizeof why->section];
    if (!c->remember_device && c->require_mfa == CONFIG_MFA_DEVICE)
        return check_refuse(why, "login", "require_mfa", what);
    for (size_t i = 0; i < c->service_count && !c->remember_device; i++) {
        const struct config_service *s = &c->services[i];
        if (s->require_mfa != CONFIG_MFA_DEVICE)
            continue;
        snprintf(section, sizeof section, "service %s", s->name);
        return check_refuse(why, section, "require_mfa", what);
    }
    return 0;
}

int check_config(struct config *c, struct key_problem *ret_why)
{
    static int (*const steps[])(struct config *, struct key_problem *) = {
        pool_is_named,      client_is_named,      endpoint_is_one,
        flow_fits_api,      preference_fits_flow, check_users,
        scope_can_be_swept, device_fits_flow,     device_is_remembered,
    };
    int err = 0;
    for (size_t i = 0; i < COUNT(steps) && err == 0; i++)
        err = steps[i](c, ret_why);
    return err;
}
