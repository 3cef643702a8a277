/* SPDX-License-Identifier: Apache-2.0 */
#include "session.h"

#include <errno.h>

int session_renew(struct session *s)
{
    snap_unpin(&s->pin);
    s->err = snap_pin(&s->pin);
    return s->err;
}

enum nss_status session_status(int err, bool is_whole, int *errnop)
{
    if (err == 0)
        return NSS_STATUS_SUCCESS;
    if (err == ERR_SPACE || err == ERR_NOMEM) {
        *errnop = err == ERR_SPACE ? ERANGE : ENOMEM;
        return NSS_STATUS_TRYAGAIN;
    }
    if (is_whole && err == ERR_ABSENT)
        return NSS_STATUS_NOTFOUND;
    *errnop = ENOENT;
    return NSS_STATUS_UNAVAIL;
}
