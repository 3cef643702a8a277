/* SPDX-License-Identifier: Apache-2.0 */
/* The service's quotas; see quota.h. */
#include "quota.h"

#include <string.h>
#include <time.h>

#include "bytes.h"
#include "call.h"

static const char *const names[QUOTA_COUNT] = {
    [QUOTA_AUTHENTICATION] = "UserAuthentication",
    [QUOTA_RESPOND] = "UserAuthenticationRespond",
    [QUOTA_READ] = "UserRead",
    [QUOTA_LIST] = "UserList",
    [QUOTA_RESOURCE_READ] = "UserResourceRead",
    [QUOTA_POOL_RESOURCE_READ] = "UserPoolResourceRead",
    [QUOTA_POOL_READ] = "UserPoolRead",
    [QUOTA_CLIENT_READ] = "UserPoolClientRead",
    [QUOTA_RECOVERY] = "UserAccountRecovery",
    [QUOTA_UPDATE] = "UserUpdate",
    [QUOTA_RESOURCE_UPDATE] = "UserResourceUpdate",
    [QUOTA_TOKEN] = "UserToken",
};

static const struct {
    const char *operation;
    enum quota_category category;
} members[] = {
    { "AdminInitiateAuth", QUOTA_AUTHENTICATION },
    { "InitiateAuth", QUOTA_AUTHENTICATION },
    { "AdminRespondToAuthChallenge", QUOTA_RESPOND },
    { "RespondToAuthChallenge", QUOTA_RESPOND },
    { "AdminGetUser", QUOTA_READ },
    { "GetUser", QUOTA_READ },
    { "ListUsers", QUOTA_LIST },
    { "ListUsersInGroup", QUOTA_LIST },
    { "AdminListGroupsForUser", QUOTA_RESOURCE_READ },
    { "ListDevices", QUOTA_RESOURCE_READ },
    { "AdminListDevices", QUOTA_RESOURCE_READ },
    { "GetDevice", QUOTA_RESOURCE_READ },
    { "AdminGetDevice", QUOTA_RESOURCE_READ },
    { "ListGroups", QUOTA_POOL_RESOURCE_READ },
    { "GetGroup", QUOTA_POOL_RESOURCE_READ },
    { "DescribeUserPool", QUOTA_POOL_READ },
    { "DescribeUserPoolClient", QUOTA_CLIENT_READ },
    { "ChangePassword", QUOTA_RECOVERY },
    { "ForgotPassword", QUOTA_RECOVERY },
    { "ConfirmForgotPassword", QUOTA_RECOVERY },
    { "AdminResetUserPassword", QUOTA_RECOVERY },
    { "AdminSetUserPassword", QUOTA_RECOVERY },
    { "AdminUpdateUserAttributes", QUOTA_UPDATE },
    { "AdminEnableUser", QUOTA_UPDATE },
    { "AdminDisableUser", QUOTA_UPDATE },
    { "ConfirmDevice", QUOTA_RESOURCE_UPDATE },
    { "UpdateDeviceStatus", QUOTA_RESOURCE_UPDATE },
    { "ForgetDevice", QUOTA_RESOURCE_UPDATE },
    { "AdminForgetDevice", QUOTA_RESOURCE_UPDATE },
    { "SetUserMFAPreference", QUOTA_RESOURCE_UPDATE },
    { "AdminSetUserMFAPreference", QUOTA_RESOURCE_UPDATE },
    { "RevokeToken", QUOTA_TOKEN },
    { "GetTokensFromRefreshToken", QUOTA_TOKEN },
};

bool quota_set(struct quota *quotas, const char *name, double per_second)
{
    for (size_t i = 0; i < QUOTA_COUNT; i++) {
        if (strcmp(names[i], name) != 0)
            continue;
        quotas[i] = (struct quota){ .per_second = per_second, .left = per_second };
        if (i == QUOTA_AUTHENTICATION && quotas[QUOTA_RESPOND].per_second <= 0)
            quota_set(quotas, names[QUOTA_RESPOND], 3 * per_second);
        return true;
    }
    return false;
}

static int64_t monotonic_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static bool take(struct quota *q)
{
    int64_t now_ms = monotonic_ms();
    if (q->per_second <= 0)
        return true;
    if (q->filled_ms != 0)
        q->left += (double)(now_ms - q->filled_ms) * q->per_second / 1000;
    q->filled_ms = now_ms;
    if (q->left > q->per_second)
        q->left = q->per_second;
    if (q->left < 1)
        return false;
    q->left -= 1;
    return true;
}

void quota_take(struct call *c)
{
    for (size_t i = 0; i < COUNT(members); i++) {
        if (strcmp(members[i].operation, c->op->name) == 0 &&
            !take(&c->w->quotas[members[i].category]))
            call_fail(c, "TooManyRequestsException", "Rate exceeded");
    }
}
