/* SPDX-License-Identifier: Apache-2.0
 *
 * From what the pool says to records of the image.
 */
#include "identity/image.h"
#include "identity/rules.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

static int replace(char **at, const char *text)
{
    char *copy = strdup(text);
    if (copy == NULL)
        return ERR_NOMEM;
    free(*at);
    *at = copy;
    return 0;
}

/* What the pool says now against what is bound: said, not followed (R-ID-04). */
static const char *find_drift(const struct binding *b, const char *login, uint32_t uid)
{
    if (login[0] != '\0' && strcmp(b->login, login) != 0)
        return "the pool says another login name now";
    return uid != ID_NONE && b->uid != uid ? "the pool says another uid now" : NULL;
}

/* What is bound goes before what the record says. */
static void take_binding(const struct image *image, const struct binding *b, struct image_user *u)
{
    u->binding = (uint32_t)(b - image->bindings->item) + 1;
    u->primary = b->primary;
    u->origin = (enum image_origin)b->origin;
    u->uid = b->uid;
    memcpy(u->login, b->login, sizeof u->login);
}

/* Login name and uid by the binding, else by the rules; without both there is no user (R-ID-03). */
static void resolve_identity(const struct image *image, const struct image_person *p,
                             struct image_user *u)
{
    const struct config *c = image->config;
    const struct binding *b = bindings_of_sub(image->bindings, p->sub);
    char login[NAME_SIZE] = "";
    uint32_t uid = ID_NONE;
    const char *why = NULL;
    if (rules_login(c, p, login, &why) != 0)
        login[0] = '\0';
    else if (rules_uid(c, p, &uid, &u->origin, &why) != 0)
        uid = ID_NONE;
    u->drift = b == NULL ? NULL : find_drift(b, login, uid);
    if (b != NULL) {
        u->quarantine = NULL;
        take_binding(image, b, u);
        return;
    }
    if (uid == ID_NONE)
        login[0] = '\0';
    memcpy(u->login, login, sizeof login);
    u->binding = 0;
    u->primary = PRIMARY_OPEN;
    u->uid = uid;
    u->quarantine = why;
}

/* The home that the template made of the record's login name goes with it; one that an attribute
 * gave stays. */
static int follow_home(const struct config *c, const char *login, struct image_user *u)
{
    char home[PATH_MAX];
    rules_home(c, NULL, u->login, home, sizeof home);
    if (strcmp(u->home, home) != 0)
        return 0;
    rules_home(c, NULL, login, home, sizeof home);
    return replace(&u->home, home);
}

int image_follow_binding(const struct image *image, struct image_user *u)
{
    const struct binding *b = image_binding(image, u);
    if (b == NULL)
        return 0;
    if (strcmp(u->login, b->login) != 0 || u->uid != b->uid) {
        int err = follow_home(image->config, b->login, u);
        if (err != 0)
            return err;
        u->drift = find_drift(b, u->login, u->uid);
        u->quarantine = NULL;
    }
    take_binding(image, b, u);
    return 0;
}

static int resolve_fields(const struct config *c, const struct image_person *p,
                          struct image_user *u)
{
    char home[PATH_MAX];
    const char *given =
        c->home_attribute[0] == '\0' ? NULL : p->attribute(p->ctx, c->home_attribute);
    const char *shell =
        c->shell_attribute[0] == '\0' ? NULL : p->attribute(p->ctx, c->shell_attribute);
    rules_home(c, given, u->login, home, sizeof home);
    int err = replace(&u->username, p->username);
    if (err == 0)
        err = replace(&u->home, home);
    if (err == 0)
        err = replace(&u->shell, rules_field(shell));
    if (err == 0)
        err = replace(&u->gecos, rules_field(p->attribute(p->ctx, "name")));
    if (err == 0)
        err = sshkeys_parse(&u->keys, c->ssh_key_attribute[0] == '\0'
                                          ? NULL
                                          : p->attribute(p->ctx, c->ssh_key_attribute));
    u->is_enabled = p->is_enabled;
    u->status = rules_status(p->status);
    u->created_s = p->created_s;
    return err;
}

static int add_person(struct image *image, const struct image_person *p,
                      struct image_user **ret_user)
{
    struct image_user *u = calloc(1, sizeof *u);
    if (u == NULL)
        return ERR_NOMEM;
    u->sub = strdup(p->sub);
    u->uid = ID_NONE;
    int err = u->sub == NULL ? ERR_NOMEM : 0;
    if (err == 0) {
        resolve_identity(image, p, u);
        err = resolve_fields(image->config, p, u);
    }
    if (err != 0) {
        image_free_user(u);
        return err;
    }
    err = image_add_user(image, u);
    if (err == 0)
        *ret_user = u;
    return err;
}

int image_put_user(struct image *image, const struct image_person *person,
                   struct image_user **ret_user)
{
    if (person->sub == NULL || person->sub[0] == '\0' || person->username == NULL ||
        person->username[0] == '\0')
        return ERR_FORMAT;
    struct image_user *u = image_find_sub(image, person->sub);
    int err = 0;
    if (u == NULL) {
        err = add_person(image, person, &u);
    } else {
        resolve_identity(image, person, u);
        err = resolve_fields(image->config, person, u);
        image_touch(image, u);
    }
    if (err == 0 && ret_user != NULL)
        *ret_user = u;
    return err;
}

