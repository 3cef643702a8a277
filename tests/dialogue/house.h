/* SPDX-License-Identifier: Apache-2.0
 *
 * The daemon of a dialogue: the whole of it (unit/daemon_fixture.h) on a real socket, over the
 * scripted pool, with the program (guest.h) as a child. All below the working directory.
 */
#ifndef DIALOGUE_HOUSE_H
#define DIALOGUE_HOUSE_H

#include "dialogue/story.h"

/* Plays a dialogue to its end. Returns when it went as written, else ends the process with 1 and a
 * word on standard output. Standard error becomes the file `log`. */
void house_play(const struct play *play);

#endif
