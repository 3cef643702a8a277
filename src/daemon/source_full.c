/* SPDX-License-Identifier: Apache-2.0
 *
 * Everything: the groups that the configuration names with their members (scope = allowed: a pool
 * of a million customers costs nothing), or all users and all groups. Built beside the image in
 * use, which it replaces only when the last page is there and the loss is credible (hold.h). The
 * requests of one sweep, in order, are the steps at the end.
 */
#include "base/clock.h"
#include "daemon/daemon.h"
#include "daemon/log.h"
#include "daemon/membership.h"
#include "daemon/pages.h"
#include "daemon/schedule.h"
#include "daemon/source.h"
#include "net/skew.h"

#include <stdlib.h>
#include <string.h>

#define PAGE_BUDGET_MS 30000

struct step {
    /* The next listing of this step; *ret_started false: there is none (any more). */
    int (*ask)(struct source_run *run, bool *ret_started);
    const char *what; /* for the log */
};

struct source_run {
    struct daemon *daemon;
    const struct pages_pace *pace;
    const struct step *step; /* in the list of the scope; an ask of NULL ends it */
    struct image *image;
    uint64_t since;                  /* the serial of the image in use when this began */
    size_t at;                       /* how far the step is: named groups, groups, users */
    const char *group;               /* whose members are being listed; NULL: none */
    struct image_user *user;         /* whose groups are being listed; NULL: none */
    bool *is_described;              /* by position of the image's groups (scope = allowed) */
    bool by_user;                    /* the direction of memberships (scope = all) */
    const struct image_group *tried; /* its member was asked */
    struct pages *pages;
    source_done *done;
    void *arg;
};

static void free_run(struct source_run *run)
{
    image_free(&run->image);
    free(run->is_described);
    free(run);
}

/* R-SNAP-07 */
static int judge_loss(struct source_run *run)
{
    struct daemon *d = run->daemon;
    struct hold_loss loss = hold_compare(d->image, run->image);
    if (!hold_back(&d->hold, loss, clock_ms()))
        return 0;
    log_error("sync: %zu of %zu users would be gone at once: held back, what was known stays; "
              "asked again, and followed if the pool still says so in ten minutes",
              loss.gone, loss.known);
    return ERR_LIMIT;
}

static void finish(struct source_run *run, int err)
{
    source_done *done = run->done;
    void *arg = run->arg;
    struct daemon *d = run->daemon;
    if (err == 0)
        err = image_inherit(run->image, d->image, run->since,
                            d->config->scope == CONFIG_SCOPE_ALLOWED);
    if (err == 0)
        err = judge_loss(run);
    if (err == 0) {
        struct image *old = d->image;
        run->image->confirmed_s = skew_wall_s(d->skew);
        d->image = run->image;
        run->image = old;
    }
    free_run(run);
    done(arg, err);
}

/* ------------------------------------------------------------------ pages */

/* One unusable record costs only itself (R-SNAP-07). */
static int on_users(void *arg, const struct directory_page *page)
{
    struct source_run *run = arg;
    struct image_group *joins = NULL;
    int err = run->group == NULL ? 0 : image_put_group(run->image, run->group, NULL, &joins);
    for (size_t i = 0; i < page->user_count && err == 0; i++) {
        struct image_user *u;
        err = membership_put_user(run->image, &page->users[i], &u);
        if (err == 0 && joins != NULL)
            err = image_join(run->image, u, joins);
        if (err == ERR_FORMAT)
            err = 0;
    }
    return err;
}

static void describe(struct source_run *run, const struct image_group *group)
{
    for (size_t i = 0; i < run->image->group_count && run->is_described != NULL; i++)
        if (run->image->groups[i] == group)
            run->is_described[i] = true;
}

static int on_groups(void *arg, const struct directory_page *page)
{
    struct source_run *run = arg;
    bool is_all = run->daemon->config->scope == CONFIG_SCOPE_ALL;
    int err = 0;
    for (size_t i = 0; i < page->group_count && err == 0; i++) {
        const struct directory_group *from = &page->groups[i];
        struct image_group *g;
        /* Members are listed already: a group that came since is the next sweep's. */
        if (!is_all && image_find_group(run->image, from->name) == NULL)
            continue;
        err = image_put_group(run->image, from->name, from->description, &g);
        if (err == 0)
            describe(run, g);
        if (err == 0 && is_all && run->user != NULL)
            err = image_join(run->image, run->user, g);
    }
    return err;
}

static void next(struct source_run *run);

/* A group that went between the listing of its members and the question for its description: it
 * must not appear with another gid than the one it had (R-ID-18). */
static void drop_group(struct source_run *run)
{
    struct image_group *g = image_find_group(run->image, run->group);
    if (g != NULL)
        image_lose_group(run->image, g);
}

/* A user or group that is no more ends nothing: it may have gone while this runs. */
static void after_listing(void *arg, int err, const struct api_result *result)
{
    struct source_run *run = arg;
    bool is_single = run->group != NULL || run->user != NULL;
    run->pages = NULL;
    if (err == ERR_ABSENT && is_single) {
        if (run->group != NULL)
            drop_group(run);
        if (run->daemon->config->scope == CONFIG_SCOPE_ALLOWED && run->user == NULL)
            log_warning("sync: the pool has no group \"%s\", which the configuration names",
                        run->group);
        err = 0;
    }
    if (err != 0) {
        pages_explain(run->step->what, err, result);
        finish(run, err);
        return;
    }
    next(run);
}

