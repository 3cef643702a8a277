/* SPDX-License-Identifier: Apache-2.0 */
#include "net/sts.h"

#include "base/file.h"
#include "net/sigv4.h"
#include "net/skew.h"
#include "net/xml_in.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STS_VERSION  "2011-06-15"
#define TOKEN_BYTES  20000 /* the service takes no longer ones */
#define MIN_DURATION 900
#define MAX_DURATION 43200
#define CONTENT_TYPE "application/x-www-form-urlencoded; charset=utf-8"

#define ALNUM "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

/* ------------------------------------------------------------------- role */

static bool is_text_of(const char *s, const char *set, size_t least, size_t most)
{
    size_t n = strlen(s);
    return n >= least && n <= most && strspn(s, set) == n;
}

/* The session's name stands in the account's audit log: it says which host it was. */
static int name_session(struct source_search *s, const char *name, char **ret_name)
{
    char host[65];
    static const char prefix[] = "cognitod-";
    if (name != NULL)
        return source_copy(ret_name, name);
    const char *from = s->options->host_name == NULL ? "" : s->options->host_name;
    size_t n = 0;
    for (; from[n] != '\0' && n < sizeof host - sizeof prefix; n++)
        host[n] = strchr(ALNUM ".-", from[n]) != NULL ? from[n] : '-';
    host[n] = '\0';
    char whole[sizeof host + sizeof prefix];
    snprintf(whole, sizeof whole, "%s%s", n == 0 ? "cognitod" : prefix, host);
    return source_copy(ret_name, whole);
}

static int set_duration(struct source_link *l, const char *text)
{
    if (text == NULL)
        return 0;
    if (!is_text_of(text, "0123456789", 1, 5))
        return ERR_CONFIG;
    l->duration_s = (uint32_t)strtoul(text, NULL, 10);
    return l->duration_s < MIN_DURATION || l->duration_s > MAX_DURATION ? ERR_CONFIG : 0;
}

static int set_endpoint(struct source_search *s, struct source_link *l)
{
    const char *region;
    const char *url = source_look_up(s, "AWS_ENDPOINT_URL_STS");
    char derived[160];
    int err = source_region(s, &region);
    if (err == 0)
        err = source_copy(&l->region, region);
    if (err != 0)
        return err;
    snprintf(derived, sizeof derived, "https://sts.%s.amazonaws.com%s/", region,
             strncmp(region, "cn-", 3) == 0 ? ".cn" : "");
    if (url != NULL && (strpbrk(url, " \t\r\n?#@") != NULL || !http_may_go(HTTP_LINK_LOCAL, url)))
        return ERR_CONFIG;
    return source_copy(&l->url, url == NULL ? derived : url);
}

static const char *flaw_of(const struct sts_role *role)
{
    if (strncmp(role->role_arn, "arn:", 4) != 0 ||
        !is_text_of(role->role_arn, ALNUM "+=,.@:/_-", 20, 2048))
        return "role_arn is no role's ARN";
    if (role->session_name != NULL && !is_text_of(role->session_name, ALNUM "_+=,.@-", 2, 64))
        return "the session name must have 2 to 64 letters, digits or _+=,.@-";
    if (role->external_id != NULL && !is_text_of(role->external_id, ALNUM "_+=,.@:/-", 2, 1224))
        return "external_id must have 2 to 1224 letters, digits or _+=,.@:/-";
    return NULL;
}

int sts_add_role(struct source_search *s, const char *what, const struct sts_role *role)
{
    struct source_link *l;
    const char *flaw = flaw_of(role);
    if (flaw != NULL)
        return source_refuse(s, "%s: %s", what, flaw);
    int err = source_add(s, role->token_file == NULL ? &source_role : &source_web_identity, &l);
    if (err != 0)
        return err;
    if (set_duration(l, role->duration) != 0)
        return source_refuse(s, "%s: duration_seconds must lie between %d and %d", what,
                             MIN_DURATION, MAX_DURATION);
    err = set_endpoint(s, l);
    if (err == ERR_CONFIG)
        return source_refuse(s, "%s: no usable region or AWS_ENDPOINT_URL_STS", what);
    if (err == 0)
        err = source_copy(&l->role_arn, role->role_arn);
    if (err == 0)
        err = source_copy(&l->external_id, role->external_id);
    if (err == 0)
        err = source_copy(&l->token_file, role->token_file);
    return err != 0 ? err : name_session(s, role->session_name, &l->session_name);
}

