/* SPDX-License-Identifier: Apache-2.0 */
#include "dialogue/hidden.h"
#include "fakepam/fakepam.h"

static const struct fakepam_module ours = {
    "pam_under_test.so",
    { pam_sm_authenticate, pam_sm_setcred, pam_sm_acct_mgmt, pam_sm_open_session,
      pam_sm_close_session, pam_sm_chauthtok },
};

const struct fakepam_module *const fakepam_modules[] = { &ours, NULL };

const char *hidden_judge(const pam_handle_t *handle, bool is_success,
                         bool (*was_typed)(const char *text))
{
    const char *authtok = fakepam_item(handle, PAM_AUTHTOK);
    if ((handle->set_items & ~(1u << PAM_AUTHTOK)) != 0)
        return "the module set an item that is not its own (R-PAM-06)";
    if (handle->env_changes > 0)
        return "the module changed PAM's environment (R-SEC-04)";
    if (handle->data_set > 0)
        return "the module keeps something between calls (R-PAM-16)";
    if (!is_success && authtok != NULL)
        return "a refused password is left for the next module";
    if (authtok != NULL && !was_typed(authtok))
        return "PAM_AUTHTOK is nothing that was typed";
    return NULL;
}
