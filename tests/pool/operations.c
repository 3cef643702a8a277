/* SPDX-License-Identifier: Apache-2.0 */
/* The table of operations and their members, as in the service model; see operations.h. */
#include "operations.h"

#include <string.h>

#include "bytes.h"
#include "validate.h"

/* Members that many operations share. */
#define M_POOL                                                                                     \
    {                                                                                              \
        "UserPoolId", TYPE_TEXT, true, 1, 55, POOL_ID                                              \
    }
#define M_CLIENT                                                                                   \
    {                                                                                              \
        "ClientId", TYPE_TEXT, true, 1, 128, CLIENT_ID                                             \
    }
#define M_USER                                                                                     \
    {                                                                                              \
        "Username", TYPE_TEXT, true, 1, 128, NAME                                                  \
    }
#define M_GROUP                                                                                    \
    {                                                                                              \
        "GroupName", TYPE_TEXT, true, 1, 128, NAME                                                 \
    }
#define M_SESSION                                                                                  \
    {                                                                                              \
        "Session", TYPE_TEXT, false, 20, 2048, ANY                                                 \
    }
#define M_ACCESS(required)                                                                         \
    {                                                                                              \
        "AccessToken", TYPE_TEXT, required, 1, 0, TOKEN                                            \
    }
#define M_METADATA                                                                                 \
    {                                                                                              \
        "ClientMetadata", TYPE_MAP, false, 0, 0, ANY                                               \
    }
#define M_ANALYTICS                                                                                \
    {                                                                                              \
        "AnalyticsMetadata", TYPE_OBJECT, false, 0, 0, ANY                                         \
    }
#define M_LIMIT                                                                                    \
    {                                                                                              \
        "Limit", TYPE_NUMBER, false, 0, 60, ANY                                                    \
    }
#define M_NEXT                                                                                     \
    {                                                                                              \
        "NextToken", TYPE_TEXT, false, 1, 131072, NO_BLANK                                         \
    }
#define M_FLOW                                                                                     \
    { "AuthFlow", TYPE_TEXT, true, 0, 0, ANY }, { "AuthParameters", TYPE_MAP, false, 0, 0, ANY },  \
        M_METADATA, M_ANALYTICS, M_SESSION
#define M_ANSWER                                                                                   \
    { "ChallengeName", TYPE_TEXT, true, 0, 0, ANY },                                               \
        { "ChallengeResponses", TYPE_MAP, false, 0, 0, ANY }, M_METADATA, M_ANALYTICS, M_SESSION
#define M_ADMIN_CONTEXT                                                                            \
    {                                                                                              \
        "ContextData", TYPE_CONTEXT, false, 0, 0, ANY                                              \
    }
#define M_USER_CONTEXT                                                                             \
    {                                                                                              \
        "UserContextData", TYPE_OBJECT, false, 0, 0, ANY                                           \
    }
#define M_MFA                                                                                      \
    { "SMSMfaSettings", TYPE_MFA, false, 0, 0, ANY },                                              \
        { "SoftwareTokenMfaSettings", TYPE_MFA, false, 0, 0, ANY },                                \
        { "EmailMfaSettings", TYPE_MFA, false, 0, 0, ANY },                                        \
    {                                                                                              \
        "WebAuthnMfaSettings", TYPE_MFA, false, 0, 0, ANY                                          \
    }
#define M_DEVICE                                                                                   \
    {                                                                                              \
        "DeviceKey", TYPE_TEXT, true, 1, 55, DEVICE                                                \
    }
#define M_HASH                                                                                     \
    {                                                                                              \
        "SecretHash", TYPE_TEXT, false, 1, 128, ANY                                                \
    }
#define M_REMEMBERED                                                                               \
    {                                                                                              \
        "DeviceRememberedStatus", TYPE_TEXT, false, 0, 0, ANY                                      \
    }
#define M_PAGE                                                                                     \
    {                                                                                              \
        "PaginationToken", TYPE_TEXT, false, 1, 0, NO_BLANK                                        \
    }
#define RULES(name, ...) static const struct member_rule name[] = { __VA_ARGS__, { 0 } }

RULES(admin_initiate, M_POOL, M_CLIENT, M_FLOW, M_ADMIN_CONTEXT);
RULES(initiate, M_CLIENT, M_FLOW, M_USER_CONTEXT);
RULES(admin_respond, M_POOL, M_CLIENT, M_ANSWER, M_ADMIN_CONTEXT);
RULES(respond, M_CLIENT, M_ANSWER, M_USER_CONTEXT);
RULES(pool_only, M_POOL);
RULES(pool_client, M_POOL, M_CLIENT);
RULES(pool_user, M_POOL, M_USER);
RULES(pool_group, M_POOL, M_GROUP);
RULES(pool_user_group, M_POOL, M_USER, M_GROUP);
RULES(list_groups, M_POOL, M_LIMIT, M_NEXT);
RULES(groups_for_user, M_POOL, M_USER, M_LIMIT, M_NEXT);
RULES(users_in_group, M_POOL, M_GROUP, M_LIMIT, M_NEXT);
RULES(list_users, M_POOL, M_LIMIT, { "AttributesToGet", TYPE_TEXTS, false, 0, 0, ANY },
      { "PaginationToken", TYPE_TEXT, false, 1, 0, NO_BLANK },
      { "Filter", TYPE_TEXT, false, 0, 256, ANY });
