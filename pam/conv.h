/* SPDX-License-Identifier: Apache-2.0
 *
 * The application's conversation function: one message a call, its answer taken over and wiped.
 * Texts come ready and clean (base/text.h). sshd holds messages without an answer back until it
 * asks something, so whatever a person must read before answering is part of the prompt's own text
 * (R-PAM-07); conv_tell() is only for last words. What is asked belongs to the callers.
 */
#ifndef PAM_CONV_H
#define PAM_CONV_H

#include "base/secret.h"

#include <security/pam_modules.h>

/* Asks one question. ERR_CONV: no conversation function, it failed, or it gave no answer.
 * ERR_AUTH: the answer is longer than any password. *ret_answer is wiped then. */
int conv_ask(pam_handle_t *handle, bool echo, const char *text,
             struct secret *ret_answer) MUST_CHECK;

/* Shows a text, PAM_TEXT_INFO or PAM_ERROR_MSG; nothing for "" or with PAM_SILENT among flags.
 * Whether somebody saw it changes nothing. */
void conv_tell(pam_handle_t *handle, unsigned flags, int style, const char *text);

/* Is there somebody to talk to at all? cron and at start PAM without a function. */
bool conv_is_there(pam_handle_t *handle);

#endif
