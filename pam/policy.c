/* SPDX-License-Identifier: Apache-2.0 */
#include "policy.h"

int policy_find(struct call *c, bool may_ask)
{
    const void *user = NULL;
    if (pam_get_item(c->handle, PAM_USER, &user) != PAM_SUCCESS || user == NULL)
        return ERR_USER_UNKNOWN;
    int err = access_name(&c->access, user);
    /* Without its name, a service would be judged by the rules of all others. */
    if (err == 0 && c->access.service[0] == '\0')
        err = ERR_SYSTEM;
    if (err == 0 && c->args_are_bad)
        err = ERR_CONFIG;
    if (err == 0)
        err = access_find(&c->access, may_ask);
    return err == ERR_ABSENT ? ERR_NOT_OURS : err;
}
