/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading the snapshot: the directory's users and groups as this host's policy sees them, from
 * mapped memory, without a system call when nothing changed. For NSS, PAM and cognitoctl. Guest
 * code: no allocation, no lock, no descriptor kept, no thread-local storage; safe in threads and
 * after fork; not in signal handlers. Any bytes as a file give no crash and no hang (R-SNAP-02);
 * every id is judged again on each read (R-ID-05), every user's or group's name too (R-ID-11).
 * Publishing belongs to snap/write.h, the layout to snap/format.h.
 */
#ifndef SNAP_READ_H
#define SNAP_READ_H

#include "base/err.h"
#include "base/id.h"
#include "snap/format.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What Cognito says of the account. Values are in the file: never renumber. */
enum snap_status {
    SNAP_OTHER = 0, /* a status this version does not know */
    SNAP_CONFIRMED = 1,
    SNAP_NEW_PASSWORD = 2, /* FORCE_CHANGE_PASSWORD: the next login sets a password */
    SNAP_RESET_REQUIRED = 3,
    SNAP_UNCONFIRMED = 4,
    SNAP_EXTERNAL = 5 /* EXTERNAL_PROVIDER: federated, has no password here */
};

struct snap_facts {
    uint64_t generation; /* of `current`; never the same for two contents */
    uint64_t pool_hash;
    int64_t created_s;   /* wall time */
    int64_t confirmed_s; /* wall time at which the directory last agreed with the pool */
    uint32_t lookup_ms;  /* how long the daemon may be asking the pool for one name */
    struct id_range attribute_ids, hash_ids;
    bool attribute_ids_are_clear, hash_ids_are_clear; /* id_range_is_clear() of them */
    bool is_listed;                                   /* enumeration shows users and groups */
    bool is_whole; /* no: some were asked for by name, of all others nothing is known */
    uint32_t users, groups;
};

/* One mapped file, judged by its header. */
struct snap_file {
    const uint8_t *bytes;
    uint32_t size;
    struct format_index user_names, user_ids, group_names, group_ids;
    uint32_t users_at, users_end, groups_at, groups_end;
};

/* An overlay and its base. Of the fields, only `facts` is for callers. */
struct snap_view {
    struct snap_facts facts;
    uint64_t seed;
    struct snap_file overlay, base;
};

/* A view held in place: the mapping stays until snap_unpin(). */
struct snap_pin {
    const struct snap_view *view;
    int slot;             /* in the process's table, or -1: `own` belongs to this pin alone */
    struct snap_view own; /* used when the table is full */
};

/* The newest published snapshot of path_snap_dir. ERR_ABSENT: there is none; ERR_REFUSED: it is
 * not to be trusted (R-ID-17); ERR_FORMAT: it is broken or of another version; ERR_SYSTEM,
 * ERR_NOMEM, ERR_LIMIT. A pin must be given back, and before the
 * object that took it can be unloaded. */
int snap_pin(struct snap_pin *ret_pin) MUST_CHECK;
void snap_unpin(struct snap_pin *pin);

/* Gives up the mapping that is kept between calls: for an object that may be unloaded (PAM). Pins
 * that are held stay valid; the next snap_pin() maps again. */
void snap_forget(void);

/* A user. All pointers are borrowed from the view and valid until snap_unpin(). */
struct snap_user {
    const char *name, *gecos, *home, *shell;
    uint32_t uid, gid; /* with private_group, gid == uid is a group too */
    enum snap_status status;
    bool enabled, private_group;
    const uint32_t *gids;       /* of the user's visible pool groups */
    const uint32_t *local_gids; /* of [local_groups]: only for names that are not local (R-ID-19) */
    uint32_t gid_count, local_gid_count;
    uint32_t pool_group_count, key_count; /* see snap_pool_group() and snap_key() */
    /* For NSS: the texts as they lie in the file, "x" behind the name. */
    const char *text;
    uint32_t text_bytes;
    /* Private. */
    const struct snap_file *file;
    uint32_t lists_at;
};

/* ERR_ABSENT: the snapshot is complete and has no such user, or name is not a login name at all.
 * A record that breaks a rule is absent too (R-ID-03). *ret_user is untouched on failure. */
int snap_find_user(const struct snap_view *view, const char *name,
                   struct snap_user *ret_user) MUST_CHECK;
int snap_find_uid(const struct snap_view *view, uint32_t uid,
                  struct snap_user *ret_user) MUST_CHECK;

/* The user's i-th raw pool group name (what policies compare), or SSH public key line. NULL when
 * i is not below the count, or the file is wrong there. Borrowed. */
const char *snap_pool_group(const struct snap_user *user, uint32_t i);
const char *snap_key(const struct snap_user *user, uint32_t i);

struct snap_group {
    const char *name;
    uint32_t gid;
    uint32_t member_count;
    /* For NSS: the texts as they lie in the file, "x" behind the name, then the members, and where
     * in them each member begins (judged by snap_member() or by the one who copies). */
    const char *text;
    uint32_t text_bytes;
    const uint32_t *member_at;
};

/* A visible pool group, else the private group of the user who has this name or id: it is not a
 * record of its own, a user with gid == uid and private_group has one, without members. As
 * snap_find_user(). */
int snap_find_group(const struct snap_view *view, const char *name,
                    struct snap_group *ret_group) MUST_CHECK;
int snap_find_gid(const struct snap_view *view, uint32_t gid,
                  struct snap_group *ret_group) MUST_CHECK;

/* The i-th member's login name, as snap_pool_group(). */
const char *snap_member(const struct snap_group *group, uint32_t i);

/* True when id lies in one of the header's ranges and may be a pool user's or group's. */
static inline bool snap_id_is_allowed(const struct snap_facts *facts, uint32_t id)
{
    if (id_in(facts->hash_ids, id) &&
        (facts->hash_ids_are_clear || id_is_allowed(id, facts->hash_ids)))
        return true;
    return id_in(facts->attribute_ids, id) &&
           (facts->attribute_ids_are_clear || id_is_allowed(id, facts->attribute_ids));
}

/* Everybody in turn. All zeros is the beginning; one for users and one for groups. */
struct snap_walk {
    uint32_t at, part; /* private */
};

/* The next user or group, in no order: ERR_ABSENT behind the last one. Groups are the visible pool
 * groups, then the private ones. What a look-up would not find is passed over. */
int snap_next_user(const struct snap_view *view, struct snap_walk *walk,
                   struct snap_user *ret_user) MUST_CHECK;
int snap_next_group(const struct snap_view *view, struct snap_walk *walk,
                    struct snap_group *ret_group) MUST_CHECK;

/* A view over bytes in memory, 8-aligned, that outlive it: for the whole-file check and the
 * fuzzer. Header, kind and pairing are judged, the checksum is not. base == NULL: `current` is a
 * base itself (kind FORMAT_IS_BASE). ERR_FORMAT. */
int snap_view_over(const void *current, size_t current_bytes, const void *base, size_t base_bytes,
                   struct snap_view *ret_view) MUST_CHECK;

#endif
