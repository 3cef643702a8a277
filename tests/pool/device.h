/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Devices of users: offered at a sign-in by SRP, confirmed with a verifier of their own, remembered
 * or not. How they prove themselves is challenge_srp.c's business. Under world.lock.
 */
#ifndef POOL_DEVICE_H
#define POOL_DEVICE_H

#include "call.h"

struct session;

struct device {
    struct device *next;
    uint64_t serial;
    char key[80];          /* REGION_UUID */
    char group_key[10];    /* nine characters */
    char *name;            /* NULL: not told */
    char *salt, *verifier; /* hex; NULL: offered, but not confirmed */
    bool is_remembered;
    int64_t created_ms, modified_ms, used_ms;
};

/* A new device for a sign-in of c->user, not confirmed yet. */
struct device *device_new(struct call *c);
/* Of that user, confirmed; NULL: none. */
struct device *device_find(const struct user *u, const char *key);
/* Offered to that user and not confirmed yet; NULL: none. */
struct device *device_find_offered(const struct user *u, const char *key);
void device_forget(struct user *u, struct device *d);
void device_free_all(struct user *u);

/* Takes DEVICE_KEY of that map into c->signin, when the pool tracks devices and the form is the
   public one. Fails the call for a device that is not there (any more). */
void device_take_key(struct call *c, const char *map);
/* Is there a device that shall prove itself in this sign-in? */
bool device_is_asked(const struct call *c);
/* May a sign-in be offered a new device? */
bool device_is_offered(const struct call *c);

#endif
