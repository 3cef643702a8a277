/* SPDX-License-Identifier: Apache-2.0
 *
 * Credentials of the instance's role from the EC2 metadata service, version 2 only, by literal IP
 * address (R-NET-01): PUT token, GET role name, GET credentials. Sending, repeating and keeping
 * them belong to net/fetch.h and net/credentials.h.
 */
#ifndef NET_IMDS_H
#define NET_IMDS_H

#include "base/err.h"
#include "net/credentials.h"

struct source_link;
struct source_search;

#define IMDS_URL "http://169.254.169.254"

/* The link, for profiles that name this source. ERR_CONFIG, ERR_NOMEM. */
int imds_add(struct source_search *s, struct source_link **ret_link) MUST_CHECK;

/* The answers judged, for tests and other sources: first line of a role list; the JSON document of
 * IMDS and of the container endpoints. */
int imds_role_name(const char *body, size_t n, char *ret_name, size_t cap) MUST_CHECK;
int imds_parse(const char *body, size_t n, struct credentials *ret_keys) MUST_CHECK;

#endif
