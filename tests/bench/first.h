/* SPDX-License-Identifier: Apache-2.0
 *
 * The file that bench_first writes and the ideal module maps: records by a hash of the name, in the
 * first free place.
 */
#ifndef TESTS_BENCH_FIRST_H
#define TESTS_BENCH_FIRST_H

#include <errno.h>
#include <stdint.h>

#define FIRST_IDEAL PATH_ROOT "/ideal"
#define FIRST_MASK  16383u

struct first_record {
    uint32_t uid, gid;
    uint16_t gecos, home, shell;
    char text[114]; /* name NUL "x" NUL gecos NUL home NUL shell NUL; "": empty */
};

static inline uint32_t first_hash(const char *name)
{
    uint64_t h = 0;
    for (; *name != '\0'; name++)
        h = (h + (uint8_t)*name) * 0x9e3779b97f4a7c15ull;
    return (uint32_t)(h >> 40);
}

#endif
