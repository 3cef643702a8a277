/* SPDX-License-Identifier: Apache-2.0
 *
 * Publishing snapshots: what the daemon's compile step hands over, and the one way it becomes
 * files (R-SNAP-01). House code: it allocates and blocks on the disk. One writer per directory
 * and process, one thread. What belongs into an image is decided by src/identity and the daemon;
 * how the bytes lie, by snap/format.h.
 */
#ifndef SNAP_WRITE_H
#define SNAP_WRITE_H

#include "base/err.h"
#include "base/id.h"
#include "snap/read.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Everything is borrowed for the duration of snap_publish(). No e-mail address, phone number, sub
 * or secret has a place here: every process on the host can read the file (R-SNAP-04). */
struct snap_image_user {
    const char *name;  /* by name_is_valid() */
    const char *gecos; /* gecos, home, shell: text_is_plain(), no ':' (R-ID-12) */
    const char *home;  /* absolute */
    const char *shell; /* absolute */
    uint32_t uid, gid;
    enum snap_status status;
    bool enabled;
    /* gid == uid is a group of the user's name, not to be listed among the groups. Not for names
     * that belong to other groups: policies go by group names (R-ID-08). */
    bool private_group;
    const char *const *pool_groups; /* raw names of all the user's pool groups, for policies */
    size_t pool_group_count;
    const uint32_t *gids; /* of the visible pool groups, the primary one not needed */
    size_t gid_count;
    const uint32_t *local_gids; /* from [local_groups] */
    size_t local_gid_count;
    const char *const *keys; /* SSH public key lines */
    size_t key_count;
};

struct snap_image_group {
    const char *name; /* by name_is_valid() */
    uint32_t gid;
    const char *const *members; /* login names; none when group_members = no */
    size_t member_count;
};

struct snap_image {
    uint64_t pool_hash;  /* of the pool's id; 0: not known */
    int64_t confirmed_s; /* wall time of the last agreement with the pool, for stale_limit */
    uint32_t lookup_ms;  /* lookup_wait; bounds how long NSS waits for a daemon that is asking */
    bool is_listed;      /* enumerate */
    bool is_whole;       /* the directory was read as a whole: who is absent is no user */
    bool has_members;    /* group_members: the groups below list theirs */
    struct id_range attribute_ids, hash_ids;
    const struct snap_image_user *users;
    size_t user_count;
    const struct snap_image_group *groups;
    size_t group_count;
};

struct snap_published {
    uint64_t generation;
    bool base_written;      /* the whole directory, not only an overlay */
    uint32_t users, groups; /* visible now */
    uint32_t users_refused; /* records that break a rule above: left out, one costs only itself */
    uint32_t groups_refused;
    uint32_t changed; /* records in the overlay, tombstones included */
};

struct snap_writer; /* one directory, and the base last published there */

/* Takes over what is published in dir (absolute; must exist; path_snap_dir outside of tests), if
 * it passes snap_verify(); removes files left by an earlier crash. The string dir is copied.
 * ERR_NOMEM, or the directory's error; a bad snapshot there is none. */
int snap_writer_open(const char *dir, struct snap_writer **ret_writer) MUST_CHECK;
void snap_writer_close(struct snap_writer **writer);

/* What is published, valid until the next snap_publish(); NULL: nothing that counts. */
const struct snap_view *snap_writer_view(const struct snap_writer *writer);

/* Is what was published still what readers find? When it is not, somebody has removed or spoilt a
 * file: nothing is published then, and the next snap_publish() writes everything. */
bool snap_writer_keeps(struct snap_writer *writer) MUST_CHECK;

/* Makes image what every process of this host sees from its next look-up on. Decides itself
 * between an overlay on the last base and a new base. After a failure the old snapshot is still
 * the published one. ERR_NOMEM, ERR_LIMIT (too large), ERR_FORMAT (id ranges), ERR_SYSTEM. */
int snap_publish(struct snap_writer *writer, const struct snap_image *image,
                 struct snap_published *ret_published) MUST_CHECK;

/* Who exists no longer. */
struct snap_gone {
    const char *name;
    uint32_t uid;
};

/* The same for some users of the directory that is published: image has those who are new or may
 * have changed, gone those who may still be published and must not be; the groups' members follow
 * from the users' gids. Nothing else of the directory is looked at, so that one change costs the
 * same in a large directory as in a small one. ERR_LIMIT: it takes a snap_publish() (nothing is
 * published, the overlay would be large, a record breaks a rule, a name or uid changes hands, a gid
 * is no group's); the rest as snap_publish(). */
int snap_amend(struct snap_writer *writer, const struct snap_image *image,
               const struct snap_gone *gone, size_t gone_count,
               struct snap_published *ret_published) MUST_CHECK;

/* The whole-file check of what is published in dir: trust, headers, pairing, checksums, every
 * record reachable by its name and its id. ERR_ABSENT, ERR_REFUSED, ERR_FORMAT; ret_facts may be
 * NULL. */
int snap_verify(const char *dir, struct snap_facts *ret_facts) MUST_CHECK;

#endif
