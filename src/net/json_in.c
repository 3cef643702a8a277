/* SPDX-License-Identifier: Apache-2.0
 *
 * The only file that knows json-c. By the time json-c sees a byte, json_scan has judged it; what is
 * left for it is building the tree.
 */
#include "net/json_in.h"

#include "net/json_scan.h"

#include <json-c/json_object.h>
#include <json-c/json_object_iterator.h>
#include <json-c/json_tokener.h>
#include <json-c/json_visit.h>
#include <math.h>
#include <string.h>

#define EXACT_MAX 9007199254740992.0 /* 2^53: every integer up to it is a double */

/* json-c reads through pointers that are not const. */
static struct json_object *tree(const struct json *value)
{
    return (struct json_object *)(uintptr_t)value;
}

static struct json *opaque(struct json_object *o)
{
    return (struct json *)(uintptr_t)o;
}

static int count_members(struct json_object *o, int flags, struct json_object *parent,
                         const char *key, size_t *index, void *arg)
{
    (void)parent;
    (void)key;
    (void)index;
    size_t *count = arg;
    if (json_object_is_type(o, json_type_object) && (flags & JSON_C_VISIT_SECOND) == 0)
        *count += (size_t)json_object_object_length(o);
    return JSON_C_VISIT_RETURN_CONTINUE;
}

int json_in_parse(const char *bytes, size_t n, unsigned flags, struct json **ret_json)
{
    size_t keys = 0;
    int err = json_scan(bytes, n, flags, &keys);
    if (err != 0)
        return err;
    /* json-c counts scalars as a level too. */
    struct json_tokener *tok = json_tokener_new_ex(JSON_MAX_DEPTH + 2);
    if (tok == NULL)
        return ERR_NOMEM;
    json_tokener_set_flags(tok, JSON_TOKENER_STRICT | JSON_TOKENER_ALLOW_TRAILING_CHARS);
    struct json_object *o = json_tokener_parse_ex(tok, bytes, (int)n);
    json_tokener_free(tok);
    if (o == NULL)
        return ERR_FORMAT;
    size_t members = 0;
    err = ERR_FORMAT;
    if (json_c_visit(o, 0, count_members, &members) == 0 && members == keys)
        err = 0;
    if (err == 0)
        *ret_json = opaque(o);
    else
        json_object_put(o);
    return err;
}

void json_in_free(struct json **json)
{
    if (json == NULL || *json == NULL)
        return;
    json_object_put(tree(*json));
    *json = NULL;
}

struct json *json_in_hold(const struct json *value)
{
    return opaque(json_object_get(tree(value)));
}

bool json_in_is_object(const struct json *value)
{
    return value != NULL && json_object_is_type(tree(value), json_type_object);
}

bool json_in_is_string(const struct json *value)
{
    return value != NULL && json_object_is_type(tree(value), json_type_string);
}

const struct json *json_in_member(const struct json *object, const char *key)
{
    struct json_object *o = NULL;
    if (json_in_is_object(object))
        (void)json_object_object_get_ex(tree(object), key, &o);
    return opaque(o);
}

/* A member of the given type. */
static int member(const struct json *object, const char *key, enum json_type type,
                  struct json_object **ret_o)
{
    if (!json_in_is_object(object))
        return ERR_FORMAT;
    struct json_object *o = NULL;
    if (!json_object_object_get_ex(tree(object), key, &o) || o == NULL)
        return ERR_ABSENT;
    if (!json_object_is_type(o, type))
        return ERR_FORMAT;
    *ret_o = o;
    return 0;
}

int json_in_as_string(const struct json *value, const char **ret_s)
{
    if (value == NULL)
        return ERR_ABSENT;
    struct json_object *o = tree(value);
    if (!json_object_is_type(o, json_type_string))
        return ERR_FORMAT;
    const char *s = json_object_get_string(o);
    if (strlen(s) != (size_t)json_object_get_string_len(o))
        return ERR_FORMAT; /* a NUL inside */
    *ret_s = s;
    return 0;
}

int json_in_string(const struct json *object, const char *key, const char **ret_s)
{
    struct json_object *o;
    int err = member(object, key, json_type_string, &o);
    return err != 0 ? err : json_in_as_string(opaque(o), ret_s);
}

int json_in_bool(const struct json *object, const char *key, bool *ret_b)
{
    struct json_object *o;
    int err = member(object, key, json_type_boolean, &o);
    if (err == 0)
        *ret_b = json_object_get_boolean(o) != 0;
    return err;
}

int json_in_object(const struct json *object, const char *key, const struct json **ret_v)
{
    struct json_object *o;
    int err = member(object, key, json_type_object, &o);
    if (err == 0)
        *ret_v = opaque(o);
    return err;
}

int json_in_array(const struct json *object, const char *key, const struct json **ret_v)
{
    struct json_object *o;
    int err = member(object, key, json_type_array, &o);
    if (err == 0)
        *ret_v = opaque(o);
    return err;
}

int json_in_number(const struct json *object, const char *key, double *ret_d)
{
    struct json_object *o;
    int err = member(object, key, json_type_double, &o);
    if (err == ERR_FORMAT)
        err = member(object, key, json_type_int, &o);
    if (err != 0)
        return err;
    double d = json_object_get_double(o);
    if (!isfinite(d))
        return ERR_FORMAT;
    /* json-c clamps integers that do not fit: the ends of its range are no numbers to trust. */
    if (json_object_is_type(o, json_type_int) &&
        (json_object_get_int64(o) == INT64_MAX || json_object_get_int64(o) == INT64_MIN))
        return ERR_FORMAT;
    *ret_d = d;
    return 0;
}

int json_in_integer(const struct json *object, const char *key, int64_t *ret_i)
{
    double d;
    int err = json_in_number(object, key, &d);
    if (err != 0)
        return err;
    if (d > EXACT_MAX || d < -EXACT_MAX)
        return ERR_FORMAT;
    *ret_i = (int64_t)d;
    return 0;
}

size_t json_in_count(const struct json *array)
{
    if (array == NULL || !json_object_is_type(tree(array), json_type_array))
        return 0;
    return json_object_array_length(tree(array));
}

const struct json *json_in_at(const struct json *array, size_t i)
{
    if (i >= json_in_count(array))
        return NULL;
    return opaque(json_object_array_get_idx(tree(array), i));
}

int json_in_each(const struct json *object,
                 int (*visit)(void *arg, const char *key, const struct json *value), void *arg)
{
    if (!json_in_is_object(object))
        return ERR_FORMAT;
    struct json_object_iterator at = json_object_iter_begin(tree(object));
    struct json_object_iterator end = json_object_iter_end(tree(object));
    while (!json_object_iter_equal(&at, &end)) {
        int err =
            visit(arg, json_object_iter_peek_name(&at), opaque(json_object_iter_peek_value(&at)));
        if (err != 0)
            return err;
        json_object_iter_next(&at);
    }
    return 0;
}