RULES(create_user, M_POOL, M_USER, M_METADATA, { "UserAttributes", TYPE_ATTRS, false, 0, 0, ANY },
      { "ValidationData", TYPE_ATTRS, false, 0, 0, ANY },
      { "TemporaryPassword", TYPE_TEXT, false, 0, 256, NO_BLANK },
      { "ForceAliasCreation", TYPE_FLAG, false, 0, 0, ANY },
      { "MessageAction", TYPE_TEXT, false, 0, 0, ANY },
      { "DesiredDeliveryMediums", TYPE_TEXTS, false, 0, 0, ANY });
RULES(set_password, M_POOL, M_USER, { "Password", TYPE_TEXT, true, 0, 256, NO_BLANK },
      { "Permanent", TYPE_FLAG, false, 0, 0, ANY });
RULES(update_attributes, M_POOL, M_USER, M_METADATA,
      { "UserAttributes", TYPE_ATTRS, true, 0, 0, ANY });
RULES(create_group, M_POOL, M_GROUP, { "Description", TYPE_TEXT, false, 0, 2048, ANY },
      { "RoleArn", TYPE_TEXT, false, 20, 2048, ANY },
      { "Precedence", TYPE_NUMBER, false, 0, 0, ANY });
RULES(associate, M_ACCESS(false), M_SESSION);
RULES(verify, M_ACCESS(false), M_SESSION, { "UserCode", TYPE_TEXT, true, 6, 6, DIGITS },
      { "FriendlyDeviceName", TYPE_TEXT, false, 0, 131072, ANY });
RULES(mfa_preference, M_ACCESS(true), M_MFA);
RULES(admin_mfa_preference, M_POOL, M_USER, M_MFA);
RULES(token_only, M_ACCESS(true));
RULES(revoke_token, M_CLIENT, { "Token", TYPE_TEXT, true, 1, 0, TOKEN },
      { "ClientSecret", TYPE_TEXT, false, 24, 64, CLIENT_ID });

RULES(confirm_device, M_ACCESS(true), M_DEVICE, { "DeviceName", TYPE_TEXT, false, 1, 1024, ANY },
      { "DeviceSecretVerifierConfig", TYPE_VERIFIER, false, 0, 0, ANY });
RULES(token_device, M_ACCESS(true), M_DEVICE);
RULES(admin_device, M_POOL, M_USER, M_DEVICE);
RULES(update_device, M_ACCESS(true), M_DEVICE, M_REMEMBERED);
RULES(admin_update_device, M_POOL, M_USER, M_DEVICE, M_REMEMBERED);
RULES(list_devices, M_ACCESS(true), M_LIMIT, M_PAGE);
RULES(admin_list_devices, M_POOL, M_USER, M_LIMIT, M_PAGE);

RULES(change_password, M_ACCESS(true), { "PreviousPassword", TYPE_TEXT, false, 0, 256, NO_BLANK },
      { "ProposedPassword", TYPE_TEXT, true, 0, 256, NO_BLANK });
RULES(forgot_password, M_CLIENT, M_USER, M_HASH, M_METADATA, M_ANALYTICS, M_USER_CONTEXT);
RULES(confirm_forgot_password, M_CLIENT, M_USER, M_HASH, M_METADATA, M_ANALYTICS, M_USER_CONTEXT,
      { "ConfirmationCode", TYPE_TEXT, true, 1, 2048, NO_BLANK },
      { "Password", TYPE_TEXT, true, 0, 256, NO_BLANK });
RULES(reset_password, M_POOL, M_USER, M_METADATA);
RULES(refresh_tokens, M_CLIENT, M_METADATA, { "RefreshToken", TYPE_TEXT, true, 1, 0, TOKEN },
      { "ClientSecret", TYPE_TEXT, false, 24, 64, CLIENT_ID },
      { "DeviceKey", TYPE_TEXT, false, 1, 55, DEVICE });

#define AWS_POOL (NEEDS_AWS | NEEDS_POOL)

