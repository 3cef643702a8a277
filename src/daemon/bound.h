/* SPDX-License-Identifier: Apache-2.0
 *
 * What is bound for ever, between memory (identity/bindings.h) and state.db (store/store.h). Names
 * and uids are settled in identity/settle.c; the primary group is chosen here, when a user is first
 * seen on this host, as the configuration says then, and stays (R-ID-04). Also the operator's way
 * back.
 */
#ifndef DAEMON_BOUND_H
#define DAEMON_BOUND_H

#include "identity/host.h"
#include "identity/image.h"
#include "store/store.h"

/* Into empty bindings. ERR_REFUSED, ERR_FORMAT, ERR_SYSTEM, ERR_NOMEM. */
int bound_load(struct store *store, struct bindings *bindings) MUST_CHECK;

/* After image_settle(): the primary group of those who have changed, could be on this host and have
 * none yet, in memory. */
void bound_choose(struct image *image, const struct host *host);

/* Onto the disk before anybody sees them: after a crash nobody else gets the name, uid or gid.
 * What cannot be written is in the log; its users are hidden by the compile step, and the others
 * do not wait for them. Gids before the choice, the rest after it. */
void bound_store_gids(struct image *image, struct store *store);
void bound_store(struct image *image, struct store *store);

/* How many users have another primary group than the configuration wants. is_visible: by position
 * in the image. */
size_t bound_count_kept(const struct image *image, const bool *is_visible);

/* `cognitod --rebind-gids`: every primary group is open again when the daemon starts next. Says on
 * standard output what it did, on standard error why it could not. */
int bound_rebind(void) MUST_CHECK;

#endif
