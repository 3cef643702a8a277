/* SPDX-License-Identifier: Apache-2.0
 *
 * A credentials store with a scripted world: environment, clock, network, and a folder for files.
 */
#ifndef UNIT_NET_FIXTURE_H
#define UNIT_NET_FIXTURE_H

#include "suite.h"

#include "net/credentials.h"
#include "net/skew.h"
#include "script_http.h"

#include <sys/stat.h>
#include <unistd.h>

#define FIXTURE_NOW  1767225600 /* 2026-01-01T00:00:00Z */
#define FIXTURE_ROLE "arn:aws:iam::123456789012:role/"
#define FIXTURE_KEYS(id, expires)                                                                  \
    "{\"AccessKeyId\":\"" id                                                                       \
    "\",\"SecretAccessKey\":\"s\",\"Token\":\"t\",\"Expiration\":\"" expires "\"}"

struct fixture {
    struct script *net;
    struct skew skew;
    int64_t local_s;
    const char *env[12][2]; /* name, value; a test fills it */
    char home[64];
    struct credentials_options options;
    struct credentials_store *store;
    struct credentials_wait wait;
    /* What came. */
    unsigned got, reports;
    int err;
    struct credentials keys;
    struct credentials_report report;
    char why[512];
};

static struct fixture fx;

static inline int64_t fixture_wall(void)
{
    return fx.local_s;
}

static inline const char *fixture_look_up(const char *name)
{
    for (size_t i = 0; i < COUNT(fx.env); i++) {
        if (fx.env[i][0] != NULL && strcmp(fx.env[i][0], name) == 0)
            return fx.env[i][1];
    }
    return NULL;
}

static inline void fixture_set(const char *name, const char *value)
{
    for (size_t i = 0; i < COUNT(fx.env); i++) {
        if (fx.env[i][0] == NULL || strcmp(fx.env[i][0], name) == 0) {
            fx.env[i][0] = name;
            fx.env[i][1] = value;
            return;
        }
    }
    ck_abort_msg("too many variables");
}

static inline void fixture_report(void *arg, const struct credentials_report *r)
{
    (void)arg;
    fx.report = *r;
    fx.reports++;
    snprintf(fx.why, sizeof fx.why, "%s", r->why);
}

static inline void fixture_done(void *arg, int err, const struct credentials *c)
{
    (void)arg;
    fx.got++;
    fx.err = err;
    fx.keys = c == NULL ? (struct credentials){ .expires_s = 0 } : *c;
}

/* Begin of every test: nothing is configured, nothing has happened. */
static inline void fixture_begin(void)
{
    fx = (struct fixture){ .local_s = FIXTURE_NOW };
    fx.net = script_new();
    fx.skew.wall_s = fixture_wall;
    snprintf(fx.home, sizeof fx.home, "/tmp/unit-net.XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(fx.home));
    fx.options = (struct credentials_options){ .http = &fx.net->http,
                                               .skew = &fx.skew,
                                               .lookup = fixture_look_up,
                                               .home = fx.home,
                                               .host_name = "host1.example",
                                               .region = "eu-central-1",
                                               .report = fixture_report };
}

/* A file below the home; name is "x" or ".aws/x". Returns its path. */
static inline const char *fixture_file(const char *name, const char *text, mode_t mode)
{
    static char path[4][128];
    static unsigned turn;
    char *p = path[turn++ % 4];
    snprintf(p, sizeof path[0], "%s/.aws", fx.home);
    if (strncmp(name, ".aws/", 5) == 0)
        (void)!mkdir(p, 0700);
    snprintf(p, sizeof path[0], "%s/%s", fx.home, name);
    unlink(p);
    FILE *f = fopen(p, "we");
    ck_assert_ptr_nonnull(f);
    ck_assert(fputs(text, f) >= 0);
    ck_assert_int_eq(fclose(f), 0);
    ck_assert_int_eq(chmod(p, mode), 0);
    return p;
}

static inline int fixture_open(void)
{
    return credentials_open(&fx.options, &fx.store);
}

static inline void fixture_ask(void)
{
    fx.wait = (struct credentials_wait){ .done = fixture_done };
    credentials_get(fx.store, &fx.wait);
}

/* Closes the store only, for the next row of a table. */
static inline void fixture_reopen(void)
{
    credentials_close(&fx.store);
    free(fx.net);
    fx.net = script_new();
    fx.options.http = &fx.net->http;
    fx.got = fx.reports = 0;
    fx.why[0] = '\0';
}

static inline void fixture_end(void)
{
    static const char *const names[] = { ".aws/config", ".aws/credentials", "token",
                                         "link",        "script",           "mark",
                                         ".aws" };
    char path[128];
    credentials_close(&fx.store);
    free(fx.net);
    for (size_t i = 0; i < COUNT(names); i++) {
        snprintf(path, sizeof path, "%s/%s", fx.home, names[i]);
        (void)!remove(path);
    }
    ck_assert_int_eq(rmdir(fx.home), 0);
}

#endif
