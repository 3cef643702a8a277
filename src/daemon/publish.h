/* SPDX-License-Identifier: Apache-2.0
 *
 * The one way from image to what every process sees: settle, compile, snap_publish. Synchronous,
 * so that whoever waits for an answer finds it in the snapshot.
 */
#ifndef DAEMON_PUBLISH_H
#define DAEMON_PUBLISH_H

#include "daemon/daemon.h"

/* Reads the host's account files anew. After a failure, which is logged, the old snapshot stays.
 * ERR_UNAVAIL: the image is a part of the directory, a whole one is published (boot.h). */
int publish(struct daemon *d) MUST_CHECK;

#endif
