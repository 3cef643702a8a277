/* SPDX-License-Identifier: Apache-2.0
 *
 * Whole dialogues of alice's, from AUTH_START to RESULT, one at a time: real tokens at their own
 * time, a scripted pool, and the log lines that they leave (log_fixture.h).
 */
#ifndef UNIT_DIALOGUE_FIXTURE_H
#define UNIT_DIALOGUE_FIXTURE_H

#include "conn_fixture.h"

#define ALLOW     "[access]\nallow_groups = linux-admins\n"
#define RESETS    ALLOW "[login]\npassword_reset = yes\n"
#define OLD       "Corr3ct-Horse!"
#define CHALLENGE "\",\"Session\":\"session-of-more-than-twenty-characters\"}"
#define SENT                                                                                       \
    "{\"CodeDeliveryDetails\":{\"Destination\":\"a***@e***\",\"DeliveryMedium\":\"EMAIL\"}}"

extern const char *const admins[];
extern char dialogue_text[WIRE_PROMPT_MAX]; /* of the last prompt or result */

/* fixture_open() with alice in these groups; status: the pool's word, NULL for CONFIRMED. */
void dialogue_open(const char *policy, const char *status, const char *const *groups);
/* The same: she must reset her password, and a code goes out when one is asked for. */
void dialogue_open_to_reset(const char *policy, const char *const *groups);
void dialogue_end(void);

/* The pool's reply at the end of a sign-in, with the access token of that name in the vectors. */
const char *dialogue_tokens(const char *access);

void dialogue_send_start(const char *service, uint32_t flags);
void dialogue_send(const char *answer);
/* The next message: a prompt's kind, or a result's err. */
int dialogue_hear(void);

/* Each sends, and hears. A beginning leaves the dialogue before. */
int dialogue_begin(const char *service, uint32_t flags);
int dialogue_begin_change(void);
int dialogue_type(const char *answer);

void dialogue_hang_up(void);

#endif
