/* SPDX-License-Identifier: Apache-2.0 */
#include "account.h"
#include "conv.h"
#include "policy.h"

#include <string.h>

/* PAM_NEW_AUTHTOK_REQD stops a job that nobody can answer for. cron and at (Debian's) give PAM no
 * conversation function; cronie and systemd give one that only fails, so they are known by name. */
static bool somebody_can_answer(const struct call *c)
{
    static const char *const unattended[] = { "cron", "crond", "atd", "systemd-user" };
    for (size_t i = 0; i < COUNT(unattended); i++)
        if (strcmp(unattended[i], c->access.service) == 0)
            return false;
    return conv_is_there(c->handle);
}

bool account_wants_password(const struct call *c)
{
    enum snap_status status = c->access.record.status;
    return status == SNAP_NEW_PASSWORD || status == SNAP_RESET_REQUIRED;
}

/* A login that has just set the new password is not asked again: the daemon publishes the new
 * status before its RESULT, and this phase reads the snapshot afresh. */
static int password_is_current(const struct call *c)
{
    return account_wants_password(c) && somebody_can_answer(c) ? ERR_NEW_PASSWORD : 0;
}

int account_admits(struct call *c)
{
    int err = policy_find(c, false);
    if (err == 0)
        err = access_load(&c->access);
    return err == 0 ? access_check(&c->access) : err;
}

int account_run(struct call *c)
{
    int err = account_admits(c);
    return err == 0 ? password_is_current(c) : err;
}
