/* SPDX-License-Identifier: Apache-2.0
 *
 * What the rows share, and the row that is too small for a file of its own.
 */
#include "net/source.h"

#include "base/file.h"

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int source_refuse(struct source_search *s, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(s->why, sizeof s->why, format, args);
    va_end(args);
    return ERR_CONFIG;
}

int source_fail(struct source_run *run, int err, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(run->why, sizeof run->why, format, args);
    va_end(args);
    return err;
}

const char *source_look_up(const struct source_search *s, const char *name)
{
    const char *value = s->options->lookup == NULL ? NULL : s->options->lookup(name);
    return value == NULL || *value == '\0' ? NULL : value;
}

int source_add(struct source_search *s, const struct source *source, struct source_link **ret_link)
{
    if (s->chain->count == SOURCE_LINKS)
        return source_refuse(s, "more than %d roles in a row", SOURCE_LINKS);
    *ret_link = &s->chain->link[s->chain->count++];
    (*ret_link)->source = source;
    return 0;
}

int source_copy(char **field, const char *text)
{
    free(*field);
    *field = text == NULL ? NULL : strdup(text);
    return text == NULL || *field != NULL ? 0 : ERR_NOMEM;
}

int source_region(const struct source_search *s, const char **ret_region)
{
    const char *const named[] = { source_look_up(s, "AWS_REGION"),
                                  source_look_up(s, "AWS_DEFAULT_REGION"), s->profile_region,
                                  s->options->region };
    for (size_t i = 0; i < COUNT(named); i++) {
        if (named[i] == NULL || named[i][0] == '\0')
            continue;
        /* A DNS label: nothing in it can lead to another host. */
        size_t n = strspn(named[i], "abcdefghijklmnopqrstuvwxyz0123456789-");
        if (named[i][n] != '\0' || n > 59)
            return ERR_CONFIG;
        *ret_region = named[i];
        return 0;
    }
    return ERR_CONFIG;
}

struct buf *source_header(struct source_request *r, const char *name)
{
    struct buf *b = &r->header[r->header_count++];
    buf_str(b, name);
    buf_str(b, ": ");
    return b;
}

bool source_copy_key(char *dst, size_t cap, const char *src)
{
    size_t n = strlen(src);
    for (size_t i = 0; i < n; i++) {
        if (src[i] <= ' ' || src[i] >= 0x7F)
            return false;
    }
    if (n >= cap)
        return false;
    memcpy(dst, src, n + 1);
    return true;
}

int source_read_token(const char *path, size_t max_bytes, char **ret_token)
{
    size_t n;
    char *real = realpath(path, NULL);
    if (real == NULL)
        return err_from_errno(errno);
    int err = file_read_trusted(real, max_bytes, ret_token, &n);
    free(real);
    return err;
}

int source_add_keys(struct source_search *s, const char *what, const char *access,
                    const char *secret, const char *token)
{
    struct source_link *link;
    struct credentials *c = &s->chain->keys;
    if (access == NULL || secret == NULL)
        return source_refuse(s, "%s: an access key without its secret, or the other way round",
                             what);
    if (!source_copy_key(c->access_key, sizeof c->access_key, access) ||
        !source_copy_key(c->secret_key, sizeof c->secret_key, secret) ||
        !source_copy_key(c->token, sizeof c->token, token == NULL ? "" : token))
        return source_refuse(s, "%s: a key holds blanks or is too long", what);
    return source_add(s, &source_environment, &link);
}

/* ------------------------------------------------------------ environment */

static int find_environment(struct source_search *s)
{
    const char *access = source_look_up(s, "AWS_ACCESS_KEY_ID");
    const char *secret = source_look_up(s, "AWS_SECRET_ACCESS_KEY");
    /* A profile that the configuration names is meant, whatever else lies around. */
    if (s->options->profile != NULL || (access == NULL && secret == NULL))
        return ERR_ABSENT;
    return source_add_keys(s, "the environment", access, secret,
                           source_look_up(s, "AWS_SESSION_TOKEN"));
}

const struct source source_environment = { .name = "environment", .find = find_environment };