/* A group whose gid is bound has that one, whatever its description says now (R-ID-04). */
static void resolve_group(const struct image *image, const char *description, struct image_group *g)
{
    const struct config *c = image->config;
    const struct bound_gid *bound = bindings_of_group(image->bindings, g->raw);
    const char *why = NULL;
    int err;
    g->quarantine = NULL;
    g->name[0] = '\0';
    g->gid = ID_NONE;
    g->drift = NULL;
    g->is_gone = false;
    err = rules_group_name(g->raw, g->name, &why);
    if (err == 0)
        err = rules_gid(c, g->raw, description, &g->gid, &g->origin, &why);
    if (bound != NULL && g->name[0] != '\0') {
        g->drift = g->gid != bound->gid ? "the pool says another gid now" : NULL;
        g->gid = bound->gid;
        err = 0;
    }
    if (err != 0)
        g->quarantine = why;
}

/* A collision is for image_settle() to find again: until then it stays. */
static bool group_is_same(const struct image_group *before, struct image_group *now)
{
    if (before->gid != now->gid || strcmp(before->name, now->name) != 0 ||
        before->origin != now->origin || before->drift != now->drift)
        return false;
    if (now->quarantine == NULL)
        now->quarantine = before->quarantine;
    return now->quarantine == before->quarantine;
}

int image_put_group(struct image *image, const char *raw, const char *description,
                    struct image_group **ret_group)
{
    struct image_group *g = image_find_group(image, raw);
    if (g == NULL) {
        g = calloc(1, sizeof *g);
        if (g == NULL)
            return ERR_NOMEM;
        g->raw = strdup(raw);
        if (g->raw == NULL) {
            free(g);
            return ERR_NOMEM;
        }
        resolve_group(image, description == NULL ? "" : description, g);
        int err = image_add_group(image, g);
        if (err != 0)
            return err;
    } else if (description != NULL) {
        struct image_group before = *g;
        resolve_group(image, description, g);
        if (!group_is_same(&before, g))
            image_touch_all(image);
        if (g->gid != before.gid && image_index_gid(image, g) != 0)
            return ERR_NOMEM;
    }
    if (ret_group != NULL)
        *ret_group = g;
    return 0;
}

/* A user the sweep did not see, without any group. */
static int keep_user(struct image *image, const struct image_user *old)
{
    struct image_user *u = calloc(1, sizeof *u);
    if (u == NULL)
        return ERR_NOMEM;
    *u = *old;
    u->groups = NULL;
    u->group_count = 0;
    u->keys = (struct sshkeys){ 0 };
    u->sub = strdup(old->sub);
    u->username = strdup(old->username);
    u->gecos = strdup(old->gecos);
    u->home = strdup(old->home);
    u->shell = strdup(old->shell);
    if (u->sub != NULL && u->username != NULL && u->gecos != NULL && u->home != NULL &&
        u->shell != NULL && sshkeys_copy(&u->keys, &old->keys) == 0)
        return image_add_user(image, u);
    image_free_user(u);
    return ERR_NOMEM;
}

/* A group that the sweep did not see was made while it ran: its description, with the gid in it, is
 * known only to the old image. */
static int keep_group(struct image *image, const struct image_group *old,
                      struct image_group **ret_group)
{
    bool is_known = image_find_group(image, old->raw) != NULL;
    struct image_group *g;
    int err = image_put_group(image, old->raw, NULL, &g);
    if (err != 0)
        return err;
    if (!is_known) {
        memcpy(g->name, old->name, sizeof g->name);
        g->gid = old->gid;
        g->origin = old->origin;
        g->quarantine = old->quarantine;
        g->drift = old->drift;
        g->is_gone = old->is_gone;
        err = image_index_gid(image, g);
    }
    *ret_group = g;
    return err;
}

/* The groups as the old image has them, in the new one's records. */
static int keep_groups(struct image *image, struct image_user *u, const struct image_user *old)
{
    int err = image_set_groups(image, u, NULL, 0);
    for (size_t i = 0; i < old->group_count && err == 0; i++) {
        struct image_group *g;
        err = keep_group(image, old->groups[i], &g);
        if (err == 0)
            err = image_join(image, u, g);
    }
    return err;
}

static int keep_changes(struct image *image, struct image_user *u, const struct image_user *old)
{
    u->is_enabled = old->is_enabled;
    u->status = old->status;
    int err = replace(&u->username, old->username);
    return err != 0 ? err : keep_groups(image, u, old);
}

int image_inherit(struct image *image, const struct image *old, uint64_t since, bool keep_missing)
{
    int err = 0;
    if (image->serial < old->serial)
        image->serial = old->serial;
    for (size_t i = 0; i < old->user_count && err == 0; i++) {
        const struct image_user *before = old->users[i];
        bool has_changed = before->serial > since;
        struct image_user *u = image_find_sub(image, before->sub);
        bool is_bound = image_binding(old, before) != NULL;
        if (u == NULL && ((keep_missing && is_bound) || has_changed)) {
            err = keep_user(image, before);
            u = image_find_sub(image, before->sub);
        }
        if (err == 0 && u != NULL && has_changed)
            err = keep_changes(image, u, before);
    }
    return err;
}
