/* SPDX-License-Identifier: Apache-2.0
 *
 * The rows that only ask for a code. Codes are texts: eight digits and leading zeros occur.
 */
#include "cognito/challenge.h"

#include "base/text.h"
#include "net/json_in.h"

#include <stdio.h>
#include <string.h>

#define CODE_MAX 64 /* bytes; real ones have 6 to 8 digits */

void challenge_code_enter(struct auth *auth, const struct json *params, struct auth_step *ret_step)
{
    const struct challenge *c = auth->challenge;
    char to[64] = "";
    const char *raw;
    if (c->prompt_to != NULL && params != NULL &&
        json_in_string(params, "CODE_DELIVERY_DESTINATION", &raw) == 0)
        text_clean(to, sizeof to, raw, strlen(raw), TEXT_LINE);
    /* The formats are the table's, one %s each. */
    const char *cut = c->prompt_to == NULL ? NULL : strstr(c->prompt_to, "%s");
    if (to[0] != '\0' && cut != NULL)
        snprintf(auth->prompt, sizeof auth->prompt, "%.*s%s%s", (int)(cut - c->prompt_to),
                 c->prompt_to, to, cut + 2);
    else
        snprintf(auth->prompt, sizeof auth->prompt, "%s", c->prompt);
    if (auth_has_kept(auth, c) && secret_set(&auth->code, auth->kept.p, auth->kept.len) == 0) {
        buf_free(&auth->kept); /* a wrong one is asked for like any other */
        auth_respond(auth, ret_step);
        return;
    }
    auth_ask(auth, AUTH_ASK_CODE, auth->prompt, ret_step);
}

/* What cannot be a code is never sent (R-PAM-08), but uses up a try like a wrong one. */
bool challenge_code_is_one(const struct secret *answer)
{
    if (answer->len == 0 || answer->len > CODE_MAX)
        return false;
    for (size_t i = 0; i < answer->len; i++) {
        if (answer->bytes[i] <= ' ' || answer->bytes[i] > '~')
            return false;
    }
    return true;
}

void challenge_code_answer(struct auth *auth, const struct secret *answer,
                           struct auth_step *ret_step)
{
    bool is_r = answer->len == 1 && (answer->bytes[0] | 0x20) == 'r';
    if (is_r && auth->challenge->is_delivered) {
        auth_resend(auth, ret_step);
        return;
    }
    if (challenge_code_is_one(answer)) {
        auth->code = *answer;
        auth_respond(auth, ret_step);
        return;
    }
    auth_ask_code_again(auth, "That code was not right.", "no_code", ret_step);
}

void challenge_code_write(const struct auth *auth, struct json_out *out)
{
    json_out_string(out, auth->challenge->response, auth->code.bytes);
}
