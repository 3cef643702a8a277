/* SPDX-License-Identifier: Apache-2.0
 *
 * Opening and closing the parts of the daemon, as a list in the order in which they need each
 * other.
 */
#include "base/file.h"
#include "base/paths.h"
#include "cognito/api.h"
#include "cognito/keyring.h"
#include "daemon/boot.h"
#include "daemon/bound.h"
#include "daemon/daemon.h"
#include "daemon/device.h"
#include "daemon/errand.h"
#include "daemon/hostwatch.h"
#include "daemon/kept.h"
#include "daemon/limiter.h"
#include "daemon/listener.h"
#include "daemon/log.h"
#include "daemon/logins.h"
#include "daemon/offline.h"
#include "daemon/probe.h"
#include "daemon/publish.h"
#include "daemon/sync.h"
#include "daemon/usage.h"
#include "net/credentials.h"
#include "net/http.h"
#include "net/skew.h"
#include "snap/write.h"
#include "store/store.h"

#include <errno.h>
#include <event2/event.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <systemd/sd-daemon.h>
#include <time.h>
#include <unistd.h>

#define CLIENT_SECRET_MAX 128

struct opening {
    struct daemon *d;
    daemon_lookup *lookup;
};

/* One line, a newline at its end is no part of it. */
static int read_client_secret(struct opening *o)
{
    const char *path = o->d->config->client_secret_file;
    char *text;
    size_t n;
    struct stat st;
    if (path[0] == '\0')
        return 0;
    int err = file_read_trusted(path, CLIENT_SECRET_MAX + 1, &text, &n);
    if (err != 0) {
        log_error("[pool] client_secret_file: %s: %s", path,
                  err == ERR_REFUSED
                      ? "must be root's, readable by cognitod, writable by root alone "
                        "(chown root:cognitod, chmod 0640)"
                      : err_text(err));
        return ERR_CONFIG;
    }
    if (stat(path, &st) == 0 && (st.st_mode & S_IROTH) != 0)
        log_warning("%s can be read by everybody: make it mode 0640", path);
    size_t len = strcspn(text, "\r\n");
    err = len == 0 ? ERR_CONFIG : secret_set(&o->d->client_secret, text, len);
    explicit_bzero(text, n);
    free(text);
    if (err != 0)
        log_error("[pool] client_secret_file: %s: must hold the secret on one line", path);
    return err;
}

static void on_signal(evutil_socket_t fd, short what, void *arg)
{
    struct daemon *d = arg;
    (void)fd;
    (void)what;
    event_base_loopbreak(d->loop);
}

static int open_loop(struct opening *o)
{
    struct daemon *d = o->d;
    d->loop = event_base_new();
    if (d->loop == NULL)
        return ERR_NOMEM;
    d->on_term = evsignal_new(d->loop, SIGTERM, on_signal, d);
    d->on_int = evsignal_new(d->loop, SIGINT, on_signal, d);
    if (d->on_term == NULL || d->on_int == NULL || event_add(d->on_term, NULL) != 0 ||
        event_add(d->on_int, NULL) != 0)
        return ERR_NOMEM;
    return gethostname(d->host_name, sizeof d->host_name - 1) == 0 ? 0 : err_from_errno(errno);
}

static int open_network(struct opening *o)
{
    struct daemon *d = o->d;
    const struct config *c = d->config;
    const struct http_options http = {
        .ca_bundle = c->ca_bundle[0] != '\0' ? c->ca_bundle : NULL,
        .proxy = c->proxy[0] != '\0' ? c->proxy : NULL,
    };
    d->skew = calloc(1, sizeof *d->skew);
    return d->skew == NULL ? ERR_NOMEM : http_open(d->loop, &http, &d->http);
}

