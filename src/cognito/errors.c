/* SPDX-License-Identifier: Apache-2.0
 *
 * Reference section 15 as data. The first row that fits decides, so rows with a message part stand
 * before the row of the same exception without one.
 */
#include "cognito/errors.h"

#include <string.h>
#include <strings.h>

#define EXC(name) name "Exception"

/* Columns: sign-in, password change, directory. The directory says ABSENT only when the service
 * says "no such user or group"; a fault must never look like a deleted account. */
#define U ERR_UNAVAIL
#define BOTH(err)                                                                                  \
    {                                                                                              \
        err, err, U                                                                                \
    }
/* Whose business: nobody's in particular, the administrator's, the user's. */
#define PLAIN  false, false
#define CONFIG true, false
#define SHOWN  false, true

static const struct errors_rule rules[] = {
    { EXC("NotAuthorized"), "incorrect username or password", BOTH(ERR_AUTH), ERRORS_FAIL,
      "bad_password", PLAIN },
    { EXC("NotAuthorized"), "user is disabled", BOTH(ERR_EXPIRED), ERRORS_FAIL, "disabled", PLAIN },
    { EXC("NotAuthorized"), "password attempts exceeded", BOTH(ERR_MAXTRIES), ERRORS_FAIL, "locked",
      PLAIN },
    { EXC("NotAuthorized"), "temporary password has expired", BOTH(ERR_EXPIRED), ERRORS_FAIL,
      "temporary_password_expired", PLAIN },
    { EXC("NotAuthorized"), "account has expired", BOTH(ERR_EXPIRED), ERRORS_FAIL,
      "account_expired", PLAIN },
    { EXC("NotAuthorized"), "session can only be used once", BOTH(ERR_AUTH), ERRORS_RESTART,
      "session_used", PLAIN },
    { EXC("NotAuthorized"), "session is expired", BOTH(ERR_AUTH), ERRORS_RESTART, "session_expired",
      PLAIN },
    { EXC("NotAuthorized"), "invalid session", BOTH(ERR_AUTH), ERRORS_RESTART, "session_invalid",
      PLAIN },
    { EXC("NotAuthorized"), "secret_hash", BOTH(U), ERRORS_FAIL, "secret_hash", CONFIG },
    { EXC("NotAuthorized"), "secret hash", BOTH(U), ERRORS_FAIL, "secret_hash", CONFIG },
    { EXC("NotAuthorized"), "security reasons", BOTH(ERR_DENIED), ERRORS_FAIL, "risk_blocked",
      PLAIN },
    { EXC("NotAuthorized"), "refresh token", BOTH(ERR_AUTH), ERRORS_FAIL, "refresh_token", PLAIN },
    { EXC("NotAuthorized"), "access token", BOTH(ERR_AUTH), ERRORS_FAIL, "access_token", PLAIN },
    { EXC("NotAuthorized"), "cannot be reset in the current state", BOTH(ERR_PASSWORD_BAD),
      ERRORS_FAIL, "wrong_state", PLAIN },
    { EXC("NotAuthorized"), NULL, BOTH(ERR_AUTH), ERRORS_FAIL, "not_authorized", PLAIN },
    { EXC("UserNotFound"),
      NULL,
      { ERR_USER_UNKNOWN, ERR_USER_UNKNOWN, ERR_ABSENT },
      ERRORS_FAIL,
      "unknown_user",
      PLAIN },
    { EXC("UserNotConfirmed"), NULL, BOTH(ERR_AUTH), ERRORS_FAIL, "unconfirmed", PLAIN },
    { EXC("PasswordResetRequired"), NULL, BOTH(ERR_AUTH), ERRORS_RESET, "reset_required", SHOWN },
    { EXC("CodeMismatch"), NULL, BOTH(ERR_AUTH), ERRORS_ASK_CODE, "bad_code", PLAIN },
    { EXC("ExpiredCode"), "already been used once", BOTH(ERR_AUTH), ERRORS_NEXT_CODE, "code_used",
      PLAIN },
    { EXC("ExpiredCode"), NULL, BOTH(ERR_AUTH), ERRORS_NEW_CODE, "code_expired", PLAIN },
    { EXC("EnableSoftwareTokenMFA"), NULL, BOTH(ERR_AUTH), ERRORS_ASK_CODE, "bad_code", PLAIN },
    { EXC("SoftwareTokenMFANotFound"), NULL, BOTH(ERR_NO_FACTOR), ERRORS_FAIL, "no_software_token",
      CONFIG },
    { EXC("MFAMethodNotFound"), NULL, BOTH(ERR_NO_FACTOR), ERRORS_FAIL, "no_mfa_method", CONFIG },
    { EXC("InvalidPassword"), NULL, BOTH(ERR_PASSWORD_BAD), ERRORS_ASK_PASSWORD, "password_policy",
      SHOWN },
    { EXC("PasswordHistoryPolicyViolation"), NULL, BOTH(ERR_PASSWORD_BAD), ERRORS_ASK_PASSWORD,
      "password_history", SHOWN },
    { EXC("TooManyRequests"), NULL, BOTH(U), ERRORS_THROTTLED, "throttled", PLAIN },
    { "Throttling*", NULL, BOTH(U), ERRORS_THROTTLED, "throttled", PLAIN },
    { "RequestLimitExceeded*", NULL, BOTH(U), ERRORS_THROTTLED, "throttled", PLAIN },
    { EXC("LimitExceeded"), NULL, BOTH(ERR_MAXTRIES), ERRORS_FAIL, "limit_exceeded", PLAIN },
    { EXC("TooManyFailedAttempts"), NULL, BOTH(ERR_MAXTRIES), ERRORS_FAIL, "too_many_attempts",
      PLAIN },
    { EXC("ResourceNotFound"), "device", BOTH(ERR_AUTH), ERRORS_DROP_DEVICE, "device_forgotten",
      PLAIN },
    { EXC("ResourceNotFound"),
      "group not found",
      { U, U, ERR_ABSENT },
      ERRORS_FAIL,
      "no_such_group",
      PLAIN },
    { EXC("ResourceNotFound"), NULL, BOTH(U), ERRORS_FAIL, "no_such_pool_or_client", CONFIG },
    { EXC("InvalidParameter"), "flow not enabled", BOTH(U), ERRORS_FAIL, "flow_not_enabled",
      CONFIG },
    { EXC("InvalidParameter"), "not supported", BOTH(U), ERRORS_FAIL, "not_supported", CONFIG },
    { EXC("InvalidParameter"), "no registered/verified", BOTH(ERR_NO_FACTOR), ERRORS_FAIL,
      "no_verified_contact", PLAIN },
    { EXC("InvalidParameter"), "'clientid'", BOTH(U), ERRORS_FAIL, "malformed_client_id", CONFIG },
    { EXC("InvalidParameter"), "'userpoolid'", BOTH(U), ERRORS_FAIL, "malformed_pool_id", CONFIG },
    /* What was typed cannot be a password or code. The directory is only asked for names that can
     * be names. */
    { EXC("InvalidParameter"),
      "validation error",
      { ERR_AUTH, ERR_PASSWORD_BAD, U },
      ERRORS_FAIL,
      "invalid_input",
      PLAIN },
    { EXC("InvalidParameter"), NULL, BOTH(ERR_SYSTEM), ERRORS_FAIL, "invalid_parameter", PLAIN },
    { EXC("UnsupportedOperation"), NULL, BOTH(U), ERRORS_FAIL, "unsupported_operation", CONFIG },
    { EXC("InvalidUserPoolConfiguration"), NULL, BOTH(U), ERRORS_FAIL, "pool_configuration",
      CONFIG },
    { EXC("UserPoolAddOnNotEnabled"), NULL, BOTH(U), ERRORS_FAIL, "addon_not_enabled", CONFIG },
    { EXC("FeatureUnavailableInTier"), NULL, BOTH(U), ERRORS_FAIL, "tier", CONFIG },
    { EXC("OperationNotEnabled"), NULL, BOTH(U), ERRORS_FAIL, "operation_not_enabled", CONFIG },
    { EXC("UserLambdaValidation"), NULL, BOTH(ERR_DENIED), ERRORS_FAIL, "lambda_refused", SHOWN },
    { EXC("UnexpectedLambda"), NULL, BOTH(U), ERRORS_FAIL, "lambda_fault", PLAIN },
    { EXC("InvalidLambdaResponse"), NULL, BOTH(U), ERRORS_FAIL, "lambda_fault", PLAIN },
    { "InvalidSmsRole*", NULL, BOTH(U), ERRORS_FAIL, "sms_role", CONFIG },
    { "InvalidEmailRole*", NULL, BOTH(U), ERRORS_FAIL, "email_role", CONFIG },
    { EXC("CodeDeliveryFailure"), NULL, BOTH(U), ERRORS_FAIL, "code_delivery", CONFIG },
    { EXC("AliasExists"), NULL, BOTH(ERR_AUTH), ERRORS_FAIL, "alias_exists", PLAIN },
    { EXC("Forbidden"), NULL, BOTH(ERR_DENIED), ERRORS_FAIL, "waf_blocked", PLAIN },
    { EXC("ConcurrentModification"), NULL, BOTH(U), ERRORS_THROTTLED, "concurrent", PLAIN },
    { EXC("RefreshTokenReuse"), NULL, BOTH(ERR_AUTH), ERRORS_FAIL, "refresh_token", PLAIN },
    { EXC("Unauthorized"), NULL, BOTH(ERR_AUTH), ERRORS_FAIL, "not_authorized", PLAIN },
    { EXC("UnsupportedTokenType"), NULL, BOTH(ERR_AUTH), ERRORS_FAIL, "token_type", PLAIN },
    { EXC("InternalError"), NULL, BOTH(U), ERRORS_TRANSIENT, "internal_error", PLAIN },
    { "ServiceUnavailable*", NULL, BOTH(U), ERRORS_TRANSIENT, "unavailable", PLAIN },
    { "RequestTimeout*", NULL, BOTH(U), ERRORS_TRANSIENT, "request_timeout", PLAIN },
    { "RequestTimeTooSkewed*", NULL, BOTH(U), ERRORS_CLOCK, "clock", CONFIG },
    { "RequestExpired*", NULL, BOTH(U), ERRORS_CLOCK, "clock", CONFIG },
    { "RequestInTheFuture*", NULL, BOTH(U), ERRORS_CLOCK, "clock", CONFIG },
    { EXC("InvalidSignature"), "signature expired", BOTH(U), ERRORS_CLOCK, "clock", CONFIG },
    { EXC("InvalidSignature"), "not yet current", BOTH(U), ERRORS_CLOCK, "clock", CONFIG },
    { EXC("InvalidSignature"), NULL, BOTH(U), ERRORS_KEYS, "aws_signature", CONFIG },
    { EXC("ExpiredToken"), NULL, BOTH(U), ERRORS_KEYS, "aws_token_expired", CONFIG },
    { EXC("UnrecognizedClient"), NULL, BOTH(U), ERRORS_KEYS, "aws_key_unknown", CONFIG },
    { EXC("AccessDenied"), NULL, BOTH(U), ERRORS_FAIL, "aws_access_denied", CONFIG },
    { "MissingAuthenticationToken*", NULL, BOTH(U), ERRORS_FAIL, "aws_unsigned", CONFIG },
    { "IncompleteSignature*", NULL, BOTH(U), ERRORS_FAIL, "aws_signature", CONFIG },
    { EXC("UnknownOperation"), NULL, BOTH(U), ERRORS_FAIL, "unknown_operation", CONFIG },
    { EXC("Serialization"), NULL, BOTH(ERR_SYSTEM), ERRORS_FAIL, "serialization", PLAIN },
};

