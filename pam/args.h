/* SPDX-License-Identifier: Apache-2.0
 *
 * The arguments behind pam_cognito.so in a service file, one row each in args.c. Policy is not set
 * here but in the configuration, which the daemon reads too; no argument opens anything that is
 * closed without it (R-PAM-03).
 */
#ifndef PAM_ARGS_H
#define PAM_ARGS_H

#include "base/err.h"

#include <stdbool.h>

struct args {
    bool debug;          /* also log decisions that refuse nobody */
    bool try_first_pass; /* the default, accepted because stacks are written that way */
    bool use_first_pass; /* a password comes from the module above or not at all */
    bool use_authtok;    /* the same of a new password */
};

/* 0, or ERR_CONFIG when an argument is not known: *ret_bad is the first such (borrowed). *ret_args
 * has the known ones in any case. */
int args_parse(int argc, const char **argv, struct args *ret_args, const char **ret_bad) MUST_CHECK;

#endif
