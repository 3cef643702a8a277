/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/publish.h"

#include "base/paths.h"
#include "daemon/boot.h"
#include "daemon/bound.h"
#include "daemon/compile.h"
#include "daemon/log.h"

#include <unistd.h>

static const char no_list[] = "no memory for the list of who is not on this host: it is as it was";

static int refresh_host(struct daemon *d)
{
    const struct host_paths paths = { path_passwd, path_group, path_subuid, path_subgid,
                                      path_shells };
    struct host host;
    int err = host_read(&paths, (uint32_t)geteuid(), &host);
    if (err != 0)
        return err;
    if (!host_is_same(&d->host, &host))
        image_touch_all(d->image);
    host_free(&d->host);
    d->host = host;
    return 0;
}

static int publish_whole(const struct publication *p, struct snap_published *ret_published)
{
    struct compiled compiled;
    int err = compile_image(p->image, p->host, &compiled);
    if (err != 0)
        return err;
    err = snap_publish(p->writer, &compiled.snapshot, ret_published);
    if (err == 0 && hidden_update(p->hidden, p->image, p->host, compiled.is_visible) != 0)
        log_warning(no_list);
    compile_free(&compiled);
    return err;
}

/* Of those who have changed, the ones who are not on this host (any more). Who was never bound was
 * never published. */
static size_t list_gone(const struct image *image, const bool *is_visible, struct snap_gone *gone)
{
    size_t n = 0;
    for (size_t i = 0; i < image->changes.count; i++) {
        const struct binding *b = image_binding(image, image->changes.users[i]);
        if (!is_visible[i] && b != NULL)
            gone[n++] = (struct snap_gone){ b->login, b->uid };
    }
    return n;
}

static int publish_changes(const struct publication *p, struct snap_published *ret_published)
{
    struct compiled compiled;
    struct snap_gone gone[IMAGE_CHANGES_MAX];
    int err = compile_changes(p->image, p->host, &compiled);
    if (err != 0)
        return err;
    size_t n = list_gone(p->image, compiled.is_visible, gone);
    err = snap_amend(p->writer, &compiled.snapshot, gone, n, ret_published);
    if (err == 0 && hidden_update_changes(p->hidden, p->image, p->host, compiled.is_visible,
                                          ret_published->users) != 0)
        log_warning(no_list);
    compile_free(&compiled);
    return err;
}

int publish_image(const struct publication *p, struct snap_published *ret_published)
{
    int err = p->image->changes.is_all ? ERR_LIMIT : publish_changes(p, ret_published);
    if (err == ERR_LIMIT)
        err = publish_whole(p, ret_published);
    if (err == 0)
        image_published(p->image);
    return err;
}

int publish(struct daemon *d)
{
    const struct publication p = { d->image, &d->host, d->writer, &d->hidden };
    struct snap_published published;
    if (boot_is_better(d)) {
        log_warning("the snapshot stays as it was until the pool has been read as a whole");
        return ERR_UNAVAIL;
    }
    int err = image_settle(d->image);
    if (err == 0)
        err = refresh_host(d);
    if (err == 0) {
        bound_store_gids(d->image, d->store);
        bound_choose(d->image, &d->host);
        bound_store(d->image, d->store);
        err = publish_image(&p, &published);
    }
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
