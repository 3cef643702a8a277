/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/hidden.h"

#include "daemon/bound.h"
#include "daemon/compile.h"
#include "daemon/log.h"
#include "identity/grow.h"

#include <stdlib.h>
#include <string.h>

#define SAID_MAX 20 /* lines in the log for one change of the directory */

/* A list that is being made. */
struct collector {
    const struct image *image;
    const struct host *host;
    struct hidden now;
    size_t space;
};

static int add(struct collector *c, struct hidden_item item)
{
    struct hidden *h = &c->now;
    struct hidden_item *items = grow_array(h->item, h->count, &c->space, sizeof *items);
    if (items == NULL)
        return ERR_NOMEM;
    h->item = items;
    item.name = strdup(item.name);
    item.sub = strdup(item.sub);
    h->item[h->count++] = item;
    return item.name == NULL || item.sub == NULL ? ERR_NOMEM : 0;
}

static bool is_in_named_group(const struct config *c, const struct image_user *u)
{
    const char *name;
    for (size_t i = 0; u->group_count > 0 && (name = config_named_group(c, i)) != NULL; i++)
        if (image_is_member(u, name))
            return true;
    return false;
}

/* Who claims a name that he does not get is spoken of in any case. */
static bool is_of_interest(const struct config *c, const struct image_user *u)
{
    return u->login[0] != '\0' || is_in_named_group(c, u);
}

static int collect_users(struct collector *c, struct image_user *const *users, size_t n,
                         const bool *is_visible)
{
    int err = 0;
    for (size_t i = 0; i < n && err == 0; i++) {
        const struct image_user *u = users[i];
        struct hidden_item item = { HIDDEN_CHANGE, u->username, u->sub, u->drift };
        if (!is_visible[i] && is_of_interest(c->image->config, u)) {
            item.kind = HIDDEN_USER;
            item.why = compile_hides_user(c->image, c->host, u);
        }
        if (item.why != NULL)
            err = add(c, item);
    }
    return err;
}

static int collect_groups(struct collector *c)
{
    static char none[] = "";
    int err = 0;
    for (size_t i = 0; i < c->image->group_count && err == 0; i++) {
        const struct image_group *g = c->image->groups[i];
        const char *why = compile_hides_group(c->host, g);
        struct hidden_item item = { HIDDEN_CHANGE, g->raw, none, g->drift };
        c->now.groups += why != NULL;
        if (why != NULL) {
            item.kind = HIDDEN_GROUP;
            item.why = why;
        }
        if (item.why != NULL)
            err = add(c, item);
    }
    return err;
}

static bool has_changed(const struct image_changes *changes, const char *sub)
{
    for (size_t i = 0; i < changes->count; i++)
        if (strcmp(changes->users[i]->sub, sub) == 0)
            return true;
    return false;
}

/* Groups, and the users who have not changed, are as they were. */
static int collect_others(struct collector *c, const struct hidden *old)
{
    int err = 0;
    c->now.groups = old->groups;
    c->now.kept = old->kept; /* who is new has the group that is wanted */
    for (size_t i = 0; i < old->count && err == 0; i++)
        if (!has_changed(&c->image->changes, old->item[i].sub))
            err = add(c, old->item[i]);
    return err;
}

static int by_key(const void *x, const void *y)
{
    const struct hidden_item *a = x, *b = y;
    if (a->kind != b->kind)
        return a->kind < b->kind ? -1 : 1;
    int order = strcmp(a->name, b->name);
    return order != 0 ? order : strcmp(a->sub, b->sub);
}

static void say(const struct hidden_item *i, bool is_hidden, size_t *said)
{
    static const char *const kinds[] = {
        [HIDDEN_USER] = "user", [HIDDEN_GROUP] = "group", [HIDDEN_CHANGE] = "change"
    };
    struct log_line line;
    if ((*said)++ >= SAID_MAX)
        return;
    log_line_begin(&line, is_hidden ? "hidden" : "hidden_no_more");
    log_line_add(&line, "kind", kinds[i->kind]);
    log_line_add(&line, "name", i->name);
    log_line_add(&line, "sub", i->sub);
    log_line_add(&line, "reason", i->why);
    log_line_write(&line, is_hidden ? CONFIG_LOG_WARNING : CONFIG_LOG_INFO);
}

/* Both lists are sorted. */
static void say_changes(const struct hidden *old, const struct hidden *now)
{
    size_t said = 0;
    for (size_t i = 0, k = 0; i < old->count || k < now->count;) {
        int order = i == old->count   ? 1
                    : k == now->count ? -1
                                      : by_key(&old->item[i], &now->item[k]);
        if (order < 0)
            say(&old->item[i++], false, &said);
        else if (order > 0)
            say(&now->item[k++], true, &said);
        else if (strcmp(old->item[i++].why, now->item[k++].why) != 0)
            say(&now->item[k - 1], true, &said);
    }
    if (said > SAID_MAX)
        log_warning("and %zu more: cognitoctl status", said - SAID_MAX);
}

/* R-ID-04: once in the life of a daemon, and of all users. */
static void say_kept(struct hidden *now, const struct image *image)
{
    if (now->kept == 0 || now->was_kept_said || image->confirmed_s == 0)
        return;
    now->was_kept_said = true;
    log_warning("[users] primary_group = %s is not followed for %zu users: they keep the primary "
                "group that they have on this host; see cognitod(8), PRIMARY GROUPS",
                image->config->primary_group, now->kept);
}

/* err: of the collecting. */
static int replace(struct hidden *hidden, struct collector *c, int err)
{
    struct hidden *now = &c->now;
    if (err != 0) {
        hidden_free(now);
        return err;
    }
    if (now->count > 0)
        qsort(now->item, now->count, sizeof *now->item, by_key);
    say_changes(hidden, now);
    now->was_kept_said = hidden->was_kept_said;
    now->refused = hidden->refused;
    say_kept(now, c->image);
    hidden_free(hidden);
    *hidden = *now;
    return 0;
}

int hidden_update(struct hidden *hidden, const struct image *image, const struct host *host,
                  const bool *is_visible)
{
    struct collector c = { .image = image, .host = host };
    c.now.kept = bound_count_kept(image, is_visible);
    for (size_t i = 0; i < image->user_count; i++)
        c.now.users += !is_visible[i];
    int err = collect_users(&c, image->users, image->user_count, is_visible);
    if (err == 0)
        err = collect_groups(&c);
    return replace(hidden, &c, err);
}

int hidden_update_changes(struct hidden *hidden, const struct image *image, const struct host *host,
                          const bool *is_visible, size_t visible_users)
{
    struct collector c = { .image = image, .host = host };
    c.now.users = image->user_count - visible_users;
    int err = collect_users(&c, image->changes.users, image->changes.count, is_visible);
    if (err == 0)
        err = collect_others(&c, hidden);
    return replace(hidden, &c, err);
}

void hidden_free(struct hidden *hidden)
{
    for (size_t i = 0; i < hidden->count; i++) {
        free(hidden->item[i].name);
        free(hidden->item[i].sub);
    }
    free(hidden->item);
    *hidden = (struct hidden){ 0 };
}
