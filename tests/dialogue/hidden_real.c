/* SPDX-License-Identifier: Apache-2.0 */
#include "dialogue/hidden.h"

#include <stddef.h>

const char *hidden_judge(const pam_handle_t *handle, const struct hidden *what)
{
    (void)handle;
    (void)what;
    return NULL;
}
