/* SPDX-License-Identifier: Apache-2.0
 *
 * credential_process: a command line of a profile that prints keys. It is split here, by quotes
 * and backslashes alone, and run without a shell (net/process.h).
 */
#ifndef NET_COMMAND_H
#define NET_COMMAND_H

#include "net/source.h"

#define COMMAND_WORDS 32

/* The words of a line, owned: text is what the words point into. */
struct command {
    char *text;
    size_t size;
    char *word[COMMAND_WORDS + 1]; /* NULL behind the last */
    size_t count;
};

/* Blanks separate; '...' is literal; "..." knows \" and \\; elsewhere a backslash makes the next
 * character literal. Nothing is expanded. ERR_FORMAT: an open quote, a backslash at the end, no
 * word; ERR_LIMIT: too many; ERR_NOMEM. */
int command_split(const char *line, struct command *ret_command) MUST_CHECK;
void command_free(struct command *c);

/* What such a program prints. ERR_FORMAT: no such document, or a version other than the number 1.
 * Without Expiration the keys do not expire. */
int command_parse(const char *output, size_t n, struct credentials *ret_keys) MUST_CHECK;

/* Judges the command and adds its link. ERR_CONFIG, ERR_NOMEM. */
int command_add(struct source_search *s, const char *profile, const char *line) MUST_CHECK;

#endif
