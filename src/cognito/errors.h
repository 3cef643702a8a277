/* SPDX-License-Identifier: Apache-2.0
 *
 * What each Cognito exception means: one table, exception and part of its message to an enum err
 * per phase, a word for the log and what may be done about it (reference sections 3 and 15).
 * Reading the error out of a reply belongs to cognito/api.h, acting on it to the challenge machine.
 */
#ifndef COGNITO_ERRORS_H
#define COGNITO_ERRORS_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

enum errors_phase {
    ERRORS_AUTH,      /* sign-in */
    ERRORS_PASSWORD,  /* change, forgotten */
    ERRORS_DIRECTORY, /* look-ups */
    ERRORS_PHASES
};

/* What a caller can do beside failing. */
enum errors_action {
    ERRORS_FAIL,
    ERRORS_THROTTLED,    /* certainly not done: again after a pause */
    ERRORS_TRANSIENT,    /* perhaps done: again after a pause when repeating is harmless */
    ERRORS_CLOCK,        /* once more when the clock offset has just been learned */
    ERRORS_KEYS,         /* once more with new AWS credentials */
    ERRORS_RESTART,      /* the session is dead: the flow from its beginning, once */
    ERRORS_ASK_CODE,     /* wrong code: ask again, same session */
    ERRORS_NEXT_CODE,    /* this code was used already: wait for the next */
    ERRORS_NEW_CODE,     /* the code is too old: a new one must be requested */
    ERRORS_ASK_PASSWORD, /* the new password was refused: ask for another */
    ERRORS_RESET,        /* the password was reset: a code and a new one, where that is offered */
    ERRORS_DROP_DEVICE   /* the pool forgot this device: again without DEVICE_KEY */
};

struct errors_rule {
    const char *type; /* exception, or a prefix ending in '*'; NULL: decided by HTTP status */
    const char *part; /* in the message, any case; NULL: any message */
    int err[ERRORS_PHASES];
    enum errors_action action;
    const char *word; /* reason=... in the log */
    bool is_config; /* the administrator's to mend: log as an error, show the user nothing of it */
    bool may_show;  /* the (cleaned) message is meant for the user, once the password is proved */
};

/* The rule for an error reply; never NULL: unknown client errors fail closed (ERR_AUTH in the auth
 * phase), unknown server errors are transient. type and message may be "". */
const struct errors_rule *errors_find(int status, const char *type, const char *message);

/* For tests: the whole table. */
const struct errors_rule *errors_table(size_t *ret_count);

#endif
