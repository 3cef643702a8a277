/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the test pool stores: pools, app clients, groups, users, AWS credentials. Finding, making
 * and removing them, nothing else: the rules of sign-in, validation and replies live elsewhere.
 * All of it belongs to one struct world and is touched only under world.lock.
 */
#ifndef POOL_MODEL_H
#define POOL_MODEL_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "issued.h"
#include "lockout.h"
#include "quota.h"
#include "strmap.h"

struct json_object;
struct signing_keys;
struct fault;
struct custom_round;
struct device;
struct role;
struct journal;

enum mfa_kind { MFA_NONE = -1, MFA_SMS, MFA_TOTP, MFA_EMAIL, MFA_KINDS };
enum device_rule { DEVICES_OFF, DEVICES_ALWAYS, DEVICES_OPT_IN };
enum mfa_rule { MFA_RULE_OFF, MFA_RULE_OPTIONAL, MFA_RULE_ON };

struct attr {
    char *name;
    char *value;
};

struct user {
    struct pool *pool;
    uint64_t serial; /* order of making; the position in a listing */
    char *name;
    char sub[37];
    char *status; /* CONFIRMED, FORCE_CHANGE_PASSWORD, ... */
    bool enabled;
    char *lambda_error; /* the PreAuthentication function refuses with it; NULL: it does not */
    char *password;     /* NULL: none works */
    int64_t password_set_ms, created_ms, modified_ms;
    struct attr *attrs;
    size_t attr_count;
    struct group **groups;
    size_t group_count;
    bool mfa_on[MFA_KINDS];
    enum mfa_kind mfa_preferred;
    char *totp_secret;             /* base32, verified; NULL: none */
    char *totp_pending;            /* base32, associated but not verified yet; NULL: none */
    char *totp_device;             /* FriendlyDeviceName or NULL */
    int64_t totp_used[4];          /* steps whose code was accepted, newest last */
    char code[16];                 /* last code sent by SMS or e-mail; "" = none */
    char *srp_salt, *srp_verifier; /* hex, of the present password; NULL: not made yet */
    struct device *devices;
    char reset_code[16]; /* ForgotPassword, AdminResetUserPassword; "": none */
    int64_t reset_expires_ms;
    struct attempts changes, forgets, confirms;
    struct lockout password_lock, code_lock;
};

struct member {
    uint64_t serial; /* order of joining */
    struct user *user;
};

struct group {
    uint64_t serial;
    char *name;
    char *description; /* NULL: not set */
    char *role_arn;    /* NULL: not set */
    int precedence;    /* -1: not set */
    int64_t created_ms, modified_ms;
    struct member *members;
    size_t member_count;
};

struct client {
    char *id;
    char *name;
    char *secret;       /* NULL: public client */
    char **flows;       /* ALLOW_... names, NULL at the end */
    char **write_attrs; /* WriteAttributes, NULL at the end; NULL: not set, that is, all */
    int64_t session_ms;
    int64_t token_s, refresh_s;
    bool hide_unknown_users;  /* PreventUserExistenceErrors = ENABLED */
    bool rotates_refresh;     /* each refresh token once */
    bool cannot_revoke;       /* EnableTokenRevocation = false */
    bool srp_without_session; /* PASSWORD_VERIFIER comes without a Session */
    int64_t srp_ms;           /* so long PASSWORD_VERIFIER may be answered */
    int64_t created_ms;
};

struct password_policy {
    int minimum_length;
    bool uppercase, lowercase, numbers, symbols;
    int temporary_days;
    int history; /* > 0: the present password is refused as a new one */
};

enum alias { ALIAS_EMAIL = 1, ALIAS_PHONE = 2, ALIAS_PREFERRED = 4 };

