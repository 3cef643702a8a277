/* SPDX-License-Identifier: Apache-2.0 */
#include "args.h"

#include <stddef.h>
#include <string.h>

static const struct {
    const char *name;
    size_t at; /* of a bool in struct args */
} known[] = {
    { "debug", offsetof(struct args, debug) },
    { "try_first_pass", offsetof(struct args, try_first_pass) },
    { "use_first_pass", offsetof(struct args, use_first_pass) },
    { "use_authtok", offsetof(struct args, use_authtok) },
};

static bool set(struct args *a, const char *name)
{
    for (size_t i = 0; i < COUNT(known); i++) {
        if (strcmp(known[i].name, name) == 0) {
            *(bool *)((char *)a + known[i].at) = true;
            return true;
        }
    }
    return false;
}

int args_parse(int argc, const char **argv, struct args *ret_args, const char **ret_bad)
{
    int err = 0;
    memset(ret_args, 0, sizeof *ret_args);
    for (int i = 0; i < argc; i++) {
        if (set(ret_args, argv[i]) || err != 0)
            continue;
        *ret_bad = argv[i];
        err = ERR_CONFIG;
    }
    return err;
}
