/* SPDX-License-Identifier: Apache-2.0 */
/* Listening sockets of the test pool; see http.h. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "http.h"

static bool parse_address(const char *text, struct sockaddr_in *ret)
{
    char host[64];
    const char *colon = strrchr(text, ':');
    if (colon == NULL || (size_t)(colon - text) >= sizeof host)
        return false;
    memcpy(host, text, (size_t)(colon - text));
    host[colon - text] = '\0';
    char *end;
    unsigned long port = strtoul(colon + 1, &end, 10);
    if (*end != '\0' || end == colon + 1 || port > 65535)
        return false;
    *ret = (struct sockaddr_in){ .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
    return inet_pton(AF_INET, host, &ret->sin_addr) == 1;
}

int http_listen_tcp(const char *addr_port, unsigned *ret_port)
{
    struct sockaddr_in at;
    if (!parse_address(addr_port, &at)) {
        fprintf(stderr, "cognito-pool: %s: not an address ADDR:PORT\n", addr_port);
        return -1;
    }
    int one = 1;
    socklen_t n = sizeof at;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one) == 0 &&
        bind(fd, (struct sockaddr *)&at, sizeof at) == 0 && listen(fd, 128) == 0 &&
        getsockname(fd, (struct sockaddr *)&at, &n) == 0) {
        *ret_port = ntohs(at.sin_port);
        return fd;
    }
    fprintf(stderr, "cognito-pool: %s: %s\n", addr_port, strerror(errno));
    if (fd >= 0)
        close(fd);
    return -1;
}

int http_listen_unix(const char *path)
{
    struct sockaddr_un at = { .sun_family = AF_UNIX };
    struct stat st;
    if (strlen(path) >= sizeof at.sun_path) {
        fprintf(stderr, "cognito-pool: %s: name too long for a socket\n", path);
        return -1;
    }
    memcpy(at.sun_path, path, strlen(path) + 1);
    if (lstat(path, &st) == 0 && S_ISSOCK(st.st_mode))
        unlink(path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && fchmod(fd, 0600) == 0 && bind(fd, (struct sockaddr *)&at, sizeof at) == 0 &&
        listen(fd, 64) == 0)
        return fd;
    fprintf(stderr, "cognito-pool: %s: %s\n", path, strerror(errno));
    if (fd >= 0)
        close(fd);
    return -1;
}
