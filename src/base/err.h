/* SPDX-License-Identifier: Apache-2.0
 *
 * The one error space: every function that can fail returns 0 or a negative value of enum err.
 * errno becomes an enum err at the first call site (err_from_errno). The numbers travel in the
 * wire's RESULT message, so they are stable: add at the end of a group, never renumber.
 * What a number means to PAM is decided in pam/codes.c, to a person in err_text(). Nothing else
 * belongs here.
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#define MUST_CHECK   __attribute__((warn_unused_result))
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum err {
    /* The machine. */
    ERR_NOMEM = -1,   /* out of memory */
    ERR_SYSTEM = -2,  /* the operating system refused */
    ERR_TIMEOUT = -3, /* the deadline passed */
    ERR_SPACE = -4,   /* the caller's buffer is too small */
    ERR_LIMIT = -5,   /* a bound of ours was reached: sizes, counts, connections */
    /* Data and peers. */
    ERR_ABSENT = -10,  /* no such thing, decided from complete data */
    ERR_FORMAT = -11,  /* bytes that are not what they should be */
    ERR_REFUSED = -12, /* the peer may not do that, or a file or peer is not to be trusted */
    ERR_CONFIG = -13,  /* the configuration is missing, wrong or not to be trusted */
    ERR_UNAVAIL = -14, /* daemon or cloud cannot answer now */
    ERR_STALE = -15,   /* the directory is older than the policy allows */
    ERR_CLOSED = -16,  /* the other side went away */
    /* Logins. */
    ERR_NOT_OURS = -30,     /* a local or unknown name: other modules decide */
    ERR_USER_UNKNOWN = -31, /* the pool says that there is no such user */
    ERR_AUTH = -32,         /* wrong password, wrong code: refused */
    ERR_MAXTRIES = -33,     /* too many attempts: come back later */
    ERR_DENIED = -34,       /* policy says no */
    ERR_EXPIRED = -35,      /* account disabled, deleted or expired */
    ERR_NEW_PASSWORD = -36, /* a new password is due */
    ERR_PASSWORD_BAD = -37, /* the new password was not accepted */
    ERR_NO_FACTOR = -38,    /* the user has no factor that works here */
    ERR_CONV = -39,         /* the conversation with the person failed */
    ERR_LAST = -40
};

/* A short English phrase for logs and cognitoctl; never NULL, static. */
const char *err_text(int err);

/* The word used in key=value log lines (reason=timeout); never NULL, static. */
const char *err_word(int err);

/* ENOMEM is ERR_NOMEM, EAGAIN and ETIMEDOUT are ERR_TIMEOUT, ENOENT is ERR_ABSENT, EACCES and
 * EPERM are ERR_REFUSED, ENOSPC-like bounds (EMFILE, ENFILE) are ERR_LIMIT, all else
 * ERR_SYSTEM. Does not read errno itself. */
int err_from_errno(int errnum);

#endif
