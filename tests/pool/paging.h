/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Page tokens: opaque, bound to operation, pool and question, alive for an hour. They hold the
 * serial after which the next page begins, so that a chain of pages has no duplicates even when
 * entries come and go.
 */
#ifndef POOL_PAGING_H
#define POOL_PAGING_H

#include "call.h"

struct page {
    uint64_t after; /* entries with a serial above this are wanted */
    int limit;
    const char *question; /* what the token is bound to besides operation and pool */
};

/* Reads Limit and the token member; fails the call for a token that is not ours. The question is
   borrowed. False: failed. */
bool paging_begin(struct call *c, const char *token_member, const char *question,
                  struct page *ret_page);
void paging_put_token(struct call *c, const char *token_member, const struct page *page,
                      uint64_t last_serial);

#endif
