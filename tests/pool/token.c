/* SPDX-License-Identifier: Apache-2.0 */
/* Grants and the claims of their tokens; see token.h. Keys and signatures: token_keys.c. */
#include "token.h"

#include <stdlib.h>
#include <string.h>

#include "bytes.h"
#include "device.h"
#include "token_keys.h"

static void put_seconds(struct json_object *o, const char *key, int64_t ms)
{
    json_object_object_add(o, key, json_object_new_int64(ms / 1000));
}

static void put_groups(struct json_object *claims, const struct user *u)
{
    if (u->group_count == 0)
        return;
    struct json_object *list = json_object_new_array();
    for (size_t i = 0; i < u->group_count; i++)
        json_object_array_add(list, json_object_new_string(u->groups[i]->name));
    json_object_object_add(claims, "cognito:groups", list);
}

static void put_issuer(struct json_object *claims, const struct pool *p)
{
    char *iss = bytes_format("https://cognito-idp.%s.amazonaws.com/%s", p->region, p->id);
    call_put(claims, "iss", iss);
    free(iss);
}

static void put_times(struct json_object *claims, const struct grant *g, int64_t now_ms)
{
    put_seconds(claims, "auth_time", g->auth_time_ms);
    put_seconds(claims, "exp", now_ms + g->client->token_s * 1000);
    put_seconds(claims, "iat", now_ms);
}

static struct json_object *access_claims(const struct user *u, const struct grant *g,
                                         const char *event_id, int64_t now_ms)
{
    struct json_object *o = json_object_new_object();
    char jti[37];
    bytes_random_uuid(jti);
    call_put(o, "sub", u->sub);
    put_groups(o, u);
    put_issuer(o, g->pool);
    call_put(o, "client_id", g->client->id);
    if (g->device_key[0] != '\0')
        call_put(o, "device_key", g->device_key);
    call_put(o, "origin_jti", g->origin_jti);
    call_put(o, "event_id", event_id);
    call_put(o, "token_use", "access");
    call_put(o, "scope", "aws.cognito.signin.user.admin");
    put_times(o, g, now_ms);
    call_put(o, "jti", jti);
    call_put(o, "username", u->name);
    return o;
}

static void put_attribute_claim(struct json_object *o, const struct attr *a)
{
    static const char verified[] = "_verified";
    size_t n = strlen(a->name), tail = sizeof verified - 1;
    if (strcmp(a->name, "sub") == 0)
        return;
    if (n > tail && strcmp(a->name + n - tail, verified) == 0)
        json_object_object_add(o, a->name, json_object_new_boolean(strcmp(a->value, "true") == 0));
    else
        call_put(o, a->name, a->value);
}

static struct json_object *id_claims(const struct user *u, const struct grant *g,
                                     const char *event_id, int64_t now_ms)
{
    struct json_object *o = json_object_new_object();
    char jti[37];
    bytes_random_uuid(jti);
    call_put(o, "sub", u->sub);
    put_groups(o, u);
    put_issuer(o, g->pool);
    call_put(o, "cognito:username", u->name);
    for (size_t i = 0; i < u->attr_count; i++)
        put_attribute_claim(o, &u->attrs[i]);
    call_put(o, "origin_jti", g->origin_jti);
    call_put(o, "aud", g->client->id);
    call_put(o, "event_id", event_id);
    call_put(o, "token_use", "id");
    put_times(o, g, now_ms);
    call_put(o, "jti", jti);
    return o;
}

static void put_result(struct call *c, const char *refresh_token)
{
    static char *(*const sign)(struct pool *, enum token_use, struct json_object *) =
        token_keys_sign;
    int64_t now_ms = model_now_ms(c->w);
    char event_id[37];
    bytes_random_uuid(event_id);
    struct json_object *access = access_claims(c->user, c->grant, event_id, now_ms);
    struct json_object *id = id_claims(c->user, c->grant, event_id, now_ms);
    char *access_jwt = sign(c->pool, TOKEN_ACCESS, access);
    char *id_jwt = sign(c->pool, TOKEN_ID, id);
    struct json_object *result = json_object_new_object();
    call_put(result, "AccessToken", access_jwt);
    issued_note(&c->w->issued, access_jwt);
    issued_note(&c->w->issued, id_jwt);
    issued_note(&c->w->issued, refresh_token);
    json_object_object_add(result, "ExpiresIn", json_object_new_int64(c->client->token_s));
    call_put(result, "TokenType", "Bearer");
    call_put(result, "RefreshToken", refresh_token);
    call_put(result, "IdToken", id_jwt);
    json_object_object_add(c->out, "ChallengeParameters", json_object_new_object());
    json_object_object_add(c->out, "AuthenticationResult", result);
    json_object_put(access);
    json_object_put(id);
    free(access_jwt);
    free(id_jwt);
}

/* Looks like Cognito's: a JWE of five parts whose inside nobody can read. */
static char *new_refresh_token(void)
{
    static const char header[] = "{\"cty\":\"JWT\",\"enc\":\"A256GCM\",\"alg\":\"RSA-OAEP\"}";
    static const size_t sizes[] = { 256, 12, 800, 16 };
    char *token = bytes_base64url((const uint8_t *)header, sizeof header - 1);
    for (size_t i = 0; i < COUNT(sizes); i++) {
        char *part = bytes_random_text(sizes[i]);
        char *longer = bytes_format("%s.%s", token, part);
        free(part);
        free(token);
        token = longer;
    }
    return token;
}

