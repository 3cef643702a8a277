/* SPDX-License-Identifier: Apache-2.0
 *
 * Remembered devices (reference section 10): after one login with a code this host proves itself in
 * the code's place, for a while. What it proves itself with lies in state.db, sealed under a key
 * made of /etc/machine-id and a salt of the file, so that a copy of the file alone is no device
 * anywhere else. The proof itself is the challenge machine's.
 */
#ifndef DAEMON_DEVICE_H
#define DAEMON_DEVICE_H

#include "cognito/auth.h"
#include "daemon/daemon.h"

struct devices; /* the daemon's part: the key, and confirmations under way */

/* Where remember_device is off, every device is deleted and nothing else is done: *ret_devices is
 * NULL. The same without a machine id, which is logged. */
int device_open(struct daemon *d, struct devices **ret_devices) MUST_CHECK;
void device_close(struct devices **dp);

struct device_secret {
    char key[128], group_key[128], password[64];
};
/* This host's device of the user. False: there is none, or none any more. The caller wipes it. */
bool device_find(struct daemon *d, const char *sub, struct device_secret *ret_secret);
struct auth_device device_options(const struct device_secret *secret);

/* After a login with a code, by its tokens: confirms the device that the pool offered, unless the
 * user has one here; later, and whatever becomes of the connection. A failure is logged, no more.
 */
void device_remember(struct daemon *d, const char *sub, const struct auth_tokens *tokens);

/* After a reply: the pool has forgotten the device, or does not take its proof. */
void device_replied(struct daemon *d, const char *sub, const struct auth *auth,
                    const struct auth_step *step);

/* why is for the log. */
void device_drop(struct daemon *d, const char *sub, const char *why);

#endif
