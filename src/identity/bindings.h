/* SPDX-License-Identifier: Apache-2.0
 *
 * Who has which login name and uid on this host, for ever (R-ID-02, R-ID-04, R-ID-15): a sub that
 * was published once keeps both, also while it is away, and nobody else gets either. In memory;
 * src/store keeps them over restarts. Who may claim an unbound name is decided in settle.c.
 */
#ifndef IDENTITY_BINDINGS_H
#define IDENTITY_BINDINGS_H

#include "base/err.h"
#include "base/name.h"
#include "identity/index.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct binding {
    char *sub;
    char login[NAME_SIZE];
    uint32_t uid;
    int origin; /* enum image_origin */
};

/* All zeros is none. Bindings are only ever added: those from stored_count on are not kept yet. */
struct bindings {
    struct binding *item;
    size_t count, space, stored_count;
    struct index subs, logins, uids;
};

void bindings_free(struct bindings *bindings);

/* ERR_REFUSED: sub, login or uid is bound already. ERR_NOMEM. */
int bindings_add(struct bindings *bindings, const char *sub, const char *login, uint32_t uid,
                 int origin) MUST_CHECK;

/* Does the store have it? */
bool bindings_is_stored(const struct bindings *bindings, const struct binding *binding);

const struct binding *bindings_of_sub(const struct bindings *bindings, const char *sub);
const struct binding *bindings_of_login(const struct bindings *bindings, const char *login);
const struct binding *bindings_of_uid(const struct bindings *bindings, uint32_t uid);

#endif
