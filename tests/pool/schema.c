/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which attributes a user can have; see schema.h. The standard ones are OpenID Connect's. Custom
 * ones must be in the pool's schema, if the start file gives it one.
 */
#include "schema.h"

#include <string.h>

#include "bytes.h"

static const char *const standard[] = {
    "name",       "given_name", "family_name",  "middle_name", "nickname", "preferred_username",
    "profile",    "picture",    "website",      "email",       "gender",   "email_verified",
    "zoneinfo",   "locale",     "phone_number", "birthdate",   "address",  "phone_number_verified",
    "updated_at", "identities",
};

static bool is_standard(const char *name)
{
    for (size_t i = 0; i < COUNT(standard); i++) {
        if (strcmp(standard[i], name) == 0)
            return true;
    }
    return false;
}

static bool is_custom(const struct pool *p, const char *name)
{
    if (strncmp(name, "custom:", 7) != 0 && strncmp(name, "dev:custom:", 11) != 0)
        return false;
    if (p->schema == NULL)
        return true;
    for (size_t i = 0; i < json_object_array_length(p->schema); i++) {
        struct json_object *n = NULL;
        json_object_object_get_ex(json_object_array_get_idx(p->schema, i), "Name", &n);
        if (n != NULL && strcmp(json_object_get_string(n), name) == 0)
            return true;
    }
    return false;
}

static bool is_address(const char *value)
{
    const char *at = strchr(value, '@');
    return at != NULL && at != value && at[1] != '\0' && strpbrk(value, " \t\r\n") == NULL;
}

static bool is_phone(const char *value)
{
    size_t digits = *value == '+' ? strspn(value + 1, "0123456789") : 0;
    return digits >= 4 && value[1 + digits] == '\0';
}

void schema_check(struct call *c, const char *name, const char *value)
{
    if (strcmp(name, "sub") == 0)
        call_fail(c, "InvalidParameterException", "Cannot modify the non-mutable attribute sub");
    else if (strncmp(name, "custom:", 7) == 0 && !is_custom(c->pool, name))
        call_fail(c, "InvalidParameterException",
                  "Attributes did not conform to the schema: Type for attribute {%s} could not be "
                  "determined",
                  name);
    else if (!is_standard(name) && !is_custom(c->pool, name))
        call_fail(c, "InvalidParameterException",
                  "Attributes did not conform to the schema: %s: Attribute does not exist in the "
                  "schema.",
                  name);
    else if (strcmp(name, "email") == 0 && *value != '\0' && !is_address(value))
        call_fail(c, "InvalidParameterException", "Invalid email address format.");
    else if (strcmp(name, "phone_number") == 0 && *value != '\0' && !is_phone(value))
        call_fail(c, "InvalidParameterException", "Invalid phone number format.");
}
