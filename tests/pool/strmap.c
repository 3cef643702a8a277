/* SPDX-License-Identifier: Apache-2.0 */
/* A hash table from strings to pointers; see strmap.h. Chained, doubled at three quarters. */
#include "strmap.h"

#include <stdlib.h>
#include <string.h>

#include "bytes.h"

static size_t hash_of(const char *key)
{
    size_t h = 14695981039346656037u; /* FNV-1a */
    for (; *key != '\0'; key++)
        h = (h ^ (unsigned char)*key) * 1099511628211u;
    return h;
}

static struct strmap_entry **find(const struct strmap *m, const char *key, size_t hash)
{
    struct strmap_entry **at = &m->slots[hash & (m->slot_count - 1)];
    while (*at != NULL && ((*at)->hash != hash || strcmp((*at)->key, key) != 0))
        at = &(*at)->next;
    return at;
}

static void widen(struct strmap *m)
{
    struct strmap_entry **old = m->slots;
    size_t old_count = m->slot_count;
    m->slot_count = old_count == 0 ? 64 : old_count * 2;
    m->slots = calloc(m->slot_count, sizeof *m->slots);
    if (m->slots == NULL)
        abort();
    for (size_t i = 0; i < old_count; i++) {
        for (struct strmap_entry *e = old[i], *next; e != NULL; e = next) {
            struct strmap_entry **slot = &m->slots[e->hash & (m->slot_count - 1)];
            next = e->next;
            e->next = *slot;
            *slot = e;
        }
    }
    free(old);
}

void *strmap_get(const struct strmap *m, const char *key)
{
    if (m->count == 0)
        return NULL;
    struct strmap_entry *e = *find(m, key, hash_of(key));
    return e == NULL ? NULL : e->value;
}

void strmap_put(struct strmap *m, const char *key, void *value)
{
    if (m->count >= m->slot_count / 4 * 3)
        widen(m);
    size_t hash = hash_of(key);
    struct strmap_entry **at = find(m, key, hash);
    if (*at == NULL) {
        size_t n = strlen(key) + 1;
        struct strmap_entry *e = bytes_grow(NULL, 1, sizeof *e + n);
        memcpy(e->key, key, n);
        e->hash = hash;
        e->next = NULL;
        *at = e;
        m->count++;
    }
    (*at)->value = value;
}

void *strmap_take(struct strmap *m, const char *key)
{
    if (m->count == 0)
        return NULL;
    struct strmap_entry **at = find(m, key, hash_of(key));
    struct strmap_entry *e = *at;
    if (e == NULL)
        return NULL;
    void *value = e->value;
    *at = e->next;
    free(e);
    m->count--;
    return value;
}

void strmap_free(struct strmap *m, void (*drop)(void *value))
{
    for (size_t i = 0; i < m->slot_count; i++) {
        for (struct strmap_entry *e = m->slots[i], *next; e != NULL; e = next) {
            next = e->next;
            if (drop != NULL)
                drop(e->value);
            free(e);
        }
    }
    free(m->slots);
    *m = (struct strmap){ 0 };
}
