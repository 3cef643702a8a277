/* SPDX-License-Identifier: Apache-2.0
 *
 * One pam_sm_* call: what it was given and what it has learned so far. It lives on the stack of
 * its entry point and nothing of it outlives the call (R-PAM-16): "ours" is decided afresh each
 * time, because sshd and sudo run the phases in different processes. Decisions belong to policy.c
 * and the phases' files.
 */
#ifndef PAM_CALL_H
#define PAM_CALL_H

#include "args.h"
#include "codes.h"

#include "access/access.h"

#include <security/pam_modules.h>

struct call {
    pam_handle_t *handle;
    unsigned flags;
    struct args args;
    bool args_are_bad;
    struct access access; /* of PAM_SERVICE; its user once policy_find() accepted PAM_USER */
};

/* Cannot fail: what is wrong with the arguments is logged here and judged by policy_find(), after
 * root and local users have been passed by. */
void call_open(pam_handle_t *handle, int flags, int argc, const char **argv, struct call *ret_call);

/* Gives everything back, logs why somebody of ours is refused, and returns the PAM code. */
int call_close(struct call *c, enum phase phase, int err);

#endif
