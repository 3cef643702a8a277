/* SPDX-License-Identifier: Apache-2.0
 *
 * What makes a Linux account of a pool user: [users], [local_groups], [ids]. What no attribute of
 * the directory may become is decided here and in src/identity/rules.c.
 */
#include "config/keys.h"

#include "base/name.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

static int login_name_is_known(const struct config *c, struct key_problem *why)
{
    static const char *const known[] = { "username", "preferred_username", "email" };
    if (strcmp(c->login_name, "email") == 0 && c->email_domains.count == 0)
        return check_refuse(why, "users", "email_domains", "is required with login_name = email");
    for (size_t i = 0; i < COUNT(known); i++)
        if (strcmp(c->login_name, known[i]) == 0)
            return 0;
    if (strncmp(c->login_name, "custom:", 7) == 0 || strncmp(c->login_name, "dev:custom:", 11) == 0)
        return 0;
    return check_refuse(why, "users", "login_name",
                        "must be username, preferred_username, email or custom:NAME");
}

/* The form only: whether it belongs to this pool and these attributes takes a hash, which is the
 * daemon's (identity/sources.h). */
static int verification_is_a_line(const struct config *c, struct key_problem *why)
{
    const char *line = c->attributes_verified;
    if (line[0] == '\0' || (strncmp(line, "v1:", 3) == 0 && strlen(line) == 3 + 64 &&
                            strspn(line + 3, "0123456789abcdef") == 64))
        return 0;
    return check_refuse(why, "users", "attributes_verified",
                        "must be v1: and 64 hexadecimal digits, see ATTRIBUTES THAT USERS WRITE "
                        "in cognitod.conf(5)");
}

/* R-ID-01: what a user can write himself is no source of an account, unless the operator has
 * checked or taken it upon himself in writing. */
static int sources_are_trusted(const struct config *c, struct key_problem *why)
{
    struct config_source source;
    if (c->attributes_verified[0] != '\0' || c->trust_writable_attributes ||
        !config_source(c, 0, &source))
        return 0;
    return check_refuse(why, "users", source.key,
                        "users may be able to write this attribute themselves: use a dev: "
                        "attribute, or set attributes_verified or trust_writable_attributes");
}

/* With a folder of its own above the first part with %u, or an attribute could name any folder of
 * the system (R-ID-13). */
static bool is_home_template(const char *home)
{
    if (!text_is_path(home) || strchr(home, ':') != NULL || strlen(home) > 200)
        return false;
    const char *percent = strchr(home, '%'), *second = strchr(home + 1, '/');
    return percent == NULL || (second != NULL && second < percent);
}

static int home_is_safe(const struct config *c, struct key_problem *why)
{
    const char *percent = strchr(c->home, '%');
    if (!is_home_template(c->home))
        return check_refuse(why, "users", "home",
                            "must be an absolute path below a folder of its own, without : // . "
                            "and ..");
    if (percent == NULL || percent[1] != 'u' || strchr(percent + 1, '%') != NULL)
        return check_refuse(why, "users", "home", "must hold %u once");
    return 0;
}

static int ranges_are_apart(const struct config *c, struct key_problem *why)
{
    struct id_range a = c->attribute_id_range, h = c->hash_id_range;
    if (a.low <= h.high && h.low <= a.high)
        return check_refuse(why, "users", "hash_id_range", "overlaps attribute_id_range");
    if (h.high - h.low < 65535)
        return check_refuse(why, "users", "hash_id_range", "must hold at least 65536 ids");
    return 0;
}

static int local_groups_are_names(const struct config *c, struct key_problem *why)
{
    for (size_t i = 0; i < c->local_groups.count; i++)
        if (!name_is_valid(c->local_groups.item[i].value))
            return check_refuse(why, "local_groups", c->local_groups.item[i].key,
                                "must be PoolGroup = local group, one local group a line");
    return 0;
}

static int pin_is_an_id(const struct config *c, const struct config_pair *pin,
                        struct key_problem *why)
{
    uint32_t id;
    if (!id_parse(pin->value, &id) ||
        (!id_is_allowed(id, c->attribute_id_range) && !id_is_allowed(id, c->hash_id_range)))
        return check_refuse(why, "ids", pin->key, "must be SUB = UID within the id ranges");
    return 0;
}

/* Ids have one spelling (R-ID-06): the texts may be compared. */
static int ids_are_ids(const struct config *c, struct key_problem *why)
{
    int err = 0;
    for (size_t i = 0; i < c->ids.count && err == 0; i++) {
        const struct config_pair *pin = &c->ids.item[i];
        err = pin_is_an_id(c, pin, why);
        for (size_t k = 0; k < i && err == 0; k++) {
            if (strcmp(c->ids.item[k].key, pin->key) == 0)
                err = check_refuse(why, "ids", pin->key, "is given two uids");
            else if (strcmp(c->ids.item[k].value, pin->value) == 0)
                err = check_refuse(why, "ids", pin->key, "is given another sub's uid");
        }
    }
    return err;
}

int check_users(struct config *c, struct key_problem *why)
{
    static int (*const steps[])(const struct config *, struct key_problem *) = {
        login_name_is_known, verification_is_a_line, sources_are_trusted, home_is_safe,
        ranges_are_apart,    local_groups_are_names, ids_are_ids,
    };
    int err = 0;
    for (size_t i = 0; i < COUNT(steps) && err == 0; i++)
        err = steps[i](c, why);
    return err;
}
