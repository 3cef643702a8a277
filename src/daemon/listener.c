/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/listener.h"

#include "base/paths.h"
#include "daemon/conn.h"
#include "daemon/daemon.h"
#include "daemon/log.h"

#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#define CONNECTIONS_MAX     4096
#define CONNECTIONS_FOR_ALL 3072 /* the rest is for root */
#define CONNECTIONS_PER_UID 64   /* but for root */
#define ACCEPTS_A_TURN      64
#define PAUSE_MS            100 /* out of descriptors: look again then */
#define BACKLOG             128
#define CROWD               64 /* so many at once leave memory behind that is worth giving back */
#ifndef LOOK_MS                /* whether nss.sock is there; tests make it shorter */
#define LOOK_MS 15000
#endif

struct door {
    struct listener *listener;
    enum conn_socket kind;
    int fd;
    struct event *acceptable, *pause;
};

struct listener {
    struct daemon *daemon;
    struct door doors[3];
    struct conn **conns; /* CONNECTIONS_MAX places, the first count in use */
    size_t count, most;  /* most: since there was none */
    struct event *look;
};

size_t listener_connections(const struct listener *listener)
{
    return listener->count;
}

static void forget(void *arg, struct conn *conn)
{
    struct listener *l = arg;
    for (size_t i = 0; i < l->count; i++) {
        if (l->conns[i] == conn) {
            l->conns[i] = l->conns[--l->count];
            break;
        }
    }
    if (l->count > 0)
        return;
    /* What a crowd's requests needed is free, but lies below what is not: the C library keeps it.
     */
    if (l->most >= CROWD)
        malloc_trim(0);
    l->most = 0;
}

static bool is_over_cap(const struct listener *l, uid_t uid)
{
    size_t same = 0;
    if (l->count >= (uid == 0 ? CONNECTIONS_MAX : CONNECTIONS_FOR_ALL))
        return true;
    for (size_t i = 0; uid != 0 && i < l->count; i++)
        same += conn_peer(l->conns[i])->uid == uid;
    return same >= CONNECTIONS_PER_UID;
}

/* conn_open() calls nothing back, so the connection is in the list before it can end. */
static void admit(struct door *door, int fd)
{
    struct listener *l = door->listener;
    struct ucred cred;
    socklen_t len = sizeof cred;
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &len) != 0 || is_over_cap(l, cred.uid)) {
        close(fd);
        return;
    }
    struct conn_peer peer = { cred.uid, cred.pid };
    struct conn *conn;
    if (conn_open(l->daemon, fd, door->kind, &peer, forget, l, &conn) == 0)
        l->conns[l->count++] = conn;
    if (l->count > l->most)
        l->most = l->count;
}

static void on_pause_over(evutil_socket_t fd, short what, void *arg)
{
    struct door *door = arg;
    (void)fd;
    (void)what;
    event_add(door->acceptable, NULL);
}

/* Without free descriptors accept() fails at once while the socket stays readable: it is not looked
 * at for a while, or this would be a busy loop. */
static void pause_accepting(struct door *door, int error)
{
    log_warning("cannot accept a connection: %s", strerror(error));
    if (event_add(door->pause, &(struct timeval){ 0, PAUSE_MS * 1000 }) == 0)
        event_del(door->acceptable);
}

