/* SPDX-License-Identifier: Apache-2.0
 *
 * The daemon of a script: a process that expects the requests its lines name, in their order, and
 * answers each with what stands behind the arrows.
 *
 *   frozen                                    accepts nothing, says nothing
 *   lookup carol -> found                     or absent, unavail; on nss.sock
 *   auth_start user=alice rhost=192.0.2.7 -> prompt password off "Password: "
 *   auth_step "pw" -> publish alice status=CONFIRMED -> result success "text"
 *   auth_step "pw" -> close                   or garbage, silence
 *   session_open user=alice service=script -> result success
 *   session_close user=alice service=script -> result absent
 *   hung_up                                   the module closed the connection
 *   probed                                    the module connected and closed, without a word
 */
#ifndef CONTRACT_PAM_DAEMON_H
#define CONTRACT_PAM_DAEMON_H

#include "pam_world.h"

#include <sys/types.h>

/* Creates the sockets the lines need (none without lines) and forks. The directory is borrowed:
 * publish changes the child's copy. Returns its pid, 0 when there is no daemon. */
pid_t daemon_start(const char *const *lines, size_t count, struct world_directory *directory);

/* Waits for it: true when every line was played. A frozen one is ended and counts as good. */
bool daemon_end(pid_t pid, bool is_frozen);

/* name, status=..., groups=a,b, disabled, uid=..., gid=...: into the directory. */
struct lex;
void daemon_read_user(struct lex *l, struct world_directory *directory);

#endif
