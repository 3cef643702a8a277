/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/publish.h"

#include "base/paths.h"
#include "daemon/boot.h"
#include "daemon/bound.h"
#include "daemon/compile.h"
#include "daemon/log.h"

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

int publish(struct daemon *d)
{
    struct compiled compiled = { 0 };
    struct snap_published published;
    if (boot_is_better(d)) {
        log_warning("the snapshot stays as it was until the pool has been read as a whole");
        return ERR_UNAVAIL;
    }
    int err = image_settle(d->image);
    if (err == 0)
        err = refresh_host(d);
    if (err == 0) {
        bound_store_gids(&d->bindings, d->store);
        bound_choose(d->image, &d->host);
        bound_store(d->image, d->store);
        err = compile_image(d->image, &d->host, &compiled);
    }
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
