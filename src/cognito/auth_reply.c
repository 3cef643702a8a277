/* SPDX-License-Identifier: Apache-2.0
 *
 * The machine, the pool's side: what a reply means. finish_tokens is the only way to AUTH_DONE
 * (R-PAM-04).
 */
#include "cognito/challenge.h"

#include "base/text.h"
#include "net/json_in.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void auth_note_challenge(struct auth *auth, const char *name)
{
    char clean[48];
    text_clean(clean, sizeof clean, name, strlen(name), TEXT_WORD);
    size_t n = strlen(auth->seen);
    snprintf(auth->seen + n, sizeof auth->seen - n, "%s%s", n == 0 ? "" : ",", clean);
}

/* Values are strings; lists of strings come from emulators. Anything else is no
 * ChallengeParameters. */
static int check_param(void *arg, const char *key, const struct json *value)
{
    (void)arg;
    (void)key;
    const char *s;
    if (value == NULL || json_in_as_string(value, &s) == 0)
        return 0;
    size_t n = json_in_count(value);
    for (size_t i = 0; i < n; i++) {
        if (json_in_as_string(json_in_at(value, i), &s) != 0)
            return ERR_FORMAT;
    }
    return n > 0 ? 0 : ERR_FORMAT;
}

/* From here on the pool's own name for this user is what is sent and hashed (reference section 9).
 */
static int take_username(struct auth *auth, const struct json *params)
{
    const char *name;
    int err = params == NULL ? ERR_ABSENT : json_in_string(params, "USER_ID_FOR_SRP", &name);
    if (err == ERR_ABSENT || (err == 0 && *name == '\0'))
        return 0;
    if (err != 0 || strlen(name) > 512)
        return ERR_FORMAT;
    char *copy = strdup(name);
    if (copy == NULL)
        return ERR_NOMEM;
    free(auth->username);
    auth->username = copy;
    return 0;
}

static int take_session(struct auth *auth, const struct json *body, bool may_lack)
{
    const char *session;
    int err = json_in_string(body, "Session", &session);
    if (err == ERR_ABSENT && may_lack)
        session = "";
    else if (err != 0 || *session == '\0')
        return ERR_FORMAT;
    return auth_keep_session(auth, session);
}

static void refuse_challenge(struct auth *auth, const char *word, const char *name,
                             struct auth_step *ret_step)
{
    char clean[48];
    char reason[80];
    text_clean(clean, sizeof clean, name, strlen(name), TEXT_WORD);
    snprintf(reason, sizeof reason, "%s:%s", word, clean);
    auth_fail(auth, ERR_NO_FACTOR, reason, NULL, ret_step);
}

static void enter_challenge(struct auth *auth, const struct json *body, const char *name,
                            struct auth_step *ret_step)
{
    const struct json *params = NULL;
    const struct challenge *c = challenge_find(name);
    auth_note_challenge(auth, name);
    auth->asked_more = auth->asked_more || c == NULL || !c->is_password;
    auth->rounds++;
    if (c == NULL || c->enter == NULL) {
        refuse_challenge(auth, c == NULL ? "unknown_challenge" : "unsupported_challenge", name,
                         ret_step);
        return;
    }
    if (auth->rounds > CHALLENGE_ROUNDS) {
        refuse_challenge(auth, "too_many_challenges", name, ret_step);
        return;
    }
    int err = json_in_object(body, "ChallengeParameters", &params);
    if (err == ERR_ABSENT)
        params = NULL;
    else if (err == 0)
        err = json_in_each(params, check_param, NULL);
    if ((err != 0 && err != ERR_ABSENT) || take_session(auth, body, c->may_lack_session) != 0 ||
        take_username(auth, params) != 0) {
        auth_malformed(auth, ret_step);
        return;
    }
    if (c->asks_first)
        auth->had_first = false;
    if (!auth->is_resending)
        auth->tries = 0;
    auth->challenge = c;
    auth->prompt[0] = '\0'; /* code challenges set it */
    auth->reply = body;
    c->enter(auth, params, ret_step);
    auth->reply = NULL;
}

