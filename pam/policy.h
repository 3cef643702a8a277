/* SPDX-License-Identifier: Apache-2.0
 *
 * The first question of every phase: is PAM_USER ours? Root and local accounts are passed by before
 * anything of ours is read that could be broken (R-PKG-01), the module's own arguments included.
 * The decisions themselves are in access/access.h.
 */
#ifndef PAM_POLICY_H
#define PAM_POLICY_H

#include "call.h"

/* 0: ours, c->access.record is the snapshot's record. ERR_NOT_OURS, decided from data: no login
 * name, root, a local account, or absent from a complete snapshot; may_ask and the rest as
 * access_find(). ERR_CONFIG: unknown module arguments. ERR_SYSTEM: PAM_SERVICE cannot be had.
 * ERR_USER_UNKNOWN: PAM_USER is not set. */
int policy_find(struct call *c, bool may_ask) MUST_CHECK;

#endif
