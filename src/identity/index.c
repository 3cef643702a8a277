/* SPDX-License-Identifier: Apache-2.0 */
#include "identity/index.h"

#include <stdlib.h>
#include <string.h>

void index_free(struct index *index)
{
    free(index->slots);
    *index = (struct index){ 0 };
}

static void place(struct index *index, uint32_t hash, uint32_t position)
{
    size_t at = hash & (index->size - 1);
    while (index->slots[at].position != INDEX_END)
        at = (at + 1) & (index->size - 1);
    index->slots[at] = (struct index_slot){ hash, position };
}

static int grow(struct index *index)
{
    struct index old = *index;
    size_t size = old.size == 0 ? 64 : old.size * 2;
    struct index_slot *slots = reallocarray(NULL, size, sizeof *slots);
    if (slots == NULL)
        return ERR_NOMEM;
    memset(slots, 0xff, size * sizeof *slots);
    *index = (struct index){ slots, size, old.count };
    for (size_t i = 0; i < old.size; i++)
        if (old.slots[i].position != INDEX_END)
            place(index, old.slots[i].hash, old.slots[i].position);
    free(old.slots);
    return 0;
}

int index_add(struct index *index, uint32_t hash, uint32_t position)
{
    int err = index->size >= 2 * (index->count + 1) ? 0 : grow(index);
    if (err != 0)
        return err;
    place(index, hash, position);
    index->count++;
    return 0;
}

static uint32_t find_from(const struct index *index, uint32_t hash, size_t *at)
{
    for (; index->slots[*at].position != INDEX_END; *at = (*at + 1) & (index->size - 1))
        if (index->slots[*at].hash == hash)
            return index->slots[*at].position;
    return INDEX_END;
}

uint32_t index_first(const struct index *index, uint32_t hash, size_t *ret_at)
{
    if (index->size == 0)
        return INDEX_END;
    *ret_at = hash & (index->size - 1);
    return find_from(index, hash, ret_at);
}

uint32_t index_next(const struct index *index, uint32_t hash, size_t *at)
{
    *at = (*at + 1) & (index->size - 1);
    return find_from(index, hash, at);
}

static uint32_t seed(void)
{
    static uint32_t value;
    while (value == 0)
        value = arc4random();
    return value;
}

static uint32_t mix(uint64_t h)
{
    h *= 0x9e3779b97f4a7c15u;
    return (uint32_t)(h >> 32);
}

/* FNV-1a from a random start. */
uint32_t index_hash_text(const char *text)
{
    uint64_t h = 14695981039346656037u ^ seed();
    for (; *text != '\0'; text++)
        h = (h ^ (unsigned char)*text) * 1099511628211u;
    return mix(h);
}

uint32_t index_hash_id(uint32_t id)
{
    return mix((uint64_t)id + seed());
}
