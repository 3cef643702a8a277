/* SPDX-License-Identifier: Apache-2.0
 *
 * How far a dialogue has come, in memory that the daemon's and the program's process share: a line
 * is taken by whoever it belongs to, and only when it is its turn. So the order between prompts
 * and requests is part of every test.
 */
#ifndef DIALOGUE_STAGE_H
#define DIALOGUE_STAGE_H

#include "dialogue/story.h"

/* Before the processes part. */
void stage_open(const struct play *play);

/* The line whose turn it is, which has to be of that kind; what says who is asking, for the
 * failure. */
const struct story_line *stage_take(enum line_kind kind, const char *what);
/* NULL behind the last line. */
const struct story_line *stage_next(void);
bool stage_is_over(void);

/* Says where and why on standard output, and ends the process. */
void stage_fail(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));

#endif
