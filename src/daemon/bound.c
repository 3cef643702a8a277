/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/bound.h"

#include "base/paths.h"
#include "daemon/compile.h"
#include "daemon/kept_file.h"
#include "daemon/log.h"

#include <errno.h>
#include <grp.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* ------------------------------------------------------------------ loading */

static int load_gid(void *arg, const char *group, uint32_t gid)
{
    return bindings_add_gid(arg, group, gid, true);
}

static int load_binding(void *arg, const struct store_binding *from)
{
    struct bindings *b = arg;
    int err = bindings_add(b, from->sub, from->login, from->uid, from->origin);
    if (err == 0 && from->primary != NULL)
        bindings_set_primary(b, &b->item[b->count - 1],
                             from->primary[0] == '\0' ? PRIMARY_PRIVATE
                                                      : bindings_primary_of(b, from->primary),
                             false);
    return err;
}

int bound_load(struct store *store, struct bindings *bindings)
{
    size_t open = 0;
    int err = store_open_primaries(store, &open);
    if (err == 0)
        err = store_each_gid(store, load_gid, bindings);
    if (err == 0)
        err = store_each_binding(store, load_binding, bindings);
    bindings->stored_count = bindings->count;
    if (err == 0 && open > 0)
        log_warning("state.db has no gid for the primary group of %zu users: it is chosen anew",
                    open);
    return err;
}

/* ------------------------------------------------------------------ choosing */

/* A sweep that began before somebody was bound knows nothing of it yet. */
static void choose_one(struct image *image, const struct host *host, struct image_user *u)
{
    const struct binding *b = image_binding(image, u);
    uint32_t primary;
    if (b == NULL)
        return;
    if (b->primary == PRIMARY_OPEN && compile_hides_claim(image, host, u, &primary) == NULL &&
        bindings_primary_is_stored(image->bindings, primary))
        bindings_set_primary(image->bindings, b, primary, bindings_is_stored(image->bindings, b));
    u->primary = b->primary;
}

void bound_choose(struct image *image, const struct host *host)
{
    const struct image_changes *c = &image->changes;
    struct image_user *const *users = c->is_all ? image->users : c->users;
    size_t n = c->is_all ? image->user_count : c->count;
    for (size_t i = 0; i < n; i++)
        if (users[i]->primary == PRIMARY_OPEN && users[i]->quarantine == NULL)
            choose_one(image, host, users[i]);
}

size_t bound_count_kept(const struct image *image, const bool *is_visible)
{
    uint32_t wanted = image_wanted_primary(image);
    size_t n = 0;
    for (size_t i = 0; i < image->user_count; i++)
        n += is_visible[i] && image->users[i]->primary != wanted;
    return n;
}

/* ------------------------------------------------------------------ writing */

static void say(struct bindings *bindings, int err, size_t n, const char *who)
{
    if (err == 0)
        return;
    bindings->is_behind = true;
    log_error("state.db cannot be written, %zu %s stay away until it can: %s", n, who,
              err_text(err));
}

void bound_store_gids(struct image *image, struct store *store)
{
    image->bindings->is_behind = false;
    for (size_t i = 0; i < image->bindings->gid_count; i++) {
        struct bound_gid *b = &image->bindings->gid[i];
        if (b->is_stored)
            continue;
        int err = store_add_gid(store, b->group, b->gid);
        b->is_stored = err == 0;
        say(image->bindings, err, 1, "primary group and all its new users");
    }
}

/* "" is the user's own, NULL still open. */
static const char *primary_name(const struct bindings *bindings, const struct binding *b)
{
    const struct bound_gid *group = bindings_primary(bindings, b->primary);
    return b->primary == PRIMARY_OPEN ? NULL : group == NULL ? "" : group->group;
}

static struct store_binding row_of(const struct bindings *bindings, const struct binding *b)
{
    return (struct store_binding){ b->sub, b->login, b->uid, b->origin, primary_name(bindings, b) };
}

/* What is written at once: one wait for the disk. */
struct batch {
    struct store_binding *rows;
    bool *refused; /* by row */
    size_t n;
};

static int make_batch(size_t n, struct batch *ret_batch)
{
    struct store_binding *rows = calloc(n, sizeof *rows);
    bool *refused = calloc(n, sizeof *refused);
    if (rows == NULL || refused == NULL) {
        free(rows);
        free(refused);
        return ERR_NOMEM;
    }
    *ret_batch = (struct batch){ rows, refused, n };
    return 0;
}

