/* SPDX-License-Identifier: Apache-2.0
 *
 * Numeric ids: which a pool user or group may have at all (R-ID-05), how one is read from text
 * (R-ID-06). Checked when an id is made and again on every read in PAM and NSS, so it is pure
 * arithmetic: no state, no files. How an id is derived belongs to src/identity.
 */
#ifndef BASE_ID_H
#define BASE_ID_H

#include <stdbool.h>
#include <stdint.h>

#define ID_NONE UINT32_MAX

struct id_range {
    uint32_t low, high; /* inclusive; low > high is the empty range */
};

static inline bool id_in(struct id_range r, uint32_t id)
{
    return id >= r.low && id <= r.high;
}

/* Reserved whatever is configured: below 1000; 60001-65535 (systemd's human and dynamic users,
 * nobody); 524288-1879048191 (subordinate and container ids) unless `id` lies in `range` and
 * `range` lies inside that block; 2147352576-2147418111 (systemd's foreign ids); 2^31-1 and
 * above. */
bool id_is_reserved(uint32_t id, struct id_range range);

/* True when no id in `range` is reserved: a range that was judged so needs no look at its ids. The
 * empty range is not. */
bool id_range_is_clear(struct id_range range);

/* True when id may be a pool user's or group's: in `range` and not reserved. */
bool id_is_allowed(uint32_t id, struct id_range range);

/* Decimal digits only: no sign, blank, leading zero, hex, exponent, no other script's digits, no
 * overflow. False and untouched on anything else. */
bool id_parse(const char *s, uint32_t *ret_id);

#endif
