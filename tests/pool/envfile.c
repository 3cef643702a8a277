/* SPDX-License-Identifier: Apache-2.0 */
/* The files a pool leaves for its users; see envfile.h. */
#include "envfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bytes.h"
#include "container.h"

static bool write_whole(const char *dir, const char *name, const char *text, mode_t mode)
{
    char *path = bytes_format("%s/%s", dir, name), *beside = bytes_format("%s/.%s.new", dir, name);
    int fd = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
    size_t n = strlen(text);
    bool ok = fd >= 0 && write(fd, text, n) == (ssize_t)n;
    if (fd >= 0)
        ok = close(fd) == 0 && ok;
    ok = ok && rename(beside, path) == 0;
    if (!ok)
        fprintf(stderr, "cognito-pool: %s: %s\n", path, strerror(errno));
    free(path);
    free(beside);
    return ok;
}

bool envfile_write_ca(const struct world *w, const char *ca_pem)
{
    return write_whole(w->dir, "ca.pem", ca_pem, 0644);
}

/* NAME='VALUE' with every quote inside written as '\''. */
static void put(FILE *f, const char *name, const char *value)
{
    fprintf(f, "%s='", name);
    for (const char *p = value == NULL ? "" : value; *p != '\0'; p++) {
        if (*p == '\'')
            fputs("'\\''", f);
        else
            fputc(*p, f);
    }
    fputs("'\n", f);
}

static void put_pool(FILE *f, const char *prefix, const struct pool *p)
{
    const struct client *k = p->clients[0];
    const struct {
        const char *name, *value;
    } values[] = { { "ID", p->id },
                   { "REGION", p->region },
                   { "CLIENT_ID", k->id },
                   { "CLIENT_SECRET", k->secret } };
    for (size_t i = 0; i < COUNT(values); i++) {
        char *name = bytes_format("%s_%s", prefix, values[i].name);
        put(f, name, values[i].value);
        free(name);
    }
}

static void put_key(FILE *f, const struct world *w, const char *label, const char *prefix)
{
    for (size_t i = 0; i < w->credential_count; i++) {
        const struct credential *k = w->credentials[i];
        if (strcmp(k->label, label) != 0)
            continue;
        char *id = bytes_format("%sACCESS_KEY_ID", prefix);
        char *secret = bytes_format("%sSECRET_ACCESS_KEY", prefix);
        char *token = bytes_format("%sSESSION_TOKEN", prefix);
        put(f, id, k->key_id);
        put(f, secret, k->secret);
        if (k->session_token != NULL)
            put(f, token, k->session_token);
        free(id);
        free(secret);
        free(token);
        return;
    }
}

bool envfile_write(const struct world *w, unsigned port, const char *control)
{
    char *text = NULL, *endpoint = bytes_format("https://127.0.0.1:%u", port);
    char *ca = bytes_format("%s/ca.pem", w->dir);
    size_t n = 0;
    FILE *f = open_memstream(&text, &n);
    put(f, "POOL_ENDPOINT", endpoint);
    put(f, "POOL_CA", ca);
    put_pool(f, "POOL", w->pools[0]);
    for (size_t i = 0; i < w->pool_count; i++) {
        char *prefix = bytes_format("POOL_%zu", i + 1);
        put_pool(f, prefix, w->pools[i]);
        free(prefix);
    }
    put(f, "POOL_CONTROL", control);
    if (w->imds_url != NULL) {
        char *url = bytes_format("%s" CONTAINER_PATH "%s", w->imds_url, w->container_id);
        put(f, "POOL_IMDS", w->imds_url);
        put(f, "POOL_CONTAINER", url);
        put(f, "POOL_CONTAINER_TOKEN", w->container_token);
        free(url);
    }
    put_key(f, w, "administrator", "AWS_");
    put_key(f, w, "host", "POOL_HOST_");
    fclose(f);
    bool ok = write_whole(w->dir, "env", text, 0600);
    free(text);
    free(endpoint);
    free(ca);
    return ok;
}