static void put_new_device(struct call *c, const struct device *d)
{
    struct json_object *result = NULL, *o = json_object_new_object();
    json_object_object_get_ex(c->out, "AuthenticationResult", &result);
    call_put(o, "DeviceKey", d->key);
    call_put(o, "DeviceGroupKey", d->group_key);
    json_object_object_add(result, "NewDeviceMetadata", o);
}

void token_sign_in(struct call *c)
{
    const struct device *d = device_is_offered(c) ? device_new(c) : NULL;
    struct grant *g = bytes_grow(NULL, 1, sizeof *g);
    int64_t now_ms = model_now_ms(c->w);
    *g = (struct grant){ .next = c->w->grant_list,
                         .pool = c->pool,
                         .client = c->client,
                         .refresh_token = new_refresh_token(),
                         .auth_time_ms = now_ms,
                         .expires_ms = now_ms + c->client->refresh_s * 1000 };
    memcpy(g->sub, c->user->sub, sizeof g->sub);
    bytes_random_uuid(g->origin_jti);
    c->w->grant_list = g;
    strmap_put(&c->w->grants, g->refresh_token, g);
    strmap_put(&c->w->grants, g->origin_jti, g);
    lockout_reset(&c->user->password_lock);
    lockout_reset(&c->user->code_lock);
    memcpy(g->device_key, d != NULL ? d->key : c->signin.device_key, sizeof g->device_key);
    c->grant = g;
    put_result(c, g->refresh_token);
    if (d != NULL)
        put_new_device(c, d);
}

void token_refresh(struct call *c)
{
    struct grant *g = c->grant;
    if (!c->client->rotates_refresh) {
        put_result(c, NULL);
        return;
    }
    model_replace(&g->refresh_token, NULL); /* the old one still leads to the grant */
    g->refresh_token = new_refresh_token();
    strmap_put(&c->w->grants, g->refresh_token, g);
    put_result(c, g->refresh_token);
}

static void use_grant(struct call *c, struct grant *g)
{
    c->grant = g;
    c->pool = g->pool;
    c->client = g->client;
    c->user = strmap_get(&g->pool->users_by_sub, g->sub);
    if (c->user == NULL)
        call_fail(c, "UserNotFoundException", "User does not exist.");
    else if (!c->user->enabled)
        call_fail(c, "NotAuthorizedException", "User is disabled.");
}

void token_use_refresh(struct call *c, const char *refresh_token)
{
    struct grant *g = strmap_get(&c->w->grants, refresh_token);
    bool is_ours = g != NULL && g->pool == c->pool && g->client == c->client &&
                   strcmp(g->origin_jti, refresh_token) != 0;
    if (is_ours && strcmp(g->refresh_token, refresh_token) != 0)
        call_fail(c, "RefreshTokenReuseException", "Refresh token has been used already.");
    else if (!is_ours)
        call_fail(c, "NotAuthorizedException", "Invalid Refresh Token");
    else if (g->revoked)
        call_fail(c, "NotAuthorizedException", "Refresh Token has been revoked");
    else if (model_now_ms(c->w) >= g->expires_ms)
        call_fail(c, "NotAuthorizedException", "Refresh Token has expired");
    else
        use_grant(c, g);
}

void token_use_access(struct call *c, const char *access_token)
{
    struct json_object *claims = NULL, *jti = NULL, *exp = NULL, *use = NULL;
    for (size_t i = 0; i < c->w->pool_count && claims == NULL; i++)
        claims = token_keys_verify(c->w->pools[i], access_token);
    json_object_object_get_ex(claims, "origin_jti", &jti);
    json_object_object_get_ex(claims, "exp", &exp);
    json_object_object_get_ex(claims, "token_use", &use);
    struct grant *g = jti == NULL ? NULL : strmap_get(&c->w->grants, json_object_get_string(jti));
    if (g == NULL || use == NULL || strcmp(json_object_get_string(use), "access") != 0)
        call_fail(c, "NotAuthorizedException", "Invalid Access Token");
    else if (g->revoked)
        call_fail(c, "NotAuthorizedException", "Access Token has been revoked");
    else if (model_now_ms(c->w) >= json_object_get_int64(exp) * 1000)
        call_fail(c, "NotAuthorizedException", "Access Token has expired");
    else
        use_grant(c, g);
    json_object_put(claims);
}

void token_revoke_user(struct world *w, const struct user *u)
{
    for (struct grant *g = w->grant_list; g != NULL; g = g->next) {
        if (g->pool == u->pool && strcmp(g->sub, u->sub) == 0)
            g->revoked = true;
    }
}

void token_free_grants(struct world *w)
{
    strmap_free(&w->grants, NULL);
    while (w->grant_list != NULL) {
        struct grant *g = w->grant_list;
        w->grant_list = g->next;
        free(g->refresh_token);
        free(g);
    }
}
