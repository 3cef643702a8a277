/* SPDX-License-Identifier: Apache-2.0 */
#include "policy.h"

#include "base/file.h"
#include "base/paths.h"
#include "client/client.h"

#include <security/pam_ext.h>
#include <string.h>
#include <syslog.h>

/* The same patience as NSS: a frozen daemon, and one that says it is asking the pool. */
#define LOOKUP_FIRST_MS   200
#define LOOKUP_DEFAULT_MS 2000
#define LOOKUP_MOST_MS    10000

static int take_name(struct call *c)
{
    const void *user = NULL;
    if (pam_get_item(c->handle, PAM_USER, &user) != PAM_SUCCESS || user == NULL)
        return ERR_USER_UNKNOWN;
    if (!name_is_valid(user))
        return ERR_NOT_OURS;
    memcpy(c->user, user, strlen(user) + 1);
    return 0;
}

static int file_failed(const struct call *c, const char *path, int err)
{
    pam_syslog(c->handle, LOG_ERR, "%s cannot be read: %s", path, err_text(err));
    return err == ERR_NOMEM ? ERR_NOMEM : ERR_SYSTEM;
}

static int pass_local_by(const struct call *c)
{
    bool is_local = false;
    if (strcmp(c->user, "root") == 0)
        return ERR_NOT_OURS;
    int err = file_has_name(path_passwd, c->user, &is_local);
    if (err != 0)
        return file_failed(c, path_passwd, err);
    return is_local ? ERR_NOT_OURS : 0;
}

/* 0, ERR_ABSENT: the snapshot has no such user, ERR_UNAVAIL: no usable snapshot. */
static int read_record(struct call *c)
{
    call_unpin(c);
    int err = snap_pin(&c->pin);
    c->is_pinned = err == 0;
    if (err == 0)
        return snap_find_user(c->pin.view, c->user, &c->record);
    if (err == ERR_ABSENT)
        return ERR_UNAVAIL;
    pam_syslog(c->handle, LOG_ERR, "the snapshot in %s cannot be used: %s", path_snap_dir,
               err_text(err));
    return err == ERR_FORMAT || err == ERR_REFUSED ? ERR_UNAVAIL : err;
}

static uint32_t lookup_ms(const struct call *c)
{
    uint32_t ms = c->is_pinned ? c->pin.view->facts.lookup_ms : LOOKUP_DEFAULT_MS;
    if (ms < LOOKUP_FIRST_MS)
        return LOOKUP_FIRST_MS;
    return ms < LOOKUP_MOST_MS ? ms : LOOKUP_MOST_MS;
}

static int ask_daemon(struct call *c, int err_so_far)
{
    uint32_t most_ms = lookup_ms(c);
    call_unpin(c);
    int err = client_lookup(path_nss_socket, c->user, LOOKUP_FIRST_MS, most_ms);
    if (err == 0) {
        err = read_record(c);
        return err == ERR_ABSENT ? ERR_UNAVAIL : err; /* the daemon said that it is there */
    }
    return err == ERR_ABSENT ? ERR_ABSENT : err_so_far;
}

int policy_find(struct call *c, bool may_ask)
{
    int err = take_name(c);
    if (err == 0)
        err = pass_local_by(c);
    if (err == 0 && c->args_are_bad)
        err = ERR_CONFIG;
    if (err == 0) {
        err = read_record(c);
        if (may_ask && (err == ERR_ABSENT || err == ERR_UNAVAIL))
            err = ask_daemon(c, err);
    }
    return err == ERR_ABSENT ? ERR_NOT_OURS : err;
}

int policy_load(struct call *c)
{
    char why[CONFIG_WHY_MAX] = "";
    if (c->config != NULL)
        return 0;
    int err = config_load(path_config, path_config_dir, &c->config, why);
    if (err == 0)
        return 0;
    pam_syslog(c->handle, LOG_ERR, "%s", why[0] != '\0' ? why : err_text(err));
    return err == ERR_NOMEM ? ERR_NOMEM : ERR_CONFIG;
}

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

static int check_local(const struct call *c)
{
    const struct {
        const char *path;
        int (*has)(const char *path, uint32_t id, bool *ret_found);
        uint32_t id;
    } rows[] = {
        { path_passwd, file_has_id, c->record.uid },
        { path_group, file_has_id, c->record.gid },
        { path_subuid, has_subordinate, c->record.uid },
        { path_subgid, has_subordinate, c->record.gid },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        bool found = false;
        int err = rows[i].has(rows[i].path, rows[i].id, &found);
        if (err != 0)
            return file_failed(c, rows[i].path, err);
        if (found) {
            pam_syslog(c->handle, LOG_ERR, "user=%s id=%u is in %s", c->user, rows[i].id,
                       rows[i].path);
            return ERR_DENIED;
        }
    }
    return 0;
}

int policy_check_ids(const struct call *c)
{
    if (is_pool_id(c->config, c->record.uid) && is_pool_id(c->config, c->record.gid))
        return check_local(c);
    pam_syslog(c->handle, LOG_ERR, "user=%s uid=%u gid=%u outside the configured ranges", c->user,
               c->record.uid, c->record.gid);
    return ERR_DENIED;
}

int policy_check_groups(const struct call *c)
{
    const struct config_list *allowed = config_allow_groups(c->config, c->service);
    for (uint32_t i = 0; i < c->record.pool_group_count; i++) {
        const char *group = snap_pool_group(&c->record, i);
        if (group != NULL && config_lets_in(allowed, group))
            return 0;
    }
    return config_list_has(allowed, "*") ? 0 : ERR_DENIED;
}
