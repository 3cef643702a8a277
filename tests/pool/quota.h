/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The service's quotas: a token bucket per category of operations (reference section 4), off unless
 * the start file sets it. Under world.lock.
 */
#ifndef POOL_QUOTA_H
#define POOL_QUOTA_H

#include <stdbool.h>
#include <stdint.h>

struct call;

enum quota_category {
    QUOTA_AUTHENTICATION,
    QUOTA_RESPOND, /* three times UserAuthentication */
    QUOTA_READ,
    QUOTA_LIST,
    QUOTA_RESOURCE_READ,
    QUOTA_POOL_RESOURCE_READ,
    QUOTA_POOL_READ,
    QUOTA_CLIENT_READ,
    QUOTA_RECOVERY,
    QUOTA_UPDATE,
    QUOTA_RESOURCE_UPDATE,
    QUOTA_TOKEN,
    QUOTA_COUNT,
};

struct quota {
    double per_second; /* 0: no limit */
    double left;
    int64_t filled_ms; /* CLOCK_MONOTONIC */
};

/* Sets a category by its name in the reference; false: there is none of that name. */
bool quota_set(struct quota *quotas, const char *name, double per_second);
/* Fails the call with TooManyRequestsException when its category is used up. */
void quota_take(struct call *c);

#endif
