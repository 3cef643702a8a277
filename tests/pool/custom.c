/* SPDX-License-Identifier: Apache-2.0 */
/* CUSTOM_AUTH by script; see custom.h. */
#include "custom.h"

#include <stdlib.h>

#include "bytes.h"
#include "challenge.h"
#include "challenge_ask.h"
#include "session.h"
#include "signin.h"

void custom_ask(struct call *c)
{
    if (c->signin.round >= c->pool->round_count) {
        challenge_finish(c);
        return;
    }
    const struct custom_round *r = &c->pool->rounds[c->signin.round];
    struct json_object *params = challenge_put(c, session_new(c, "CUSTOM_CHALLENGE"));
    char *name = c->user != NULL ? bytes_copy(c->user->name) : signin_pretended_id(c);
    call_put(params, "USERNAME", name);
    free(name);
    if (r->params == NULL)
        return;
    json_object_object_foreach(r->params, key, value)
        call_put(params, key, json_object_get_string(value));
}

/* Either way the session is spent: the next question has one of its own. */
void custom_judge(struct call *c, struct session *s, const char *answer)
{
    const struct custom_round *r = &c->pool->rounds[c->signin.round];
    bool is_right = c->user != NULL && (r->answer == NULL || bytes_equal(r->answer, answer));
    session_spend(s);
    if (!is_right && r->asks_again) {
        custom_ask(c);
        return;
    }
    if (!is_right || r->then == CUSTOM_FAIL) {
        s->is_dead = true;
        call_fail(c, "NotAuthorizedException", SIGNIN_WRONG);
        return;
    }
    c->signin.round = r->then == CUSTOM_TOKENS ? c->pool->round_count : c->signin.round + 1;
    custom_ask(c);
}

void custom_free(struct pool *p)
{
    for (size_t i = 0; i < p->round_count; i++) {
        json_object_put(p->rounds[i].params);
        free(p->rounds[i].answer);
    }
    free(p->rounds);
}