/* Which source, until when, why not: never more (R-SEC-01). */
static void on_credentials(void *arg, const struct credentials_report *r)
{
    char until[32] = "for ever";
    struct tm tm;
    time_t t = (time_t)r->expires_s;
    const char *source = r->source == NULL ? "none" : r->source;
    (void)arg;
    if (r->expires_s != 0 && gmtime_r(&t, &tm) != NULL)
        strftime(until, sizeof until, "until %Y-%m-%dT%H:%M:%SZ", &tm);
    if (r->err == 0 && r->is_overdue)
        log_warning("AWS credentials (%s): valid %s, so expired when they came; used all the same",
                    source, until);
    else if (r->err == 0)
        log_info("AWS credentials (%s): valid %s", source, until);
    else if (r->is_kept)
        log_warning("AWS credentials (%s): %s; the present ones are kept, valid %s", source, r->why,
                    until);
    else
        log_error("AWS credentials (%s): %s", source, r->why);
}

static const char *or_null(const char *text)
{
    return text[0] == '\0' ? NULL : text;
}

static int open_credentials(struct opening *o)
{
    struct daemon *d = o->d;
    const struct config *c = d->config;
    const struct credentials_options options = {
        .base = d->loop,
        .http = d->http,
        .skew = d->skew,
        .lookup = o->lookup,
        .home = path_state_dir,
        .host_name = d->host_name,
        .region = c->region,
        .profile = or_null(c->profile),
        .role_arn = or_null(c->role_arn),
        .external_id = or_null(c->external_id),
        .report = on_credentials,
    };
    return credentials_open(&options, &d->credentials);
}

static int open_api(struct opening *o)
{
    struct daemon *d = o->d;
    const struct config *c = d->config;
    const struct api_options options = {
        .base = d->loop,
        .http = d->http,
        .skew = d->skew,
        .credentials = d->credentials,
        .endpoint = { .pool_id = c->pool_id,
                      .region = c->region,
                      .endpoint_url = c->endpoint_url,
                      .use_fips = c->use_fips_endpoint,
                      .use_dualstack = c->use_dualstack_endpoint },
        .watch = usage_watch(d),
    };
    usage_open(d);
    return api_open(&options, &d->api);
}

static int open_keyring(struct opening *o)
{
    struct daemon *d = o->d;
    char cache[PATH_MAX];
    snprintf(cache, sizeof cache, "%s/jwks.json", path_state_dir);
    const struct keyring_options options = {
        .http = d->http,
        .url = api_endpoint(d->api)->jwks_url,
        .file = d->config->jwks_file,
        .cache_path = cache,
        .budget_ms = d->config->login_timeout_s * 1000,
    };
    int err = keyring_open(&options, &d->keyring);
    if (err == 0)
        keyring_warm(d->keyring);
    return err;
}

static int open_store(struct opening *o)
{
    struct daemon *d = o->d;
    char path[PATH_MAX];
    const char *why = NULL;
    snprintf(path, sizeof path, "%s/state.db", path_state_dir);
    int err = store_open(path, &d->store, &why);
    if (err == 0)
        err = bound_load(d->store, &d->bindings);
    if (err != 0)
        log_error("%s: %s; cognitod does not start without it", path,
                  why != NULL ? why : store_why(d->store, err));
    return err;
}

/* After the store, which keeps them. */
static int open_secrets(struct opening *o)
{
    int err = device_open(o->d, &o->d->devices);
    return err != 0 ? err : offline_open(o->d, &o->d->offline);
}

/* Said once: what is bound from here on is bound. */
static void warn_of_lost_bindings(const struct daemon *d)
{
    const struct snap_view *view = boot_view(d);
    bool had_users = d->image->user_count > 0 || (view != NULL && view->facts.users > 0);
    if (had_users && d->bindings.count == 0)
        log_error("%s/state.db is new, although this host has had users: is its disk mounted? "
                  "Without the old file, from a backup, other accounts may get their login names "
                  "and uids",
                  path_state_dir);
}

/* As it was before a restart, if it still counts; else there is none until it was read. */
static void load_directory(struct daemon *d)
{
    int err = kept_load(d);
    warn_of_lost_bindings(d);
    if (err == 0) {
        boot_restrict(d);
        err = publish(d);
    }
    if (err == 0)
        log_info("directory: %zu users, %zu groups as they were last", d->image->user_count,
                 d->image->group_count);
    else if (err != ERR_ABSENT)
        log_warning("directory: read anew, what was kept is not used: %s",
                    err == ERR_CONFIG
                        ? "the configuration, or what cognitod makes of it, has changed"
                        : err_text(err));
    /* Where nothing is published, NSS asks for nobody, and a login that comes before the first
     * sweep is complete, or after one that failed, would be one of an unknown user. */
    if (err != 0 && boot_view(d) == NULL && publish(d) != 0)
        log_warning("directory: nobody is known before it has been read");
}

