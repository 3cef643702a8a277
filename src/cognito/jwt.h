/* SPDX-License-Identifier: Apache-2.0
 *
 * Is this token the pool's, for our client, alive, and about the user who signs in? A list of named
 * steps (reference section 13, R-NET-06, R-ID-09). Pure: the time and the keys are handed in.
 */
#ifndef COGNITO_JWT_H
#define COGNITO_JWT_H

#include "base/err.h"
#include "cognito/jwks.h"

#include <stddef.h>
#include <stdint.h>

struct json;

#define JWT_LEEWAY_S 60 /* for iat and nbf; none for exp */

enum jwt_use { JWT_ACCESS, JWT_ID };

struct jwt_expect {
    enum jwt_use use;
    const char *issuer, *updated_issuer; /* either is right */
    const char *client_id;
    const char *sub; /* the bound one, compared exactly; NULL: any (not for logins) */
    int64_t now_s;   /* corrected wall clock */
};

struct jwt_claims {
    char sub[129];
    char username[513];
    char origin_jti[129]; /* "" when absent */
    int64_t exp_s, iat_s;
    size_t group_count; /* cognito:groups; 0 when absent */
    char **groups;      /* owned */
};

/* 0 and filled claims, which the caller ends with jwt_claims_free. ERR_FORMAT (no such token),
 * ERR_ABSENT (unknown kid: fetch the keys and try once more), ERR_REFUSED (anything that is wrong
 * with it). *ret_why, when not NULL, names the step that refused, static, for the log. */
int jwt_verify(const char *token, const struct jwt_expect *expect, const struct jwks *jwks,
               struct jwt_claims *ret_claims, const char **ret_why) MUST_CHECK;
void jwt_claims_free(struct jwt_claims *claims);

#endif
