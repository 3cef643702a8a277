/* SPDX-License-Identifier: Apache-2.0
 *
 * One reply body of replies/index.json, and who judges it by operation. The expectation is the
 * index's own words; each judge has a table of their beginnings.
 */
#ifndef TESTS_JUDGE_REPLY_H
#define TESTS_JUDGE_REPLY_H

#include "cognito/api.h"
#include "net/http.h"

#include <stdbool.h>

struct judge_reply {
    const char *operation, *expect;
    struct http_reply http;
    struct api_result result; /* as the step of every operation sees it */
};

enum judge_verdict { JUDGE_WRONG, JUDGE_RIGHT, JUDGE_NOT_MINE };

bool judge_expects(const struct judge_reply *r, const char *beginning);

/* An exception reply against the error table. */
enum judge_verdict judge_exception(const struct judge_reply *r);
/* A sign-in driven up to this reply. */
enum judge_verdict judge_signin(const struct judge_reply *r);
/* A call of an enrolment. */
enum judge_verdict judge_setup(const struct judge_reply *r);
/* A directory page. */
enum judge_verdict judge_page(const struct judge_reply *r);
/* Metadata service and its like. */
enum judge_verdict judge_keys(const struct judge_reply *r);

#endif
