/* SPDX-License-Identifier: Apache-2.0
 *
 * One user by login name: ListUsers with a filter (AdminGetUser would make the account billable),
 * then AdminListGroupsForUser. The image changes only when both have answered.
 */
#include "daemon/daemon.h"
#include "daemon/membership.h"
#include "daemon/pages.h"
#include "daemon/source.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct source_run {
    struct daemon *daemon;
    char login[NAME_SIZE];
    size_t domain;                /* position in email_domains */
    struct directory_user *found; /* has the login name, and is asked for his groups; a copy */
    bool is_bound;                /* found has it for ever */
    struct pages *pages;
    struct membership *membership;
    source_done *done;
    void *arg;
};

static void free_run(struct source_run *run)
{
    free(run->found);
    free(run);
}

static void finish(struct source_run *run, int err)
{
    source_done *done = run->done;
    void *arg = run->arg;
    struct image *image = run->daemon->image;
    if (err == 0 && image->confirmed_s == 0 && image->asked_s == 0)
        image->asked_s = (int64_t)time(NULL);
    free_run(run);
    done(arg, err);
}

/* Who gets the name when several have it, as image_settle() says. */
static bool is_better(const struct source_run *run, const struct directory_user *user,
                      bool is_bound)
{
    const struct directory_user *before = run->found;
    if (before == NULL || is_bound != run->is_bound)
        return before == NULL || is_bound;
    if (user->created_s != before->created_s)
        return user->created_s < before->created_s;
    return strcmp(user->sub, before->sub) < 0;
}

static int keep(struct source_run *run, const struct directory_user *user, bool is_bound)
{
    struct directory_user *copy;
    int err = directory_copy_user(user, &copy);
    if (err != 0)
        return err;
    free(run->found);
    run->found = copy;
    run->is_bound = is_bound;
    return 0;
}

/* A filter may match users whose login name is another one by the rules. What a record is by them
 * and by the bindings an image of its own shows. */
static int on_users(void *arg, const struct directory_page *page)
{
    struct source_run *run = arg;
    struct daemon *d = run->daemon;
    struct image *aside;
    int err = image_new(d->config, &d->bindings, 0, &aside);
    if (err != 0)
        return err;
    for (size_t i = 0; i < page->user_count && err == 0; i++) {
        const struct directory_user *user = &page->users[i];
        struct image_user *u;
        err = membership_put_user(aside, user, &u);
        if (err == 0 && strcmp(u->login, run->login) == 0 && is_better(run, user, u->binding != 0))
            err = keep(run, user, u->binding != 0);
        if (err == ERR_FORMAT)
            err = 0;
    }
    image_free(&aside);
    return err;
}

static void on_membership(void *arg, int err)
{
    struct source_run *run = arg;
    run->membership = NULL;
    finish(run, err);
}

static int ask(struct source_run *run);

static void on_found(void *arg, int err, const struct api_result *result)
{
    struct source_run *run = arg;
    (void)result;
    run->pages = NULL;
    if (err == 0 && run->found != NULL) {
        err =
            membership_start_listed(run->daemon, run->found, on_membership, run, &run->membership);
    } else if (err == 0) {
        run->domain++;
        err = ask(run);
    }
    if (err != 0)
        finish(run, err);
}

/* The filter that can find this login name; ERR_ABSENT when none is left. Names were checked by
 * name_is_valid(), so nothing typed can leave the filter's quotes (R-ID-16). */
static int choose_filter(const struct source_run *run, struct directory_query *q, char value[320])
{
    const struct config *c = run->daemon->config;
    if (strcmp(c->login_name, "email") == 0) {
        if (run->domain >= c->email_domains.count)
            return ERR_ABSENT;
        snprintf(value, 320, "%s@%s", run->login, c->email_domains.item[run->domain]);
    } else {
        /* Custom attributes cannot be filtered (reference section 11): only a sweep finds them. */
        bool is_filterable = strcmp(c->login_name, "username") == 0 ||
                             strcmp(c->login_name, "preferred_username") == 0;
        if (run->domain > 0 || !is_filterable)
            return ERR_ABSENT;
        snprintf(value, 320, "%s", run->login);
    }
    q->filter_name = c->login_name;
    q->filter_value = value;
    return 0;
}

static int ask(struct source_run *run)
{
    char value[320];
    struct pages_options options = {
        .api = run->daemon->api,
        .op = API_LIST_USERS,
        .query = { .pool_id = run->daemon->config->pool_id, .limit = DIRECTORY_PAGE_LIMIT },
        .budget_ms = run->daemon->config->login_timeout_s * 1000,
        .page = on_users,
        .done = on_found,
        .arg = run,
    };
    int err = choose_filter(run, &options.query, value);
    return err != 0 ? err : pages_start(&options, &run->pages);
}

static int start(struct daemon *d, const char *login, const struct pages_pace *pace,
                 source_done *done, void *arg, struct source_run **ret_run)
{
    (void)pace; /* somebody waits for this */
    struct source_run *run = calloc(1, sizeof *run);
    if (run == NULL)
        return ERR_NOMEM;
    *run = (struct source_run){ .daemon = d, .done = done, .arg = arg };
    snprintf(run->login, sizeof run->login, "%s", login);
    int err = ask(run);
    if (err != 0) {
        free_run(run);
        return err;
    }
    *ret_run = run;
    return 0;
}

static void cancel(struct source_run **rp)
{
    if (rp == NULL || *rp == NULL)
        return;
    pages_cancel(&(*rp)->pages);
    membership_cancel(&(*rp)->membership);
    free_run(*rp);
    *rp = NULL;
}

const struct source source_one = { start, cancel };
