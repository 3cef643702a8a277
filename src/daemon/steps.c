/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/steps.h"

void steps_end(struct steps *s, int err, const char *reason)
{
    s->is_over = true;
    s->done(s->arg, err, reason);
    if (!s->is_inside)
        s->release(s->of);
}

void steps_go_on(struct steps *s)
{
    while (s->at < s->count) {
        const char *reason = "";
        int said = s->list[s->at++](s->of, &reason);
        if (said == STEPS_WAIT)
            return;
        if (said != 0) {
            steps_end(s, said, reason);
            return;
        }
    }
    steps_end(s, 0, s->passed);
}

bool steps_begin(struct steps *s)
{
    s->is_inside = true;
    steps_go_on(s);
    s->is_inside = false;
    if (!s->is_over)
        return true;
    s->release(s->of);
    return false;
}
