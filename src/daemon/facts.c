/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/facts.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

bool facts_begin(struct conn *conn, struct facts *f, int err)
{
    size_t cap = WIRE_HEADER_BYTES + WIRE_BODY_MAX;
    f->buf = malloc(cap);
    if (f->buf == NULL) {
        conn_close(conn);
        return false;
    }
    f->wire = wire_facts_begin(f->buf, cap, err);
    return true;
}

void facts_add(struct facts *f, const char *key, const char *format, ...)
{
    char value[1024];
    va_list ap;
    va_start(ap, format);
    vsnprintf(value, sizeof value, format, ap);
    va_end(ap);
    wire_facts_add(&f->wire, key, value);
}

void facts_send(struct conn *conn, struct facts *f)
{
    int size = wire_facts_finish(&f->wire);
    if (size < 0)
        conn_close(conn);
    else if (conn_send(conn, f->buf, (size_t)size) == 0)
        conn_finish(conn);
    free(f->buf);
}

void facts_add_time(struct facts *f, const char *key, int64_t wall_s)
{
    char text[32];
    struct tm tm;
    time_t t = (time_t)wall_s;
    if (wall_s == 0 || gmtime_r(&t, &tm) == NULL ||
        strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
        facts_add(f, key, "never");
    else
        facts_add(f, key, "%s", text);
}
