/* SPDX-License-Identifier: Apache-2.0
 *
 * Everything: the groups that the configuration names with their members (scope = allowed: a pool
 * of a million customers costs nothing), or all users and all groups. Built beside the image in
 * use, which it replaces only when the last page is there.
 */
#include "daemon/daemon.h"
#include "daemon/log.h"
#include "daemon/membership.h"
#include "daemon/pages.h"
#include "daemon/source.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#define PAGE_BUDGET_MS 30000

struct source_run {
    struct daemon *daemon;
    struct image *image;
    uint64_t since;            /* the serial of the image in use when this began */
    size_t group;              /* position of the group being read */
    struct image_group *joins; /* whose members are being listed */
    struct pages *pages;
    source_done *done;
    void *arg;
};

static void free_run(struct source_run *run)
{
    image_free(&run->image);
    free(run);
}

static void finish(struct source_run *run, int err)
{
    source_done *done = run->done;
    void *arg = run->arg;
    struct daemon *d = run->daemon;
    if (err == 0)
        err = image_inherit(run->image, d->image, run->since,
                            d->config->scope == CONFIG_SCOPE_ALLOWED);
    if (err == 0) {
        struct image *old = d->image;
        run->image->confirmed_s = (int64_t)time(NULL);
        d->image = run->image;
        run->image = old;
    }
    free_run(run);
    done(arg, err);
}

static int list(struct source_run *run, enum api_op op, const char *group,
                int (*page)(void *, const struct directory_page *),
                void (*done)(void *, int, const struct api_result *))
{
    const struct pages_options options = {
        .api = run->daemon->api,
        .op = op,
        .query = { .pool_id = run->daemon->config->pool_id,
                   .group = group,
                   .limit = op == API_GET_GROUP ? 0 : DIRECTORY_PAGE_LIMIT },
        .budget_ms = PAGE_BUDGET_MS,
        .page = page,
        .done = done,
        .arg = run,
    };
    return pages_start(&options, &run->pages);
}

/* One unusable record costs only itself (R-SNAP-07). */
static int on_users(void *arg, const struct directory_page *page)
{
    struct source_run *run = arg;
    for (size_t i = 0; i < page->user_count; i++) {
        struct image_user *u;
        int err = membership_put_user(run->image, &page->users[i], &u);
        if (err == 0 && run->joins != NULL)
            err = image_join(run->image, u, run->joins);
        if (err != 0 && err != ERR_FORMAT)
            return err;
    }
    return 0;
}

static int on_groups(void *arg, const struct directory_page *page)
{
    struct source_run *run = arg;
    int err = 0;
    for (size_t i = 0; i < page->group_count && err == 0; i++)
        err = image_put_group(run->image, page->groups[i].name, page->groups[i].description, NULL);
    return err;
}

static void next_group(struct source_run *run);

static void explain(const char *what, int err, const struct api_result *result)
{
    log_warning("sync: %s: %s%s%s%s%s", what, err_text(err),
                result != NULL && result->type[0] ? ": " : "", result != NULL ? result->type : "",
                result != NULL && result->message[0] ? ": " : "",
                result != NULL ? result->message : "");
}

static void after_members(void *arg, int err, const struct api_result *result)
{
    struct source_run *run = arg;
    run->pages = NULL;
    if (err != 0) {
        explain("members of a group could not be listed", err, result);
        finish(run, err);
        return;
    }
    run->group++;
    next_group(run);
}

static void list_members(struct source_run *run, struct image_group *group)
{
    run->joins = group;
    int err = list(run, API_LIST_USERS_IN_GROUP, group->raw, on_users, after_members);
    if (err != 0)
        finish(run, err);
}

static void after_named_group(void *arg, int err, const struct api_result *result)
{
    struct source_run *run = arg;
    const char *name = config_named_group(run->daemon->config, run->group);
    struct image_group *g = image_find_group(run->image, name);
    run->pages = NULL;
    if (err == ERR_ABSENT || (err == 0 && g == NULL)) {
        log_warning("sync: the pool has no group \"%s\", which the configuration names", name);
        run->group++;
        next_group(run);
    } else if (err != 0) {
        explain("a group could not be read", err, result);
        finish(run, err);
    } else {
        list_members(run, g);
    }
}

static void next_group(struct source_run *run)
{
    if (run->daemon->config->scope == CONFIG_SCOPE_ALL) {
        if (run->group < run->image->group_count)
            list_members(run, run->image->groups[run->group]);
        else
            finish(run, 0);
        return;
    }
    const char *name = config_named_group(run->daemon->config, run->group);
    int err = name == NULL ? 0 : list(run, API_GET_GROUP, name, on_groups, after_named_group);
    if (name == NULL || err != 0)
        finish(run, err);
}

static void after_groups(void *arg, int err, const struct api_result *result)
{
    struct source_run *run = arg;
    run->pages = NULL;
    if (err != 0) {
        explain("groups could not be listed", err, result);
        finish(run, err);
        return;
    }
    next_group(run);
}

static void after_users(void *arg, int err, const struct api_result *result)
{
    struct source_run *run = arg;
    run->pages = NULL;
    if (err != 0)
        explain("users could not be listed", err, result);
    if (err == 0)
        err = list(run, API_LIST_GROUPS, NULL, on_groups, after_groups);
    if (err != 0)
        finish(run, err);
}

static int start(struct daemon *d, const char *login, source_done *done, void *arg,
                 struct source_run **ret_run)
{
    (void)login;
    struct source_run *run = calloc(1, sizeof *run);
    if (run == NULL)
        return ERR_NOMEM;
    *run = (struct source_run){ .daemon = d, .since = d->image->serial, .done = done, .arg = arg };
    int err = image_new(d->config, &d->bindings, run->since, &run->image);
    if (err == 0 && d->config->scope == CONFIG_SCOPE_ALL)
        err = list(run, API_LIST_USERS, NULL, on_users, after_users);
    else if (err == 0 && config_named_group(d->config, 0) != NULL)
        err = list(run, API_GET_GROUP, config_named_group(d->config, 0), on_groups,
                   after_named_group);
    if (err != 0) {
        free_run(run);
        return err;
    }
    *ret_run = run->pages == NULL ? NULL : run;
    if (run->pages == NULL)
        finish(run, 0); /* no group is named: nothing to ask */
    return 0;
}

static void cancel(struct source_run **rp)
{
    if (rp == NULL || *rp == NULL)
        return;
    pages_cancel(&(*rp)->pages);
    free_run(*rp);
    *rp = NULL;
}

const struct source source_full = { start, cancel };
