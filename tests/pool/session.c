/* SPDX-License-Identifier: Apache-2.0 */
/* Sessions of unfinished sign-ins; see session.h. */
#include "session.h"

#include <stdlib.h>
#include <string.h>

#include "bytes.h"
#include "challenge_srp.h"

#define WRONG_ANSWERS 5
#define SESSION_BYTES 780 /* 1040 characters; the service's have 900 to 1600 */

struct session *session_new(struct call *c, const char *challenge)
{
    struct session *s = bytes_grow(NULL, 1, sizeof *s);
    *s = (struct session){ .pool = c->pool,
                           .client = c->client,
                           .challenge = challenge,
                           .is_admin = (c->op->needs & NEEDS_AWS) != 0,
                           .signin = c->signin,
                           .expires_ms = model_now_ms(c->w) + c->client->session_ms };
    if (c->user != NULL)
        memcpy(s->sub, c->user->sub, sizeof s->sub);
    else
        s->pretended = bytes_copy(c->pretended);
    char *random = bytes_random_text(SESSION_BYTES);
    s->text = bytes_format("AYABe%s", random);
    free(random);
    strmap_put(&c->w->sessions, s->text, s);
    issued_note(&c->w->issued, s->text);
    return s;
}

struct session *session_use(struct call *c, const char *text, const char *challenge, bool is_admin)
{
    struct session *s = strmap_get(&c->w->sessions, text);
    bool is_bound = s != NULL && !s->is_dead && s->is_admin == is_admin &&
                    (c->client == NULL || s->client == c->client) &&
                    (challenge == NULL || strcmp(s->challenge, challenge) == 0);
    if (!is_bound)
        call_fail(c, "NotAuthorizedException", "Invalid session for the user.");
    else if (s->is_spent)
        call_fail(c, "NotAuthorizedException",
                  "Invalid session for the user, session can only be used once.");
    else if (model_now_ms(c->w) >= s->expires_ms)
        call_fail(c, "NotAuthorizedException", "Invalid session for the user, session is expired.");
    if (call_failed(c))
        return NULL;
    c->pool = s->pool;
    c->client = s->client;
    c->signin = s->signin;
    c->pretended = s->pretended;
    if (s->pretended != NULL)
        return s;
    c->user = strmap_get(&s->pool->users_by_sub, s->sub);
    if (c->user == NULL)
        call_fail(c, "UserNotFoundException", "User does not exist.");
    else if (!c->user->enabled)
        call_fail(c, "NotAuthorizedException", "User is disabled.");
    return call_failed(c) ? NULL : s;
}

void session_spend(struct session *s)
{
    s->is_spent = true;
}

void session_rename(struct call *c, struct session *s, const char *text)
{
    strmap_take(&c->w->sessions, s->text);
    model_replace(&s->text, text);
    issued_note(&c->w->issued, text);
    strmap_put(&c->w->sessions, s->text, s);
}

void session_wrong(struct call *c, struct session *s)
{
    if (c->user != NULL)
        lockout_failure(&c->user->code_lock, model_now_ms(c->w));
    if (++s->wrong_answers >= WRONG_ANSWERS)
        s->is_dead = true;
}

static void drop(void *value)
{
    struct session *s = value;
    free(s->text);
    free(s->totp_secret);
    free(s->pretended);
    challenge_srp_free(&s->srp);
    free(s);
}

void session_free_all(struct world *w)
{
    strmap_free(&w->sessions, drop);
}
