/* SPDX-License-Identifier: Apache-2.0
 *
 * AWS's two profile files as one table of profile, key and value. Not libinih: its lines end at
 * 200 bytes, a session token has thousands, and it leaves copies of secrets behind. Sections are
 * [NAME] in the credentials file, [default] and [profile NAME] in the configuration file, other
 * sections are passed over; comments are lines that begin with # or ;; indented lines below a key
 * without a value are nested settings of other tools and passed over too. What a profile means
 * belongs to net/profile_chain.h.
 */
#ifndef NET_PROFILES_H
#define NET_PROFILES_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

#define PROFILES_FILE_MAX (256u << 10)

enum profiles_kind { PROFILES_CONFIG, PROFILES_CREDENTIALS };

/* All zeros is an empty table; wiped by profiles_free. */
struct profiles {
    struct profiles_entry *entry;
    size_t count, cap;
};

/* Adds a file's text; what was there of the same profile and key is replaced, so the credentials
 * file is added last. Keys are taken without regard to case. ERR_NOMEM; ERR_FORMAT with the line
 * in *ret_line: nothing of the table may be used then. */
int profiles_add(struct profiles *p, enum profiles_kind kind, const char *text,
                 unsigned *ret_line) MUST_CHECK;
void profiles_free(struct profiles *p);

bool profiles_has(const struct profiles *p, const char *profile);
/* NULL when absent or empty; borrowed. */
const char *profiles_get(const struct profiles *p, const char *profile, const char *key);

#endif
