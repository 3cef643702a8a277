/* SPDX-License-Identifier: Apache-2.0
 *
 * yescrypt away from the event loop: one thread, a short queue, answers that come from the loop.
 * One hash takes some 40 ms and 32 MiB, so that a stolen verifier is dear to guess. What is hashed
 * and what follows from it belongs to daemon/offline.h.
 */
#ifndef DAEMON_HASHER_H
#define DAEMON_HASHER_H

#include "base/secret.h"

#include <stddef.h>

struct event_base;
struct hasher;
struct hasher_job;

#define HASHER_JOBS      8 /* waiting and under way; all of them end well before a refusal is due */
#define HASHER_HASH_SIZE 128

/* ERR_NOMEM, ERR_SYSTEM. */
int hasher_open(struct event_base *loop, struct hasher **ret_hasher) MUST_CHECK;
/* Waits for the hash that is being made; nobody is called any more. */
void hasher_close(struct hasher **hp);

/* err 0: made, or the same; ERR_AUTH: another; ERR_SYSTEM: no hash could be made. hash: what was
 * made or compared, valid during the call. */
typedef void hasher_done(void *arg, int err, const char *hash);

/* Makes a new hash of password for its owner (hash NULL), or compares with one made before. One
 * owner's hash fits no other. owner, password and hash are copied. Called back once, from the loop,
 * unless cancelled. ERR_LIMIT: the queue is full; ERR_NOMEM. */
int hasher_start(struct hasher *hasher, const char *owner, const struct secret *password,
                 const char *hash, hasher_done *done, void *arg,
                 struct hasher_job **ret_job) MUST_CHECK;
void hasher_cancel(struct hasher_job **job);

#endif
