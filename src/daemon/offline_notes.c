/* SPDX-License-Identifier: Apache-2.0
 *
 * What online logins leave behind for offline ones. Each is a hash on its way; what cannot be
 * hashed now costs the verifier, never leaves an old one (R-PAM-10).
 */
#include "daemon/offline_notes.h"

#include "daemon/log.h"
#include "net/skew.h"

#include <stdlib.h>
#include <string.h>

enum aim {
    WRITE,        /* the pool took this password: it is the verifier now */
    DROP_IF_SAME, /* the pool refused this password */
    DROP_IF_OTHER /* the pool took this password, through a service without offline logins */
};

struct offline_note {
    struct offline_note *next, **link;
    struct daemon *daemon;
    char *sub;
    enum aim aim;
    struct hasher_job *job;
};

void offline_drop(struct daemon *d, const char *sub, const char *why)
{
    struct store_verifier v;
    int err = store_find_verifier(d->store, sub, &v);
    explicit_bzero(&v, sizeof v);
    if (err == ERR_ABSENT)
        return;
    const struct image_user *u = image_find_sub(d->image, sub);
    err = store_drop_verifier(d->store, sub);
    if (err == 0)
        log_info("offline: the verifier of %s is gone: %s", u == NULL ? sub : u->login, why);
    else
        log_error("offline: the verifier of %s could not be deleted: %s",
                  u == NULL ? sub : u->login, err_text(err));
}

static void free_note(struct offline_note *n)
{
    hasher_cancel(&n->job);
    *n->link = n->next;
    if (n->next != NULL)
        n->next->link = n->link;
    free(n->sub);
    free(n);
}

/* The user may have been disabled since the pool let it in. */
static void write_verifier(struct offline_note *n, const char *hash)
{
    struct daemon *d = n->daemon;
    const struct image_user *u = image_find_sub(d->image, n->sub);
    struct store_verifier v = { .written_s = skew_wall_s(d->skew) };
    if (u == NULL || !u->is_enabled || u->status != IMAGE_CONFIRMED)
        return;
    memcpy(v.hash, hash, strlen(hash) + 1);
    int err = store_put_verifier(d->store, n->sub, &v);
    explicit_bzero(&v, sizeof v);
    if (err == 0) {
        log_debug("offline: a verifier of %s was written", u->login);
        return;
    }
    log_error("offline: the verifier of %s could not be written: %s", u->login, err_text(err));
    offline_drop(d, n->sub, "its successor could not be written");
}

/* Another one may have taken its place. */
static bool is_stored(const struct offline_note *n, const char *hash)
{
    struct store_verifier v;
    bool is_it =
        store_find_verifier(n->daemon->store, n->sub, &v) == 0 && strcmp(v.hash, hash) == 0;
    explicit_bzero(&v, sizeof v);
    return is_it;
}

static void on_hashed(void *arg, int err, const char *hash)
{
    struct offline_note *n = arg;
    n->job = NULL;
    if (n->aim == WRITE && err == 0)
        write_verifier(n, hash);
    else if (n->aim == WRITE)
        offline_drop(n->daemon, n->sub, "its successor could not be made");
    else if (is_stored(n, hash) && err != (n->aim == DROP_IF_SAME ? ERR_AUTH : 0))
        offline_drop(n->daemon, n->sub, "the pool has another password");
    free_note(n);
}

static int add_note(struct daemon *d, const char *sub, enum aim aim, const struct secret *password,
                    const char *hash)
{
    struct offline_note *n = calloc(1, sizeof *n);
    if (n == NULL)
        return ERR_NOMEM;
    *n = (struct offline_note){ .daemon = d, .aim = aim, .sub = strdup(sub) };
    n->link = &d->offline->notes;
    n->next = *n->link;
    if (n->next != NULL)
        n->next->link = &n->next;
    *n->link = n;
    int err = n->sub == NULL
                  ? ERR_NOMEM
                  : hasher_start(d->offline->hasher, sub, password, hash, on_hashed, n, &n->job);
    if (err != 0)
        free_note(n);
    return err;
}

static void note(struct daemon *d, const char *sub, enum aim aim, const struct secret *password)
{
    struct store_verifier v;
    int err = store_find_verifier(d->store, sub, &v);
    if (err == ERR_ABSENT && aim != WRITE)
        return;
    if (err == 0 || aim == WRITE)
        err = add_note(d, sub, aim, password, aim == WRITE ? NULL : v.hash);
    explicit_bzero(&v, sizeof v);
    if (err != 0)
        offline_drop(d, sub, "it could not be looked at now");
}

void offline_accepted(struct daemon *d, const char *sub, const char *service,
                      const struct auth *auth)
{
    if (d->offline == NULL)
        return;
    if (!auth_password_was_all(auth))
        offline_drop(d, sub, "a login took more than the password");
    else if (!config_offline_login(d->config, service))
        note(d, sub, DROP_IF_OTHER, auth_password(auth));
    else
        note(d, sub, WRITE, auth_password(auth));
}

void offline_refused(struct daemon *d, const char *sub, const struct auth *auth, const char *reason)
{
    /* What the pool says without proof of the password it says of the account. */
    static const char *const about_account[] = {
        "disabled",     "account_expired", "temporary_password_expired",
        "unknown_user", "unconfirmed",     "reset_required",
    };
    if (d->offline == NULL || sub == NULL)
        return;
    for (size_t i = 0; i < COUNT(about_account); i++)
        if (strcmp(reason, about_account[i]) == 0)
            offline_drop(d, sub, reason);
    if (strcmp(reason, "bad_password") == 0 && auth_password_is_open(auth))
        note(d, sub, DROP_IF_SAME, auth_password(auth));
}

void offline_changed(struct daemon *d, const char *sub, const struct secret *password)
{
    struct store_verifier v;
    if (d->offline == NULL || sub == NULL || store_find_verifier(d->store, sub, &v) != 0)
        return;
    explicit_bzero(&v, sizeof v);
    if (password == NULL)
        offline_drop(d, sub, "a new password was set");
    else
        note(d, sub, WRITE, password);
}

int offline_open(struct daemon *d, struct offline **ret_offline)
{
    if (!config_offline_anywhere(d->config)) {
        *ret_offline = NULL;
        return store_drop_verifier(d->store, NULL);
    }
    struct offline *o = calloc(1, sizeof *o);
    int err = o == NULL ? ERR_NOMEM : hasher_open(d->loop, &o->hasher);
    if (err != 0)
        free(o);
    else
        *ret_offline = o;
    return err;
}

void offline_close(struct offline **op)
{
    if (op == NULL || *op == NULL)
        return;
    while ((*op)->notes != NULL) { /* what they are about to say is not waited for */
        offline_drop((*op)->notes->daemon, (*op)->notes->sub, "the daemon stops");
        free_note((*op)->notes);
    }
    hasher_close(&(*op)->hasher);
    free(*op);
    *op = NULL;
}
