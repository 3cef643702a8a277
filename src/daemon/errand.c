/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/errand.h"

#include <stdlib.h>

struct errand {
    struct errand *next, **link;
    struct tally tally;
    struct api_call *call;
};

static void free_errand(struct errand *e)
{
    *e->link = e->next;
    if (e->next != NULL)
        e->next->link = e->link;
    api_cancel(&e->call);
    free(e);
}

static void on_reply(void *arg, const struct api_result *result)
{
    struct errand *e = arg;
    e->call = NULL;
    tally_overheard(&e->tally, result);
    free_errand(e);
}

static struct errand *make_errand(struct daemon *d)
{
    size_t count = 0;
    for (const struct errand *e = d->errands; e != NULL; e = e->next)
        count++;
    struct errand *e = count >= ERRAND_MAX ? NULL : calloc(1, sizeof *e);
    if (e == NULL)
        return NULL;
    e->link = &d->errands;
    e->next = d->errands;
    if (e->next != NULL)
        e->next->link = &e->next;
    d->errands = e;
    return e;
}

static bool may_bring_code(enum api_op op)
{
    return op == API_ADMIN_INITIATE_AUTH || op == API_INITIATE_AUTH || op == API_ADMIN_RESPOND ||
           op == API_RESPOND;
}

void errand_leave(struct daemon *d, struct api_call **call, enum api_op op, struct tally *t)
{
    struct errand *e = NULL;
    if (*call != NULL && may_bring_code(op) && !t->is_code_counted) {
        e = make_errand(d);
        if (e == NULL)
            tally_unheard(t);
        else
            e->call = api_hand_over(call, on_reply, e);
    }
    if (e != NULL && e->call != NULL) {
        e->tally = *t;
        return;
    }
    if (e != NULL)
        free_errand(e);
    api_cancel(call);
    tally_settle(t);
}

void errand_close(struct daemon *d)
{
    while (d->errands != NULL)
        free_errand(d->errands);
}
