/* SPDX-License-Identifier: Apache-2.0 */
/* How the start file is read: tables of keys; and the keys that do not fit into startfile.c. */
#ifndef POOL_STARTFILE_PART_H
#define POOL_STARTFILE_PART_H

#include <json-c/json.h>
#include <stdbool.h>

/* Where a value goes is the function's business; target is the object being filled. */
struct startfile_key {
    const char *name;
    bool (*set)(void *target, struct json_object *value);
};

/* Every member of o must be in keys (which end with a NULL name). False with a message. */
bool startfile_fill(void *target, struct json_object *o, const struct startfile_key *keys,
                    const char *what);
bool startfile_each(struct json_object *list, void *target,
                    bool (*one)(void *, struct json_object *));

char **startfile_texts(struct json_object *list); /* NULL at the end; NULL: not a list */

/* startfile_aws.c: the target is the struct world. */
bool startfile_roles(void *w, struct json_object *v);
bool startfile_quotas(void *w, struct json_object *v);

/* startfile_flow.c: the target is a struct pool. */
bool startfile_custom(void *p, struct json_object *v);
bool startfile_attempts(void *p, struct json_object *v);
bool startfile_devices(void *p, struct json_object *v);
bool startfile_device_mfa(void *p, struct json_object *v);
bool startfile_factors(void *p, struct json_object *v);

#endif
