/* SPDX-License-Identifier: Apache-2.0
 *
 * The daemon's one account of what it asks of the pool: quota.h filled from the configuration and
 * the host's place in the fleet, and charged by every request that leaves, whoever sends it.
 */
#ifndef DAEMON_USAGE_H
#define DAEMON_USAGE_H

#include "cognito/api.h"

struct daemon;

/* Before the api is opened. */
void usage_open(struct daemon *d);
struct api_watch usage_watch(struct daemon *d);

/* This host's place in the fleet's turn, as a fraction of 2^32. */
uint32_t usage_phase(const struct daemon *d);

#endif
