/* SPDX-License-Identifier: Apache-2.0
 *
 * The program of a dialogue, in a process of its own: starts PAM with our module, shows and answers
 * what the script says a person sees and types, and compares what PAM says in the end. It is the
 * same against the real libpam and against ours (tests/fakepam).
 */
#ifndef DIALOGUE_GUEST_H
#define DIALOGUE_GUEST_H

#include "dialogue/story.h"

#define GUEST_USER    "alice"
#define GUEST_SERVICE "sshd"
#define GUEST_RHOST   "192.0.2.7"

/* Writes the stack below the working directory. */
void guest_prepare(void);
/* Plays the program's part and ends the process: 0, or 1 with a word on standard output. */
void guest_run(const struct play *play) __attribute__((noreturn));

/* The `log has "..."` lines of a play against a text, and that no secret of it is in there. */
void guest_judge_log(const struct play *play, const char *const *lines, size_t count,
                     const char *text);

#endif
