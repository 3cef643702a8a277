/* SPDX-License-Identifier: Apache-2.0 */
/* The one table of operations: name, what the dispatcher prepares, members, handler. */
#ifndef POOL_OPERATIONS_H
#define POOL_OPERATIONS_H

#include "call.h"

const struct operation *operations_find(const char *name); /* NULL: unknown */

/* ops_auth.c */
call_handler ops_initiate_auth, ops_respond, ops_revoke_token, ops_global_sign_out, ops_get_user;
call_handler ops_refresh_tokens;
/* ops_account.c */
call_handler ops_change_password, ops_forgot_password, ops_confirm_forgot_password,
    ops_reset_password;
/* ops_mfa.c */
call_handler ops_associate, ops_verify, ops_mfa_preference;
/* ops_device.c */
call_handler ops_confirm_device, ops_update_device, ops_forget_device, ops_get_device,
    ops_list_devices;
/* ops_list.c */
call_handler ops_list_users, ops_list_groups, ops_groups_for_user, ops_users_in_group;
/* ops_user.c */
call_handler ops_admin_get_user, ops_create_user, ops_set_password, ops_update_attributes,
    ops_disable, ops_enable, ops_delete_user;
/* ops_group.c */
call_handler ops_create_group, ops_delete_group, ops_get_group, ops_add_to_group,
    ops_remove_from_group;
/* ops_pool.c */
call_handler ops_describe_pool, ops_describe_client;

#endif