/* Says what was refused; err: of the write as a whole. */
static void end_batch(struct bindings *bindings, struct batch *batch, int err, const char *who)
{
    size_t refused = 0;
    for (size_t i = 0; err == 0 && i < batch->n; i++)
        refused += batch->refused[i];
    if (refused > 0)
        log_error("state.db has something else for %zu of %zu %s: they stay away until cognitod is "
                  "started again",
                  refused, batch->n, who);
    say(bindings, err, batch->n, who);
    free(batch->rows);
    free(batch->refused);
}

static void store_new(struct image *image, struct store *store)
{
    struct bindings *b = image->bindings;
    struct batch batch = { .n = b->count - b->stored_count };
    const struct binding *first = &b->item[b->stored_count];
    if (batch.n == 0)
        return;
    int err = make_batch(batch.n, &batch);
    for (size_t i = 0; err == 0 && i < batch.n; i++)
        batch.rows[i] = row_of(b, &first[i]);
    if (err == 0)
        err = store_add_bindings(store, batch.rows, batch.n, batch.refused);
    for (size_t i = 0; err == 0 && i < batch.n; i++)
        if (batch.refused[i])
            bindings_refuse(b, &first[i]);
    if (err == 0)
        b->stored_count = b->count;
    end_batch(b, &batch, err, "new users");
}

/* As before: what is not on the disk may be another one after a restart. */
static void take_back(struct image *image)
{
    for (size_t i = 0; i < image->user_count; i++) {
        const struct binding *its = image_binding(image, image->users[i]);
        if (its != NULL)
            image->users[i]->primary = its->primary;
    }
}

/* In the order of the rows. */
static void settle_primaries(struct image *image, const struct batch *batch, int err)
{
    struct bindings *b = image->bindings;
    size_t row = 0, taken = 0;
    for (size_t i = 0; i < b->stored_count; i++) {
        const struct binding *item = &b->item[i];
        if (!item->is_primary_new)
            continue;
        bool is_kept = err == 0 && !batch->refused[row++];
        bindings_set_primary(b, item, is_kept ? item->primary : PRIMARY_OPEN, false);
        taken += !is_kept;
    }
    if (taken > 0)
        take_back(image);
}

static void store_primaries(struct image *image, struct store *store)
{
    struct bindings *b = image->bindings;
    struct batch batch = { .n = b->new_primaries };
    size_t row = 0;
    if (batch.n == 0)
        return;
    int err = make_batch(batch.n, &batch);
    for (size_t i = 0; err == 0 && i < b->stored_count; i++)
        if (b->item[i].is_primary_new)
            batch.rows[row++] = row_of(b, &b->item[i]);
    if (err == 0)
        err = store_set_primaries(store, batch.rows, row, batch.refused);
    settle_primaries(image, &batch, err);
    end_batch(b, &batch, err, "users who had no primary group yet");
}

void bound_store(struct image *image, struct store *store)
{
    store_primaries(image, store);
    store_new(image, store);
}

/* ------------------------------------------------------------------ the way back */

/* Files that root makes beside state.db would keep the daemon out. */
static int become_owner(const char *path)
{
    struct stat st;
    if (stat(path, &st) != 0)
        return err_from_errno(errno);
    if (geteuid() != 0)
        return 0;
    return setgroups(0, NULL) == 0 && setgid(st.st_gid) == 0 && setuid(st.st_uid) == 0
               ? 0
               : err_from_errno(errno);
}

/* The image goes first: groups in it have the gids of then, which a start would bind again before
 * the pool is asked. */
static int forget(struct store *store, size_t *ret_users)
{
    int err = kept_file_remove();
    if (err != 0) {
        log_error("%s/image cannot be deleted: %s", path_state_dir, err_text(err));
        return err;
    }
    err = store_drop_primaries(store, ret_users);
    if (err != 0)
        log_error("%s/state.db: %s", path_state_dir, store_why(store, err));
    return err;
}

int bound_rebind(void)
{
    char path[PATH_MAX];
    const char *why = NULL;
    struct store *store = NULL;
    size_t users = 0;
    snprintf(path, sizeof path, "%s/state.db", path_state_dir);
    int err = become_owner(path);
    if (err == 0)
        err = store_open(path, &store, &why);
    if (err != 0) {
        log_error("%s: %s", path, why != NULL ? why : err_text(err));
        return err;
    }
    err = forget(store, &users);
    store_close(&store);
    if (err == 0)
        printf("%zu users: when cognitod starts next, their primary group is the configuration's\n",
               users);
    return err;
}
