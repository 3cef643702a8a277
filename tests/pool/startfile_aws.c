/* SPDX-License-Identifier: Apache-2.0 */
/* Keys of the start file about roles and quotas; see startfile_part.h. */
#include <stdlib.h>

#include "bytes.h"
#include "model.h"
#include "startfile_part.h"
#include "sts.h"

/* ---- roles ---- */

static bool role_arn(void *r, struct json_object *v)
{
    ((struct role *)r)->arn = bytes_copy(json_object_get_string(v));
    return json_object_is_type(v, json_type_string);
}

static bool role_external(void *r, struct json_object *v)
{
    ((struct role *)r)->external_id = bytes_copy(json_object_get_string(v));
    return json_object_is_type(v, json_type_string);
}

static bool role_trusted(void *r, struct json_object *v)
{
    return (((struct role *)r)->trusted = startfile_texts(v)) != NULL;
}

static bool role_actions(void *r, struct json_object *v)
{
    return (((struct role *)r)->actions = startfile_texts(v)) != NULL;
}

static bool role_tokens(void *r, struct json_object *v)
{
    return (((struct role *)r)->tokens = startfile_texts(v)) != NULL;
}

static bool role_old_tokens(void *r, struct json_object *v)
{
    return (((struct role *)r)->old_tokens = startfile_texts(v)) != NULL;
}

static bool role_longest(void *r, struct json_object *v)
{
    ((struct role *)r)->longest_s = json_object_get_int(v);
    return json_object_is_type(v, json_type_int);
}

static const struct startfile_key role_keys[] = {
    { "arn", role_arn },
    { "external_id", role_external },
    { "trusted", role_trusted },
    { "actions", role_actions },
    { "web_identity_tokens", role_tokens },
    { "expired_tokens", role_old_tokens },
    { "max_seconds", role_longest },
    { 0 },
};

static bool add_role(void *world, struct json_object *o)
{
    struct world *w = world;
    w->roles = bytes_grow(w->roles, w->role_count + 1, sizeof *w->roles);
    struct role *r = &w->roles[w->role_count++];
    *r = (struct role){ .longest_s = 3600 };
    return startfile_fill(r, o, role_keys, "roles") && r->arn != NULL;
}

bool startfile_roles(void *w, struct json_object *v)
{
    return startfile_each(v, w, add_role);
}

/* ---- quotas ---- */

bool startfile_quotas(void *w, struct json_object *v)
{
    if (!json_object_is_type(v, json_type_object))
        return false;
    json_object_object_foreach(v, name, value)
    {
        if (!quota_set(((struct world *)w)->quotas, name, json_object_get_double(value)))
            return false;
    }
    return true;
}
