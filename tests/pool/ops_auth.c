/* SPDX-License-Identifier: Apache-2.0 */
/* Sign-in: the flows of (Admin)InitiateAuth, answers to challenges, and what ends a sign-in. */
#include <string.h>

#include "bytes.h"
#include "challenge.h"
#include "challenge_srp.h"
#include "choice.h"
#include "custom.h"
#include "device.h"
#include "operations.h"
#include "password.h"
#include "signin.h"
#include "token.h"

enum { FORM_ADMIN = 1, FORM_PUBLIC = 2 };

struct flow {
    const char *name;
    int forms;
    const char *allowed_by; /* ExplicitAuthFlows */
    const char *allowed_by_old;
    void (*start)(struct call *c);
};

static void start_password(struct call *c)
{
    const char *password = signin_parameter(c, "PASSWORD");
    signin_start(c);
    if (!call_failed(c))
        signin_check_password(c, password);
    if (!call_failed(c))
        device_take_key(c, "AuthParameters");
    if (!call_failed(c))
        challenge_after_password(c);
}

static void start_srp(struct call *c)
{
    const char *srp_a = signin_parameter(c, "SRP_A");
    signin_start(c);
    if (!call_failed(c))
        challenge_ask_verifier(c, srp_a);
}

static void start_custom(struct call *c)
{
    const char *first = call_map(c, "AuthParameters", "CHALLENGE_NAME");
    c->signin.is_custom = true;
    if (c->pool->round_count == 0)
        call_fail(c, "InvalidParameterException",
                  "Custom auth lambda trigger is not configured for the user pool.");
    else if (first != NULL && strcmp(first, "SRP_A") != 0)
        call_fail(c, "InvalidParameterException", "Invalid CHALLENGE_NAME: %s", first);
    else if (first != NULL)
        start_srp(c);
    else
        signin_start(c);
    if (first == NULL && !call_failed(c) && c->user != NULL)
        device_take_key(c, "AuthParameters");
    if (first == NULL && !call_failed(c))
        custom_ask(c);
}

/* Where devices are tracked, only a confirmed one refreshes, and only its own sign-in. */
static void check_refreshing_device(struct call *c, const char *key)
{
    if (c->pool->devices == DEVICES_OFF)
        return;
    if (key == NULL || strcmp(key, c->grant->device_key) != 0 || device_find(c->user, key) == NULL)
        call_fail(c, "NotAuthorizedException", "Invalid Refresh Token.");
}

static void start_refresh(struct call *c)
{
    const char *refresh_token = signin_parameter(c, "REFRESH_TOKEN");
    if (c->client->rotates_refresh)
        call_fail(c, "InvalidParameterException", "Auth flow not enabled for this client");
    if (call_failed(c))
        return;
    token_use_refresh(c, refresh_token);
    if (!call_failed(c)) /* the hash is over the real name: no USERNAME is sent here */
        password_check_secret_hash(c, c->user->name, call_map(c, "AuthParameters", "SECRET_HASH"));
    if (!call_failed(c))
        check_refreshing_device(c, call_map(c, "AuthParameters", "DEVICE_KEY"));
    if (!call_failed(c))
        token_refresh(c);
}

static const struct flow flows[] = {
    { "ADMIN_USER_PASSWORD_AUTH", FORM_ADMIN, "ALLOW_ADMIN_USER_PASSWORD_AUTH", "ADMIN_NO_SRP_AUTH",
      start_password },
    { "ADMIN_NO_SRP_AUTH", FORM_ADMIN, "ALLOW_ADMIN_USER_PASSWORD_AUTH", "ADMIN_NO_SRP_AUTH",
      start_password },
    { "USER_PASSWORD_AUTH", FORM_PUBLIC, "ALLOW_USER_PASSWORD_AUTH", "USER_PASSWORD_AUTH",
      start_password },
    { "REFRESH_TOKEN_AUTH", FORM_ADMIN | FORM_PUBLIC, "ALLOW_REFRESH_TOKEN_AUTH",
      "ALLOW_REFRESH_TOKEN_AUTH", start_refresh },
    { "REFRESH_TOKEN", FORM_ADMIN | FORM_PUBLIC, "ALLOW_REFRESH_TOKEN_AUTH",
      "ALLOW_REFRESH_TOKEN_AUTH", start_refresh },
    { "USER_SRP_AUTH", FORM_ADMIN | FORM_PUBLIC, "ALLOW_USER_SRP_AUTH", "ALLOW_USER_SRP_AUTH",
      start_srp },
    { "CUSTOM_AUTH", FORM_ADMIN | FORM_PUBLIC, "ALLOW_CUSTOM_AUTH", "CUSTOM_AUTH_FLOW_ONLY",
      start_custom },
    { "USER_AUTH", FORM_ADMIN | FORM_PUBLIC, "ALLOW_USER_AUTH", "ALLOW_USER_AUTH", choice_start },
};

