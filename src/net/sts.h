/* SPDX-License-Identifier: Apache-2.0
 *
 * AWS's token service: AssumeRole, signed with the keys of the link before, and
 * AssumeRoleWithWebIdentity, unsigned, with a token from a file that others rotate. Both answer in
 * the same XML (reference section 5.3).
 */
#ifndef NET_STS_H
#define NET_STS_H

#include "net/source.h"

struct sts_role {
    const char *role_arn;
    const char *session_name; /* NULL: cognitod-HOST */
    const char *external_id;  /* NULL: none */
    const char *duration;     /* seconds as text; NULL: the service's default */
    const char *token_file;   /* web identity; NULL: the keys of the link before */
};

/* Judges the role and adds a link for it. what names in why where it stands. ERR_CONFIG, ERR_NOMEM.
 */
int sts_add_role(struct source_search *s, const char *what, const struct sts_role *role) MUST_CHECK;

/* The answers judged, for tests too. A truncated or malformed one is ERR_FORMAT, a missing, double
 * or unprintable key as well. */
int sts_parse(const char *body, size_t n, struct credentials *ret_keys) MUST_CHECK;

struct sts_error {
    char code[96], message[256]; /* as they came: clean them before showing */
};
/* ERR_FORMAT when it is no error document. */
int sts_parse_error(const char *body, size_t n, struct sts_error *ret_error) MUST_CHECK;
/* Worth another try? */
bool sts_is_passing(const struct sts_error *error);

#endif
