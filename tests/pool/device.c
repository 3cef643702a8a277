/* SPDX-License-Identifier: Apache-2.0 */
/* Devices of users; see device.h. */
#include "device.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bytes.h"

struct device *device_new(struct call *c)
{
    char uuid[37];
    struct device *d = bytes_grow(NULL, 1, sizeof *d);
    *d = (struct device){ .next = c->user->devices,
                          .serial = c->pool->next_serial++,
                          .created_ms = model_now_ms(c->w) };
    d->modified_ms = d->used_ms = d->created_ms;
    bytes_random_uuid(uuid);
    snprintf(d->key, sizeof d->key, "%.40s_%s", c->pool->region, uuid);
    char *random = bytes_random_text(6);
    snprintf(d->group_key, sizeof d->group_key, "-%s", random);
    free(random);
    c->user->devices = d;
    return d;
}

static struct device *find(const struct user *u, const char *key)
{
    struct device *d = u->devices;
    while (d != NULL && strcmp(d->key, key) != 0)
        d = d->next;
    return d;
}

struct device *device_find(const struct user *u, const char *key)
{
    struct device *d = find(u, key);
    return d != NULL && d->verifier != NULL ? d : NULL;
}

struct device *device_find_offered(const struct user *u, const char *key)
{
    struct device *d = find(u, key);
    return d != NULL && d->verifier == NULL ? d : NULL;
}

static void free_device(struct device *d)
{
    free(d->name);
    free(d->salt);
    free(d->verifier);
    free(d);
}

void device_forget(struct user *u, struct device *d)
{
    struct device **at = &u->devices;
    while (*at != d)
        at = &(*at)->next;
    *at = d->next;
    free_device(d);
}

void device_free_all(struct user *u)
{
    while (u->devices != NULL)
        device_forget(u, u->devices);
}

static bool is_tracked(const struct call *c)
{
    bool is_admin = c->op != NULL && (c->op->needs & NEEDS_AWS) != 0;
    return c->pool->devices != DEVICES_OFF && c->user != NULL && !is_admin;
}

void device_take_key(struct call *c, const char *map)
{
    const char *key = call_map(c, map, "DEVICE_KEY");
    if (key == NULL || !is_tracked(c))
        return;
    const struct device *d = device_find(c->user, key);
    if (d == NULL)
        call_fail(c, "ResourceNotFoundException", "Device does not exist.");
    else if (d->is_remembered)
        snprintf(c->signin.device_key, sizeof c->signin.device_key, "%s", key);
}

bool device_is_asked(const struct call *c)
{
    return c->signin.device_key[0] != '\0' && !c->signin.is_device_proved;
}

bool device_is_offered(const struct call *c)
{
    return c->signin.is_srp && !c->signin.is_device_proved && is_tracked(c);
}
