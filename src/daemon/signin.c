/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/signin.h"

#include "base/name.h"
#include "daemon/compile.h"

#include <string.h>

struct auth_options signin_options(const struct daemon *d)
{
    const struct config *c = d->config;
    return (struct auth_options){
        .flow = (enum auth_flow)auth_flow_find(c->auth_flow),
        .is_public = strcmp(c->api, "public") == 0,
        .preferred = c->preferred_challenge,
        .pool_id = c->pool_id,
        .client_id = c->client_id,
        .client_secret = d->client_secret.bytes,
        .host = d->host_name,
        .skew = d->skew,
    };
}

const struct image_user *signin_find_user(const struct daemon *d, const char *name)
{
    const struct image_user *u = name_is_valid(name) ? image_find_login(d->image, name) : NULL;
    return u != NULL && compile_hides_user(d->image, &d->host, u) == NULL ? u : NULL;
}