static int open_directory(struct opening *o)
{
    struct daemon *d = o->d;
    int err = image_new(d->config, &d->bindings, 0, &d->image);
    if (err == 0)
        err = snap_writer_open(path_snap_dir, &d->writer);
    if (err == 0)
        err = publish_open(d);
    if (err == 0)
        err = boot_open(d, &d->boot);
    if (err == 0)
        load_directory(d);
    if (err == 0)
        err = hostwatch_open(d, &d->hostwatch);
    if (err == 0)
        err = kept_open(d, &d->kept);
    if (err == 0)
        err = sync_open(d, &d->sync);
    return err;
}

static int open_listener(struct opening *o)
{
    struct daemon *d = o->d;
    int err = limiter_new(&d->limiter);
    if (err == 0 && d->config->revoke_at_logout)
        err = logins_open(d, &d->logins);
    return err != 0 ? err : listener_open(d, &d->listener);
}

static int open_probe(struct opening *o)
{
    return probe_open(o->d, &o->d->probe);
}

static const struct {
    const char *what;
    int (*open)(struct opening *o);
} parts[] = {
    { "client secret", read_client_secret },
    { "event loop", open_loop },
    { "network", open_network },
    { "AWS credentials", open_credentials },
    { "endpoint", open_api },
    { "token keys", open_keyring },
    { "state", open_store },
    { "remembered devices and passwords", open_secrets },
    { "directory", open_directory },
    { "sockets", open_listener },
    { "sign-in check", open_probe },
};

int daemon_open(struct daemon *d, struct config *config, daemon_lookup *lookup)
{
    struct opening o = { d, lookup };
    d->config = config;
    d->started_s = (int64_t)time(NULL);
    for (size_t i = 0; i < COUNT(parts); i++) {
        int err = parts[i].open(&o);
        if (err == 0)
            continue;
        log_error("cannot start: %s: %s", parts[i].what, err_text(err));
        return err;
    }
    return 0;
}

static void warn_of_policy(const struct config *c)
{
    if (c->allow_groups.count == 0)
        log_warning("[access] allow_groups is empty: nobody of the pool may log in");
    if (config_list_has(&c->allow_groups, "*"))
        log_warning("[access] allow_groups = *: every user of the pool may log in");
    if (c->trust_writable_attributes)
        log_warning("[users] trust_writable_attributes = yes: users who can write their own "
                    "attributes can choose their uid, home or shell");
}

int daemon_run(struct daemon *d)
{
    warn_of_policy(d->config);
    log_info("cognitod %s serves pool %s", PACKAGE_VERSION, d->config->pool_id);
    int r = event_base_dispatch(d->loop);
    sd_notify(0, "STOPPING=1");
    log_info("stopping");
    return r < 0 ? ERR_SYSTEM : 0;
}

void daemon_close(struct daemon *d)
{
    probe_close(&d->probe);
    listener_close(&d->listener);
    errand_close(d);
    logins_close(&d->logins);
    limiter_free(&d->limiter);
    device_close(&d->devices);
    offline_close(&d->offline);
    sync_close(&d->sync);
    kept_close(&d->kept);
    hostwatch_close(&d->hostwatch);
    boot_close(&d->boot);
    publish_close(d);
    if (d->writer != NULL)
        snap_writer_close(&d->writer);
    hidden_free(&d->hidden);
    gids_free(&d->gids);
    image_free(&d->image);
    bindings_free(&d->bindings);
    store_close(&d->store);
    host_free(&d->host);
    keyring_close(&d->keyring);
    api_close(&d->api);
    credentials_close(&d->credentials);
    http_close(&d->http);
    free(d->skew);
    if (d->on_term != NULL)
        event_free(d->on_term);
    if (d->on_int != NULL)
        event_free(d->on_int);
    if (d->loop != NULL)
        event_base_free(d->loop);
    secret_wipe(&d->client_secret);
    config_free(&d->config);
}