static const struct operation operations[] = {
    { "AdminInitiateAuth", AWS_POOL | NEEDS_CLIENT, admin_initiate, ops_initiate_auth },
    { "AdminRespondToAuthChallenge", AWS_POOL | NEEDS_CLIENT, admin_respond, ops_respond },
    { "InitiateAuth", NEEDS_CLIENT, initiate, ops_initiate_auth },
    { "RespondToAuthChallenge", NEEDS_CLIENT, respond, ops_respond },
    { "RevokeToken", NEEDS_CLIENT | ANSWERS_NOTHING, revoke_token, ops_revoke_token },
    { "GlobalSignOut", NEEDS_TOKEN, token_only, ops_global_sign_out },
    { "AdminUserGlobalSignOut", AWS_POOL | NEEDS_USER, pool_user, ops_global_sign_out },
    { "GetUser", NEEDS_TOKEN, token_only, ops_get_user },
    { "AssociateSoftwareToken", 0, associate, ops_associate },
    { "VerifySoftwareToken", 0, verify, ops_verify },
    { "SetUserMFAPreference", NEEDS_TOKEN, mfa_preference, ops_mfa_preference },
    { "AdminSetUserMFAPreference", AWS_POOL | NEEDS_USER, admin_mfa_preference,
      ops_mfa_preference },
    { "GetTokensFromRefreshToken", NEEDS_CLIENT, refresh_tokens, ops_refresh_tokens },
    { "ChangePassword", NEEDS_TOKEN | ANSWERS_NOTHING, change_password, ops_change_password },
    { "ForgotPassword", NEEDS_CLIENT, forgot_password, ops_forgot_password },
    { "ConfirmForgotPassword", NEEDS_CLIENT, confirm_forgot_password, ops_confirm_forgot_password },
    { "AdminResetUserPassword", AWS_POOL | NEEDS_USER, reset_password, ops_reset_password },
    { "ConfirmDevice", NEEDS_TOKEN, confirm_device, ops_confirm_device },
    { "UpdateDeviceStatus", NEEDS_TOKEN, update_device, ops_update_device },
    { "AdminUpdateDeviceStatus", AWS_POOL | NEEDS_USER, admin_update_device, ops_update_device },
    { "ForgetDevice", NEEDS_TOKEN | ANSWERS_NOTHING, token_device, ops_forget_device },
    { "AdminForgetDevice", AWS_POOL | NEEDS_USER | ANSWERS_NOTHING, admin_device,
      ops_forget_device },
    { "GetDevice", NEEDS_TOKEN, token_device, ops_get_device },
    { "AdminGetDevice", AWS_POOL | NEEDS_USER, admin_device, ops_get_device },
    { "ListDevices", NEEDS_TOKEN, list_devices, ops_list_devices },
    { "AdminListDevices", AWS_POOL | NEEDS_USER, admin_list_devices, ops_list_devices },
    { "ListUsers", AWS_POOL, list_users, ops_list_users },
    { "ListGroups", AWS_POOL, list_groups, ops_list_groups },
    { "AdminListGroupsForUser", AWS_POOL | NEEDS_USER, groups_for_user, ops_groups_for_user },
    { "ListUsersInGroup", AWS_POOL | NEEDS_GROUP, users_in_group, ops_users_in_group },
    { "AdminGetUser", AWS_POOL | NEEDS_USER, pool_user, ops_admin_get_user },
    { "AdminCreateUser", AWS_POOL, create_user, ops_create_user },
    { "AdminSetUserPassword", AWS_POOL | NEEDS_USER, set_password, ops_set_password },
    { "AdminUpdateUserAttributes", AWS_POOL | NEEDS_USER, update_attributes,
      ops_update_attributes },
    { "AdminDisableUser", AWS_POOL | NEEDS_USER, pool_user, ops_disable },
    { "AdminEnableUser", AWS_POOL | NEEDS_USER, pool_user, ops_enable },
    { "AdminDeleteUser", AWS_POOL | NEEDS_USER | ANSWERS_NOTHING, pool_user, ops_delete_user },
    { "GetGroup", AWS_POOL | NEEDS_GROUP, pool_group, ops_get_group },
    { "CreateGroup", AWS_POOL, create_group, ops_create_group },
    { "DeleteGroup", AWS_POOL | NEEDS_GROUP | ANSWERS_NOTHING, pool_group, ops_delete_group },
    { "AdminAddUserToGroup", AWS_POOL | NEEDS_USER | NEEDS_GROUP | ANSWERS_NOTHING, pool_user_group,
      ops_add_to_group },
    { "AdminRemoveUserFromGroup", AWS_POOL | NEEDS_USER | NEEDS_GROUP | ANSWERS_NOTHING,
      pool_user_group, ops_remove_from_group },
    { "DescribeUserPool", AWS_POOL, pool_only, ops_describe_pool },
    { "DescribeUserPoolClient", AWS_POOL | NEEDS_CLIENT, pool_client, ops_describe_client },
};

const struct operation *operations_find(const char *name)
{
    for (size_t i = 0; i < COUNT(operations); i++) {
        if (strcmp(operations[i].name, name) == 0)
            return &operations[i];
    }
    return NULL;
}
