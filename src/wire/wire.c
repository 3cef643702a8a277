/* SPDX-License-Identifier: Apache-2.0
 *
 * Framing and bounds. The bodies are in wire_body.c.
 */
#include "wire/wire.h"

#include <string.h>

#define STR8 (1 + 255)

static const struct {
    uint16_t opcode;
    uint32_t least, most;
} bounds[] = {
    { WIRE_LOOKUP, 2, 1 + NAME_MAX_BYTES },
    { WIRE_AUTH_START, 4 + 5, 4 + 5 * STR8 },
    { WIRE_AUTH_STEP, 2, 2 + SECRET_MAX },
    { WIRE_STATUS, 0, 0 },
    { WIRE_SHOW_USER, 2, STR8 },
    { WIRE_LOOKED_UP, 6, 64 },
    { WIRE_PROMPT, 4, 64 + WIRE_PROMPT_MAX },
    { WIRE_RESULT, 4, 64 + WIRE_TEXT_MAX },
    { WIRE_FACTS, 4, WIRE_BODY_MAX },
    { WIRE_SESSION_OPEN, 2, 2 * STR8 },
    { WIRE_SESSION_CLOSE, 2, 2 * STR8 },
};

int wire_bounds(uint16_t opcode, uint32_t *ret_least, uint32_t *ret_most)
{
    for (size_t i = 0; i < COUNT(bounds); i++) {
        if (bounds[i].opcode != opcode)
            continue;
        *ret_least = bounds[i].least;
        *ret_most = bounds[i].most;
        return 0;
    }
    return ERR_REFUSED;
}

int wire_header_read(const uint8_t bytes[WIRE_HEADER_BYTES], struct wire_header *ret_header)
{
    struct rd r = rd_over(bytes, WIRE_HEADER_BYTES);
    uint32_t magic = rd_u32(&r);
    struct wire_header h;
    h.version = rd_u16(&r);
    h.opcode = rd_u16(&r);
    h.length = rd_u32(&r);
    if (magic != WIRE_MAGIC || h.version >> 8 != WIRE_MAJOR)
        return ERR_FORMAT;
    uint32_t least, most;
    int err = wire_bounds(h.opcode, &least, &most);
    if (err != 0)
        return err;
    /* A later minor may have added fields, which are ignored: only the absolute bound holds. */
    if ((h.version & 0xff) > WIRE_MINOR)
        most = WIRE_BODY_MAX;
    if (h.length < least || h.length > most)
        return ERR_FORMAT;
    *ret_header = h;
    return 0;
}

struct wire_msg wire_begin(void *buf, size_t cap, uint16_t opcode)
{
    struct wire_msg m = { buf, wr_over(buf, cap) };
    wr_u32(&m.body, WIRE_MAGIC);
    wr_u16(&m.body, WIRE_VERSION);
    wr_u16(&m.body, opcode);
    wr_u32(&m.body, 0);
    return m;
}

int wire_finish(struct wire_msg *m)
{
    if (m->body.bad)
        return ERR_SPACE;
    size_t size = (size_t)(m->body.p - m->start);
    struct rd opcode = rd_over(m->start + WIRE_HEADER_BYTES - 6, 2);
    uint32_t least = 0, most = WIRE_BODY_MAX;
    int err = wire_bounds(rd_u16(&opcode), &least, &most);
    if (err != 0 || size - WIRE_HEADER_BYTES < least || size - WIRE_HEADER_BYTES > most)
        return ERR_SPACE; /* the receiver would refuse it */
    struct wr length = wr_over(m->start + WIRE_HEADER_BYTES - 4, 4);
    wr_u32(&length, (uint32_t)(size - WIRE_HEADER_BYTES));
    return (int)size;
}
