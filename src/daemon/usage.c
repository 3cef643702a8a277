/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/usage.h"

#include "base/clock.h"
#include "daemon/daemon.h"
#include "daemon/log.h"
#include "daemon/schedule.h"
#include "daemon/sync.h"

#include <systemd/sd-id128.h>

uint32_t usage_phase(const struct daemon *d)
{
    sd_id128_t id;
    if (sd_id128_get_machine(&id) < 0)
        id = SD_ID128_NULL;
    return schedule_phase(id.bytes, sizeof id.bytes, d->host_name);
}

void usage_open(struct daemon *d)
{
    const struct config *c = d->config;
    quota_init(&d->quota, c->quota_share_percent, c->fleet_hosts, usage_phase(d), clock_ms());
}

static void on_sent(void *arg, enum api_op op)
{
    struct daemon *d = arg;
    quota_charge(&d->quota, quota_of(op), clock_ms());
}

static void on_throttled(void *arg, enum api_op op)
{
    struct daemon *d = arg;
    enum quota_category c = quota_of(op);
    if (quota_throttled(&d->quota, c, clock_ms())) /* or each try of each login has a line */
        log_warning("the pool throttles %s: the account's quota %s is used up; are fleet_hosts and "
                    "quota_share right?",
                    api_operation(op)->name, quota_name(c));
}

static void on_reachable(void *arg, bool is_reachable)
{
    const struct daemon *d = arg;
    if (is_reachable)
        log_info("the pool answers again");
    else
        log_error("the pool does not answer: until it does, what needs it is refused at once");
    if (is_reachable && d->sync != NULL)
        sync_pool_is_back(d->sync);
}

struct api_watch usage_watch(struct daemon *d)
{
    return (struct api_watch){ on_sent, on_throttled, on_reachable, d };
}
