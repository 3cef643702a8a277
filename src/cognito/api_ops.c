/* SPDX-License-Identifier: Apache-2.0
 *
 * The operations as data (reference section 1).
 */
#include "cognito/api.h"

#include <string.h>

static const struct api_operation operations[API_OPS] = {
    [API_ADMIN_INITIATE_AUTH] = { "AdminInitiateAuth", true, API_ATTEMPT, ERRORS_AUTH },
    [API_ADMIN_RESPOND] = { "AdminRespondToAuthChallenge", true, API_ONCE, ERRORS_AUTH },
    [API_INITIATE_AUTH] = { "InitiateAuth", false, API_ATTEMPT, ERRORS_AUTH },
    [API_RESPOND] = { "RespondToAuthChallenge", false, API_ONCE, ERRORS_AUTH },
    [API_LIST_USERS] = { "ListUsers", true, API_READ, ERRORS_DIRECTORY },
    [API_LIST_USERS_IN_GROUP] = { "ListUsersInGroup", true, API_READ, ERRORS_DIRECTORY },
    [API_LIST_GROUPS] = { "ListGroups", true, API_READ, ERRORS_DIRECTORY },
    [API_GET_GROUP] = { "GetGroup", true, API_READ, ERRORS_DIRECTORY },
    [API_LIST_GROUPS_FOR_USER] = { "AdminListGroupsForUser", true, API_READ, ERRORS_DIRECTORY },
    [API_ADMIN_GET_USER] = { "AdminGetUser", true, API_READ, ERRORS_DIRECTORY },
    [API_DESCRIBE_POOL] = { "DescribeUserPool", true, API_READ, ERRORS_DIRECTORY },
    [API_DESCRIBE_CLIENT] = { "DescribeUserPoolClient", true, API_READ, ERRORS_DIRECTORY },
    [API_ASSOCIATE_TOKEN] = { "AssociateSoftwareToken", false, API_ONCE, ERRORS_AUTH },
    [API_VERIFY_TOKEN] = { "VerifySoftwareToken", false, API_ONCE, ERRORS_AUTH },
    [API_REVOKE_TOKEN] = { "RevokeToken", false, API_READ, ERRORS_AUTH },
    [API_CHANGE_PASSWORD] = { "ChangePassword", false, API_ONCE, ERRORS_PASSWORD },
    [API_FORGOT_PASSWORD] = { "ForgotPassword", false, API_ONCE, ERRORS_PASSWORD },
    [API_CONFIRM_FORGOT] = { "ConfirmForgotPassword", false, API_ONCE, ERRORS_PASSWORD },
    [API_GET_USER] = { "GetUser", false, API_READ, ERRORS_AUTH },
    [API_CONFIRM_DEVICE] = { "ConfirmDevice", false, API_ONCE, ERRORS_AUTH },
    [API_UPDATE_DEVICE] = { "UpdateDeviceStatus", false, API_READ, ERRORS_AUTH },
};

const struct api_operation *api_operation(enum api_op op)
{
    return &operations[op];
}

int api_operation_find(const char *name)
{
    for (int i = 0; i < API_OPS; i++) {
        if (strcmp(operations[i].name, name) == 0)
            return i;
    }
    return -1;
}
