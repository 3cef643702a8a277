/* SPDX-License-Identifier: Apache-2.0
 *
 * What a module does behind its program's back. The real libpam does not show it, ours does
 * (hidden_fake.c); hidden_real.c has nothing to say.
 */
#ifndef DIALOGUE_HIDDEN_H
#define DIALOGUE_HIDDEN_H

#include <security/pam_appl.h>
#include <stdbool.h>

struct hidden {
    bool is_change, is_success;
    bool (*was_typed)(const char *text); /* was it given as an answer? */
};

/* After pam_authenticate(), or pam_chauthtok(): NULL when all is well, else what is not. */
const char *hidden_judge(const pam_handle_t *handle, const struct hidden *what);

#endif
