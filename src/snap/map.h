/* SPDX-License-Identifier: Apache-2.0
 *
 * One published pair of files, mapped: opening it by path, judging whether it still is the
 * published one. Guest code; the table of mappings is slots.c's.
 */
#ifndef SNAP_MAP_H
#define SNAP_MAP_H

#include "snap/read.h"

#include <sys/types.h>

struct map {
    struct snap_view view; /* view.base.bytes == NULL: nothing is mapped */
    dev_t device;          /* of `current` */
    ino_t inode;
    uint32_t
        superseded; /* its word as it was found: a marked file at the path is the current one */
};

/* "base.<generation>". */
void map_base_name(uint64_t generation, char ret_name[FORMAT_BASE_BYTES]);

/* Opens `current` in dir, then its base, judges both (R-ID-17, headers) and maps them; no
 * descriptor stays open. Errors as snap_pin(). */
int map_open(const char *dir, struct map *ret_map) MUST_CHECK;
/* Leaves *map as one that maps nothing. Tolerates one. */
void map_close(struct map *map);

/* No system call: the writer has not marked the file since it was opened. */
static inline bool map_is_unmarked(const struct map *map)
{
    const void *word = map->view.overlay.bytes + offsetof(struct format_header, superseded);
    return __atomic_load_n((const uint32_t *)word, __ATOMIC_ACQUIRE) == map->superseded;
}

/* One stat: the file at the path is the one that is mapped. Also when a sandbox that the process
 * entered meanwhile forbids to look: the file's own mark still tells (R-NSS-10). */
bool map_is_published(const struct map *map, const char *dir);

#endif