static bool is_allowed(const struct client *k, const struct flow *f)
{
    for (char **name = k->flows; name != NULL && *name != NULL; name++) {
        if (strcmp(*name, f->allowed_by) == 0 || strcmp(*name, f->allowed_by_old) == 0)
            return true;
    }
    return false;
}

void ops_initiate_auth(struct call *c)
{
    bool is_admin = (c->op->needs & NEEDS_AWS) != 0;
    const char *name = call_text(c, "AuthFlow");
    const struct flow *f = NULL;
    for (size_t i = 0; i < COUNT(flows); i++) {
        if (strcmp(flows[i].name, name) == 0)
            f = &flows[i];
    }
    if (f == NULL)
        call_fail(c, "InvalidParameterException",
                  "1 validation error detected: Value '%s' at 'authFlow' failed to satisfy "
                  "constraint: Member must satisfy enum value set: [USER_SRP_AUTH, "
                  "REFRESH_TOKEN_AUTH, REFRESH_TOKEN, CUSTOM_AUTH, ADMIN_NO_SRP_AUTH, "
                  "USER_PASSWORD_AUTH, ADMIN_USER_PASSWORD_AUTH, USER_AUTH]",
                  name);
    else if ((f->forms & (is_admin ? FORM_ADMIN : FORM_PUBLIC)) == 0)
        call_fail(c, "InvalidParameterException", "Initiate Auth method not supported.");
    else if (!is_allowed(c->client, f))
        call_fail(c, "InvalidParameterException", "%s",
                  strcmp(f->name, "USER_PASSWORD_AUTH") == 0
                      ? "USER_PASSWORD_AUTH flow not enabled for this client"
                      : "Auth flow not enabled for this client");
    else
        f->start(c);
}

void ops_respond(struct call *c)
{
    challenge_answer(c, (c->op->needs & NEEDS_AWS) != 0);
}

static void check_client_secret(struct call *c)
{
    const char *secret = call_text(c, "ClientSecret");
    if (c->client->secret == NULL ? secret != NULL : !bytes_equal(c->client->secret, secret))
        call_fail(c, "NotAuthorizedException", "Client authentication failed");
}

void ops_refresh_tokens(struct call *c)
{
    check_client_secret(c);
    if (!call_failed(c))
        token_use_refresh(c, call_text(c, "RefreshToken"));
    if (!call_failed(c))
        check_refreshing_device(c, call_text(c, "DeviceKey"));
    if (call_failed(c))
        return;
    token_refresh(c);
    json_object_object_del(c->out, "ChallengeParameters");
}

void ops_revoke_token(struct call *c)
{
    if (c->client->cannot_revoke)
        call_fail(c, "UnsupportedOperationException",
                  "Token revocation is not enabled for this client");
    check_client_secret(c);
    if (call_failed(c))
        return;
    struct grant *g = strmap_get(&c->w->grants, call_text(c, "Token"));
    if (g != NULL && g->client != c->client)
        call_fail(c, "UnauthorizedException", "The token was not issued to this client");
    else if (g == NULL)
        call_fail(c, "UnsupportedTokenTypeException", "Only refresh tokens can be revoked");
    else
        g->revoked = true;
}

void ops_global_sign_out(struct call *c)
{
    token_revoke_user(c->w, c->user);
}

void ops_get_user(struct call *c)
{
    ops_admin_get_user(c);
    static const char *const admin_only[] = { "UserCreateDate", "UserLastModifiedDate", "Enabled",
                                              "UserStatus" };
    for (size_t i = 0; i < COUNT(admin_only); i++)
        json_object_object_del(c->out, admin_only[i]);
}
