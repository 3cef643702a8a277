/* SPDX-License-Identifier: Apache-2.0 */
/* Which attributes a user of a pool can have, and the form of some of them. */
#ifndef POOL_SCHEMA_H
#define POOL_SCHEMA_H

#include "call.h"

/* Fails the call unless c->pool has such an attribute and may hold that value. */
void schema_check(struct call *c, const char *name, const char *value);

#endif
