/* SPDX-License-Identifier: Apache-2.0
 *
 * The first look-up of a fresh process, through libc, which loads the module for it: ours beside
 * an ideal one, over the same 10,000 users, by turns. Timed from posix_spawn() to the end of the
 * process; lookup_us is what the process says of its getpwnam() alone. One line, key=value.
 *
 * usage: bench_first MODULE IDEAL; and, by itself: bench_first --child SERVICE
 */
#include "base/paths.h"
#include "first.h"
#include "unit/snap_sample.h"

#include <fcntl.h>
#include <nss.h>
#include <pwd.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define USERS 10000
#define RUNS  400
#define WHO   "u04711"
#define MOST  1.1 /* times the ideal */

static const char libraries[] = PATH_ROOT "/first";

static void die(const char *what)
{
    perror(what);
    exit(1);
}

static double now_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static int child(const char *service)
{
    if (__nss_configure_lookup("passwd", service) != 0)
        return 2;
    double begin = now_us();
    const struct passwd *pw = getpwnam(WHO);
    double took = now_us() - begin;
    if (pw == NULL || strcmp(pw->pw_dir, "/home/" WHO) != 0)
        return 3;
    return write(1, &took, sizeof took) == sizeof took ? 0 : 4;
}

struct times {
    double whole[RUNS], lookup[RUNS];
};

static void look_up(const char *self, const char *service, struct times *t, size_t i)
{
    int ends[2], status;
    double begin = now_us();
    if (pipe2(ends, O_CLOEXEC) != 0)
        die("pipe");
    char *const argv[] = { (char *)(uintptr_t)self, (char *)(uintptr_t) "--child",
                           (char *)(uintptr_t)service, NULL };
    posix_spawn_file_actions_t actions;
    pid_t pid = -1;
    if (posix_spawn_file_actions_init(&actions) != 0 ||
        posix_spawn_file_actions_adddup2(&actions, ends[1], 1) != 0 ||
        posix_spawn(&pid, self, &actions, NULL, argv, environ) != 0)
        die(self);
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    ssize_t n = read(ends[0], &t->lookup[i], sizeof t->lookup[i]);
    close(ends[0]);
    if (pid < 0 || waitpid(pid, &status, 0) != pid || status != 0 || n != sizeof t->lookup[i]) {
        fprintf(stderr, "bench_first: %s does not answer\n", service);
        exit(1);
    }
    t->whole[i] = now_us() - begin;
}

static uint16_t append(char *text, size_t at, const char *s)
{
    memcpy(text + at, s, strlen(s) + 1);
    return (uint16_t)(at + strlen(s) + 1);
}

static void write_ideal(const struct sample *sample)
{
    struct first_record *all = calloc(FIRST_MASK + 1, sizeof *all);
    for (size_t i = 0; all != NULL && i < USERS; i++) {
        const struct snap_image_user *u = &sample->users[i];
        uint32_t at = first_hash(u->name);
        while (all[at & FIRST_MASK].text[0] != '\0')
            at++;
        struct first_record *r = &all[at & FIRST_MASK];
        r->uid = u->uid;
        r->gid = u->gid;
        r->gecos = append(r->text, append(r->text, 0, u->name), "x");
        r->home = append(r->text, r->gecos, u->gecos);
        r->shell = append(r->text, r->home, u->home);
        (void)append(r->text, r->shell, u->shell);
    }
    FILE *f = fopen(FIRST_IDEAL, "we");
    if (f == NULL || all == NULL || fwrite(all, sizeof *all, FIRST_MASK + 1, f) != FIRST_MASK + 1 ||
        fclose(f) != 0)
        die(FIRST_IDEAL);
    free(all);
}

/* By the names under which libc looks for them. */
static void place(const char *module, const char *name)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", libraries, name);
    if ((unlink(path) != 0 && errno != ENOENT) || symlink(module, path) != 0)
        die(path);
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *us)
{
    qsort(us, RUNS, sizeof us[0], by_size);
    return us[RUNS / 2];
}

int main(int argc, char **argv)
{
    static struct times ours, ideal;
    static struct sample sample;
    if (argc == 3 && strcmp(argv[1], "--child") == 0)
        return child(argv[2]);
    if (argc != 3)
        return 2;
    sample_make(&sample, USERS, 500);
    sample_make_dir(path_snap_dir, 0755);
    sample_empty_dir(path_snap_dir);
    sample_publish(&sample, path_snap_dir);
    sample_make_dir(libraries, 0755);
    write_ideal(&sample);
    place(argv[1], "libnss_cognito.so.2");
    place(argv[2], "libnss_ideal.so.2");
    if (setenv("LD_LIBRARY_PATH", libraries, 1) != 0)
        die("setenv");
    for (size_t i = 0; i < RUNS; i++) {
        look_up(argv[0], "ideal", &ideal, i);
        look_up(argv[0], "cognito", &ours, i);
    }
    double us = median(ours.whole), ideal_us = median(ideal.whole);
    printf("figure=first_lookup median_us=%.1f ideal_us=%.1f lookup_us=%.1f ideal_lookup_us=%.1f "
           "ratio=%.2f must=%.2f %s\n",
           us, ideal_us, median(ours.lookup), median(ideal.lookup), us / ideal_us, MOST,
           us <= MOST * ideal_us ? "ok" : "FAILED");
    sample_free(&sample);
    return 0;
}
