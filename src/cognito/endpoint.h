/* SPDX-License-Identifier: Apache-2.0
 *
 * Where a pool is asked (reference section 2): region, URL, Host header, issuers. Pure text.
 */
#ifndef COGNITO_ENDPOINT_H
#define COGNITO_ENDPOINT_H

#include "base/err.h"

#include <stdbool.h>

struct endpoint_options {
    const char *pool_id;
    const char *region;       /* NULL or "": the part of pool_id before '_' */
    const char *endpoint_url; /* NULL or "": from region; else taken as is, with its path */
    bool use_fips, use_dualstack;
};

struct endpoint {
    char region[64];
    char url[512];  /* scheme, host, path; ends with '/' when it was derived */
    char host[280]; /* for the Host header: the port only when it is not the scheme's */
    char path[256]; /* at least "/" */
    char issuer[320], updated_issuer[320]; /* the pool's, two forms (reference section 13) */
    char jwks_url[640];
};

/* ERR_CONFIG: no region, a bad URL, FIPS or dual-stack together with an endpoint of its own. */
int endpoint_derive(const struct endpoint_options *options,
                    struct endpoint *ret_endpoint) MUST_CHECK;

#endif
