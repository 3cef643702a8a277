/* SPDX-License-Identifier: Apache-2.0
 *
 * One dialogue with the daemon: its prompts are rendered, the person's answers carried back, those
 * that must not travel held back (answer.h). The daemon owns the flow and the texts. Who may have a
 * dialogue and what its end means belongs to the phases (login.c, password.c).
 */
#ifndef PAM_DIALOGUE_H
#define PAM_DIALOGUE_H

#include "call.h"

#include "base/secret.h"

struct dialogue;

/* c needs user and configuration (policy.h) and must outlive the dialogue. flags are those of enum
 * wire_auth_flag that say what it is for. What earlier modules have asked for answers first:
 * PAM_AUTHTOK is the password, in a change PAM_OLDAUTHTOK is, and PAM_AUTHTOK the new one.
 * ERR_NOMEM. */
int dialogue_open(struct call *c, uint32_t flags, struct dialogue **ret_dialogue) MUST_CHECK;
/* Connects and talks until RESULT, whose err is returned; 0 comes from nowhere else. ERR_CONV;
 * ERR_AUTH for answers held back; ERR_PASSWORD_BAD when use_authtok has no other new password to
 * give; the faults of client.h. */
int dialogue_run(struct dialogue *d) MUST_CHECK;
/* The last password given; empty when none was. Borrowed. */
const struct secret *dialogue_password(const struct dialogue *d);
/* The last new password given; empty when none was asked for. Borrowed. */
const struct secret *dialogue_new_password(const struct dialogue *d);
/* Wipes everything that was said. */
void dialogue_free(struct dialogue **dp);

#endif
