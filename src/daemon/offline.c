/* SPDX-License-Identifier: Apache-2.0
 *
 * One login with the pool out of reach, as a list of steps. The wall clock is the host's own: there
 * is no other one then. What online logins write for later is in offline_notes.c.
 */
#include "daemon/offline_notes.h"

#include "daemon/steps.h"
#include "daemon/verdict.h"
#include "net/skew.h"

#include <stdlib.h>
#include <string.h>

struct offline_try {
    struct steps steps;
    struct daemon *daemon;
    char *sub, *service;
    struct secret password;
    struct store_verifier verifier;
    struct hasher_job *job;
};

bool offline_is_away(const struct api_result *result)
{
    const struct errors_rule *rule = result->rule;
    if (result->err == 0)
        return false;
    if (rule != NULL)
        return rule->action == ERRORS_THROTTLED || rule->action == ERRORS_TRANSIENT;
    return result->status == 0 && (result->err == ERR_UNAVAIL || result->err == ERR_TIMEOUT);
}

bool offline_decides(const struct daemon *d, const char *service, const struct auth *auth)
{
    return d->offline != NULL && config_offline_login(d->config, service) &&
           auth_password_is_open(auth);
}

static void free_try(void *of)
{
    struct offline_try *t = of;
    free(t->sub);
    free(t->service);
    explicit_bzero(t, sizeof *t);
    free(t);
}

/* ------------------------------------------------------------------- steps */

/* Nobody can be asked for a second factor here, and a remembered device proves itself to the pool
 * alone. */
static int no_second_factor_is_due(void *of, const char **reason)
{
    struct offline_try *t = of;
    *reason = "offline_mfa_required";
    return config_require_mfa(t->daemon->config, t->service) == CONFIG_MFA_NO ? 0 : ERR_DENIED;
}

static int user_is_good(void *of, const char **reason)
{
    struct offline_try *t = of;
    const struct image_user *u = image_find_sub(t->daemon->image, t->sub);
    *reason = "offline_no_user";
    return u != NULL && u->is_enabled && u->status == IMAGE_CONFIRMED ? 0 : ERR_DENIED;
}

static int user_is_admitted(void *of, const char **reason)
{
    struct offline_try *t = of;
    return verdict_admits(t->daemon, t->sub, t->service, reason);
}

static int verifier_is_there(void *of, const char **reason)
{
    struct offline_try *t = of;
    *reason = "offline_no_verifier";
    return store_find_verifier(t->daemon->store, t->sub, &t->verifier);
}

/* A clock that went back may make any verifier young again. */
static int verifier_is_young(void *of, const char **reason)
{
    struct offline_try *t = of;
    int64_t age_s = skew_wall_s(t->daemon->skew) - t->verifier.written_s;
    *reason = "offline_clock";
    if (age_s < 0)
        return ERR_DENIED;
    *reason = "offline_expired";
    if (age_s <= (int64_t)t->daemon->config->offline_expiry_s)
        return 0;
    offline_drop(t->daemon, t->sub, "it expired");
    return ERR_DENIED;
}

static int attempt_is_left(void *of, const char **reason)
{
    struct offline_try *t = of;
    *reason = "offline_attempts";
    if (t->verifier.failures < t->daemon->config->offline_attempts)
        return 0;
    offline_drop(t->daemon, t->sub, "too many wrong passwords");
    return ERR_DENIED;
}

static void on_compared(void *arg, int err, const char *hash)
{
    struct offline_try *t = arg;
    (void)hash;
    t->job = NULL;
    if (err == 0) {
        steps_go_on(&t->steps);
        return;
    }
    if (err == ERR_AUTH && t->verifier.failures >= t->daemon->config->offline_attempts)
        offline_drop(t->daemon, t->sub, "too many wrong passwords");
    steps_end(&t->steps, err, err == ERR_AUTH ? "offline_bad_password" : err_word(err));
}

/* Counted only where it is going to be judged, but on the disk before anybody hears how: hanging
 * up, guessing side by side or a restart wins no attempt, and a crowd costs none. */
static int password_fits(void *of, const char **reason)
{
    struct offline_try *t = of;
    *reason = "offline_busy";
    int err = hasher_start(t->daemon->offline->hasher, t->sub, &t->password, t->verifier.hash,
                           on_compared, t, &t->job);
    if (err != 0)
        return err;
    t->verifier.failures++;
    err = store_set_failures(t->daemon->store, t->sub, t->verifier.failures);
    if (err == 0)
        return STEPS_WAIT;
    *reason = "offline_attempts";
    hasher_cancel(&t->job);
    return err;
}

/* It may have been taken away or replaced meanwhile. */
static int verifier_is_still_there(void *of, const char **reason)
{
    struct offline_try *t = of;
    struct store_verifier now;
    *reason = "offline_no_verifier";
    int err = store_find_verifier(t->daemon->store, t->sub, &now);
    if (err == 0 && strcmp(now.hash, t->verifier.hash) != 0)
        err = ERR_DENIED;
    explicit_bzero(&now, sizeof now);
    return err != 0 ? err : store_set_failures(t->daemon->store, t->sub, 0);
}

/* None of them says ERR_AUTH: only a password that was compared is a wrong one. */
static steps_step *const steps[] = {
    no_second_factor_is_due, user_is_good,    user_is_admitted, verifier_is_there,
    verifier_is_young,       attempt_is_left, password_fits,    verifier_is_still_there,
};

int offline_start(const struct offline_options *options, struct offline_try **ret_try)
{
    struct offline_try *t = calloc(1, sizeof *t);
    if (t == NULL)
        return ERR_NOMEM;
    t->daemon = options->daemon;
    t->steps = (struct steps){ .list = steps,
                               .count = COUNT(steps),
                               .passed = "offline",
                               .of = t,
                               .release = free_try,
                               .done = options->done,
                               .arg = options->arg };
    t->password = *options->password;
    t->service = strdup(options->service);
    t->sub = strdup(options->sub);
    if (t->service == NULL || t->sub == NULL) {
        free_try(t);
        return ERR_NOMEM;
    }
    *ret_try = steps_begin(&t->steps) ? t : NULL;
    return 0;
}

void offline_cancel(struct offline_try **tp)
{
    if (tp == NULL || *tp == NULL)
        return;
    hasher_cancel(&(*tp)->job);
    free_try(*tp);
    *tp = NULL;
}
