/* SPDX-License-Identifier: Apache-2.0 */
/* The first factor; see signin.h. */
#include "signin.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "bytes.h"
#include "password.h"

const char *signin_parameter(struct call *c, const char *name)
{
    const char *value = call_map(c, "AuthParameters", name);
    if (value == NULL)
        call_fail(c, "InvalidParameterException", "Missing required parameter %s", name);
    return value;
}

/* May this user sign in at all? Asked before the password is looked at. */
static void check_state(struct call *c)
{
    const struct user *u = c->user;
    if (!u->enabled)
        call_fail(c, "NotAuthorizedException", "User is disabled.");
    else if (strcmp(u->status, "UNCONFIRMED") == 0)
        call_fail(c, "UserNotConfirmedException", "User is not confirmed.");
    else if (strcmp(u->status, "RESET_REQUIRED") == 0)
        call_fail(c, "PasswordResetRequiredException", "Password reset required for the user");
    else if (strcmp(u->status, "CONFIRMED") != 0 && strcmp(u->status, "FORCE_CHANGE_PASSWORD") != 0)
        call_fail(c, "NotAuthorizedException", SIGNIN_WRONG);
    else if (u->lambda_error != NULL)
        call_fail(c, "UserLambdaValidationException", "PreAuthentication failed with error %s.",
                  u->lambda_error);
}

void signin_start(struct call *c)
{
    const char *name = signin_parameter(c, "USERNAME");
    if (name != NULL)
        password_check_secret_hash(c, name, call_map(c, "AuthParameters", "SECRET_HASH"));
    if (call_failed(c))
        return;
    c->user = model_user_find(c->pool, name);
    if (c->user != NULL)
        check_state(c);
    else if (c->client->hide_unknown_users)
        c->pretended = name;
    else
        call_fail(c, "UserNotFoundException", "User does not exist.");
}

void signin_check_lock(struct call *c)
{
    int64_t now_ms = model_now_ms(c->w);
    bool is_locked = lockout_is_locked(&c->user->password_lock, now_ms);
    is_locked |= lockout_is_locked(&c->user->code_lock, now_ms);
    if (is_locked)
        call_fail(c, "NotAuthorizedException", "Password attempts exceeded");
}

void signin_wrong_password(struct call *c)
{
    if (c->user != NULL)
        lockout_failure(&c->user->password_lock, model_now_ms(c->w));
    call_fail(c, "NotAuthorizedException", SIGNIN_WRONG);
}

void signin_check_age(struct call *c)
{
    int64_t age_ms = model_now_ms(c->w) - c->user->password_set_ms;
    if (strcmp(c->user->status, "FORCE_CHANGE_PASSWORD") == 0 &&
        age_ms > (int64_t)c->pool->policy.temporary_days * 24 * 3600 * 1000)
        call_fail(c, "NotAuthorizedException",
                  "Temporary password has expired and must be reset by an administrator.");
}

void signin_check_password(struct call *c, const char *password)
{
    if (c->user == NULL) {
        signin_wrong_password(c);
        return;
    }
    signin_check_lock(c);
    if (call_failed(c))
        return;
    if (bytes_equal(c->user->password, password))
        signin_check_age(c);
    else
        signin_wrong_password(c);
}

void signin_pretended_bytes(const struct call *c, const char *purpose, uint8_t ret[32])
{
    char *text = bytes_format("%s/%s/%s", purpose, c->pool->id, c->pretended);
    for (char *s = text; !c->pool->case_sensitive && *s != '\0'; s++)
        *s = (char)tolower((unsigned char)*s);
    bytes_hmac_sha256(c->w->page_key, sizeof c->w->page_key, text, strlen(text), ret);
    free(text);
}

char *signin_pretended_id(const struct call *c)
{
    uint8_t seed[32];
    char hex[65], uuid[37];
    if (c->pool->username_attrs == 0)
        return bytes_copy(c->pretended);
    signin_pretended_bytes(c, "sub", seed);
    bytes_hex(seed, sizeof seed, hex);
    bytes_seeded_uuid(hex, uuid);
    return bytes_copy(uuid);
}
