/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/status.h"

#include "base/clock.h"
#include "cognito/api.h"
#include "daemon/daemon.h"
#include "daemon/facts.h"
#include "daemon/listener.h"
#include "daemon/logins.h"
#include "daemon/probe.h"
#include "daemon/sync.h"
#include "net/credentials.h"
#include "net/http.h"
#include "net/skew.h"

#include <inttypes.h>
#include <stdio.h>

#define HIDDEN_SHOWN 60
#define GIDS_SHOWN   20

static void add_sync(const struct daemon *d, struct facts *f)
{
    struct sync_state sync;
    sync_describe(d->sync, &sync);
    facts_add_time(f, "directory_confirmed", d->image->confirmed_s);
    facts_add(f, "last_sync", "%s",
              sync.sweeps + sync.failed == 0 ? "none yet" : err_text(sync.last_err));
    facts_add(f, "next_sync_seconds", "%" PRId64, sync.next_ms < 0 ? 0 : sync.next_ms / 1000);
    facts_add(f, "sync_interval_seconds", "%" PRId64, sync.interval_ms / 1000);
    facts_add(f, "disabled_interval_seconds", "%" PRId64, sync.disabled_interval_ms / 1000);
    facts_add(f, "syncs", "%" PRIu64, sync.sweeps);
    facts_add(f, "syncs_failed", "%" PRIu64, sync.failed);
    facts_add(f, "syncs_held_back", "%u", sync.held);
    facts_add(f, "names_asked", "%" PRIu64, sync.asked);
}

/* What this host may use of the account's quotas, and what it does. */
static void add_quotas(const struct daemon *d, struct facts *f)
{
    facts_add(f, "share", "%u %% of the account's quotas, for %u hosts",
              d->config->quota_share_percent, d->config->fleet_hosts);
    for (int c = QUOTA_NONE + 1; c < QUOTA_CATEGORIES; c++) {
        enum quota_category category = (enum quota_category)c;
        const struct quota_bucket *b = &d->quota.buckets[c];
        char key[64];
        if (b->used == 0 && category != QUOTA_LIST)
            continue;
        snprintf(key, sizeof key, "quota_%s", quota_name(category));
        facts_add(f, key, "%u %% of this host's share in ten minutes, %" PRIu64 " requests%s",
                  quota_used_percent(&d->quota, category, clock_ms()), b->used,
                  quota_is_slowed(&d->quota, category) ? ", slowed down: the pool throttles" : "");
    }
}

static void add_cloud(const struct daemon *d, struct facts *f)
{
    struct credentials_state c;
    credentials_describe(d->credentials, &c);
    facts_add(f, "credentials", "%s", c.source == NULL ? "none" : c.source);
    facts_add_time(f, "credentials_expire", c.expires_s);
    const struct probe_finding *found = probe_found(d->probe);
    facts_add(f, "sign_in_check", "%s", found == NULL ? "not yet" : found->text);
    facts_add(f, "clock_offset_seconds", "%" PRId64, d->skew->seen_s);
    facts_add(f, "breaker", "%s", breaker_text(api_breaker(d->api)));
    add_quotas(d, f);
    facts_add(f, "requests", "%" PRIu64, d->http->requests);
    facts_add(f, "connections", "%" PRIu64, d->http->connections);
    facts_add(f, "request_failures", "%" PRIu64, d->http->failures);
}

/* An answer has an end; a pool's name may be 500 bytes long. */
static void add_hidden(const struct daemon *d, struct facts *f)
{
    static const char *const keys[] = { [HIDDEN_USER] = "hidden_user",
                                        [HIDDEN_GROUP] = "hidden_group",
                                        [HIDDEN_CHANGE] = "not_followed" };
    if (d->hidden.kept > 0)
        facts_add(f, "not_followed", "[users] primary_group = %s: %zu users keep the one they have",
                  d->config->primary_group, d->hidden.kept);
    for (size_t i = 0; i < d->hidden.count && i < HIDDEN_SHOWN; i++) {
        const struct hidden_item *h = &d->hidden.item[i];
        if (h->sub[0] != '\0')
            facts_add(f, keys[h->kind], "%s (%s): %s", h->name, h->sub, h->why);
        else
            facts_add(f, keys[h->kind], "%s: %s", h->name, h->why);
    }
    if (d->hidden.count > HIDDEN_SHOWN)
        facts_add(f, "hidden_more", "%zu", d->hidden.count - HIDDEN_SHOWN);
}

/* As above. */
static void add_gids(const struct daemon *d, struct facts *f)
{
    char text[256];
    size_t shown = 0;
    for (size_t i = 0; i < d->gids.count && shown < GIDS_SHOWN; i++) {
        gids_describe(&d->gids, i, text, sizeof text);
        shown += text[0] != '\0';
        if (text[0] != '\0')
            facts_add(f, "gid_changed", "%s: %s", d->gids.item[i].name, text);
    }
}

void status_handle(struct conn *conn, struct rd *body)
{
    const struct daemon *d = conn_daemon(conn);
    struct facts f;
    (void)body;
    if (!facts_begin(conn, &f, 0))
        return;
    facts_add(&f, "version", "%s", PACKAGE_VERSION);
    facts_add_time(&f, "started", d->started_s);
    facts_add(&f, "pool", "%s", d->config->pool_id);
    facts_add(&f, "endpoint", "%s", api_endpoint(d->api)->url);
    facts_add(&f, "users", "%zu", d->image->user_count);
    facts_add(&f, "users_hidden", "%zu", d->hidden.users);
    facts_add(&f, "groups", "%zu", d->image->group_count);
    facts_add(&f, "groups_hidden", "%zu", d->hidden.groups);
    if (d->hidden.refused > 0)
        facts_add(&f, "records_refused", "%zu", d->hidden.refused);
    add_hidden(d, &f);
    add_gids(d, &f);
    add_sync(d, &f);
    add_cloud(d, &f);
    facts_add(&f, "logins_accepted", "%" PRIu64, d->count.logins_accepted);
    facts_add(&f, "logins_refused", "%" PRIu64, d->count.logins_refused);
    if (d->logins != NULL)
        facts_add(&f, "sessions_to_revoke", "%zu", logins_count(d->logins));
    facts_add(&f, "lookups", "%" PRIu64, d->count.lookups);
    facts_add(&f, "publishes", "%" PRIu64, d->count.publishes);
    facts_add(&f, "open_connections", "%zu", listener_connections(d->listener));
    facts_send(conn, &f);
}
