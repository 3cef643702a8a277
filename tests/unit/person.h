/* SPDX-License-Identifier: Apache-2.0
 *
 * Pool users for tests: a row of a table becomes what image_put_user() takes.
 */
#ifndef UNIT_PERSON_H
#define UNIT_PERSON_H

#include "identity/image.h"

#include <string.h>

struct person_attribute {
    const char *name, *value;
};

struct person {
    const char *sub, *username;
    struct person_attribute attributes[6];
    int64_t created_s;
    const char *status; /* NULL: CONFIRMED */
    bool is_disabled;
};

static inline const char *person_attribute(const void *ctx, const char *name)
{
    const struct person *p = ctx;
    for (size_t i = 0; i < 6 && p->attributes[i].name != NULL; i++)
        if (strcmp(p->attributes[i].name, name) == 0)
            return p->attributes[i].value;
    return NULL;
}

static inline struct image_person person_of(const struct person *p)
{
    return (struct image_person){ .sub = p->sub,
                                  .username = p->username,
                                  .status = p->status == NULL ? "CONFIRMED" : p->status,
                                  .is_enabled = !p->is_disabled,
                                  .created_s = p->created_s,
                                  .attribute = person_attribute,
                                  .ctx = p };
}

#endif
