/* SPDX-License-Identifier: Apache-2.0
 *
 * Who may keep secrets in state.db, judged by what the directory says: nothing stays of users who
 * are disabled or gone (R-PAM-10).
 */
#ifndef DAEMON_SECRETS_H
#define DAEMON_SECRETS_H

#include "daemon/daemon.h"

/* After the image has changed. is_complete: it comes from a whole sweep, so who is not in it is
 * gone. */
void secrets_review(struct daemon *d, bool is_complete);

#endif
