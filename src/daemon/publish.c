/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/publish.h"

#include "base/paths.h"
#include "daemon/boot.h"
#include "daemon/compile.h"
#include "daemon/log.h"
#include "store/store.h"

#include <stdlib.h>
#include <unistd.h>

static int refresh_host(struct daemon *d)
{
    const struct host_paths paths = { path_passwd, path_group, path_subuid, path_subgid,
                                      path_shells };
    struct host host;
    int err = host_read(&paths, (uint32_t)geteuid(), &host);
    if (err != 0)
        return err;
    host_free(&d->host);
    d->host = host;
    return 0;
}

/* On the disk before anybody sees them: after a crash nobody else gets the name or the uid. Those
 * that cannot be written are hidden by the compile step; the others must not wait for them. */
static void store_new_bindings(struct daemon *d)
{
    struct bindings *b = &d->bindings;
    size_t n = b->count - b->stored_count;
    struct store_binding *rows = reallocarray(NULL, n + 1, sizeof *rows);
    for (size_t i = 0; rows != NULL && i < n; i++) {
        const struct binding *from = &b->item[b->stored_count + i];
        rows[i] = (struct store_binding){ from->sub, from->login, from->uid, from->origin };
    }
    int err = rows == NULL ? ERR_NOMEM : n == 0 ? 0 : store_add_bindings(d->store, rows, n);
    free(rows);
    if (err == 0)
        b->stored_count = b->count;
    else
        log_error("state.db cannot be written, %zu new users stay away until it can: %s", n,
                  err_text(err));
}

static void store_new_gids(struct daemon *d)
{
    for (size_t i = 0; i < d->bindings.gid_count; i++) {
        struct bound_gid *b = &d->bindings.gid[i];
        if (b->is_stored)
            continue;
        int err = store_add_gid(d->store, b->group, b->gid);
        b->is_stored = err == 0;
        if (err != 0)
            log_error("state.db cannot be written, users stay away until it can: %s",
                      err_text(err));
    }
}

int publish(struct daemon *d)
{
    struct compiled compiled = { 0 };
    struct snap_published published;
    if (boot_is_better(d)) {
        log_warning("the snapshot stays as it was until the pool has been read as a whole");
        return ERR_UNAVAIL;
    }
    int err = image_settle(d->image);
    if (err == 0) {
        store_new_bindings(d);
        store_new_gids(d);
        err = refresh_host(d);
    }
    if (err == 0)
        err = compile_image(d->image, &d->host, &compiled);
    if (err == 0)
        err = snap_publish(d->writer, &compiled.snapshot, &published);
    if (err == 0 && hidden_update(&d->hidden, d->image, &d->host, compiled.is_visible) != 0)
        log_warning("no memory for the list of who is not on this host: it is as it was");
    compile_free(&compiled);
    if (err != 0) {
        log_error("the snapshot could not be published, the old one stays: %s", err_text(err));
        return err;
    }
    d->count.publishes++;
    boot_published(d->boot);
    log_debug("published generation %llu: %u users, %u groups, %u records changed",
              (unsigned long long)published.generation, published.users, published.groups,
              published.changed);
    return 0;
}
