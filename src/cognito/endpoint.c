/* SPDX-License-Identifier: Apache-2.0
 *
 * Reference section 2. Every text is built by snprintf with its length checked in one place.
 */
#include "cognito/endpoint.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

__attribute__((format(printf, 3, 4))) static bool put(char *dst, size_t cap, const char *format,
                                                      ...)
{
    va_list args;
    va_start(args, format);
    int n = vsnprintf(dst, cap, format, args);
    va_end(args);
    return n >= 0 && (size_t)n < cap;
}

static bool is_set(const char *s)
{
    return s != NULL && *s != '\0';
}

static bool starts_with(const char *s, const char *prefix)
{
    return strncmp(s, prefix, strlen(prefix)) == 0;
}

/* A region is a DNS label: nothing in it can lead to another host. */
static bool is_region(const char *s)
{
    size_t n = strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789-");
    return n > 0 && s[n] == '\0' && n < 60;
}

/* Pool ids go into URLs. */
static bool is_pool_id(const char *s)
{
    size_t n = strspn(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");
    return n > 0 && s[n] == '\0' && n < 100;
}

static bool find_region(const struct endpoint_options *options, struct endpoint *e)
{
    if (is_set(options->region))
        return is_region(options->region) &&
               put(e->region, sizeof e->region, "%s", options->region);
    const char *cut = strchr(options->pool_id, '_');
    if (cut == NULL)
        return false;
    return put(e->region, sizeof e->region, "%.*s", (int)(cut - options->pool_id),
               options->pool_id) &&
           is_region(e->region);
}

static const char *plain_suffix(const char *region)
{
    return starts_with(region, "cn-") ? "amazonaws.com.cn" : "amazonaws.com";
}

static const char *dual_suffix(const char *region)
{
    return starts_with(region, "cn-") ? "api.amazonwebservices.com.cn" : "api.aws";
}

static bool is_one_of(const char *s, const char *const *list)
{
    for (; *list != NULL; list++) {
        if (strcmp(s, *list) == 0)
            return true;
    }
    return false;
}

/* Which name serves this combination. */
static bool derive_url(const struct endpoint_options *options, struct endpoint *e)
{
    static const char *const early_fips[] = { "us-east-1", "us-east-2", "us-west-1", "us-west-2",
                                              NULL };
    bool is_aws = !starts_with(e->region, "cn-") && !starts_with(e->region, "us-gov-");
    const char *service = options->use_fips ? "cognito-idp-fips" : "cognito-idp";
    const char *suffix = plain_suffix(e->region);
    if (options->use_dualstack && options->use_fips && !is_one_of(e->region, early_fips))
        suffix = dual_suffix(e->region);
    if (options->use_dualstack && !options->use_fips && !is_aws)
        suffix = dual_suffix(e->region);
    return put(e->url, sizeof e->url, "https://%s.%s.%s/", service, e->region, suffix);
}

static bool take_custom(const struct endpoint_options *options, struct endpoint *e)
{
    if (options->use_fips || options->use_dualstack)
        return false;
    const char *url = options->endpoint_url;
    if (!starts_with(url, "https://") && !starts_with(url, "http://"))
        return false;
    if (strpbrk(url, " \t\r\n?#@") != NULL)
        return false;
    return put(e->url, sizeof e->url, "%s", url);
}

/* Host and path out of the URL; a port that the scheme implies is left out of Host. */
static bool split_url(struct endpoint *e)
{
    bool is_tls = starts_with(e->url, "https://");
    const char *host = strstr(e->url, "://") + 3;
    size_t n = strcspn(host, "/");
    if (n == 0 || !put(e->path, sizeof e->path, "%s", host[n] == '\0' ? "/" : host + n))
        return false;
    const char *implied = is_tls ? ":443" : ":80";
    size_t port = strlen(implied);
    if (n > port && memcmp(host + n - port, implied, port) == 0)
        n -= port;
    return put(e->host, sizeof e->host, "%.*s", (int)n, host);
}

static bool name_issuers(const struct endpoint_options *options, struct endpoint *e)
{
    const char *suffix = plain_suffix(e->region);
    size_t n = strlen(e->url);
    const char *slash = n > 0 && e->url[n - 1] == '/' ? "" : "/";
    return put(e->issuer, sizeof e->issuer, "https://cognito-idp.%s.%s/%s", e->region, suffix,
               options->pool_id) &&
           put(e->updated_issuer, sizeof e->updated_issuer, "https://issuer-cognito-idp.%s.%s/%s",
               e->region, suffix, options->pool_id) &&
           put(e->jwks_url, sizeof e->jwks_url, "%s%s%s/.well-known/jwks.json", e->url, slash,
               options->pool_id);
}

int endpoint_derive(const struct endpoint_options *options, struct endpoint *ret_endpoint)
{
    struct endpoint e = { .region = "" };
    if (!is_set(options->pool_id) || !is_pool_id(options->pool_id) || !find_region(options, &e))
        return ERR_CONFIG;
    bool is_found =
        is_set(options->endpoint_url) ? take_custom(options, &e) : derive_url(options, &e);
    if (!is_found || !split_url(&e) || !name_issuers(options, &e))
        return ERR_CONFIG;
    *ret_endpoint = e;
    return 0;
}
