/* SPDX-License-Identifier: Apache-2.0
 *
 * /etc/cognito/cognitod.conf and its drop-ins as one typed, read-only struct, for daemon, PAM
 * module and cognitoctl alike: one parser, or they would disagree about policy. What a key means
 * is written beside it in keys.c, from which `cognitod --print-config` comes. Guest-safe: no
 * stdio, no environment, descriptors closed before return; it does allocate. What is done with the
 * values does not belong here.
 */
#ifndef CONFIG_CONFIG_H
#define CONFIG_CONFIG_H

#include "base/err.h"
#include "base/id.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct config_list {
    char **item;
    size_t count;
};

/* A pool group's raw name and the local group it gives. */
struct config_pair {
    char *key, *value;
};

struct config_pairs {
    struct config_pair *item;
    size_t count;
};

enum config_mfa { CONFIG_MFA_NO, CONFIG_MFA_YES, CONFIG_MFA_DEVICE };
enum config_qr { CONFIG_QR_BLOCKS, CONFIG_QR_ASCII, CONFIG_QR_NO };
enum config_federated { CONFIG_FEDERATED_DENY, CONFIG_FEDERATED_KEYS };
enum config_scope { CONFIG_SCOPE_ALLOWED, CONFIG_SCOPE_ALL };
enum config_level { CONFIG_LOG_ERROR, CONFIG_LOG_WARNING, CONFIG_LOG_INFO, CONFIG_LOG_DEBUG };

/* [service NAME]: what that PAM service has of its own. */
#define CONFIG_SERVICE_KEYS 5
struct config_service {
    char *name;
    bool is_set[CONFIG_SERVICE_KEYS]; /* by the key's place in the table */
    struct config_list allow_groups;
    int require_mfa; /* enum config_mfa */
    bool single_prompt, offline_login;
    int qr_code; /* enum config_qr */
};

/* Strings are never NULL: "" is "not set". Times in seconds. */
struct config {
    /* [pool] */
    char *pool_id, *client_id, *client_secret_file, *region, *endpoint_url;
    bool use_fips_endpoint, use_dualstack_endpoint;
    char *ca_bundle, *proxy, *jwks_file;
    /* [credentials] */
    char *profile, *role_arn, *external_id;
    /* [login] */
    char *api, *auth_flow, *preferred_challenge;
    int require_mfa; /* enum config_mfa */
    bool remember_device;
    uint32_t remember_device_days;
    bool single_prompt;
    int qr_code; /* enum config_qr */
    uint32_t prompt_timeout_s, login_timeout_s;
    bool password_reset, send_client_address, revoke_at_logout, offline_login;
    uint32_t offline_expiry_s, offline_attempts;
    /* [access] */
    struct config_list allow_groups;
    int federated_users; /* enum config_federated */
    uint32_t stale_limit_s;
    /* [users] */
    char *login_name;
    struct config_list email_domains;
    char *uid_attribute;
    struct id_range attribute_id_range, hash_id_range;
    char *primary_group, *home, *home_attribute, *shell, *shell_attribute, *ssh_key_attribute;
    char *attributes_verified;
    bool trust_writable_attributes;
    /* [directory] */
    char *source;
    int scope; /* enum config_scope */
    uint32_t refresh_interval_s, disabled_interval_s, quota_share_percent, fleet_hosts;
    uint32_t lookup_wait_s, negative_ttl_s;
    bool enumerate, group_members;
    int log_level; /* enum config_level */
    /* [service *], [local_groups], [ids] */
    struct config_service *services;
    size_t service_count;
    struct config_pairs local_groups, ids;
};

#define CONFIG_WHY_MAX 320

/* Reads file, then dir's *.conf in byte order (a missing dir is none). A later file's key replaces
 * an earlier one's; lists grow by repetition or continuation lines and an empty value empties
 * them. Every problem is fatal: ERR_CONFIG and in ret_why one line that names file, line and key
 * (clean text, safe to log). *ret_config belongs to the caller. Files must be trusted as in
 * base/file.h (R-PAM-03). */
int config_load(const char *file, const char *dir, struct config **ret_config,
                char ret_why[CONFIG_WHY_MAX]) MUST_CHECK;

/* The same from memory, for tests and tools: text is one file's content, named name in errors. */
int config_parse(const char *name, const char *text, struct config **ret_config,
                 char ret_why[CONFIG_WHY_MAX]) MUST_CHECK;

void config_free(struct config **cp);

/* What holds for a PAM service: the value of its own section, else the one of [access] or [login].
 * The groups that may log in, enum config_mfa, password and code in one answer, logins without the
 * cloud, enum config_qr. */
const struct config_list *config_allow_groups(const struct config *c, const char *service);
int config_require_mfa(const struct config *c, const char *service);
bool config_single_prompt(const struct config *c, const char *service);
bool config_offline_login(const struct config *c, const char *service);
int config_qr_code(const struct config *c, const char *service);

/* Are there logins without the cloud through any service at all? */
bool config_offline_anywhere(const struct config *c);

bool config_list_has(const struct config_list *list, const char *item);

/* Do allowed pool groups let in a member of these? No list lets in nobody, "*" everybody
 * (R-PAM-17). Compares raw pool group names, byte for byte. */
bool config_lets_in(const struct config_list *allowed, const char *group);

/* The i-th distinct pool group that the configuration names: in any allow_groups, in
 * [local_groups], as primary_group. NULL behind the last. This is what scope = allowed sweeps. */
const char *config_named_group(const struct config *c, size_t i);

/* Does the directory on this host cover this pool group: all do with scope = all, else the named
 * ones. */
bool config_covers_group(const struct config *c, const char *group);

/* An attribute that makes an account, and the key of [users] that says so. */
struct config_source {
    const char *key, *attribute;
};

/* The i-th attribute from which login name, uid, home, shell or SSH keys come and which users may
 * be able to write, in the order of the keys' names: all that are not developer-only, but a login
 * name from username or email. False behind the last. */
bool config_source(const struct config *c, size_t i, struct config_source *ret_source);

/* Prints every key with its value: calls emit with whole lines, newline included. */
void config_print(const struct config *c, void (*emit)(void *arg, const char *line), void *arg);

#endif
