/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/tally.h"

#include "base/clock.h"
#include "net/json_in.h"

#include <stdio.h>
#include <string.h>

struct tally tally_of(struct limiter *limiter, const struct wire_auth_start *start,
                      uint32_t login_uid)
{
    struct tally t = { .limiter = limiter, .source = limiter_source(start, login_uid) };
    snprintf(t.user, sizeof t.user, "%s", start->user);
    return t;
}

static bool is_one_of(const char *name, const char *const *list)
{
    for (; *list != NULL; list++)
        if (strcmp(name, *list) == 0)
            return true;
    return false;
}

static bool is_initiate(const struct auth_step *step)
{
    return step->op == API_ADMIN_INITIATE_AUTH || step->op == API_INITIATE_AUTH;
}

static void count_failure(const struct tally *t)
{
    limiter_failed(t->limiter, &t->source, t->user, clock_ms());
}

static void count_code(const struct tally *t)
{
    limiter_code_sent(t->limiter, t->user, clock_ms());
}

/* May the pool send a code in answer, although none is asked for? It does so once it has the first
 * factor. */
static bool brings_first_factor(const struct auth *auth, const struct auth_step *step)
{
    static const char *const first[] = { "PASSWORD_VERIFIER",     "PASSWORD",
                                         "PASSWORD_SRP",          "SELECT_CHALLENGE",
                                         "NEW_PASSWORD_REQUIRED", NULL };
    const char *all = auth_challenges(auth), *last = strrchr(all, ',');
    return is_initiate(step) || is_one_of(last == NULL ? all : last + 1, first);
}

/* Asked where the dialogue would ask the pool about a first factor or for a code, so that it looks
 * the same until then, and that dialogues opened side by side count too. */
bool tally_stops(const struct tally *t, const struct auth *auth, const struct auth_step *step)
{
    int64_t now_ms = clock_ms();
    bool is_wish = auth_wants_code(auth);
    if ((is_initiate(step) || is_wish) &&
        limiter_check(t->limiter, &t->source, t->user, now_ms) != 0)
        return true;
    return (is_wish || brings_first_factor(auth, step)) &&
           limiter_check_code(t->limiter, t->user, is_wish, now_ms) != 0;
}

/* A code that is asked for counts before anybody knows whether it was sent: hanging up in time must
 * not make it free (R-PAM-14). One that is expected counts until the reply: passwords sent side by
 * side must not bring more. */
void tally_sent(struct tally *t, const struct auth *auth, const struct auth_step *step)
{
    t->is_code_counted = auth_wants_code(auth);
    if (t->is_code_counted)
        count_code(t);
    else if (brings_first_factor(auth, step))
        t->is_code_due = limiter_expects_code(t->limiter, t->user);
}

void tally_settle(struct tally *t)
{
    if (t->is_code_due)
        limiter_settled(t->limiter, t->user);
    t->is_code_due = false;
}

static const char *challenge_of(const struct api_result *result)
{
    const char *name;
    bool has_name = result->err == 0 && result->body != NULL &&
                    json_in_string(result->body, "ChallengeName", &name) == 0;
    return has_name ? name : "";
}

/* R-PAM-14: the pool sends a code with the reply that asks for it, wished for or not. With the
 * others it has taken the password and sent none. */
static const char *const with_code[] = { "SMS_MFA", "EMAIL_OTP", "SMS_OTP", NULL };
static const char *const without[] = { "SOFTWARE_TOKEN_MFA", "SELECT_MFA_TYPE", "MFA_SETUP", NULL };

void tally_overheard(struct tally *t, const struct api_result *result)
{
    const char *name = challenge_of(result);
    tally_settle(t);
    if (is_one_of(name, without))
        limiter_note_quiet(t->limiter, t->user, true);
    if (t->is_code_counted || !is_one_of(name, with_code))
        return;
    limiter_note_quiet(t->limiter, t->user, false);
    count_code(t);
}

/* Signed in without a code? A device may have stood in for one. */
static bool was_quiet(const struct auth *auth, const struct auth_step *step)
{
    const char *all = auth_challenges(auth);
    bool had_code = strstr(all, "DEVICE_") != NULL;
    for (size_t i = 0; with_code[i] != NULL; i++)
        had_code = had_code || strstr(all, with_code[i]) != NULL;
    return step->kind == AUTH_DONE && !had_code;
}

/* A wrong code counts when the pool has said so: hanging up at the next prompt wins no guess. What
 * a Lambda asks once more was not answered right, as far as anybody here knows; success forgets it.
 */
static bool is_wrong_code(const struct auth *auth, const struct api_result *result,
                          size_t challenges_before)
{
    static const char again[] = "CUSTOM_CHALLENGE,CUSTOM_CHALLENGE";
    const char *all = auth_challenges(auth);
    size_t n = strlen(all);
    bool is_mismatch = result->rule != NULL && result->rule->action == ERRORS_ASK_CODE;
    bool is_again = n > challenges_before && n >= sizeof again - 1 &&
                    strcmp(all + n - (sizeof again - 1), again) == 0;
    return is_mismatch || is_again;
}

void tally_replied(struct tally *t, const struct auth *auth, const struct auth_step *step,
                   const struct api_result *result, size_t challenges_before)
{
    tally_overheard(t, result);
    if (was_quiet(auth, step))
        limiter_note_quiet(t->limiter, t->user, true);
    if (step->kind == AUTH_ASK && is_wrong_code(auth, result, challenges_before))
        count_failure(t);
}

/* What a person or a guesser did wrong counts; faults of ours and of the pool do not, nor what was
 * refused without asking it. */
void tally_ended(const struct tally *t, int err)
{
    if (err == 0)
        limiter_succeeded(t->limiter, &t->source, t->user);
    else if (err == ERR_AUTH)
        count_failure(t);
}

/* The pool judges an answer that is on its way all the same: hanging up does not make it
 * uncounted. */
void tally_abandoned(const struct tally *t)
{
    count_failure(t);
}

void tally_unheard(struct tally *t)
{
    tally_settle(t);
    count_code(t);
}
