/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/verdict.h"

#include "cognito/keyring.h"
#include "daemon/compile.h"
#include "daemon/log.h"
#include "daemon/membership.h"
#include "daemon/publish.h"
#include "daemon/steps.h"
#include "net/skew.h"

#include <stdlib.h>
#include <string.h>

struct verdict {
    struct steps steps;
    struct daemon *daemon;
    char *sub, *service, *access, *id;
    bool had_mfa, had_device;
    struct keyring_wait wait;
    struct membership *membership;
    char **groups; /* of the access token */
    size_t group_count;
};

static void wipe_free(char *s)
{
    if (s != NULL)
        explicit_bzero(s, strlen(s));
    free(s);
}

static void free_groups(struct verdict *v)
{
    for (size_t i = 0; i < v->group_count; i++)
        free(v->groups[i]);
    free(v->groups);
    v->groups = NULL;
    v->group_count = 0;
}

static void free_verdict(void *of)
{
    struct verdict *v = of;
    free_groups(v);
    wipe_free(v->access);
    wipe_free(v->id);
    free(v->sub);
    free(v->service);
    free(v);
}

static struct jwt_expect expect(const struct verdict *v, enum jwt_use use)
{
    const struct endpoint *e = api_endpoint(v->daemon->api);
    return (struct jwt_expect){
        .use = use,
        .issuer = e->issuer,
        .updated_issuer = e->updated_issuer,
        .client_id = v->daemon->config->client_id,
        .sub = v->sub,
        .now_s = skew_cloud_s(v->daemon->skew),
    };
}

static int keep_groups(struct verdict *v, const struct jwt_claims *claims)
{
    v->groups = reallocarray(NULL, claims->group_count + 1, sizeof *v->groups);
    for (size_t i = 0; v->groups != NULL && i < claims->group_count; i++) {
        v->groups[v->group_count] = strdup(claims->groups[i]);
        if (v->groups[v->group_count] == NULL)
            return ERR_NOMEM;
        v->group_count++;
    }
    return v->groups == NULL ? ERR_NOMEM : 0;
}

/* R-ID-09: the sub decides; another username claim is worth a line, no more. */
static void note_username(const struct verdict *v, const struct jwt_claims *claims)
{
    const struct image_user *u = image_find_sub(v->daemon->image, v->sub);
    if (u != NULL && strcmp(u->username, claims->username) != 0)
        log_warning("login of %s: the token calls the user %s, the directory %s", u->login,
                    claims->username, u->username);
}

static void on_token(void *arg, int err, const struct jwt_claims *claims, const char *why)
{
    struct verdict *v = arg;
    bool is_access = v->wait.expect.use == JWT_ACCESS;
    if (err == 0 && is_access) {
        note_username(v, claims);
        err = keep_groups(v, claims);
    }
    if (err != 0) {
        log_warning("login: the %s token was refused: %s", is_access ? "access" : "id", why);
        steps_end(&v->steps, err == ERR_UNAVAIL || err == ERR_NOMEM ? err : ERR_AUTH, "bad_token");
        return;
    }
    steps_go_on(&v->steps);
}

static int verify(struct verdict *v, const char *token, enum jwt_use use)
{
    v->wait = (struct keyring_wait){
        .token = token, .expect = expect(v, use), .done = on_token, .arg = v
    };
    keyring_verify(v->daemon->keyring, &v->wait);
    return STEPS_WAIT;
}

static int access_token(void *of, const char **reason)
{
    struct verdict *v = of;
    *reason = "bad_token";
    return verify(v, v->access, JWT_ACCESS);
}

static int id_token(void *of, const char **reason)
{
    struct verdict *v = of;
    *reason = "bad_token";
    return v->id == NULL ? 0 : verify(v, v->id, JWT_ID);
}

/* R-PAM-09: judged on what happened in this dialogue, not on a claim. */
static int mfa_was_done(void *of, const char **reason)
{
    struct verdict *v = of;
    *reason = "mfa_required";
    int must = config_require_mfa(v->daemon->config, v->service);
    bool is_enough = v->had_mfa || (must == CONFIG_MFA_DEVICE && v->had_device);
    return must != CONFIG_MFA_NO && !is_enough ? ERR_DENIED : 0;
}

static bool token_has(const struct verdict *v, const char *group)
{
    for (size_t i = 0; i < v->group_count; i++)
        if (strcmp(v->groups[i], group) == 0)
            return true;
    return false;
}

