/* SPDX-License-Identifier: Apache-2.0
 *
 * Readers while revisions are published (R-SNAP-01, R-NSS-02): some processes and some threads of
 * one process read as fast as they can. Before and after each look-up a reader sees how many
 * revisions are published and how many are begun: the answer lies between, and is the same for the
 * first user and the last. Every 50th revision is a new base, every 500th comes from a new writer.
 * Works in the directory it is started in (paths.c is compiled with the root ".").
 *
 * usage: torture PROCESSES THREADS REVISIONS
 */
#include "base/paths.h"
#include "snap/map.h"
#include "unit/snap_sample.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define USERS   300 /* more than an overlay holds: changed all at once they are a new base */
#define READERS 256

struct shared {
    _Atomic unsigned begun, published, stop;
    _Atomic unsigned long answers, wrong;
};

static struct shared *shared;
static struct sample sample;

static void need(bool holds, const char *what)
{
    if (holds)
        return;
    perror(what);
    _exit(1);
}

static unsigned revision_of(const struct snap_view *v, const char *name)
{
    struct snap_user u;
    unsigned revision;
    if (snap_find_user(v, name, &u) != 0 || sscanf(u.gecos, "revision %u", &revision) != 1)
        return 0;
    return revision;
}

static void read_once(void)
{
    struct snap_pin pin;
    unsigned least = atomic_load(&shared->published), first = 0, last = 0;
    bool is_right = snap_pin(&pin) == 0;
    if (is_right) {
        first = revision_of(pin.view, "u00000");
        last = revision_of(pin.view, "u00299");
        snap_unpin(&pin);
        is_right = first == last && first >= least && first <= atomic_load(&shared->begun);
    }
    atomic_fetch_add(is_right ? &shared->answers : &shared->wrong, 1);
    if (!is_right)
        fprintf(stderr, "torture: %u and %u, wanted %u at least\n", first, last, least);
}

static void *read_on(void *arg)
{
    (void)arg;
    while (!atomic_load(&shared->stop))
        read_once();
    return NULL;
}

/* Readers are many and never wait: the publisher must get on. */
static void yield_to_publisher(void)
{
    (void)!nice(19);
}

static pid_t start_reader(size_t threads)
{
    pthread_t thread[READERS];
    pid_t pid = fork();
    need(pid >= 0, "fork");
    if (pid != 0)
        return pid;
    yield_to_publisher();
    for (size_t i = 1; i < threads; i++)
        need(pthread_create(&thread[i], NULL, read_on, NULL) == 0, "thread");
    (void)read_on(NULL);
    for (size_t i = 1; i < threads; i++)
        need(pthread_join(thread[i], NULL) == 0, "join");
    _exit(0);
}

static void publish(struct snap_writer **writer, unsigned revision)
{
    struct snap_published p;
    size_t changed = revision % 50 == 0 ? USERS : 1;
    if (revision % 500 == 0) {
        snap_writer_close(writer);
        need(snap_writer_open(path_snap_dir, writer) == 0, path_snap_dir);
    }
    for (size_t i = 0; i < changed; i++)
        sample_revise(&sample, i, revision);
    sample_revise(&sample, USERS - 1, revision);
    atomic_store(&shared->begun, revision);
    need(snap_publish(*writer, &sample.image, &p) == 0, "publish");
    atomic_store(&shared->published, revision);
}

static bool all_ended_well(const pid_t *pids, size_t n)
{
    bool is_good = true;
    for (size_t i = 0; i < n; i++) {
        int status;
        is_good = waitpid(pids[i], &status, 0) == pids[i] && status == 0 && is_good;
    }
    return is_good;
}

int main(int argc, char **argv)
{
    static pid_t pids[READERS];
    struct snap_writer *writer;
    struct timespec begin, end;
    if (argc != 4)
        return 2;
    size_t processes = strtoul(argv[1], NULL, 10), threads = strtoul(argv[2], NULL, 10);
    unsigned revisions = (unsigned)strtoul(argv[3], NULL, 10);
    need(processes < READERS && threads < READERS && threads > 0, "counts");
    shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    need(shared != MAP_FAILED, "mmap");
    sample_make_dir(path_snap_dir, 0755);
    sample_make(&sample, USERS, 5);
    need(snap_writer_open(path_snap_dir, &writer) == 0, path_snap_dir);
    publish(&writer, 1);
    for (size_t i = 0; i < processes; i++)
        pids[i] = start_reader(1);
    pids[processes] = start_reader(threads);
    clock_gettime(CLOCK_MONOTONIC, &begin);
    for (unsigned r = 2; r <= revisions; r++)
        publish(&writer, r);
    clock_gettime(CLOCK_MONOTONIC, &end);
    atomic_store(&shared->stop, 1);
    bool is_good = all_ended_well(pids, processes + 1);
    unsigned long answers = atomic_load(&shared->answers), wrong = atomic_load(&shared->wrong);
    printf("torture: %zu processes, %zu threads, %u revisions, %lu answers, %lu wrong, %ld s\n",
           processes, threads, revisions, answers, wrong, (long)(end.tv_sec - begin.tv_sec));
    is_good = is_good && wrong == 0 && answers > revisions;
    puts(is_good ? "1 passed, 0 failed" : "0 passed, 1 failed");
    snap_writer_close(&writer);
    sample_empty_dir(path_snap_dir);
    sample_free(&sample);
    return is_good ? EXIT_SUCCESS : EXIT_FAILURE;
}
