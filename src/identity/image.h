/* SPDX-License-Identifier: Apache-2.0
 *
 * The image: the canonical directory as this fleet's rules see the pool. Users by `sub` with login
 * name and ids and where they came from, groups by their raw pool names, who is in what. It knows
 * the configuration's rules but nothing of one host (local accounts, /etc/shells): that is applied
 * when the daemon compiles it into a snapshot. How pool users become entries is in resolve.c, who
 * must stand back in a collision in settle.c.
 */
#ifndef IDENTITY_IMAGE_H
#define IDENTITY_IMAGE_H

#include "base/err.h"
#include "base/id.h"
#include "base/name.h"
#include "config/config.h"
#include "identity/bindings.h"
#include "identity/sshkeys.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum image_status {
    IMAGE_CONFIRMED,
    IMAGE_NEW_PASSWORD, /* FORCE_CHANGE_PASSWORD */
    IMAGE_RESET_REQUIRED,
    IMAGE_UNCONFIRMED,
    IMAGE_EXTERNAL,
    IMAGE_OTHER
};

enum image_origin { IMAGE_ID_HASH, IMAGE_ID_ATTRIBUTE, IMAGE_ID_PINNED };

struct image_group {
    size_t position;      /* in the image's list */
    char *raw;            /* the pool's name: what policies compare */
    char name[NAME_SIZE]; /* the Linux name; "" when it has none */
    uint32_t gid;
    enum image_origin origin;
    const char *quarantine; /* why it is no Linux group, static; NULL: it is one */
    const char *drift;      /* what the pool says now and the binding does not, static (R-ID-04) */
    bool is_gone;           /* not read from the pool: here as somebody's primary group only */
};

struct image_user {
    char *sub, *username; /* username: the raw pool Username, sent in requests (R-ID-16) */
    char *gecos, *home;   /* "" : none */
    char *shell;          /* as the attribute says, not yet held against /etc/shells; "" : none */
    struct sshkeys keys;
    char login[NAME_SIZE];
    uint32_t uid;
    uint32_t binding; /* its number in the bindings, from 1; 0: none is known */
    uint32_t primary; /* PRIMARY_*, as bound (bindings.h) */
    enum image_origin origin;
    enum image_status status;
    bool is_enabled;
    uint64_t serial;        /* the image's when this user last changed */
    int64_t created_s;      /* 0: unknown */
    const char *quarantine; /* why it does not exist here, static; NULL: it does */
    const char *drift;      /* what the pool says now and the binding does not, static (R-ID-04) */
    struct image_group **groups;
    size_t group_count;
};

/* Who claims a name and an id and is not bound. */
struct image_waiting {
    struct image_user *user;
    const char *why; /* static; NULL: no other user's claim is in the way */
};

/* Who has changed since the image was last published: a few by name, or more than that. */
#define IMAGE_CHANGES_MAX 256
struct image_changes {
    struct image_user *users[IMAGE_CHANGES_MAX]; /* each once */
    size_t count;
    bool is_all;     /* groups too, or too many users: users and count say nothing then */
    uint64_t serial; /* the image's when it was published */
};

struct image;

/* Could this user be on this host, for all that is known beside his claims? */
typedef bool image_may_bind(const struct image *image, const struct image_user *user,
                            const void *arg);

struct image {
    const struct config *config; /* borrowed */
    struct bindings *bindings;   /* borrowed: they outlive every sweep */
    struct image_user **users;   /* no order */
    size_t user_count, user_space;
    struct image_group **groups;
    size_t group_count, group_space;
    int64_t confirmed_s; /* wall clock: last complete agreement with the pool; 0: never */
    int64_t asked_s; /* before the first one: when the oldest user in it was asked for; 0: none */
    uint64_t serial; /* grows with every change, also over a sweep */
    struct index subs, group_raws, group_names, group_gids;
    struct image_changes changes;
    struct image_waiting *waiting; /* as of the last image_settle() */
    size_t waiting_count;
    image_may_bind *may_bind; /* set by whoever knows the host; NULL: everybody may */
    const void *may_bind_arg;
};

/* What the pool says of a user, before any rule. attribute() answers NULL for absent. */
struct image_person {
    const char *sub, *username, *status;
    bool is_enabled;
    int64_t created_s;
    const char *(*attribute)(const void *ctx, const char *name);
    const void *ctx;
};

