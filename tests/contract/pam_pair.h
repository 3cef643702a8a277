/* SPDX-License-Identifier: Apache-2.0
 *
 * Two handles of one process whose dialogues run at the same time (R-PAM-16): what a program with
 * threads does, such as a display manager. In C, because a script has one handle.
 */
#ifndef CONTRACT_PAM_PAIR_H
#define CONTRACT_PAM_PAIR_H

/* Plays every case; ends the process with a message when one goes wrong. */
void pair_play(void);

#endif
