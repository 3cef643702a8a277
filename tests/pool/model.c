/* SPDX-License-Identifier: Apache-2.0 */
/* The world, its pools, app clients and credentials; see model.h. Users: model_user.c. */
#include "model.h"

#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bytes.h"
#include "choice.h"
#include "custom.h"
#include "fault.h"
#include "imds.h"
#include "journal.h"
#include "session.h"
#include "sts.h"
#include "token.h"

struct world *model_world_new(void)
{
    struct world *w = bytes_grow(NULL, 1, sizeof *w);
    *w = (struct world){ .account = bytes_copy("123456789012") };
    pthread_mutex_init(&w->lock, NULL);
    pthread_condattr_t attr;
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&w->wake, &attr);
    pthread_condattr_destroy(&attr);
    bytes_random(w->page_key, sizeof w->page_key);
    w->journal = journal_new();
    char id[37];
    bytes_random_uuid(id);
    w->container_id = bytes_copy(id);
    w->container_token = bytes_random_text(30);
    return w;
}

static void free_list(char **list)
{
    for (char **s = list; s != NULL && *s != NULL; s++)
        free(*s);
    free(list);
}

static void free_client(struct client *c)
{
    free(c->id);
    free(c->name);
    free(c->secret);
    free_list(c->flows);
    free_list(c->write_attrs);
    free(c);
}

static void free_credential(struct credential *c)
{
    free(c->label);
    free(c->key_id);
    free(c->secret);
    free(c->session_token);
    free_list(c->actions);
    free(c);
}

static void free_pool(struct pool *p)
{
    while (p->user_count > 0)
        model_user_delete(p->users[p->user_count - 1]);
    while (p->group_count > 0)
        model_group_delete(p, p->groups[p->group_count - 1]);
    for (size_t i = 0; i < p->client_count; i++)
        free_client(p->clients[i]);
    strmap_free(&p->users_by_name, NULL);
    strmap_free(&p->users_by_sub, NULL);
    strmap_free(&p->groups_by_name, NULL);
    token_keys_free(&p->keys);
    custom_free(p);
    free_list(p->required_attrs);
    json_object_put(p->schema);
    free(p->users);
    free(p->groups);
    free(p->clients);
    free(p->id);
    free(p->region);
    free(p->name);
    free(p);
}

void model_world_free(struct world **wp)
{
    struct world *w = *wp;
    if (w == NULL)
        return;
    *wp = NULL;
    session_free_all(w);
    token_free_grants(w);
    imds_free(&w->imds);
    sts_free_roles(w);
    for (size_t i = 0; i < w->pool_count; i++)
        free_pool(w->pools[i]);
    for (size_t i = 0; i < w->credential_count; i++)
        free_credential(w->credentials[i]);
    free(w->pools);
    free(w->credentials);
    fault_clear(w);
    journal_free(&w->journal);
    issued_free(&w->issued);
    free(w->account);
    free(w->dir);
    free(w->imds_url);
    free(w->container_id);
    free(w->container_token);
    pthread_mutex_destroy(&w->lock);
    pthread_cond_destroy(&w->wake);
    free(w);
}

int64_t model_now_ms(const struct world *w)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000 + w->clock_shift_ms;
}

bool model_sleep_ms(struct world *w, int64_t ms)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    t.tv_sec += ms / 1000;
    t.tv_nsec += ms % 1000 * 1000000;
    if (t.tv_nsec >= 1000000000) {
        t.tv_sec++;
        t.tv_nsec -= 1000000000;
    }
    while (!w->stopping && pthread_cond_timedwait(&w->wake, &w->lock, &t) == 0)
        continue;
    return w->stopping;
}

struct pool *model_pool_new(struct world *w, const char *id, const char *region)
{
    struct pool *p = bytes_grow(NULL, 1, sizeof *p);
    *p = (struct pool){ .world = w, .id = bytes_copy(id), .next_serial = 1 };
    p->region =
        region != NULL ? bytes_copy(region) : bytes_format("%.*s", (int)strcspn(id, "_"), id);
    p->name = bytes_copy(id);
    p->attempts_per_hour = 5;
    p->first_factors = choice_factor("PASSWORD");
    p->policy = (struct password_policy){ 8, true, true, true, true, 7, 0 };
    p->created_ms = model_now_ms(w);
    p->keys = token_keys_start();
    w->pools = bytes_grow(w->pools, w->pool_count + 1, sizeof *w->pools);
    w->pools[w->pool_count++] = p;
    return p;
}

struct pool *model_pool_find(struct world *w, const char *id)
{
    for (size_t i = 0; i < w->pool_count; i++) {
        if (strcmp(w->pools[i]->id, id) == 0)
            return w->pools[i];
    }
    return NULL;
}

struct client *model_client_new(struct pool *p, const char *id)
{
    struct client *c = bytes_grow(NULL, 1, sizeof *c);
    *c = (struct client){ .id = bytes_copy(id),
                          .name = bytes_copy("pam"),
                          .session_ms = 180 * 1000,
                          .srp_ms = 10 * 1000,
                          .token_s = 3600,
                          .refresh_s = 30 * 86400,
                          .created_ms = model_now_ms(p->world) };
    p->clients = bytes_grow(p->clients, p->client_count + 1, sizeof(struct client *));
    p->clients[p->client_count++] = c;
    return c;
}

struct client *model_client_find(const struct pool *p, const char *id)
{
    for (size_t i = 0; i < p->client_count; i++) {
        if (strcmp(p->clients[i]->id, id) == 0)
            return p->clients[i];
    }
    return NULL;
}

struct credential *model_credential_new(struct world *w, const char *label, const char *key_id,
                                        const char *secret)
{
    struct credential *c = bytes_grow(NULL, 1, sizeof *c);
    *c = (struct credential){ .label = bytes_copy(label),
                              .key_id = bytes_copy(key_id),
                              .secret = bytes_copy(secret) };
    w->credentials = bytes_grow(w->credentials, w->credential_count + 1, sizeof c);
    w->credentials[w->credential_count++] = c;
    return c;
}

struct credential *model_credential_find(struct world *w, const char *key_id)
{
    for (size_t i = 0; i < w->credential_count; i++) {
        if (strcmp(w->credentials[i]->key_id, key_id) == 0)
            return w->credentials[i];
    }
    return NULL;
}
