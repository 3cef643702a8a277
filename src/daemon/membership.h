/* SPDX-License-Identifier: Apache-2.0
 *
 * The groups of one user by AdminListGroupsForUser, into the image. What the directory says
 * decides, not the token: a Lambda may rewrite the token's groups. Also the step from a listed
 * user to one of the image, which every source needs.
 */
#ifndef DAEMON_MEMBERSHIP_H
#define DAEMON_MEMBERSHIP_H

#include "cognito/directory.h"
#include "daemon/daemon.h"

struct membership;

/* sub is copied; the user is found again when the answer is there, the image may be another one by
 * then. done: 0, the image is changed but not published; ERR_ABSENT: no such user any more. */
int membership_start(struct daemon *d, const struct image_user *user,
                     void (*done)(void *arg, int err), void *arg,
                     struct membership **ret_membership) MUST_CHECK;
/* For a user as the pool lists him, whom the image may not know: he is put in together with his
 * groups, or not at all. Under scope = allowed, who is in none of the groups that the configuration
 * names is a stranger, unless he is bound: ERR_ABSENT. user is borrowed until done() or the
 * cancelling. */
int membership_start_listed(struct daemon *d, const struct directory_user *user,
                            void (*done)(void *arg, int err), void *arg,
                            struct membership **ret_membership) MUST_CHECK;
void membership_cancel(struct membership **mp);

/* Puts one listed user into image. ERR_FORMAT: a record without sub, to be left out. */
int membership_put_user(struct image *image, const struct directory_user *user,
                        struct image_user **ret_user) MUST_CHECK;

#endif
