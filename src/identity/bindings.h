/* SPDX-License-Identifier: Apache-2.0
 *
 * Who has which login name and uid on this host, for ever (R-ID-02, R-ID-04, R-ID-15): a sub that
 * was published once keeps both, also while it is away, and nobody else gets either. In memory;
 * src/store keeps them over restarts. Who may claim an unbound name is decided in settle.c. Also
 * the primary group of each of them, and the gids of the groups that are or were one: neither the
 * configuration nor a group's description changes the gid of everybody (R-ID-04).
 */
#ifndef IDENTITY_BINDINGS_H
#define IDENTITY_BINDINGS_H

#include "base/err.h"
#include "base/name.h"
#include "identity/index.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A user's primary group: one of the two, or PRIMARY_GROUPS and the number of a bound_gid. */
enum { PRIMARY_OPEN, PRIMARY_PRIVATE, PRIMARY_GROUPS };

struct binding {
    char *sub;
    char login[NAME_SIZE];
    bool is_primary_new; /* the store has the rest, but not that */
    bool is_refused;     /* the store does not take it: another row is in the way */
    uint32_t uid;
    uint32_t primary; /* PRIMARY_* */
    int origin;       /* enum image_origin */
};

struct bound_gid {
    char *group; /* the pool's name */
    uint32_t gid;
    bool is_stored;
};

/* All zeros is none. Bindings are only ever added: those from stored_count on are not kept yet;
 * those before it are, but for the refused ones. */
struct bindings {
    struct binding *item;
    size_t count, space, stored_count, new_primaries;
    bool is_behind; /* the store could not take something that is in here */
    struct index subs, logins, uids;
    struct bound_gid *gid; /* few: one for each value that primary_group has had */
    size_t gid_count;
};

void bindings_free(struct bindings *bindings);

/* ERR_REFUSED: sub, login or uid is bound already. ERR_NOMEM. */
int bindings_add(struct bindings *bindings, const char *sub, const char *login, uint32_t uid,
                 int origin) MUST_CHECK;

/* Does the store have it? */
bool bindings_is_stored(const struct bindings *bindings, const struct binding *binding);
/* Says that the store never will: until the next start nobody has it, and nobody else gets it. */
void bindings_refuse(struct bindings *bindings, const struct binding *binding);

const struct binding *bindings_of_sub(const struct bindings *bindings, const char *sub);
const struct binding *bindings_of_login(const struct bindings *bindings, const char *login);
const struct binding *bindings_of_uid(const struct bindings *bindings, uint32_t uid);

/* PRIMARY_OPEN takes it back. It is new when the store has the binding without it. */
void bindings_set_primary(struct bindings *bindings, const struct binding *binding,
                          uint32_t primary, bool is_new);
/* What stands for a group of this pool name; PRIMARY_OPEN: its gid is not bound. */
uint32_t bindings_primary_of(const struct bindings *bindings, const char *group);
/* NULL: no group of the pool's. */
const struct bound_gid *bindings_primary(const struct bindings *bindings, uint32_t primary);
/* Does the store have the gid it stands for? A private one needs none. */
bool bindings_primary_is_stored(const struct bindings *bindings, uint32_t primary);

/* ERR_REFUSED: the group or the gid is bound already. ERR_NOMEM. */
int bindings_add_gid(struct bindings *bindings, const char *group, uint32_t gid,
                     bool is_stored) MUST_CHECK;
/* NULL: not bound. */
struct bound_gid *bindings_of_group(const struct bindings *bindings, const char *group);
const struct bound_gid *bindings_of_gid(const struct bindings *bindings, uint32_t gid);

#endif
