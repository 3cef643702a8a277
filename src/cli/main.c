/* SPDX-License-Identifier: Apache-2.0
 *
 * The table of subcommands.
 */
#include "cli/cli.h"

#include <stdio.h>
#include <string.h>

static int print_version(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    puts("cognitoctl " PACKAGE_VERSION);
    return 0;
}

static int print_help(int argc, char **argv);

static const struct cli_command commands[] = {
    { "status", "", "what cognitod knows of pool, directory and itself", 0, 0, cli_status },
    { "user", "NAME", "one user: ids, groups, and why it can or cannot log in", 1, 1, cli_user },
    { "version", "", "print the version", 0, 0, print_version },
    { "help", "", "print this", 0, 0, print_help },
};

static int print_help(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    puts("usage: cognitoctl COMMAND [ARGUMENT]...\n");
    for (size_t i = 0; i < COUNT(commands); i++)
        printf("  %-8s %-6s %s\n", commands[i].name, commands[i].arguments, commands[i].help);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        (void)print_help(0, NULL);
        return 2;
    }
    for (size_t i = 0; i < COUNT(commands); i++) {
        const struct cli_command *c = &commands[i];
        if (strcmp(argv[1], c->name) != 0)
            continue;
        if (argc - 2 < c->least || argc - 2 > c->most) {
            fprintf(stderr, "usage: cognitoctl %s %s\n", c->name, c->arguments);
            return 2;
        }
        return c->run(argc - 2, argv + 2);
    }
    fputs("cognitoctl: no such command; see cognitoctl help\n", stderr);
    return 2;
}