static int optional_string(const struct json *object, const char *key, const char **ret_s)
{
    *ret_s = NULL;
    int err = json_in_string(object, key, ret_s);
    return err == ERR_ABSENT ? 0 : err;
}

/* A device that the pool does not know yet. What is unreadable here is no reason to refuse. */
static void take_new_device(const struct json *result, struct auth_tokens *t)
{
    const struct json *device;
    if (json_in_object(result, "NewDeviceMetadata", &device) != 0)
        return;
    if (json_in_string(device, "DeviceKey", &t->device_key) != 0 ||
        json_in_string(device, "DeviceGroupKey", &t->device_group_key) != 0)
        t->device_key = t->device_group_key = NULL;
}

static void finish_tokens(struct auth *auth, const struct json *body, struct auth_step *ret_step)
{
    const struct json *result;
    struct auth_tokens t = { .access = NULL };
    int64_t life_s;
    bool is_good = json_in_object(body, "AuthenticationResult", &result) == 0 &&
                   json_in_string(result, "AccessToken", &t.access) == 0 && *t.access != '\0' &&
                   optional_string(result, "IdToken", &t.id) == 0 &&
                   optional_string(result, "RefreshToken", &t.refresh) == 0 &&
                   json_in_integer(result, "ExpiresIn", &life_s) != ERR_FORMAT;
    if (!is_good) {
        auth_malformed(auth, ret_step);
        return;
    }
    take_new_device(result, &t);
    json_in_free(&auth->tokens);
    auth->tokens = json_in_hold(result);
    *ret_step = (struct auth_step){ .kind = AUTH_DONE, .tokens = t, .text = "" };
    auth->stage = STAGE_ENDED;
    buf_free(&auth->kept);
    srp_free(&auth->srp);
    challenge_password_wipe(&auth->fresh);
}

/* An answer was taken: what does the transcript say now (R-PAM-09)? */
static void note_progress(struct auth *auth)
{
    enum factor factor = auth->stage == STAGE_RESPOND ? auth->challenge->factor : FACTOR_NONE;
    if (factor == FACTOR_SECOND && auth->had_first)
        auth->had_mfa = true;
    if (factor == FACTOR_DEVICE)
        auth->had_device = true;
    if (factor == FACTOR_FIRST || factor == FACTOR_SECOND || auth->sent_password)
        auth->had_first = true;
    if (auth->sent_password || (factor == FACTOR_FIRST && auth->challenge->is_password))
        auth->proved_password = true;
    auth->sent_password = false;
    if (auth->stage == STAGE_RESPOND && auth->challenge->answer == challenge_password_answer) {
        auth->had_new_password = true;
        /* A restart from here on needs the new one. */
        auth->password = auth->fresh.password;
    }
}

static void take_success(struct auth *auth, const struct json *body, struct auth_step *ret_step)
{
    const char *name;
    if (auth->stage == STAGE_SIDE) {
        auth->challenge->side(auth, body, ret_step);
        return;
    }
    int err = body == NULL ? ERR_FORMAT : json_in_string(body, "ChallengeName", &name);
    if (err == ERR_FORMAT) {
        auth_malformed(auth, ret_step);
        return;
    }
    note_progress(auth);
    if (err == 0)
        enter_challenge(auth, body, name, ret_step);
    else
        finish_tokens(auth, body, ret_step);
    /* r is over once the person is asked again or nothing is left to ask. */
    if (ret_step->kind != AUTH_SEND)
        auth->is_resending = false;
}

/* Is a code on its way? */
static bool has_sent_code(const struct auth *auth)
{
    return (auth->stage == STAGE_RESPOND || auth->stage == STAGE_SIDE) && auth->prompt[0] != '\0';
}

/* The session is gone, or nobody knows whether it is: the flow from its beginning, once, and only
 * while the password is held. */
static void restart(struct auth *auth, int err, const char *reason, const char *notice,
                    struct auth_step *ret_step)
{
    bool is_answer = auth->stage == STAGE_RESPOND || auth->stage == STAGE_SIDE;
    if (auth->has_restarted || !is_answer || auth->password.len == 0) {
        auth_fail(auth, err, reason, NULL, ret_step);
        return;
    }
    auth->has_restarted = true;
    auth_note(auth, notice);
    auth_initiate(auth, ret_step);
}

