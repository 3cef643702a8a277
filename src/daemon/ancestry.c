/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/ancestry.h"

#include "base/id.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* proc(5): "PID (NAME) STATE PARENT ...". */
enum { NAME_FIELD = 2, PARENT_FIELD = 4, BEGAN_FIELD = 22 };

/* A name may hold anything, parentheses and blanks too: fields are counted behind the last one. */
static uint64_t number_in(const char *line, int field)
{
    const char *s = strrchr(line, ')');
    for (int at = NAME_FIELD; s != NULL && at < field; at++) {
        s = strchr(s, ' ');
        s = s == NULL ? NULL : s + 1;
    }
    return s == NULL ? 0 : strtoull(s, NULL, 10);
}

/* What /proc says of a process, as text. False: nothing. */
static bool read_about(pid_t pid, const char *what, char *dst, size_t cap)
{
    char path[32];
    snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, what);
    int fd = pid <= 0 ? -1 : open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    ssize_t n = read(fd, dst, cap - 1);
    close(fd);
    dst[n > 0 ? n : 0] = '\0';
    return n > 0;
}

static bool look(pid_t pid, pid_t *ret_parent, uint64_t *ret_began)
{
    char line[1024];
    if (!read_about(pid, "stat", line, sizeof line))
        return false;
    *ret_parent = (pid_t)number_in(line, PARENT_FIELD);
    *ret_began = number_in(line, BEGAN_FIELD);
    return *ret_began != 0;
}

struct ancestry_process ancestry_find(pid_t pid, struct ancestry_process *ret_parent)
{
    struct ancestry_process self = { .pid = pid }, parent = { 0 };
    pid_t above;
    *ret_parent = parent;
    if (!look(pid, &parent.pid, &self.began))
        return self;
    /* The kernel and process 1 are everybody's ancestors: no proof of anything. */
    if (parent.pid > 1 && look(parent.pid, &above, &parent.began))
        *ret_parent = parent;
    return self;
}

uint32_t ancestry_login_uid(pid_t pid)
{
    char text[16], *end = text;
    if (!read_about(pid, "loginuid", text, sizeof text))
        return ID_NONE;
    unsigned long uid = strtoul(text, &end, 10);
    return end == text || *end != '\0' || uid > ID_NONE ? ID_NONE : (uint32_t)uid;
}

bool ancestry_is_same(const struct ancestry_process *a, const struct ancestry_process *b)
{
    return a->pid > 0 && a->pid == b->pid && a->began == b->began;
}

bool ancestry_is_alive(const struct ancestry_process *p)
{
    pid_t parent;
    uint64_t began;
    if (p->pid <= 0 || (kill(p->pid, 0) != 0 && errno == ESRCH))
        return false;
    return !look(p->pid, &parent, &began) || p->began == 0 || p->began == began;
}
