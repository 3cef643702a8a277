/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/signin.h"

#include "base/name.h"
#include "daemon/compile.h"

#include <stdio.h>
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

/* Where a login comes from is root's to say. Others are programs of the user's own, such as screen
 * lockers: they are here, the user asks for himself, and they must not have an address of their
 * choice written into the log (and blocked for it) or told to the pool. Such a program also calls
 * itself what it likes, and gets that name's policy, for its own user alone; elsewhere it is not
 * taken for root's sshd. */
void signin_judge_claims(struct wire_auth_start *start, const struct conn_peer *peer,
                         char ret_service[SIGNIN_SERVICE_SIZE])
{
    bool is_roots = peer->uid == 0;
    snprintf(ret_service, SIGNIN_SERVICE_SIZE, "%s%s", is_roots ? "" : "user:", start->service);
    if (is_roots)
        return;
    start->rhost[0] = '\0';
    snprintf(start->ruser, sizeof start->ruser, "%s", start->user);
    start->tty[0] = '\0';
}
