/* SPDX-License-Identifier: Apache-2.0
 *
 * From the named profile inwards along source_profile, then the links from the innermost outwards.
 * The list of profiles seen ends loops.
 */
#include "net/profile_chain.h"

#include "base/file.h"
#include "net/command.h"
#include "net/container.h"
#include "net/imds.h"
#include "net/sts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct walk {
    struct source_search *s;
    const struct profiles *p;
    const char *seen[SOURCE_LINKS]; /* profiles with a role, outermost first */
    size_t count;
};

static const char *get(const struct walk *w, const char *profile, const char *key)
{
    return profiles_get(w->p, profile, key);
}

static bool has_keys(const struct walk *w, const char *profile)
{
    return get(w, profile, "aws_access_key_id") != NULL ||
           get(w, profile, "aws_secret_access_key") != NULL;
}

static int add_keys(struct walk *w, const char *profile)
{
    char what[128];
    snprintf(what, sizeof what, "profile %.100s", profile);
    return source_add_keys(w->s, what, get(w, profile, "aws_access_key_id"),
                           get(w, profile, "aws_secret_access_key"),
                           get(w, profile, "aws_session_token"));
}

/* ---------------------------------------------------- credential_source */

static int add_environment(struct source_search *s)
{
    const char *access = source_look_up(s, "AWS_ACCESS_KEY_ID");
    const char *secret = source_look_up(s, "AWS_SECRET_ACCESS_KEY");
    return access == NULL && secret == NULL
               ? ERR_ABSENT
               : source_add_keys(s, "the environment", access, secret,
                                 source_look_up(s, "AWS_SESSION_TOKEN"));
}

static int add_instance(struct source_search *s)
{
    struct source_link *l;
    return imds_add(s, &l);
}

static int add_named_source(struct walk *w, const char *profile, const char *name)
{
    static const struct {
        const char *name;
        int (*add)(struct source_search *s);
    } named[] = { { "Environment", add_environment },
                  { "EcsContainer", container_add },
                  { "Ec2InstanceMetadata", add_instance } };
    for (size_t i = 0; i < COUNT(named); i++) {
        if (strcmp(named[i].name, name) != 0)
            continue;
        int err = named[i].add(w->s);
        return err != ERR_ABSENT ? err
                                 : source_refuse(w->s,
                                                 "profile %s: credential_source %s: the "
                                                 "environment does not say where",
                                                 profile, name);
    }
    return source_refuse(w->s,
                         "profile %s: credential_source must be Environment, EcsContainer or "
                         "Ec2InstanceMetadata",
                         profile);
}

/* ------------------------------------------------------------------ links */

/* A profile without a role. */
static int add_plain(struct walk *w, const char *profile)
{
    static const char *const foreign[] = { "sso_session", "sso_start_url", "sso_account_id",
                                           "login_session" };
    const char *command = get(w, profile, "credential_process");
    if (has_keys(w, profile))
        return add_keys(w, profile);
    if (command != NULL)
        return command_add(w->s, profile, command);
    for (size_t i = 0; i < COUNT(foreign); i++) {
        if (get(w, profile, foreign[i]) != NULL)
            return source_refuse(w->s, "profile %s: %s needs a person: not for a service", profile,
                                 foreign[i]);
    }
    return ERR_ABSENT;
}

static int add_role(struct walk *w, const char *profile)
{
    char what[128];
    const struct sts_role role = { .role_arn = get(w, profile, "role_arn"),
                                   .session_name = get(w, profile, "role_session_name"),
                                   .external_id = get(w, profile, "external_id"),
                                   .duration = get(w, profile, "duration_seconds"),
                                   .token_file = get(w, profile, "web_identity_token_file") };
    snprintf(what, sizeof what, "profile %.100s", profile);
    if (get(w, profile, "mfa_serial") != NULL)
        return source_refuse(w->s, "%s: mfa_serial needs a person: not for a service", what);
    return sts_add_role(w->s, what, &role);
}

static bool is_seen(const struct walk *w, const char *profile)
{
    for (size_t i = 0; i < w->count; i++) {
        if (strcmp(w->seen[i], profile) == 0)
            return true;
    }
    return false;
}

