/* SPDX-License-Identifier: Apache-2.0
 *
 * NEW_PASSWORD_REQUIRED: the new password twice, then each required attribute, then one answer. The
 * question is shared by all who set a password. Passwords go through unchanged: the pool's policy
 * judges them, not we.
 */
#include "cognito/challenge.h"

#include "base/text.h"
#include "net/json_in.h"

#include <stdio.h>
#include <string.h>

#define PREFIX       "userAttributes."
#define VALUE_MAX    2048
#define PASSWORD_MAX 1024 /* 256 characters of four bytes */

void challenge_password_wipe(struct new_password *fresh)
{
    secret_wipe(&fresh->password);
    for (size_t i = 0; i < CHALLENGE_MAX_ATTRIBUTES; i++)
        buf_free(&fresh->values[i]);
    *fresh = (struct new_password){ .question = ASKS_NEW };
}

/* Verified flags are never the user's to send back. */
static bool is_askable(const char *name)
{
    size_t n = strlen(name);
    size_t plain = strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                "0123456789_:.-");
    return n > 0 && n == plain && (n < 9 || strcmp(name + n - 9, "_verified") != 0);
}

static void add_attribute(struct auth *auth, const char *text)
{
    struct new_password *fresh = &auth->fresh;
    const char *name = strncmp(text, PREFIX, strlen(PREFIX)) == 0 ? text + strlen(PREFIX) : text;
    size_t at = fresh->attribute_count;
    if (at == CHALLENGE_MAX_ATTRIBUTES || !is_askable(name) ||
        strlen(name) >= sizeof fresh->names[at])
        return;
    memcpy(fresh->names[at], name, strlen(name) + 1);
    fresh->attribute_count++;
}

void challenge_password_ask(struct auth *auth, struct auth_step *ret_step)
{
    auth->fresh.question = ASKS_NEW;
    secret_wipe(&auth->fresh.password);
    auth_ask(auth, AUTH_ASK_NEW_PASSWORD, "New password: ", ret_step);
}

/* "family_name" is asked as "Family name: ". */
static void ask_attribute(struct auth *auth, struct auth_step *ret_step)
{
    struct new_password *fresh = &auth->fresh;
    const char *name = fresh->names[fresh->attribute_at];
    char prompt[80];
    if (strncmp(name, "custom:", 7) == 0)
        name += 7;
    snprintf(prompt, sizeof prompt, "%s: ", name);
    for (char *p = prompt; *p != '\0'; p++) {
        if (*p == '_')
            *p = ' ';
    }
    if (prompt[0] >= 'a' && prompt[0] <= 'z')
        prompt[0] = (char)(prompt[0] - 'a' + 'A');
    fresh->question = ASKS_ATTRIBUTE;
    auth_ask(auth, AUTH_ASK_TEXT, prompt, ret_step);
}

void challenge_password_enter(struct auth *auth, const struct json *params,
                              struct auth_step *ret_step)
{
    struct new_password *fresh = &auth->fresh;
    challenge_password_wipe(fresh);
    /* Unreadable: go on without. The pool says what it misses. */
    if (challenge_each(params, "requiredAttributes", add_attribute, auth) != 0)
        fresh->attribute_count = 0;
    challenge_password_ask(auth, ret_step);
}

bool challenge_password_has_blank(const struct api_result *result, const struct secret *password)
{
    if (result->rule == NULL || strcmp(result->rule->word, "invalid_input") != 0)
        return false;
    for (size_t i = 0; i < password->len; i++) {
        if (password->bytes[i] == ' ' || (password->bytes[i] >= '\t' && password->bytes[i] <= '\r'))
            return true;
    }
    return false;
}

/* What the pool says about a blank are words for programmers. */
static const char *refusal(const struct auth *auth, const struct api_result *result)
{
    if (result->rule == NULL)
        return NULL;
    if (result->rule->action == ERRORS_ASK_PASSWORD)
        return result->message[0] != '\0' ? result->message : "That password was not accepted.";
    return challenge_password_has_blank(result, &auth->fresh.password) ? "Blanks are not accepted."
                                                                       : NULL;
}

