/* SPDX-License-Identifier: Apache-2.0
 *
 * The bytes of a snapshot file; doc/SNAPSHOT.md tells the same in prose. A directory holds
 * `base.<generation>` (16 hex digits, a complete set of records) and `current` (an overlay: whole
 * records changed since its base, and tombstones). Both have this layout:
 *
 *   header | index x 4 | records | lists | strings | one NUL
 *
 * Integers have the host's byte order (the magic number differs otherwise); offsets count bytes
 * from the start of the file. Nothing here is trusted by a reader: it bounds every offset on use.
 * Only the layout and the two hash functions belong here.
 */
#ifndef SNAP_FORMAT_H
#define SNAP_FORMAT_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define FORMAT_MAGIC      0x31504e53474f43ffull /* "\xff" "COGSNP1" on little-endian hosts */
#define FORMAT_VERSION    1u
#define FORMAT_MAX_BYTES  (512u << 20) /* of one file */
#define FORMAT_MAX_PROBES 64u /* entries a look-up visits at most; the writer keeps to it */
#define FORMAT_ALIGN      64u /* of user records: a passwd in two cache lines */

#define FORMAT_CURRENT    "current"
#define FORMAT_BASE       "base."
#define FORMAT_BASE_BYTES (sizeof FORMAT_BASE + 16) /* "base." and 16 hex digits, with the NUL */

enum format_kind { FORMAT_IS_BASE = 1, FORMAT_IS_OVERLAY = 2 };

/* What a record is. A tombstone in an overlay hides the base's record that has its name, its id
 * or both; it has no texts and lists. */
enum format_record {
    FORMAT_USER = 'U',
    FORMAT_GROUP = 'G',
    FORMAT_USER_GONE = 'u',
    FORMAT_GROUP_GONE = 'g'
};

/* An open-addressed table of mask + 1 entries (a power of two) at `at`. A key's look-up starts at
 * entry (hash & mask), goes upward with wrap-around, ends at an entry whose record is 0. */
struct format_index {
    uint32_t at;
    uint32_t mask;
};

struct format_entry {
    uint32_t tag;    /* upper half of the key's hash */
    uint32_t record; /* offset, a multiple of 8; 0: empty */
};

struct format_header {
    uint64_t magic;
    uint32_t superseded; /* counts up when another file is about to take its place, and once more
                            when it has: a reader that maps this one compares with what it found */
    uint32_t zero;
    uint64_t checksum; /* format_sum_*() of everything behind this field */
    uint32_t version;
    uint32_t kind;            /* enum format_kind */
    uint64_t generation;      /* microseconds of wall time at the earliest, always rising */
    uint64_t base_generation; /* overlay: its base; base: its own */
    uint64_t base_checksum;   /* overlay: the field of its base; base: 0 */
    uint64_t seed;            /* of the hashes; an overlay has its base's */
    uint64_t pool_hash;       /* of the pool's id, 0 when not known */
    int64_t created_s;        /* wall time */
    int64_t confirmed_s;      /* wall time of the last agreement with the pool */
    uint32_t file_bytes;
    uint32_t lookup_ms; /* how long the daemon may be asking the pool for one name */
    uint32_t attribute_low, attribute_high;
    uint32_t hash_low, hash_high;
    uint32_t users, groups; /* that exist: in the overlay those of both files together */
    struct format_index user_names, user_ids, group_names, group_ids;
    uint32_t users_at, users_end;   /* user records and tombstones, one after the other */
    uint32_t groups_at, groups_end; /* the same for groups */
    uint32_t flags; /* enum format_header_flag; in the overlay those of both files */
    uint32_t zero2;
    uint64_t zeros[10];
};

enum format_header_flag {
    FORMAT_LISTED = 1, /* enumeration shows users and groups */
    FORMAT_WHOLE = 2   /* the directory was read as a whole: who is absent is no user */
};

