/* SPDX-License-Identifier: Apache-2.0
 *
 * The machine, the person's side: begin, answer, and the steps that both sides take. Every way out
 * goes through auth_ask, transmit, auth_changed or auth_fail; a login's success only comes from
 * auth_reply.c (R-PAM-04).
 */
#include "cognito/challenge.h"

#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What sshd sends for users it refuses itself; it must never reach the pool (R-PAM-08). */
static const char junk_password[] = "\b\n\r\177INCORRECT";

/* ----------------------------------------------------------------- steps */

void auth_ask(struct auth *auth, enum auth_ask kind, const char *prompt, struct auth_step *ret_step)
{
    buf_free(&auth->text);
    buf_str(&auth->text, auth->notice);
    buf_str(&auth->text, prompt);
    if (auth->text.bad) {
        auth_fail(auth, ERR_NOMEM, err_word(ERR_NOMEM), NULL, ret_step);
        return;
    }
    *ret_step = (struct auth_step){ .kind = AUTH_ASK, .ask = kind, .text = buf_text(&auth->text) };
    ret_step->echo = kind == AUTH_ASK_TEXT || kind == AUTH_ASK_CHOICE;
    auth->notice[0] = '\0';
    auth->asked = kind;
    auth->stage = auth->challenge == NULL ? STAGE_PASSWORD : STAGE_CHALLENGE;
    buf_free(&auth->kept);
}

void auth_ask_password(struct auth *auth, struct auth_step *ret_step)
{
    if (auth->options.changes_password)
        auth_ask(auth, AUTH_ASK_CURRENT_PASSWORD,
                 "Forgotten? Press Enter alone, and a code is sent to you.\nCurrent password: ",
                 ret_step);
    else
        auth_ask(auth, AUTH_ASK_PASSWORD, "Password: ", ret_step);
}

bool auth_asked_password(const struct auth *auth)
{
    return auth->asked == AUTH_ASK_PASSWORD || auth->asked == AUTH_ASK_CURRENT_PASSWORD;
}

static void end(struct auth *auth)
{
    auth->stage = STAGE_ENDED;
    json_out_free(&auth->body);
    secret_wipe(&auth->code);
    buf_free(&auth->kept);
    srp_free(&auth->srp);
    challenge_password_wipe(&auth->fresh);
    challenge_reset_wipe(&auth->reset);
}

void auth_changed(struct auth *auth, struct auth_step *ret_step)
{
    *ret_step = (struct auth_step){ .kind = AUTH_CHANGED, .text = "" };
    end(auth);
}

void auth_fail(struct auth *auth, int err, const char *reason, const char *text,
               struct auth_step *ret_step)
{
    char clean[1024] = "";
    if (text != NULL)
        text_clean(clean, sizeof clean, text, strlen(text), TEXT_LINE);
    end(auth);
    buf_free(&auth->text);
    buf_str(&auth->text, clean);
    *ret_step =
        (struct auth_step){ .kind = AUTH_FAILED, .err = err, .text = buf_text(&auth->text) };
    snprintf(ret_step->reason, sizeof ret_step->reason, "%s", reason);
}

void auth_shown(struct auth *auth, struct auth_step *step)
{
    buf_free(&auth->text);
    step->text = "";
}

void auth_keep_code(struct auth *auth, const struct secret *code)
{
    buf_free(&auth->kept);
    buf_add(&auth->kept, code->bytes, code->len);
    auth->kept_bytes = code->len;
}

bool auth_has_kept(const struct auth *auth, const struct challenge *c)
{
    return c->takes_kept && auth->kept.len > 0;
}

void auth_malformed(struct auth *auth, struct auth_step *ret_step)
{
    auth_fail(auth, ERR_UNAVAIL, "malformed_reply", NULL, ret_step);
}

