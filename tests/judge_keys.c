/* SPDX-License-Identifier: Apache-2.0
 *
 * Replies that carry AWS credentials, each to the parser of its source: the metadata service and
 * its like (text and JSON), programs, the token service (XML).
 */
#include "judge_reply.h"

#include "net/command.h"
#include "net/imds.h"
#include "net/sts.h"

#include <string.h>

static enum judge_verdict verdict(bool is_right)
{
    return is_right ? JUDGE_RIGHT : JUDGE_WRONG;
}

static enum judge_verdict judge_role(const struct judge_reply *r)
{
    char role[128];
    const char *body = r->http.body;
    size_t line = strcspn(body, "\n");
    return verdict(imds_role_name(body, r->http.body_bytes, role, sizeof role) == 0 &&
                   strlen(role) == line && strncmp(role, body, line) == 0);
}

static bool wants_keys(const struct judge_reply *r)
{
    return judge_expects(r, "ok") || judge_expects(r, "static") || judge_expects(r, "decode XML");
}

static enum judge_verdict judge_imds(const struct judge_reply *r)
{
    struct credentials keys;
    if (judge_expects(r, "role name") || judge_expects(r, "first line"))
        return judge_role(r);
    /* Whether a token is one, and what 401 and 404 lead to, is net/fetch.h's: by status alone. */
    if (judge_expects(r, "token") || judge_expects(r, "no role"))
        return JUDGE_NOT_MINE;
    int err = r->http.status == 200 ? imds_parse(r->http.body, r->http.body_bytes, &keys) : -1;
    return verdict((err == 0) == wants_keys(r));
}

static enum judge_verdict judge_process(const struct judge_reply *r)
{
    struct credentials keys = { .expires_s = 0 };
    int err = command_parse(r->http.body, r->http.body_bytes, &keys);
    bool lasts = err == 0 && keys.expires_s == 0;
    return verdict((err == 0) == wants_keys(r) && (!judge_expects(r, "static") || lasts));
}

/* A failure is an error document, and the index says whether another try is worth it. */
static enum judge_verdict judge_sts(const struct judge_reply *r)
{
    struct credentials keys;
    struct sts_error error;
    if (r->http.status == 200)
        return verdict((sts_parse(r->http.body, r->http.body_bytes, &keys) == 0) == wants_keys(r));
    if (sts_parse_error(r->http.body, r->http.body_bytes, &error) != 0)
        return JUDGE_WRONG;
    return verdict(sts_is_passing(&error) == judge_expects(r, "retry"));
}

enum judge_verdict judge_keys(const struct judge_reply *r)
{
    if (strcmp(r->operation, "credential_process") == 0)
        return judge_process(r);
    return strncmp(r->operation, "AssumeRole", 10) == 0 ? judge_sts(r) : judge_imds(r);
}