/* How the role of a profile gets its keys: exactly one of three ways. */
static int judge_role(struct walk *w, const char *profile)
{
    bool has_profile = get(w, profile, "source_profile") != NULL;
    bool has_source = get(w, profile, "credential_source") != NULL;
    bool has_token = get(w, profile, "web_identity_token_file") != NULL;
    if (has_profile + has_source + has_token != 1)
        return source_refuse(w->s,
                             "profile %s: role_arn needs one of source_profile, credential_source "
                             "and web_identity_token_file",
                             profile);
    if (w->count == COUNT(w->seen))
        return source_refuse(w->s, "profile %s: more than %d roles in a row", profile,
                             SOURCE_LINKS);
    w->seen[w->count++] = profile;
    return 0;
}

/* Where the keys come from on which the first role stands: walks inwards, adds the first link. */
static int add_innermost(struct walk *w, const char *profile)
{
    for (;;) {
        const char *next = get(w, profile, "source_profile");
        const char *named = get(w, profile, "credential_source");
        int err = judge_role(w, profile);
        if (err != 0 || get(w, profile, "web_identity_token_file") != NULL)
            return err;
        if (named != NULL)
            return add_named_source(w, profile, named);
        if (!profiles_has(w->p, next))
            return source_refuse(w->s, "profile %s: source_profile %s does not exist", profile,
                                 next);
        /* A source's own keys come before its role; a profile may even name itself so. */
        if (has_keys(w, next))
            return add_keys(w, next);
        if (is_seen(w, next))
            return source_refuse(w->s, "profile %s: source_profile %s leads back to itself",
                                 profile, next);
        if (get(w, next, "role_arn") == NULL) {
            err = add_plain(w, next);
            return err != ERR_ABSENT ? err
                                     : source_refuse(w->s, "profile %s: has no credentials", next);
        }
        profile = next;
    }
}

int profile_chain_add(struct source_search *s, const struct profiles *p, const char *name)
{
    struct walk w = { .s = s, .p = p };
    const char *region = get(&w, name, "region");
    snprintf(s->profile_region, sizeof s->profile_region, "%s", region == NULL ? "" : region);
    if (get(&w, name, "role_arn") == NULL)
        return add_plain(&w, name);
    int err = add_innermost(&w, name);
    for (size_t i = w.count; err == 0 && i > 0; i--)
        err = add_role(&w, w.seen[i - 1]);
    return err;
}

/* ------------------------------------------------------------------ files */

/* is_named: the file must be there. */
static int add_file(struct source_search *s, struct profiles *p, enum profiles_kind kind,
                    const char *path, bool is_named)
{
    char *text;
    size_t n;
    unsigned line = 0;
    int err = file_read_trusted(path, PROFILES_FILE_MAX, &text, &n);
    if (err == ERR_ABSENT && !is_named)
        return 0;
    if (err == ERR_NOMEM)
        return err;
    if (err != 0)
        return source_refuse(s, "%s: %s", path,
                             err == ERR_REFUSED ? "cannot be read, or others may write it"
                                                : err_text(err));
    err = profiles_add(p, kind, text, &line);
    explicit_bzero(text, n);
    free(text);
    return err == ERR_FORMAT
               ? source_refuse(s, "%s:%u: neither [section] nor key = value", path, line)
               : err;
}

static int add_files(struct source_search *s, struct profiles *p)
{
    static const struct {
        enum profiles_kind kind;
        const char *variable, *name;
    } files[] = { { PROFILES_CONFIG, "AWS_CONFIG_FILE", "config" },
                  { PROFILES_CREDENTIALS, "AWS_SHARED_CREDENTIALS_FILE", "credentials" } };
    int err = 0;
    for (size_t i = 0; i < COUNT(files) && err == 0; i++) {
        char path[512];
        const char *named = source_look_up(s, files[i].variable);
        snprintf(path, sizeof path, "%s/.aws/%s", s->options->home, files[i].name);
        err = add_file(s, p, files[i].kind, named != NULL ? named : path, named != NULL);
    }
    return err;
}

static int find_profile(struct source_search *s)
{
    struct profiles p = { 0 };
    const char *configured = s->options->profile;
    const char *name = configured != NULL ? configured : source_look_up(s, "AWS_PROFILE");
    const char *wanted = name != NULL ? name : "default";
    if (s->options->home == NULL)
        return ERR_ABSENT;
    int err = add_files(s, &p);
    if (err == 0 && !profiles_has(&p, wanted))
        err = name == NULL ? ERR_ABSENT : source_refuse(s, "profile %s does not exist", name);
    else if (err == 0)
        err = profile_chain_add(s, &p, wanted);
    if (err == ERR_ABSENT && configured != NULL)
        err = source_refuse(s, "profile %s: has no credentials", configured);
    profiles_free(&p);
    return err;
}

const struct source source_profile = { .name = "profile", .find = find_profile };
