/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a world begins with: the start file (JSON, described in README.md beside this), the
 * generator of many users, and the defaults for what neither gives.
 */
#ifndef POOL_STARTFILE_H
#define POOL_STARTFILE_H

#include "model.h"

/* Fills the world from a file. False with a message on stderr: file and place. */
bool startfile_load(struct world *w, const char *path);
/* A pool and a client if there are none, an administrator's and a host's key if there are none. */
void startfile_defaults(struct world *w);

struct generate {
    unsigned users, groups;
    const char *join; /* NULL: none */
    bool has_totp;
};

/* generate.c: users user00001.. and groups group001.. in the first pool. User number i has the
   password "Pw-user0000i-x" and is in group (i-1) mod groups + 1, and in the group join; with
   has_totp each has an authenticator. The same numbers always give the same sub. */
void generate_users(struct world *w, const struct generate *g);

#endif