struct pool {
    struct world *world;
    char *id, *region, *name;
    bool case_sensitive;
    enum mfa_rule mfa;
    unsigned username_attrs; /* bits of enum alias: Username is a UUID */
    unsigned alias_attrs;    /* bits of enum alias: may be used in place of the Username */
    struct password_policy policy;
    int attempts_per_hour;       /* of ChangePassword and the like, per user */
    struct custom_round *rounds; /* CUSTOM_AUTH */
    size_t round_count;
    enum device_rule devices;
    bool device_asks_mfa;   /* a device proves itself after the second factor, not in its place */
    unsigned first_factors; /* USER_AUTH; bits of choice_factor() */
    char **required_attrs;  /* NULL at the end */
    struct json_object *schema; /* SchemaAttributes as described; NULL: any custom attribute */
    struct user **users;        /* by serial */
    size_t user_count, user_room;
    struct strmap users_by_name; /* folded when not case_sensitive */
    struct strmap users_by_sub;
    struct group **groups; /* by serial */
    size_t group_count;
    struct strmap groups_by_name;
    struct client **clients;
    size_t client_count;
    struct signing_keys *keys;
    uint64_t next_serial;
    int64_t created_ms;
};

struct credential {
    char *label; /* the name in the ARN and the log */
    char *key_id, *secret;
    char *session_token; /* NULL: permanent key */
    int64_t expires_ms;  /* 0: never */
    char **actions;      /* operation names, NULL at the end; "*" = all */
};

struct world {
    pthread_mutex_t lock;
    char *account;
    char *dir; /* where ca.pem and env are */
    struct pool **pools;
    size_t pool_count;
    struct credential **credentials;
    size_t credential_count;
    struct strmap sessions; /* Session text -> struct session */
    struct strmap grants;   /* refresh token and origin_jti -> struct grant */
    struct grant *grant_list;
    uint8_t page_key[32];
    struct fault *faults;
    struct journal *journal;
    struct issued issued;
    struct imds *imds; /* NULL: not served */
    char *imds_url;    /* NULL: not served */
    char *container_id, *container_token;
    struct role *roles;
    size_t role_count;
    struct quota quotas[QUOTA_COUNT];
    int64_t clock_shift_ms;
    bool stopping;
    pthread_cond_t wake; /* signalled at the end: ends every sleep */
};

struct world *model_world_new(void);
void model_world_free(struct world **wp);

int64_t model_now_ms(const struct world *w); /* the pool's clock: CLOCK_REALTIME + shift */
/* Sleeps without the lock; returns early (true) when the program ends. Lock must be held. */
bool model_sleep_ms(struct world *w, int64_t ms);

struct pool *model_pool_new(struct world *w, const char *id, const char *region);
struct pool *model_pool_find(struct world *w, const char *id);
struct client *model_client_new(struct pool *p, const char *id);
struct client *model_client_find(const struct pool *p, const char *id);
struct credential *model_credential_new(struct world *w, const char *label, const char *key_id,
                                        const char *secret);
struct credential *model_credential_find(struct world *w, const char *key_id);

/* sub NULL: a random one. The name must be free. */
struct user *model_user_new(struct pool *p, const char *name, const char *sub);
void model_user_delete(struct user *u);
/* The user of that name, sub, or (verified) alias or username attribute; NULL: none. */
struct user *model_user_find(struct pool *p, const char *name);
struct user *model_user_by_name(struct pool *p, const char *name); /* Username only */
/* must_be_verified: an address that was not proved does not count. */
struct user *model_user_by_alias(struct pool *p, enum alias which, const char *value,
                                 bool must_be_verified);
const char *model_user_attr(const struct user *u, const char *name); /* NULL: not set */
void model_user_set_attr(struct user *u, const char *name, const char *value);
void model_user_touch(struct user *u);
bool model_user_is_verified(const struct user *u, enum alias which);
void model_replace(char **field, const char *value); /* frees, copies; NULL empties */

struct group *model_group_new(struct pool *p, const char *name); /* name must be free */
struct group *model_group_find(struct pool *p, const char *name);
void model_group_delete(struct pool *p, struct group *g);
bool model_group_has(const struct group *g, const struct user *u);
void model_group_join(struct group *g, struct user *u); /* twice is once */
void model_group_leave(struct group *g, struct user *u);

#endif
