/* SPDX-License-Identifier: Apache-2.0
 *
 * One table: number, word for log lines, phrase for people.
 */
#include "base/err.h"

#include <errno.h>
#include <stddef.h>

static const struct {
    int err;
    const char *word, *text;
} table[] = {
    { 0, "ok", "success" },
    { ERR_NOMEM, "no-memory", "out of memory" },
    { ERR_SYSTEM, "system", "a system call failed" },
    { ERR_TIMEOUT, "timeout", "the time limit was reached" },
    { ERR_SPACE, "buffer", "the buffer is too small" },
    { ERR_LIMIT, "limit", "a limit was reached" },
    { ERR_ABSENT, "absent", "no such entry" },
    { ERR_FORMAT, "format", "malformed data" },
    { ERR_REFUSED, "refused", "not permitted" },
    { ERR_CONFIG, "config", "the configuration is missing or wrong" },
    { ERR_UNAVAIL, "unavailable", "the service cannot be reached" },
    { ERR_STALE, "stale", "the directory is too old" },
    { ERR_CLOSED, "closed", "the connection was closed" },
    { ERR_NOT_OURS, "not-ours", "not a user of the pool" },
    { ERR_USER_UNKNOWN, "unknown-user", "the pool has no such user" },
    { ERR_AUTH, "auth", "authentication failed" },
    { ERR_MAXTRIES, "max-tries", "too many attempts" },
    { ERR_DENIED, "denied", "access denied by policy" },
    { ERR_EXPIRED, "expired", "the account is disabled or expired" },
    { ERR_NEW_PASSWORD, "new-password", "a new password is required" },
    { ERR_PASSWORD_BAD, "password-refused", "the new password was not accepted" },
    { ERR_NO_FACTOR, "no-factor", "no authentication factor that works here" },
    { ERR_CONV, "conversation", "the conversation with the user failed" },
};

static size_t row(int err)
{
    for (size_t i = 0; i < COUNT(table); i++)
        if (table[i].err == err)
            return i;
    return COUNT(table);
}

const char *err_text(int err)
{
    size_t i = row(err);
    return i < COUNT(table) ? table[i].text : "unknown error";
}

const char *err_word(int err)
{
    size_t i = row(err);
    return i < COUNT(table) ? table[i].word : "unknown";
}

int err_from_errno(int errnum)
{
    switch (errnum) {
    case 0:
        return 0;
    case ENOMEM:
        return ERR_NOMEM;
    case EAGAIN:
    case ETIMEDOUT:
        return ERR_TIMEOUT;
    case ENOENT:
        return ERR_ABSENT;
    case EACCES:
    case EPERM:
        return ERR_REFUSED;
    case EMFILE:
    case ENFILE:
        return ERR_LIMIT;
    default:
        return ERR_SYSTEM;
    }
}