/* The pool has forgotten this host's device of the user: from the beginning without it. */
static bool drop_device(struct auth *auth, struct auth_step *ret_step)
{
    if (auth->lost_device || auth->options.device.key == NULL || auth->stage == STAGE_SIDE)
        return false;
    auth->lost_device = true;
    auth_initiate(auth, ret_step);
    return true;
}

/* The pool wants a new password before it looks at this one: that says nothing about who asks
 * (reference section 6), and so does the code that is sent; the sign-in begins again afterwards. */
static bool begin_reset(struct auth *auth, struct auth_step *ret_step)
{
    const struct auth_options *o = &auth->options;
    if (auth->has_reset || !(o->may_reset || o->changes_password))
        return false;
    challenge_reset_begin(auth, "Your password was reset: a new one has to be set.", ret_step);
    return true;
}

/* True when there is a way on. */
static bool go_on(struct auth *auth, const struct api_result *result, struct auth_step *ret_step)
{
    const struct errors_rule *rule = result->rule;
    const char *notice = NULL;
    switch (rule->action) {
    case ERRORS_ASK_CODE:
        notice = "That code was not right.";
        break;
    case ERRORS_NEXT_CODE:
        notice = "That code was used already. Wait for the next one.";
        break;
    case ERRORS_NEW_CODE:
        notice = has_sent_code(auth) && auth_may_resend(auth) ? "That code is too old." : NULL;
        break;
    case ERRORS_RESTART:
        restart(auth, rule->err[ERRORS_AUTH], rule->word, "That took too long; once more, please.",
                ret_step);
        return true;
    case ERRORS_ASK_PASSWORD:
        return auth->stage == STAGE_RESPOND && challenge_password_refused(auth, result, ret_step);
    case ERRORS_RESET:
        return begin_reset(auth, ret_step);
    case ERRORS_DROP_DEVICE:
        return drop_device(auth, ret_step);
    default:
        return false;
    }
    if (notice == NULL || !has_sent_code(auth))
        return false;
    auth_ask_code_again(auth, notice, rule->word, ret_step);
    return true;
}

/* What the challenge itself makes of a refusal of its own operation. */
static bool is_its_own(struct auth *auth, const struct api_result *result,
                       struct auth_step *ret_step)
{
    return auth->stage == STAGE_SIDE && auth->challenge->refused != NULL &&
           auth->challenge->refused(auth, result, ret_step);
}

/* The pool's own words. What it says before it has looked at the password (a reset that is due, a
 * Lambda's refusal) it says to anybody who knows the name (reference sections 6 and 15): in a login
 * they wait for the proof (R-PAM-11). Who changes a password is known. */
static const char *words_for_person(const struct auth *auth, const struct api_result *result)
{
    bool is_known = auth_proved_password(auth) || auth->options.changes_password;
    return result->rule->may_show && is_known ? result->message : NULL;
}

void auth_reply(struct auth *auth, const struct api_result *result, struct auth_step *ret_step)
{
    const struct errors_rule *rule = result->rule;
    bool is_turn =
        auth->stage == STAGE_INITIATE || auth->stage == STAGE_RESPOND || auth->stage == STAGE_SIDE;
    snprintf(auth->request_id, sizeof auth->request_id, "%s", result->request_id);
    json_out_free(&auth->body);
    if (!is_turn)
        auth_fail(auth, ERR_SYSTEM, "out_of_turn", NULL, ret_step);
    else if (result->err == 0)
        take_success(auth, result->body, ret_step);
    else if (is_its_own(auth, result, ret_step))
        return;
    else if (rule != NULL && go_on(auth, result, ret_step))
        return;
    else if (rule != NULL)
        auth_fail(auth, rule->err[ERRORS_AUTH], rule->word, words_for_person(auth, result),
                  ret_step);
    else if (result->err == ERR_FORMAT)
        auth_malformed(auth, ret_step);
    else if (result->err == ERR_UNAVAIL && result->may_be_done)
        restart(auth, result->err, "lost_reply", "The connection broke; once more, please.",
                ret_step);
    else
        auth_fail(auth, result->err, err_word(result->err), NULL, ret_step);
}
