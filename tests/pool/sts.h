/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The Security Token Service, as far as a host needs it: AssumeRole (signed) and
 * AssumeRoleWithWebIdentity (not signed). Forms in, XML out, on the pool's own TLS server. Roles
 * come from the start file. Under world.lock.
 */
#ifndef POOL_STS_H
#define POOL_STS_H

#include "call.h"

struct role {
    char *arn;
    char *external_id; /* NULL: none is asked for */
    char **trusted;    /* names of credentials that may assume it; "*": all; NULL: none */
    char **actions;    /* of the keys it gives */
    char **tokens;     /* web identity tokens it takes; NULL: none */
    char **old_tokens; /* tokens that have expired */
    int longest_s;     /* DurationSeconds at most */
};

bool sts_is_request(const struct http_request *rq);
/* Parses the form into c->in and finds the operation, or fails the call. */
void sts_find(struct call *c);
/* The answer's XML, and its status in c->status; caller frees. */
char *sts_body(struct call *c);
void sts_free_roles(struct world *w);

#endif
