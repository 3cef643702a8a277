/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/publish.h"

#include "base/paths.h"
#include "daemon/boot.h"
#include "daemon/bound.h"
#include "daemon/compile.h"
#include "daemon/log.h"

#include <event2/event.h>
#include <unistd.h>

/* Tests make it shorter. */
#ifndef AGAIN_MS
#define AGAIN_MS 30000
#endif

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

/* Nothing that settled and was compiled breaks a rule of the snapshot: then it would be here. */
static void say_refused(struct hidden *h, const struct snap_published *p)
{
    size_t n = (size_t)p->users_refused + p->groups_refused;
    if (n > h->refused)
        log_error(
            "%u users and %u groups break a rule of the snapshot and stay away: please report "
            "this",
            p->users_refused, p->groups_refused);
    h->refused = n;
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
    if (err == 0)
        say_refused(p->hidden, ret_published);
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

/* What is not on the disk is neither seen nor forgotten: it is tried again by itself, or the next
 * thing to change would have to bring it along. */
static void try_again(struct daemon *d, bool is_due)
{
    const struct timeval later = { AGAIN_MS / 1000, AGAIN_MS % 1000 * 1000 };
    if (d->publish_again == NULL)
        return;
    if (is_due)
        event_add(d->publish_again, &later);
    else
        event_del(d->publish_again);
}

static void on_again(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    (void)!publish(arg);
}

void publish_mend(struct daemon *d)
{
    bool is_due = d->publish_again != NULL && event_pending(d->publish_again, EV_TIMEOUT, NULL);
    if (is_due || boot_is_better(d) || snap_writer_keeps(d->writer))
        return;
    log_warning("the snapshot in %s was removed or damaged: it is written anew", path_snap_dir);
    image_touch_all(d->image);
    (void)!publish(d);
}

int publish_open(struct daemon *d)
{
    d->publish_again = evtimer_new(d->loop, on_again, d);
    return d->publish_again == NULL ? ERR_NOMEM : 0;
}

void publish_close(struct daemon *d)
{
    if (d->publish_again != NULL)
        event_free(d->publish_again);
    d->publish_again = NULL;
}

/* Who cannot be here is held to nothing: the way out may be another uid, or another name. */
static bool could_be_here(const struct image *image, const struct image_user *user, const void *arg)
{
    uint32_t primary;
    return compile_hides_claim(image, arg, user, &primary) == NULL;
}

static int prepare(struct daemon *d)
{
    d->image->may_bind = could_be_here;
    d->image->may_bind_arg = &d->host;
    int err = refresh_host(d);
    if (err == 0)
        err = image_settle(d->image);
    if (err != 0)
        return err;
    bound_store_gids(d->image, d->store);
    bound_choose(d->image, &d->host);
    bound_store(d->image, d->store);
    return 0;
}

int publish(struct daemon *d)
{
    const struct publication p = { d->image, &d->host, d->writer, &d->hidden };
    struct snap_published published;
    if (boot_is_better(d)) {
        log_warning("the snapshot stays as it was until the pool has been read as a whole");
        return ERR_UNAVAIL;
    }
    int err = prepare(d);
    bool are_groups_new = d->image->changes.is_all;
    if (err == 0)
        err = publish_image(&p, &published);
    if (err == 0 && are_groups_new && gids_update(&d->gids, d->image, &d->host) != 0)
        log_warning("no memory to tell whose gid has changed");
    if (err == 0 && d->bindings.is_behind)
        image_touch_all(d->image);
    try_again(d, err != 0 || d->bindings.is_behind);
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
