/* SPDX-License-Identifier: Apache-2.0
 *
 * Three events: output to read, SIGCHLD, the deadline. The first of "ended", "too much", "too late"
 * ends it. Grandchildren that keep the pipe open are not waited for.
 */
#include "net/process.h"

#include "net/buf.h"

#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define SEARCH_PATH "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

struct process {
    pid_t pid; /* 0: not started, or reaped */
    int fd;
    struct event *on_output, *on_child, *on_deadline;
    struct buf output;
    process_done *done;
    void *arg;
};

static void drop(struct process *p)
{
    struct event *const events[] = { p->on_output, p->on_child, p->on_deadline };
    for (size_t i = 0; i < COUNT(events); i++) {
        if (events[i] != NULL)
            event_free(events[i]);
    }
    /* The group first: it may have started others. A child that cannot be killed is not waited
     * for either. */
    if (p->pid > 0 && (kill(-p->pid, SIGKILL) == 0 || kill(p->pid, SIGKILL) == 0))
        waitpid(p->pid, NULL, 0);
    if (p->fd >= 0)
        close(p->fd);
    buf_free(&p->output);
    free(p);
}

static void finish(struct process *p, int err, int status)
{
    process_done *done = p->done;
    void *arg = p->arg;
    struct buf output = p->output;
    p->output = (struct buf){ 0 };
    drop(p);
    const struct process_result result = {
        .err = err, .status = status, .output = buf_text(&output), .output_bytes = output.len
    };
    done(arg, &result);
    buf_free(&output);
}

/* What is there now: 0, or ERR_LIMIT, ERR_NOMEM, ERR_SYSTEM. *ret_ended: no more will come. */
static int read_output(struct process *p, bool *ret_ended)
{
    char chunk[4096];
    int err = 0;
    *ret_ended = false;
    while (err == 0) {
        ssize_t n = read(p->fd, chunk, sizeof chunk);
        if (n > 0) {
            buf_add(&p->output, chunk, (size_t)n);
            if (p->output.bad)
                err = p->output.len + (size_t)n > p->output.max ? ERR_LIMIT : ERR_NOMEM;
        } else if (n == 0) {
            *ret_ended = true;
            break;
        } else if (errno == EAGAIN) {
            break;
        } else if (errno != EINTR) {
            err = ERR_SYSTEM;
        }
    }
    explicit_bzero(chunk, sizeof chunk);
    return err;
}

static void on_output(evutil_socket_t fd, short what, void *arg)
{
    struct process *p = arg;
    bool has_ended;
    (void)fd;
    (void)what;
    int err = read_output(p, &has_ended);
    if (err != 0)
        finish(p, err, 0);
    else if (has_ended)
        event_del(p->on_output); /* its exit comes by itself */
}

static void on_child(evutil_socket_t fd, short what, void *arg)
{
    struct process *p = arg;
    int status = 0;
    bool has_ended;
    siginfo_t info = { .si_pid = 0 };
    (void)fd;
    (void)what;
    if (waitid(P_PID, (id_t)p->pid, &info, WEXITED | WNOHANG | WNOWAIT) != 0 || info.si_pid == 0)
        return;
    /* What is left of its group goes with it, while the number is still its own. */
    kill(-p->pid, SIGKILL);
    waitpid(p->pid, &status, 0);
    p->pid = 0;
    int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    int err = code == 0 ? read_output(p, &has_ended) : ERR_CONFIG;
    finish(p, err, code);
}

static void on_deadline(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    finish(arg, ERR_TIMEOUT, 0);
}

/* ------------------------------------------------------------------ start */

static int add_actions(posix_spawn_file_actions_t *a, int output)
{
    int bad = posix_spawn_file_actions_addopen(a, 0, "/dev/null", O_RDONLY, 0);
    if (bad == 0)
        bad = posix_spawn_file_actions_adddup2(a, output, 1);
    if (bad == 0) /* what it complains about may quote secrets */
        bad = posix_spawn_file_actions_addopen(a, 2, "/dev/null", O_WRONLY, 0);
    if (bad == 0)
        bad = posix_spawn_file_actions_addclosefrom_np(a, 3);
    return bad;
}

static int set_attributes(posix_spawnattr_t *attr)
{
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    int bad = posix_spawnattr_setsigmask(attr, &none);
    if (bad == 0)
        bad = posix_spawnattr_setsigdefault(attr, &all);
    if (bad == 0)
        bad = posix_spawnattr_setpgroup(attr, 0);
    if (bad == 0)
        bad = posix_spawnattr_setflags(attr, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF |
                                                 POSIX_SPAWN_SETPGROUP);
    return bad;
}

static int spawn(struct process *p, const struct process_options *o, int output)
{
    char path[] = SEARCH_PATH, locale[] = "LC_ALL=C.UTF-8", home[512];
    char *const environment[] = { path, locale, home, NULL };
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attr;
    snprintf(home, sizeof home, "HOME=%s", o->home == NULL ? "/" : o->home);
    if (posix_spawn_file_actions_init(&actions) != 0)
        return ERR_NOMEM;
    int bad = posix_spawnattr_init(&attr);
    if (bad == 0) {
        bad = add_actions(&actions, output);
        if (bad == 0)
            bad = set_attributes(&attr);
        if (bad == 0)
            bad = posix_spawn(&p->pid, o->argv[0], &actions, &attr, o->argv, environment);
        posix_spawnattr_destroy(&attr);
    }
    posix_spawn_file_actions_destroy(&actions);
    if (bad != 0)
        p->pid = 0;
    return bad == 0 ? 0 : err_from_errno(bad);
}

static bool arm(struct process *p, struct event_base *base, uint32_t budget_ms)
{
    struct timeval tv = { budget_ms / 1000, (budget_ms % 1000) * 1000 };
    p->on_output = event_new(base, p->fd, EV_READ | EV_PERSIST, on_output, p);
    p->on_child = evsignal_new(base, SIGCHLD, on_child, p);
    p->on_deadline = evtimer_new(base, on_deadline, p);
    return p->on_output != NULL && p->on_child != NULL && p->on_deadline != NULL &&
           event_add(p->on_output, NULL) == 0 && event_add(p->on_child, NULL) == 0 &&
           event_add(p->on_deadline, &tv) == 0;
}

int process_start(struct event_base *base, const struct process_options *options,
                  process_done *done, void *arg, struct process **ret_process)
{
    int pipes[2];
    struct process *p = calloc(1, sizeof *p);
    if (p == NULL)
        return ERR_NOMEM;
    p->fd = -1;
    p->done = done;
    p->arg = arg;
    p->output.max = options->max_bytes;
    if (pipe2(pipes, O_CLOEXEC) != 0) {
        int err = err_from_errno(errno);
        drop(p);
        return err;
    }
    p->fd = pipes[0];
    /* The events first: its end must not come unseen. */
    int err = fcntl(p->fd, F_SETFL, O_NONBLOCK) != 0 ? ERR_SYSTEM
              : !arm(p, base, options->budget_ms)    ? ERR_NOMEM
                                                     : spawn(p, options, pipes[1]);
    close(pipes[1]);
    if (err != 0) {
        drop(p);
        return err;
    }
    *ret_process = p;
    return 0;
}

void process_cancel(struct process **process)
{
    if (process == NULL || *process == NULL)
        return;
    drop(*process);
    *process = NULL;
}
