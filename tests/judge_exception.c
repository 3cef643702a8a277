/* SPDX-License-Identifier: Apache-2.0
 *
 * What an exception must lead to, by the class the index names.
 */
#include "judge_reply.h"

#include <string.h>

static const struct {
    const char *expect;
    int err;
} classes[] = {
    { "ACCT_EXPIRED", ERR_EXPIRED },
    { "MAXTRIES", ERR_MAXTRIES },
    { "AUTH_ERR", ERR_AUTH },
    { "AUTHTOK_ERR", ERR_PASSWORD_BAD },
    { "USER_UNKNOWN", ERR_USER_UNKNOWN },
    { "CRED_UNAVAIL", ERR_NO_FACTOR },
    { "AUTHINFO_UNAVAIL", ERR_UNAVAIL },
    { "no such group", ERR_ABSENT },
    { "unknown client error", ERR_AUTH },
    { "message may be", ERR_AUTH },
};

static const struct {
    const char *expect;
    enum errors_action actions[3];
} actions[] = {
    { "restart the flow", { ERRORS_RESTART } },
    { "ask again", { ERRORS_ASK_CODE, ERRORS_ASK_PASSWORD } },
    { "wait for the next code", { ERRORS_NEXT_CODE } },
    { "new code", { ERRORS_NEW_CODE } },
    { "retry without DEVICE_KEY", { ERRORS_DROP_DEVICE } },
    { "retry", { ERRORS_THROTTLED, ERRORS_TRANSIENT } },
    { "credentials", { ERRORS_KEYS } },
    { "clock", { ERRORS_CLOCK } },
};

static bool has_action(const struct errors_rule *rule, const enum errors_action wanted[3])
{
    for (size_t i = 0; i < 3; i++) {
        if (wanted[i] != ERRORS_FAIL && rule->action == wanted[i])
            return true;
    }
    return false;
}

enum judge_verdict judge_exception(const struct judge_reply *r)
{
    const struct errors_rule *rule = r->result.rule;
    if (r->result.err == 0 || rule == NULL)
        return JUDGE_WRONG;
    for (size_t i = 0; i < COUNT(actions); i++) {
        if (judge_expects(r, actions[i].expect))
            return has_action(rule, actions[i].actions) ? JUDGE_RIGHT : JUDGE_WRONG;
    }
    bool is_right = true;
    if (judge_expects(r, "configuration"))
        is_right = rule->is_config && r->result.err != ERR_AUTH;
    else if (judge_expects(r, "bug"))
        is_right = r->result.err == ERR_SYSTEM || r->result.err == ERR_UNAVAIL;
    else if (judge_expects(r, "strip"))
        is_right = rule->type != NULL; /* the cut type is one of the table */
    else if (judge_expects(r, "cannot reset"))
        is_right = r->result.err == ERR_NO_FACTOR;
    else if (judge_expects(r, "PERM_DENIED or"))
        is_right = r->result.err == ERR_DENIED || r->result.err == ERR_UNAVAIL;
    else if (judge_expects(r, "PERM_DENIED"))
        is_right = r->result.err == ERR_DENIED;
    for (size_t i = 0; i < COUNT(classes); i++) {
        if (judge_expects(r, classes[i].expect))
            is_right = r->result.err == classes[i].err;
    }
    /* Whatever it is, text for people holds no control character (R-SEC-03). */
    for (const char *p = r->result.message; *p != '\0'; p++)
        is_right = is_right && (unsigned char)*p >= ' ';
    return is_right ? JUDGE_RIGHT : JUDGE_WRONG;
}
