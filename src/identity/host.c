/* SPDX-License-Identifier: Apache-2.0 */
#include "identity/host.h"

#include "base/file.h"

#include <stdlib.h>
#include <string.h>

struct reader {
    struct host *host;
    struct host_names *names;
    int err;
};

static bool add_name(void *arg, const struct file_row *row)
{
    struct reader *r = arg;
    struct host_names *names = r->names;
    if (names->count == names->space) {
        size_t space = names->space == 0 ? 64 : names->space * 2;
        struct host_name *grown = reallocarray(names->item, space, sizeof *grown);
        if (grown == NULL) {
            r->err = ERR_NOMEM;
            return false;
        }
        names->item = grown;
        names->space = space;
    }
    struct host_name *n = &names->item[names->count];
    if (!id_parse(row->third, &n->id))
        n->id = ID_NONE;
    n->name = strdup(row->name);
    r->err = n->name == NULL ? ERR_NOMEM : 0;
    names->count += n->name != NULL;
    return r->err == 0;
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

static int by_name(const void *x, const void *y)
{
    const struct host_name *a = x, *b = y;
    return strcmp(a->name, b->name);
}

static int read_file(struct reader *r, const char *path,
                     bool (*add)(void *, const struct file_row *), bool may_be_missing)
{
    int err = file_each_row(path, add, r);
    if (err == ERR_ABSENT && may_be_missing)
        err = 0;
    return r->err != 0 ? r->err : err;
}

int host_read(const struct host_paths *paths, uint32_t own_uid, struct host *ret_host)
{
    struct host host = { .own_uid = own_uid };
    struct reader r = { .host = &host, .names = &host.users };
    int err = read_file(&r, paths->passwd, add_name, false);
    r.names = &host.groups;
    if (err == 0)
        err = read_file(&r, paths->group, add_name, false);
    if (err == 0)
        err = read_file(&r, paths->subuid, add_range, true);
    if (err == 0)
        err = read_file(&r, paths->subgid, add_range, true);
    if (err == 0)
        err = read_file(&r, paths->shells, add_shell, true);
    if (err != 0) {
        host_free(&host);
        return err;
    }
    if (host.users.count > 0)
        qsort(host.users.item, host.users.count, sizeof *host.users.item, by_name);
    if (host.groups.count > 0)
        qsort(host.groups.item, host.groups.count, sizeof *host.groups.item, by_name);
    *ret_host = host;
    return 0;
}

static void free_names(struct host_names *names)
{
    for (size_t i = 0; i < names->count; i++)
        free(names->item[i].name);
    free(names->item);
}

void host_free(struct host *host)
{
    free_names(&host->users);
    free_names(&host->groups);
    for (size_t i = 0; i < host->shell_count; i++)
        free(host->shells[i]);
    free(host->shells);
    free(host->ranges);
    *host = (struct host){ .own_uid = host->own_uid };
}

static const struct host_name *find_name(const struct host_names *names, const char *name)
{
    char *key = (char *)(uintptr_t)name; /* bsearch compares, by_name only reads */
    struct host_name wanted = { .name = key };
    return names->count == 0 ? NULL
                             : bsearch(&wanted, names->item, names->count, sizeof wanted, by_name);
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

static bool names_use(const struct host_names *names, uint32_t id)
{
    for (size_t i = 0; i < names->count; i++)
        if (names->item[i].id == id)
            return true;
    return false;
}

bool host_uses_id(const struct host *host, uint32_t id)
{
    for (size_t i = 0; i < host->range_count; i++)
        if (id_in(host->ranges[i], id))
            return true;
    return id == host->own_uid || names_use(&host->users, id) || names_use(&host->groups, id);
}

bool host_has_shell(const struct host *host, const char *shell)
{
    for (size_t i = 0; i < host->shell_count; i++)
        if (strcmp(host->shells[i], shell) == 0)
            return true;
    return false;
}
