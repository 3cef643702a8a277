/* SPDX-License-Identifier: Apache-2.0
 *
 * One set of keys, one fetch at a time, waiters behind it.
 */
#include "cognito/keyring.h"

#include "base/clock.h"
#include "base/file.h"
#include "net/http.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAX_BYTES (256u << 10)
#define PAUSE_MS  60000 /* between fetches: unknown kids cost Cognito at most one a minute */
#define RETRY_MS  5000  /* after a fetch that failed; without any keys every login tries */

struct keyring {
    struct http *http;
    char *url, *cache_path;
    uint32_t budget_ms;
    bool is_fixed;     /* from a configured file */
    struct jwks *keys; /* may be NULL */
    struct http_call *fetch;
    int64_t next_fetch_ms; /* monotonic; not before */
    struct keyring_wait *waiters;
};

static bool copy_text(const char *text, char **ret_copy)
{
    if (text == NULL || *text == '\0')
        return true;
    *ret_copy = strdup(text);
    return *ret_copy != NULL;
}

static int load_keys(const char *path, struct jwks **ret_keys)
{
    char *text;
    size_t n;
    int err = file_read_trusted(path, MAX_BYTES, &text, &n);
    if (err != 0)
        return err;
    err = jwks_parse(text, n, ret_keys);
    free(text);
    return err;
}

int keyring_open(const struct keyring_options *options, struct keyring **ret_keyring)
{
    struct keyring *k = calloc(1, sizeof *k);
    if (k == NULL)
        return ERR_NOMEM;
    k->http = options->http;
    k->budget_ms = options->budget_ms;
    k->is_fixed = options->file != NULL && *options->file != '\0';
    int err = copy_text(options->url, &k->url) && copy_text(options->cache_path, &k->cache_path)
                  ? 0
                  : ERR_NOMEM;
    if (err == 0 && k->is_fixed)
        err = load_keys(options->file, &k->keys) == 0 ? 0 : ERR_CONFIG;
    else if (err == 0 && k->cache_path != NULL && load_keys(k->cache_path, &k->keys) != 0)
        k->keys = NULL; /* fetched anew */
    if (err != 0) {
        keyring_close(&k);
        return err;
    }
    *ret_keyring = k;
    return 0;
}

void keyring_close(struct keyring **keyring)
{
    if (keyring == NULL || *keyring == NULL)
        return;
    struct keyring *k = *keyring;
    for (struct keyring_wait *w = k->waiters; w != NULL; w = w->next)
        w->is_waiting = false;
    http_cancel(k->http, &k->fetch);
    jwks_free(&k->keys);
    free(k->url);
    free(k->cache_path);
    free(k);
    *keyring = NULL;
}

/* The verdict with the keys at hand; ERR_ABSENT: the key is not among them. */
static int judge(const struct keyring *k, const struct keyring_wait *wait,
                 struct jwt_claims *ret_claims, const char **ret_why)
{
    if (k->keys == NULL)
        return ERR_ABSENT;
    return jwt_verify(wait->token, &wait->expect, k->keys, ret_claims, ret_why);
}

static void answer(struct keyring_wait *wait, int err, struct jwt_claims *claims, const char *why)
{
    wait->done(wait->arg, err, err == 0 ? claims : NULL, why);
    if (err == 0)
        jwt_claims_free(claims);
}

/* Beside the old file and renamed over it: a reader sees one or the other. Losing it costs a fetch.
 */
static void save(const struct keyring *k, const char *text, size_t n)
{
    char temporary[4096];
    int length = snprintf(temporary, sizeof temporary, "%s.new", k->cache_path);
    if (length < 0 || (size_t)length >= sizeof temporary)
        return;
    (void)unlink(temporary);
    int fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return;
    ssize_t written = write(fd, text, n);
    bool is_whole = written >= 0 && (size_t)written == n && fsync(fd) == 0;
    if (close(fd) != 0 || !is_whole || rename(temporary, k->cache_path) != 0)
        (void)unlink(temporary);
}

/* A callback may cancel, add, or begin the next fetch: the list is read anew each time. */
static void settle(struct keyring *k, bool has_keys)
{
    while (k->waiters != NULL && k->fetch == NULL) {
        struct keyring_wait *wait = k->waiters;
        struct jwt_claims claims;
        const char *why = "keys_unavailable";
        k->waiters = wait->next;
        wait->is_waiting = false;
        int err = has_keys ? judge(k, wait, &claims, &why) : ERR_UNAVAIL;
        answer(wait, err, &claims, why);
    }
}

static void on_keys(void *arg, const struct http_reply *reply)
{
    struct keyring *k = arg;
    struct jwks *keys = NULL;
    k->fetch = NULL;
    bool is_good = reply->err == 0 && reply->status == 200 &&
                   jwks_parse(reply->body, reply->body_bytes, &keys) == 0 && jwks_count(keys) > 0;
    if (is_good) {
        jwks_free(&k->keys);
        k->keys = keys;
        if (k->cache_path != NULL)
            save(k, reply->body, reply->body_bytes);
    } else {
        jwks_free(&keys);
    }
    k->next_fetch_ms = clock_ms() + (is_good ? PAUSE_MS : RETRY_MS);
    settle(k, is_good || k->keys != NULL);
}

static bool begin_fetch(struct keyring *k)
{
    if (k->fetch != NULL)
        return true;
    bool is_early = k->keys != NULL && clock_ms() < k->next_fetch_ms;
    if (k->is_fixed || k->url == NULL || is_early)
        return false;
    const struct http_request req = {
        .class = HTTP_CLOUD, .method = "GET", .url = k->url, .budget_ms = k->budget_ms
    };
    return http_start(k->http, &req, on_keys, k, &k->fetch) == 0;
}

void keyring_verify(struct keyring *keyring, struct keyring_wait *wait)
{
    struct jwt_claims claims;
    const char *why = "unknown_key";
    int err = judge(keyring, wait, &claims, &why);
    if (err == ERR_ABSENT && begin_fetch(keyring)) {
        wait->is_waiting = true;
        wait->next = keyring->waiters;
        keyring->waiters = wait;
        return;
    }
    /* Without any keys nothing is known about the token. */
    if (err == ERR_ABSENT && keyring->keys == NULL) {
        err = ERR_UNAVAIL;
        why = "keys_unavailable";
    }
    answer(wait, err, &claims, why);
}

void keyring_cancel(struct keyring *keyring, struct keyring_wait *wait)
{
    if (!wait->is_waiting)
        return;
    struct keyring_wait **at = &keyring->waiters;
    while (*at != NULL && *at != wait)
        at = &(*at)->next;
    if (*at == wait)
        *at = wait->next;
    wait->is_waiting = false;
}

void keyring_warm(struct keyring *keyring)
{
    if (keyring->keys == NULL)
        (void)begin_fetch(keyring);
}
