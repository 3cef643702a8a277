/* SPDX-License-Identifier: Apache-2.0 */
#include "dialogue/hidden.h"
#include "fakepam/fakepam.h"

static const struct fakepam_module ours = {
    "pam_under_test.so",
    { pam_sm_authenticate, pam_sm_setcred, pam_sm_acct_mgmt, pam_sm_open_session,
      pam_sm_close_session, pam_sm_chauthtok },
};

const struct fakepam_module *const fakepam_modules[] = { &ours, NULL };

static const char *judge_token(const char *token, const struct hidden *what)
{
    if (token != NULL && !what->is_success)
        return "a refused password is left for the next module";
    if (token != NULL && !what->was_typed(token))
        return "PAM_AUTHTOK or PAM_OLDAUTHTOK is nothing that was typed";
    return NULL;
}

const char *hidden_judge(const pam_handle_t *handle, const struct hidden *what)
{
    const char *fresh = fakepam_item(handle, PAM_AUTHTOK);
    const char *wrong = judge_token(fresh, what);
    unsigned allowed = 1u << PAM_AUTHTOK | (what->is_change ? 1u << PAM_OLDAUTHTOK : 0);
    if ((handle->set_items & ~allowed) != 0)
        return "the module set an item that is not its own (R-PAM-06)";
    if (handle->env_changes > 0)
        return "the module changed PAM's environment (R-SEC-04)";
    if (handle->data_set > 0)
        return "the module keeps something between calls (R-PAM-16)";
    if (what->is_change && what->is_success && fresh == NULL)
        return "modules below do not get the new password";
    return wrong != NULL ? wrong : judge_token(fakepam_item(handle, PAM_OLDAUTHTOK), what);
}
