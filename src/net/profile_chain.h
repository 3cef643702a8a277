/* SPDX-License-Identifier: Apache-2.0
 *
 * A profile to links: whose keys, and which roles on top. The files' form belongs to
 * net/profiles.h.
 */
#ifndef NET_PROFILE_CHAIN_H
#define NET_PROFILE_CHAIN_H

#include "net/profiles.h"
#include "net/source.h"

/* Adds the links of a profile. ERR_ABSENT: it says nothing about credentials; ERR_CONFIG: it does,
 * but wrongly (why names the profile); ERR_NOMEM. */
int profile_chain_add(struct source_search *s, const struct profiles *p,
                      const char *name) MUST_CHECK;

#endif
