/* SPDX-License-Identifier: Apache-2.0
 *
 * One line of a script as tokens: words between blanks, and strings in double quotes with C's
 * escapes (\n \r \b \t \" \\ and three octal digits), repeated by a number: "a"*65536.
 */
#ifndef CONTRACT_PAM_LEX_H
#define CONTRACT_PAM_LEX_H

#include <stdbool.h>
#include <stddef.h>

#define LEX_MAX 131072

struct lex {
    const char *at;
    bool is_quoted;
    size_t len;
    char text[LEX_MAX]; /* the token, ends with a NUL */
};

void lex_begin(struct lex *l, const char *line);
/* False at the end of the line; text is "" then. */
bool lex_next(struct lex *l);
/* Takes the next token, which has to be that word. */
void lex_expect(struct lex *l, const char *word);
bool lex_is(const struct lex *l, const char *word);

#endif