static void on_acceptable(evutil_socket_t fd, short what, void *arg)
{
    struct door *door = arg;
    (void)what;
    for (int i = 0; i < ACCEPTS_A_TURN; i++) {
        int conn_fd = accept4(fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (conn_fd >= 0) {
            admit(door, conn_fd);
            continue;
        }
        if (errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == ENOBUFS)
            pause_accepting(door, errno);
        return;
    }
}

static int open_door(struct listener *l, struct door *door, enum conn_socket kind, int fd)
{
    *door = (struct door){ .listener = l, .kind = kind, .fd = fd };
    if (fcntl(fd, F_SETFD, FD_CLOEXEC) != 0 || fcntl(fd, F_SETFL, O_NONBLOCK) != 0)
        return err_from_errno(errno);
    door->pause = evtimer_new(l->daemon->loop, on_pause_over, door);
    door->acceptable = event_new(l->daemon->loop, fd, EV_READ | EV_PERSIST, on_acceptable, door);
    if (door->pause == NULL || door->acceptable == NULL || event_add(door->acceptable, NULL) != 0)
        return ERR_NOMEM;
    return 0;
}

/* Everybody may connect; what they may ask is decided by ops.c. */
static int bind_nss(int *ret_fd)
{
    struct sockaddr_un at = { .sun_family = AF_UNIX };
    if (strlen(path_nss_socket) >= sizeof at.sun_path)
        return ERR_SYSTEM;
    memcpy(at.sun_path, path_nss_socket, strlen(path_nss_socket));
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return err_from_errno(errno);
    if ((unlink(path_nss_socket) != 0 && errno != ENOENT) ||
        bind(fd, (const struct sockaddr *)&at, sizeof at) != 0 ||
        chmod(path_nss_socket, 0666) != 0 || listen(fd, BACKLOG) != 0) {
        log_error("%s: %s", path_nss_socket, strerror(errno));
        close(fd);
        return ERR_SYSTEM;
    }
    *ret_fd = fd;
    return 0;
}

static void close_door(struct door *door)
{
    if (door->acceptable != NULL)
        event_free(door->acceptable);
    if (door->pause != NULL)
        event_free(door->pause);
    if (door->fd >= 0)
        close(door->fd);
    *door = (struct door){ .listener = door->listener, .fd = -1 };
}

static int open_nss(struct listener *l)
{
    int fd = -1;
    int err = bind_nss(&fd);
    return err != 0 ? err : open_door(l, &l->doors[0], CONN_NSS, fd);
}

/* Somebody may empty our folder: nobody could ask for a new user any more. The others are the
 * service manager's. */
static void on_look(evutil_socket_t fd, short what, void *arg)
{
    struct listener *l = arg;
    struct stat st;
    (void)fd;
    (void)what;
    if (stat(path_nss_socket, &st) == 0 || errno != ENOENT)
        return;
    log_warning("%s was removed: it is made anew", path_nss_socket);
    close_door(&l->doors[0]);
    if (open_nss(l) != 0)
        close_door(&l->doors[0]);
}

/* The descriptor of that name; each is used once. */
static int handed_over(char **names, int count, const char *name)
{
    for (int i = 0; i < count; i++)
        if (strcmp(names[i], name) == 0)
            return SD_LISTEN_FDS_START + i;
    return -1;
}

static int open_doors(struct listener *l, char **names, int count)
{
    int pam = handed_over(names, count, "pam"), ctl = handed_over(names, count, "ctl");
    if (pam < 0 || ctl < 0) {
        log_error("no sockets named pam and ctl were handed over: start cognitod by its systemd "
                  "sockets");
        return ERR_CONFIG;
    }
    int err = open_nss(l);
    if (err == 0)
        err = open_door(l, &l->doors[1], CONN_PAM, pam);
    if (err == 0)
        err = open_door(l, &l->doors[2], CONN_CTL, ctl);
    return err;
}

int listener_open(struct daemon *d, struct listener **ret_listener)
{
    const struct timeval every = { LOOK_MS / 1000, LOOK_MS % 1000 * 1000 };
    struct listener *l = calloc(1, sizeof *l);
    struct conn **conns = calloc(CONNECTIONS_MAX, sizeof *conns);
    if (l == NULL || conns == NULL) {
        free(l);
        free(conns);
        return ERR_NOMEM;
    }
    l->daemon = d;
    l->conns = conns;
    for (size_t i = 0; i < COUNT(l->doors); i++)
        l->doors[i].fd = -1;
    char **names = NULL;
    int count = sd_listen_fds_with_names(1, &names);
    int err = open_doors(l, names, count < 0 ? 0 : count);
    l->look = event_new(d->loop, -1, EV_PERSIST, on_look, l);
    if (err == 0 && (l->look == NULL || event_add(l->look, &every) != 0))
        err = ERR_NOMEM;
    for (int i = 0; i < count && names != NULL; i++)
        free(names[i]);
    free(names);
    if (err != 0) {
        listener_close(&l);
        return err;
    }
    *ret_listener = l;
    return 0;
}

void listener_close(struct listener **lp)
{
    if (lp == NULL || *lp == NULL)
        return;
    struct listener *l = *lp;
    while (l->count > 0)
        conn_close(l->conns[0]);
    for (size_t i = 0; i < COUNT(l->doors); i++)
        close_door(&l->doors[i]);
    if (l->look != NULL)
        event_free(l->look);
    free(l->conns);
    free(l);
    *lp = NULL;
}
