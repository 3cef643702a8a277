/* SPDX-License-Identifier: Apache-2.0
 *
 * Three requests in a row (reference section 5.5): the stages of one row of the source table.
 */
#include "net/imds.h"

#include "net/json_in.h"
#include "net/skew.h"
#include "net/source.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define ROLE_PATH      "/latest/meta-data/iam/security-credentials/"
#define TOKEN_LIFETIME "21600" /* seconds, the longest there is */

enum stage { BEGINS, WANTS_TOKEN, WANTS_ROLE, WANTS_KEYS };

/* One line of printable characters that can go into a header or a path. */
static int take_line(const char *body, size_t n, char *dst, size_t cap)
{
    size_t len = 0;
    while (len < n && body[len] != '\n' && body[len] != '\r')
        len++;
    if (len == 0 || len >= cap)
        return ERR_FORMAT;
    for (size_t i = 0; i < len; i++) {
        if (body[i] <= ' ' || body[i] >= 0x7F)
            return ERR_FORMAT;
    }
    memcpy(dst, body, len);
    dst[len] = '\0';
    return 0;
}

int imds_role_name(const char *body, size_t n, char *ret_name, size_t cap)
{
    char name[256];
    int err = take_line(body, n, name, sizeof name);
    if (err != 0)
        return err;
    /* An IAM name: nothing in it can leave the path. */
    static const char extra[] = "+=,.@_-";
    for (const char *p = name; *p != '\0'; p++) {
        bool is_alnum =
            (*p >= '0' && *p <= '9') || (*p >= 'A' && *p <= 'Z') || (*p >= 'a' && *p <= 'z');
        if (!is_alnum && strchr(extra, *p) == NULL)
            return ERR_FORMAT;
    }
    if (strlen(name) >= cap || name[0] == '.')
        return ERR_FORMAT;
    memcpy(ret_name, name, strlen(name) + 1);
    return 0;
}

static int copy_member(const struct json *doc, const char *key, char *dst, size_t cap)
{
    const char *s;
    int err = json_in_string(doc, key, &s);
    if (err != 0)
        return ERR_FORMAT;
    return *s != '\0' && source_copy_key(dst, cap, s) ? 0 : ERR_FORMAT;
}

static int read_keys(const struct json *doc, struct credentials *c)
{
    const char *code = "Success"; /* container endpoints have none */
    const char *expiration;
    if (json_in_string(doc, "Code", &code) == ERR_FORMAT || strcmp(code, "Success") != 0)
        return ERR_CONFIG;
    int err = copy_member(doc, "AccessKeyId", c->access_key, sizeof c->access_key);
    if (err == 0)
        err = copy_member(doc, "SecretAccessKey", c->secret_key, sizeof c->secret_key);
    if (err == 0)
        err = copy_member(doc, "Token", c->token, sizeof c->token);
    if (err == 0 && (json_in_string(doc, "Expiration", &expiration) != 0 ||
                     !skew_parse_iso(expiration, &c->expires_s)))
        err = ERR_FORMAT;
    return err;
}

int imds_parse(const char *body, size_t n, struct credentials *ret_keys)
{
    struct json *doc;
    struct credentials c = { .access_key = "" };
    int err = json_in_parse(body, n, JSON_STRICT, &doc);
    if (err != 0)
        return err == ERR_NOMEM ? err : ERR_FORMAT;
    err = read_keys(doc, &c);
    if (err == 0)
        *ret_keys = c;
    credentials_wipe(&c);
    json_in_free(&doc);
    return err;
}

/* ------------------------------------------------------------------ source */

static int find_imds(struct source_search *s)
{
    struct source_link *l;
    const char *off = source_look_up(s, "AWS_EC2_METADATA_DISABLED");
    if (off != NULL && strcasecmp(off, "true") == 0)
        return ERR_ABSENT;
    return imds_add(s, &l);
}

int imds_add(struct source_search *s, struct source_link **ret_link)
{
    const char *url = s->options->imds_url == NULL ? IMDS_URL : s->options->imds_url;
    int err = source_add(s, &source_imds, ret_link);
    return err != 0 ? err : source_copy(&(*ret_link)->url, url);
}

static int prepare_imds(struct source_run *run, struct source_request *r)
{
    if (run->stage == BEGINS)
        run->stage = run->token[0] == '\0' ? WANTS_TOKEN : WANTS_ROLE;
    r->class = HTTP_LINK_LOCAL;
    buf_str(&r->url, run->link->url);
    if (run->stage == WANTS_TOKEN) {
        r->method = "PUT";
        buf_str(&r->url, "/latest/api/token");
        buf_str(source_header(r, "X-aws-ec2-metadata-token-ttl-seconds"), TOKEN_LIFETIME);
        return 0;
    }
    r->method = "GET";
    buf_str(&r->url, ROLE_PATH);
    if (run->stage == WANTS_KEYS)
        buf_str(&r->url, run->role);
    buf_str(source_header(r, "X-aws-ec2-metadata-token"), run->token);
    return 0;
}

/* An answer of status 200, by stage. */
static int step(struct source_run *run, const struct http_reply *reply)
{
    const char *body = reply->body;
    size_t n = reply->body_bytes;
    int err;
    switch ((enum stage)run->stage) {
    case WANTS_TOKEN:
        err = take_line(body, n, run->token, sizeof run->token);
        run->stage = WANTS_ROLE;
        return err == 0 ? (int)SOURCE_NEXT : source_fail(run, err, "the token is damaged");
    case WANTS_ROLE:
        err = imds_role_name(body, n, run->role, sizeof run->role);
        run->stage = WANTS_KEYS;
        return err == 0 ? (int)SOURCE_NEXT : source_fail(run, err, "the role's name is damaged");
    case WANTS_KEYS:
    case BEGINS:
        break;
    }
    err = imds_parse(body, n, &run->keys);
    if (err == 0)
        return SOURCE_DONE;
    return source_fail(run, err, "role %s: %s", run->role,
                       err == ERR_CONFIG ? "the service has no keys for it"
                                         : "the answer is damaged");
}

static int judge_imds(struct source_run *run, const struct http_reply *reply)
{
    if (reply->status == 200)
        return step(run, reply);
    bool is_token_old = reply->status == 401 && run->stage != WANTS_TOKEN && !run->has_renewed;
    run->token[0] = '\0';
    if (is_token_old) {
        run->has_renewed = true;
        run->stage = WANTS_TOKEN;
        return SOURCE_NEXT;
    }
    if (run->stage == WANTS_TOKEN && reply->status == 403)
        return source_fail(run, ERR_CONFIG, "the metadata service is off");
    if (run->stage == WANTS_ROLE && reply->status == 404)
        return source_fail(run, ERR_CONFIG, "this instance has no role");
    return source_fail(run, ERR_CONFIG, "status %d", reply->status);
}

const struct source source_imds = { .name = "imds",
                                    .find = find_imds,
                                    .prepare = prepare_imds,
                                    .judge = judge_imds,
                                    .silence = "no answer from the metadata service (inside a "
                                               "container its hop limit may be too small)",
                                    .budget_ms = 1000,
                                    .tries = 2 };
