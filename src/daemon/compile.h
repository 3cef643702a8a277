/* SPDX-License-Identifier: Apache-2.0
 *
 * Image and host policy to what snap_publish() takes: who exists on this host, with which groups
 * and shell. Nothing is asked of anybody here: a pure function of three structs.
 */
#ifndef DAEMON_COMPILE_H
#define DAEMON_COMPILE_H

#include "identity/host.h"
#include "identity/image.h"
#include "snap/write.h"

struct compiled {
    struct snap_image snapshot; /* points into the rest, the image and the configuration */
    struct snap_image_user *users;
    struct snap_image_group *groups;
    char (*names)[NAME_SIZE]; /* of visible users: close together, they are read often */
    const char **texts;       /* pool groups of users, then members of groups */
    uint32_t *gids;           /* of users, pool gids then local ones */
    bool *is_visible;         /* of the users that were looked at, in their order */
};

/* ERR_NOMEM. The image, host and configuration must outlive *ret_compiled. */
int compile_image(const struct image *image, const struct host *host,
                  struct compiled *ret_compiled) MUST_CHECK;

/* Only the users that image->changes lists, and no groups: for snap_amend(). As above. */
int compile_changes(const struct image *image, const struct host *host,
                    struct compiled *ret_compiled) MUST_CHECK;
void compile_free(struct compiled *compiled);

/* The gid of a user who is on this host. */
uint32_t compile_gid(const struct image *image, const struct image_user *user);

/* As the header of this pool's snapshots has it. */
uint64_t compile_pool_hash(const char *pool_id);

/* Why this user or group is not on this host, static; NULL: it is. */
const char *compile_hides_user(const struct image *image, const struct host *host,
                               const struct image_user *user);
/* The same before state.db has him: NULL when he could be here, with this primary group. */
const char *compile_hides_claim(const struct image *image, const struct host *host,
                                const struct image_user *user, uint32_t *ret_primary);
const char *compile_hides_group(const struct host *host, const struct image_group *group);

#endif
