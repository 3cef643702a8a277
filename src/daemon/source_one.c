/* SPDX-License-Identifier: Apache-2.0
 *
 * One user by login name: ListUsers with a filter (AdminGetUser would make the account billable),
 * then AdminListGroupsForUser.
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
    size_t domain; /* position in email_domains */
    char *sub;     /* of the user found */
    struct pages *pages;
    struct membership *membership;
    source_done *done;
    void *arg;
};

static void free_run(struct source_run *run)
{
    free(run->sub);
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

/* A filter may match users whose login name is another one by the rules. */
static int on_users(void *arg, const struct directory_page *page)
{
    struct source_run *run = arg;
    for (size_t i = 0; i < page->user_count; i++) {
        struct image_user *u;
        int err = membership_put_user(run->daemon->image, &page->users[i], &u);
        if (err == ERR_FORMAT)
            continue;
        if (err != 0)
            return err;
        if (run->sub == NULL && strcmp(u->login, run->login) == 0) {
            run->sub = strdup(u->sub);
            if (run->sub == NULL)
                return ERR_NOMEM;
        }
    }
    return 0;
}

static void on_membership(void *arg, int err)
{
    struct source_run *run = arg;
    run->membership = NULL;
    finish(run, err);
}

static void read_groups(struct source_run *run)
{
    const struct image_user *u = image_find_sub(run->daemon->image, run->sub);
    int err = u == NULL ? ERR_ABSENT
                        : membership_start(run->daemon, u, on_membership, run, &run->membership);
    if (err != 0)
        finish(run, err);
}

static int ask(struct source_run *run);

static void on_found(void *arg, int err, const struct api_result *result)
{
    struct source_run *run = arg;
    (void)result;
    run->pages = NULL;
    if (err != 0) {
        finish(run, err);
    } else if (run->sub != NULL) {
        read_groups(run);
    } else {
        run->domain++;
        err = ask(run);
        if (err != 0)
            finish(run, err);
    }
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
