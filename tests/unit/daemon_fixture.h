/* SPDX-License-Identifier: Apache-2.0
 *
 * A daemon in pieces: every part but the sockets, over a scratch root (PATH_ROOT) and a scripted
 * pool that answers each operation with what the test has set. Time is that of the tokens in
 * tests/vectors/jwt.
 */
#ifndef UNIT_DAEMON_FIXTURE_H
#define UNIT_DAEMON_FIXTURE_H

#include "daemon/daemon.h"
#include "person.h"

#include <event2/event.h>

#define FIXTURE_NOW    1767225600 /* the test clock of the tokens */
#define FIXTURE_SUB    "5f0a1c3e-9b2d-4e57-8a11-0c2d3e4f5a6b"
#define FIXTURE_PASSWD "root:x:0:0::/root:/bin/sh\n"

extern struct daemon fixture;

/* policy: configuration behind [pool], which names the vectors' pool and client. */
void fixture_open(const char *policy);
void fixture_close(void);
/* The wall clock, FIXTURE_NOW when a test begins. */
void fixture_clock(int64_t now_s);

/* What the pool answers to an operation from now on; body must stay. Status 0: it never does.
 * Operations without a script fail the test. */
void fixture_reply(const char *operation, int status, const char *body);
/* From now on its replies are too large when the request's Limit is above most. After
 * fixture_reply(). */
void fixture_fits(const char *operation, int most);
/* How often it was asked since fixture_open(), and the last request's body; "" before. */
unsigned fixture_asked(const char *operation);
const char *fixture_request(const char *operation);

/* Puts a user with groups (NULL behind the last) into the image and publishes. */
struct image_user *fixture_user(const struct person *p, const char *const *groups);
void fixture_passwd(const char *text);
void fixture_machine_id(const char *text);

/* A token of the vectors, by its name. */
const char *fixture_token(const char *name);

/* Runs the loop until *done is not 0; fails the test after 5 s. */
void fixture_run(const unsigned *done);

#endif
