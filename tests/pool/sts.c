/* SPDX-License-Identifier: Apache-2.0 */
/* The Security Token Service; see sts.h. Reference: AWS STS API, version 2011-06-15. */
#include "sts.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bytes.h"

#define FORM        "application/x-www-form-urlencoded"
#define API_VERSION "2011-06-15"
#define NAMESPACE   "https://sts.amazonaws.com/doc/" API_VERSION "/"

bool sts_is_request(const struct http_request *rq)
{
    const char *type = http_header(rq, "content-type");
    return strcmp(rq->method, "POST") == 0 && type != NULL &&
           strncmp(type, FORM, sizeof FORM - 1) == 0 && http_header(rq, "x-amz-target") == NULL &&
           (strcmp(rq->url, "/") == 0 || strcmp(rq->url, "/sts") == 0 ||
            strcmp(rq->url, "/sts/") == 0);
}

static int hex_value(char c)
{
    static const char digits[] = "0123456789abcdef";
    const char *p = c == '\0' ? NULL : strchr(digits, tolower((unsigned char)c));
    return p == NULL ? -1 : (int)(p - digits);
}

/* Decodes in place; false: a '%' without two digits, or a NUL. */
static bool decode(char *text)
{
    char *to = text;
    for (const char *p = text; *p != '\0'; p++) {
        int high = 0, low = 0;
        if (*p == '%') {
            high = hex_value(p[1]);
            low = high < 0 ? -1 : hex_value(p[2]);
            if (low < 0 || (high == 0 && low == 0))
                return false;
            p += 2;
        }
        *to++ = (char)(high > 0 || low > 0 ? high * 16 + low : *p == '+' ? ' ' : *p);
    }
    *to = '\0';
    return true;
}

static bool parse_form(struct call *c)
{
    char *text = bytes_copy(c->rq->body != NULL ? c->rq->body : ""), *save = NULL;
    bool ok = !c->rq->is_too_long && strlen(text) == c->rq->body_n;
    c->in = json_object_new_object();
    for (char *p = strtok_r(text, "&", &save); p != NULL && ok; p = strtok_r(NULL, "&", &save)) {
        char *value = strchr(p, '=');
        ok = value != NULL;
        if (!ok)
            break;
        *value++ = '\0';
        ok = decode(p) && decode(value) && !json_object_object_get_ex(c->in, p, NULL);
        if (ok)
            call_put(c->in, p, value);
    }
    free(text);
    return ok;
}

static bool is_in(char **list, const char *text)
{
    for (char **s = list; s != NULL && *s != NULL; s++) {
        if (bytes_equal(*s, text) || strcmp(*s, "*") == 0)
            return true;
    }
    return false;
}

static void invalid(struct call *c, const char *name)
{
    call_fail(c, "ValidationError",
              "1 validation error detected: Value at '%c%s' failed to satisfy constraint",
              tolower((unsigned char)*name), name + 1);
}

