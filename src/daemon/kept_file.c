/* SPDX-License-Identifier: Apache-2.0
 *
 * The last field is the SHA-256 of all before it, in base64: a bit that rotted must not enable
 * anybody.
 */
#include "daemon/kept_file.h"

#include "base/file.h"
#include "base/paths.h"
#include "net/digest.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAX_BYTES   (256u * 1024 * 1024)
#define DIGEST_SIZE DIGEST_BASE64_SIZE(DIGEST_BYTES)
#define TAIL_BYTES  (3 + DIGEST_SIZE - 1) /* "44:" and the digest */

/* Millions of them in a large directory: no printf. */
void kept_file_put(struct buf *text, const char *bytes, size_t n)
{
    char head[24];
    size_t at = sizeof head, left = n;
    head[--at] = ':';
    do
        head[--at] = (char)('0' + left % 10);
    while ((left /= 10) > 0);
    buf_add(text, head + at, sizeof head - at);
    buf_add(text, bytes, n);
}

static int digest_of(const char *text, size_t n, char ret_digest[DIGEST_SIZE])
{
    uint8_t hash[DIGEST_BYTES];
    int err = digest_sha256(text, n, hash);
    return err != 0 ? err : digest_base64(hash, sizeof hash, ret_digest, DIGEST_SIZE);
}

static void name_file(char path[PATH_MAX], const char *suffix)
{
    snprintf(path, PATH_MAX, "%s/image%s", path_state_dir, suffix);
}

static int check_whole(const char *text, size_t n, size_t *ret_n)
{
    char digest[DIGEST_SIZE], tail[TAIL_BYTES + 1];
    if (n < TAIL_BYTES)
        return ERR_FORMAT;
    int err = digest_of(text, n - TAIL_BYTES, digest);
    if (err != 0)
        return err;
    snprintf(tail, sizeof tail, "%zu:%s", sizeof digest - 1, digest);
    if (memcmp(text + n - TAIL_BYTES, tail, TAIL_BYTES) != 0)
        return ERR_FORMAT;
    *ret_n = n - TAIL_BYTES;
    return 0;
}

int kept_file_read(char **ret_text, size_t *ret_n)
{
    char path[PATH_MAX], *text = NULL;
    size_t n;
    name_file(path, "");
    int err = file_read_trusted(path, MAX_BYTES, &text, &n);
    if (err != 0)
        return err;
    err = check_whole(text, n, ret_n);
    if (err == 0)
        *ret_text = text;
    else
        free(text);
    return err;
}

static int write_all(int fd, const char *p, size_t n)
{
    while (n > 0) {
        ssize_t done = write(fd, p, n);
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return ERR_SYSTEM;
        p += done;
        n -= (size_t)done;
    }
    return fsync(fd) == 0 ? 0 : ERR_SYSTEM;
}

/* Beside the old file and renamed over it. */
static int replace_file(const struct buf *b)
{
    char path[PATH_MAX], fresh[PATH_MAX];
    name_file(path, "");
    name_file(fresh, ".new");
    (void)unlink(fresh);
    int fd = open(fresh, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return err_from_errno(errno);
    int err = write_all(fd, b->p, b->len);
    if (close(fd) != 0 && err == 0)
        err = ERR_SYSTEM;
    if (err == 0 && rename(fresh, path) != 0)
        err = ERR_SYSTEM;
    if (err != 0)
        (void)unlink(fresh);
    return err;
}

int kept_file_write(struct buf *text)
{
    char digest[DIGEST_SIZE];
    int err = text->bad ? ERR_NOMEM : digest_of(text->p, text->len, digest);
    if (err != 0)
        return err;
    kept_file_put(text, digest, strlen(digest));
    return text->bad ? ERR_NOMEM : replace_file(text);
}

int kept_file_remove(void)
{
    char path[PATH_MAX];
    name_file(path, "");
    return unlink(path) == 0 || errno == ENOENT ? 0 : ERR_SYSTEM;
}
