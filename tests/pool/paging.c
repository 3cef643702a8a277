/* SPDX-License-Identifier: Apache-2.0 */
/* Page tokens; see paging.h. */
#include "paging.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bytes.h"

#define DEFAULT_LIMIT 60
#define LIFE_MS       (3600 * (int64_t)1000)

static void mac_of(const struct call *c, const char *question, uint64_t serial, int64_t expires_ms,
                   char ret_hex[2 * SHA256_BYTES + 1])
{
    uint8_t mac[SHA256_BYTES];
    char *text = bytes_format("%s\n%s\n%s\n%" PRIu64 "\n%" PRId64, c->op->name, c->pool->id,
                              question, serial, expires_ms);
    bytes_hmac_sha256(c->w->page_key, sizeof c->w->page_key, text, strlen(text), mac);
    bytes_hex(mac, sizeof mac, ret_hex);
    free(text);
}

static bool read_token(const struct call *c, const char *token, struct page *page)
{
    uint64_t serial;
    int64_t expires_ms;
    char hex[2 * SHA256_BYTES + 1], given[2 * SHA256_BYTES + 1];
    size_t n = 0;
    uint8_t *raw = bytes_unbase64url(token, strlen(token), &n);
    if (raw == NULL)
        return false;
    char *text = bytes_format("%.*s", (int)n, (const char *)raw);
    free(raw);
    int fields = sscanf(text, "%" SCNu64 ":%" SCNd64 ":%64s", &serial, &expires_ms, given);
    free(text);
    if (fields != 3 || model_now_ms(c->w) >= expires_ms)
        return false;
    mac_of(c, page->question, serial, expires_ms, hex);
    page->after = serial;
    return bytes_equal(hex, given);
}

bool paging_begin(struct call *c, const char *token_member, const char *question,
                  struct page *ret_page)
{
    struct page page = { .question = question, .limit = call_number(c, "Limit", 0) };
    const char *token = call_text(c, token_member);
    if (page.limit == 0)
        page.limit = DEFAULT_LIMIT;
    if (token != NULL && !read_token(c, token, &page)) {
        call_fail(c, "InvalidParameterException", "Invalid pagination token.");
        return false;
    }
    *ret_page = page;
    return true;
}

void paging_put_token(struct call *c, const char *token_member, const struct page *page,
                      uint64_t last_serial)
{
    char hex[2 * SHA256_BYTES + 1];
    int64_t expires_ms = model_now_ms(c->w) + LIFE_MS;
    mac_of(c, page->question, last_serial, expires_ms, hex);
    char *text = bytes_format("%" PRIu64 ":%" PRId64 ":%s", last_serial, expires_ms, hex);
    char *token = bytes_base64url((const uint8_t *)text, strlen(text));
    call_put(c->out, token_member, token);
    free(text);
    free(token);
}
