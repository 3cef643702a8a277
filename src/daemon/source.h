/* SPDX-License-Identifier: Apache-2.0
 *
 * Where the directory comes from, as one table: everything, one user, the disabled ones. Today
 * every row asks Cognito; a shared image in object storage is another set of rows.
 */
#ifndef DAEMON_SOURCE_H
#define DAEMON_SOURCE_H

#include "base/err.h"

struct daemon;
struct pages_pace;
struct source_run; /* one ask under way; each source has its own */

/* 0: the daemon's image is changed and must be published. ERR_ABSENT (one): the pool has no such
 * user; (disabled) nothing changed. ERR_DENIED (one): he is in no group that the configuration
 * names, so none of this host's. ERR_LIMIT (full): held back, see hold.h. Called once; the run is
 * gone. */
typedef void source_done(void *arg, int err);

struct source {
    /* login: the name asked for (one), else NULL. pace: borrowed, NULL when somebody is waiting.
     * ERR_*: nothing was started. *ret_run NULL: there was nothing to ask, done() was called from
     * inside; else it is called from the loop. */
    int (*start)(struct daemon *d, const char *login, const struct pages_pace *pace,
                 source_done *done, void *arg, struct source_run **ret_run);
    void (*cancel)(struct source_run **run);
};

extern const struct source source_full, source_one, source_disabled;

#endif
