/* SPDX-License-Identifier: Apache-2.0 */
/* Passwords that are changed, forgotten, reset. Codes by mail or SMS live for an hour. */
#include <stdlib.h>
#include <string.h>

#include "bytes.h"
#include "challenge_ask.h"
#include "operations.h"
#include "password.h"
#include "signin.h"

#define CODE_LIFE_MS ((int64_t)3600 * 1000)

static void take_attempt(struct call *c, struct attempts *a)
{
    if (!attempts_take(a, model_now_ms(c->w), c->pool->attempts_per_hour))
        call_fail(c, "LimitExceededException",
                  "Attempt limit exceeded, please try after some time.");
}

/* Policy, and not the present one where the pool keeps a history. */
static void check_new_password(struct call *c, const char *password)
{
    password_check_policy(c, password);
    if (c->pool->policy.history > 0 && bytes_equal(c->user->password, password))
        call_fail(c, "PasswordHistoryPolicyViolationException",
                  "Password has previously been used.");
}

void ops_change_password(struct call *c)
{
    const char *old = call_text(c, "PreviousPassword"), *new = call_text(c, "ProposedPassword");
    take_attempt(c, &c->user->changes);
    if (call_failed(c))
        return;
    if (!bytes_equal(c->user->password, old)) {
        signin_wrong_password(c);
        return;
    }
    check_new_password(c, new);
    if (!call_failed(c))
        password_set(c->user, new, true);
}

/* How a code reaches the user: MFA_EMAIL, MFA_SMS, or MFA_NONE. */
static enum mfa_kind way_to(const struct user *u)
{
    if (model_user_attr(u, "email") != NULL && model_user_is_verified(u, ALIAS_EMAIL))
        return MFA_EMAIL;
    if (model_user_attr(u, "phone_number") != NULL && model_user_is_verified(u, ALIAS_PHONE))
        return MFA_SMS;
    return MFA_NONE;
}

static void put_details(struct call *c, enum mfa_kind kind, const char *address)
{
    struct json_object *o = json_object_new_object();
    char *hidden = challenge_hidden(kind, address);
    call_put(o, "Destination", hidden);
    call_put(o, "DeliveryMedium", kind == MFA_SMS ? "SMS" : "EMAIL");
    call_put(o, "AttributeName", kind == MFA_SMS ? "phone_number" : "email");
    json_object_object_add(c->out, "CodeDeliveryDetails", o);
    free(hidden);
}

static enum mfa_kind send_reset_code(struct call *c)
{
    enum mfa_kind kind = way_to(c->user);
    if (kind == MFA_NONE) {
        call_fail(c, "InvalidParameterException",
                  "Cannot reset password for the user as there is no registered/verified email or "
                  "phone_number");
        return kind;
    }
    challenge_random_digits(6, c->user->reset_code);
    issued_note(&c->w->issued, c->user->reset_code);
    memcpy(c->user->code, c->user->reset_code, sizeof c->user->code);
    c->user->reset_expires_ms = model_now_ms(c->w) + CODE_LIFE_MS;
    return kind;
}

/* The user of Username; NULL: nobody, and that stays hidden (or the call has failed). */
static struct user *named_user(struct call *c)
{
    const char *name = call_text(c, "Username");
    password_check_secret_hash(c, name, call_text(c, "SecretHash"));
    if (call_failed(c))
        return NULL;
    c->user = model_user_find(c->pool, name);
    if (c->user == NULL && c->client->hide_unknown_users)
        c->pretended = name;
    else if (c->user == NULL)
        call_fail(c, "UserNotFoundException", "User does not exist.");
    else if (!c->user->enabled)
        call_fail(c, "NotAuthorizedException", "User is disabled.");
    return call_failed(c) ? NULL : c->user;
}

void ops_forgot_password(struct call *c)
{
    uint8_t seed[32];
    char invented[] = "x@x";
    const struct user *u = named_user(c);
    if (call_failed(c))
        return;
    if (u == NULL) {
        signin_pretended_bytes(c, "address", seed);
        invented[0] = (char)('a' + seed[2] % 26);
        invented[2] = (char)('a' + seed[3] % 26);
        put_details(c, MFA_EMAIL, invented);
        return;
    }
    if (strcmp(u->status, "CONFIRMED") != 0 && strcmp(u->status, "RESET_REQUIRED") != 0)
        call_fail(c, "NotAuthorizedException",
                  "User password cannot be reset in the current state.");
    take_attempt(c, &c->user->forgets);
    if (call_failed(c))
        return;
    enum mfa_kind kind = send_reset_code(c);
    if (!call_failed(c))
        put_details(c, kind, challenge_address(u, kind));
}

/* A code that was not sent, or too long ago, is expired; wrong ones are counted. */
static void check_reset_code(struct call *c, const char *code)
{
    struct user *u = c->user;
    if (u == NULL) {
        call_fail(c, "CodeMismatchException",
                  "Invalid verification code provided, please try again.");
        return;
    }
    take_attempt(c, &u->confirms);
    if (*u->reset_code == '\0' || model_now_ms(c->w) >= u->reset_expires_ms)
        call_fail(c, "ExpiredCodeException", "Invalid code provided, please request a code again.");
    else if (!bytes_equal(u->reset_code, code))
        call_fail(c, "CodeMismatchException",
                  "Invalid verification code provided, please try again.");
}

void ops_confirm_forgot_password(struct call *c)
{
    const char *password = call_text(c, "Password");
    named_user(c);
    if (call_failed(c))
        return;
    check_reset_code(c, call_text(c, "ConfirmationCode"));
    if (call_failed(c))
        return;
    check_new_password(c, password);
    if (call_failed(c))
        return; /* the code stays good */
    *c->user->reset_code = '\0';
    attempts_reset(&c->user->confirms);
    lockout_reset(&c->user->password_lock);
    password_set(c->user, password, true);
}

void ops_reset_password(struct call *c)
{
    if (strcmp(c->user->status, "CONFIRMED") != 0)
        call_fail(c, "NotAuthorizedException",
                  "User password cannot be reset in the current state.");
    if (!call_failed(c))
        send_reset_code(c);
    if (call_failed(c))
        return;
    model_replace(&c->user->status, "RESET_REQUIRED");
    model_user_touch(c->user);
}
