/* SPDX-License-Identifier: Apache-2.0 */
/* How the answers to challenges are judged; see challenge.h. One table: challenge -> judge. */
#include <stdlib.h>
#include <string.h>

#include "bytes.h"
#include "challenge.h"
#include "challenge_ask.h"
#include "challenge_srp.h"
#include "choice.h"
#include "custom.h"
#include "password.h"
#include "session.h"
#include "signin.h"
#include "totp.h"

struct answer_rule {
    const char *challenge;
    const char *key; /* of ChallengeResponses; NULL: only USERNAME */
    void (*judge)(struct call *c, struct session *s, const char *answer);
    bool is_first; /* a first factor: asked of users who do not exist, too */
};

static void judge_code(struct call *c, struct session *s, const char *answer)
{
    if (c->user == NULL || !bytes_equal(s->code, answer)) {
        session_wrong(c, s);
        call_fail(c, "CodeMismatchException", "Invalid code received for user");
        return;
    }
    session_spend(s);
    challenge_finish(c);
}

static void judge_totp(struct call *c, struct session *s, const char *answer)
{
    switch (totp_check(c->user, c->user->totp_secret, answer, model_now_ms(c->w))) {
    case TOTP_GOOD:
        session_spend(s);
        challenge_finish(c);
        break;
    case TOTP_USED:
        call_fail(c, "ExpiredCodeException", "Your software token has already been used once.");
        break;
    case TOTP_WRONG:
        session_wrong(c, s);
        call_fail(c, "CodeMismatchException", "Invalid code received for user");
        break;
    }
}

static void judge_choice(struct call *c, struct session *s, const char *answer)
{
    for (int kind = 0; kind < MFA_KINDS; kind++) {
        if (strcmp(answer, challenge_mfa_names[kind]) != 0 ||
            !challenge_has_mfa(c->user, (enum mfa_kind)kind))
            continue;
        session_spend(s);
        challenge_ask_mfa(c, (enum mfa_kind)kind);
        return;
    }
    call_fail(c, "InvalidParameterException", "Invalid MFA type selected");
}

/* The userAttributes.NAME answers: nothing that is there already, everything that is required. */
static void check_new_attributes(struct call *c, struct json_object *answers)
{
    static const char prefix[] = "userAttributes.";
    json_object_object_foreach(answers, key, value)
    {
        const char *name = key + sizeof prefix - 1;
        (void)value;
        if (strncmp(key, prefix, sizeof prefix - 1) != 0)
            continue;
        if (strcmp(name, "sub") == 0 || strstr(name, "_verified") != NULL)
            call_fail(c, "InvalidParameterException", "Cannot modify the attribute %s", name);
        else if (model_user_attr(c->user, name) != NULL && strncmp(name, "custom:", 7) != 0)
            call_fail(c, "NotAuthorizedException", "Cannot modify an already provided %s", name);
    }
    for (char **name = c->pool->required_attrs; name != NULL && *name != NULL; name++) {
        char *full = bytes_format("%s%s", prefix, *name);
        if (model_user_attr(c->user, *name) == NULL &&
            !json_object_object_get_ex(answers, full, NULL))
            call_fail(c, "InvalidParameterException",
                      "Attributes did not conform to the schema: %s: The attribute is required",
                      *name);
        free(full);
    }
}

static void judge_new_password(struct call *c, struct session *s, const char *answer)
{
    struct json_object *answers = call_member(c, "ChallengeResponses");
    password_check_policy(c, answer);
    check_new_attributes(c, answers);
    if (call_failed(c))
        return; /* the session stays: the person may choose another password */
    json_object_object_foreach(answers, key, value)
    {
        if (strncmp(key, "userAttributes.", 15) == 0)
            model_user_set_attr(c->user, key + 15, json_object_get_string(value));
    }
    session_spend(s);
    password_set(c->user, answer, true);
    challenge_after_new_password(c);
}

static void judge_setup(struct call *c, struct session *s, const char *answer)
{
    (void)answer;
    if (!s->totp_verified) {
        call_fail(c, "NotAuthorizedException", "Invalid session for the user.");
        return;
    }
    session_spend(s);
    challenge_finish(c);
}

