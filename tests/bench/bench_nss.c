/* SPDX-License-Identifier: Apache-2.0
 *
 * Look-ups through the dlopened module, as glibc calls it, beside the ideal and the floor of
 * ideal.h in the same run, over the same 10,000 users. One line a figure, key=value, times in ns
 * per call: median and 99th percentile over batches of 16 calls. Argument: the module's path.
 */
#include "base/paths.h"
#include "ideal.h"
#include "unit/snap_sample.h"

#include <dlfcn.h>
#include <nss.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define USERS   10000
#define GROUPS  500 /* with 200 members each */
#define ROUNDS  30  /* ideal and module take turns, so that both see the same machine */
#define BATCHES 625 /* of one round: 10,000 calls */
#define BATCH   16
#define HOT     2.0 /* times the ideal, at most */
#define RANDOM  1.5
#define LIST_US 1000.0

typedef enum nss_status name_fn(const char *, struct passwd *, char *, size_t, int *);
typedef enum nss_status uid_fn(uid_t, struct passwd *, char *, size_t, int *);
typedef enum nss_status group_fn(const char *, struct group *, char *, size_t, int *);
typedef enum nss_status set_fn(int);
typedef enum nss_status next_fn(struct passwd *, char *, size_t, int *);
typedef enum nss_status groups_fn(const char *, gid_t, long *, long *, gid_t **, long, int *);

static struct {
    name_fn *getpwnam;
    uid_fn *getpwuid;
    group_fn *getgrnam;
    groups_fn *initgroups;
    set_fn *setpwent;
    next_fn *getpwent;
} module;

static struct sample dir;
static char buffer[65536];
static gid_t *gids;
static long gids_size = 64;
static volatile uint32_t none; /* 0, which nobody but the program knows */
static uint32_t sink;          /* keeps the results alive */

static uint32_t ideal_1(uint32_t i)
{
    struct passwd pw;
    ideal_getpwnam(dir.users[i].name, &pw, buffer, sizeof buffer);
    return pw.pw_uid + (uint8_t)pw.pw_dir[1];
}

static uint32_t ideal_2(uint32_t i)
{
    struct passwd pw;
    ideal_getpwuid(dir.users[i].uid, &pw, buffer, sizeof buffer);
    return pw.pw_uid + (uint8_t)pw.pw_dir[1];
}

static uint32_t ideal_3(uint32_t i)
{
    long start = 1;
    ideal_initgroups(dir.users[i].name, dir.users[i].gid, &start, &gids_size, &gids);
    return gids[10] + (uint32_t)start;
}

static uint32_t ideal_4(uint32_t i)
{
    struct group gr;
    ideal_getgrnam(dir.groups[i % GROUPS].name, &gr, buffer, sizeof buffer);
    return gr.gr_gid + (uint8_t)gr.gr_mem[199][0];
}

static void expect(enum nss_status got, enum nss_status wanted)
{
    if (got != wanted) {
        fprintf(stderr, "bench_nss: status %d instead of %d\n", (int)got, (int)wanted);
        exit(1);
    }
}

static uint32_t module_1(uint32_t i)
{
    struct passwd pw;
    int err;
    expect(module.getpwnam(dir.users[i].name, &pw, buffer, sizeof buffer, &err),
           NSS_STATUS_SUCCESS);
    return pw.pw_uid + (uint8_t)pw.pw_dir[1];
}

static uint32_t module_2(uint32_t i)
{
    struct passwd pw;
    int err;
    expect(module.getpwuid(dir.users[i].uid, &pw, buffer, sizeof buffer, &err), NSS_STATUS_SUCCESS);
    return pw.pw_uid + (uint8_t)pw.pw_dir[1];
}

static uint32_t module_3(uint32_t i)
{
    long start = 1;
    int err;
    expect(
        module.initgroups(dir.users[i].name, dir.users[i].gid, &start, &gids_size, &gids, 0, &err),
        NSS_STATUS_SUCCESS);
    return gids[10] + (uint32_t)start;
}

static uint32_t module_4(uint32_t i)
{
    struct group gr;
    int err;
    expect(module.getgrnam(dir.groups[i % GROUPS].name, &gr, buffer, sizeof buffer, &err),
           NSS_STATUS_SUCCESS);
    return gr.gr_gid + (uint8_t)gr.gr_mem[199][0];
}

/* Nobody listens on the socket: the first is refused, the others are remembered. */
static uint32_t module_miss(uint32_t i)
{
    struct passwd pw;
    int err = 0;
    (void)i;
    expect(module.getpwnam("nosuchuser", &pw, buffer, sizeof buffer, &err), NSS_STATUS_NOTFOUND);
    return (uint32_t)err;
}

static uint32_t picks[BATCHES * BATCH];
static double samples[3][ROUNDS * BATCHES]; /* ideal, module, floor */

static double now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

/* Callers use an answer before they ask again: each call waits for the one before, or the processor
 * would work on several at once. */
