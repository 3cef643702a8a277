/* SPDX-License-Identifier: Apache-2.0 */
#include "account.h"
#include "conv.h"
#include "policy.h"

#include <string.h>
#include <time.h>

static int is_enabled(const struct call *c)
{
    return c->record.enabled ? 0 : ERR_EXPIRED;
}

static int status_is_good(const struct call *c)
{
    switch (c->record.status) {
    case SNAP_CONFIRMED:
    case SNAP_NEW_PASSWORD:
    case SNAP_RESET_REQUIRED:
        return 0;
    case SNAP_EXTERNAL:
        return c->config->federated_users == CONFIG_FEDERATED_KEYS ? 0 : ERR_DENIED;
    case SNAP_UNCONFIRMED:
    case SNAP_OTHER:
        break;
    }
    return ERR_DENIED;
}

/* A clock behind the snapshot's tells nothing about age; hosts without a battery start like that,
 * and their users' keys must work before the time is set. */
static int is_fresh(const struct call *c)
{
    int64_t limit_s = c->config->stale_limit_s;
    int64_t age_s = (int64_t)time(NULL) - c->pin.view->facts.confirmed_s;
    return limit_s == 0 || age_s <= limit_s ? 0 : ERR_STALE;
}

/* PAM_NEW_AUTHTOK_REQD stops a job that nobody can answer for. cron and at (Debian's) give PAM no
 * conversation function; cronie and systemd give one that only fails, so they are known by name. */
static bool somebody_can_answer(const struct call *c)
{
    static const char *const unattended[] = { "cron", "crond", "atd", "systemd-user" };
    for (size_t i = 0; i < COUNT(unattended); i++)
        if (strcmp(unattended[i], c->service) == 0)
            return false;
    return conv_is_there(c->handle);
}

/* A login that has just set the new password is not asked again: the daemon publishes the new
 * status before its RESULT, and this phase reads the snapshot afresh. */
static int password_is_current(const struct call *c)
{
    bool is_due = c->record.status == SNAP_NEW_PASSWORD || c->record.status == SNAP_RESET_REQUIRED;
    return is_due && somebody_can_answer(c) ? ERR_NEW_PASSWORD : 0;
}

int account_run(struct call *c)
{
    static int (*const steps[])(const struct call *) = {
        policy_check_ids,    is_enabled, status_is_good,
        policy_check_groups, is_fresh,   password_is_current,
    };
    int err = policy_find(c, false);
    if (err == 0)
        err = policy_load(c);
    for (size_t i = 0; i < COUNT(steps) && err == 0; i++)
        err = steps[i](c);
    return err;
}