static const struct answer_rule rules[] = {
    { "SMS_MFA", "SMS_MFA_CODE", judge_code, false },
    { "EMAIL_OTP", "EMAIL_OTP_CODE", judge_code, true },
    { "SOFTWARE_TOKEN_MFA", "SOFTWARE_TOKEN_MFA_CODE", judge_totp, false },
    { "SELECT_MFA_TYPE", "ANSWER", judge_choice, false },
    { "NEW_PASSWORD_REQUIRED", "NEW_PASSWORD", judge_new_password, false },
    { "MFA_SETUP", NULL, judge_setup, false },
    { "DEVICE_SRP_AUTH", "SRP_A", challenge_judge_device, false },
    { "DEVICE_PASSWORD_VERIFIER", "PASSWORD_CLAIM_SIGNATURE", challenge_judge_device_verifier,
      false },
    { "SMS_OTP", "SMS_OTP_CODE", judge_code, true },
    { "CUSTOM_CHALLENGE", "ANSWER", custom_judge, true },
    { "SELECT_CHALLENGE", "ANSWER", choice_judge_select, true },
    { "PASSWORD", "PASSWORD", choice_judge_password, true },
    { "PASSWORD_SRP", "SRP_A", choice_judge_srp, true },
    { "PASSWORD_VERIFIER", "PASSWORD_CLAIM_SIGNATURE", challenge_judge_verifier, true },
};

static const struct answer_rule *find_rule(const char *challenge)
{
    for (size_t i = 0; i < COUNT(rules); i++) {
        if (strcmp(rules[i].challenge, challenge) == 0)
            return &rules[i];
    }
    return NULL;
}

/* USERNAME is the name of the session's user, real or not. */
static bool is_users_session(struct call *c, const struct session *s, const char *username)
{
    if (s->pretended == NULL)
        return model_user_find(c->pool, username) == c->user;
    char *id = signin_pretended_id(c);
    bool ok = strcmp(username, s->pretended) == 0 || strcmp(username, id) == 0;
    free(id);
    return ok;
}

static void judge(struct call *c, const struct answer_rule *rule, struct session *s,
                  const char *answer)
{
    const char *username = call_map(c, "ChallengeResponses", "USERNAME");
    if (!is_users_session(c, s, username) || (c->user == NULL && !rule->is_first))
        call_fail(c, "NotAuthorizedException", "Invalid session for the user.");
    else if (c->user != NULL && lockout_is_locked(&c->user->code_lock, model_now_ms(c->w)))
        call_fail(c, "NotAuthorizedException", "Password attempts exceeded");
    else
        rule->judge(c, s, answer);
}

/* PASSWORD_VERIFIER may have come without a Session: then the secret block names it. */
static const char *session_text(struct call *c)
{
    const char *text = call_text(c, "Session");
    if (text == NULL && c->client->srp_without_session)
        text = call_map(c, "ChallengeResponses", "PASSWORD_CLAIM_SECRET_BLOCK");
    if (text == NULL)
        call_fail(c, "InvalidParameterException", "Missing required parameter Session");
    return text;
}

void challenge_answer(struct call *c, bool is_admin)
{
    const char *name = call_text(c, "ChallengeName");
    const char *username = call_map(c, "ChallengeResponses", "USERNAME");
    const struct answer_rule *rule = find_rule(name);
    if (rule == NULL) {
        call_fail(c, "InvalidParameterException", "Challenge %s is not supported", name);
        return;
    }
    const char *answer = rule->key == NULL ? "" : call_map(c, "ChallengeResponses", rule->key);
    if (username == NULL || answer == NULL) {
        call_fail(c, "InvalidParameterException", "Missing required parameter %s",
                  username == NULL ? "USERNAME" : rule->key);
        return;
    }
    const char *session = session_text(c);
    if (session != NULL)
        password_check_secret_hash(c, username, call_map(c, "ChallengeResponses", "SECRET_HASH"));
    struct session *s = call_failed(c) ? NULL : session_use(c, session, name, is_admin);
    if (s != NULL)
        judge(c, rule, s, answer);
}
