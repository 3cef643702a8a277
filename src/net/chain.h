/* SPDX-License-Identifier: Apache-2.0
 *
 * Which way to get AWS keys is configured: the table of sources in AWS's order (reference section
 * 5). Walking what was found belongs to net/fetch.h.
 */
#ifndef NET_CHAIN_H
#define NET_CHAIN_H

#include "net/source.h"

/* The first configured source decides, and [credentials] role_arn stands on top of it. ERR_CONFIG
 * with the reason in ret_why (no source, a broken one); ERR_NOMEM. chain_free wipes. */
int chain_find(const struct credentials_options *options, struct source_chain **ret_chain,
               char ret_why[SOURCE_WHY_SIZE]) MUST_CHECK;
void chain_free(struct source_chain **chain);

/* Keys that never change: there is nothing to fetch. */
bool chain_is_static(const struct source_chain *chain);

#endif