/* Every parameter that is there is known, every one that must be is there and well formed. */
static void check_form(struct call *c, const char *const *known)
{
    static const char session_letters[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_+=,.@-";
    const char *session = call_text(c, "RoleSessionName"), *version = call_text(c, "Version");
    const char *arn = call_text(c, "RoleArn");
    json_object_object_foreach(c->in, name, value)
    {
        bool is_known = false;
        (void)value;
        for (const char *const *k = known; *k != NULL; k++)
            is_known |= strcmp(*k, name) == 0;
        if (!is_known)
            invalid(c, name);
    }
    if (version == NULL || strcmp(version, API_VERSION) != 0)
        call_fail(c, "InvalidAction", "Could not find operation %s for version %s", c->op->name,
                  version != NULL ? version : "NO_VERSION_SPECIFIED");
    else if (arn == NULL || strncmp(arn, "arn:aws", 7) != 0 || strlen(arn) < 20)
        invalid(c, "RoleArn");
    else if (session == NULL || strlen(session) < 2 || strlen(session) > 64 ||
             strspn(session, session_letters) != strlen(session))
        invalid(c, "RoleSessionName");
}

static const struct role *find_role(const struct call *c)
{
    for (size_t i = 0; i < c->w->role_count; i++) {
        if (strcmp(c->w->roles[i].arn, call_text(c, "RoleArn")) == 0)
            return &c->w->roles[i];
    }
    return NULL;
}

static int duration_s(struct call *c, const struct role *r)
{
    const char *text = call_text(c, "DurationSeconds");
    char *end = NULL;
    long s = text == NULL ? 3600 : strtol(text, &end, 10);
    if (end != NULL && (*end != '\0' || s < 900 || s > 43200))
        invalid(c, "DurationSeconds");
    else if (s > r->longest_s)
        call_fail(
            c, "ValidationError",
            "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.");
    return (int)s;
}

static char **copy_list(char **list)
{
    size_t n = 0;
    while (list != NULL && list[n] != NULL)
        n++;
    char **copy = bytes_grow(NULL, n + 1, sizeof *copy);
    for (size_t i = 0; i < n; i++)
        copy[i] = bytes_copy(list[i]);
    copy[n] = NULL;
    return copy;
}

static void give_keys(struct call *c, const struct role *r)
{
    uint8_t id[10], secret[30];
    int life_s = duration_s(c, r);
    if (call_failed(c))
        return;
    bytes_random(id, sizeof id);
    bytes_random(secret, sizeof secret);
    char *tail = bytes_base32(id, sizeof id), *text = bytes_base64(secret, sizeof secret);
    char *key_id = bytes_format("ASIA%s", tail);
    c->who = model_credential_new(c->w, strrchr(r->arn, '/') + 1, key_id, text);
    c->who->session_token = bytes_random_text(600);
    issued_note(&c->w->issued, c->who->secret);
    issued_note(&c->w->issued, c->who->session_token);
    c->who->expires_ms = model_now_ms(c->w) + (int64_t)life_s * 1000;
    c->who->actions = copy_list(r->actions);
    free(tail);
    free(text);
    free(key_id);
}

static void assume_role(struct call *c)
{
    static const char *const known[] = {
        "Action", "Version", "RoleArn", "RoleSessionName", "ExternalId", "DurationSeconds", NULL
    };
    check_form(c, known);
    if (call_failed(c))
        return;
    const struct role *r = find_role(c);
    const char *external = call_text(c, "ExternalId");
    if (r == NULL || !is_in(r->trusted, c->who->label) ||
        (r->external_id != NULL && !bytes_equal(r->external_id, external)))
        call_fail(c, "AccessDenied",
                  "User: arn:aws:iam::%s:user/%s is not authorized to perform: sts:AssumeRole on "
                  "resource: %s",
                  c->w->account, c->who->label, call_text(c, "RoleArn"));
    else
        give_keys(c, r);
}

static void assume_with_token(struct call *c)
{
    static const char *const known[] = {
        "Action",           "Version",         "RoleArn", "RoleSessionName",
        "WebIdentityToken", "DurationSeconds", NULL
    };
    check_form(c, known);
    const char *token = call_text(c, "WebIdentityToken");
    if (!call_failed(c) && token == NULL)
        invalid(c, "WebIdentityToken");
    if (call_failed(c))
        return;
    const struct role *r = find_role(c);
    if (r != NULL && is_in(r->old_tokens, token))
        call_fail(c, "ExpiredTokenException", "Token expired");
    else if (r == NULL || r->tokens == NULL)
        call_fail(c, "AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity");
    else if (!is_in(r->tokens, token))
        call_fail(c, "InvalidIdentityToken", "The web identity token is not valid");
    else
        give_keys(c, r);
}

static const struct operation operations[] = {
    { "AssumeRole", NEEDS_AWS | IS_STS, NULL, assume_role },
    { "AssumeRoleWithWebIdentity", IS_STS, NULL, assume_with_token },
};

void sts_find(struct call *c)
{
    c->is_sts = true;
    if (!parse_form(c)) {
        call_fail(c, "MalformedQueryString", "The query string contains a syntax error");
        return;
    }
    const char *action = call_text(c, "Action");
    for (size_t i = 0; i < COUNT(operations) && action != NULL; i++) {
        if (strcmp(operations[i].name, action) == 0)
            c->op = &operations[i];
    }
    if (c->op == NULL)
        call_fail(c, action == NULL ? "MissingAction" : "InvalidAction",
                  "Could not find operation %s", action != NULL ? action : "");
}

static void put_escaped(FILE *f, const char *text)
{
    for (const char *p = text; *p != '\0'; p++) {
        if (*p == '&' || *p == '<' || *p == '>')
            fprintf(f, "&#%d;", *p);
        else
            fputc(*p, f);
    }
}

static void put_element(FILE *f, const char *name, const char *text)
{
    fprintf(f, "<%s>", name);
    put_escaped(f, text);
    fprintf(f, "</%s>", name);
}

/* The names that this service has for what the signature's check says. */
static const char *error_code(struct call *c)
{
    static const char *const codes[][2] = {
        { "UnrecognizedClientException", "InvalidClientTokenId" },
        { "InvalidSignatureException", "SignatureDoesNotMatch" },
        { "MissingAuthenticationTokenException", "MissingAuthenticationToken" },
        { "IncompleteSignatureException", "IncompleteSignature" },
        { "ExpiredTokenException", "ExpiredToken" },
        { "AccessDenied", "AccessDenied" },
    };
    for (size_t i = 0; i < COUNT(codes); i++) {
        bool is_web_token = c->op != NULL && (c->op->needs & NEEDS_AWS) == 0;
        if (strcmp(codes[i][0], c->type) != 0 || (is_web_token && i != 5))
            continue;
        c->status = 403;
        return codes[i][1];
    }
    return c->type;
}

static void put_keys(FILE *f, const struct call *c)
{
    char date[24], session_id[32];
    time_t when = (time_t)(c->who->expires_ms / 1000);
    struct tm tm;
    gmtime_r(&when, &tm);
    strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%SZ", &tm);
    snprintf(session_id, sizeof session_id, "AROA%.16s", c->who->key_id + 4);
    const char *session = call_text(c, "RoleSessionName");
    char *id = bytes_format("%s:%s", session_id, session);
    char *arn =
        bytes_format("arn:aws:sts::%s:assumed-role/%s/%s", c->w->account, c->who->label, session);
    fputs("<AssumedRoleUser>", f);
    put_element(f, "AssumedRoleId", id);
    put_element(f, "Arn", arn);
    fputs("</AssumedRoleUser><Credentials>", f);
    put_element(f, "AccessKeyId", c->who->key_id);
    put_element(f, "SecretAccessKey", c->who->secret);
    put_element(f, "SessionToken", c->who->session_token);
    put_element(f, "Expiration", date);
    fputs("</Credentials>", f);
    free(id);
    free(arn);
}

char *sts_body(struct call *c)
{
    char *text = NULL, id[37];
    size_t n = 0;
    FILE *f = open_memstream(&text, &n);
    bytes_random_uuid(id);
    if (call_failed(c)) {
        fputs("<ErrorResponse xmlns=\"" NAMESPACE "\">\n  <Error>\n    <Type>Sender</Type>\n    ",
              f);
        put_element(f, "Code", error_code(c));
        fputs("\n    ", f);
        put_element(f, "Message", c->message != NULL ? c->message : "");
        fputs("\n  </Error>\n  ", f);
        put_element(f, "RequestId", id);
        fputs("\n</ErrorResponse>\n", f);
    } else {
        fprintf(f, "<%sResponse xmlns=\"" NAMESPACE "\"><%sResult>", c->op->name, c->op->name);
        put_keys(f, c);
        fprintf(f, "</%sResult><ResponseMetadata>", c->op->name);
        put_element(f, "RequestId", id);
        fprintf(f, "</ResponseMetadata></%sResponse>\n", c->op->name);
    }
    fclose(f);
    return text;
}

void sts_free_roles(struct world *w)
{
    for (size_t i = 0; i < w->role_count; i++) {
        struct role *r = &w->roles[i];
        char **const lists[] = { r->trusted, r->actions, r->tokens, r->old_tokens };
        for (size_t k = 0; k < COUNT(lists); k++) {
            for (char **s = lists[k]; s != NULL && *s != NULL; s++)
                free(*s);
            free(lists[k]);
        }
        free(r->arn);
        free(r->external_id);
    }
    free(w->roles);
}
