/* SPDX-License-Identifier: Apache-2.0
 *
 * One user for cognitoctl: what the pool says, what became of it here and why.
 */
#include "daemon/compile.h"
#include "daemon/daemon.h"
#include "daemon/facts.h"
#include "daemon/status.h"
#include "identity/rules.h"

#include <string.h>

#define RIVALS_SHOWN 10

static const char *origin_text(enum image_origin origin)
{
    static const char *const texts[] = {
        [IMAGE_ID_HASH] = "hash", [IMAGE_ID_ATTRIBUTE] = "attribute", [IMAGE_ID_PINNED] = "[ids]"
    };
    return texts[origin];
}

/* Whoever is here under this login name, else by sub or the pool's name, else somebody who claims
 * it in vain. */
static const struct image_user *find_any(const struct image *image, const char *name)
{
    const struct image_user *u = image_find_login(image, name);
    if (u == NULL)
        u = image_find_sub(image, name);
    for (size_t i = 0; i < image->user_count && u == NULL; i++)
        if (strcmp(image->users[i]->username, name) == 0)
            u = image->users[i];
    for (size_t i = 0; i < image->user_count && u == NULL; i++)
        if (strcmp(image->users[i]->login, name) == 0)
            u = image->users[i];
    return u;
}

/* To whom it is bound, when that is somebody else (R-ID-02, R-ID-15). */
static void add_owner(const struct daemon *d, const struct image_user *u, const struct binding *b,
                      const char *key, struct facts *f)
{
    if (b == NULL || strcmp(b->sub, u->sub) == 0)
        return;
    const struct image_user *owner = image_find_sub(d->image, b->sub);
    facts_add(f, key, "%s (%s), uid %u", b->sub,
              owner == NULL ? "not in the directory now" : owner->username, b->uid);
}

/* Who else claims the same, bound or not. */
static void add_rivals(const struct daemon *d, const struct image_user *u, struct facts *f)
{
    size_t shown = 0;
    if (u->login[0] == '\0')
        return;
    add_owner(d, u, bindings_of_login(&d->bindings, u->login), "name_belongs_to", f);
    add_owner(d, u, bindings_of_uid(&d->bindings, u->uid), "uid_belongs_to", f);
    for (size_t i = 0; i < d->image->user_count && shown < RIVALS_SHOWN; i++) {
        const struct image_user *other = d->image->users[i];
        if (other == u || other->login[0] == '\0')
            continue;
        if (strcmp(other->login, u->login) == 0)
            facts_add(f, "name_also_claimed_by", "%s (%s)", other->sub, other->username);
        else if (other->uid == u->uid)
            facts_add(f, "uid_also_claimed_by", "%s (%s)", other->sub, other->username);
        else
            continue;
        shown++;
    }
}

static void add_user_groups(const struct daemon *d, const struct image_user *u, struct facts *f)
{
    for (size_t i = 0; i < u->group_count; i++) {
        const struct image_group *g = u->groups[i];
        const char *hidden = compile_hides_group(&d->host, g);
        if (hidden == NULL)
            facts_add(f, "pool_group", "%s gid=%u (%s)", g->raw, g->gid, origin_text(g->origin));
        else
            facts_add(f, "pool_group", "%s (no group here: %s)", g->raw, hidden);
    }
    for (size_t i = 0; i < d->config->local_groups.count; i++) {
        const struct config_pair *p = &d->config->local_groups.item[i];
        if (image_is_member(u, p->key))
            facts_add(f, "local_group", "%s (by %s)%s", p->value, p->key,
                      host_has_group(&d->host, p->value) ? "" : ": does not exist");
    }
}

/* R-ID-04 */
static void add_primary(const struct daemon *d, const struct image_user *u, struct facts *f)
{
    const struct bound_gid *group = bindings_primary(&d->bindings, u->primary);
    if (u->primary == PRIMARY_OPEN)
        return;
    facts_add(f, "primary_group", "%s gid=%u", group == NULL ? "private" : group->group,
              compile_gid(d->image, u));
    if (u->primary != image_wanted_primary(d->image))
        facts_add(f, "not_followed", "[users] primary_group = %s: the user keeps the one above",
                  d->config->primary_group);
}

static void add_user(const struct daemon *d, const struct image_user *u, struct facts *f)
{
    const char *hidden = compile_hides_user(d->image, &d->host, u);
    bool is_here = hidden == NULL;
    bool may = is_here && u->is_enabled && image_is_let_in(u, &d->config->allow_groups);
    facts_add(f, "login_name", "%s", u->login[0] != '\0' ? u->login : "-");
    facts_add(f, "pool_username", "%s", u->username);
    facts_add(f, "sub", "%s", u->sub);
    if (u->uid != ID_NONE)
        facts_add(f, "uid", "%u (%s)", u->uid, origin_text(u->origin));
    if (u->drift != NULL)
        facts_add(f, "not_followed", "%s", u->drift);
    add_primary(d, u, f);
    facts_add(f, "home", "%s", u->home);
    facts_add(f, "ssh_keys", "%zu", u->keys.count);
    if (u->keys.refused > 0)
        facts_add(f, "ssh_keys_refused", "%zu: %s", u->keys.refused, u->keys.why);
    facts_add(f, "status", "%s", rules_status_text(u->status));
    facts_add(f, "enabled", "%s", u->is_enabled ? "yes" : "no");
    facts_add(f, "on_this_host", "%s%s", is_here ? "yes" : "no: ", is_here ? "" : hidden);
    facts_add(f, "may_log_in", "%s", may ? "yes" : "no");
    add_rivals(d, u, f);
    add_user_groups(d, u, f);
}

/* Who is gone keeps name and uid. */
static void add_absent(const struct binding *b, struct facts *f)
{
    facts_add(f, "login_name", "%s", b->login);
    facts_add(f, "sub", "%s", b->sub);
    facts_add(f, "uid", "%u", b->uid);
    facts_add(f, "on_this_host", "no: not in the directory; name and uid are kept for this sub");
    facts_add(f, "may_log_in", "no");
}

void status_handle_user(struct conn *conn, struct rd *body)
{
    const struct daemon *d = conn_daemon(conn);
    char name[WIRE_NAME_SIZE];
    struct facts f;
    if (wire_get_show_user(body, name) != 0) {
        conn_close(conn);
        return;
    }
    const struct image_user *u = find_any(d->image, name);
    const struct binding *b = bindings_of_login(&d->bindings, name);
    if (b == NULL)
        b = bindings_of_sub(&d->bindings, name);
    if (!facts_begin(conn, &f, u == NULL && b == NULL ? ERR_ABSENT : 0))
        return;
    if (u != NULL)
        add_user(d, u, &f);
    else if (b != NULL)
        add_absent(b, &f);
    facts_send(conn, &f);
}
