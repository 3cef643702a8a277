/* SPDX-License-Identifier: Apache-2.0
 *
 * Gids of pool groups that change. A primary group's is bound (bound.h); another group follows its
 * description, in the pool's administrators' hands, and files keep the old number, which may be
 * another group's by now: said in the log once, with both numbers, and listed for cognitoctl until
 * the daemon ends (R-ID-04).
 */
#ifndef DAEMON_GIDS_H
#define DAEMON_GIDS_H

#include "identity/host.h"
#include "identity/image.h"

struct gids_group {
    char *name; /* the pool's own */
    uint32_t gid;
    uint32_t before; /* the gid until it last changed; ID_NONE: it never did */
    uint32_t next;   /* while an update runs */
    size_t taken;    /* 1 + the position of the group whose gid this was before; 0: nobody's */
};

/* All zeros is none. Groups that are or were on this host while the daemon runs. */
struct gids {
    struct gids_group *item;
    size_t count, space;
    struct index names, ids;
};

/* After the groups of a settled image were published. ERR_NOMEM: the rest is told next time. */
int gids_update(struct gids *gids, const struct image *image, const struct host *host) MUST_CHECK;
void gids_free(struct gids *gids);

/* One more line for cognitoctl of this group, "" when there is none. */
void gids_describe(const struct gids *gids, size_t i, char *dst, size_t cap);

#endif
