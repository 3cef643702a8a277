/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/change.h"

#include "daemon/log.h"
#include "daemon/publish.h"

const char *change_word(enum api_op op)
{
    switch (op) {
    case API_CHANGE_PASSWORD:
        return "changed";
    case API_CONFIRM_FORGOT:
        return "reset";
    default:
        return "required"; /* NEW_PASSWORD_REQUIRED */
    }
}

void change_publish(struct daemon *d, const char *sub)
{
    struct image_user *u = sub == NULL ? NULL : image_find_sub(d->image, sub);
    if (u == NULL || u->status == IMAGE_CONFIRMED)
        return;
    enum image_status before = u->status;
    u->status = IMAGE_CONFIRMED;
    image_touch(d->image, u);
    int err = publish(d);
    if (err == 0)
        return;
    u->status = before; /* for the verdict to try again */
    log_warning("%s has a new password, but the directory cannot be published: %s", u->login,
                err_text(err));
}