/* The same groups as known, as far as this host's scope goes? */
static bool groups_are_known(const struct verdict *v, const struct image_user *u)
{
    for (size_t i = 0; i < u->group_count; i++)
        if (!token_has(v, u->groups[i]->raw))
            return false;
    for (size_t i = 0; i < v->group_count; i++)
        if (config_covers_group(v->daemon->config, v->groups[i]) &&
            !image_is_member(u, v->groups[i]))
            return false;
    return true;
}

static void on_groups(void *arg, int err)
{
    struct verdict *v = arg;
    v->membership = NULL;
    if (err == 0)
        err = publish(v->daemon);
    if (err != 0)
        steps_end(&v->steps, err == ERR_ABSENT ? ERR_EXPIRED : err, "groups");
    else
        steps_go_on(&v->steps);
}

static int groups_are_current(void *of, const char **reason)
{
    struct verdict *v = of;
    const struct image_user *u = image_find_sub(v->daemon->image, v->sub);
    *reason = "groups";
    if (u == NULL)
        return ERR_EXPIRED;
    if (groups_are_known(v, u))
        return 0;
    int err = membership_start(v->daemon, u, on_groups, v, &v->membership);
    return err != 0 ? err : STEPS_WAIT;
}

/* A good login proves Enabled and CONFIRMED. */
static int account_is_current(void *of, const char **reason)
{
    struct verdict *v = of;
    struct image_user *u = image_find_sub(v->daemon->image, v->sub);
    *reason = "unpublished";
    if (u == NULL)
        return ERR_EXPIRED;
    if (u->is_enabled && u->status == IMAGE_CONFIRMED)
        return 0;
    const bool was_enabled = u->is_enabled;
    const enum image_status was = u->status;
    u->is_enabled = true;
    u->status = IMAGE_CONFIRMED;
    image_touch(v->daemon->image, u);
    int err = publish(v->daemon);
    if (err != 0) { /* nobody but the image would know; the next login is to try again */
        u->is_enabled = was_enabled;
        u->status = was;
        image_touch(v->daemon->image, u);
    }
    return err;
}

/* R-PAM-18: the module judges this again from the snapshot. */
int verdict_admits(const struct daemon *d, const char *sub, const char *service,
                   const char **ret_reason)
{
    const struct image_user *u = image_find_sub(d->image, sub);
    *ret_reason = "not_on_this_host";
    if (u == NULL || compile_hides_user(d->image, &d->host, u) != NULL)
        return ERR_DENIED;
    *ret_reason = "not_in_allow_groups";
    return image_is_let_in(u, config_allow_groups(d->config, service)) ? 0 : ERR_DENIED;
}

static int user_is_admitted(void *of, const char **reason)
{
    struct verdict *v = of;
    return verdict_admits(v->daemon, v->sub, v->service, reason);
}

static steps_step *const steps[] = {
    access_token, id_token, mfa_was_done, groups_are_current, account_is_current, user_is_admitted,
};

static char *copy(const char *s)
{
    return s == NULL ? NULL : strdup(s);
}

int verdict_start(const struct verdict_options *options, struct verdict **ret_verdict)
{
    struct verdict *v = calloc(1, sizeof *v);
    if (v == NULL)
        return ERR_NOMEM;
    *v = (struct verdict){ .daemon = options->daemon,
                           .had_mfa = options->had_mfa,
                           .had_device = options->had_device };
    v->steps = (struct steps){ .list = steps,
                               .count = COUNT(steps),
                               .passed = "ok",
                               .of = v,
                               .release = free_verdict,
                               .done = options->done,
                               .arg = options->arg };
    v->sub = copy(options->sub);
    v->service = copy(options->service);
    v->access = copy(options->tokens.access);
    v->id = copy(options->tokens.id);
    if (v->sub == NULL || v->service == NULL || v->access == NULL ||
        (options->tokens.id != NULL && v->id == NULL)) {
        free_verdict(v);
        return ERR_NOMEM;
    }
    *ret_verdict = steps_begin(&v->steps) ? v : NULL;
    return 0;
}

void verdict_cancel(struct verdict **vp)
{
    if (vp == NULL || *vp == NULL)
        return;
    struct verdict *v = *vp;
    keyring_cancel(v->daemon->keyring, &v->wait);
    membership_cancel(&v->membership);
    free_verdict(v);
    *vp = NULL;
}
