/* SPDX-License-Identifier: Apache-2.0 */
#include "password.h"
#include "conv.h"
#include "policy.h"

int password_run(struct call *c)
{
    int err = policy_find(c, false);
    if (err != 0)
        return err;
    /* PAM comes twice; the first round already ends the stack. */
    if ((c->flags & PAM_PRELIM_CHECK) != 0)
        conv_tell(
            c->handle, c->flags, PAM_ERROR_MSG,
            "This password is kept in the user pool and cannot be changed with this command.\n"
            "If a new one is due, log in with the present one: it is asked for then.");
    return ERR_PASSWORD_BAD;
}
