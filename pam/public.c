/* SPDX-License-Identifier: Apache-2.0
 *
 * The six entry points. Each opens a call, lets its phase decide, and has the result put into PAM's
 * words.
 */
#include "account.h"
#include "call.h"
#include "login.h"
#include "password.h"
#include "session.h"

#include <security/pam_modules.h>

#define EXPORT __attribute__((visibility("default")))

EXPORT int pam_sm_authenticate(pam_handle_t *handle, int flags, int argc, const char **argv)
{
    struct call c;
    call_open(handle, flags, argc, argv, &c);
    return call_close(&c, PHASE_AUTH, login_run(&c));
}

EXPORT int pam_sm_setcred(pam_handle_t *handle, int flags, int argc, const char **argv)
{
    struct call c;
    call_open(handle, flags, argc, argv, &c);
    return call_close(&c, PHASE_CRED, session_credentials(&c));
}

EXPORT int pam_sm_acct_mgmt(pam_handle_t *handle, int flags, int argc, const char **argv)
{
    struct call c;
    call_open(handle, flags, argc, argv, &c);
    return call_close(&c, PHASE_ACCOUNT, account_run(&c));
}

EXPORT int pam_sm_open_session(pam_handle_t *handle, int flags, int argc, const char **argv)
{
    struct call c;
    call_open(handle, flags, argc, argv, &c);
    return call_close(&c, PHASE_SESSION, session_begin(&c));
}

EXPORT int pam_sm_close_session(pam_handle_t *handle, int flags, int argc, const char **argv)
{
    struct call c;
    call_open(handle, flags, argc, argv, &c);
    return call_close(&c, PHASE_SESSION, session_end(&c));
}

EXPORT int pam_sm_chauthtok(pam_handle_t *handle, int flags, int argc, const char **argv)
{
    struct call c;
    call_open(handle, flags, argc, argv, &c);
    return call_close(&c, PHASE_PASSWORD, password_run(&c));
}
