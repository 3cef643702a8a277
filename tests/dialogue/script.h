/* SPDX-License-Identifier: Apache-2.0
 *
 * A text file as sections: `[kind name...] tail` begins one, the lines below belong to it. A line
 * that begins with # is a remark; an indented one that begins with -> goes on with the line above
 * it. What lines mean belongs to story.h and coverage.h.
 */
#ifndef DIALOGUE_SCRIPT_H
#define DIALOGUE_SCRIPT_H

#include <stddef.h>

#define SCRIPT_SECTIONS 96
#define SCRIPT_LINES    64

struct script_line {
    char *text;
    unsigned number;
};

struct section {
    char *kind, *name, *tail; /* "" when there is none */
    unsigned number;
    struct script_line lines[SCRIPT_LINES];
    size_t count;
};

struct script {
    char *file; /* without its folder */
    char *text; /* what the sections borrow from */
    struct section sections[SCRIPT_SECTIONS];
    size_t count;
};

/* Ends the program when the file cannot be read or has no sections. */
struct script *script_read(const char *path);
void script_free(struct script **script);

#endif