enum format_flag { FORMAT_ENABLED = 1, FORMAT_PRIVATE_GROUP = 2 };

/* A user: this, then `text`: name NUL "x" NUL gecos NUL home NUL shell NUL, so that filling a
 * struct passwd is one copy; then, at the next multiple of 4, the gids and the local gids. */
struct format_user {
    uint32_t bytes; /* to the next record */
    uint32_t uid, gid;
    uint8_t kind;       /* enum format_record */
    uint8_t status;     /* enum snap_status */
    uint8_t flags;      /* enum format_flag */
    uint8_t name_bytes; /* with its NUL */
    uint16_t text_bytes;
    uint16_t gecos_at, home_at, shell_at; /* in text */
    uint16_t gids, local_gids;            /* how many */
    uint16_t pool_groups, keys;           /* how many */
    uint32_t lists_at; /* uint32_t[pool_groups + keys]: offsets of strings in this file */
    uint32_t zero;
};

/* A group: this, then `text`: name NUL "x" NUL { member NUL }, then, at the next multiple of 4,
 * uint32_t[members]: where in text each member begins. */
struct format_group {
    uint32_t bytes;
    uint32_t gid;
    uint8_t kind;
    uint8_t name_bytes;
    uint16_t zero;
    uint32_t text_bytes;
    uint32_t members;
    uint32_t zero2;
};

_Static_assert(sizeof(struct format_header) == 256, "the header's layout is frozen for version 1");
_Static_assert(offsetof(struct format_header, superseded) == 8, "the one word that is rewritten");
_Static_assert(sizeof(struct format_user) == 40, "frozen for version 1");
_Static_assert(sizeof(struct format_group) == 24, "frozen for version 1");
_Static_assert(sizeof(struct format_entry) == 8, "frozen for version 1");

#define FORMAT_SUM_FROM offsetof(struct format_header, version)

static inline uint64_t format_mix(uint64_t h)
{
    h *= 0x9e3779b97f4a7c15ull;
    return h ^ h >> 29;
}

static inline uint64_t format_load(const char *p, size_t n)
{
    uint64_t v = 0;
    uint32_t low, high;
    if (n == 8) {
        memcpy(&v, p, 8);
    } else if (n >= 4) { /* two halves that overlap */
        memcpy(&low, p, 4);
        memcpy(&high, p + n - 4, 4);
        v = (uint64_t)high << 32 | low;
    } else if (n > 0) {
        v = (uint64_t)(uint8_t)p[0] << 16 | (uint64_t)(uint8_t)p[n / 2] << 8 | (uint8_t)p[n - 1];
    }
    return v;
}

/* Of the n bytes of a name. Not cryptographic: the writer takes another seed when names collide
 * beyond FORMAT_MAX_PROBES, and a reader stops there. */
static inline uint64_t format_hash_name(uint64_t seed, const char *name, size_t n)
{
    uint64_t h = seed ^ n;
    for (; n > 8; name += 8, n -= 8)
        h = format_mix(h ^ format_load(name, 8));
    h = format_mix(h ^ format_load(name, n));
    return format_mix(h ^ h >> 32);
}

static inline uint64_t format_hash_id(uint64_t seed, uint32_t id)
{
    uint64_t h = format_mix(seed ^ id);
    return format_mix(h ^ h >> 32);
}

/* The checksum: finds torn and rotten files, is no protection against a forger. Begun with
 * the number of all bytes, then given parts that are multiples of 8. */
static inline uint64_t format_sum_begin(size_t all_bytes)
{
    return all_bytes;
}

static inline uint64_t format_sum_add(uint64_t sum, const void *bytes, size_t n)
{
    const uint8_t *p = bytes;
    for (size_t i = 0; i + 8 <= n; i += 8) {
        uint64_t v;
        memcpy(&v, p + i, 8);
        sum = (sum ^ v) * 0x9e3779b97f4a7c15ull;
        sum ^= sum >> 32;
    }
    return sum;
}

#endif
