/* SPDX-License-Identifier: Apache-2.0
 *
 * The image on the disk, so that a restart begins with the directory as it was: logins and look-ups
 * work at once, and the first sweep can wait for its place in the fleet's turn (design section 8).
 * A cache and no more: a file that is damaged, of another pool or made under other rules is left
 * aside, and what it says is as old as it is (stale_limit). Names and uids that last are the
 * store's.
 */
#ifndef DAEMON_KEPT_H
#define DAEMON_KEPT_H

#include "base/err.h"
#include "net/buf.h"

struct daemon;
struct image;
struct image_user;
struct kept;

/* Replaces the daemon's image, which must be empty. ERR_ABSENT: there is no file. ERR_CONFIG: it
 * was made under other rules (configuration, RULES_VERSION). ERR_FORMAT, ERR_REFUSED, ERR_NOMEM. */
int kept_load(struct daemon *d) MUST_CHECK;

/* ---- in kept_save.c. From kept_open() on, a save takes little of the loop's time and none of its
 * waiting. ERR_NOMEM, ERR_SYSTEM. */
int kept_open(struct daemon *d, struct kept **ret_kept) MUST_CHECK;
/* Waits until all that was to be saved is on the disk. */
void kept_close(struct kept **kp);

/* Nothing is written when nothing has changed since, or before the first complete sweep. Without
 * kept_open() it is on the disk when this returns. A failure is in the log. */
void kept_save(struct daemon *d);

/* ---- the text: its head, then every user the head has counted. */
void kept_put_head(struct buf *text, const struct image *image);
void kept_put_user(struct buf *text, const struct image_user *user);

#endif
