/* SPDX-License-Identifier: Apache-2.0 */
/* Making, reading and removing groups, and who is in them. */
#include "bytes.h"
#include "operations.h"

#define GROUPS_PER_USER 100

static void put_group(struct call *c)
{
    json_object_object_add(c->out, "Group", call_group_json(c->pool, c->group));
}

void ops_get_group(struct call *c)
{
    put_group(c);
}

void ops_create_group(struct call *c)
{
    const char *name = call_text(c, "GroupName");
    if (model_group_find(c->pool, name) != NULL) {
        call_fail(c, "GroupExistsException", "A group with the name already exists.");
        return;
    }
    c->group = model_group_new(c->pool, name);
    model_replace(&c->group->description, call_text(c, "Description"));
    model_replace(&c->group->role_arn, call_text(c, "RoleArn"));
    c->group->precedence = call_number(c, "Precedence", -1);
    put_group(c);
}

void ops_delete_group(struct call *c)
{
    model_group_delete(c->pool, c->group);
}

void ops_add_to_group(struct call *c)
{
    if (c->user->group_count >= GROUPS_PER_USER && !model_group_has(c->group, c->user))
        call_fail(c, "LimitExceededException", "User is a member of too many groups.");
    else
        model_group_join(c->group, c->user);
}

void ops_remove_from_group(struct call *c)
{
    model_group_leave(c->group, c->user);
}
