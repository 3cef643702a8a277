/* SPDX-License-Identifier: Apache-2.0
 *
 * Positions in somebody's array, found by a hash of their key: open addressing, at most half full,
 * nothing is ever taken out. The owner compares keys; a position may be offered that only shares
 * the hash. One index a key.
 */
#ifndef IDENTITY_INDEX_H
#define IDENTITY_INDEX_H

#include "base/err.h"

#include <stddef.h>
#include <stdint.h>

#define INDEX_END UINT32_MAX

struct index_slot {
    uint32_t hash, position; /* position INDEX_END: free */
};

/* All zeros is an empty index. */
struct index {
    struct index_slot *slots;
    size_t size, count;
};

void index_free(struct index *index);
int index_add(struct index *index, uint32_t hash, uint32_t position) MUST_CHECK;

/* The first position with this hash, then the next ones: *at carries on. INDEX_END behind the last.
 */
uint32_t index_first(const struct index *index, uint32_t hash, size_t *ret_at);
uint32_t index_next(const struct index *index, uint32_t hash, size_t *at);

/* Seeded anew in each process: login names may be chosen by strangers. */
uint32_t index_hash_text(const char *text);
uint32_t index_hash_id(uint32_t id);

#endif
