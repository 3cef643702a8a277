/* SPDX-License-Identifier: Apache-2.0
 *
 * The inside of offline logins, shared by offline.c and offline_notes.c.
 */
#ifndef DAEMON_OFFLINE_NOTES_H
#define DAEMON_OFFLINE_NOTES_H

#include "daemon/hasher.h"
#include "daemon/offline.h"
#include "store/store.h"

struct offline_note;

struct offline {
    struct hasher *hasher;
    struct offline_note *notes; /* hashes for later, under way */
};

/* Deletes a user's verifier; why is for the log. */
void offline_drop(struct daemon *d, const char *sub, const char *why);

#endif
