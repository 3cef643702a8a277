/* SPDX-License-Identifier: Apache-2.0 */
/* AWS Signature Version 4, the verifying side; see sigv4.h. A chain of named steps. */
#include "sigv4.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bytes.h"

#define SKEW_S 300

struct signature {
    char *text; /* the header, cut into the parts below */
    char *credential, *signed_headers, *signature;
    char *key_id, *date, *region, *service, *terminator; /* parts of credential */
    const char *amz_date;                                /* 20260315T084512Z */
};

static const char mismatch[] =
    "The request signature we calculated does not match the signature you provided. Check your "
    "AWS Secret Access Key and signing method. Consult the service documentation for details.";

/* Authorization: AWS4-HMAC-SHA256 Credential=.., SignedHeaders=.., Signature=.. */
static void split_header(struct call *c, struct signature *s, const char *header)
{
    static const char algorithm[] = "AWS4-HMAC-SHA256 ";
    if (strncmp(header, algorithm, sizeof algorithm - 1) != 0) {
        call_fail(c, "IncompleteSignatureException",
                  "Authorization header requires 'AWS4-HMAC-SHA256' algorithm.");
        return;
    }
    s->text = bytes_copy(header + sizeof algorithm - 1);
    struct {
        const char *name;
        char **value;
    } parts[] = { { "Credential", &s->credential },
                  { "Signature", &s->signature },
                  { "SignedHeaders", &s->signed_headers } };
    char *save = NULL;
    for (char *p = strtok_r(s->text, ", ", &save); p != NULL; p = strtok_r(NULL, ", ", &save)) {
        for (size_t i = 0; i < COUNT(parts); i++) {
            size_t n = strlen(parts[i].name);
            if (strncmp(p, parts[i].name, n) == 0 && p[n] == '=')
                *parts[i].value = p + n + 1;
        }
    }
    char *missing = bytes_copy("");
    for (size_t i = 0; i < COUNT(parts); i++) {
        if (*parts[i].value != NULL && **parts[i].value != '\0')
            continue;
        char *more = bytes_format("%s%sAuthorization header requires '%s' parameter.", missing,
                                  *missing != '\0' ? " " : "", parts[i].name);
        free(missing);
        missing = more;
    }
    if (*missing != '\0')
        call_fail(c, "IncompleteSignatureException", "%s", missing);
    free(missing);
}

static void split_credential(struct call *c, struct signature *s)
{
    char **parts[] = { &s->key_id, &s->date, &s->region, &s->service, &s->terminator };
    char *p = s->credential;
    for (size_t i = 0; i < COUNT(parts); i++) {
        *parts[i] = p;
        char *slash = p == NULL ? NULL : strchr(p, '/');
        if ((slash == NULL) != (i + 1 == COUNT(parts))) {
            call_fail(c, "IncompleteSignatureException",
                      "Credential must have exactly 5 slash-delimited elements, e.g. "
                      "keyid/date/region/service/term, got '%s'",
                      s->credential);
            return;
        }
        if (slash != NULL)
            *slash = '\0';
        p = slash == NULL ? NULL : slash + 1;
    }
}

static bool is_region_here(const struct world *w, const char *region)
{
    for (size_t i = 0; i < w->pool_count; i++) {
        if (strcmp(w->pools[i]->region, region) == 0)
            return true;
    }
    return false;
}

static void check_scope(struct call *c, const struct signature *s)
{
    const char *type = "InvalidSignatureException";
    const char *service = c->is_sts ? "sts" : "cognito-idp";
    if (!is_region_here(c->w, s->region))
        call_fail(c, type, "Credential should be scoped to a valid region.");
    else if (strcmp(s->service, service) != 0)
        call_fail(c, type, "Credential should be scoped to correct service: '%s'.", service);
    else if (strcmp(s->terminator, "aws4_request") != 0)
        call_fail(c, type,
                  "Credential should be scoped with a valid terminator: 'aws4_request', not '%s'.",
                  s->terminator);
    else if (strlen(s->date) != 8 || strncmp(s->date, s->amz_date, 8) != 0)
        call_fail(c, type,
                  "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date "
                  "from HTTP: '%s' != '%.8s', from '%s'.",
                  s->date, s->amz_date, s->amz_date);
}

