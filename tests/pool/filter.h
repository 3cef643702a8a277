/* SPDX-License-Identifier: Apache-2.0 */
/* The Filter of ListUsers: one term, NAME = "VALUE" or NAME ^= "VALUE". */
#ifndef POOL_FILTER_H
#define POOL_FILTER_H

#include "model.h"

struct filter {
    char name[40];
    char value[257];
    bool is_prefix;
    bool is_empty; /* no filter: everybody matches */
};

/* False: not a filter, or an attribute that cannot be searched (custom:* cannot). */
bool filter_parse(const char *text, struct filter *ret_f);
bool filter_matches(const struct filter *f, const struct user *u);

#endif
