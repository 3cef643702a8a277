/* SPDX-License-Identifier: Apache-2.0
 *
 * The table. Three readings of its columns: the shipped profile ends the stack at every code with
 * which we refuse somebody who is ours, falls through at PAM_USER_UNKNOWN and PAM_IGNORE, and lets
 * machine faults (PAM_SYSTEM_ERR, PAM_BUF_ERR) fall through to pam_unix too, which refuses pool
 * users by itself and so keeps root and local users going.
 */
#include "codes.h"

#include "base/err.h"

#include <security/pam_modules.h>
#include <stddef.h>

static const struct {
    int err;
    int code[PHASE_COUNT]; /* auth, setcred, account, session, password */
} table[] = {
    { 0, { PAM_SUCCESS, PAM_SUCCESS, PAM_SUCCESS, PAM_SUCCESS, PAM_SUCCESS } },
    /* The machine. */
    { ERR_NOMEM, { PAM_BUF_ERR, PAM_BUF_ERR, PAM_BUF_ERR, PAM_BUF_ERR, PAM_BUF_ERR } },
    { ERR_SYSTEM,
      { PAM_SYSTEM_ERR, PAM_SYSTEM_ERR, PAM_SYSTEM_ERR, PAM_SYSTEM_ERR, PAM_SYSTEM_ERR } },
    { ERR_SPACE,
      { PAM_SYSTEM_ERR, PAM_SYSTEM_ERR, PAM_SYSTEM_ERR, PAM_SYSTEM_ERR, PAM_SYSTEM_ERR } },
    { ERR_LIMIT,
      { PAM_SYSTEM_ERR, PAM_SYSTEM_ERR, PAM_SYSTEM_ERR, PAM_SYSTEM_ERR, PAM_SYSTEM_ERR } },
    /* Daemon, cloud, configuration and snapshot: nobody can say now. */
    { ERR_TIMEOUT,
      { PAM_AUTHINFO_UNAVAIL, PAM_CRED_UNAVAIL, PAM_AUTHINFO_UNAVAIL, PAM_SESSION_ERR,
        PAM_AUTHINFO_UNAVAIL } },
    { ERR_ABSENT,
      { PAM_AUTHINFO_UNAVAIL, PAM_CRED_UNAVAIL, PAM_AUTHINFO_UNAVAIL, PAM_SESSION_ERR,
        PAM_AUTHINFO_UNAVAIL } },
    { ERR_FORMAT,
      { PAM_AUTHINFO_UNAVAIL, PAM_CRED_UNAVAIL, PAM_AUTHINFO_UNAVAIL, PAM_SESSION_ERR,
        PAM_AUTHINFO_UNAVAIL } },
    { ERR_REFUSED,
      { PAM_AUTHINFO_UNAVAIL, PAM_CRED_UNAVAIL, PAM_AUTHINFO_UNAVAIL, PAM_SESSION_ERR,
        PAM_AUTHINFO_UNAVAIL } },
    { ERR_CONFIG,
      { PAM_AUTHINFO_UNAVAIL, PAM_CRED_UNAVAIL, PAM_AUTHINFO_UNAVAIL, PAM_SESSION_ERR,
        PAM_AUTHINFO_UNAVAIL } },
    { ERR_UNAVAIL,
      { PAM_AUTHINFO_UNAVAIL, PAM_CRED_UNAVAIL, PAM_AUTHINFO_UNAVAIL, PAM_SESSION_ERR,
        PAM_AUTHINFO_UNAVAIL } },
    { ERR_STALE,
      { PAM_AUTHINFO_UNAVAIL, PAM_CRED_UNAVAIL, PAM_AUTHINFO_UNAVAIL, PAM_SESSION_ERR,
        PAM_AUTHINFO_UNAVAIL } },
    { ERR_CLOSED,
      { PAM_AUTHINFO_UNAVAIL, PAM_CRED_UNAVAIL, PAM_AUTHINFO_UNAVAIL, PAM_SESSION_ERR,
        PAM_AUTHINFO_UNAVAIL } },
    /* Logins. Not ours: no prompt was shown, the next module asks. */
    { ERR_NOT_OURS, { PAM_USER_UNKNOWN, PAM_IGNORE, PAM_IGNORE, PAM_IGNORE, PAM_IGNORE } },
    { ERR_USER_UNKNOWN,
      { PAM_USER_UNKNOWN, PAM_USER_UNKNOWN, PAM_USER_UNKNOWN, PAM_SESSION_ERR, PAM_USER_UNKNOWN } },
    { ERR_AUTH, { PAM_AUTH_ERR, PAM_CRED_ERR, PAM_AUTH_ERR, PAM_SESSION_ERR, PAM_AUTH_ERR } },
    { ERR_MAXTRIES, { PAM_MAXTRIES, PAM_CRED_ERR, PAM_AUTH_ERR, PAM_SESSION_ERR, PAM_TRY_AGAIN } },
    { ERR_DENIED,
      { PAM_PERM_DENIED, PAM_CRED_ERR, PAM_PERM_DENIED, PAM_SESSION_ERR, PAM_PERM_DENIED } },
    { ERR_EXPIRED,
      { PAM_ACCT_EXPIRED, PAM_CRED_EXPIRED, PAM_ACCT_EXPIRED, PAM_SESSION_ERR, PAM_PERM_DENIED } },
    /* PAM_NEW_AUTHTOK_REQD counts as a pass for `required`: never from the auth phase. */
    { ERR_NEW_PASSWORD,
      { PAM_AUTH_ERR, PAM_CRED_EXPIRED, PAM_NEW_AUTHTOK_REQD, PAM_SESSION_ERR, PAM_AUTHTOK_ERR } },
    { ERR_PASSWORD_BAD,
      { PAM_AUTH_ERR, PAM_CRED_ERR, PAM_AUTH_ERR, PAM_SESSION_ERR, PAM_AUTHTOK_ERR } },
    { ERR_NO_FACTOR,
      { PAM_AUTH_ERR, PAM_CRED_ERR, PAM_AUTH_ERR, PAM_SESSION_ERR, PAM_AUTHTOK_ERR } },
    { ERR_CONV, { PAM_CONV_ERR, PAM_CONV_ERR, PAM_CONV_ERR, PAM_CONV_ERR, PAM_CONV_ERR } },
};

int codes_pam(enum phase phase, int err)
{
    for (size_t i = 0; phase < PHASE_COUNT && i < COUNT(table); i++)
        if (table[i].err == err)
            return table[i].code[phase];
    return PAM_SYSTEM_ERR;
}
