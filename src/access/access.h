/* SPDX-License-Identifier: Apache-2.0
 *
 * What a host decides alone, whatever the daemon says (R-PAM-18): whether a name is ours, that its
 * ids are a pool user's, that the account may log in. Snapshot, configuration and local account
 * files only; the daemon is asked about an unknown name at most. For the PAM module and for the
 * program that gives sshd a user's keys: guest code. What somebody types belongs to neither.
 */
#ifndef ACCESS_ACCESS_H
#define ACCESS_ACCESS_H

#include "base/name.h"
#include "config/config.h"
#include "snap/read.h"

/* One decision about one user. */
struct access {
    const char *service;   /* PAM service whose rules count; borrowed */
    char user[NAME_SIZE];  /* once access_name() accepted it, else "" */
    struct config *config; /* NULL until access_load() */
    bool is_pinned;        /* pin and record hold */
    struct snap_pin pin;
    struct snap_user record; /* borrows from the pin */
    /* Says what the administrator should know: priority as syslog's, one line without secrets. */
    void (*say)(void *arg, int priority, const char *text);
    void *say_arg;
};

/* All fields but service, say and say_arg to nothing. */
void access_open(struct access *a, const char *service,
                 void (*say)(void *arg, int priority, const char *text), void *say_arg);
/* Gives everything back, the process's mapping too: the object may be unloaded after this. */
void access_close(struct access *a);
/* Gives the snapshot back before something that takes long. */
void access_unpin(struct access *a);

/* 0: a->user is set; ERR_NOT_OURS: no login name, root, or a local account; ERR_SYSTEM, ERR_NOMEM:
 * /etc/passwd cannot be read. */
int access_name(struct access *a, const char *user) MUST_CHECK;

/* 0: ours, a->record is the snapshot's record. ERR_ABSENT: not in a complete snapshot. A name that
 * is absent there is, with may_ask, put to the daemon once; when the daemon cannot say, the
 * snapshot's word stands, as it does for NSS. ERR_UNAVAIL: no usable snapshot and no answer. */
int access_find(struct access *a, bool may_ask) MUST_CHECK;

/* Reads the configuration into a->config, once. ERR_CONFIG (said with file, line and key),
 * ERR_NOMEM. */
int access_load(struct access *a) MUST_CHECK;

/* The rest is for a found record and a loaded configuration. */

/* ERR_DENIED: an id is outside the configured ranges, reserved, or in a local account file
 * (R-ID-05), said. ERR_SYSTEM: a file cannot be read. */
int access_check_ids(const struct access *a) MUST_CHECK;
/* ERR_DENIED unless one of the record's pool groups is allowed for this service (R-PAM-17). */
int access_check_groups(const struct access *a) MUST_CHECK;
/* May this account log in here at all? The two above, ERR_EXPIRED: disabled, ERR_DENIED: its status
 * says no, ERR_STALE: the directory is older than stale_limit. */
int access_check(const struct access *a) MUST_CHECK;

#endif
