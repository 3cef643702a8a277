/* SPDX-License-Identifier: Apache-2.0
 *
 * cognitoctl: one small file a subcommand; main.c is their table. Texts for people go to stdout,
 * problems to stderr. What needs AWS rights of a person does not belong here.
 */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include "base/err.h"

#include <stddef.h>

struct cli_command {
    const char *name, *arguments, *help;
    int least, most; /* how many arguments */
    /* The exit status: 0; 1 for a clear no (no such user); 2 for a fault. */
    int (*run)(int argc, char **argv);
};

/* Sends one finished request to ctl.sock and prints the facts of the reply, one a line,
 * "key: value". *ret_err is the daemon's own word. Says on stderr what went wrong; ERR_*. */
int cli_print_facts(const void *request, size_t bytes, int *ret_err) MUST_CHECK;

int cli_status(int argc, char **argv);
int cli_user(int argc, char **argv);

#endif
