/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sessions of unfinished sign-ins: an opaque text that is bound to pool, client, user, challenge
 * and form (admin or public), lives for the client's AuthSessionValidity and can be used once with
 * success. What a challenge asks is challenge.c's business. Under world.lock.
 */
#ifndef POOL_SESSION_H
#define POOL_SESSION_H

#include "call.h"

struct session {
    char *text;
    struct pool *pool;
    struct client *client;
    char sub[37];
    const char *challenge; /* static text */
    bool is_admin;
    int64_t expires_ms;
    bool is_spent; /* used once with success */
    bool is_dead;  /* too many wrong answers */
    int wrong_answers;
    struct signin signin;
    char *pretended;          /* the name of a user who does not exist; NULL: a real one */
    struct srp_exchange *srp; /* PASSWORD_VERIFIER: what was sent; NULL: nothing */
    char code[16];            /* the code that was sent; "" = none */
    char *totp_secret;        /* MFA_SETUP: the secret that was handed out; NULL: none yet */
    bool totp_verified;       /* MFA_SETUP: it was proved */
};

/* A new session for c->user (or c->pretended) with that challenge; owned by the world. */
struct session *session_new(struct call *c, const char *challenge);
/* The session of that text if it is alive and belongs to this client and form; else fails the
   call. Sets c->pool, c->client, c->user and c->signin; the user of a pretended sign-in is NULL.
   challenge NULL: any. */
struct session *session_use(struct call *c, const char *text, const char *challenge, bool is_admin);
void session_spend(struct session *s);
/* The session is known by that text from now on, not by its own. */
void session_rename(struct call *c, struct session *s, const char *text);
void session_wrong(struct call *c, struct session *s); /* counts; the fifth kills it */
void session_free_all(struct world *w);

#endif
