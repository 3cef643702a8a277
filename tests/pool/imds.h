/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The instance metadata service, version 2 only: session tokens, the role's temporary keys (which
 * become credentials of the pool, with the host role's actions) and the identity document.
 */
#ifndef POOL_IMDS_H
#define POOL_IMDS_H

#include "http.h"

struct json_object;

struct imds {
    char *role;      /* name of the role; NULL: the instance has none */
    int64_t life_ms; /* of the temporary keys */
    char **actions;  /* borrowed from the host's credential */
    struct imds_token *token_list;
    struct credential *current; /* the keys handed out now; NULL: none yet */
};

struct imds *imds_new(struct world *w, const char *role, int64_t life_ms);
void imds_free(struct imds **ip);
void imds_rotate(struct world *w); /* the next caller gets new keys; the old ones die at once */
/* AccessKeyId, SecretAccessKey, Token, Expiration of the present keys. */
void imds_put_keys(struct world *w, struct json_object *o);
http_handler imds_handle; /* and container_handle for its paths */

#endif