bool challenge_password_refused(struct auth *auth, const struct api_result *result,
                                struct auth_step *ret_step)
{
    const char *notice = auth->challenge->send == NULL ? NULL : refusal(auth, result);
    if (notice == NULL || !auth_may_ask_again(auth))
        return false;
    auth_note(auth, notice);
    challenge_password_ask(auth, ret_step);
    return true;
}

bool challenge_password_later(struct auth *auth, const struct api_result *result,
                              struct auth_step *ret_step)
{
    const struct errors_rule *rule = result->rule;
    if (rule == NULL || rule->err[ERRORS_PASSWORD] != ERR_MAXTRIES)
        return false;
    auth_fail(auth, ERR_MAXTRIES, rule->word, "Too many attempts. Please try again later.",
              ret_step);
    return true;
}

bool challenge_password_lost(struct auth *auth, const struct api_result *result,
                             struct auth_step *ret_step)
{
    if (!result->may_be_done)
        return false;
    auth_fail(auth, ERR_UNAVAIL, "lost_reply",
              "The connection broke. Perhaps the new password counts already.", ret_step);
    return true;
}

static void ask_or_send(struct auth *auth, struct auth_step *ret_step)
{
    struct new_password *fresh = &auth->fresh;
    if (fresh->attribute_at < fresh->attribute_count)
        ask_attribute(auth, ret_step);
    else
        auth->challenge->send(auth, ret_step);
}

static void ask_anew(struct auth *auth, const char *notice, struct auth_step *ret_step)
{
    if (!auth_may_ask_again(auth)) {
        auth_fail(auth, ERR_PASSWORD_BAD, "no_new_password", NULL, ret_step);
        return;
    }
    auth_note(auth, notice);
    challenge_password_ask(auth, ret_step);
}

void challenge_password_answer(struct auth *auth, const struct secret *answer,
                               struct auth_step *ret_step)
{
    struct new_password *fresh = &auth->fresh;
    switch (fresh->question) {
    case ASKS_NEW:
        if (answer->len == 0 || answer->len > PASSWORD_MAX) {
            ask_anew(auth, "No password was given.", ret_step);
        } else if (secret_equal(answer, &auth->password)) {
            ask_anew(auth, "The new password must be another one.", ret_step);
        } else {
            fresh->password = *answer;
            fresh->question = ASKS_AGAIN;
            auth_ask(auth, AUTH_ASK_NEW_PASSWORD_AGAIN, "Retype new password: ", ret_step);
        }
        return;
    case ASKS_AGAIN:
        if (secret_equal(answer, &fresh->password))
            ask_or_send(auth, ret_step);
        else
            ask_anew(auth, "The passwords do not match.", ret_step);
        return;
    case ASKS_ATTRIBUTE:
        if (answer->len == 0 || answer->len > VALUE_MAX) {
            ask_attribute(auth, ret_step);
            if (!auth_may_ask_again(auth))
                auth_fail(auth, ERR_AUTH, "no_attribute", NULL, ret_step);
            return;
        }
        buf_reset(&fresh->values[fresh->attribute_at]);
        buf_add(&fresh->values[fresh->attribute_at], answer->bytes, answer->len);
        fresh->attribute_at++;
        ask_or_send(auth, ret_step);
        return;
    }
}

void challenge_password_write(const struct auth *auth, struct json_out *out)
{
    const struct new_password *fresh = &auth->fresh;
    json_out_string(out, auth->challenge->response, fresh->password.bytes);
    for (size_t i = 0; i < fresh->attribute_count; i++) {
        char key[96];
        snprintf(key, sizeof key, PREFIX "%s", fresh->names[i]);
        json_out_string(out, key, buf_text(&fresh->values[i]));
    }
}