/* config and bindings are borrowed for the image's life. serial: where counting goes on; 0 for the
 * first image, that of the image in use when a sweep begins. ERR_NOMEM. */
int image_new(const struct config *config, struct bindings *bindings, uint64_t serial,
              struct image **ret_image) MUST_CHECK;
void image_free(struct image **ip);

/* Adds or replaces by sub. A user that was there keeps its groups; a bound one has the login name
 * and uid of its binding, whatever the pool says now (R-ID-04). ERR_FORMAT: no sub; ERR_NOMEM.
 * *ret_user may be NULL. Collisions are judged by image_settle(). */
int image_put_user(struct image *image, const struct image_person *person,
                   struct image_user **ret_user) MUST_CHECK;

/* Adds or updates a group by its raw name; description NULL leaves what is known. ERR_NOMEM. */
int image_put_group(struct image *image, const char *raw, const char *description,
                    struct image_group **ret_group) MUST_CHECK;

/* The pool has no such group any more: it keeps its gid when it is somebody's primary one
 * (R-ID-04), else it is none until the pool has it again. */
void image_lose_group(const struct image *image, struct image_group *group);

/* What image_put_* end with: the image takes a finished record over, also when it fails. */
int image_add_user(struct image *image, struct image_user *user) MUST_CHECK;
void image_free_user(struct image_user *user);
int image_add_group(struct image *image, struct image_group *group) MUST_CHECK;
/* After the gid of a group of the image has changed. ERR_NOMEM. */
int image_index_gid(struct image *image, const struct image_group *group) MUST_CHECK;

/* Who is bound has what is bound, whatever his record says: it may be older than the binding, which
 * a look-up made while the sweep ran (R-ID-02). ERR_NOMEM. */
int image_follow_binding(const struct image *image, struct image_user *user) MUST_CHECK;

/* Membership. set: these and no others; join: also this one. ERR_NOMEM. */
int image_set_groups(struct image *image, struct image_user *user,
                     struct image_group *const *groups, size_t count) MUST_CHECK;
int image_join(struct image *image, struct image_user *user, struct image_group *group) MUST_CHECK;

/* Says that this user, or what is more than some users, has just changed; the calls above do it
 * themselves. A new image has changed as a whole. */
void image_touch(struct image *image, struct image_user *user);
void image_touch_all(struct image *image);

/* Says that everybody sees the image as it is now: nothing has changed any more. */
void image_published(struct image *image);

/* Brings over from the image before a sweep what the sweep cannot tell: whatever changed while it
 * ran (a login knows better than a page listed before it), and (keep_missing) the bound users it
 * did not see, who stay known without any group; who has nothing of his own yet claims nothing any
 * more. since: the old image's serial when the sweep began. ERR_NOMEM. */
int image_inherit(struct image *image, const struct image *old, uint64_t since,
                  bool keep_missing) MUST_CHECK;

/* Judges collisions of names and ids among all users and groups and with all bindings (R-ID-02,
 * R-ID-10, R-ID-15): whoever is bound follows his binding, the others get or lose their quarantine,
 * and those who remain are bound. Looks at those who have changed and those who stand back, which
 * is the same: the others are bound, and keep what they have. Call after changes, before compiling.
 * ERR_NOMEM. */
int image_settle(struct image *image) MUST_CHECK;

/* find_login: users that exist, as of the last image_settle(); find_sub: quarantined ones too.
 * NULL when there is none. */
struct image_user *image_find_login(const struct image *image, const char *login);
struct image_user *image_find_sub(const struct image *image, const char *sub);
struct image_group *image_find_group(const struct image *image, const char *raw);
/* Is it the Linux name of a pool group, quarantined ones too? */
bool image_has_group_name(const struct image *image, const char *name);
/* Is it the gid of a pool group that exists, as of the last image_settle()? */
bool image_has_gid(const struct image *image, uint32_t gid);

/* The user's binding; NULL: not bound. */
const struct binding *image_binding(const struct image *image, const struct image_user *user);

/* What [users] primary_group says for those whose primary group is open; PRIMARY_OPEN: there is no
 * such group. As of the last image_settle(). */
uint32_t image_wanted_primary(const struct image *image);

bool image_is_member(const struct image_user *user, const char *raw_group);

/* Does this allow list let the user in (R-PAM-17)? */
bool image_is_let_in(const struct image_user *user, const struct config_list *allowed);

#endif
