/* SPDX-License-Identifier: Apache-2.0
 *
 * The pool of a dialogue: an implementation of struct http that judges each request of the daemon
 * (judge.h) and replies what the script has behind the arrow.
 */
#ifndef DIALOGUE_CLOUD_H
#define DIALOGUE_CLOUD_H

#include "dialogue/story.h"

#include <stdbool.h>
#include <sys/types.h>

struct http_ops;

/* Takes over the fixture's HTTP. program is ended by `-> caller dies`. */
void cloud_open(const struct play *play, pid_t program);

/* The names of the challenges that were asked, as the log must list them; "" when none was. */
const char *cloud_challenges(void);
/* The program is gone: replies come that the script calls `later`. */
void cloud_program_over(void);
/* Is a request without its reply? */
bool cloud_is_asked(void);
/* Requests that the daemon gave up before their reply. */
unsigned cloud_cancelled(void);
/* A session or token of this dialogue that stands in a text; NULL: none does. */
const char *cloud_secret_in(const char *text);

#endif
