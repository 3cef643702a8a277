/* SPDX-License-Identifier: Apache-2.0
 *
 * ChangePassword, after a sign-in with the old password (reference section 12): the new one twice,
 * then the pool's word on it.
 */
#include "cognito/challenge.h"

#include "net/json_in.h"

static void answer(struct auth *auth, const struct secret *answer, struct auth_step *ret_step)
{
    if (!auth_asked_password(auth)) {
        challenge_password_answer(auth, answer, ret_step);
        return;
    }
    auth->password = *answer;
    challenge_password_ask(auth, ret_step);
}

static void propose(struct auth *auth, struct auth_step *ret_step)
{
    const char *token;
    int err = json_in_string(auth->tokens, "AccessToken", &token);
    if (err == 0)
        err = auth_write_change(auth, token, &auth->fresh.password);
    auth_send_own(auth, API_CHANGE_PASSWORD, err, ret_step);
}

/* Whatever a 200 holds beside. */
static void taken(struct auth *auth, const struct json *body, struct auth_step *ret_step)
{
    (void)body;
    auth->had_new_password = true;
    auth->password = auth->fresh.password;
    auth_changed(auth, ret_step);
}

/* Such a password signs in, but cannot be named as the previous one. */
static bool old_has_blank(struct auth *auth, const struct api_result *result,
                          struct auth_step *ret_step)
{
    if (!challenge_password_has_blank(result, &auth->password))
        return false;
    auth_fail(auth, ERR_PASSWORD_BAD, "blank_in_password",
              "The current password has a blank in it: begin again and press Enter alone.",
              ret_step);
    return true;
}

static bool refused(struct auth *auth, const struct api_result *result, struct auth_step *ret_step)
{
    return challenge_password_refused(auth, result, ret_step) ||
           old_has_blank(auth, result, ret_step) ||
           challenge_password_later(auth, result, ret_step) ||
           challenge_password_lost(auth, result, ret_step);
}

static const struct challenge row = {
    .name = "CHANGE_PASSWORD",
    .answer = answer,
    .side = taken,
    .refused = refused,
    .send = propose,
};

void auth_change(struct auth *auth, struct auth_step *ret_step)
{
    bool is_turn = auth->stage == STAGE_ENDED && auth->tokens != NULL &&
                   auth->options.changes_password && !auth->had_new_password;
    if (!is_turn) {
        auth_fail(auth, ERR_SYSTEM, "out_of_turn", NULL, ret_step);
        return;
    }
    auth->challenge = &row;
    auth->tries = 0;
    challenge_password_wipe(&auth->fresh);
    auth_note_challenge(auth, row.name);
    if (auth->password.len > 0) /* flows without one have to ask now */
        challenge_password_ask(auth, ret_step);
    else
        auth_ask(auth, AUTH_ASK_PASSWORD, "Current password: ", ret_step);
}
