/* SPDX-License-Identifier: Apache-2.0 */
/* One call: reading members, failing, building answers; see call.h. */
#include "call.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "bytes.h"

void call_fail(struct call *c, const char *type, const char *fmt, ...)
{
    if (call_failed(c))
        return;
    c->status = 400;
    c->type = type;
    c->message_key = "message";
    if (fmt == NULL)
        return;
    va_list ap;
    va_start(ap, fmt);
    if (vasprintf(&c->message, fmt, ap) < 0)
        c->message = NULL;
    va_end(ap);
}

bool call_failed(const struct call *c)
{
    return c->status != 200;
}

struct json_object *call_member(const struct call *c, const char *member)
{
    struct json_object *v = NULL;
    return json_object_object_get_ex(c->in, member, &v) ? v : NULL;
}

const char *call_text(const struct call *c, const char *member)
{
    struct json_object *v = call_member(c, member);
    return v == NULL ? NULL : json_object_get_string(v);
}

int call_number(const struct call *c, const char *member, int absent)
{
    struct json_object *v = call_member(c, member);
    return v == NULL ? absent : json_object_get_int(v);
}

bool call_flag(const struct call *c, const char *member, bool absent)
{
    struct json_object *v = call_member(c, member);
    return v == NULL ? absent : json_object_get_boolean(v);
}

const char *call_map(const struct call *c, const char *map, const char *key)
{
    struct json_object *m = call_member(c, map), *v = NULL;
    return m != NULL && json_object_object_get_ex(m, key, &v) ? json_object_get_string(v) : NULL;
}

void call_put(struct json_object *o, const char *key, const char *text)
{
    if (text != NULL)
        json_object_object_add(o, key, json_object_new_string(text));
}

void call_put_time(struct json_object *o, const char *key, int64_t ms)
{
    char text[32];
    snprintf(text, sizeof text, "%lld.%03d", (long long)(ms / 1000), (int)(ms % 1000));
    json_object_object_add(o, key, json_object_new_double_s((double)ms / 1000, text));
}

struct json_object *call_user_json(const struct user *u, const char *attributes_member)
{
    struct json_object *o = json_object_new_object();
    struct json_object *list = json_object_new_array_ext((int)u->attr_count);
    call_put(o, "Username", u->name);
    for (size_t i = 0; i < u->attr_count; i++) {
        struct json_object *a = json_object_new_object();
        call_put(a, "Name", u->attrs[i].name);
        call_put(a, "Value", u->attrs[i].value);
        json_object_array_add(list, a);
    }
    json_object_object_add(o, attributes_member, list);
    call_put_time(o, "UserCreateDate", u->created_ms);
    call_put_time(o, "UserLastModifiedDate", u->modified_ms);
    json_object_object_add(o, "Enabled", json_object_new_boolean(u->enabled));
    call_put(o, "UserStatus", u->status);
    return o;
}

struct json_object *call_group_json(const struct pool *p, const struct group *g)
{
    struct json_object *o = json_object_new_object();
    call_put(o, "GroupName", g->name);
    call_put(o, "UserPoolId", p->id);
    call_put(o, "Description", g->description);
    call_put(o, "RoleArn", g->role_arn);
    if (g->precedence >= 0)
        json_object_object_add(o, "Precedence", json_object_new_int(g->precedence));
    call_put_time(o, "LastModifiedDate", g->modified_ms);
    call_put_time(o, "CreationDate", g->created_ms);
    return o;
}
