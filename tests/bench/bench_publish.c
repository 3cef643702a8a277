/* SPDX-License-Identifier: Apache-2.0
 *
 * From an image of 10,000 and of 100,000 users, each in ten of 500 groups, to a published snapshot:
 * processor time of the whole, processor time and wall time of one changed user, medians, and the
 * memory that stays. One line a size, key=value, with what each must be at most; a machine that is
 * busy or slow fails nobody.
 * Argument: an empty directory.
 */
#include "base/err.h"
#include "daemon/bound.h"
#include "daemon/log.h"
#include "daemon/publish.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define GROUPS 500
#define IN     10
#define ROUNDS 9

struct size {
    unsigned users;
    double build_ms, one_ms;
    long rss_kib;
};

struct spent {
    double cpu_ms, wall_ms;
};

static struct bindings bindings;

static void must(int err, const char *what)
{
    if (err == 0)
        return;
    fprintf(stderr, "bench_publish: %s: %s\n", what, err_text(err));
    exit(1);
}

static const char *attribute(const void *ctx, const char *name)
{
    return strcmp(name, "name") == 0 ? ctx : NULL;
}

static struct image_user *put_user(struct image *image, unsigned i, const char *full_name)
{
    char sub[64], name[32];
    struct image_user *u;
    snprintf(sub, sizeof sub, "%08x-1111-4222-8333-444455556666", i);
    snprintf(name, sizeof name, "user%06u", i);
    const struct image_person person = { .sub = sub,
                                         .username = name,
                                         .status = "CONFIRMED",
                                         .is_enabled = true,
                                         .created_s = 1700000000 + i,
                                         .attribute = attribute,
                                         .ctx = full_name };
    must(image_put_user(image, &person, &u), "user");
    return u;
}

static struct image *make_image(const struct config *config, unsigned users)
{
    struct image *image;
    struct image_group *groups[GROUPS];
    must(image_new(config, &bindings, 0, &image), "image");
    for (unsigned g = 0; g < GROUPS; g++) {
        char name[32];
        snprintf(name, sizeof name, "Group-%03u", g);
        must(image_put_group(image, name, "made for measuring", &groups[g]), "group");
    }
    for (unsigned i = 0; i < users; i++) {
        struct image_user *u = put_user(image, i, "Somebody Who Logs In");
        for (unsigned g = 0; g < IN; g++)
            must(image_join(image, u, groups[(i * 7 + g * 53) % GROUPS]), "member");
    }
    image->confirmed_s = 1700000000;
    return image;
}

static double now_ms(clockid_t id)
{
    struct timespec t;
    clock_gettime(id, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static long rss_anon_kib(void)
{
    char line[256];
    long kib = 0;
    FILE *f = fopen("/proc/self/status", "re");
    while (f != NULL && fgets(line, sizeof line, f) != NULL)
        if (strncmp(line, "RssAnon:", 8) == 0)
            kib = strtol(line + 8, NULL, 10);
    if (f != NULL)
        fclose(f);
    return kib;
}

/* As publish() does, but for the store and the host's files. */
static struct spent time_publish(const struct publication *p)
{
    struct snap_published published;
    double wall_ms = now_ms(CLOCK_MONOTONIC), cpu_ms = now_ms(CLOCK_PROCESS_CPUTIME_ID);
    must(image_settle(p->image), "settle");
    bindings.stored_count = bindings.count;
    bound_choose(p->image, p->host);
    must(publish_image(p, &published), "publish");
    if (published.users < p->image->user_count / 100 * 99) /* some uids collide */
        must(ERR_ABSENT, "users");
    cpu_ms = now_ms(CLOCK_PROCESS_CPUTIME_ID) - cpu_ms;
    return (struct spent){ cpu_ms, now_ms(CLOCK_MONOTONIC) - wall_ms };
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *ms)
{
    qsort(ms, ROUNDS, sizeof *ms, by_size);
    return ms[ROUNDS / 2];
}

static const char *word(bool is_good)
{
    return is_good ? "ok" : "FAILED";
}

static void say(const struct size *must, double build_cpu_ms, struct spent one, long rss_kib)
{
    printf("figure=publish users=%u groups_each=%d build_cpu_ms=%.1f must=%.0f %s "
           "one_user_cpu_ms=%.2f must=%.0f %s one_user_ms=%.2f must=%.0f %s "
           "rss_anon_kib=%ld must=%ld %s\n",
           must->users, IN, build_cpu_ms, must->build_ms, word(build_cpu_ms <= must->build_ms),
           one.cpu_ms, must->one_ms, word(one.cpu_ms <= must->one_ms), one.wall_ms, must->one_ms,
           word(one.wall_ms <= must->one_ms), rss_kib, must->rss_kib,
           word(rss_kib <= must->rss_kib));
}

static void figure(const struct config *config, const struct host *host, const char *dir,
                   const struct size *size)
{
    unsigned users = size->users;
    struct snap_writer *writer;
    struct hidden hidden = { 0 };
    double whole_cpu_ms[ROUNDS], one_cpu_ms[ROUNDS], one_wall_ms[ROUNDS];
    struct image *image = make_image(config, users);
    for (unsigned r = 0; r < ROUNDS; r++) {
        char name[32];
        must(snap_writer_open(dir, &writer), "open");
        const struct publication p = { image, host, writer, &hidden };
        for (unsigned i = 0; i < users; i++) /* too many for an overlay */
            image->users[i]->gecos[0] = (char)('A' + r);
        image_touch_all(image);
        whole_cpu_ms[r] = time_publish(&p).cpu_ms;
        snprintf(name, sizeof name, "Changed %u", r);
        (void)put_user(image, r, name);
        struct spent one = time_publish(&p);
        one_cpu_ms[r] = one.cpu_ms;
        one_wall_ms[r] = one.wall_ms;
        snap_writer_close(&writer);
    }
    say(size, median(whole_cpu_ms), (struct spent){ median(one_cpu_ms), median(one_wall_ms) },
        rss_anon_kib());
    hidden_free(&hidden);
    image_free(&image);
    bindings_free(&bindings);
}

int main(int argc, char **argv)
{
    static const char text[] = "[pool]\npool_id = eu-central-1_AbC123xyz\nclient_id = 1example\n"
                               "[directory]\nscope = all\n[access]\nallow_groups = *\n";
    const struct host_paths paths = { "/etc/passwd", "/etc/group", "/etc/subuid", "/etc/subgid",
                                      "/etc/shells" };
    static const struct size sizes[] = { { 10000, 25, 5, 24 * 1024 },
                                         { 100000, 250, 5, 96 * 1024 } };
    struct config *config;
    struct host host;
    char why[CONFIG_WHY_MAX] = "";
    if (argc != 2) {
        fprintf(stderr, "usage: bench_publish DIRECTORY\n");
        return 2;
    }
    log_level(CONFIG_LOG_ERROR); /* not who stands back for another */
    must(config_parse("bench", text, &config, why), why);
    must(host_read(&paths, 990, &host), "host");
    for (size_t i = 0; i < COUNT(sizes); i++)
        figure(config, &host, argv[1], &sizes[i]);
    host_free(&host);
    config_free(&config);
    return 0;
}
