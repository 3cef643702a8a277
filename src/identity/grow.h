/* SPDX-License-Identifier: Apache-2.0
 *
 * Arrays that grow by one item at a time: by doubling. What is in them, and who frees it, is their
 * owner's business.
 */
#ifndef IDENTITY_GROW_H
#define IDENTITY_GROW_H

#include <stddef.h>
#include <stdlib.h>

/* items with room for one more than count, perhaps elsewhere now; *space is how many it has room
 * for, 0 before there are any. NULL: no memory, and items is as it was. */
static inline void *grow_array(void *items, size_t count, size_t *space, size_t item_bytes)
{
    if (count < *space)
        return items;
    size_t more = *space == 0 ? 16 : *space * 2;
    void *grown = reallocarray(items, more, item_bytes);
    if (grown != NULL)
        *space = more;
    return grown;
}

#endif
