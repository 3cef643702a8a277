/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tokens: the signing keys of a pool and its JWKS, access and ID tokens (RS256, claims as
 * Cognito's), opaque refresh tokens, and the grants (sign-ins) behind them. Under world.lock.
 */
#ifndef POOL_TOKEN_H
#define POOL_TOKEN_H

#include "call.h"

struct grant {
    struct grant *next;
    struct pool *pool;
    struct client *client;
    char sub[37];
    char *refresh_token;
    char origin_jti[37];
    char device_key[80]; /* offered to this sign-in, or proved in it; "": none */
    int64_t auth_time_ms, expires_ms;
    bool revoked;
};

/* RSA keys take a while to make: they are made in a thread, and the first use waits for it. */
struct signing_keys *token_keys_start(void);
void token_keys_free(struct signing_keys **kp);
char *token_jwks(struct pool *p); /* caller frees */

/* A finished sign-in: a new grant and c->out with the AuthenticationResult. */
void token_sign_in(struct call *c);
/* The same from a refresh token: no new refresh token, unless the app client rotates them; then
   the old one is spent. Needs c->grant. */
void token_refresh(struct call *c);
/* Sets c->grant, pool, client and user from a refresh token, or fails the call. */
void token_use_refresh(struct call *c, const char *refresh_token);
/* The same from an access token: signature, expiry, revocation. */
void token_use_access(struct call *c, const char *access_token);
void token_revoke_user(struct world *w, const struct user *u);
void token_free_grants(struct world *w);

#endif
