/* SPDX-License-Identifier: Apache-2.0 */
#include "base/secret.h"

#include <string.h>

int secret_set(struct secret *s, const void *bytes, size_t n)
{
    secret_wipe(s);
    if (n > SECRET_MAX)
        return ERR_LIMIT;
    if (n > 0)
        memcpy(s->bytes, bytes, n);
    s->len = n;
    return 0;
}

void secret_wipe(struct secret *s)
{
    if (s != NULL)
        explicit_bzero(s, sizeof *s);
}

bool secret_equal(const struct secret *a, const struct secret *b)
{
    if (a->len != b->len)
        return false;
    unsigned char differs = 0;
    for (size_t i = 0; i < a->len; i++)
        differs |= (unsigned char)(a->bytes[i] ^ b->bytes[i]);
    return differs == 0;
}
