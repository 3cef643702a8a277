/* SPDX-License-Identifier: Apache-2.0 */
/* Tokens with a flaw, for tests of who checks them: a whole answer of a finished sign-in. */
#ifndef POOL_TOKEN_FLAW_H
#define POOL_TOKEN_FLAW_H

#include "token.h"

/* Signs c->user in (c->pool, c->client and c->out are set) and spoils both tokens in c->out: one
   of "none", "signature", "expired", "issuer", "client", "use", "sub", "username", "alg", "kid".
   False: no such flaw. */
bool token_flaw_sign_in(struct call *c, const char *flaw);

#endif
