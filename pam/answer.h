/* SPDX-License-Identifier: Apache-2.0
 *
 * Which answers never leave this process (R-PAM-02, R-PAM-08): sshd's stand-in for a password,
 * empty ones but where nothing is an answer, and the password given once more where something else
 * was asked for, as sshd's `password` method does at every hidden prompt. Pure judgement; what
 * follows is dialogue.c's.
 */
#ifndef PAM_ANSWER_H
#define PAM_ANSWER_H

#include "base/secret.h"

#include <stdint.h>

/* Does a prompt of this kind ask for the password? kind is an enum wire_prompt_kind or a later
 * protocol's, here and below. */
bool answer_is_password(uint8_t kind);

/* NULL: the answer may be sent. Else why not, in words for the administrator's log. given is what
 * was typed as the password in this login, password the part of it that is one; both are empty when
 * none was. */
const char *answer_held_back(uint8_t kind, const struct secret *answer, const struct secret *given,
                             const struct secret *password);

#endif
