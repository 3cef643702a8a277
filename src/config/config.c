/* SPDX-License-Identifier: Apache-2.0
 *
 * The finished configuration: questions about it, printing, freeing.
 */
#include "config/keys.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void free_pairs(struct config_pairs *pairs)
{
    for (size_t i = 0; i < pairs->count; i++) {
        free(pairs->item[i].key);
        free(pairs->item[i].value);
    }
    free(pairs->item);
}

void config_free(struct config **cp)
{
    if (cp == NULL || *cp == NULL)
        return;
    struct config *c = *cp;
    for (size_t i = 0; i < key_count; i++)
        value_free(&keys[i], c);
    for (size_t i = 0; i < c->service_count; i++) {
        for (size_t k = 0; k < service_key_count; k++)
            value_free(&service_keys[k], &c->services[i]);
        free(c->services[i].name);
    }
    free(c->services);
    free_pairs(&c->local_groups);
    free_pairs(&c->ids);
    free(c);
    *cp = NULL;
}

/* The section of the service, when it says something about the key; else NULL. */
static const struct config_service *own(const struct config *c, const char *service,
                                        const char *key)
{
    const struct config_service *s = NULL;
    for (size_t i = 0; i < c->service_count && s == NULL; i++)
        if (strcmp(c->services[i].name, service) == 0)
            s = &c->services[i];
    for (size_t i = 0; i < service_key_count && s != NULL; i++)
        if (strcmp(service_keys[i].name, key) == 0)
            return s->is_set[i] ? s : NULL;
    return NULL;
}

const struct config_list *config_allow_groups(const struct config *c, const char *service)
{
    const struct config_service *s = own(c, service, "allow_groups");
    return s != NULL ? &s->allow_groups : &c->allow_groups;
}

int config_require_mfa(const struct config *c, const char *service)
{
    const struct config_service *s = own(c, service, "require_mfa");
    return s != NULL ? s->require_mfa : c->require_mfa;
}

bool config_single_prompt(const struct config *c, const char *service)
{
    const struct config_service *s = own(c, service, "single_prompt");
    return s != NULL ? s->single_prompt : c->single_prompt;
}

bool config_offline_login(const struct config *c, const char *service)
{
    const struct config_service *s = own(c, service, "offline_login");
    return s != NULL ? s->offline_login : c->offline_login;
}

int config_qr_code(const struct config *c, const char *service)
{
    const struct config_service *s = own(c, service, "qr_code");
    return s != NULL ? s->qr_code : c->qr_code;
}

bool config_offline_anywhere(const struct config *c)
{
    bool is_on = c->offline_login;
    for (size_t i = 0; i < c->service_count; i++)
        is_on = is_on || c->services[i].offline_login; /* no, when it is not set */
    return is_on;
}

bool config_list_has(const struct config_list *list, const char *item)
{
    for (size_t i = 0; i < list->count; i++)
        if (strcmp(list->item[i], item) == 0)
            return true;
    return false;
}

bool config_lets_in(const struct config_list *allowed, const char *group)
{
    return config_list_has(allowed, group) || config_list_has(allowed, "*");
}

/* All namings in file order, repetitions included; NULL behind the last. */
static const char *naming(const struct config *c, size_t i)
{
    if (i < c->allow_groups.count)
        return c->allow_groups.item[i];
    i -= c->allow_groups.count;
    for (size_t s = 0; s < c->service_count; s++) {
        if (i < c->services[s].allow_groups.count)
            return c->services[s].allow_groups.item[i];
        i -= c->services[s].allow_groups.count;
    }
    if (i < c->local_groups.count)
        return c->local_groups.item[i].key;
    bool has_primary = strcmp(c->primary_group, "private") != 0;
    return i == c->local_groups.count && has_primary ? c->primary_group : NULL;
}

static bool is_first_naming(const struct config *c, size_t at)
{
    const char *name = naming(c, at);
    for (size_t i = 0; i < at; i++)
        if (strcmp(naming(c, i), name) == 0)
            return false;
    return strcmp(name, "*") != 0;
}

const char *config_named_group(const struct config *c, size_t i)
{
    for (size_t at = 0; naming(c, at) != NULL; at++)
        if (is_first_naming(c, at) && i-- == 0)
            return naming(c, at);
    return NULL;
}

bool config_covers_group(const struct config *c, const char *group)
{
    const char *name;
    if (c->scope == CONFIG_SCOPE_ALL)
        return true;
    for (size_t i = 0; (name = naming(c, i)) != NULL; i++)
        if (strcmp(name, group) == 0)
            return true;
    return false;
}

/* username is no attribute; an address counts only when the pool has verified it. */
static const char *login_attribute(const struct config *c)
{
    bool is_safe = strcmp(c->login_name, "username") == 0 || strcmp(c->login_name, "email") == 0;
    return is_safe ? "" : c->login_name;
}

bool config_source(const struct config *c, size_t i, struct config_source *ret_source)
{
    const struct config_source sources[] = {
        { "home_attribute", c->home_attribute },   { "login_name", login_attribute(c) },
        { "shell_attribute", c->shell_attribute }, { "ssh_key_attribute", c->ssh_key_attribute },
        { "uid_attribute", c->uid_attribute },
    };
    for (size_t k = 0; k < COUNT(sources); k++) {
        const char *attribute = sources[k].attribute;
        if (attribute[0] == '\0' || strncmp(attribute, "dev:", 4) == 0 || i-- > 0)
            continue;
        *ret_source = sources[k];
        return true;
    }
    return false;
}

static void emit_key(const struct key *key, const void *base,
                     void (*emit)(void *arg, const char *line), void *arg)
{
    char value[512], line[640];
    size_t i = 0;
    snprintf(line, sizeof line, "; %s\n", key->help);
    emit(arg, line);
    for (; value_print(key, base, i, value, sizeof value); i++) {
        snprintf(line, sizeof line, "%s =%s%s\n", key->name, value[0] ? " " : "", value);
        emit(arg, line);
        if (key->kind != KEY_LIST)
            return;
    }
    if (i == 0) {
        snprintf(line, sizeof line, "%s =\n", key->name);
        emit(arg, line);
    }
}

static void emit_section(const char *head, const char *name,
                         void (*emit)(void *arg, const char *line), void *arg)
{
    char line[256];
    snprintf(line, sizeof line, "\n[%s%s]\n", head, name);
    emit(arg, line);
}

static void emit_pairs(const char *section, const struct config_pairs *pairs,
                       void (*emit)(void *arg, const char *line), void *arg)
{
    emit_section(section, "", emit, arg);
    for (size_t i = 0; i < pairs->count; i++) {
        char line[512];
        snprintf(line, sizeof line, "%s = %s\n", pairs->item[i].key, pairs->item[i].value);
        emit(arg, line);
    }
}

void config_print(const struct config *c, void (*emit)(void *arg, const char *line), void *arg)
{
    const char *section = "";
    for (size_t i = 0; i < key_count; i++) {
        if (strcmp(keys[i].section, section) != 0)
            emit_section(section = keys[i].section, "", emit, arg);
        emit_key(&keys[i], c, emit, arg);
    }
    for (size_t i = 0; i < c->service_count; i++) {
        const struct config_service *s = &c->services[i];
        emit_section("service ", s->name, emit, arg);
        for (size_t k = 0; k < service_key_count; k++)
            if (s->is_set[k])
                emit_key(&service_keys[k], s, emit, arg);
    }
    emit_pairs("local_groups", &c->local_groups, emit, arg);
    emit_pairs("ids", &c->ids, emit, arg);
}