static int find_web_identity(struct source_search *s)
{
    const struct sts_role role = {
        .role_arn = source_look_up(s, "AWS_ROLE_ARN"),
        .session_name = source_look_up(s, "AWS_ROLE_SESSION_NAME"),
        .token_file = source_look_up(s, "AWS_WEB_IDENTITY_TOKEN_FILE"),
    };
    if (role.token_file == NULL)
        return ERR_ABSENT;
    if (role.role_arn == NULL)
        return source_refuse(s, "AWS_WEB_IDENTITY_TOKEN_FILE without AWS_ROLE_ARN");
    return sts_add_role(s, "AWS_WEB_IDENTITY_TOKEN_FILE", &role);
}

/* ---------------------------------------------------------------- request */

static void add_field(struct buf *body, const char *name, const char *value)
{
    static const char digits[] = "0123456789ABCDEF";
    if (body->len > 0)
        buf_char(body, '&');
    buf_str(body, name);
    buf_char(body, '=');
    for (; *value != '\0'; value++) {
        unsigned char c = (unsigned char)*value;
        if (strchr(ALNUM "-_.~", *value) != NULL) {
            buf_char(body, *value);
        } else {
            buf_char(body, '%');
            buf_char(body, digits[c >> 4]);
            buf_char(body, digits[c & 15]);
        }
    }
}

static void write_body(const struct source_link *l, const char *action, struct buf *body)
{
    char seconds[16];
    add_field(body, "Action", action);
    add_field(body, "Version", STS_VERSION);
    add_field(body, "RoleArn", l->role_arn);
    add_field(body, "RoleSessionName", l->session_name);
    if (l->external_id != NULL)
        add_field(body, "ExternalId", l->external_id);
    snprintf(seconds, sizeof seconds, "%u", (unsigned)l->duration_s);
    if (l->duration_s != 0)
        add_field(body, "DurationSeconds", seconds);
}

static void write_head(const struct source_link *l, struct source_request *r)
{
    /* Only an override can be plain http, and then only to this host. */
    r->class = strncmp(l->url, "https://", 8) == 0 ? HTTP_CLOUD : HTTP_LINK_LOCAL;
    r->method = "POST";
    buf_str(&r->url, l->url);
    buf_str(source_header(r, "Content-Type"), CONTENT_TYPE);
}

static int prepare_web_identity(struct source_run *run, struct source_request *r)
{
    char *token;
    const char *path = run->link->token_file;
    int err = source_read_token(path, TOKEN_BYTES, &token);
    if (err != 0)
        return source_fail(run, err, "%s: %s", path, err_text(err));
    token[strcspn(token, " \t\r\n")] = '\0'; /* an editor's newline */
    write_head(run->link, r);
    write_body(run->link, "AssumeRoleWithWebIdentity", &r->body);
    add_field(&r->body, "WebIdentityToken", token);
    explicit_bzero(token, strlen(token));
    free(token);
    return 0;
}

/* Host and path as they will be sent. */
static void split_url(const char *url, char *host, size_t cap, const char **ret_path)
{
    bool is_tls = strncmp(url, "https://", 8) == 0;
    const char *from = url + (is_tls ? 8 : 7);
    size_t n = strcspn(from, "/");
    const char *implied = is_tls ? ":443" : ":80";
    *ret_path = from[n] == '\0' ? "/" : from + n;
    if (n > strlen(implied) && strncmp(from + n - strlen(implied), implied, strlen(implied)) == 0)
        n -= strlen(implied);
    snprintf(host, cap, "%.*s", (int)n, from);
}

static int sign(const struct source_run *run, struct source_request *r)
{
    char host[300], date[SKEW_AMZ_SIZE], hash[SIGV4_HASH_SIZE];
    const char *path;
    int64_t now_s = skew_now_s(run->skew);
    split_url(run->link->url, host, sizeof host, &path);
    skew_format_amz(now_s, date);
    const struct sigv4_header signed_headers[] = { { "content-type", CONTENT_TYPE },
                                                   { "host", host },
                                                   { "x-amz-date", date },
                                                   { "x-amz-security-token", run->keys.token } };
    size_t count = COUNT(signed_headers) - (run->keys.token[0] == '\0' ? 1 : 0);
    int err = sigv4_hash(r->body.p, r->body.len, hash);
    if (err != 0)
        return err;
    const struct sigv4_request what = { .method = "POST",
                                        .path = path,
                                        .headers = signed_headers,
                                        .header_count = count,
                                        .payload_hash = hash,
                                        .region = run->link->region,
                                        .service = "sts",
                                        .time_s = now_s };
    buf_str(source_header(r, "X-Amz-Date"), date);
    if (run->keys.token[0] != '\0')
        buf_str(source_header(r, "X-Amz-Security-Token"), run->keys.token);
    return sigv4_authorize(&what, &run->keys, source_header(r, "Authorization"));
}

