/* SPDX-License-Identifier: Apache-2.0
 *
 * The disabled users: one cheap listing, so that a leaver's keys and cron jobs end within minutes.
 * It only disables: listings are eventually consistent, and one that is empty or short must not
 * give every leaver his access back. Who is enabled again is seen by a sweep or by a good login.
 */
#include "daemon/daemon.h"
#include "daemon/pages.h"
#include "daemon/source.h"
#include "identity/grow.h"

#include <stdlib.h>
#include <string.h>

#define PAGE_BUDGET_MS 30000

struct source_run {
    struct daemon *daemon;
    char **subs;
    size_t count, space;
    uint64_t since; /* the image's serial when the listing began */
    struct pages *pages;
    source_done *done;
    void *arg;
};

static void free_run(struct source_run *run)
{
    for (size_t i = 0; i < run->count; i++)
        free(run->subs[i]);
    free(run->subs);
    free(run);
}

static int collect(struct source_run *run, const char *sub)
{
    char **subs = grow_array(run->subs, run->count, &run->space, sizeof *subs);
    if (subs == NULL)
        return ERR_NOMEM;
    run->subs = subs;
    run->subs[run->count] = strdup(sub);
    return run->subs[run->count++] == NULL ? ERR_NOMEM : 0;
}

/* Only users this host knows: a pool may have any number of disabled customers. */
static int on_users(void *arg, const struct directory_page *page)
{
    struct source_run *run = arg;
    int err = 0;
    for (size_t i = 0; i < page->user_count && err == 0; i++) {
        const struct directory_user *u = &page->users[i];
        if (u->sub != NULL && !u->is_enabled && image_find_sub(run->daemon->image, u->sub) != NULL)
            err = collect(run, u->sub);
    }
    return err;
}

static int by_text(const void *x, const void *y)
{
    return strcmp(*(char *const *)x, *(char *const *)y);
}

/* True when anything changed. */
static bool apply(struct source_run *run)
{
    struct image *image = run->daemon->image;
    bool changed = false;
    if (run->count > 0)
        qsort(run->subs, run->count, sizeof *run->subs, by_text);
    for (size_t i = 0; i < image->user_count; i++) {
        struct image_user *u = image->users[i];
        bool is_disabled = run->count > 0 && bsearch(&u->sub, run->subs, run->count,
                                                     sizeof *run->subs, by_text) != NULL;
        bool is_newer = u->serial > run->since; /* heard of since: the list may be too old */
        if (!u->is_enabled || !is_disabled || is_newer)
            continue;
        u->is_enabled = false;
        image_touch(image, u);
        changed = true;
    }
    return changed;
}

/* ERR_ABSENT tells the sync that there is nothing to publish. */
static void on_done(void *arg, int err, const struct api_result *result)
{
    struct source_run *run = arg;
    run->pages = NULL;
    if (err != 0)
        pages_explain("disabled users could not be listed", err, result);
    if (err == 0 && !apply(run))
        err = ERR_ABSENT;
    source_done *done = run->done;
    void *done_arg = run->arg;
    free_run(run);
    done(done_arg, err);
}

static int start(struct daemon *d, const char *login, const struct pages_pace *pace,
                 source_done *done, void *arg, struct source_run **ret_run)
{
    (void)login;
    struct source_run *run = calloc(1, sizeof *run);
    if (run == NULL)
        return ERR_NOMEM;
    *run = (struct source_run){ .daemon = d, .since = d->image->serial, .done = done, .arg = arg };
    const struct pages_options options = {
        .api = d->api,
        .op = API_LIST_USERS,
        .query = { .pool_id = d->config->pool_id,
                   .filter_name = "status",
                   .filter_value = "Disabled",
                   .limit = DIRECTORY_PAGE_LIMIT },
        .budget_ms = PAGE_BUDGET_MS,
        .pace = pace,
        .page = on_users,
        .done = on_done,
        .arg = run,
    };
    int err = pages_start(&options, &run->pages);
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
    free_run(*rp);
    *rp = NULL;
}

const struct source source_disabled = { start, cancel };
