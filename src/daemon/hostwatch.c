/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/hostwatch.h"

#include "base/paths.h"
#include "daemon/daemon.h"
#include "daemon/log.h"
#include "daemon/publish.h"

#include <errno.h>
#include <event2/event.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#define SETTLE_MS 250 /* useradd writes four files one after the other */

struct hostwatch {
    struct daemon *daemon;
    int fd; /* -1: none */
    struct event *readable, *settled;
};

static const char *const files[] = { path_passwd, path_group, path_subuid, path_subgid,
                                     path_shells };

static bool is_ours(const char *name)
{
    for (size_t i = 0; i < COUNT(files); i++)
        if (strcmp(strrchr(files[i], '/') + 1, name) == 0)
            return true;
    return false;
}

/* Is one of the files among the events? After an overflow of the queue anything may have changed.
 */
static bool has_changed(const char *events, size_t n)
{
    while (n > 0) {
        struct inotify_event e;
        memcpy(&e, events, sizeof e);
        if ((e.mask & IN_Q_OVERFLOW) != 0 || (e.len > 0 && is_ours(events + sizeof e)))
            return true;
        events += sizeof e + e.len;
        n -= sizeof e + e.len;
    }
    return false;
}

static void on_readable(evutil_socket_t fd, short what, void *arg)
{
    struct hostwatch *w = arg;
    _Alignas(struct inotify_event) char events[4096];
    ssize_t n;
    bool changed = false;
    (void)what;
    while ((n = read(fd, events, sizeof events)) > 0)
        changed = has_changed(events, (size_t)n) || changed;
    if (changed)
        event_add(w->settled, &(struct timeval){ 0, SETTLE_MS * 1000 });
}

static void on_settled(evutil_socket_t fd, short what, void *arg)
{
    const struct hostwatch *w = arg;
    (void)fd;
    (void)what;
    if (w->daemon->count.publishes == 0)
        return; /* nothing of ours is published yet; what a look-up has found is */
    if (publish(w->daemon) == 0)
        log_info("the host's accounts have changed: the snapshot is compiled anew");
}

static int watch_folder(struct hostwatch *w)
{
    char folder[PATH_MAX];
    snprintf(folder, sizeof folder, "%.*s", (int)(strrchr(path_passwd, '/') - path_passwd),
             path_passwd);
    w->fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (w->fd >= 0 &&
        inotify_add_watch(w->fd, folder,
                          IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE) >= 0)
        return 0;
    log_warning("%s cannot be watched: %s; changes of local accounts count from the next sweep on",
                folder, strerror(errno));
    if (w->fd >= 0)
        close(w->fd);
    w->fd = -1;
    return ERR_LIMIT;
}

int hostwatch_open(struct daemon *d, struct hostwatch **ret_watch)
{
    struct hostwatch *w = calloc(1, sizeof *w);
    if (w == NULL)
        return ERR_NOMEM;
    *w = (struct hostwatch){ .daemon = d, .fd = -1 };
    if (watch_folder(w) == 0) {
        w->readable = event_new(d->loop, w->fd, EV_READ | EV_PERSIST, on_readable, w);
        w->settled = event_new(d->loop, -1, 0, on_settled, w);
        if (w->readable == NULL || w->settled == NULL || event_add(w->readable, NULL) != 0) {
            hostwatch_close(&w);
            return ERR_NOMEM;
        }
    }
    *ret_watch = w;
    return 0;
}

void hostwatch_close(struct hostwatch **wp)
{
    if (wp == NULL || *wp == NULL)
        return;
    struct hostwatch *w = *wp;
    if (w->readable != NULL)
        event_free(w->readable);
    if (w->settled != NULL)
        event_free(w->settled);
    if (w->fd >= 0)
        close(w->fd);
    free(w);
    *wp = NULL;
}