static void transmit(struct auth *auth, enum auth_stage stage, enum api_op op, int err,
                     struct auth_step *ret_step)
{
    /* ERR_FORMAT: what was typed is no UTF-8, so it cannot be anybody's password or code. */
    if (err != 0) {
        bool is_text = err == ERR_FORMAT;
        auth_fail(auth, is_text ? ERR_AUTH : err, is_text ? "not_utf8" : err_word(err), NULL,
                  ret_step);
        return;
    }
    *ret_step = (struct auth_step){ .kind = AUTH_SEND, .op = op, .text = "" };
    if (json_out_text(&auth->body, &ret_step->body, &ret_step->body_bytes) != 0) {
        auth_fail(auth, ERR_NOMEM, err_word(ERR_NOMEM), NULL, ret_step);
        return;
    }
    auth->stage = stage;
}

int auth_new_srp(struct auth *auth)
{
    srp_free(&auth->srp);
    return srp_open(auth->options.random, &auth->srp);
}

void auth_initiate(struct auth *auth, struct auth_step *ret_step)
{
    enum auth_first first = auth_first(auth);
    auth->challenge = NULL;
    buf_reset(&auth->session);
    free(auth->username);
    auth->username = NULL;
    auth->had_first = false; /* a new run proves everything anew */
    auth->had_mfa = false;
    auth->had_device = false;
    challenge_password_wipe(&auth->fresh);
    int err = first == FIRST_SRP ? auth_new_srp(auth) : 0;
    auth->sent_password = first == FIRST_PASSWORD;
    if (err == 0)
        err = auth_write_initiate(auth);
    transmit(auth, STAGE_INITIATE, auth_initiate_op(auth), err, ret_step);
}

void auth_respond(struct auth *auth, struct auth_step *ret_step)
{
    int err = auth_write_respond(auth);
    secret_wipe(&auth->code);
    transmit(auth, STAGE_RESPOND, auth_respond_op(auth), err, ret_step);
}

void auth_send_own(struct auth *auth, enum api_op op, int err, struct auth_step *ret_step)
{
    secret_wipe(&auth->code);
    transmit(auth, STAGE_SIDE, op, err, ret_step);
}

void auth_note(struct auth *auth, const char *text)
{
    size_t n = text_clean(auth->notice, sizeof auth->notice - 1, text, strlen(text), TEXT_LINE);
    auth->notice[n] = '\n';
    auth->notice[n + 1] = '\0';
}

int auth_keep_session(struct auth *auth, const char *session)
{
    if (strlen(session) > CHALLENGE_SESSION_BYTES)
        return ERR_FORMAT;
    buf_reset(&auth->session);
    buf_str(&auth->session, session);
    return auth->session.bad ? ERR_NOMEM : 0;
}

bool auth_may_ask_again(struct auth *auth)
{
    auth->tries++;
    return auth->tries < CHALLENGE_TRIES;
}

bool auth_may_resend(const struct auth *auth)
{
    return auth->challenge->is_delivered && auth->resends < CHALLENGE_RESENDS;
}

void auth_ask_code_again(struct auth *auth, const char *notice, const char *reason,
                         struct auth_step *ret_step)
{
    char text[160];
    if (!auth_may_ask_again(auth)) {
        auth_fail(auth, ERR_AUTH, reason, NULL, ret_step);
        return;
    }
    snprintf(text, sizeof text, "%s%s", notice,
             auth_may_resend(auth) ? " Type r for a new one." : "");
    auth_note(auth, text);
    auth_ask(auth, AUTH_ASK_CODE, auth->prompt, ret_step);
}

void auth_resend(struct auth *auth, struct auth_step *ret_step)
{
    if (!auth_may_resend(auth)) {
        auth_ask_code_again(auth, "No further code can be sent now.", "no_code", ret_step);
        return;
    }
    auth->resends++;
    auth->is_resending = true;
    auth_note(auth, "A new code was sent.");
    auth_initiate(auth, ret_step);
}

/* ---------------------------------------------------------------- person */

