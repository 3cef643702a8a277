/* SPDX-License-Identifier: Apache-2.0
 *
 * The only way to success online (R-PAM-04; the other one, while the pool is out of reach, is
 * daemon/offline.h): tokens that verify and belong to the bound sub, MFA as the
 * service demands, the user's groups as the directory has them now, the allow list. A list of named
 * steps; each may wait for the network. What was learned is published before the verdict is given,
 * so that the account phase and initgroups that follow see it.
 */
#ifndef DAEMON_VERDICT_H
#define DAEMON_VERDICT_H

#include "cognito/auth.h"
#include "daemon/daemon.h"

struct verdict;

struct verdict_options {
    struct daemon *daemon;
    const char *sub, *service; /* copied */
    struct auth_tokens tokens; /* copied */
    bool had_mfa;
    bool had_device; /* a remembered one, which is no second factor but where the service says so */
    /* Once, from inside or from the loop. reason is a word for the log, static. */
    void (*done)(void *arg, int err, const char *reason);
    void *arg;
};

/* Its last step alone: is the user of that sub on this host and in the service's allow list, as far
 * as is known? ERR_DENIED, *ret_reason is a word for the log, static. */
int verdict_admits(const struct daemon *d, const char *sub, const char *service,
                   const char **ret_reason) MUST_CHECK;

/* *ret_verdict is NULL when done() was called from inside. ERR_NOMEM: it never will be. */
int verdict_start(const struct verdict_options *options, struct verdict **ret_verdict) MUST_CHECK;
void verdict_cancel(struct verdict **vp);

#endif
