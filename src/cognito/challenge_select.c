/* SPDX-License-Identifier: Apache-2.0
 *
 * The two menus: SELECT_MFA_TYPE (second factors) and SELECT_CHALLENGE (first ones). Only what this
 * code can do is offered; one choice needs no menu, and r repeats the choice made before.
 */
#include "cognito/challenge.h"

#include "net/json_in.h"

#include <stdio.h>
#include <string.h>

static bool is_first_menu(const struct auth *auth)
{
    return auth->challenge->asks_first;
}

static const char *line_of(const struct auth *auth, const struct challenge *c)
{
    return is_first_menu(auth) ? c->first_menu : c->menu;
}

/* Two ways to give a password are one line to a person: the one that does not show it. */
static void add_choice(struct auth *auth, const char *text)
{
    const struct challenge *c = challenge_find(text);
    const char *line = c == NULL ? NULL : line_of(auth, c);
    if (line == NULL || auth->choice_count == CHALLENGE_MAX_CHOICES)
        return;
    for (size_t i = 0; i < auth->choice_count; i++) {
        if (strcmp(line_of(auth, auth->choices[i]), line) == 0) {
            if (c->uses_srp)
                auth->choices[i] = c;
            return;
        }
    }
    auth->choices[auth->choice_count] = c;
    auth->choice_count++;
}

static void ask(struct auth *auth, struct auth_step *ret_step)
{
    char text[512] = "";
    size_t at = 0;
    for (size_t i = 0; i < auth->choice_count && at < sizeof text; i++) {
        int n = snprintf(text + at, sizeof text - at, "%zu: %s\n", i + 1,
                         line_of(auth, auth->choices[i]));
        at += n > 0 ? (size_t)n : 0;
    }
    if (at < sizeof text)
        snprintf(text + at, sizeof text - at, "Which one? ");
    auth_ask(auth, AUTH_ASK_CHOICE, text, ret_step);
    ret_step->choices = (unsigned)auth->choice_count;
}

static void choose(struct auth *auth, size_t at, struct auth_step *ret_step)
{
    const struct challenge *c = auth->choices[at];
    auth->choice = at;
    auth->chosen[is_first_menu(auth)] = c;
    if (is_first_menu(auth) && c->enter == challenge_first_enter)
        challenge_first_begin(auth, c, ret_step);
    else
        auth_respond(auth, ret_step);
}

/* The choice that needs no question: the only one, the one of before r, the password while it is
 * held, the authenticator whose code is held. */
static bool is_settled(const struct auth *auth, size_t at)
{
    const struct challenge *c = auth->choices[at];
    if (auth->choice_count == 1 || auth_has_kept(auth, c) ||
        (auth->is_resending && c == auth->chosen[is_first_menu(auth)]))
        return true;
    return is_first_menu(auth) && auth->password.len > 0 && c->enter == challenge_first_enter;
}

static void offer(struct auth *auth, struct auth_step *ret_step)
{
    if (auth->choice_count == 0) {
        auth_fail(auth, ERR_NO_FACTOR, "no_usable_factor", NULL, ret_step);
        return;
    }
    for (size_t i = 0; i < auth->choice_count; i++) {
        if (is_settled(auth, i)) {
            choose(auth, i, ret_step);
            return;
        }
    }
    ask(auth, ret_step);
}

static void begin(struct auth *auth)
{
    auth->choice_count = 0;
    auth->choice = 0;
    auth->first = NULL;
}

void challenge_select_enter(struct auth *auth, const struct json *params,
                            struct auth_step *ret_step)
{
    begin(auth);
    if (challenge_each(params, "MFAS_CAN_CHOOSE", add_choice, auth) != 0)
        auth_malformed(auth, ret_step);
    else
        offer(auth, ret_step);
}

/* The list is a member of the reply itself. */
void challenge_select_first(struct auth *auth, const struct json *params,
                            struct auth_step *ret_step)
{
    (void)params;
    begin(auth);
    if (challenge_each(auth->reply, "AvailableChallenges", add_choice, auth) != 0)
        auth_malformed(auth, ret_step);
    else
        offer(auth, ret_step);
}

void challenge_select_answer(struct auth *auth, const struct secret *answer,
                             struct auth_step *ret_step)
{
    if (auth_asked_password(auth)) {
        challenge_first_answer(auth, answer, ret_step);
        return;
    }
    int digit = answer->len == 1 ? answer->bytes[0] - '0' : 0;
    if (digit >= 1 && (size_t)digit <= auth->choice_count) {
        choose(auth, (size_t)digit - 1, ret_step);
        return;
    }
    if (!auth_may_ask_again(auth)) {
        auth_fail(auth, ERR_AUTH, "no_choice", NULL, ret_step);
        return;
    }
    auth_note(auth, "Please type one of the numbers.");
    ask(auth, ret_step);
}

void challenge_select_write(const struct auth *auth, struct json_out *out)
{
    json_out_string(out, auth->challenge->response, auth->choices[auth->choice]->name);
    if (is_first_menu(auth) && auth->first != NULL)
        challenge_first_write(auth, out);
}
