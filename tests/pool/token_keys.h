/* SPDX-License-Identifier: Apache-2.0 */
/* The signing keys of a pool as token.c needs them: making and checking a JWT. */
#ifndef POOL_TOKEN_KEYS_H
#define POOL_TOKEN_KEYS_H

#include "token.h"

enum token_use { TOKEN_ACCESS, TOKEN_ID };

/* A signed JWT over the claims; the caller frees it. */
char *token_keys_sign(struct pool *p, enum token_use use, struct json_object *claims);
/* The claims of a JWT signed by the pool's access key; NULL if it is not. Caller puts them. */
struct json_object *token_keys_verify(struct pool *p, const char *jwt);

#endif