static void format_time(time_t t, char ret[17])
{
    struct tm tm;
    gmtime_r(&t, &tm);
    strftime(ret, 17, "%Y%m%dT%H%M%SZ", &tm);
}

static bool parse_time(const char *text, time_t *ret)
{
    struct tm tm = { 0 };
    const char *end = strptime(text, "%Y%m%dT%H%M%SZ", &tm);
    if (strlen(text) != 16 || end == NULL || *end != '\0')
        return false;
    *ret = timegm(&tm);
    return true;
}

static void check_clock(struct call *c, const struct signature *s)
{
    time_t signed_at, now = (time_t)(model_now_ms(c->w) / 1000);
    char here[17], limit[17];
    if (!parse_time(s->amz_date, &signed_at)) {
        call_fail(c, "IncompleteSignatureException",
                  "Date must be in ISO-8601 'basic format'. Got '%s'. See "
                  "http://en.wikipedia.org/wiki/ISO_8601",
                  s->amz_date);
        return;
    }
    format_time(now, here);
    if (signed_at < now - SKEW_S) {
        format_time(now - SKEW_S, limit);
        call_fail(c, "InvalidSignatureException",
                  "Signature expired: %s is now earlier than %s (%s - 5 min.)", s->amz_date, limit,
                  here);
    } else if (signed_at > now + SKEW_S) {
        format_time(now + SKEW_S, limit);
        call_fail(c, "InvalidSignatureException",
                  "Signature not yet current: %s is still later than %s (%s + 5 min.)", s->amz_date,
                  limit, here);
    }
}

/* The key exists, its session token is the one sent, and both are alive. */
static void find_key(struct call *c, const struct signature *s)
{
    struct credential *k = model_credential_find(c->w, s->key_id);
    const char *token = http_header(c->rq, "x-amz-security-token");
    bool is_known = k != NULL && (k->session_token == NULL ? token == NULL
                                                           : bytes_equal(k->session_token, token));
    if (!is_known)
        call_fail(c, "UnrecognizedClientException",
                  "The security token included in the request is invalid.");
    else if (k->expires_ms != 0 && model_now_ms(c->w) >= k->expires_ms)
        call_fail(c, "ExpiredTokenException",
                  "The security token included in the request is expired");
    else
        c->who = k;
}

/* Adds one header's canonical line: name, ':', values with outer blanks cut and inner ones
   squeezed; several of one name are joined with commas. */
static bool add_header(FILE *f, const struct http_request *rq, const char *name)
{
    bool found = false;
    fprintf(f, "%s:", name);
    for (size_t i = 0; i < rq->header_count; i++) {
        if (strcmp(rq->headers[i].name, name) != 0)
            continue;
        if (found)
            fputc(',', f);
        found = true;
        bool blank = false, begun = false;
        for (const char *p = rq->headers[i].value; *p != '\0'; p++) {
            if (*p == ' ' || *p == '\t') {
                blank = true;
                continue;
            }
            if (blank && begun)
                fputc(' ', f);
            fputc(*p, f);
            blank = false;
            begun = true;
        }
    }
    fputc('\n', f);
    return found;
}

static bool is_signed(const struct signature *s, const char *name)
{
    size_t n = strlen(name);
    for (const char *p = s->signed_headers; p != NULL; p = strchr(p, ';')) {
        p += *p == ';';
        if (strncmp(p, name, n) == 0 && (p[n] == ';' || p[n] == '\0'))
            return true;
    }
    return false;
}

/* host and every x-amz-* header that came must be among the signed ones. */
static void check_signed_headers(struct call *c, const struct signature *s)
{
    if (!is_signed(s, "host")) {
        call_fail(c, "InvalidSignatureException",
                  "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.");
        return;
    }
    for (size_t i = 0; i < c->rq->header_count; i++) {
        const char *name = c->rq->headers[i].name;
        if (strncmp(name, "x-amz-", 6) == 0 && !is_signed(s, name))
            call_fail(c, "InvalidSignatureException",
                      "There were headers present in the request which were not signed: %s", name);
    }
}

