/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/membership.h"

#include "daemon/pages.h"

#include <stdlib.h>
#include <string.h>

struct membership {
    struct daemon *daemon;
    char *sub;
    const struct directory_user *listed; /* goes into the image with the groups; NULL: is there */
    char **groups, **descriptions; /* collected: the image changes only when all pages are there */
    size_t count;
    struct pages *pages;
    void (*done)(void *arg, int err);
    void *arg;
};

static const char *attribute_of(const void *ctx, const char *name)
{
    return directory_attribute(ctx, name);
}

int membership_put_user(struct image *image, const struct directory_user *user,
                        struct image_user **ret_user)
{
    const struct image_person person = {
        .sub = user->sub,
        .username = user->username,
        .status = user->status,
        .is_enabled = user->is_enabled,
        .created_s = user->created_s,
        .attribute = attribute_of,
        .ctx = user,
    };
    return image_put_user(image, &person, ret_user);
}

static void free_membership(struct membership *m)
{
    for (size_t i = 0; i < m->count; i++) {
        free(m->groups[i]);
        free(m->descriptions[i]);
    }
    free(m->groups);
    free(m->descriptions);
    free(m->sub);
    free(m);
}

static int collect(struct membership *m, const struct directory_group *g)
{
    char **groups = reallocarray(m->groups, m->count + 1, sizeof *groups);
    if (groups == NULL)
        return ERR_NOMEM;
    m->groups = groups;
    char **descriptions = reallocarray(m->descriptions, m->count + 1, sizeof *descriptions);
    if (descriptions == NULL)
        return ERR_NOMEM;
    m->descriptions = descriptions;
    groups[m->count] = strdup(g->name);
    descriptions[m->count] = strdup(g->description);
    m->count++;
    return groups[m->count - 1] == NULL || descriptions[m->count - 1] == NULL ? ERR_NOMEM : 0;
}

static int on_page(void *arg, const struct directory_page *page)
{
    struct membership *m = arg;
    int err = 0;
    for (size_t i = 0; i < page->group_count && err == 0; i++)
        if (config_covers_group(m->daemon->config, page->groups[i].name))
            err = collect(m, &page->groups[i]);
    return err;
}

/* A pool may let anybody sign himself up: who tries to log in must not get an account by that, and
 * with it a name, for ever, that the host's administrator may have in mind for a service. */
static bool is_stranger(const struct membership *m)
{
    const struct daemon *d = m->daemon;
    return m->listed != NULL && m->count == 0 && d->config->scope == CONFIG_SCOPE_ALLOWED &&
           bindings_of_sub(&d->bindings, m->sub) == NULL;
}

static int apply(struct membership *m)
{
    if (is_stranger(m))
        return ERR_DENIED;
    struct image *image = m->daemon->image;
    struct image_user *u = image_find_sub(image, m->sub);
    bool is_known = u != NULL || m->listed != NULL;
    struct image_group **groups = reallocarray(NULL, m->count + 1, sizeof(struct image_group *));
    int err = groups == NULL ? ERR_NOMEM : is_known ? 0 : ERR_ABSENT;
    for (size_t i = 0; i < m->count && err == 0; i++)
        err = image_put_group(image, m->groups[i], m->descriptions[i], &groups[i]);
    if (err == 0 && m->listed != NULL)
        err = membership_put_user(image, m->listed, &u);
    if (err == 0)
        err = image_set_groups(image, u, groups, m->count);
    free(groups);
    return err;
}

static void on_done(void *arg, int err, const struct api_result *result)
{
    struct membership *m = arg;
    (void)result;
    m->pages = NULL;
    if (err == 0)
        err = apply(m);
    void (*done)(void *, int) = m->done;
    void *done_arg = m->arg;
    free_membership(m);
    done(done_arg, err);
}

static int start(const struct membership *from, const char *sub, const char *username,
                 struct membership **ret_membership)
{
    struct daemon *d = from->daemon;
    struct membership *m = calloc(1, sizeof *m);
    if (m == NULL)
        return ERR_NOMEM;
    *m = *from;
    m->sub = strdup(sub);
    const struct pages_options options = {
        .api = d->api,
        .op = API_LIST_GROUPS_FOR_USER,
        .query = { .pool_id = d->config->pool_id,
                   .username = username,
                   .limit = DIRECTORY_PAGE_LIMIT },
        .budget_ms = d->config->login_timeout_s * 1000,
        .page = on_page,
        .done = on_done,
        .arg = m,
    };
    int err = m->sub == NULL ? ERR_NOMEM : pages_start(&options, &m->pages);
    if (err != 0) {
        free_membership(m);
        return err;
    }
    *ret_membership = m;
    return 0;
}

int membership_start(struct daemon *d, const struct image_user *user,
                     void (*done)(void *arg, int err), void *arg,
                     struct membership **ret_membership)
{
    const struct membership m = { .daemon = d, .done = done, .arg = arg };
    return start(&m, user->sub, user->username, ret_membership);
}

int membership_start_listed(struct daemon *d, const struct directory_user *user,
                            void (*done)(void *arg, int err), void *arg,
                            struct membership **ret_membership)
{
    const struct membership m = { .daemon = d, .listed = user, .done = done, .arg = arg };
    return start(&m, user->sub, user->username, ret_membership);
}

void membership_cancel(struct membership **mp)
{
    if (mp == NULL || *mp == NULL)
        return;
    pages_cancel(&(*mp)->pages);
    free_membership(*mp);
    *mp = NULL;
}
