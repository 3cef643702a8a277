/* SPDX-License-Identifier: Apache-2.0 */
#include "identity/host.h"

#include "base/file.h"
#include "identity/grow.h"

#include <stdlib.h>
#include <string.h>

struct reader {
    struct host *host;
    struct host_names *names;
    int err;
};

static bool add_name(struct reader *r, const struct file_row *row, const char *gid)
{
    struct host_names *names = r->names;
    struct host_name *item = grow_array(names->item, names->count, &names->space, sizeof *item);
    if (item == NULL) {
        r->err = ERR_NOMEM;
        return false;
    }
    names->item = item;
    struct host_name *n = &names->item[names->count];
    if (!id_parse(row->third, &n->id))
        n->id = ID_NONE;
    if (!id_parse(gid, &n->gid))
        n->gid = ID_NONE;
    n->name = strdup(row->name);
    r->err = n->name == NULL
                 ? ERR_NOMEM
                 : index_add(&names->names, index_hash_text(n->name), (uint32_t)names->count);
    names->count += n->name != NULL;
    return r->err == 0;
}

static bool add_user(void *arg, const struct file_row *row)
{
    return add_name(arg, row, row->fourth);
}

static bool add_group(void *arg, const struct file_row *row)
{
    return add_name(arg, row, "");
}

/* name:first:count */
static bool add_range(void *arg, const struct file_row *row)
{
    struct reader *r = arg;
    uint32_t first, count;
    if (!id_parse(row->second, &first) || !id_parse(row->third, &count) || count == 0)
        return true;
    struct id_range *grown = reallocarray(r->host->ranges, r->host->range_count + 1, sizeof *grown);
    if (grown == NULL) {
        r->err = ERR_NOMEM;
        return false;
    }
    r->host->ranges = grown;
    uint32_t last = count - 1 > UINT32_MAX - first ? UINT32_MAX : first + count - 1;
    grown[r->host->range_count++] = (struct id_range){ first, last };
    return true;
}

/* /etc/shells has one path a line, no colons: the first field is the line. */
static bool add_shell(void *arg, const struct file_row *row)
{
    struct reader *r = arg;
    if (row->name[0] != '/')
        return true;
    char **grown = reallocarray(r->host->shells, r->host->shell_count + 1, sizeof *grown);
    char *copy = strdup(row->name);
    if (grown != NULL)
        r->host->shells = grown;
    if (grown == NULL || copy == NULL) {
        free(copy);
        r->err = ERR_NOMEM;
        return false;
    }
    grown[r->host->shell_count++] = copy;
    return true;
}

static int read_file(struct reader *r, const char *path,
                     bool (*add)(void *, const struct file_row *), bool may_be_missing)
{
    int err = file_each_row(path, add, r);
    if (err == ERR_ABSENT && may_be_missing)
        err = 0;
    return r->err != 0 ? r->err : err;
}

static int by_id(const void *x, const void *y)
{
    uint32_t a = *(const uint32_t *)x, b = *(const uint32_t *)y;
    return (a > b) - (a < b);
}

static void add_ids(struct host *host, const struct host_names *names)
{
    for (size_t i = 0; i < names->count; i++) {
        if (names->item[i].id != ID_NONE)
            host->ids[host->id_count++] = names->item[i].id;
        if (names->item[i].gid != ID_NONE)
            host->ids[host->id_count++] = names->item[i].gid;
    }
}

static int sort_ids(struct host *host)
{
    size_t most = 2 * host->users.count + host->groups.count + 1;
    host->ids = reallocarray(NULL, most, sizeof *host->ids);
    if (host->ids == NULL)
        return ERR_NOMEM;
    add_ids(host, &host->users);
    add_ids(host, &host->groups);
    qsort(host->ids, host->id_count, sizeof *host->ids, by_id);
    return 0;
}

int host_read(const struct host_paths *paths, uint32_t own_uid, struct host *ret_host)
{
    struct host host = { .own_uid = own_uid };
    struct reader r = { .host = &host, .names = &host.users };
    int err = read_file(&r, paths->passwd, add_user, false);
    r.names = &host.groups;
    if (err == 0)
        err = read_file(&r, paths->group, add_group, false);
    if (err == 0)
        err = read_file(&r, paths->subuid, add_range, true);
    if (err == 0)
        err = read_file(&r, paths->subgid, add_range, true);
    if (err == 0)
        err = read_file(&r, paths->shells, add_shell, true);
    if (err == 0)
        err = sort_ids(&host);
    if (err != 0) {
        host_free(&host);
        return err;
    }
    *ret_host = host;
    return 0;
}

static bool names_are_same(const struct host_names *a, const struct host_names *b)
{
    bool is_same = a->count == b->count;
    for (size_t i = 0; i < a->count && is_same; i++)
        is_same = a->item[i].id == b->item[i].id && a->item[i].gid == b->item[i].gid &&
                  strcmp(a->item[i].name, b->item[i].name) == 0;
    return is_same;
}

bool host_is_same(const struct host *a, const struct host *b)
{
    bool is_same = a->own_uid == b->own_uid && a->shell_count == b->shell_count &&
                   a->range_count == b->range_count && names_are_same(&a->users, &b->users) &&
                   names_are_same(&a->groups, &b->groups);
    for (size_t i = 0; i < a->shell_count && is_same; i++)
        is_same = strcmp(a->shells[i], b->shells[i]) == 0;
    for (size_t i = 0; i < a->range_count && is_same; i++)
        is_same = a->ranges[i].low == b->ranges[i].low && a->ranges[i].high == b->ranges[i].high;
    return is_same;
}

static void free_names(struct host_names *names)
{
    for (size_t i = 0; i < names->count; i++)
        free(names->item[i].name);
    free(names->item);
    index_free(&names->names);
}

void host_free(struct host *host)
{
    free_names(&host->users);
    free_names(&host->groups);
    for (size_t i = 0; i < host->shell_count; i++)
        free(host->shells[i]);
    free(host->shells);
    free(host->ranges);
    free(host->ids);
    *host = (struct host){ .own_uid = host->own_uid };
}

/* The first line with this name counts, as it does for the C library. */
static const struct host_name *find_name(const struct host_names *names, const char *name)
{
    size_t at;
    uint32_t hash = index_hash_text(name);
    for (uint32_t i = index_first(&names->names, hash, &at); i != INDEX_END;
         i = index_next(&names->names, hash, &at))
        if (strcmp(names->item[i].name, name) == 0)
            return &names->item[i];
    return NULL;
}

bool host_has_user(const struct host *host, const char *name)
{
    return find_name(&host->users, name) != NULL;
}

bool host_has_group(const struct host *host, const char *name)
{
    return find_name(&host->groups, name) != NULL;
}

uint32_t host_group_gid(const struct host *host, const char *name)
{
    const struct host_name *n = find_name(&host->groups, name);
    return n == NULL ? ID_NONE : n->id;
}

bool host_uses_id(const struct host *host, uint32_t id)
{
    for (size_t i = 0; i < host->range_count; i++)
        if (id_in(host->ranges[i], id))
            return true;
    return id == host->own_uid || (host->id_count > 0 && bsearch(&id, host->ids, host->id_count,
                                                                 sizeof id, by_id) != NULL);
}

bool host_has_shell(const struct host *host, const char *shell)
{
    for (size_t i = 0; i < host->shell_count; i++)
        if (strcmp(host->shells[i], shell) == 0)
            return true;
    return false;
}
