/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/boot.h"

#include "base/clock.h"
#include "base/paths.h"
#include "daemon/compile.h"
#include "daemon/log.h"
#include "snap/save.h"
#include "snap/write.h"

#include <event2/event.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EVERY_MS  300000 /* from one copy to the next */
#define SETTLE_MS 2000   /* a sweep and the logins after a start publish one after the other */
#define DISK_MS   5000   /* what the kernel gets to write before anybody waits for it */

struct boot {
    struct daemon *daemon;
    struct event *timer;
    bool is_due;      /* published since the last copy began */
    bool is_whole;    /* what was found published was read from the pool as a whole */
    int64_t begun_ms; /* the last copy; 0: none yet */
    struct snap_save save;
};

/* ------------------------------------------------------------------ the copy */

static void start_timer(struct boot *b, int64_t ms)
{
    event_add(b->timer, &(struct timeval){ ms / 1000, (suseconds_t)(ms % 1000) * 1000 });
}

static void say(int err)
{
    if (err != 0)
        log_error("%s/boot could not be written, the copy before stays: %s", path_state_dir,
                  err_text(err));
}

static void begin(struct boot *b)
{
    char dir[PATH_MAX];
    const struct snap_view *view = snap_writer_view(b->daemon->writer);
    b->is_due = false;
    b->begun_ms = clock_ms();
    snprintf(dir, sizeof dir, "%s/boot", path_state_dir);
    if (view != NULL && b->daemon->image->confirmed_s != 0)
        say(snap_save_begin(&b->save, view, dir));
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
    struct boot *b = arg;
    (void)fd;
    (void)what;
    if (b->save.is_begun) {
        say(snap_save_finish(&b->save));
        if (b->is_due)
            start_timer(b, EVERY_MS);
        return;
    }
    begin(b);
    if (b->save.is_begun)
        start_timer(b, DISK_MS);
}

void boot_published(struct boot *b)
{
    if (b == NULL || b->is_due)
        return;
    b->is_due = true;
    if (b->save.is_begun) /* its timer goes on */
        return;
    int64_t wait_ms = b->begun_ms == 0 ? 0 : b->begun_ms + EVERY_MS - clock_ms();
    start_timer(b, wait_ms > SETTLE_MS ? wait_ms : SETTLE_MS);
}

/* ------------------------------------------------------------------ the start */

const struct snap_view *boot_view(const struct daemon *d)
{
    const struct snap_view *view = snap_writer_view(d->writer);
    return view != NULL && view->facts.pool_hash == compile_pool_hash(d->config->pool_id) ? view
                                                                                          : NULL;
}

static bool snapshot_has_group(const struct snap_user *seen, const char *raw)
{
    for (uint32_t i = 0; i < seen->pool_group_count; i++) {
        const char *group = snap_pool_group(seen, i);
        if (group != NULL && strcmp(group, raw) == 0)
            return true;
    }
    return false;
}

/* The stricter of both. A snapshot that was published after the copy was written knows who was
 * disabled since, and must not be undone by an older one. NULL: it has no such user. */
static void restrict_user(struct image_user *u, const struct snap_user *seen)
{
    size_t left = 0;
    for (size_t i = 0; seen != NULL && i < u->group_count; i++)
        if (snapshot_has_group(seen, u->groups[i]->raw))
            u->groups[left++] = u->groups[i];
    u->group_count = left;
    u->is_enabled = u->is_enabled && seen != NULL && seen->enabled;
}

void boot_restrict(struct daemon *d)
{
    const struct snap_view *view = boot_view(d);
    for (size_t i = 0; i < d->image->user_count; i++) {
        struct snap_user seen;
        struct image_user *u = d->image->users[i];
        int err = image_follow_binding(d->image, u); /* whatever a damaged file says */
        if (view == NULL)
            continue;
        if (err == 0)
            err = snap_find_user(view, u->login, &seen);
        if (err != ERR_ABSENT || view->facts.is_whole)
            restrict_user(u, err == 0 && seen.uid == u->uid ? &seen : NULL);
    }
    image_touch_all(d->image);
}

bool boot_is_better(const struct daemon *d)
{
    return d->image->confirmed_s == 0 && d->boot != NULL && d->boot->is_whole;
}

int boot_open(struct daemon *d, struct boot **ret_boot)
{
    struct boot *b = calloc(1, sizeof *b);
    if (b == NULL)
        return ERR_NOMEM;
    b->daemon = d;
    b->timer = evtimer_new(d->loop, on_timer, b);
    if (b->timer == NULL) {
        boot_close(&b);
        return ERR_NOMEM;
    }
    const struct snap_view *view = boot_view(d);
    b->is_whole = view != NULL && view->facts.is_whole;
    *ret_boot = b;
    return 0;
}

void boot_close(struct boot **bp)
{
    if (bp == NULL || *bp == NULL)
        return;
    struct boot *b = *bp;
    if (b->save.is_begun)
        say(snap_save_finish(&b->save));
    if (b->is_due)
        begin(b);
    if (b->save.is_begun)
        say(snap_save_finish(&b->save));
    if (b->timer != NULL)
        event_free(b->timer);
    free(b);
    *bp = NULL;
}