static int prepare_role(struct source_run *run, struct source_request *r)
{
    write_head(run->link, r);
    write_body(run->link, "AssumeRole", &r->body);
    return r->body.bad ? ERR_NOMEM : sign(run, r);
}

/* ----------------------------------------------------------------- answer */

struct picked {
    struct credentials keys;
    char expiration[48];
    unsigned seen; /* one bit a member */
};

static int pick_member(void *arg, const char *path, const char *text)
{
    struct picked *p = arg;
    const struct {
        const char *end;
        char *dst;
        size_t cap;
    } members[] = {
        { "Result/Credentials/AccessKeyId", p->keys.access_key, sizeof p->keys.access_key },
        { "Result/Credentials/SecretAccessKey", p->keys.secret_key, sizeof p->keys.secret_key },
        { "Result/Credentials/SessionToken", p->keys.token, sizeof p->keys.token },
        { "Result/Credentials/Expiration", p->expiration, sizeof p->expiration },
    };
    size_t n = strlen(path);
    for (unsigned i = 0; i < COUNT(members); i++) {
        size_t end = strlen(members[i].end);
        if (n < end || strcmp(path + n - end, members[i].end) != 0)
            continue;
        if ((p->seen & 1u << i) != 0 || *text == '\0' ||
            !source_copy_key(members[i].dst, members[i].cap, text))
            return ERR_FORMAT;
        p->seen |= 1u << i;
    }
    return 0;
}

int sts_parse(const char *body, size_t n, struct credentials *ret_keys)
{
    struct picked p = { .seen = 0 };
    int err = xml_in_each(body, n, pick_member, &p);
    if (err == 0 && (p.seen != 15u || !skew_parse_iso(p.expiration, &p.keys.expires_s)))
        err = ERR_FORMAT;
    if (err == 0)
        *ret_keys = p.keys;
    credentials_wipe(&p.keys);
    return err == 0 || err == ERR_NOMEM ? err : ERR_FORMAT;
}

static int pick_error(void *arg, const char *path, const char *text)
{
    struct sts_error *e = arg;
    if (strcmp(path, "ErrorResponse/Error/Code") == 0)
        snprintf(e->code, sizeof e->code, "%s", text);
    else if (strcmp(path, "ErrorResponse/Error/Message") == 0)
        snprintf(e->message, sizeof e->message, "%s", text);
    return 0;
}

int sts_parse_error(const char *body, size_t n, struct sts_error *ret_error)
{
    struct sts_error e = { .code = "" };
    int err = xml_in_each(body, n, pick_error, &e);
    if (err == 0 && e.code[0] != '\0')
        *ret_error = e;
    return err == ERR_NOMEM ? err : err != 0 || e.code[0] == '\0' ? ERR_FORMAT : 0;
}

bool sts_is_passing(const struct sts_error *error)
{
    static const char *const codes[] = { "IDPCommunicationError", "Throttling",
                                         "ThrottlingException", "RequestLimitExceeded",
                                         "ServiceUnavailable" };
    for (size_t i = 0; i < COUNT(codes); i++) {
        if (strcmp(error->code, codes[i]) == 0)
            return true;
    }
    return false;
}

static int judge_sts(struct source_run *run, const struct http_reply *reply)
{
    struct sts_error e;
    const char *arn = run->link->role_arn;
    if (reply->status == 200) {
        int err = sts_parse(reply->body, reply->body_bytes, &run->keys);
        return err == 0 ? 0 : source_fail(run, err, "%s: the answer is damaged", arn);
    }
    if (sts_parse_error(reply->body, reply->body_bytes, &e) != 0)
        return source_fail(run, ERR_CONFIG, "%s: status %d", arn, reply->status);
    int step = sts_is_passing(&e) ? (int)SOURCE_AGAIN : (int)ERR_CONFIG;
    return source_fail(run, step, "%s: %s: %s", arn, e.code, e.message);
}

const struct source source_role = { .name = "role",
                                    .prepare = prepare_role,
                                    .judge = judge_sts,
                                    .budget_ms = 5000,
                                    .pause_ms = 300,
                                    .tries = 3,
                                    .has_clock = true };

const struct source source_web_identity = { .name = "web-identity",
                                            .find = find_web_identity,
                                            .prepare = prepare_web_identity,
                                            .judge = judge_sts,
                                            .budget_ms = 5000,
                                            .pause_ms = 300,
                                            .tries = 3,
                                            .has_clock = true };
