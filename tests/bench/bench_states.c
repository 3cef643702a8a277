/* SPDX-License-Identifier: Apache-2.0
 *
 * Look-ups through the installed module while the daemon is well, frozen, dead, and its pool gone:
 * runs inside the stage. A line a figure, key=value.
 *
 * usage: bench_states hits NAME MODULE [LABEL COMMAND]...    as root, which may stop services
 *        bench_states new-misses MODULE          as a user whose questions are answered at once
 *        bench_states frozen-miss MODULE         with the daemon frozen
 *        bench_states program LABEL PROGRAM [ARGUMENT]...    a process from start to end
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <nss.h>
#include <pwd.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define CALLS    1000
#define ROUNDS   200
#define MISSES   200
#define SAME     1.1 /* times the healthy daemon's */
#define MISS_US  100.0
#define FIRST_US 200000.0
#define AGAIN_US 100.0 /* without a question */
#define STARTS   200
#define START_US 1000.0

typedef enum nss_status name_fn(const char *, struct passwd *, char *, size_t, int *);
static name_fn *look_up;

static double now_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static void expect(const char *name, enum nss_status wanted)
{
    struct passwd pw;
    char buffer[4096];
    int err;
    enum nss_status got = look_up(name, &pw, buffer, sizeof buffer, &err);
    if (got != wanted) {
        fprintf(stderr, "bench_states: %s: status %d\n", name, (int)got);
        exit(1);
    }
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *v, size_t n)
{
    qsort(v, n, sizeof *v, by_size);
    return v[n / 2];
}

static const char *verdict(bool is_met)
{
    return is_met ? "ok" : "FAILED";
}

/* ns a hit: the median of rounds. */
static double hit_ns(const char *name)
{
    static double ns[ROUNDS];
    for (size_t r = 0; r < ROUNDS; r++) {
        double begin = now_us();
        for (int i = 0; i < CALLS; i++)
            expect(name, NSS_STATUS_SUCCESS);
        ns[r] = (now_us() - begin) * 1e3 / CALLS;
    }
    return median(ns, ROUNDS);
}

/* The machine may have become slower meanwhile: the best of three. */
static void hits(const char *name, char **labels)
{
    double well = hit_ns(name);
    for (; labels[0] != NULL && labels[1] != NULL; labels += 2) {
        if (system(labels[1]) != 0)
            exit(1);
        double ns = hit_ns(name);
        for (int i = 0; i < 2 && ns > SAME * well; i++)
            ns = hit_ns(name);
        printf("figure=hit daemon=%s median_ns=%.1f healthy_ns=%.1f must=%.1f %s\n", labels[0], ns,
               well, SAME * well, verdict(ns <= SAME * well));
    }
}

static double miss_us(int i)
{
    char name[32];
    snprintf(name, sizeof name, "unheard-of-%d", i);
    double begin = now_us();
    expect(name, NSS_STATUS_NOTFOUND);
    return now_us() - begin;
}

static void new_misses(void)
{
    static double us[MISSES];
    for (int i = 0; i < MISSES; i++)
        us[i] = miss_us(i);
    double middle = median(us, MISSES);
    printf("figure=new_miss median_us=%.1f p99_us=%.1f must=%.1f %s\n", middle,
           us[MISSES * 99 / 100], MISS_US, verdict(middle <= MISS_US));
}

/* What a process that has not asked yet finds; the quickest of some, since one that a busy machine
 * wakes late says nothing of the module. */
static double first_miss_us(void)
{
    double *best =
        mmap(NULL, sizeof *best, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (best == MAP_FAILED)
        exit(1);
    for (int i = 0; i < 5; i++) {
        pid_t pid = fork();
        if (pid == 0) {
            double us = miss_us(0);
            *best = i == 0 || us < *best ? us : *best;
            _exit(0);
        }
        int status;
        if (pid < 0 || waitpid(pid, &status, 0) != pid || status != 0)
            exit(1);
    }
    double us = *best;
    munmap(best, sizeof *best);
    return us;
}

static void frozen_miss(void)
{
    double first = first_miss_us(), again[20];
    (void)miss_us(0);
    for (int i = 0; i < 20; i++)
        again[i] = miss_us(1 + i % 4);
    double middle = median(again, 20);
    printf("figure=miss daemon=frozen first_us=%.1f must=%.1f %s\n", first, FIRST_US,
           verdict(first <= FIRST_US));
    printf("figure=next_miss daemon=frozen median_us=%.1f must=%.1f %s\n", middle, AGAIN_US,
           verdict(middle <= AGAIN_US));
}

static double start_us(char **command)
{
    posix_spawn_file_actions_t quiet;
    pid_t pid;
    int status;
    char *none[] = { NULL };
    posix_spawn_file_actions_init(&quiet);
    posix_spawn_file_actions_addopen(&quiet, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    double begin = now_us();
    int err = posix_spawn(&pid, command[0], &quiet, NULL, command, none);
    if (err != 0 || waitpid(pid, &status, 0) != pid || status != 0) {
        fprintf(stderr, "bench_states: %s\n", command[0]);
        exit(1);
    }
    double us = now_us() - begin;
    posix_spawn_file_actions_destroy(&quiet);
    return us;
}

/* Beside a program that does nothing. */
static void program(const char *label, char **command)
{
    static double us[STARTS], nothing[STARTS];
    static char nothing_path[] = "/bin/true";
    char *does_nothing[] = { nothing_path, NULL };
    for (size_t i = 0; i < STARTS; i++) {
        nothing[i] = start_us(does_nothing);
        us[i] = start_us(command);
    }
    double middle = median(us, STARTS);
    printf("figure=%s median_us=%.0f true_us=%.0f must=%.0f %s\n", label, middle,
           median(nothing, STARTS), START_US, verdict(middle <= START_US));
}

static int with_module(const char *path)
{
    void *module = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (module != NULL)
        *(void **)&look_up = dlsym(module, "_nss_cognito_getpwnam_r");
    if (look_up != NULL)
        return 0;
    fprintf(stderr, "bench_states: %s\n", dlerror());
    return 1;
}

int main(int argc, char **argv)
{
    const char *what = argc < 3 ? "" : argv[1];
    int status = 2;
    if (strcmp(what, "program") == 0 && argc > 3) {
        program(argv[2], argv + 3);
        status = 0;
    } else if (strcmp(what, "hits") == 0 && argc > 3) {
        status = with_module(argv[3]);
        if (status == 0)
            hits(argv[2], argv + 4);
    } else if (strcmp(what, "new-misses") == 0) {
        status = with_module(argv[2]);
        if (status == 0)
            new_misses();
    } else if (strcmp(what, "frozen-miss") == 0) {
        status = with_module(argv[2]);
        if (status == 0)
            frozen_miss();
    }
    return status;
}
