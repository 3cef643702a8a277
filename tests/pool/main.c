/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cognito-pool: a strict Amazon Cognito user pool on loopback, for tests and for trying things
 * without an AWS account. This file: command line, start, end. It shares no code with the product.
 */
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "api.h"
#include "bytes.h"
#include "control.h"
#include "envfile.h"
#include "imds.h"
#include "model.h"
#include "startfile.h"
#include "tls.h"

#define IMDS_ROLE    "cognitod-host"
#define IMDS_LIFE_MS ((int64_t)6 * 3600 * 1000)

struct options {
    const char *start, *listen, *imds, *control, *dir;
    struct generate generate;
    int64_t imds_life_ms;
};

struct servers {
    struct http_server *api, *imds, *control;
    char *control_path;
};

static const char usage[] =
    "usage: cognito-pool [--start FILE] [--listen ADDR:PORT] [--imds ADDR:PORT]\n"
    "                    [--imds-life SECONDS] [--control SOCKET] [--dir DIR]\n"
    "                    [--users N] [--groups M] [--join GROUP] [--totp]\n"
    "Serves a Cognito user pool until SIGTERM. DIR (default .) gets ca.pem and, once the pool\n"
    "answers, env: shell assignments of its address, keys and pools.\n"
    "  --start FILE      pools, users and keys to begin with (JSON; see tests/pool/README.md)\n"
    "  --listen          HTTPS; default 127.0.0.1:0, that is, any free port\n"
    "  --imds            also serve instance metadata (IMDSv2) over HTTP\n"
    "  --imds-life       life of the keys it hands out, default 21600\n"
    "  --control SOCKET  control interface, default DIR/control; see poolctl\n"
    "  --users, --groups add users user00001.. and groups group001.. to the first pool\n"
    "  --join GROUP      put every added user into that group too\n"
    "  --totp            give every added user an authenticator\n";

static bool parse_count(const char *text, unsigned *ret)
{
    char *end;
    unsigned long n = strtoul(text, &end, 10);
    *ret = (unsigned)n;
    return end != text && *end == '\0' && n <= 1000000;
}

static bool parse_options(int argc, char **argv, struct options *o)
{
    static const struct option longs[] = {
        { "start", required_argument, NULL, 's' },   { "listen", required_argument, NULL, 'l' },
        { "imds", required_argument, NULL, 'i' },    { "imds-life", required_argument, NULL, 'L' },
        { "control", required_argument, NULL, 'c' }, { "dir", required_argument, NULL, 'd' },
        { "users", required_argument, NULL, 'u' },   { "groups", required_argument, NULL, 'g' },
        { "join", required_argument, NULL, 'j' },    { "totp", no_argument, NULL, 't' },
        { "help", no_argument, NULL, 'h' },          { 0 },
    };
    int c;
    unsigned life_s;
    while ((c = getopt_long(argc, argv, "", longs, NULL)) != -1) {
        bool ok = true;
        switch (c) {
        case 's':
            o->start = optarg;
            break;
        case 'l':
            o->listen = optarg;
            break;
        case 'i':
            o->imds = optarg;
            break;
        case 'c':
            o->control = optarg;
            break;
        case 'd':
            o->dir = optarg;
            break;
        case 'j':
            o->generate.join = optarg;
            break;
        case 't':
            o->generate.has_totp = true;
            break;
        case 'u':
            ok = parse_count(optarg, &o->generate.users);
            break;
        case 'g':
            ok = parse_count(optarg, &o->generate.groups);
            break;
        case 'L':
            ok = parse_count(optarg, &life_s);
            o->imds_life_ms = (int64_t)life_s * 1000;
            break;
        case 'h':
            fputs(usage, stdout);
            exit(0);
        default:
            ok = false;
        }
        if (!ok)
            return false;
    }
    return optind == argc;
}