static void run(uint32_t (*call)(uint32_t), double *ns)
{
    const uint32_t mask = none;
    for (size_t b = 0; b < BATCHES; b++) {
        double start = now_ns();
        for (size_t i = 0; i < BATCH; i++)
            sink += call(picks[b * BATCH + i] + (sink & mask));
        ns[b] = (now_ns() - start) / BATCH;
    }
}

/* Each has its own data in the caches, as far as they go there, whoever's turn it was before. */
static void measure(uint32_t (*call)(uint32_t), double *ns)
{
    run(call, ns);
    run(call, ns);
}

static const char *verdict(bool is_met)
{
    return is_met ? "ok" : "FAILED";
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void figure(const char *name, bool random, uint32_t (*ideal)(uint32_t),
                   uint32_t (*real)(uint32_t))
{
    uint64_t state = 42;
    for (size_t i = 0; i < COUNT(picks); i++) {
        state = state * 6364136223846793005ull + 1442695040888963407ull;
        picks[i] = random ? (uint32_t)(state >> 33) % USERS : 4711;
    }
    for (size_t r = 0; r < ROUNDS; r++) {
        ideal_is_floor = false;
        measure(ideal, samples[0] + r * BATCHES);
        measure(real, samples[1] + r * BATCHES);
        ideal_is_floor = true;
        measure(ideal, samples[2] + r * BATCHES);
    }
    for (size_t k = 0; k < COUNT(samples); k++)
        qsort(samples[k], COUNT(samples[k]), sizeof samples[k][0], by_size);
    size_t middle = COUNT(samples[0]) / 2, high = COUNT(samples[0]) * 99 / 100;
    double ratio = samples[1][middle] / samples[0][middle], most = random ? RANDOM : HOT;
    printf("figure=%s order=%s median_ns=%.1f p99_ns=%.1f ideal_ns=%.1f ideal_p99_ns=%.1f "
           "floor_ns=%.1f ratio=%.2f must=%.2f %s\n",
           name, random ? "random" : "hot", samples[1][middle], samples[1][high],
           samples[0][middle], samples[0][high], samples[2][middle], ratio, most,
           verdict(ratio <= most));
}

/* All users once, as `getent passwd` asks for them. */
static void enumeration(void)
{
    double ns[ROUNDS];
    for (size_t r = 0; r < ROUNDS; r++) {
        struct passwd pw;
        int err;
        size_t count = 0;
        double start = now_ns();
        expect(module.setpwent(0), NSS_STATUS_SUCCESS);
        while (module.getpwent(&pw, buffer, sizeof buffer, &err) == NSS_STATUS_SUCCESS)
            count++;
        ns[r] = now_ns() - start;
        expect(count == USERS ? NSS_STATUS_SUCCESS : NSS_STATUS_UNAVAIL, NSS_STATUS_SUCCESS);
    }
    qsort(ns, ROUNDS, sizeof ns[0], by_size);
    double us = ns[ROUNDS / 2] / 1000;
    printf("figure=enumeration users=%d median_us=%.0f must=%.0f %s\n", USERS, us, LIST_US,
           verdict(us <= LIST_US));
}

static void *symbol(void *handle, const char *name)
{
    void *p = dlsym(handle, name);
    if (p == NULL) {
        fprintf(stderr, "bench_nss: %s\n", dlerror());
        exit(1);
    }
    return p;
}

static void load(const char *path)
{
    void *h = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (h == NULL) {
        fprintf(stderr, "bench_nss: %s\n", dlerror());
        exit(1);
    }
    *(void **)&module.getpwnam = symbol(h, "_nss_cognito_getpwnam_r");
    *(void **)&module.getpwuid = symbol(h, "_nss_cognito_getpwuid_r");
    *(void **)&module.getgrnam = symbol(h, "_nss_cognito_getgrnam_r");
    *(void **)&module.initgroups = symbol(h, "_nss_cognito_initgroups_dyn");
    *(void **)&module.setpwent = symbol(h, "_nss_cognito_setpwent");
    *(void **)&module.getpwent = symbol(h, "_nss_cognito_getpwent_r");
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: bench_nss MODULE\n");
        return 2;
    }
    sample_make(&dir, USERS, GROUPS);
    sample_make_dir(path_snap_dir, 0755);
    sample_empty_dir(path_snap_dir);
    sample_publish(&dir, path_snap_dir);
    ideal_make(&dir);
    gids = calloc((size_t)gids_size, sizeof *gids);
    load(argv[1]);
    figure("getpwnam", false, ideal_1, module_1);
    figure("getpwnam", true, ideal_1, module_1);
    figure("getpwuid", false, ideal_2, module_2);
    figure("getpwuid", true, ideal_2, module_2);
    figure("initgroups_10", false, ideal_3, module_3);
    figure("initgroups_10", true, ideal_3, module_3);
    figure("getgrnam_200", false, ideal_4, module_4);
    figure("getgrnam_200", true, ideal_4, module_4);
    figure("repeated_miss", false, ideal_1, module_miss);
    enumeration();
    free(gids);
    sample_free(&dir);
    return sink == 0;
}
