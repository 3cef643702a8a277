/* SPDX-License-Identifier: Apache-2.0
 *
 * The modules of the stacks in tests/contract. pam_tool.c is built with its entry points renamed.
 */
#include "fakepam/fakepam.h"

typedef int entry_point(pam_handle_t *handle, int flags, int argc, const char **argv);
entry_point tool_sm_authenticate, tool_sm_setcred, tool_sm_acct_mgmt, tool_sm_open_session,
    tool_sm_close_session, tool_sm_chauthtok;

static const struct fakepam_module ours = {
    "pam_under_test.so",
    { pam_sm_authenticate, pam_sm_setcred, pam_sm_acct_mgmt, pam_sm_open_session,
      pam_sm_close_session, pam_sm_chauthtok },
};

static const struct fakepam_module tool = {
    "pam_tool.so",
    { tool_sm_authenticate, tool_sm_setcred, tool_sm_acct_mgmt, tool_sm_open_session,
      tool_sm_close_session, tool_sm_chauthtok },
};

const struct fakepam_module *const fakepam_modules[] = { &ours, &tool, NULL };
