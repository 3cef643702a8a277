/* SPDX-License-Identifier: Apache-2.0
 *
 * PASSWORD and PASSWORD_SRP, by themselves or chosen in SELECT_CHALLENGE: the password that is
 * held, or asked for here, goes out in clear or as the beginning of SRP.
 */
#include "cognito/challenge.h"

#include <string.h>

static void give(struct auth *auth, struct auth_step *ret_step)
{
    int err = auth->first->uses_srp ? auth_new_srp(auth) : 0;
    if (err != 0) {
        auth_fail(auth, err, err_word(err), NULL, ret_step);
        return;
    }
    auth->sent_password = !auth->first->uses_srp;
    auth_respond(auth, ret_step);
}

void challenge_first_begin(struct auth *auth, const struct challenge *row,
                           struct auth_step *ret_step)
{
    auth->first = row;
    if (auth->password.len > 0)
        give(auth, ret_step);
    else
        auth_ask_password(auth, ret_step);
}

void challenge_first_enter(struct auth *auth, const struct json *params, struct auth_step *ret_step)
{
    (void)params;
    challenge_first_begin(auth, auth->challenge, ret_step);
}

void challenge_first_answer(struct auth *auth, const struct secret *answer,
                            struct auth_step *ret_step)
{
    auth->password = *answer;
    give(auth, ret_step);
}

void challenge_first_write(const struct auth *auth, struct json_out *out)
{
    if (auth->first->uses_srp)
        json_out_string(out, "SRP_A", srp_public(auth->srp));
    else
        json_out_string(out, "PASSWORD", auth->password.bytes);
}
