/* SPDX-License-Identifier: Apache-2.0
 *
 * secret_hash.json.
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

bool judge_hash(struct judge *j)
{
    struct json *doc = judge_load(j, "secret_hash.json");
    const struct json *cases;
    if (doc == NULL)
        return false;
    judge_begin(j);
    if (json_in_array(doc, "cases", &cases) != 0)
        cases = NULL;
    judge_case(j, "secret_hash", "cases", cases != NULL && json_in_count(cases) > 0);
    for (size_t i = 0; i < json_in_count(cases); i++) {
        const struct json *c = json_in_at(cases, i);
        judge_case(j, "secret_hash", judge_text(c, "username"), is_right(c));
    }
    judge_end(j, "secret_hash");
    json_in_free(&doc);
    return true;
}
