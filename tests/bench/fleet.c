/* SPDX-License-Identifier: Apache-2.0
 *
 * The table of doc/FLEET.md, from the code. usage: fleet [--all] FLEET.md
 * Fails when a row of the document is another one, or when the account's quota is not respected:
 * the busiest minute of the fleet's listings within half of it, and at most one login request in a
 * thousand throttled (R-NET-08). Without --all: the rows that take no time.
 */
#include "fleet.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PEAK_MOST    50
#define THROTTLED_OF 1000
#define LINE_BYTES   512
#define QUICK_HOSTS  300
#define QUICK_USERS  1000

static const uint32_t host_counts[] = { 10, 50, 300, 800, 2000 };
static const uint32_t user_counts[] = { 1000, 5000, 10000 };

static const struct fleet_case specials[] = {
    { .name = "200 hosts started at once beside 100",
      .hosts = 100,
      .users = 5000,
      .believed_hosts = 300,
      .late = 200 },
    { .name = "200 hosts started at once beside 600",
      .hosts = 600,
      .users = 1000,
      .believed_hosts = 800,
      .late = 200 },
    { .name = "an outage of 30 minutes", .hosts = 300, .users = 5000, .outage_ms = 30 * MINUTE },
    { .name = "an outage of 30 minutes", .hosts = 2000, .users = 1000, .outage_ms = 30 * MINUTE },
    { .name = "300 hosts that think they are 50",
      .hosts = 300,
      .users = 5000,
      .believed_hosts = 50 },
};

/* Two figures are enough for a time. */
static const char *in_words(int64_t ms, char text[static 32])
{
    int64_t s = (ms + SECOND / 2) / SECOND;
    if (s < 100)
        snprintf(text, 32, "%" PRId64 " s", s);
    else if (s < 100 * 60)
        snprintf(text, 32, "%" PRId64 " min", (s + 30) / 60);
    else
        snprintf(text, 32, "%" PRId64 " h", (s + 1800) / 3600);
    return text;
}

static const char *in_percent(uint64_t part, uint64_t whole, char text[static 32])
{
    uint64_t hundredths = whole == 0 ? 0 : part * 10000 / whole;
    snprintf(text, 32, "%" PRIu64 ".%02" PRIu64 " %%", hundredths / 100, hundredths % 100);
    return text;
}

static void write_row(const struct fleet_case *c, const struct fleet_result *r,
                      char line[static LINE_BYTES])
{
    char t[5][32], p[2][32];
    snprintf(line, LINE_BYTES,
             "| %u | %u | %s | %s | %u %% | %s | %u %% | %u %% | %s | %s | %s | %s | %s | %u %% | "
             "%u %% |",
             c->hosts, c->users, c->is_all ? "all" : "allowed", in_words(r->complete_ms, t[0]),
             r->cold_percent, in_words(r->sweep_ms, t[1]), r->mean_percent, r->peak_percent,
             in_percent(r->lists_throttled, r->lists, p[0]),
             in_percent(r->logins_throttled, r->logins, p[1]), in_words(r->new_ms, t[2]),
             in_words(r->disabled_seen_ms, t[3]), in_words(r->group_ms, t[4]), r->first_percent,
             r->scanned_percent);
}

static void write_special(const struct fleet_case *c, const struct fleet_result *r,
                          char line[static LINE_BYTES])
{
    char t[2][32], p[2][32];
    snprintf(line, LINE_BYTES, "| %s | %u | %u | %s | %u %% | %s | %s | %s |", c->name,
             c->hosts + c->late, c->users, in_words(r->complete_ms, t[0]), r->peak_percent,
             in_percent(r->lists_throttled, r->lists, p[0]),
             in_percent(r->logins_throttled, r->logins, p[1]),
             r->well_ms == 0 ? "-" : in_words(r->well_ms, t[1]));
}

static int judge(const struct fleet_case *c, const char *doc)
{
    struct fleet_result r;
    char line[LINE_BYTES];
    int bad = 0;
    fleet_run(c, &r);
    if (c->name == NULL)
        write_row(c, &r, line);
    else
        write_special(c, &r, line);
    printf("%s\n", line);
    /* Hosts that were told less than the truth cannot know better before the pool says so. */
    bool is_misled = c->believed_hosts > 0 && c->believed_hosts < c->hosts;
    if (r.peak_percent > PEAK_MOST && !is_misled)
        bad += printf("^ more than half of the account's UserList in a minute\n") > 0;
    if (r.logins_throttled * THROTTLED_OF > r.logins)
        bad += printf("^ too many logins throttled\n") > 0;
    if (strstr(doc, line) == NULL)
        bad += printf("^ not what doc/FLEET.md says\n") > 0;
    fflush(stdout);
    return bad;
}

static char *read_file(const char *path)
{
    static char text[64 * 1024];
    FILE *f = fopen(path, "re");
    if (f == NULL)
        return NULL;
    text[fread(text, 1, sizeof text - 1, f)] = '\0';
    return fclose(f) == 0 ? text : NULL;
}

int main(int argc, char **argv)
{
    bool is_all = argc == 3 && strcmp(argv[1], "--all") == 0;
    const char *doc = argc == 2 + is_all ? read_file(argv[argc - 1]) : NULL;
    int bad = 0;
    if (doc == NULL) {
        fputs("usage: fleet [--all] FLEET.md\n", stderr);
        return 2;
    }
    for (size_t i = 0; i < COUNT(host_counts); i++)
        for (size_t j = 0; j < COUNT(user_counts); j++)
            for (int scope = 0; scope < 2; scope++) {
                const struct fleet_case c = { .hosts = host_counts[i],
                                              .users = user_counts[j],
                                              .is_all = scope == 1,
                                              .is_scanned = true };
                if (is_all || (c.hosts <= QUICK_HOSTS && c.users <= QUICK_USERS))
                    bad += judge(&c, doc);
            }
    for (size_t i = 0; i < COUNT(specials); i++)
        if (is_all || specials[i].hosts <= QUICK_HOSTS)
            bad += judge(&specials[i], doc);
    return bad == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
