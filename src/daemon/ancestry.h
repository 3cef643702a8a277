/* SPDX-License-Identifier: Apache-2.0
 *
 * Which process is whose child and of whose login, and whether it is still the same one: a number
 * alone says neither, because numbers are used again. From /proc/PID, which everybody may read
 * unless /proc is mounted with hidepid (or the unit has ProtectProc=); then the number is all there
 * is.
 */
#ifndef DAEMON_ANCESTRY_H
#define DAEMON_ANCESTRY_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct ancestry_process {
    pid_t pid;      /* 0: none */
    uint64_t began; /* clock ticks since boot; 0: not known */
};

/* The process itself, and in *ret_parent its parent, {0} when that cannot be read. */
struct ancestry_process ancestry_find(pid_t pid, struct ancestry_process *ret_parent);

bool ancestry_is_same(const struct ancestry_process *a, const struct ancestry_process *b);

/* The uid under which somebody logged in before this process came about (credentials(7),
 * pam_loginuid(8)), whoever it runs as now. ID_NONE: nobody did, or it cannot be read. A process
 * without one may choose one. */
uint32_t ancestry_login_uid(pid_t pid);

/* False when it has ended, or its number is another's by now. */
bool ancestry_is_alive(const struct ancestry_process *p);

#endif
