/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The service's front: one HTTP request -> target, shape, signature, policy, resources, handler,
 * answer. Also the two public documents under /POOLID/.well-known/.
 */
#ifndef POOL_API_H
#define POOL_API_H

#include "http.h"

http_handler api_handle;

/* Runs an operation as the administrator, without signature, fault, latency and journal: for the
   control interface. body: the members; UserPoolId may be missing (then the first pool). */
void api_run_unsigned(struct world *w, const char *operation, const struct http_request *rq,
                      struct http_reply *rp);

#endif
