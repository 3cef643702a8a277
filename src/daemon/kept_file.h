/* SPDX-License-Identifier: Apache-2.0
 *
 * The file of the kept image: whole or refused, replaced at once. What stands in it is kept.h's.
 */
#ifndef DAEMON_KEPT_FILE_H
#define DAEMON_KEPT_FILE_H

#include "base/err.h"
#include "net/buf.h"

#include <stddef.h>

/* One field: its length in decimal, a colon and its bytes. */
void kept_file_put(struct buf *text, const char *bytes, size_t n);

/* Appends the digest, writes, and waits for the disk: a crash leaves the old file or the new one.
 * For any thread, but one at a time. ERR_NOMEM, ERR_SYSTEM, ERR_REFUSED. */
int kept_file_write(struct buf *text) MUST_CHECK;

/* All fields but the digest, which was right. *ret_text: free() it. ERR_ABSENT, ERR_FORMAT,
 * ERR_REFUSED, ERR_NOMEM. */
int kept_file_read(char **ret_text, size_t *ret_n) MUST_CHECK;

/* ERR_SYSTEM; none there is no error. */
int kept_file_remove(void) MUST_CHECK;

#endif