/* The pool lets nobody set a password who does not know the present one, root of a host neither. */
static void announce(struct auth *auth)
{
    const struct auth_options *o = &auth->options;
    char text[256];
    snprintf(text, sizeof text, "Changing password for %s.%s",
             o->label != NULL      ? o->label
             : o->username != NULL ? o->username
                                   : "this user",
             o->for_another ? " The pool wants the current one, from root too." : "");
    auth_note(auth, text);
}

/* Flows that begin without a password ask the pool first. Nobody is played the plainest prompt of
 * the same kind (R-PAM-11). */
void auth_begin(struct auth *auth, struct auth_step *ret_step)
{
    const struct auth_options *o = &auth->options;
    if (o->changes_password)
        announce(auth);
    if (auth_first(auth) == FIRST_NOTHING && o->username != NULL) {
        auth_initiate(auth, ret_step);
        return;
    }
    if (auth_first(auth) == FIRST_NOTHING && (o->flow == AUTH_CUSTOM || o->preferred != NULL)) {
        const char *name = o->flow == AUTH_CUSTOM ? "CUSTOM_CHALLENGE" : o->preferred;
        auth_ask(auth, AUTH_ASK_CODE, challenge_find(name)->prompt, ret_step);
        return;
    }
    auth_ask_password(auth, ret_step);
}

static bool is_junk(const struct secret *answer)
{
    size_t n = sizeof junk_password - 1;
    return answer->len >= n && memcmp(answer->bytes, junk_password, n) == 0;
}

/* The password once more, or all that was typed with it. */
static bool is_password_again(const struct auth *auth, const struct secret *answer)
{
    const struct secret *p = &auth->password;
    if (p->len == 0 || answer->len < p->len || memcmp(answer->bytes, p->bytes, p->len) != 0)
        return false;
    return answer->len == p->len || answer->len == p->len + auth->kept_bytes;
}

static void take_password(struct auth *auth, const struct secret *answer,
                          struct auth_step *ret_step)
{
    if (auth->options.username == NULL) {
        auth_fail(auth, ERR_USER_UNKNOWN, "unknown_user", NULL, ret_step);
        return;
    }
    auth->password = *answer;
    auth_initiate(auth, ret_step);
}

void auth_answer(struct auth *auth, const struct secret *answer, struct auth_step *ret_step)
{
    bool is_new =
        auth->asked == AUTH_ASK_NEW_PASSWORD || auth->asked == AUTH_ASK_NEW_PASSWORD_AGAIN;
    bool is_secret = auth_asked_password(auth) || is_new;
    bool is_known = auth->options.username != NULL;
    if (is_junk(answer)) {
        auth_fail(auth, ERR_AUTH, "junk_password", NULL, ret_step);
        return;
    }
    if (auth->stage != STAGE_PASSWORD && auth->stage != STAGE_CHALLENGE) {
        auth_fail(auth, ERR_SYSTEM, "out_of_turn", NULL, ret_step);
        return;
    }
    if (auth->asked == AUTH_ASK_CURRENT_PASSWORD && is_known && answer->len == 0) {
        challenge_reset_begin(auth, "", ret_step);
        return;
    }
    /* An empty password is never sent (R-PAM-02). */
    if (auth_asked_password(auth) && is_known &&
        (answer->len == 0 || memchr(answer->bytes, '\0', answer->len) != NULL)) {
        auth_fail(auth, ERR_AUTH, "no_password", NULL, ret_step);
        return;
    }
    /* sshd's "password" method answers every hidden prompt with the password: it must not go out
     * as a code (R-PAM-08). */
    if (!is_secret && is_password_again(auth, answer)) {
        auth_fail(auth, ERR_AUTH, "code_is_password", NULL, ret_step);
        return;
    }
    if (auth->stage == STAGE_PASSWORD)
        take_password(auth, answer, ret_step);
    else
        auth->challenge->answer(auth, answer, ret_step);
}
