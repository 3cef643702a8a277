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
/* Did the daemon do with the request of a program that is gone what it must: give it up, or, where
 * the pool may send a code in answer, leave it to end by itself? */
bool cloud_was_let_go(void);
/* A session or token of this dialogue that stands in a text; NULL: none does. */
const char *cloud_secret_in(const char *text);

#endif
