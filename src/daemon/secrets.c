/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/secrets.h"

#include "daemon/device.h"
#include "daemon/log.h"
#include "daemon/offline_notes.h"

#include <stdlib.h>
#include <string.h>

struct owners {
    char **subs;
    size_t count;
};

static int collect(void *arg, const char *sub)
{
    struct owners *o = arg;
    char **grown = reallocarray(o->subs, o->count + 1, sizeof *grown);
    if (grown == NULL)
        return ERR_NOMEM;
    o->subs = grown;
    o->subs[o->count] = strdup(sub);
    return o->subs[o->count++] == NULL ? ERR_NOMEM : 0;
}

/* Why nothing may be kept of this user; NULL: it may. Where only named groups are swept, a user who
 * left the pool is one without any of them. */
static const char *why_gone(const struct daemon *d, const struct image_user *u, bool is_complete)
{
    bool is_swept_by_group = d->config->scope == CONFIG_SCOPE_ALLOWED;
    if (u == NULL)
        return is_complete ? "the user is gone" : NULL;
    if (!u->is_enabled)
        return "the user is disabled";
    return is_complete && is_swept_by_group && u->group_count == 0 ? "the user is in no group here"
                                                                   : NULL;
}

static void review(struct daemon *d, const char *sub, bool is_complete)
{
    const struct image_user *u = image_find_sub(d->image, sub);
    const char *why = why_gone(d, u, is_complete);
    if (why != NULL)
        device_drop(d, sub, why);
    if (why == NULL && u != NULL && u->status != IMAGE_CONFIRMED)
        why = "the user's status has changed";
    if (why != NULL)
        offline_drop(d, sub, why);
}

void secrets_review(struct daemon *d, bool is_complete)
{
    struct owners owners = { .count = 0 };
    int err = store_each_owner(d->store, collect, &owners);
    if (err != 0)
        log_error("state.db: the users with secrets could not be read: %s", err_text(err));
    for (size_t i = 0; i < owners.count; i++) {
        if (err == 0)
            review(d, owners.subs[i], is_complete);
        free(owners.subs[i]);
    }
    free(owners.subs);
}
