/* SPDX-License-Identifier: Apache-2.0
 *
 * The one way from image to what every process sees: settle, compile, snap_publish. Synchronous,
 * so that whoever waits for an answer finds it in the snapshot.
 */
#ifndef DAEMON_PUBLISH_H
#define DAEMON_PUBLISH_H

#include "daemon/daemon.h"
#include "snap/write.h"

/* Reads the host's account files anew. After a failure, which is logged, the old snapshot stays.
 * ERR_UNAVAIL: the image is a part of the directory, a whole one is published (boot.h). */
int publish(struct daemon *d) MUST_CHECK;

/* Publishes everything again when somebody has taken the files away: without them nobody is known,
 * nor asked for. To be called now and then. */
void publish_mend(struct daemon *d);

/* The timer by which a publish that failed, or had to leave somebody out because state.db could not
 * be written, is tried again; without it nothing is. ERR_NOMEM. */
int publish_open(struct daemon *d) MUST_CHECK;
void publish_close(struct daemon *d);

/* The last part of it alone: an image that is settled, as whole or what of it has changed, for the
 * host as it was read. */
struct publication {
    struct image *image;
    const struct host *host;
    struct snap_writer *writer;
    struct hidden *hidden;
};
int publish_image(const struct publication *p, struct snap_published *ret_published) MUST_CHECK;

#endif
