/* SPDX-License-Identifier: Apache-2.0
 *
 * What every call does first and last: hold the snapshot, give it back, translate an enum err to
 * glibc's code, leave errno as it was.
 */
#ifndef NSS_SESSION_H
#define NSS_SESSION_H

#include "snap/read.h"

#include <errno.h>
#include <nss.h>

struct session {
    struct snap_pin pin;
    int saved_errno;
    int err; /* of session_enter(); nothing is held unless it is 0 */
};

/* The code alone: what is absent from a whole snapshot is unknown, else nothing is. */
enum nss_status session_status(int err, bool is_whole, int *errnop);

/* Holds the newest snapshot. Returns s->err. */
static inline MUST_CHECK int session_enter(struct session *s)
{
    s->saved_errno = errno;
    return s->err = snap_pin(&s->pin);
}

/* The snapshot as it is now, which may be the same: after the daemon said that it has changed. */
int session_renew(struct session *s) MUST_CHECK;

/* Gives the snapshot back. err is the outcome of the call; returns its code, sets *errnop. */
static inline enum nss_status session_leave(struct session *s, int err, int *errnop)
{
    bool is_whole = s->err == 0 && s->pin.view->facts.is_whole;
    if (s->err == 0)
        snap_unpin(&s->pin);
    errno = s->saved_errno; /* errnop usually is &errno: first this, then that */
    return err == 0 ? NSS_STATUS_SUCCESS : session_status(err, is_whole, errnop);
}

#endif
