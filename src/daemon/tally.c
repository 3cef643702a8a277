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

static void count_failure(const struct tally *t)
{
    limiter_failed(t->limiter, &t->source, t->user, clock_ms());
}

static void count_code(const struct tally *t)
{
    limiter_code_sent(t->limiter, t->user, clock_ms());
}

/* Asked where the dialogue would ask the pool about a first factor or for a code, so that it looks
 * the same until then, and that dialogues opened side by side count too. */
bool tally_stops(const struct tally *t, const struct auth *auth, const struct auth_step *step)
{
    bool is_due = step->op == API_ADMIN_INITIATE_AUTH || step->op == API_INITIATE_AUTH ||
                  auth_wants_code(auth);
    return is_due && limiter_check(t->limiter, &t->source, t->user, clock_ms()) != 0;
}

/* A code that is asked for counts before anybody knows whether it was sent: hanging up in time must
 * not make it free (R-PAM-14). */
void tally_sent(struct tally *t, const struct auth *auth)
{
    t->is_code_counted = auth_wants_code(auth);
    if (t->is_code_counted)
        count_code(t);
}

/* R-PAM-14: the pool sends a code with the reply that asks for it, wished for or not. */
static bool is_code_sent(const struct api_result *result)
{
    static const char *const sent[] = { "SMS_MFA", "EMAIL_OTP", "SMS_OTP" };
    const char *name;
    if (result->err != 0 || result->body == NULL ||
        json_in_string(result->body, "ChallengeName", &name) != 0)
        return false;
    for (size_t i = 0; i < COUNT(sent); i++)
        if (strcmp(name, sent[i]) == 0)
            return true;
    return false;
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

void tally_overheard(const struct tally *t, const struct api_result *result)
{
    if (!t->is_code_counted && is_code_sent(result))
        count_code(t);
}

void tally_replied(const struct tally *t, const struct auth *auth, const struct auth_step *step,
                   const struct api_result *result, size_t challenges_before)
{
    tally_overheard(t, result);
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

void tally_unheard(const struct tally *t)
{
    count_code(t);
}
