/* SPDX-License-Identifier: Apache-2.0
 *
 * What this host decides alone, whatever the daemon says (R-PAM-18): whether a name is ours, that
 * its ids are a pool user's, that its groups are let in. No network. Root and local accounts are
 * passed by before anything of ours is read that could be broken (R-PKG-01).
 */
#ifndef PAM_POLICY_H
#define PAM_POLICY_H

#include "call.h"

/* The first question of every phase. 0: ours, c->record is the snapshot's record.
 * ERR_NOT_OURS, decided from data: no login name, root, a local account, or absent from a complete
 * snapshot. A name that is absent there is, with may_ask, put to the daemon once; when the daemon
 * cannot say, the snapshot's word stands, as it does for NSS. ERR_UNAVAIL: no usable snapshot and
 * no answer. ERR_CONFIG: unknown module arguments. ERR_USER_UNKNOWN: PAM_USER is not set. */
int policy_find(struct call *c, bool may_ask) MUST_CHECK;

/* Reads the configuration into c->config, once. ERR_CONFIG (logged with file, line and key),
 * ERR_NOMEM. */
int policy_load(struct call *c) MUST_CHECK;

/* For a found record and a loaded configuration. ERR_DENIED: an id is outside the configured
 * ranges, reserved, or in a local account file (R-ID-05), logged. ERR_SYSTEM: a file cannot be
 * read. */
int policy_check_ids(const struct call *c) MUST_CHECK;

/* ERR_DENIED unless one of the record's pool groups is allowed for this service (R-PAM-17). */
int policy_check_groups(const struct call *c) MUST_CHECK;

#endif
