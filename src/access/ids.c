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

struct search {
    uint32_t uid, gid; /* of the user */
    uint32_t taken;    /* which of them was found */
    bool is_found;
};

static bool take(struct search *s, bool is_found, uint32_t id)
{
    s->is_found = is_found;
    s->taken = id;
    return !is_found;
}

static bool is_id(const char *field, uint32_t id)
{
    uint32_t its;
    return id_parse(field, &its) && its == id;
}

/* A primary gid is in use also when /etc/group has no such group. */
static bool visit_passwd(void *arg, const struct file_row *row)
{
    struct search *s = arg;
    return take(s, is_id(row->third, s->uid), s->uid) &&
           take(s, is_id(row->fourth, s->gid), s->gid);
}

static bool visit_group(void *arg, const struct file_row *row)
{
    struct search *s = arg;
    return take(s, is_id(row->third, s->gid), s->gid);
}

/* name:first:count; a row that cannot be understood is nobody's. */
static bool is_within(const struct file_row *row, uint32_t id)
{
    uint32_t first, count;
    return id_parse(row->second, &first) && id_parse(row->third, &count) && id >= first &&
           id - first < count;
}

static bool visit_subuid(void *arg, const struct file_row *row)
{
    struct search *s = arg;
    return take(s, is_within(row, s->uid), s->uid);
}

static bool visit_subgid(void *arg, const struct file_row *row)
{
    struct search *s = arg;
    return take(s, is_within(row, s->gid), s->gid);
}

static int check_local(const struct access *a)
{
    static const struct {
        const char *path;
        bool (*visit)(void *arg, const struct file_row *row);
        bool may_be_absent; /* hosts without user namespaces have no such file */
    } files[] = {
        { path_passwd, visit_passwd, false },
        { path_group, visit_group, false },
        { path_subuid, visit_subuid, true },
        { path_subgid, visit_subgid, true },
    };
    struct search s = { .uid = a->record.uid, .gid = a->record.gid };
    for (size_t i = 0; i < COUNT(files); i++) {
        int err = file_each_row(files[i].path, files[i].visit, &s);
        if (err != 0 && !(err == ERR_ABSENT && files[i].may_be_absent))
            return access_file_failed(a, files[i].path, err);
        if (s.is_found) {
            access_say(a, LOG_ERR, "user=%s id=%u is in %s", a->user, s.taken, files[i].path);
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
