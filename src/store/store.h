/* SPDX-License-Identifier: Apache-2.0
 *
 * What this host must not forget: state.db, SQLite in WAL mode, 0600 in a 0700 directory
 * (R-SNAP-04). The bindings of login names, uids and primary groups, for ever; and secrets of
 * users, for a while: remembered devices, sealed, and verifiers of passwords for logins while the
 * pool is out of reach. Every write is one transaction that is on the disk when the call returns.
 * SQLite stays behind this folder; what the secrets mean belongs to daemon/device.h and
 * daemon/offline.h.
 */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct store;

/* Opens or creates the database at path, and holds its folder against every other process until
 * store_close(). ERR_UNAVAIL: somebody else holds it. ERR_FORMAT: it is broken, or of a later
 * version; it is left as it is. ERR_SYSTEM, ERR_NOMEM. *ret_why: what store_why() says of it. */
int store_open(const char *path, struct store **ret_store, const char **ret_why) MUST_CHECK;
void store_close(struct store **sp);
/* What err means, of the call before, and what to do about it: for the log, static. */
const char *store_why(const struct store *store, int err);

struct store_binding {
    const char *sub, *login;
    uint32_t uid;
    int origin;          /* enum image_origin; the store only keeps it */
    const char *primary; /* the pool's name of the primary group; "" : his own; NULL: open */
};

/* Every binding, in the order in which they were added. Stops when visit returns not 0, and
 * returns that. What visit is given is borrowed. ERR_FORMAT, ERR_SYSTEM. */
int store_each_binding(struct store *store, int (*visit)(void *arg, const struct store_binding *b),
                       void *arg) MUST_CHECK;

/* All but the refused ones, or none. ret_refused[i]: a sub, login name or uid of bindings[i] is
 * bound already; changed also on failure. ERR_SYSTEM: the disk. */
int store_add_bindings(struct store *store, const struct store_binding *bindings, size_t n,
                       bool *ret_refused) MUST_CHECK;

/* The primary groups of subs for whom it is open yet. Refused: there is no such binding, or its
 * primary group is bound; else as above. Only sub and primary are read. */
int store_set_primaries(struct store *store, const struct store_binding *bindings, size_t n,
                        bool *ret_refused) MUST_CHECK;
/* Opens those again whose group has no gid below. *ret_users: how many there were. */
int store_open_primaries(struct store *store, size_t *ret_users) MUST_CHECK;
/* Opens all of them again, and forgets the gids below. *ret_users: how many users had one. */
int store_drop_primaries(struct store *store, size_t *ret_users) MUST_CHECK;

/* The gids of groups that are or were users' primary group, by the pool's name. As above. */
int store_each_gid(struct store *store, int (*visit)(void *arg, const char *group, uint32_t gid),
                   void *arg) MUST_CHECK;
int store_add_gid(struct store *store, const char *group, uint32_t gid) MUST_CHECK;

/* ---- secrets, in store_secrets.c. ERR_ABSENT: no such row; ERR_SYSTEM: the disk ---- */

#define STORE_SALT_BYTES   32
#define STORE_SEALED_BYTES 512 /* at most */
#define STORE_HASH_SIZE    128 /* with its NUL */

/* Random bytes of this file's own, kept from the first call on: random fills them then. */
int store_salt(struct store *store, int (*random)(uint8_t *bytes, size_t n),
               uint8_t ret_salt[STORE_SALT_BYTES]) MUST_CHECK;

struct store_device {
    size_t sealed_bytes;
    uint8_t sealed[STORE_SEALED_BYTES];
    int64_t written_s; /* wall clock */
};
/* Replaces what was there. */
int store_put_device(struct store *store, const char *sub,
                     const struct store_device *device) MUST_CHECK;
int store_find_device(struct store *store, const char *sub,
                      struct store_device *ret_device) MUST_CHECK;
/* sub NULL: all of them. What was deleted or replaced is overwritten in the file. */
int store_drop_device(struct store *store, const char *sub) MUST_CHECK;

struct store_verifier {
    char hash[STORE_HASH_SIZE]; /* of crypt(3) */
    int64_t written_s;          /* wall clock */
    uint32_t failures;          /* wrong passwords since */
};
int store_put_verifier(struct store *store, const char *sub,
                       const struct store_verifier *verifier) MUST_CHECK;
int store_find_verifier(struct store *store, const char *sub,
                        struct store_verifier *ret_verifier) MUST_CHECK;
int store_set_failures(struct store *store, const char *sub, uint32_t failures) MUST_CHECK;
int store_drop_verifier(struct store *store, const char *sub) MUST_CHECK;

/* Every sub that has a secret here, once. Stops when visit returns not 0, and returns that; visit
 * must not change the store. */
int store_each_owner(struct store *store, int (*visit)(void *arg, const char *sub),
                     void *arg) MUST_CHECK;

#endif
