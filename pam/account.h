/* SPDX-License-Identifier: Apache-2.0
 *
 * The account phase: may this user come in now, whatever proved who it is (password, SSH key,
 * cron, sudo -n)? Decided from snapshot and configuration alone (R-PAM-17).
 */
#ifndef PAM_ACCOUNT_H
#define PAM_ACCOUNT_H

#include "call.h"

/* May this user come in, whether or not a new password is due? As account_run(), without
 * ERR_NEW_PASSWORD. On 0 record and configuration are there. */
int account_admits(struct call *c) MUST_CHECK;
/* Is a new password due? For an admitted user. */
bool account_wants_password(const struct call *c);

/* 0; ERR_NOT_OURS; ERR_EXPIRED: disabled; ERR_DENIED: status, ids or groups; ERR_STALE;
 * ERR_NEW_PASSWORD; the faults of policy.h. */
int account_run(struct call *c) MUST_CHECK;

#endif
