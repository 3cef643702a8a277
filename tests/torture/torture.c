/* SPDX-License-Identifier: Apache-2.0
 *
 * Readers while revisions are published (R-SNAP-01, R-NSS-02): some processes and some threads of
 * one process read as fast as they can. Before and after each look-up a reader sees how many
 * revisions are published and how many are begun: the answer lies between, and is the same for the
 * first user and the last, by name, by uid and when all are listed; and for all the groups of one
 * of them, which the NSS module gives. Every 50th revision is a new base, every 500th comes from a
 * new writer, every other amends the one before. Works in the directory it is started in (paths.c
 * is compiled with the root ".").
 *
 * usage: torture PROCESSES THREADS REVISIONS
 */
#include "base/paths.h"
#include "entry.h"
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
#define FIRST   "u00000"
#define LAST    "u00299"
#define GIDS    5      /* of each user */
#define APART   100000 /* of two gids of a user; more than there are revisions */

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

static unsigned revision_of(const struct snap_user *u)
{
    unsigned revision;
    return sscanf(u->gecos, "revision %u", &revision) == 1 ? revision : 0;
}

/* Of the sample's first user and its last; 0: not there. */
struct seen {
    unsigned first, last;
};

static struct seen by_name(const struct snap_view *v)
{
    struct seen seen = { 0, 0 };
    struct snap_user u;
    if (snap_find_user(v, FIRST, &u) == 0)
        seen.first = revision_of(&u);
    if (snap_find_user(v, LAST, &u) == 0)
        seen.last = revision_of(&u);
    return seen;
}

static struct seen by_uid(const struct snap_view *v)
{
    struct seen seen = { 0, 0 };
    struct snap_user u;
    if (snap_find_uid(v, SAMPLE_UID, &u) == 0)
        seen.first = revision_of(&u);
    if (snap_find_uid(v, SAMPLE_UID + 3 * (USERS - 1), &u) == 0)
        seen.last = revision_of(&u);
    return seen;
}

/* And everybody is there, once. */
static struct seen by_list(const struct snap_view *v)
{
    struct seen seen = { 0, 0 };
    struct snap_walk walk = { 0 };
    struct snap_user u;
    size_t n = 0;
    for (; snap_next_user(v, &walk, &u) == 0; n++) {
        if (strcmp(u.name, FIRST) == 0)
            seen.first = revision_of(&u);
        if (strcmp(u.name, LAST) == 0)
            seen.last = revision_of(&u);
    }
    return n == USERS ? seen : (struct seen){ 0, 0 };
}

static struct seen by_view(unsigned long turn)
{
    struct snap_pin pin;
    struct seen seen = { 0, 0 };
    if (snap_pin(&pin) != 0)
        return seen;
    seen = turn % 64 == 0  ? by_list(pin.view)
           : turn % 2 == 0 ? by_name(pin.view)
                           : by_uid(pin.view);
    snap_unpin(&pin);
    return seen;
}

static gid_t gid_of(size_t i, unsigned revision)
{
    return SAMPLE_GID + (gid_t)i * APART + revision;
}

/* Of one user, all gids of one revision and none besides: a look-up each. */
static struct seen by_groups(const char *name, gid_t own)
{
    long int count = 0, size = 1;
    gid_t *gids = malloc(sizeof *gids);
    int err = 0;
    need(gids != NULL, "malloc");
    bool is_right = _nss_cognito_initgroups_dyn(name, own, &count, &size, &gids, 0, &err) ==
                        NSS_STATUS_SUCCESS &&
                    count == GIDS;
    unsigned revision = is_right ? gids[0] - SAMPLE_GID : 0;
    for (size_t i = 0; is_right && i < GIDS; i++)
        is_right = gids[i] == gid_of(i, revision);
    free(gids);
    return is_right ? (struct seen){ revision, revision } : (struct seen){ 0, 0 };
}

static void read_once(unsigned long turn)
{
    unsigned least = atomic_load(&shared->published);
    struct seen seen = turn % 8 == 1   ? by_groups(FIRST, SAMPLE_UID)
                       : turn % 8 == 5 ? by_groups(LAST, SAMPLE_UID + 3 * (USERS - 1))
                                       : by_view(turn);
    bool is_right =
        seen.first == seen.last && seen.first >= least && seen.first <= atomic_load(&shared->begun);
    atomic_fetch_add(is_right ? &shared->answers : &shared->wrong, 1);
    if (!is_right)
        fprintf(stderr, "torture: %u and %u, wanted %u at least\n", seen.first, seen.last, least);
}

static void *read_on(void *arg)
{
    (void)arg;
    for (unsigned long turn = 0; !atomic_load(&shared->stop); turn++)
        read_once(turn);
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

static void revise(size_t user, unsigned revision)
{
    sample_revise(&sample, user, revision);
    for (size_t i = 0; i < GIDS; i++)
        sample.texts[user].gids[i] = gid_of(i, revision);
}

/* The first user and the last alone. ERR_LIMIT: it takes a publish of all. */
static int amend(struct snap_writer *writer, struct snap_published *p)
{
    struct snap_image some = sample.image;
    const struct snap_image_user users[] = { sample.users[0], sample.users[USERS - 1] };
    some.users = users;
    some.user_count = COUNT(users);
    return snap_amend(writer, &some, NULL, 0, p);
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
        revise(i, revision);
    revise(USERS - 1, revision);
    atomic_store(&shared->begun, revision);
    int err = changed == 1 && revision % 2 == 0 ? amend(*writer, &p) : ERR_LIMIT;
    if (err == ERR_LIMIT)
        err = snap_publish(*writer, &sample.image, &p);
    need(err == 0, "publish");
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
    need(processes < READERS && threads < READERS && threads > 0 && revisions < APART, "counts");
    shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    need(shared != MAP_FAILED, "mmap");
    sample_make_dir(path_snap_dir, 0755);
    sample_make(&sample, USERS, GIDS);
    sample.image.has_members = false; /* the gids below are no group's: they name a revision */
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
