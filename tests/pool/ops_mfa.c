/* SPDX-License-Identifier: Apache-2.0 */
/* Authenticator enrolment and the choice of second factors. */
#include <stdlib.h>
#include <string.h>

#include "bytes.h"
#include "challenge_ask.h"
#include "operations.h"
#include "session.h"
#include "token.h"
#include "totp.h"

/* AccessToken or Session, one of them; the session that was given, or NULL. */
static struct session *use_either(struct call *c)
{
    const char *access_token = call_text(c, "AccessToken"), *text = call_text(c, "Session");
    if ((access_token == NULL) == (text == NULL)) {
        call_fail(c, "InvalidParameterException", "Either AccessToken or Session is required.");
        return NULL;
    }
    if (access_token != NULL) {
        token_use_access(c, access_token);
        return NULL;
    }
    struct session *s = strmap_get(&c->w->sessions, text);
    return session_use(c, text, "MFA_SETUP", s != NULL && s->is_admin);
}

/* The next session of the same set-up: spends the old one and carries its secret over. */
static struct session *next_session(struct call *c, struct session *s)
{
    struct session *next = session_new(c, "MFA_SETUP");
    next->is_admin = s->is_admin;
    next->totp_secret = bytes_copy(s->totp_secret);
    session_spend(s);
    call_put(c->out, "Session", next->text);
    return next;
}

void ops_associate(struct call *c)
{
    uint8_t raw[32];
    struct session *s = use_either(c);
    if (!call_failed(c) && c->pool->mfa == MFA_RULE_OFF)
        call_fail(c, "SoftwareTokenMFANotFoundException",
                  "Software Token MFA has not been enabled by the userPool");
    if (call_failed(c))
        return;
    bytes_random(raw, sizeof raw);
    char *secret = bytes_base32(raw, sizeof raw);
    call_put(c->out, "SecretCode", secret);
    issued_note(&c->w->issued, secret);
    if (s != NULL)
        model_replace(&next_session(c, s)->totp_secret, secret);
    model_replace(&c->user->totp_pending, secret); /* so that a test can ask for its codes */
    free(secret);
}

void ops_verify(struct call *c)
{
    struct session *s = use_either(c);
    if (call_failed(c))
        return;
    struct user *u = c->user;
    const char *secret = s != NULL ? s->totp_secret : u->totp_pending;
    if (secret == NULL) {
        call_fail(c, "SoftwareTokenMFANotFoundException", "No software token was associated.");
        return;
    }
    if (totp_check(u, secret, call_text(c, "UserCode"), model_now_ms(c->w)) != TOTP_GOOD) {
        if (s != NULL)
            session_wrong(c, s);
        call_fail(c, "EnableSoftwareTokenMFAException",
                  "Code mismatch and fail enable Software Token MFA");
        return;
    }
    model_replace(&u->totp_secret, secret);
    model_replace(&u->totp_device, call_text(c, "FriendlyDeviceName"));
    model_replace(&u->totp_pending, NULL);
    if (s != NULL) {
        next_session(c, s)->totp_verified = true;
        u->mfa_on[MFA_TOTP] = true;
    }
    model_user_touch(u);
    call_put(c->out, "Status", "SUCCESS");
}

static bool setting(const struct call *c, const char *member, const char *key)
{
    struct json_object *m = call_member(c, member), *v = NULL;
    return m != NULL && json_object_object_get_ex(m, key, &v) && json_object_get_boolean(v);
}

static bool has_means(const struct user *u, enum mfa_kind kind)
{
    if (kind == MFA_TOTP)
        return u->totp_secret != NULL;
    return model_user_attr(u, kind == MFA_SMS ? "phone_number" : "email") != NULL;
}

void ops_mfa_preference(struct call *c)
{
    static const char *const members[MFA_KINDS] = { [MFA_SMS] = "SMSMfaSettings",
                                                    [MFA_TOTP] = "SoftwareTokenMfaSettings",
                                                    [MFA_EMAIL] = "EmailMfaSettings" };
    struct user *u = c->user;
    int preferred = 0;
    for (int kind = 0; kind < MFA_KINDS; kind++) {
        preferred += setting(c, members[kind], "PreferredMfa");
        if (setting(c, members[kind], "Enabled") && !has_means(u, (enum mfa_kind)kind))
            call_fail(c, "InvalidParameterException",
                      "User does not have delivery config set to turn on %s",
                      challenge_mfa_names[kind]);
    }
    if (preferred > 1)
        call_fail(c, "InvalidParameterException", "Only one MFA method can be preferred.");
    if (call_failed(c))
        return;
    for (int kind = 0; kind < MFA_KINDS; kind++) {
        if (call_member(c, members[kind]) == NULL)
            continue;
        u->mfa_on[kind] = setting(c, members[kind], "Enabled");
        if (u->mfa_on[kind] && setting(c, members[kind], "PreferredMfa"))
            u->mfa_preferred = (enum mfa_kind)kind;
        else if (u->mfa_preferred == (enum mfa_kind)kind)
            u->mfa_preferred = MFA_NONE;
    }
    model_user_touch(u);
}
