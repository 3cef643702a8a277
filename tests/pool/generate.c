/* SPDX-License-Identifier: Apache-2.0 */
/* Defaults of a world and the generator of many users; see startfile.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bytes.h"
#include "startfile.h"

#define DEFAULT_POOL "eu-central-1_TestPool1"

static char **copy_list(const char *const *list, size_t n)
{
    char **copy = bytes_grow(NULL, n + 1, sizeof *copy);
    for (size_t i = 0; i < n; i++)
        copy[i] = bytes_copy(list[i]);
    copy[n] = NULL;
    return copy;
}

static struct credential *find_label(const struct world *w, const char *label)
{
    for (size_t i = 0; i < w->credential_count; i++) {
        if (strcmp(w->credentials[i]->label, label) == 0)
            return w->credentials[i];
    }
    return NULL;
}

/* A random key under that label, if the start file gives none; the actions if it gives none. */
static void default_credential(struct world *w, const char *label, const char *const *actions,
                               size_t n)
{
    struct credential *k = find_label(w, label);
    if (k == NULL) {
        uint8_t id[10], secret[30];
        bytes_random(id, sizeof id);
        bytes_random(secret, sizeof secret);
        char *tail = bytes_base32(id, sizeof id), *text = bytes_base64(secret, sizeof secret);
        char *key_id = bytes_format("AKIA%s", tail);
        k = model_credential_new(w, label, key_id, text);
        free(tail);
        free(text);
        free(key_id);
    }
    if (k->actions == NULL)
        k->actions = copy_list(actions, n);
}

void startfile_defaults(struct world *w)
{
    static const char *const all[] = { "*" };
    static const char *const host[] = {
        "AdminInitiateAuth", "AdminRespondToAuthChallenge", "ListUsers",
        "ListUsersInGroup",  "AdminListGroupsForUser",      "GetGroup",
        "ListGroups"
    };
    static const char *const flows[] = { "ALLOW_ADMIN_USER_PASSWORD_AUTH",
                                         "ALLOW_REFRESH_TOKEN_AUTH" };
    default_credential(w, "administrator", all, COUNT(all));
    default_credential(w, "host", host, COUNT(host));
    if (w->pool_count == 0)
        model_pool_new(w, DEFAULT_POOL, NULL)->mfa = MFA_RULE_OPTIONAL;
    for (size_t i = 0; i < w->pool_count; i++) {
        struct pool *p = w->pools[i];
        if (p->client_count == 0) {
            char id[2 * 13 + 1];
            uint8_t raw[13];
            bytes_random(raw, sizeof raw);
            bytes_hex(raw, sizeof raw, id);
            struct client *k = model_client_new(p, id);
            uint8_t secret[26];
            char text[2 * sizeof secret + 1];
            bytes_random(secret, sizeof secret);
            bytes_hex(secret, sizeof secret, text);
            model_replace(&k->secret, text);
        }
        for (size_t k = 0; k < p->client_count; k++) {
            if (p->clients[k]->flows == NULL)
                p->clients[k]->flows = copy_list(flows, COUNT(flows));
        }
    }
}

/* The same at every start, and of nobody else. */
static void give_authenticator(struct user *u)
{
    uint8_t raw[32];
    bytes_hmac_sha256((const uint8_t *)"totp", 4, u->name, strlen(u->name), raw);
    u->totp_secret = bytes_base32(raw, sizeof raw);
    u->mfa_on[MFA_TOTP] = true;
}

static void generate_user(struct pool *p, unsigned number, bool has_totp)
{
    char name[32], text[64], sub[37];
    snprintf(name, sizeof name, "user%05u", number);
    bytes_seeded_uuid(name, sub);
    struct user *u = model_user_new(p, p->username_attrs != 0 ? sub : name, sub);
    snprintf(text, sizeof text, "%s@example.com", name);
    model_user_set_attr(u, "email", text);
    model_user_set_attr(u, "email_verified", "true");
    snprintf(text, sizeof text, "User %05u", number);
    model_user_set_attr(u, "name", text);
    snprintf(text, sizeof text, "Pw-%s-x", name);
    model_replace(&u->password, text);
    if (has_totp)
        give_authenticator(u);
}

void generate_users(struct world *w, const struct generate *g)
{
    struct pool *p = w->pools[0];
    struct group *everyone = g->join == NULL ? NULL : model_group_find(p, g->join);
    size_t first_group = p->group_count;
    if (g->join != NULL && everyone == NULL) {
        everyone = model_group_new(p, g->join);
        first_group++;
    }
    for (unsigned i = 1; i <= g->groups; i++) {
        char name[32];
        snprintf(name, sizeof name, "group%03u", i);
        model_group_new(p, name);
    }
    for (unsigned i = 1; i <= g->users; i++) {
        generate_user(p, i, g->has_totp);
        struct user *u = p->users[p->user_count - 1];
        if (g->groups > 0)
            model_group_join(p->groups[first_group + (i - 1) % g->groups], u);
        if (everyone != NULL)
            model_group_join(everyone, u);
    }
}
