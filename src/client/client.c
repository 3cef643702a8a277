/* SPDX-License-Identifier: Apache-2.0 */
#include "client/client.h"

#include "base/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

/* Waits for events on fd. poll() is restarted after signals with what is left. */
static int wait_for(int fd, short events, int64_t deadline_ms)
{
    for (;;) {
        struct pollfd p = { .fd = fd, .events = events };
        int n = poll(&p, 1, clock_left_ms(deadline_ms));
        if (n > 0)
            return 0;
        if (n == 0)
            return ERR_TIMEOUT;
        if (errno != EINTR)
            return err_from_errno(errno);
    }
}

static int listener_is_trusted(int fd, const char *path)
{
    char dir[sizeof((struct sockaddr_un *)0)->sun_path];
    size_t n = (size_t)(strrchr(path, '/') - path) + 1; /* with the slash: n is never 0 */
    memcpy(dir, path, n);
    dir[n] = '\0';
    struct stat st;
    struct ucred peer;
    socklen_t len = sizeof peer;
    if (stat(dir, &st) != 0 || getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) != 0)
        return ERR_REFUSED; /* somebody was there, and it cannot be known who */
    return peer.uid == 0 || peer.uid == st.st_uid ? 0 : ERR_REFUSED;
}

static int open_socket(void)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0 || fd > 2)
        return fd;
    int moved = fcntl(fd, F_DUPFD_CLOEXEC, 3); /* the host process closed one of 0-2 */
    int saved = errno;
    close(fd);
    errno = saved;
    return moved;
}

/* A unix socket connects at once or, when the backlog is full, says EAGAIN and gives nothing to
 * poll for: short naps until the deadline. */
static int connect_until(int fd, const struct sockaddr_un *to, int64_t deadline_ms)
{
    while (connect(fd, (const struct sockaddr *)to, sizeof *to) != 0) {
        if (errno == EINTR)
            continue;
        if (errno == ENOENT || errno == ECONNREFUSED || errno == EACCES)
            return ERR_UNAVAIL;
        if (errno != EAGAIN)
            return err_from_errno(errno);
        int left = clock_left_ms(deadline_ms);
        if (left == 0)
            return ERR_TIMEOUT;
        (void)poll(NULL, 0, left < 5 ? left : 5);
    }
    return 0;
}

int client_connect(const char *path, int64_t deadline_ms, int *ret_fd)
{
    struct sockaddr_un to = { .sun_family = AF_UNIX };
    if (path[0] != '/' || strlen(path) >= sizeof to.sun_path)
        return ERR_REFUSED;
    memcpy(to.sun_path, path, strlen(path));
    int fd = open_socket();
    if (fd < 0)
        return err_from_errno(errno);
    int err = connect_until(fd, &to, deadline_ms);
    if (err == 0)
        err = listener_is_trusted(fd, path);
    if (err != 0) {
        close(fd);
        return err;
    }
    *ret_fd = fd;
    return 0;
}

int client_send(int fd, const void *message, size_t n, int64_t deadline_ms)
{
    const char *p = message;
    while (n > 0) {
        ssize_t sent = send(fd, p, n, MSG_NOSIGNAL);
        if (sent >= 0) {
            p += sent;
            n -= (size_t)sent;
        } else if (errno == EAGAIN) {
            int err = wait_for(fd, POLLOUT, deadline_ms);
            if (err != 0)
                return err;
        } else if (errno != EINTR) {
            return errno == EPIPE || errno == ECONNRESET ? ERR_CLOSED : err_from_errno(errno);
        }
    }
    return 0;
}

static int receive_full(int fd, void *buf, size_t n, int64_t deadline_ms)
{
    char *p = buf;
    while (n > 0) {
        ssize_t got = recv(fd, p, n, 0);
        if (got > 0) {
            p += got;
            n -= (size_t)got;
        } else if (got == 0 || errno == ECONNRESET) {
            return ERR_CLOSED;
        } else if (errno == EAGAIN) {
            int err = wait_for(fd, POLLIN, deadline_ms);
            if (err != 0)
                return err;
        } else if (errno != EINTR) {
            return err_from_errno(errno);
        }
    }
    return 0;
}

int client_receive(int fd, void *buf, size_t cap, int64_t deadline_ms, uint16_t *ret_opcode,
                   struct rd *ret_body)
{
    uint8_t head[WIRE_HEADER_BYTES];
    struct wire_header h = { 0 };
    int err = receive_full(fd, head, sizeof head, deadline_ms);
    if (err == 0)
        err = wire_header_read(head, &h);
    if (err == 0 && h.length > cap)
        err = ERR_SPACE;
    if (err == 0)
        err = receive_full(fd, buf, h.length, deadline_ms);
    if (err != 0)
        return err;
    *ret_opcode = h.opcode;
    *ret_body = rd_over(buf, h.length);
    return 0;
}

static int receive_answer(int fd, int64_t deadline_ms, struct wire_looked_up *ret)
{
    uint8_t body[64];
    uint16_t opcode;
    struct rd r;
    int err = client_receive(fd, body, sizeof body, deadline_ms, &opcode, &r);
    if (err == 0 && opcode != WIRE_LOOKED_UP)
        err = ERR_FORMAT;
    return err != 0 ? err : wire_get_looked_up(&r, ret);
}

static int converse(int fd, const char *name, int64_t first_deadline_ms, int64_t last_deadline_ms)
{
    uint8_t request[WIRE_HEADER_BYTES + NAME_SIZE + 1];
    struct wire_msg m = wire_begin(request, sizeof request, WIRE_LOOKUP);
    wire_put_lookup(&m, name);
    int size = wire_finish(&m);
    if (size < 0)
        return size;
    struct wire_looked_up answer = { 0 };
    int err = client_send(fd, request, (size_t)size, first_deadline_ms);
    if (err == 0)
        err = receive_answer(fd, first_deadline_ms, &answer);
    if (err == 0 && answer.asking_ms > 0) {
        int64_t said = clock_ms() + answer.asking_ms;
        err = receive_answer(fd, said < last_deadline_ms ? said : last_deadline_ms, &answer);
    }
    return err != 0 ? err : answer.err;
}

int client_lookup(const char *socket_path, const char *name, uint32_t first_ms, uint32_t most_ms)
{
    int64_t now = clock_ms();
    int fd;
    int err = client_connect(socket_path, now + first_ms, &fd);
    if (err != 0)
        return err == ERR_TIMEOUT ? ERR_TIMEOUT : ERR_UNAVAIL;
    err = converse(fd, name, now + first_ms, now + most_ms);
    close(fd);
    return err == 0 || err == ERR_ABSENT || err == ERR_TIMEOUT ? err : ERR_UNAVAIL;
}
