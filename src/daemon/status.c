/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/status.h"

#include "base/clock.h"
#include "cognito/api.h"
#include "daemon/compile.h"
#include "daemon/daemon.h"
#include "daemon/listener.h"
#include "daemon/logins.h"
#include "daemon/probe.h"
#include "daemon/sync.h"
#include "identity/rules.h"
#include "net/credentials.h"
#include "net/http.h"
#include "net/skew.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct facts {
    struct wire_facts wire;
    uint8_t *buf;
};

static bool begin(struct conn *conn, struct facts *f, int err)
{
    size_t cap = WIRE_HEADER_BYTES + WIRE_BODY_MAX;
    f->buf = malloc(cap);
    if (f->buf == NULL) {
        conn_close(conn);
        return false;
    }
    f->wire = wire_facts_begin(f->buf, cap, err);
    return true;
}

static void add(struct facts *f, const char *key, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
static void add(struct facts *f, const char *key, const char *format, ...)
{
    char value[1024];
    va_list ap;
    va_start(ap, format);
    vsnprintf(value, sizeof value, format, ap);
    va_end(ap);
    wire_facts_add(&f->wire, key, value);
}

static void send_facts(struct conn *conn, struct facts *f)
{
    int size = wire_facts_finish(&f->wire);
    if (size < 0)
        conn_close(conn);
    else if (conn_send(conn, f->buf, (size_t)size) == 0)
        conn_finish(conn);
    free(f->buf);
}

static void add_time(struct facts *f, const char *key, int64_t wall_s)
{
    char text[32];
    struct tm tm;
    time_t t = (time_t)wall_s;
    if (wall_s == 0 || gmtime_r(&t, &tm) == NULL ||
        strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
        add(f, key, "never");
    else
        add(f, key, "%s", text);
}

static size_t count_hidden(const struct daemon *d)
{
    size_t n = 0;
    for (size_t i = 0; i < d->image->user_count; i++)
        n += compile_hides_user(d->image, &d->host, d->image->users[i]) != NULL;
    return n;
}

static void add_sync(const struct daemon *d, struct facts *f)
{
    struct sync_state sync;
    sync_describe(d->sync, &sync);
    add_time(f, "directory_confirmed", d->image->confirmed_s);
    add(f, "last_sync", "%s",
        sync.sweeps + sync.failed == 0 ? "none yet" : err_text(sync.last_err));
    add(f, "next_sync_seconds", "%" PRId64, sync.next_ms < 0 ? 0 : sync.next_ms / 1000);
    add(f, "sync_interval_seconds", "%" PRId64, sync.interval_ms / 1000);
    add(f, "disabled_interval_seconds", "%" PRId64, sync.disabled_interval_ms / 1000);
    add(f, "syncs", "%" PRIu64, sync.sweeps);
    add(f, "syncs_failed", "%" PRIu64, sync.failed);
    add(f, "syncs_held_back", "%u", sync.held);
    add(f, "names_asked", "%" PRIu64, sync.asked);
}

/* What this host may use of the account's quotas, and what it does. */
static void add_quotas(const struct daemon *d, struct facts *f)
{
    add(f, "share", "%u %% of the account's quotas, for %u hosts", d->config->quota_share_percent,
        d->config->fleet_hosts);
    for (int c = QUOTA_NONE + 1; c < QUOTA_CATEGORIES; c++) {
        enum quota_category category = (enum quota_category)c;
        const struct quota_bucket *b = &d->quota.buckets[c];
        char key[64];
        if (b->used == 0 && category != QUOTA_LIST)
            continue;
        snprintf(key, sizeof key, "quota_%s", quota_name(category));
        add(f, key, "%u %% of this host's share in ten minutes, %" PRIu64 " requests%s",
            quota_used_percent(&d->quota, category, clock_ms()), b->used,
            quota_is_slowed(&d->quota, category) ? ", slowed down: the pool throttles" : "");
    }
}

static void add_cloud(const struct daemon *d, struct facts *f)
{
    struct credentials_state c;
    credentials_describe(d->credentials, &c);
    add(f, "credentials", "%s", c.source == NULL ? "none" : c.source);
    add_time(f, "credentials_expire", c.expires_s);
    const struct probe_finding *found = probe_found(d->probe);
    add(f, "sign_in_check", "%s", found == NULL ? "not yet" : found->text);
    add(f, "clock_offset_seconds", "%" PRId64, d->skew->seen_s);
    add(f, "breaker", "%s", breaker_text(api_breaker(d->api)));
    add_quotas(d, f);
    add(f, "requests", "%" PRIu64, d->http->requests);
    add(f, "connections", "%" PRIu64, d->http->connections);
    add(f, "request_failures", "%" PRIu64, d->http->failures);
}

void status_handle(struct conn *conn, struct rd *body)
{
    const struct daemon *d = conn_daemon(conn);
    struct facts f;
    (void)body;
    if (!begin(conn, &f, 0))
        return;
    add(&f, "version", "%s", PACKAGE_VERSION);
    add_time(&f, "started", d->started_s);
    add(&f, "pool", "%s", d->config->pool_id);
    add(&f, "endpoint", "%s", api_endpoint(d->api)->url);
    add(&f, "users", "%zu", d->image->user_count);
    add(&f, "users_hidden", "%zu", count_hidden(d));
    add(&f, "groups", "%zu", d->image->group_count);
    add_sync(d, &f);
    add_cloud(d, &f);
    add(&f, "logins_accepted", "%" PRIu64, d->count.logins_accepted);
    add(&f, "logins_refused", "%" PRIu64, d->count.logins_refused);
    if (d->logins != NULL)
        add(&f, "sessions_to_revoke", "%zu", logins_count(d->logins));
    add(&f, "lookups", "%" PRIu64, d->count.lookups);
    add(&f, "publishes", "%" PRIu64, d->count.publishes);
    add(&f, "open_connections", "%zu", listener_connections(d->listener));
    send_facts(conn, &f);
}

static const char *origin_text(enum image_origin origin)
{
    static const char *const texts[] = {
        [IMAGE_ID_HASH] = "hash", [IMAGE_ID_ATTRIBUTE] = "attribute", [IMAGE_ID_PINNED] = "[ids]"
    };
    return texts[origin];
}

/* A quarantined user has no login name that can be looked up: its pool name will do. */
static const struct image_user *find_any(const struct image *image, const char *name)
{
    const struct image_user *u = image_find_login(image, name);
    for (size_t i = 0; i < image->user_count && u == NULL; i++) {
        const struct image_user *other = image->users[i];
        if (strcmp(other->login, name) == 0 || strcmp(other->username, name) == 0)
            u = other;
    }
    return u;
}

static void add_user_groups(const struct daemon *d, const struct image_user *u, struct facts *f)
{
    for (size_t i = 0; i < u->group_count; i++) {
        const struct image_group *g = u->groups[i];
        const char *hidden = compile_hides_group(&d->host, g);
        if (hidden == NULL)
            add(f, "pool_group", "%s gid=%u (%s)", g->raw, g->gid, origin_text(g->origin));
        else
            add(f, "pool_group", "%s (no group here: %s)", g->raw, hidden);
    }
    for (size_t i = 0; i < d->config->local_groups.count; i++) {
        const struct config_pair *p = &d->config->local_groups.item[i];
        if (image_is_member(u, p->key))
            add(f, "local_group", "%s (by %s)%s", p->value, p->key,
                host_has_group(&d->host, p->value) ? "" : ": does not exist");
    }
}

void status_handle_user(struct conn *conn, struct rd *body)
{
    const struct daemon *d = conn_daemon(conn);
    char name[NAME_SIZE];
    struct facts f;
    if (wire_get_lookup(body, name) != 0) {
        conn_close(conn);
        return;
    }
    const struct image_user *u = find_any(d->image, name);
    if (!begin(conn, &f, u == NULL ? ERR_ABSENT : 0))
        return;
    if (u != NULL) {
        const char *hidden = compile_hides_user(d->image, &d->host, u);
        add(&f, "login_name", "%s", u->login[0] != '\0' ? u->login : "-");
        add(&f, "pool_username", "%s", u->username);
        add(&f, "sub", "%s", u->sub);
        add(&f, "uid", "%u (%s)", u->uid, origin_text(u->origin));
        if (u->drift != NULL)
            add(&f, "not_followed", "%s", u->drift);
        add(&f, "home", "%s", u->home);
        add(&f, "ssh_keys", "%zu", u->keys.count);
        if (u->keys.refused > 0)
            add(&f, "ssh_keys_refused", "%zu: %s", u->keys.refused, u->keys.why);
        add(&f, "status", "%s", rules_status_text(u->status));
        add(&f, "enabled", "%s", u->is_enabled ? "yes" : "no");
        add(&f, "on_this_host", "%s%s",
            hidden == NULL ? "yes" : "no: ", hidden == NULL ? "" : hidden);
        add(&f, "may_log_in", "%s",
            hidden == NULL && u->is_enabled && image_is_let_in(u, &d->config->allow_groups) ? "yes"
                                                                                            : "no");
        add_user_groups(d, u, &f);
    }
    send_facts(conn, &f);
}
