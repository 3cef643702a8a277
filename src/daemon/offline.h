/* SPDX-License-Identifier: Apache-2.0
 *
 * Logins while the pool is out of reach (R-PAM-10), by a verifier of the password in state.db. This
 * is not the way of verdict.h and gives no tokens: it lets in those whom the pool let in by this
 * password and nothing else, a short while ago. It has a short list of steps of its own, and is
 * begun only by a login whose first factor the pool has not judged.
 *
 * A verifier is written after a full online success alone. Whoever had to answer more than the
 * password (a code, a remembered device, a Lambda's question) gets none: by password alone the
 * same door would be a weaker one.
 */
#ifndef DAEMON_OFFLINE_H
#define DAEMON_OFFLINE_H

#include "cognito/auth.h"
#include "daemon/daemon.h"

struct offline;     /* the daemon's part: the hashing thread and what is written for later */
struct offline_try; /* one login */

/* Where no service has offline logins, every verifier is deleted and nothing else is done:
 * *ret_offline is NULL. */
int offline_open(struct daemon *d, struct offline **ret_offline) MUST_CHECK;
void offline_close(struct offline **op);

/* Does this reply mean that the pool was not reached, or could not work (reference section 15:
 * "offline rules may apply")? Any other answer is one. */
bool offline_is_away(const struct api_result *result);

/* Is this login, which failed with the pool away, to be decided here? */
bool offline_decides(const struct daemon *d, const char *service, const struct auth *auth);

struct offline_options {
    struct daemon *daemon;
    const char *sub, *service;     /* copied */
    const struct secret *password; /* copied */
    /* Once, from the loop or from inside. 0: in. ERR_AUTH: a wrong password, which counts as one.
     * Others: no. reason is a word for the log, static. */
    void (*done)(void *arg, int err, const char *reason);
    void *arg;
};
/* *ret_try is NULL when done() was called from inside. ERR_NOMEM: it never will be. */
int offline_start(const struct offline_options *options, struct offline_try **ret_try) MUST_CHECK;
void offline_cancel(struct offline_try **tp);

/* What online logins teach. None of it waits, none of it fails the login. */

/* The pool let this user in. */
void offline_accepted(struct daemon *d, const char *sub, const char *service,
                      const struct auth *auth);
/* The pool did not: reason is the step's word. */
void offline_refused(struct daemon *d, const char *sub, const struct auth *auth,
                     const char *reason);
/* The pool took a new password of this user, who has signed in by the old one alone; NULL: of
 * somebody who gave more than that, or is not signed in yet. */
void offline_changed(struct daemon *d, const char *sub, const struct secret *password);

#endif
