/* SPDX-License-Identifier: Apache-2.0 */
#include "session.h"
#include "policy.h"

int session_run(struct call *c)
{
    return policy_find(c, false);
}
