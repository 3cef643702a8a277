/* SPDX-License-Identifier: Apache-2.0
 *
 * The ids of a record, against the configuration and against what this host has (R-ID-05).
 */
#include "access/say.h"
#include "base/file.h"
#include "base/paths.h"

#include <syslog.h>

static bool is_pool_id(const struct config *config, uint32_t id)
{
    return id_is_allowed(id, config->hash_id_range) ||
           id_is_allowed(id, config->attribute_id_range);
}

struct subordinate {
    uint32_t id;
    bool found;
};

/* name:first:count; a row that cannot be understood is nobody's. */
static bool visit_subordinate(void *arg, const struct file_row *row)
{
    struct subordinate *s = arg;
    uint32_t first, count;
    if (id_parse(row->second, &first) && id_parse(row->third, &count))
        s->found = s->id >= first && s->id - first < count;
    return !s->found;
}

static int has_subordinate(const char *path, uint32_t id, bool *ret_found)
{
    struct subordinate s = { .id = id };
    int err = file_each_row(path, visit_subordinate, &s);
    if (err == 0 || err == ERR_ABSENT) /* hosts without user namespaces have no such file */
        *ret_found = s.found;
    return err == ERR_ABSENT ? 0 : err;
}

static int check_local(const struct access *a)
{
    const struct {
        const char *path;
        int (*has)(const char *path, uint32_t id, bool *ret_found);
        uint32_t id;
    } rows[] = {
        { path_passwd, file_has_id, a->record.uid },
        { path_group, file_has_id, a->record.gid },
        { path_subuid, has_subordinate, a->record.uid },
        { path_subgid, has_subordinate, a->record.gid },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        bool found = false;
        int err = rows[i].has(rows[i].path, rows[i].id, &found);
        if (err != 0)
            return access_file_failed(a, rows[i].path, err);
        if (found) {
            access_say(a, LOG_ERR, "user=%s id=%u is in %s", a->user, rows[i].id, rows[i].path);
            return ERR_DENIED;
        }
    }
    return 0;
}

int access_check_ids(const struct access *a)
{
    if (is_pool_id(a->config, a->record.uid) && is_pool_id(a->config, a->record.gid))
        return check_local(a);
    access_say(a, LOG_ERR, "user=%s uid=%u gid=%u outside the configured ranges", a->user,
               a->record.uid, a->record.gid);
    return ERR_DENIED;
}
