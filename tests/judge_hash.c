/* SPDX-License-Identifier: Apache-2.0
 *
 * secret_hash.json and its like.
 */
#include "judge.h"

#include "cognito/secret_hash.h"
#include "net/json_in.h"

#include <stdio.h>
#include <string.h>

static bool is_right(const struct json *c)
{
    char hash[SECRET_HASH_SIZE];
    return secret_hash(judge_text(c, "client_secret"), judge_text(c, "username"),
                       judge_text(c, "client_id"), hash) == 0 &&
           strcmp(hash, judge_text(c, "secret_hash")) == 0;
}

static bool fits(const struct json *doc)
{
    return *judge_text(judge_first(doc, "cases"), "secret_hash") != '\0';
}

static void judge(struct judge *j, const char *path, const struct json *doc)
{
    judge_cases(j, "secret_hash", path, doc, "cases", "username", is_right);
}

const struct judge_form judge_hash = { "secret_hash", fits, judge };
