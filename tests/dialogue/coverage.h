/* SPDX-License-Identifier: Apache-2.0
 *
 * Which challenges a flow can meet and how each can end (scripts/matrix.txt), against what the
 * stories have: a cell without a story fails the test, and so does a story outside the matrix.
 */
#ifndef DIALOGUE_COVERAGE_H
#define DIALOGUE_COVERAGE_H

#include "dialogue/story.h"

/* Reads the matrix; ends the program when it misses a flow or challenge of the product's own
 * tables. */
void coverage_open(const char *folder, const struct stories *stories);
/* Counts a dialogue. Ends the program when the matrix has no such cell. */
void coverage_note(const struct play *play);
/* Prints the table and what is missing; the number of missing cells. */
size_t coverage_print(void);
void coverage_close(void);

#endif
