/* SPDX-License-Identifier: Apache-2.0 */
#include "password.h"
#include "account.h"
#include "conv.h"
#include "dialogue.h"

#include "base/clock.h"
#include "base/paths.h"
#include "client/client.h"
#include "wire/wire.h"

#include <unistd.h>

/* A daemon that is starting has this long to take the connection. */
#define PROBE_MS 2000

/* What can be known before anything is asked. Modules below must not begin a change that this one
 * cannot make. */
static int probe(const struct call *c)
{
    int fd;
    int err = client_connect(path_pam_socket, clock_ms() + PROBE_MS, &fd);
    if (err == 0)
        close(fd);
    else
        conv_tell(c->handle, c->flags, PAM_ERROR_MSG,
                  "The password is kept in the user pool, which cannot be reached now.");
    return err;
}

/* Root is asked for the old password like everybody else, and told so: the pool changes nothing
 * without it. A program that found the password due works for who logs in, whatever its uid. */
static uint32_t purpose(const struct call *c)
{
    bool is_due = (c->flags & PAM_CHANGE_EXPIRED_AUTHTOK) != 0;
    return WIRE_AUTH_CHANGE_PASSWORD | (getuid() == 0 && !is_due ? WIRE_AUTH_FOR_ANOTHER : 0);
}

/* After success only: no other module shall take a password that the pool has refused. */
static int pass_on(const struct call *c, const struct dialogue *d)
{
    const struct secret *old = dialogue_password(d), *fresh = dialogue_new_password(d);
    if (fresh->len == 0) /* a daemon from before there were changes has only signed the user in */
        return ERR_FORMAT;
    if (old->len > 0)
        (void)pam_set_item(c->handle, PAM_OLDAUTHTOK, old->bytes);
    (void)pam_set_item(c->handle, PAM_AUTHTOK, fresh->bytes);
    return 0;
}

static int change(struct call *c)
{
    struct dialogue *d = NULL;
    int err = dialogue_open(c, purpose(c), &d);
    if (err == 0)
        err = dialogue_run(d);
    if (err == 0)
        err = pass_on(c, d);
    dialogue_free(&d);
    return err;
}

int password_run(struct call *c)
{
    int err = account_admits(c);
    bool is_due = err == 0 && account_wants_password(c);
    access_unpin(&c->access);
    if (err != 0 || (!is_due && (c->flags & PAM_CHANGE_EXPIRED_AUTHTOK) != 0))
        return err;
    return (c->flags & PAM_PRELIM_CHECK) != 0 ? probe(c) : change(c);
}
