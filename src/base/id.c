/* SPDX-License-Identifier: Apache-2.0 */
#include "base/id.h"

#include "base/err.h"

#include <stddef.h>

static const struct id_range containers = { 524288, 1879048191 };

static const struct id_range reserved[] = {
    { 0, 999 },
    { 60001, 65535 },
    { 2147352576, 2147418111 },
    { 2147483647, UINT32_MAX },
};

bool id_is_reserved(uint32_t id, struct id_range range)
{
    for (size_t i = 0; i < COUNT(reserved); i++)
        if (id_in(reserved[i], id))
            return true;
    bool range_is_inside = id_in(containers, range.low) && id_in(containers, range.high);
    return id_in(containers, id) && !(range_is_inside && id_in(range, id));
}

static bool overlap(struct id_range a, struct id_range b)
{
    return a.low <= b.high && b.low <= a.high;
}

bool id_range_is_clear(struct id_range range)
{
    if (range.low > range.high)
        return false;
    for (size_t i = 0; i < COUNT(reserved); i++)
        if (overlap(reserved[i], range))
            return false;
    bool range_is_inside = id_in(containers, range.low) && id_in(containers, range.high);
    return range_is_inside || !overlap(containers, range);
}

bool id_is_allowed(uint32_t id, struct id_range range)
{
    return id_in(range, id) && !id_is_reserved(id, range);
}

bool id_parse(const char *s, uint32_t *ret_id)
{
    if (s[0] < '0' || s[0] > '9' || (s[0] == '0' && s[1] != '\0'))
        return false;
    uint64_t v = 0;
    for (; *s >= '0' && *s <= '9'; s++) {
        v = v * 10 + (uint64_t)(*s - '0');
        if (v > UINT32_MAX)
            return false;
    }
    if (*s != '\0')
        return false;
    *ret_id = (uint32_t)v;
    return true;
}
