/* SPDX-License-Identifier: Apache-2.0 */
/* The Filter of ListUsers; see filter.h. Inside the value, '\' escapes '"' and '\'. */
#include "filter.h"

#include <string.h>
#include <strings.h>

#include "bytes.h"

static const char *const searchable[] = {
    "username",   "email",       "phone_number",       "name",
    "given_name", "family_name", "preferred_username", "cognito:user_status",
    "status",     "sub",
};

static const char *skip_blanks(const char *p)
{
    return p + strspn(p, " \t");
}

/* The quoted value; returns what follows it, NULL if it does not end or escapes something else. */
static const char *parse_value(const char *p, char *ret, size_t room)
{
    size_t n = 0;
    if (*p++ != '"')
        return NULL;
    for (; *p != '"'; p++) {
        if (*p == '\\' && *++p != '"' && *p != '\\')
            return NULL;
        if (*p == '\0' || n + 1 >= room)
            return NULL;
        ret[n++] = *p;
    }
    ret[n] = '\0';
    return p + 1;
}

bool filter_parse(const char *text, struct filter *ret_f)
{
    struct filter f = { 0 };
    const char *p = skip_blanks(text == NULL ? "" : text);
    if (*p == '\0') {
        f.is_empty = true;
        *ret_f = f;
        return true;
    }
    const char *quote = *p == '"' ? "\"" : "";
    p += *quote != '\0';
    size_t n = strcspn(p, " \t=^\"");
    if (n == 0 || n >= sizeof f.name)
        return false;
    memcpy(f.name, p, n);
    p += n;
    if (*quote != '\0' && *p++ != '"')
        return false;
    p = skip_blanks(p);
    f.is_prefix = *p == '^';
    p += f.is_prefix;
    if (*p++ != '=')
        return false;
    p = parse_value(skip_blanks(p), f.value, sizeof f.value);
    if (p == NULL || *skip_blanks(p) != '\0')
        return false;
    for (size_t i = 0; i < COUNT(searchable); i++) {
        if (strcmp(searchable[i], f.name) == 0) {
            *ret_f = f;
            return true;
        }
    }
    return false;
}

bool filter_matches(const struct filter *f, const struct user *u)
{
    const char *have;
    bool ignore_case = false;
    if (f->is_empty)
        return true;
    if (strcmp(f->name, "username") == 0) {
        have = u->name;
    } else if (strcmp(f->name, "status") == 0) {
        have = u->enabled ? "Enabled" : "Disabled";
    } else if (strcmp(f->name, "cognito:user_status") == 0) {
        have = u->status;
        ignore_case = true;
    } else {
        have = model_user_attr(u, f->name);
    }
    if (have == NULL)
        return false;
    size_t n = f->is_prefix ? strlen(f->value) : strlen(have) + 1;
    return ignore_case ? strncasecmp(have, f->value, n) == 0 : strncmp(have, f->value, n) == 0;
}