static int list(struct source_run *run, enum api_op op, const struct directory_query *which,
                bool *ret_started)
{
    struct pages_options options = {
        .api = run->daemon->api,
        .op = op,
        .query = *which,
        .budget_ms = PAGE_BUDGET_MS,
        .pace = run->pace,
        .page = op == API_LIST_USERS || op == API_LIST_USERS_IN_GROUP ? on_users : on_groups,
        .done = after_listing,
        .arg = run,
    };
    options.query.pool_id = run->daemon->config->pool_id;
    options.query.limit = op == API_GET_GROUP ? 0 : DIRECTORY_PAGE_LIMIT;
    run->group = which->group;
    int err = pages_start(&options, &run->pages);
    *ret_started = err == 0;
    return err;
}

static int list_groups_of(struct source_run *run, struct image_user *user, bool *ret_started)
{
    run->user = user;
    return list(run, API_LIST_GROUPS_FOR_USER,
                &(struct directory_query){ .username = user->username }, ret_started);
}

/* ------------------------------------------------------------------ steps */

static int ask_named_group(struct source_run *run, bool *ret_started)
{
    const char *name = config_named_group(run->daemon->config, run->at++);
    return name == NULL ? 0
                        : list(run, API_LIST_USERS_IN_GROUP,
                               &(struct directory_query){ .group = name }, ret_started);
}

static struct image_user *member_of(const struct image *image, const struct image_group *group)
{
    for (size_t i = 0; i < image->user_count; i++)
        if (image_is_member(image->users[i], group->raw))
            return image->users[i];
    return NULL;
}

/* gid=N stands in a group's description. A member's groups tell it from a quota ten times as large
 * as GetGroup's; an empty group must be asked for by its name. */
static int ask_description(struct source_run *run, bool *ret_started)
{
    struct image *image = run->image;
    if (run->is_described == NULL && image->group_count > 0) {
        run->is_described = calloc(image->group_count, sizeof *run->is_described);
        if (run->is_described == NULL)
            return ERR_NOMEM;
    }
    while (run->at < image->group_count && run->is_described[run->at])
        run->at++;
    if (run->at == image->group_count)
        return 0;
    const struct image_group *g = image->groups[run->at];
    struct image_user *u = run->tried == g ? NULL : member_of(image, g);
    run->tried = g;
    if (u != NULL)
        return list_groups_of(run, u, ret_started);
    run->at++;
    return list(run, API_GET_GROUP, &(struct directory_query){ .group = g->raw }, ret_started);
}

static int ask_users(struct source_run *run, bool *ret_started)
{
    return run->at++ > 0 ? 0
                         : list(run, API_LIST_USERS, &(struct directory_query){ 0 }, ret_started);
}

static int ask_groups(struct source_run *run, bool *ret_started)
{
    return run->at++ > 0 ? 0
                         : list(run, API_LIST_GROUPS, &(struct directory_query){ 0 }, ret_started);
}

/* Nobody knows before the first sweep how many memberships there are: one each, then. */
static bool is_by_user(const struct source_run *run)
{
    const struct image *old = run->daemon->image;
    size_t memberships = old->confirmed_s == 0 ? run->image->user_count : 0;
    for (size_t i = 0; i < old->user_count; i++)
        memberships += old->users[i]->group_count;
    return schedule_by_user(&run->daemon->quota, run->image->user_count, run->image->group_count,
                            memberships);
}

static int ask_membership(struct source_run *run, bool *ret_started)
{
    struct image *image = run->image;
    if (run->at == 0)
        run->by_user = is_by_user(run);
    size_t i = run->at++;
    if (run->by_user)
        return i < image->user_count ? list_groups_of(run, image->users[i], ret_started) : 0;
    return i >= image->group_count
               ? 0
               : list(run, API_LIST_USERS_IN_GROUP,
                      &(struct directory_query){ .group = image->groups[i]->raw }, ret_started);
}

static const struct step steps_allowed[] = {
    { ask_named_group, "members of a group could not be listed" },
    { ask_description, "a group could not be read" },
    { NULL, NULL },
};
static const struct step steps_all[] = {
    { ask_users, "users could not be listed" },
    { ask_groups, "groups could not be listed" },
    { ask_membership, "memberships could not be listed" },
    { NULL, NULL },
};

/* The next listing of this step, or of the next one that has any. */
static int advance(struct source_run *run, bool *ret_started)
{
    int err = 0;
    while (!*ret_started && err == 0 && run->step->ask != NULL) {
        run->group = NULL;
        run->user = NULL;
        err = run->step->ask(run, ret_started);
        if (err == 0 && !*ret_started) {
            run->step++;
            run->at = 0;
        }
    }
    return err;
}

static void next(struct source_run *run)
{
    bool has_started = false;
    int err = advance(run, &has_started);
    if (!has_started)
        finish(run, err);
}

static int start(struct daemon *d, const char *login, const struct pages_pace *pace,
                 source_done *done, void *arg, struct source_run **ret_run)
{
    (void)login;
    bool has_started = false;
    struct source_run *run = calloc(1, sizeof *run);
    if (run == NULL)
        return ERR_NOMEM;
    *run = (struct source_run){
        .daemon = d, .pace = pace, .since = d->image->serial, .done = done, .arg = arg
    };
    run->step = d->config->scope == CONFIG_SCOPE_ALL ? steps_all : steps_allowed;
    int err = image_new(d->config, &d->bindings, run->since, &run->image);
    if (err == 0)
        err = advance(run, &has_started);
    if (err != 0) {
        free_run(run);
        return err;
    }
    *ret_run = has_started ? run : NULL;
    if (!has_started)
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
