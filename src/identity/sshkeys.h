/* SPDX-License-Identifier: Apache-2.0
 *
 * SSH public keys out of a directory attribute, as lines for an authorized_keys file: one key a
 * line or behind a semicolon, each [options] type base64 [comment] (sshd(8), "AUTHORIZED_KEYS FILE
 * FORMAT"). A key counts when its blob is whole and says what the line says (RFC 4253 section 6.6,
 * RFC 5656, RFC 8709, OpenSSH's PROTOCOL.u2f); options only when they are known and do not give
 * more than no option does. Comments are dropped: they hold addresses, and everybody can read the
 * snapshot (R-SNAP-04). A line that is not understood is left out, never repaired.
 */
#ifndef IDENTITY_SSHKEYS_H
#define IDENTITY_SSHKEYS_H

#include "base/err.h"

#include <stddef.h>

/* All zeros is none. */
struct sshkeys {
    char **line;
    size_t count;
    size_t refused;
    const char *why; /* the first one was refused, static; NULL: none was */
};

/* Replaces what was there. text NULL: none. ERR_NOMEM: *keys is empty then. */
int sshkeys_parse(struct sshkeys *keys, const char *text) MUST_CHECK;
int sshkeys_copy(struct sshkeys *dst, const struct sshkeys *src) MUST_CHECK;
void sshkeys_free(struct sshkeys *keys);

#endif
