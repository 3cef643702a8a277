/* SPDX-License-Identifier: Apache-2.0 */
#include "answer.h"

#include "wire/wire.h"

/* sshd tells PAM this instead of the password of a user it will not let in, repeated and cut to
 * the length of what was typed. */
static bool is_sshd_junk(const struct secret *s)
{
    static const char junk[] = "\b\n\r\177INCORRECT";
    for (size_t i = 0; i < s->len; i++)
        if (s->bytes[i] != junk[i % (sizeof junk - 1)])
            return false;
    return s->len > 0;
}

bool answer_is_password(uint8_t kind)
{
    return kind == WIRE_PROMPT_PASSWORD || kind == WIRE_PROMPT_PASSWORD_AND_CODE ||
           kind == WIRE_PROMPT_CURRENT_PASSWORD;
}

const char *answer_held_back(uint8_t kind, const struct secret *answer, const struct secret *given,
                             const struct secret *password)
{
    /* A menu may have a default; who has forgotten a password has none to give. */
    if (answer->len == 0)
        return kind == WIRE_PROMPT_TEXT || kind == WIRE_PROMPT_CURRENT_PASSWORD ? NULL
                                                                                : "empty answer";
    if (is_sshd_junk(answer))
        return "sshd refuses this user and sent no password";
    if (answer_is_password(kind) ||
        (!secret_equal(answer, given) && !secret_equal(answer, password)))
        return NULL;
    return "the password came again as the answer to another question: this program shows only "
           "one prompt, or it was typed so";
}
