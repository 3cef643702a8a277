/* SPDX-License-Identifier: Apache-2.0
 *
 * CUSTOM_CHALLENGE: a question of the pool's Lambda. What it made public has no agreed key for a
 * prompt: the first of `prompt`, `question` and `message` that is there and not empty, else
 * "Answer: ". The answer is not shown while it is typed, for nobody says whether it is a secret.
 */
#include "cognito/challenge.h"

#include "base/text.h"
#include "net/json_in.h"

#include <stdio.h>
#include <string.h>

void challenge_custom_enter(struct auth *auth, const struct json *params,
                            struct auth_step *ret_step)
{
    static const char *const keys[] = { "prompt", "question", "message" };
    char text[sizeof auth->prompt - 2] = "";
    const char *raw;
    for (size_t i = 0; i < COUNT(keys) && params != NULL && text[0] == '\0'; i++) {
        if (json_in_string(params, keys[i], &raw) == 0)
            text_clean(text, sizeof text, raw, strlen(raw), TEXT_LINE);
    }
    size_t n = strlen(text);
    while (n > 0 && text[n - 1] == ' ')
        text[--n] = '\0';
    if (n == 0)
        snprintf(auth->prompt, sizeof auth->prompt, "%s", auth->challenge->prompt);
    else
        snprintf(auth->prompt, sizeof auth->prompt, "%s%s", text,
                 strchr(":?!.>", text[n - 1]) != NULL ? " " : ": ");
    auth_ask(auth, AUTH_ASK_CODE, auth->prompt, ret_step);
}

/* Blanks may belong to an answer; nothing at all is never one. */
void challenge_custom_answer(struct auth *auth, const struct secret *answer,
                             struct auth_step *ret_step)
{
    if (answer->len == 0 || memchr(answer->bytes, '\0', answer->len) != NULL) {
        auth_ask_code_again(auth, "An answer is needed.", "no_answer", ret_step);
        return;
    }
    auth->code = *answer;
    auth_respond(auth, ret_step);
}
