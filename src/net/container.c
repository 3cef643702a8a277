/* SPDX-License-Identifier: Apache-2.0
 *
 * Where a full URI may lead: anywhere by https; by http only to this host and to the addresses of
 * ECS and EKS. A bearer token must not go elsewhere.
 */
#include "net/container.h"

#include "net/imds.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RELATIVE_HOST "http://169.254.170.2"
#define LOCALHOST     "http://localhost"
#define TOKEN_BYTES   (16u << 10)

static bool is_at(const char *url, const char *host)
{
    size_t n = strlen(host);
    return strncmp(url, host, n) == 0 && strchr("/:?", url[n]) != NULL; /* the NUL too */
}

static bool may_ask(const char *url)
{
    for (const char *p = url; *p != '\0'; p++) {
        if (*p <= ' ' || *p >= 0x7F)
            return false;
    }
    return http_may_go(HTTP_LINK_LOCAL, url) && !is_at(url, IMDS_URL) &&
           !is_at(url, "http://[fd00:ec2::254]");
}

/* Plain http goes to literal addresses only; this name has but one meaning. */
static int set_url(struct source_link *l, const char *prefix, const char *rest)
{
    size_t n = strlen(prefix) + strlen(rest) + 1;
    char *url = malloc(n);
    if (url == NULL)
        return ERR_NOMEM;
    snprintf(url, n, "%s%s", prefix, rest);
    free(l->url);
    l->url = url;
    return may_ask(url) ? 0 : ERR_CONFIG;
}

static int add_token(struct source_search *s, struct source_link *l)
{
    const char *file = source_look_up(s, "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
    const char *token = source_look_up(s, "AWS_CONTAINER_AUTHORIZATION_TOKEN");
    if (file != NULL)
        return source_copy(&l->token_file, file);
    if (token != NULL && strpbrk(token, "\r\n") != NULL)
        return source_refuse(s, "AWS_CONTAINER_AUTHORIZATION_TOKEN has more than one line");
    return source_copy(&l->token, token);
}

int container_add(struct source_search *s)
{
    const char *relative = source_look_up(s, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
    const char *full = source_look_up(s, "AWS_CONTAINER_CREDENTIALS_FULL_URI");
    struct source_link *l;
    if (relative == NULL && full == NULL)
        return ERR_ABSENT;
    int err = source_add(s, &source_container, &l);
    if (err != 0)
        return err;
    if (relative != NULL)
        err = *relative == '/' ? set_url(l, RELATIVE_HOST, relative) : ERR_CONFIG;
    else if (is_at(full, LOCALHOST))
        err = set_url(l, "http://127.0.0.1", full + strlen(LOCALHOST));
    else
        err = set_url(l, "", full);
    if (err == ERR_CONFIG)
        return source_refuse(s, "AWS_CONTAINER_CREDENTIALS_%s_URI: %s must not be asked",
                             relative != NULL ? "RELATIVE" : "FULL",
                             relative != NULL ? relative : full);
    return err != 0 ? err : add_token(s, l);
}

static int find_container(struct source_search *s)
{
    return container_add(s);
}

static int add_authorization(struct source_run *run, struct source_request *r)
{
    char *token;
    const char *path = run->link->token_file;
    if (path == NULL) {
        if (run->link->token != NULL)
            buf_str(source_header(r, "Authorization"), run->link->token);
        return 0;
    }
    int err = source_read_token(path, TOKEN_BYTES, &token);
    if (err != 0)
        return source_fail(run, err, "%s: %s", path, err_text(err));
    /* As AWS's clients: not even at the end. What is cut off silently was perhaps meant. */
    bool is_line = strpbrk(token, "\r\n") == NULL && *token != '\0';
    if (is_line)
        buf_str(source_header(r, "Authorization"), token);
    explicit_bzero(token, strlen(token));
    free(token);
    return is_line ? 0
                   : source_fail(run, ERR_CONFIG, "%s: must hold the token and no newline", path);
}

static int prepare_container(struct source_run *run, struct source_request *r)
{
    r->class = strncmp(run->link->url, "https://", 8) == 0 ? HTTP_CLOUD : HTTP_LINK_LOCAL;
    r->method = "GET";
    buf_str(&r->url, run->link->url);
    return add_authorization(run, r);
}

static int judge_container(struct source_run *run, const struct http_reply *reply)
{
    if (reply->status != 200)
        return source_fail(run, ERR_CONFIG, "status %d", reply->status);
    int err = imds_parse(reply->body, reply->body_bytes, &run->keys);
    return err == 0 ? (int)SOURCE_DONE : source_fail(run, err, "the answer is damaged");
}

const struct source source_container = { .name = "container",
                                         .find = find_container,
                                         .prepare = prepare_container,
                                         .judge = judge_container,
                                         .budget_ms = 2000,
                                         .pause_ms = 1000,
                                         .tries = 3 };
