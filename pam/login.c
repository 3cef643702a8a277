/* SPDX-License-Identifier: Apache-2.0 */
#include "login.h"
#include "conv.h"
#include "dialogue.h"
#include "policy.h"

/* The daemon has just published what it learned from this login. */
static int confirm(struct call *c)
{
    int err = policy_find(c, false);
    if (err == 0)
        err = access_check_ids(&c->access);
    if (err == 0)
        err = access_check_groups(&c->access);
    access_unpin(&c->access);
    return err == ERR_NOT_OURS ? ERR_DENIED : err;
}

/* For modules below, such as keyrings. Set after success only: no later module shall try a refused
 * password. */
static void pass_on(const struct call *c, const struct dialogue *d)
{
    const struct secret *fresh = dialogue_new_password(d);
    const struct secret *valid = fresh->len > 0 ? fresh : dialogue_password(d);
    if (valid->len > 0)
        (void)pam_set_item(c->handle, PAM_AUTHTOK, valid->bytes);
}

/* login(1) leaves the name to the modules when none was given; libpam asks and stores it, and does
 * not look whether there is a conversation function. */
static int ask_name(struct call *c)
{
    const char *user = NULL;
    const void *item = NULL;
    if (pam_get_item(c->handle, PAM_USER, &item) == PAM_SUCCESS && item != NULL)
        return 0;
    if (!conv_is_there(c->handle))
        return ERR_CONV;
    int code = pam_get_user(c->handle, &user, NULL);
    if (code == PAM_BUF_ERR)
        return ERR_NOMEM;
    return code == PAM_SUCCESS && user != NULL ? 0 : ERR_CONV;
}

static int admit(struct call *c)
{
    int err = ask_name(c);
    if (err == 0)
        err = policy_find(c, true);
    if (err == 0)
        err = access_load(&c->access);
    if (err == 0)
        err = access_check_ids(&c->access);
    access_unpin(&c->access);
    return err;
}

int login_run(struct call *c)
{
    struct dialogue *d = NULL;
    int err = admit(c);
    if (err == 0)
        err = dialogue_open(c, 0, &d);
    if (err == 0)
        err = dialogue_run(d);
    if (err == 0)
        err = confirm(c);
    if (err == 0)
        pass_on(c, d);
    dialogue_free(&d);
    return err;
}
