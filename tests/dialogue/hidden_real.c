/* SPDX-License-Identifier: Apache-2.0 */
#include "dialogue/hidden.h"

#include <stddef.h>

const char *hidden_judge(const pam_handle_t *handle, bool is_success,
                         bool (*was_typed)(const char *text))
{
    (void)handle;
    (void)is_success;
    (void)was_typed;
    return NULL;
}
