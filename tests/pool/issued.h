/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The secrets that the pool handed out: sessions, codes, tokens, AWS keys. Kept in clear until the
 * program ends, so that a test can look for them where they must not be. Under world.lock.
 */
#ifndef POOL_ISSUED_H
#define POOL_ISSUED_H

#include <stddef.h>

struct issued {
    char **texts;
    size_t count, room;
};

void issued_note(struct issued *list, const char *text); /* NULL and "" are none */
char *issued_text(const struct issued *list);            /* one a line; caller frees */
void issued_free(struct issued *list);

#endif
