/* SPDX-License-Identifier: Apache-2.0
 *
 * What this host already has: local account and group names, every id in use or handed out to
 * containers, the shells that may be used. Read by plain parsing (base/file.h), never through NSS.
 */
#ifndef IDENTITY_HOST_H
#define IDENTITY_HOST_H

#include "base/err.h"
#include "base/id.h"
#include "identity/index.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct host_name {
    char *name;
    uint32_t id;  /* ID_NONE when the file has no number there */
    uint32_t gid; /* a user's primary one, which no group need have; ID_NONE as above */
};

struct host_names {
    struct host_name *item;
    size_t count, space;
    struct index names;
};

struct host {
    struct host_names users, groups;
    uint32_t *ids; /* of both, primary gids too, sorted */
    size_t id_count;
    struct id_range *ranges; /* subuid and subgid */
    size_t range_count;
    char **shells;
    size_t shell_count;
    uint32_t own_uid; /* the daemon's */
};

struct host_paths {
    const char *passwd, *group, *subuid, *subgid, *shells;
};

/* passwd and group must be readable; the others may be missing. ERR_NOMEM, ERR_ABSENT,
 * ERR_SYSTEM. */
int host_read(const struct host_paths *paths, uint32_t own_uid, struct host *ret_host) MUST_CHECK;
void host_free(struct host *host);
bool host_is_same(const struct host *a, const struct host *b);

bool host_has_user(const struct host *host, const char *name);
/* ID_NONE when there is no such local group. */
uint32_t host_group_gid(const struct host *host, const char *name);
bool host_has_group(const struct host *host, const char *name);
/* As a uid or gid, also a primary one that no group has, in a subordinate range, or the daemon's
 * own (R-ID-05). */
bool host_uses_id(const struct host *host, uint32_t id);
bool host_has_shell(const struct host *host, const char *shell);

#endif
