/* SPDX-License-Identifier: Apache-2.0
 *
 * Request bodies of requests.json as json-c objects, and the sign-in ones among them: built by the
 * challenge machine that is led there by replies made up from the expected body.
 */
#ifndef TESTS_JUDGE_BODY_H
#define TESTS_JUDGE_BODY_H

#include <stdbool.h>

struct json;
struct json_object;

/* Other sets, for what an expected body does not show. Either may be NULL. */
struct judge_given {
    struct json *hashes; /* secret_hash.json: the app client's secret */
    struct json *srp;    /* srp.json: exponents, passwords, the pool's numbers */
};

struct json_object *judge_body_member(struct json_object *o, const char *key);
const char *judge_body_text(struct json_object *o, const char *key);
bool judge_body_is(const char *body, struct json_object *expected);

/* Is it a sign-in of a flow and challenge that this code has? */
bool judge_body_is_mine(struct json_object *r);
/* Does its expected body rest on a set that is not there? */
bool judge_body_lacks(struct json_object *r, const struct judge_given *given);
bool judge_body_signin(struct json_object *r, const struct judge_given *given);

#endif
