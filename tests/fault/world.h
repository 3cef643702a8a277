/* SPDX-License-Identifier: Apache-2.0
 *
 * What the fault driver breaks: a daemon's directory without its network, and the judge of what is
 * left on the disk. The directory of revision R has FAULT_USERS users whose gecos is "revision R",
 * R more of whom each revision adds one, "new R", a new binding with every publish; and
 * FAULT_OTHERS who change when a new base is wanted, as too many for an overlay.
 */
#ifndef TESTS_FAULT_WORLD_H
#define TESTS_FAULT_WORLD_H

#include <stdbool.h>
#include <stddef.h>

#define FAULT_USERS  40
#define FAULT_OTHERS 260

/* Empty directories below PATH_ROOT, with the host's account files. Whatever here cannot be done
 * ends the process with status 90. */
void world_make(void);

/* The published state beside the real one, and back: a reset for the next run. */
void world_remember(void);
void world_restore(void);

/* In a process that may be killed. open: takes over what is there, exits on failure. publish:
 * bindings, snapshot, boot copy; what publish() said. */
void world_open(void);
int world_publish(unsigned revision, bool with_base);
void world_close(void);

/* The revision on the disk, judged whole: snapshot and copy pass snap_verify(), the image of the
 * copy can be read with the bindings, everybody has the uid of his binding, nobody's binding is
 * lost or another one. 0: wrong, and said on stderr. */
unsigned world_judge(void);

#endif
