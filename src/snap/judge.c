/* SPDX-License-Identifier: Apache-2.0
 *
 * Headers: is this a snapshot file at all, do its tables lie inside it, do overlay and base belong
 * together? What passes here may be walked by read.c, which still bounds every single step.
 */
#include "snap/read.h"

static bool index_is_inside(struct format_index index, uint64_t size)
{
    uint64_t entries = (uint64_t)index.mask + 1;
    return index.at >= sizeof(struct format_header) && index.at % 8 == 0 &&
           (entries & index.mask) == 0 && index.at + entries * sizeof(struct format_entry) <= size;
}

static bool section_is_inside(uint32_t at, uint32_t end, uint64_t size)
{
    return at >= sizeof(struct format_header) && at % 8 == 0 && end >= at && end <= size;
}

/* Empty, or without the system's ids at either end; what is reserved in between is refused id by
 * id. */
static bool range_is_sane(struct id_range r)
{
    return r.low > r.high || (r.low >= 1000 && r.high < INT32_MAX);
}

static bool header_is_sound(const struct format_header *h, uint64_t size)
{
    struct id_range attribute = { h->attribute_low, h->attribute_high };
    struct id_range hash = { h->hash_low, h->hash_high };
    return h->magic == FORMAT_MAGIC && h->version == FORMAT_VERSION && h->file_bytes == size &&
           index_is_inside(h->user_names, size) && index_is_inside(h->user_ids, size) &&
           index_is_inside(h->group_names, size) && index_is_inside(h->group_ids, size) &&
           section_is_inside(h->users_at, h->users_end, size) &&
           section_is_inside(h->groups_at, h->groups_end, size) && range_is_sane(attribute) &&
           range_is_sane(hash);
}

static int judge_file(const void *bytes, size_t size, uint32_t kind, struct format_header *h,
                      struct snap_file *ret)
{
    if (size < sizeof *h || size > FORMAT_MAX_BYTES || (uintptr_t)bytes % 8 != 0)
        return ERR_FORMAT;
    memcpy(h, bytes, sizeof *h);
    if (!header_is_sound(h, size) || h->kind != kind || ((const char *)bytes)[size - 1] != '\0')
        return ERR_FORMAT;
    *ret = (struct snap_file){
        .bytes = bytes,
        .size = (uint32_t)size,
        .user_names = h->user_names,
        .user_ids = h->user_ids,
        .group_names = h->group_names,
        .group_ids = h->group_ids,
        .users_at = h->users_at,
        .users_end = h->users_end,
        .groups_at = h->groups_at,
        .groups_end = h->groups_end,
    };
    return 0;
}

static struct snap_facts facts_of(const struct format_header *h)
{
    struct id_range attribute = { h->attribute_low, h->attribute_high };
    struct id_range hash = { h->hash_low, h->hash_high };
    return (struct snap_facts){
        .generation = h->generation,
        .pool_hash = h->pool_hash,
        .created_s = h->created_s,
        .confirmed_s = h->confirmed_s,
        .lookup_ms = h->lookup_ms,
        .attribute_ids = attribute,
        .hash_ids = hash,
        .attribute_ids_are_clear = id_range_is_clear(attribute),
        .hash_ids_are_clear = id_range_is_clear(hash),
        .is_listed = (h->flags & FORMAT_LISTED) != 0,
        .is_whole = (h->flags & FORMAT_WHOLE) != 0,
        .users = h->users,
        .groups = h->groups,
    };
}

static bool are_a_pair(const struct format_header *overlay, const struct format_header *base)
{
    return overlay->base_generation == base->generation &&
           overlay->base_checksum == base->checksum && overlay->seed == base->seed;
}

int snap_view_over(const void *current, size_t current_bytes, const void *base, size_t base_bytes,
                   struct snap_view *ret_view)
{
    struct format_header h, below;
    struct snap_view v;
    uint32_t kind = base == NULL ? FORMAT_IS_BASE : FORMAT_IS_OVERLAY;
    int err = judge_file(current, current_bytes, kind, &h, &v.overlay);
    if (err != 0)
        return err;
    v.facts = facts_of(&h);
    v.seed = h.seed;
    if (base == NULL) {
        v.base = v.overlay;
    } else {
        err = judge_file(base, base_bytes, FORMAT_IS_BASE, &below, &v.base);
        if (err == 0 && !are_a_pair(&h, &below))
            err = ERR_FORMAT;
    }
    if (err == 0)
        *ret_view = v;
    return err;
}
