/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/hold.h"

#define LOSS_PERCENT 20
#define HOLD_SWEEPS  3
#define HOLD_MS      600000

/* Without a group nobody may log in: for those who had one it is as good as gone. */
struct hold_loss hold_compare(const struct image *old, const struct image *next)
{
    bool is_all = old->config->scope == CONFIG_SCOPE_ALL;
    struct hold_loss loss = { 0, 0 };
    for (size_t i = 0; i < old->user_count; i++) {
        const struct image_user *before = old->users[i];
        if (before->quarantine != NULL || (before->group_count == 0 && !is_all))
            continue;
        const struct image_user *after = image_find_sub(next, before->sub);
        loss.known++;
        loss.gone += after == NULL || (before->group_count > 0 && after->group_count == 0);
    }
    return loss;
}

/* One user alone may always go, or in a small pool no leaver could; but not the only one. */
bool hold_back(struct hold *h, struct hold_loss loss, int64_t now_ms)
{
    bool is_large = loss.gone * 100 > loss.known * LOSS_PERCENT;
    if (!is_large || (loss.gone == 1 && loss.known > 1)) {
        *h = (struct hold){ 0 };
        return false;
    }
    if (h->sweeps == 0)
        h->since_ms = now_ms;
    if (h->sweeps >= HOLD_SWEEPS && now_ms - h->since_ms >= HOLD_MS) {
        *h = (struct hold){ 0 };
        return false;
    }
    h->sweeps++;
    return true;
}
