/* SPDX-License-Identifier: Apache-2.0
 *
 * What the process says to syslog, kept in memory: the program's own syslog() is found before
 * libc's, also by libpam (link with --export-dynamic). Nothing reaches the host's log.
 */
#ifndef CONTRACT_PAM_LOG_H
#define CONTRACT_PAM_LOG_H

/* All messages so far, one a line. */
const char *log_text(void);

#endif
