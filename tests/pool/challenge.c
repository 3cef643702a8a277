/* SPDX-License-Identifier: Apache-2.0 */
/* Which challenge comes next and what it says; see challenge.h. Answers: challenge_answer.c. */
#include "challenge.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bytes.h"
#include "challenge_ask.h"
#include "challenge_srp.h"
#include "custom.h"
#include "device.h"
#include "session.h"
#include "token.h"

const char *const challenge_mfa_names[MFA_KINDS] = {
    [MFA_SMS] = "SMS_MFA", [MFA_TOTP] = "SOFTWARE_TOKEN_MFA", [MFA_EMAIL] = "EMAIL_OTP"
};

struct json_object *challenge_put(struct call *c, const struct session *s)
{
    struct json_object *params = json_object_new_object();
    call_put(c->out, "ChallengeName", s->challenge);
    call_put(c->out, "Session", s->text);
    json_object_object_add(c->out, "ChallengeParameters", params);
    return params;
}

void challenge_put_text(struct json_object *params, const char *key, struct json_object *value)
{
    call_put(params, key,
             json_object_to_json_string_ext(value, JSON_C_TO_STRING_PLAIN |
                                                       JSON_C_TO_STRING_NOSLASHESCAPE));
    json_object_put(value);
}

/* +*******0100 and a***@e***, as the service hides destinations. */
char *challenge_hidden(enum mfa_kind kind, const char *address)
{
    size_t n = strlen(address);
    if (kind == MFA_SMS)
        return bytes_format("+*******%s", n > 4 ? address + n - 4 : address);
    const char *at = strchr(address, '@');
    return bytes_format("%c***@%c***", *address, at == NULL ? '*' : at[1]);
}

const char *challenge_address(const struct user *u, enum mfa_kind kind)
{
    return model_user_attr(u, kind == MFA_SMS ? "phone_number" : "email");
}

void challenge_random_digits(int digits, char ret[16])
{
    uint8_t b[8];
    uint64_t n = 0;
    bytes_random(b, sizeof b);
    for (size_t i = 0; i < sizeof b; i++)
        n = n << 8 | b[i];
    snprintf(ret, 16, "%0*llu", digits,
             (unsigned long long)(n % (digits == 8 ? 100000000u : 1000000u)));
}

void challenge_new_code(struct call *c, struct session *s, int digits)
{
    challenge_random_digits(digits, s->code);
    issued_note(&c->w->issued, s->code);
    if (c->user != NULL)
        memcpy(c->user->code, s->code, sizeof s->code);
}

void challenge_put_delivery(struct json_object *params, enum mfa_kind kind, const char *address)
{
    char *where = challenge_hidden(kind, address);
    call_put(params, "CODE_DELIVERY_DELIVERY_MEDIUM", kind == MFA_SMS ? "SMS" : "EMAIL");
    call_put(params, "CODE_DELIVERY_DESTINATION", where);
    free(where);
}

void challenge_ask_mfa(struct call *c, enum mfa_kind kind)
{
    struct session *s = session_new(c, challenge_mfa_names[kind]);
    struct json_object *params = challenge_put(c, s);
    if (kind == MFA_TOTP) {
        call_put(params, "USER_ID_FOR_SRP", c->user->name);
        call_put(params, "FRIENDLY_DEVICE_NAME", c->user->totp_device);
        return;
    }
    challenge_new_code(c, s, 6);
    challenge_put_delivery(params, kind, challenge_address(c->user, kind));
    call_put(params, "USER_ID_FOR_SRP", c->user->name);
}

bool challenge_has_mfa(const struct user *u, enum mfa_kind kind)
{
    if (!u->mfa_on[kind])
        return false;
    return kind == MFA_TOTP ? u->totp_secret != NULL : challenge_address(u, kind) != NULL;
}

static void ask_mfa_choice(struct call *c)
{
    struct json_object *params = challenge_put(c, session_new(c, "SELECT_MFA_TYPE"));
    struct json_object *list = json_object_new_array();
    for (int kind = 0; kind < MFA_KINDS; kind++) {
        if (challenge_has_mfa(c->user, (enum mfa_kind)kind))
            json_object_array_add(list, json_object_new_string(challenge_mfa_names[kind]));
    }
    challenge_put_text(params, "MFAS_CAN_CHOOSE", list);
    call_put(params, "USER_ID_FOR_SRP", c->user->name);
}

static void ask_mfa_setup(struct call *c)
{
    struct json_object *params = challenge_put(c, session_new(c, "MFA_SETUP"));
    struct json_object *list = json_object_new_array();
    json_object_array_add(list, json_object_new_string("SOFTWARE_TOKEN_MFA"));
    challenge_put_text(params, "MFAS_CAN_SETUP", list);
    call_put(params, "USER_ID_FOR_SRP", c->user->name);
}

static void ask_new_password(struct call *c)
{
    struct json_object *params = challenge_put(c, session_new(c, "NEW_PASSWORD_REQUIRED"));
    struct json_object *required = json_object_new_array(), *have = json_object_new_object();
    for (char **name = c->pool->required_attrs; name != NULL && *name != NULL; name++) {
        if (model_user_attr(c->user, *name) != NULL)
            continue;
        char *full = bytes_format("userAttributes.%s", *name);
        json_object_array_add(required, json_object_new_string(full));
        free(full);
    }
    for (size_t i = 0; i < c->user->attr_count; i++) {
        if (strcmp(c->user->attrs[i].name, "sub") != 0)
            call_put(have, c->user->attrs[i].name, c->user->attrs[i].value);
    }
    call_put(params, "USER_ID_FOR_SRP", c->user->name);
    challenge_put_text(params, "requiredAttributes", required);
    challenge_put_text(params, "userAttributes", have);
}

void challenge_finish(struct call *c)
{
    if (device_is_asked(c))
        challenge_ask_device(c);
    else
        token_sign_in(c);
}

/* The user's second factor, a choice of several, or setting up the first one. */
static void ask_second_factor(struct call *c)
{
    int count = 0;
    enum mfa_kind last = MFA_NONE;
    for (int kind = 0; kind < MFA_KINDS && c->pool->mfa != MFA_RULE_OFF; kind++) {
        if (challenge_has_mfa(c->user, (enum mfa_kind)kind)) {
            count++;
            last = (enum mfa_kind)kind;
        }
    }
    enum mfa_kind preferred = c->user->mfa_preferred;
    if (count > 0 && preferred != MFA_NONE && challenge_has_mfa(c->user, preferred))
        challenge_ask_mfa(c, preferred);
    else if (count > 1)
        ask_mfa_choice(c);
    else if (count == 1)
        challenge_ask_mfa(c, last);
    else if (c->pool->mfa == MFA_RULE_ON)
        ask_mfa_setup(c);
    else
        challenge_finish(c);
}

void challenge_after_new_password(struct call *c)
{
    if (c->signin.is_custom)
        custom_ask(c);
    else if (device_is_asked(c) && !c->pool->device_asks_mfa)
        challenge_ask_device(c);
    else
        ask_second_factor(c);
}

void challenge_after_password(struct call *c)
{
    if (strcmp(c->user->status, "FORCE_CHANGE_PASSWORD") == 0)
        ask_new_password(c);
    else
        challenge_after_new_password(c);
}
