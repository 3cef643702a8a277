/* SPDX-License-Identifier: Apache-2.0 */
/* USER_AUTH; see choice.h. */
#include "choice.h"

#include <stdio.h>
#include <string.h>

#include "bytes.h"
#include "challenge.h"
#include "challenge_ask.h"
#include "challenge_srp.h"
#include "session.h"
#include "signin.h"

enum { FACTOR_PASSWORD = 1, FACTOR_EMAIL = 2, FACTOR_SMS = 4 };

struct given {
    const char *password, *srp_a; /* NULL: not sent */
};

static void begin_password(struct call *c, struct given given);
static void begin_srp(struct call *c, struct given given);
static void begin_email(struct call *c, struct given given);
static void begin_sms(struct call *c, struct given given);

/* In the order of AvailableChallenges. */
static const struct choice {
    const char *name;
    unsigned factor;
    void (*begin)(struct call *c, struct given given);
} choices[] = {
    { "PASSWORD_SRP", FACTOR_PASSWORD, begin_srp },
    { "PASSWORD", FACTOR_PASSWORD, begin_password },
    { "EMAIL_OTP", FACTOR_EMAIL, begin_email },
    { "SMS_OTP", FACTOR_SMS, begin_sms },
};

unsigned choice_factor(const char *name)
{
    for (size_t i = 0; i < COUNT(choices); i++) {
        if (strcmp(choices[i].name, name) == 0)
            return choices[i].factor;
    }
    return 0;
}

/* A code as first factor is for users without second factors. */
static bool may_use_codes(const struct call *c)
{
    if (c->pool->mfa == MFA_RULE_ON)
        return false;
    for (int kind = 0; c->user != NULL && kind < MFA_KINDS; kind++) {
        if (c->pool->mfa != MFA_RULE_OFF && challenge_has_mfa(c->user, (enum mfa_kind)kind))
            return false;
    }
    return c->user == NULL || strcmp(c->user->status, "CONFIRMED") == 0;
}

static bool is_available(const struct call *c, const struct choice *choice)
{
    const struct user *u = c->user;
    if ((c->pool->first_factors & choice->factor) == 0)
        return false;
    if (choice->factor == FACTOR_PASSWORD)
        return u == NULL || u->password != NULL;
    enum alias which = choice->factor == FACTOR_EMAIL ? ALIAS_EMAIL : ALIAS_PHONE;
    const char *attr = which == ALIAS_EMAIL ? "email" : "phone_number";
    return may_use_codes(c) &&
           (u == NULL || (model_user_attr(u, attr) != NULL && model_user_is_verified(u, which)));
}

static const struct choice *find_available(const struct call *c, const char *name)
{
    for (size_t i = 0; i < COUNT(choices); i++) {
        if (strcmp(choices[i].name, name) == 0 && is_available(c, &choices[i]))
            return &choices[i];
    }
    return NULL;
}

static void put_available(struct call *c)
{
    struct json_object *list = json_object_new_array();
    for (size_t i = 0; i < COUNT(choices); i++) {
        if (is_available(c, &choices[i]))
            json_object_array_add(list, json_object_new_string(choices[i].name));
    }
    json_object_object_add(c->out, "AvailableChallenges", list);
}

static void begin_password(struct call *c, struct given given)
{
    if (given.password == NULL) {
        challenge_put(c, session_new(c, "PASSWORD"));
        return;
    }
    signin_check_password(c, given.password);
    if (!call_failed(c))
        challenge_after_password(c);
}

static void begin_srp(struct call *c, struct given given)
{
    if (given.srp_a == NULL)
        challenge_put(c, session_new(c, "PASSWORD_SRP"));
    else
        challenge_ask_verifier(c, given.srp_a);
}

/* Where the code for nobody seems to have gone. */
static void invent_address(const struct call *c, enum mfa_kind kind, char ret[32])
{
    uint8_t seed[32];
    signin_pretended_bytes(c, "address", seed);
    if (kind == MFA_SMS)
        snprintf(ret, 32, "+1555555%04d", (seed[0] << 8 | seed[1]) % 10000);
    else
        snprintf(ret, 32, "%c@%c", 'a' + seed[2] % 26, 'a' + seed[3] % 26);
}

static void send_code(struct call *c, const char *challenge, enum mfa_kind kind)
{
    char invented[32] = "";
    if (c->user != NULL)
        signin_check_lock(c);
    else
        invent_address(c, kind, invented);
    if (call_failed(c))
        return;
    struct session *s = session_new(c, challenge);
    challenge_new_code(c, s, 8);
    challenge_put_delivery(challenge_put(c, s), kind,
                           c->user == NULL ? invented : challenge_address(c->user, kind));
}

static void begin_email(struct call *c, struct given given)
{
    (void)given;
    send_code(c, "EMAIL_OTP", MFA_EMAIL);
}

static void begin_sms(struct call *c, struct given given)
{
    (void)given;
    send_code(c, "SMS_OTP", MFA_SMS);
}

void choice_start(struct call *c)
{
    const char *preferred = call_map(c, "AuthParameters", "PREFERRED_CHALLENGE");
    struct given given = { call_map(c, "AuthParameters", "PASSWORD"),
                           call_map(c, "AuthParameters", "SRP_A") };
    if (preferred != NULL && choice_factor(preferred) == 0 && strcmp(preferred, "WEB_AUTHN") != 0)
        call_fail(c, "InvalidParameterException", "Invalid PREFERRED_CHALLENGE: %s", preferred);
    signin_start(c);
    if (call_failed(c))
        return;
    const struct choice *choice = preferred == NULL ? NULL : find_available(c, preferred);
    if (choice != NULL)
        choice->begin(c, given);
    else
        challenge_put(c, session_new(c, "SELECT_CHALLENGE"));
    if (!call_failed(c) && !json_object_object_get_ex(c->out, "AuthenticationResult", NULL))
        put_available(c);
}

/* A session is spent by what it led to; a wrong password ends it. */
static void settle(struct call *c, struct session *s)
{
    if (call_failed(c))
        s->is_dead = true;
    else
        session_spend(s);
}

void choice_judge_select(struct call *c, struct session *s, const char *answer)
{
    struct given given = { call_map(c, "ChallengeResponses", "PASSWORD"),
                           call_map(c, "ChallengeResponses", "SRP_A") };
    const struct choice *choice = find_available(c, answer);
    if (choice == NULL)
        call_fail(c, "InvalidParameterException", "Selected challenge is not available: %s",
                  answer);
    else if (choice->begin == begin_password && given.password == NULL)
        call_fail(c, "InvalidParameterException", "Missing required parameter PASSWORD");
    else if (choice->begin == begin_srp && given.srp_a == NULL)
        call_fail(c, "InvalidParameterException", "Missing required parameter SRP_A");
    if (call_failed(c))
        return;
    choice->begin(c, given);
    settle(c, s);
}

void choice_judge_password(struct call *c, struct session *s, const char *password)
{
    begin_password(c, (struct given){ .password = password });
    settle(c, s);
}

void choice_judge_srp(struct call *c, struct session *s, const char *srp_a)
{
    begin_srp(c, (struct given){ .srp_a = srp_a });
    settle(c, s);
}
