/* SPDX-License-Identifier: Apache-2.0
 *
 * May this account log in here: state, groups, and the age of what is known (R-PAM-17).
 */
#include "access/access.h"

#include <time.h>

int access_check_groups(const struct access *a)
{
    const struct config_list *allowed = config_allow_groups(a->config, a->service);
    for (uint32_t i = 0; i < a->record.pool_group_count; i++) {
        const char *group = snap_pool_group(&a->record, i);
        if (group != NULL && config_lets_in(allowed, group))
            return 0;
    }
    return config_list_has(allowed, "*") ? 0 : ERR_DENIED;
}

static int is_enabled(const struct access *a)
{
    return a->record.enabled ? 0 : ERR_EXPIRED;
}

static int status_is_good(const struct access *a)
{
    switch (a->record.status) {
    case SNAP_CONFIRMED:
    case SNAP_NEW_PASSWORD:
    case SNAP_RESET_REQUIRED:
        return 0;
    case SNAP_EXTERNAL:
        return a->config->federated_users == CONFIG_FEDERATED_KEYS ? 0 : ERR_DENIED;
    case SNAP_UNCONFIRMED:
    case SNAP_OTHER:
        break;
    }
    return ERR_DENIED;
}

/* A clock behind the snapshot's tells nothing about age; hosts without a battery start like that,
 * and their users' keys must work before the time is set. */
static int is_fresh(const struct access *a)
{
    int64_t limit_s = a->config->stale_limit_s;
    int64_t age_s = (int64_t)time(NULL) - a->pin.view->facts.confirmed_s;
    return limit_s == 0 || age_s <= limit_s ? 0 : ERR_STALE;
}

int access_check(const struct access *a)
{
    static int (*const steps[])(const struct access *) = {
        access_check_ids, is_enabled, status_is_good, access_check_groups, is_fresh,
    };
    int err = 0;
    for (size_t i = 0; i < COUNT(steps) && err == 0; i++)
        err = steps[i](a);
    return err;
}