static char *server_names(const struct world *w)
{
    char *names = bytes_copy("IP:127.0.0.1,DNS:localhost");
    for (size_t i = 0; i < w->pool_count; i++) {
        char *more = bytes_format("%s,DNS:cognito-idp.%s.amazonaws.com,DNS:sts.%s.amazonaws.com",
                                  names, w->pools[i]->region, w->pools[i]->region);
        free(names);
        names = more;
    }
    return names;
}

static bool start_api(struct world *w, const struct options *o, struct servers *s, unsigned *port)
{
    struct tls_files tls = { 0 };
    char *names = server_names(w);
    int fd = http_listen_tcp(o->listen, port);
    bool ok = fd >= 0 && tls_make(names, &tls) && envfile_write_ca(w, tls.ca_pem);
    if (ok)
        s->api = http_start(w, fd, api_handle, tls.cert_pem, tls.key_pem, true);
    tls_free(&tls);
    free(names);
    return s->api != NULL;
}

static bool start_others(struct world *w, const struct options *o, struct servers *s)
{
    unsigned port;
    int fd = http_listen_unix(s->control_path);
    if (fd < 0)
        return false;
    s->control = http_start(w, fd, control_handle, NULL, NULL, false);
    if (o->imds != NULL) {
        fd = http_listen_tcp(o->imds, &port);
        if (fd < 0)
            return false;
        w->imds = imds_new(w, IMDS_ROLE, o->imds_life_ms);
        w->imds_url = bytes_format("http://%.*s:%u", (int)strcspn(o->imds, ":"), o->imds, port);
        s->imds = http_start(w, fd, imds_handle, NULL, NULL, false);
    }
    return s->control != NULL && (o->imds == NULL || s->imds != NULL);
}

static void stop(struct world *w, struct servers *s)
{
    pthread_mutex_lock(&w->lock);
    w->stopping = true;
    pthread_cond_broadcast(&w->wake);
    pthread_mutex_unlock(&w->lock);
    http_stop(&s->api);
    http_stop(&s->imds);
    http_stop(&s->control);
    if (s->control_path != NULL)
        unlink(s->control_path);
    free(s->control_path);
}

static bool fill_world(struct world *w, const struct options *o)
{
    char real[PATH_MAX];
    if (mkdir(o->dir, 0755) != 0 && errno != EEXIST) {
        perror(o->dir);
        return false;
    }
    if (realpath(o->dir, real) == NULL) {
        perror(o->dir);
        return false;
    }
    w->dir = bytes_copy(real);
    if (o->start != NULL && !startfile_load(w, o->start))
        return false;
    startfile_defaults(w);
    if (o->generate.users + o->generate.groups > 0)
        generate_users(w, &o->generate);
    return true;
}

int main(int argc, char **argv)
{
    struct options o = { .listen = "127.0.0.1:0", .dir = ".", .imds_life_ms = IMDS_LIFE_MS };
    struct servers s = { 0 };
    unsigned port = 0;
    int status = 1, got;
    sigset_t ends;
    if (!parse_options(argc, argv, &o)) {
        fputs(usage, stderr);
        return 2;
    }
    /* Blocked before any thread starts, so that only sigwait sees them. */
    sigemptyset(&ends);
    sigaddset(&ends, SIGTERM);
    sigaddset(&ends, SIGINT);
    pthread_sigmask(SIG_BLOCK, &ends, NULL);
    struct world *w = model_world_new();
    if (fill_world(w, &o)) {
        s.control_path =
            o.control != NULL ? bytes_copy(o.control) : bytes_format("%s/control", w->dir);
        bool ready = start_api(w, &o, &s, &port) && start_others(w, &o, &s);
        pthread_mutex_lock(&w->lock);
        ready = ready && envfile_write(w, port, s.control_path);
        pthread_mutex_unlock(&w->lock);
        if (ready) {
            sigwait(&ends, &got);
            status = 0;
        }
    }
    stop(w, &s);
    model_world_free(&w);
    return status;
}