/* When the exception is in no row, or there is none: by HTTP status. */
static const struct errors_rule by_throttling = { NULL,        NULL,  BOTH(U), ERRORS_THROTTLED,
                                                  "throttled", false, false };
static const struct errors_rule by_server_fault = {
    NULL, NULL, BOTH(U), ERRORS_TRANSIENT, "server_fault", false, false
};
static const struct errors_rule by_client_fault = {
    NULL, NULL, BOTH(ERR_AUTH), ERRORS_FAIL, "unknown_exception", true, false
};
/* Not Cognito speaking: a proxy, a captive portal, a redirect. */
static const struct errors_rule by_stranger = { NULL,          NULL, BOTH(U), ERRORS_FAIL,
                                                "not_cognito", true, false };

static bool fits(const struct errors_rule *rule, const char *type, const char *message)
{
    size_t n = strlen(rule->type);
    bool is_prefix = rule->type[n - 1] == '*';
    if (is_prefix ? strncmp(rule->type, type, n - 1) != 0 : strcmp(rule->type, type) != 0)
        return false;
    return rule->part == NULL || strcasestr(message, rule->part) != NULL;
}

const struct errors_rule *errors_find(int status, const char *type, const char *message)
{
    for (size_t i = 0; i < COUNT(rules) && *type != '\0'; i++) {
        if (fits(&rules[i], type, message))
            return &rules[i];
    }
    if (status == 429)
        return &by_throttling;
    if (status >= 500)
        return &by_server_fault;
    if (*type != '\0')
        return &by_client_fault;
    return &by_stranger;
}

const struct errors_rule *errors_table(size_t *ret_count)
{
    *ret_count = COUNT(rules);
    return rules;
}
