/* SPDX-License-Identifier: Apache-2.0
 *
 * Which answers never leave this process (R-PAM-02, R-PAM-08): sshd's stand-in for a password,
 * empty ones, and the password given once more where something else was asked for, as sshd's
 * `password` method does at every hidden prompt. Pure judgement; what follows is dialogue.c's.
 */
#ifndef PAM_ANSWER_H
#define PAM_ANSWER_H

#include "base/secret.h"

#include <stdint.h>

/* NULL: the answer may be sent. Else why not, in words for the administrator's log. password is
 * the one given in this login, empty when none was. kind is an enum wire_prompt_kind or a later
 * protocol's. */
const char *answer_held_back(uint8_t kind, const struct secret *answer,
                             const struct secret *password);

#endif
