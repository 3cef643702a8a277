/* SPDX-License-Identifier: Apache-2.0
 *
 * Whom the pool has and this host does not, or not as the pool says it: collisions, clashes with
 * local accounts, values that no rule lets pass, changes that are not followed (R-ID-02, R-ID-04,
 * R-ID-08, R-ID-10, R-ID-18). Kept as a list for cognitoctl and said in the log once per change.
 * A change of primary_group, which may concern everybody, is one line for all of them, once.
 * Who is hidden is decided in compile.h; users of whom the configuration does not speak (a pool's
 * customers, under scope = all) are only counted.
 */
#ifndef DAEMON_HIDDEN_H
#define DAEMON_HIDDEN_H

#include "identity/host.h"
#include "identity/image.h"

enum hidden_kind { HIDDEN_USER, HIDDEN_GROUP, HIDDEN_CHANGE };

struct hidden_item {
    enum hidden_kind kind;
    char *name;      /* the pool's own */
    char *sub;       /* "" for a group */
    const char *why; /* static */
};

/* All zeros is an empty list. Sorted by kind, name, sub. */
struct hidden {
    struct hidden_item *item;
    size_t count;
    size_t users, groups; /* hidden in all */
    size_t kept;          /* users with another primary group than the configuration's */
    bool was_kept_said;
    size_t refused; /* records that snap_publish() left out: a fault of ours */
};

/* After the whole image was published. is_visible: of the users, by position in the image.
 * ERR_NOMEM: the list is as it was. */
int hidden_update(struct hidden *hidden, const struct image *image, const struct host *host,
                  const bool *is_visible) MUST_CHECK;

/* After image->changes were published: is_visible is of them, visible_users how many are on the
 * host now. As above. */
int hidden_update_changes(struct hidden *hidden, const struct image *image, const struct host *host,
                          const bool *is_visible, size_t visible_users) MUST_CHECK;
void hidden_free(struct hidden *hidden);

#endif
