/* SPDX-License-Identifier: Apache-2.0
 *
 * A thread a write: it owns text and err until it is joined. An eventfd wakes the loop.
 */
#include "daemon/saver.h"

#include <event2/event.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

struct saver {
    struct saver_options options;
    pthread_t thread;
    bool is_busy;
    struct buf text;
    int err;
    int wake; /* eventfd: the thread has finished */
    struct event *on_wake;
};

static void *run(void *arg)
{
    struct saver *s = arg;
    const uint64_t one = 1;
    s->err = s->options.write(&s->text);
    buf_free(&s->text);
    ssize_t done = write(s->wake, &one, sizeof one);
    (void)done; /* it can only fail when the loop is awake already */
    return NULL;
}

static void finish(struct saver *s)
{
    pthread_join(s->thread, NULL);
    s->is_busy = false;
    s->options.done(s->options.arg, s->err);
}

static void on_wake(evutil_socket_t fd, short what, void *arg)
{
    struct saver *s = arg;
    uint64_t count;
    (void)what;
    if (read(fd, &count, sizeof count) == (ssize_t)sizeof count && s->is_busy)
        finish(s);
}

int saver_open(const struct saver_options *options, struct saver **ret_saver)
{
    struct saver *s = calloc(1, sizeof *s);
    if (s == NULL)
        return ERR_NOMEM;
    s->options = *options;
    s->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    int err = s->wake < 0 ? ERR_SYSTEM : 0;
    if (err == 0) {
        s->on_wake = event_new(options->loop, s->wake, EV_READ | EV_PERSIST, on_wake, s);
        err = s->on_wake == NULL || event_add(s->on_wake, NULL) != 0 ? ERR_NOMEM : 0;
    }
    if (err != 0)
        saver_close(&s);
    else
        *ret_saver = s;
    return err;
}

void saver_close(struct saver **sp)
{
    if (sp == NULL || *sp == NULL)
        return;
    struct saver *s = *sp;
    *sp = NULL;
    if (s->is_busy)
        finish(s);
    if (s->on_wake != NULL)
        event_free(s->on_wake);
    if (s->wake >= 0)
        close(s->wake);
    free(s);
}

bool saver_is_busy(const struct saver *saver)
{
    return saver->is_busy;
}

/* The loop's signals are the loop's alone. */
static bool start_thread(struct saver *s)
{
    sigset_t all, old;
    sigfillset(&all);
    if (pthread_sigmask(SIG_SETMASK, &all, &old) != 0)
        return false;
    int failed = pthread_create(&s->thread, NULL, run, s);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    return failed == 0;
}

void saver_start(struct saver *saver, struct buf *text)
{
    saver->text = *text;
    *text = (struct buf){ 0 };
    saver->is_busy = start_thread(saver);
    if (saver->is_busy)
        return;
    saver->err = saver->options.write(&saver->text);
    buf_free(&saver->text);
    saver->options.done(saver->options.arg, saver->err);
}
