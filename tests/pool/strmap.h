/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A hash table from strings to pointers. Keys are copied, values are borrowed: who puts a value
 * in frees it. No iteration order is promised, and none is offered except to free everything.
 */
#ifndef POOL_STRMAP_H
#define POOL_STRMAP_H

#include <stddef.h>

struct strmap_entry {
    struct strmap_entry *next;
    void *value;
    size_t hash;
    char key[];
};

struct strmap {
    struct strmap_entry **slots;
    size_t slot_count;
    size_t count;
};

void *strmap_get(const struct strmap *m, const char *key);       /* NULL: not there */
void strmap_put(struct strmap *m, const char *key, void *value); /* replaces */
void *strmap_take(struct strmap *m, const char *key); /* removes; returns the value or NULL */
/* Frees the table; calls drop (may be NULL) with every value. The map is empty afterwards. */
void strmap_free(struct strmap *m, void (*drop)(void *value));

#endif