/* The canonical request, or NULL when a signed header is missing or the list is not sorted. */
static char *canonical_request(const struct call *c, const struct signature *s)
{
    char *text = NULL, hex[2 * SHA256_BYTES + 1];
    size_t n = 0;
    uint8_t hash[SHA256_BYTES];
    bool ok = true;
    FILE *f = open_memstream(&text, &n);
    if (f == NULL)
        return NULL;
    fprintf(f, "POST\n%s\n\n", c->rq->url);
    char *list = bytes_copy(s->signed_headers), *save = NULL;
    const char *before = "";
    for (char *p = strtok_r(list, ";", &save); p != NULL; p = strtok_r(NULL, ";", &save)) {
        ok = ok && strcmp(before, p) < 0 && add_header(f, c->rq, p);
        before = p;
    }
    free(list);
    bytes_sha256(c->rq->body, c->rq->body_n, hash);
    bytes_hex(hash, sizeof hash, hex);
    fprintf(f, "\n%s\n%s", s->signed_headers, hex);
    fclose(f);
    if (!ok) {
        free(text);
        text = NULL;
    }
    return text;
}

static void signing_key(const struct signature *s, const char *secret, uint8_t ret[SHA256_BYTES])
{
    const char *steps[] = { s->date, s->region, s->service, s->terminator };
    char *first = bytes_format("AWS4%s", secret);
    const void *key = first;
    size_t key_n = strlen(first);
    for (size_t i = 0; i < COUNT(steps); i++) {
        uint8_t next[SHA256_BYTES];
        bytes_hmac_sha256(key, key_n, steps[i], strlen(steps[i]), next);
        memcpy(ret, next, sizeof next);
        key = ret;
        key_n = SHA256_BYTES;
    }
    free(first);
}

static void check_signature(struct call *c, const struct signature *s)
{
    uint8_t hash[SHA256_BYTES], key[SHA256_BYTES], mac[SHA256_BYTES];
    char hex[2 * SHA256_BYTES + 1];
    char *canonical = canonical_request(c, s);
    if (canonical == NULL) {
        call_fail(c, "InvalidSignatureException", "%s", mismatch);
        return;
    }
    bytes_sha256(canonical, strlen(canonical), hash);
    bytes_hex(hash, sizeof hash, hex);
    free(canonical);
    char *to_sign = bytes_format("AWS4-HMAC-SHA256\n%s\n%s/%s/%s/%s\n%s", s->amz_date, s->date,
                                 s->region, s->service, s->terminator, hex);
    signing_key(s, c->who->secret, key);
    bytes_hmac_sha256(key, sizeof key, to_sign, strlen(to_sign), mac);
    free(to_sign);
    bytes_hex(mac, sizeof mac, hex);
    if (!bytes_equal(hex, s->signature))
        call_fail(c, "InvalidSignatureException", "%s", mismatch);
}

void sigv4_check(struct call *c)
{
    static void (*const steps[])(struct call *, const struct signature *) = {
        find_key, check_clock, check_scope, check_signed_headers, check_signature
    };
    struct signature s = { .amz_date = http_header(c->rq, "x-amz-date") };
    const char *header = http_header(c->rq, "authorization");
    if (header == NULL) {
        call_fail(c, "MissingAuthenticationTokenException", "Missing Authentication Token");
        return;
    }
    split_header(c, &s, header);
    if (!call_failed(c) && s.amz_date == NULL)
        call_fail(c, "IncompleteSignatureException",
                  "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' "
                  "header.");
    if (!call_failed(c))
        split_credential(c, &s);
    for (size_t i = 0; i < COUNT(steps) && !call_failed(c); i++)
        steps[i](c, &s);
    if (call_failed(c))
        c->who = NULL;
    free(s.text);
}
