/* SPDX-License-Identifier: Apache-2.0
 *
 * Passwords, codes and keys: a type that lives where its owner lives (no allocation), knows its
 * length (any byte value but NUL may occur in a typed one) and is wiped as a whole.
 */
#ifndef BASE_SECRET_H
#define BASE_SECRET_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

/* Cognito takes 256 characters, at most four bytes each in UTF-8. */
#define SECRET_MAX 1024

struct secret {
    size_t len;
    char bytes[SECRET_MAX + 1]; /* always ends with a NUL, for APIs that want a string */
};

/* ERR_LIMIT when n > SECRET_MAX; *s is then empty. The old value is wiped in any case. */
int secret_set(struct secret *s, const void *bytes, size_t n) MUST_CHECK;
/* Overwrites the whole capacity; NULL is allowed. */
void secret_wipe(struct secret *s);
/* Same time for equal lengths, whatever the bytes. */
bool secret_equal(const struct secret *a, const struct secret *b);

#endif
