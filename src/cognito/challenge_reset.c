/* SPDX-License-Identifier: Apache-2.0
 *
 * A password set anew by a code (reference section 12): ForgotPassword, the code, the new password
 * twice, ConfirmForgotPassword. In a login the sign-in then begins again with the new password: a
 * reset proves nothing by itself, and MFA is asked as ever.
 */
#include "cognito/challenge.h"

#include "base/text.h"
#include "net/json_in.h"

#include <stdio.h>
#include <string.h>

static const struct challenge row;

void challenge_reset_wipe(struct reset *reset)
{
    secret_wipe(&reset->code);
    *reset = (struct reset){ .is_confirming = false };
}

static void request_code(struct auth *auth, struct auth_step *ret_step)
{
    auth->reset.is_confirming = false;
    auth_send_own(auth, API_FORGOT_PASSWORD, auth_write_forgot(auth), ret_step);
}

void challenge_reset_begin(struct auth *auth, const char *notice, struct auth_step *ret_step)
{
    auth->challenge = &row;
    auth->has_reset = true;
    auth->tries = 0;
    auth->prompt[0] = '\0';
    challenge_password_wipe(&auth->fresh);
    challenge_reset_wipe(&auth->reset);
    if (*notice != '\0')
        auth_note(auth, notice);
    auth_note_challenge(auth, row.name);
    request_code(auth, ret_step);
}

static void confirm(struct auth *auth, struct auth_step *ret_step)
{
    int err = auth_write_confirm(auth, &auth->reset.code, &auth->fresh.password);
    auth->reset.is_confirming = true;
    auth_send_own(auth, API_CONFIRM_FORGOT, err, ret_step);
}

static void ask_code(struct auth *auth, struct auth_step *ret_step)
{
    auth_ask(auth, AUTH_ASK_CODE, auth->prompt, ret_step);
}

/* A new password that was given stays good for the next code. */
static void ask_code_again(struct auth *auth, const char *notice, const char *reason,
                           struct auth_step *ret_step)
{
    char text[160];
    auth->reset.tries++;
    if (auth->reset.tries >= CHALLENGE_TRIES) {
        auth_fail(auth, ERR_AUTH, reason, NULL, ret_step);
        return;
    }
    snprintf(text, sizeof text, "%s%s", notice,
             auth_may_resend(auth) ? " Type r for a new one." : "");
    auth_note(auth, text);
    ask_code(auth, ret_step);
}

static void take_code(struct auth *auth, const struct secret *answer, struct auth_step *ret_step)
{
    bool is_r = answer->len == 1 && (answer->bytes[0] | 0x20) == 'r';
    if (is_r && !auth_may_resend(auth)) {
        ask_code_again(auth, "No further code can be sent now.", "no_code", ret_step);
    } else if (is_r) {
        auth->resends++;
        auth_note(auth, "A new code was sent.");
        request_code(auth, ret_step);
    } else if (!challenge_code_is_one(answer)) {
        ask_code_again(auth, "That code was not right.", "no_code", ret_step);
    } else {
        auth->reset.code = *answer;
        if (auth->fresh.password.len > 0)
            confirm(auth, ret_step);
        else
            challenge_password_ask(auth, ret_step);
    }
}

static void answer(struct auth *auth, const struct secret *answer, struct auth_step *ret_step)
{
    if (auth->asked == AUTH_ASK_CODE)
        take_code(auth, answer, ret_step);
    else
        challenge_password_answer(auth, answer, ret_step);
}

/* The destination is the pool's text. */
static void code_is_out(struct auth *auth, const struct json *body, struct auth_step *ret_step)
{
    const struct json *details;
    const char *medium = "", *raw = "";
    char to[64];
    if (body != NULL && json_in_object(body, "CodeDeliveryDetails", &details) == 0) {
        if (json_in_string(details, "DeliveryMedium", &medium) != 0)
            medium = "";
        if (json_in_string(details, "Destination", &raw) != 0)
            raw = "";
    }
    text_clean(to, sizeof to, raw, strlen(raw), TEXT_LINE);
    snprintf(auth->prompt, sizeof auth->prompt, "Code sent %s%s%s: ",
             strcmp(medium, "SMS") == 0     ? "by SMS"
             : strcmp(medium, "EMAIL") == 0 ? "by e-mail"
                                            : "to you",
             to[0] != '\0' ? " to " : "", to);
    ask_code(auth, ret_step);
}

static void password_is_set(struct auth *auth, struct auth_step *ret_step)
{
    auth->had_new_password = true;
    auth->password = auth->fresh.password;
    challenge_reset_wipe(&auth->reset);
    if (auth->options.changes_password) {
        auth_changed(auth, ret_step);
        return;
    }
    auth_note(auth, "The new password is set.");
    auth_initiate(auth, ret_step);
}

static void taken(struct auth *auth, const struct json *body, struct auth_step *ret_step)
{
    if (auth->reset.is_confirming)
        password_is_set(auth, ret_step);
    else
        code_is_out(auth, body, ret_step);
}

/* Words for a person who can go no further here; NULL: the rule's own, if any. */
static const char *last_words(const struct errors_rule *rule)
{
    switch (rule->err[ERRORS_PASSWORD]) {
    case ERR_NO_FACTOR:
        return "No code can be sent: the account has neither a verified e-mail address nor a "
               "verified phone number. An administrator can help.";
    case ERR_PASSWORD_BAD:
        return rule->may_show ? NULL : "Only an administrator can reset this password.";
    default:
        return NULL;
    }
}

static bool confirm_refused(struct auth *auth, const struct api_result *result,
                            struct auth_step *ret_step)
{
    const struct errors_rule *rule = result->rule;
    if (rule != NULL && rule->action == ERRORS_ASK_CODE)
        ask_code_again(auth, "That code was not right.", rule->word, ret_step);
    else if (rule != NULL && rule->action == ERRORS_NEW_CODE && auth_may_resend(auth))
        ask_code_again(auth, "That code is too old.", rule->word, ret_step);
    else
        return challenge_password_refused(auth, result, ret_step) ||
               challenge_password_lost(auth, result, ret_step);
    return true;
}

/* Whether a code is out nobody knows. The sign-in once more would only meet the same demand, and
 * end as if the person were to blame. */
static bool request_lost(struct auth *auth, const struct api_result *result,
                         struct auth_step *ret_step)
{
    if (result->rule != NULL || result->err != ERR_UNAVAIL || !result->may_be_done)
        return false;
    auth_fail(auth, ERR_UNAVAIL, "lost_reply", NULL, ret_step);
    return true;
}

static bool refused(struct auth *auth, const struct api_result *result, struct auth_step *ret_step)
{
    const struct errors_rule *rule = result->rule;
    const char *words = rule == NULL ? NULL : last_words(rule);
    if (auth->reset.is_confirming && confirm_refused(auth, result, ret_step))
        return true;
    if (words == NULL)
        return challenge_password_later(auth, result, ret_step) ||
               request_lost(auth, result, ret_step);
    auth_fail(auth, rule->err[ERRORS_PASSWORD], rule->word, words, ret_step);
    return true;
}

bool challenge_reset_wants_code(const struct auth *auth)
{
    return auth->challenge == &row && !auth->reset.is_confirming;
}

static const struct challenge row = {
    .name = "RESET_PASSWORD",
    .is_delivered = true,
    .answer = answer,
    .side = taken,
    .refused = refused,
    .send = confirm,
};
