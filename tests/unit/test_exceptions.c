/* SPDX-License-Identifier: Apache-2.0
 *
 * What each exception of the pool becomes in PAM's words: reference section 15, row by row, from
 * the bytes of the reply to the module's table of codes; and once more through a daemon's whole
 * dialogue, where what proves nothing about the password is told like a wrong password (R-PAM-01,
 * R-PAM-11).
 */
#include "base/clock.h"
#include "codes.h"
#include "cognito/api.h"
#include "daemon/conn.h"
#include "daemon_fixture.h"
#include "net/http.h"
#include "net/json_in.h"
#include "suite.h"

#include <poll.h>
#include <security/pam_modules.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* The phases of the section: sign-in (enrolment too), password change and reset, look-ups. */
enum { AUTH = 1, CHANGE = 2, NSS = 4, ANY = AUTH | CHANGE | NSS };

/* Who must mend it: the administrator, or nobody in particular. */
enum { PERSON = false, ADMIN = true };

static const struct row {
    int status;
    const char *type, *message;
    unsigned phases;
    int pam;  /* in each of the phases but NSS */
    int told; /* what sign-in says to the program, when that is another; 0: the same */
    enum errors_action action;
    bool is_admins;
    int nss; /* 0: a fault (ERR_UNAVAIL), never "no such user" */
} rows[] = {
    { 400, "NotAuthorizedException", "Incorrect username or password.", AUTH | CHANGE, PAM_AUTH_ERR,
      0, ERRORS_FAIL, PERSON, 0 },
    { 400, "NotAuthorizedException", "User is disabled.", AUTH, PAM_ACCT_EXPIRED, PAM_AUTH_ERR,
      ERRORS_FAIL, PERSON, 0 },
    { 400, "NotAuthorizedException", "Password attempts exceeded", AUTH, PAM_MAXTRIES, PAM_AUTH_ERR,
      ERRORS_FAIL, PERSON, 0 },
    { 400, "NotAuthorizedException",
      "Temporary password has expired and must be reset by an administrator.", AUTH,
      PAM_ACCT_EXPIRED, PAM_AUTH_ERR, ERRORS_FAIL, PERSON, 0 },
    { 400, "NotAuthorizedException", "User account has expired, it must be reset", AUTH,
      PAM_ACCT_EXPIRED, PAM_AUTH_ERR, ERRORS_FAIL, PERSON, 0 },
    { 400, "NotAuthorizedException", "Invalid session for the user, session can only be used once.",
      AUTH, PAM_AUTH_ERR, 0, ERRORS_RESTART, PERSON, 0 },
    { 400, "NotAuthorizedException", "Invalid session for the user, session is expired.", AUTH,
      PAM_AUTH_ERR, 0, ERRORS_RESTART, PERSON, 0 },
    { 400, "NotAuthorizedException", "Invalid session for the user.", AUTH, PAM_AUTH_ERR, 0,
      ERRORS_RESTART, PERSON, 0 },
    { 400, "NotAuthorizedException",
      "Client x is configured with secret but SECRET_HASH was not received", AUTH | CHANGE,
      PAM_AUTHINFO_UNAVAIL, 0, ERRORS_FAIL, ADMIN, 0 },
    { 400, "NotAuthorizedException", "Unable to verify secret hash for client x", AUTH | CHANGE,
      PAM_AUTHINFO_UNAVAIL, 0, ERRORS_FAIL, ADMIN, 0 },
    { 400, "NotAuthorizedException", "Request not allowed due to security reasons.", AUTH,
      PAM_PERM_DENIED, PAM_AUTH_ERR, ERRORS_FAIL, PERSON, 0 },
    { 400, "NotAuthorizedException", "Refresh Token has been revoked", AUTH, PAM_AUTH_ERR, 0,
      ERRORS_FAIL, PERSON, 0 },
    { 400, "NotAuthorizedException", "Access Token has been revoked", CHANGE, PAM_AUTH_ERR, 0,
      ERRORS_FAIL, PERSON, 0 },
    { 400, "NotAuthorizedException", "User password cannot be reset in the current state.", CHANGE,
      PAM_AUTHTOK_ERR, 0, ERRORS_FAIL, PERSON, 0 },
    { 400, "NotAuthorizedException", "Something that nobody has seen before", AUTH, PAM_AUTH_ERR, 0,
      ERRORS_FAIL, PERSON, 0 },
    { 400, "UserNotFoundException", "User does not exist.", AUTH | NSS, PAM_USER_UNKNOWN,
      PAM_AUTH_ERR, ERRORS_FAIL, PERSON, ERR_ABSENT },
    { 400, "UserNotConfirmedException", "User is not confirmed.", AUTH, PAM_AUTH_ERR, 0,
      ERRORS_FAIL, PERSON, 0 },
    { 400, "CodeMismatchException", "Invalid code received for user", AUTH, PAM_AUTH_ERR, 0,
      ERRORS_ASK_CODE, PERSON, 0 },
    { 400, "ExpiredCodeException", "Your software token has already been used once.", AUTH,
      PAM_AUTH_ERR, 0, ERRORS_NEXT_CODE, PERSON, 0 },
    { 400, "ExpiredCodeException", "Invalid code provided, please request a code again.",
      AUTH | CHANGE, PAM_AUTH_ERR, 0, ERRORS_NEW_CODE, PERSON, 0 },
    { 400, "EnableSoftwareTokenMFAException", "Code mismatch and fail enable Software Token MFA",
      AUTH, PAM_AUTH_ERR, 0, ERRORS_ASK_CODE, PERSON, 0 },
    { 400, "SoftwareTokenMFANotFoundException", "no token", AUTH, PAM_AUTH_ERR, 0, ERRORS_FAIL,
      ADMIN, 0 },
    { 400, "MFAMethodNotFoundException", "no method", AUTH, PAM_AUTH_ERR, 0, ERRORS_FAIL, ADMIN,
      0 },
    { 400, "InvalidPasswordException",
      "Password did not conform with policy: Password not long enough", CHANGE, PAM_AUTHTOK_ERR, 0,
      ERRORS_ASK_PASSWORD, PERSON, 0 },
    { 400, "PasswordHistoryPolicyViolationException", "Password has previously been used.", CHANGE,
      PAM_AUTHTOK_ERR, 0, ERRORS_ASK_PASSWORD, PERSON, 0 },
    { 400, "TooManyRequestsException", "Too many requests", ANY, PAM_AUTHINFO_UNAVAIL, 0,
      ERRORS_THROTTLED, PERSON, 0 },
    { 400, "ThrottlingException", "Rate exceeded", ANY, PAM_AUTHINFO_UNAVAIL, 0, ERRORS_THROTTLED,
      PERSON, 0 },
    { 429, "", "", ANY, PAM_AUTHINFO_UNAVAIL, 0, ERRORS_THROTTLED, PERSON, 0 },
    { 400, "LimitExceededException", "Attempt limit exceeded, please try after some time.", CHANGE,
      PAM_TRY_AGAIN, 0, ERRORS_FAIL, PERSON, 0 },
    { 400, "LimitExceededException", "Attempt limit exceeded, please try after some time.", AUTH,
      PAM_MAXTRIES, PAM_AUTH_ERR, ERRORS_FAIL, PERSON, 0 },
    { 400, "TooManyFailedAttemptsException", "Too many failed attempts", CHANGE, PAM_TRY_AGAIN, 0,
      ERRORS_FAIL, PERSON, 0 },
    { 400, "ResourceNotFoundException", "User pool client x does not exist.", ANY,
      PAM_AUTHINFO_UNAVAIL, 0, ERRORS_FAIL, ADMIN, 0 },
    { 400, "ResourceNotFoundException", "User pool x does not exist.", ANY, PAM_AUTHINFO_UNAVAIL, 0,
      ERRORS_FAIL, ADMIN, 0 },
    { 400, "ResourceNotFoundException", "Device does not exist.", AUTH, PAM_AUTH_ERR, 0,
      ERRORS_DROP_DEVICE, PERSON, 0 },
    { 400, "ResourceNotFoundException", "Group not found.", NSS, 0, 0, ERRORS_FAIL, PERSON,
      ERR_ABSENT },
    { 400, "InvalidParameterException", "Auth flow not enabled for this client", AUTH,
      PAM_AUTHINFO_UNAVAIL, 0, ERRORS_FAIL, ADMIN, 0 },
    { 400, "InvalidParameterException", "USER_PASSWORD_AUTH flow not enabled for this client", AUTH,
      PAM_AUTHINFO_UNAVAIL, 0, ERRORS_FAIL, ADMIN, 0 },
    { 400, "InvalidParameterException", "Auth flow is not supported", AUTH, PAM_AUTHINFO_UNAVAIL, 0,
      ERRORS_FAIL, ADMIN, 0 },
    { 400, "InvalidParameterException",
      "1 validation error detected: Value at 'username' failed to satisfy constraint", AUTH | NSS,
      PAM_AUTH_ERR, 0, ERRORS_FAIL, PERSON, 0 },
    { 400, "InvalidParameterException",
      "2 validation errors detected: Value at 'password' failed to satisfy constraint", CHANGE,
      PAM_AUTHTOK_ERR, 0, ERRORS_FAIL, PERSON, 0 },
    { 400, "InvalidParameterException",
      "1 validation error detected: Value at 'clientId' failed to satisfy constraint", AUTH,
      PAM_AUTHINFO_UNAVAIL, 0, ERRORS_FAIL, ADMIN, 0 },
    { 400, "InvalidParameterException",
      "1 validation error detected: Value at 'userPoolId' failed to satisfy constraint", ANY,
      PAM_AUTHINFO_UNAVAIL, 0, ERRORS_FAIL, ADMIN, 0 },
    { 400, "InvalidParameterException",
      "Cannot reset password for the user as there is no registered/verified email or phone_number",
      CHANGE, PAM_AUTHTOK_ERR, 0, ERRORS_FAIL, PERSON, 0 },
    { 400, "InvalidParameterException", "Missing required parameter", AUTH | CHANGE, PAM_SYSTEM_ERR,
      0, ERRORS_FAIL, PERSON, 0 },
    { 400, "UnsupportedOperationException", "not enabled", AUTH | CHANGE, PAM_AUTHINFO_UNAVAIL, 0,
      ERRORS_FAIL, ADMIN, 0 },
    { 400, "InvalidUserPoolConfigurationException", "x", AUTH | CHANGE, PAM_AUTHINFO_UNAVAIL, 0,
      ERRORS_FAIL, ADMIN, 0 },
    { 400, "UserPoolAddOnNotEnabledException", "x", AUTH | CHANGE, PAM_AUTHINFO_UNAVAIL, 0,
      ERRORS_FAIL, ADMIN, 0 },
    { 400, "FeatureUnavailableInTierException", "x", AUTH | CHANGE, PAM_AUTHINFO_UNAVAIL, 0,
      ERRORS_FAIL, ADMIN, 0 },
    { 400, "OperationNotEnabledException", "x", AUTH | CHANGE, PAM_AUTHINFO_UNAVAIL, 0, ERRORS_FAIL,
      ADMIN, 0 },
    { 400, "UserLambdaValidationException", "PreAuthentication failed with error Go home.", AUTH,
      PAM_PERM_DENIED, PAM_AUTH_ERR, ERRORS_FAIL, PERSON, 0 },
    { 400, "UnexpectedLambdaException", "x", AUTH, PAM_AUTHINFO_UNAVAIL, 0, ERRORS_FAIL, PERSON,
      0 },
    { 400, "InvalidLambdaResponseException", "x", AUTH, PAM_AUTHINFO_UNAVAIL, 0, ERRORS_FAIL,
      PERSON, 0 },
    { 400, "InvalidSmsRoleAccessPolicyException", "x", AUTH | CHANGE, PAM_AUTHINFO_UNAVAIL, 0,
      ERRORS_FAIL, ADMIN, 0 },
    { 400, "InvalidSmsRoleTrustRelationshipException", "x", AUTH, PAM_AUTHINFO_UNAVAIL, 0,
      ERRORS_FAIL, ADMIN, 0 },
    { 400, "InvalidEmailRoleAccessPolicyException", "x", AUTH | CHANGE, PAM_AUTHINFO_UNAVAIL, 0,
      ERRORS_FAIL, ADMIN, 0 },
    { 400, "CodeDeliveryFailureException", "x", AUTH | CHANGE, PAM_AUTHINFO_UNAVAIL, 0, ERRORS_FAIL,
      ADMIN, 0 },
    { 400, "AliasExistsException", "x", AUTH, PAM_AUTH_ERR, 0, ERRORS_FAIL, PERSON, 0 },
    { 403, "ForbiddenException", "Request not allowed due to WAF block.", AUTH, PAM_PERM_DENIED,
      PAM_AUTH_ERR, ERRORS_FAIL, PERSON, 0 },
    { 400, "ConcurrentModificationException", "x", AUTH, PAM_AUTHINFO_UNAVAIL, 0, ERRORS_THROTTLED,
      PERSON, 0 },
    { 400, "RefreshTokenReuseException", "x", AUTH, PAM_AUTH_ERR, 0, ERRORS_FAIL, PERSON, 0 },
    { 400, "UnauthorizedException", "x", AUTH, PAM_AUTH_ERR, 0, ERRORS_FAIL, PERSON, 0 },
    { 400, "UnsupportedTokenTypeException", "x", AUTH, PAM_AUTH_ERR, 0, ERRORS_FAIL, PERSON, 0 },
    { 500, "InternalErrorException", "x", ANY, PAM_AUTHINFO_UNAVAIL, 0, ERRORS_TRANSIENT, PERSON,
      0 },
    { 503, "", "", ANY, PAM_AUTHINFO_UNAVAIL, 0, ERRORS_TRANSIENT, PERSON, 0 },
    { 400, "AccessDeniedException", "User: x is not authorized to perform", ANY,
      PAM_AUTHINFO_UNAVAIL, 0, ERRORS_FAIL, ADMIN, 0 },
    { 400, "UnrecognizedClientException", "The security token is invalid.", ANY,
      PAM_AUTHINFO_UNAVAIL, 0, ERRORS_KEYS, ADMIN, 0 },
    { 400, "InvalidSignatureException", "The request signature we calculated does not match", ANY,
      PAM_AUTHINFO_UNAVAIL, 0, ERRORS_KEYS, ADMIN, 0 },
    { 400, "InvalidSignatureException", "Signature expired: now earlier", ANY, PAM_AUTHINFO_UNAVAIL,
      0, ERRORS_CLOCK, ADMIN, 0 },
    { 400, "InvalidSignatureException", "Signature not yet current: now later", ANY,
      PAM_AUTHINFO_UNAVAIL, 0, ERRORS_CLOCK, ADMIN, 0 },
    { 400, "ExpiredTokenException", "The security token is expired", ANY, PAM_AUTHINFO_UNAVAIL, 0,
      ERRORS_KEYS, ADMIN, 0 },
    { 403, "MissingAuthenticationTokenException", "x", ANY, PAM_AUTHINFO_UNAVAIL, 0, ERRORS_FAIL,
      ADMIN, 0 },
    { 400, "IncompleteSignatureException", "x", ANY, PAM_AUTHINFO_UNAVAIL, 0, ERRORS_FAIL, ADMIN,
      0 },
    { 302, "", "", ANY, PAM_AUTHINFO_UNAVAIL, 0, ERRORS_FAIL, ADMIN, 0 },
    { 403, "", "", ANY, PAM_AUTHINFO_UNAVAIL, 0, ERRORS_FAIL, ADMIN, 0 },
    { 400, "ExceptionOfTomorrowException", "x", AUTH, PAM_AUTH_ERR, 0, ERRORS_FAIL, ADMIN, 0 },
};

static const char *body_of(const struct row *row)
{
    static char body[512];
    snprintf(body, sizeof body, "{\"__type\":\"%s\",\"message\":\"%s\"}", row->type, row->message);
    return row->type[0] == '\0' ? "<html>busy</html>" : body;
}

static struct api_result judge(const struct row *row, enum errors_phase phase)
{
    struct api_result result;
    struct json *doc;
    const char *body = body_of(row);
    const struct http_reply reply = { .status = row->status,
                                      .was_sent = true,
                                      .body = body,
                                      .body_bytes = strlen(body),
                                      .failure = "" };
    api_judge(phase, &reply, &result, &doc);
    json_in_free(&doc);
    return result;
}

/* R-PAM-01: never success, never PAM_IGNORE, and faults are no verdict about the person. */
START_TEST(every_exception_has_its_code)
{
    static const struct {
        unsigned phase;
        enum errors_phase of_errors;
        enum phase of_pam;
    } phases[] = { { AUTH, ERRORS_AUTH, PHASE_AUTH }, { CHANGE, ERRORS_PASSWORD, PHASE_PASSWORD } };
    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct row *row = &rows[i];
        for (size_t p = 0; p < COUNT(phases); p++) {
            struct api_result r = judge(row, phases[p].of_errors);
            int code = codes_pam(phases[p].of_pam, r.err);
            ck_assert_msg((row->phases & phases[p].phase) == 0 || code == row->pam,
                          "row %zu %s %s: PAM code %d", i, row->type, row->message, code);
            ck_assert(code != PAM_SUCCESS && code != PAM_IGNORE && code != PAM_NEW_AUTHTOK_REQD);
            ck_assert_msg(r.rule->action == row->action, "row %zu %s: action", i, row->type);
            ck_assert_msg(r.rule->is_config == row->is_admins, "row %zu %s: whose", i, row->type);
            /* What the administrator has to mend is not shown to people. */
            ck_assert(!r.rule->is_config || !r.rule->may_show);
        }
    }
}
END_TEST

/* Only "no such user" and "no such group" may look like a deleted account. */
START_TEST(a_look_up_says_absent_for_two_exceptions_only)
{
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct api_result r = judge(&rows[i], ERRORS_DIRECTORY);
        int wanted = rows[i].nss == 0 ? ERR_UNAVAIL : rows[i].nss;
        /* Serialization and unknown client errors are faults too, by other names. */
        bool is_right = wanted == ERR_ABSENT ? r.err == ERR_ABSENT : r.err != ERR_ABSENT;
        ck_assert_msg(is_right && r.err != 0, "row %zu %s: %d", i, rows[i].type, r.err);
    }
}
END_TEST

/* TLS failure, no reply, a reply that is no JSON or another shape: never success. */
START_TEST(what_is_no_answer_is_no_verdict)
{
    static const struct {
        struct http_reply reply;
        int err;
    } cases[] = {
        { { .err = ERR_UNAVAIL, .failure = "connection refused" }, ERR_UNAVAIL },
        { { .err = ERR_REFUSED, .failure = "certificate" }, ERR_UNAVAIL },
        { { .err = ERR_TIMEOUT, .failure = "timed out", .was_sent = true }, ERR_TIMEOUT },
        { { .status = 200, .body = "<html>", .body_bytes = 6, .failure = "" }, ERR_FORMAT },
        { { .status = 200, .body = "[]", .body_bytes = 2, .failure = "" }, ERR_FORMAT },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct api_result r;
        struct json *doc;
        api_judge(ERRORS_AUTH, &cases[i].reply, &r, &doc);
        json_in_free(&doc);
        ck_assert_msg(r.err == cases[i].err, "case %zu: %d", i, r.err);
        ck_assert_int_eq(codes_pam(PHASE_AUTH, r.err), PAM_AUTHINFO_UNAVAIL);
    }
}
END_TEST

/* ------------------------------------------------------- through the daemon */

static void on_closed(void *arg, struct conn *conn)
{
    (void)arg;
    (void)conn;
}

static void send_message(int fd, struct wire_msg *m)
{
    int size = wire_finish(m);
    ck_assert_int_gt(size, 0);
    ck_assert_int_eq(write(fd, m->start, (size_t)size), size);
    for (int i = 0; i < 6; i++)
        event_base_loop(fixture.loop, EVLOOP_NONBLOCK);
}

/* A login of alice from an address of its own, up to the pool's answer to her password. */
static int play(size_t number)
{
    int ends[2];
    uint8_t buf[1024];
    struct conn *conn;
    struct secret password;
    const struct conn_peer root = { 0, 1 };
    struct wire_auth_start start = { .user = "alice", .service = "sshd" };
    snprintf(start.rhost, sizeof start.rhost, "192.0.2.%zu", number);
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends), 0);
    ck_assert_int_eq(conn_open(&fixture, ends[0], CONN_PAM, &root, on_closed, NULL, &conn), 0);
    struct wire_msg m = wire_begin(buf, sizeof buf, WIRE_AUTH_START);
    wire_put_auth_start(&m, &start);
    send_message(ends[1], &m);
    ck_assert_int_gt(recv(ends[1], buf, sizeof buf, 0), 0); /* the prompt */
    ck_assert_int_eq(secret_set(&password, "Corr3ct-Horse!", 14), 0);
    m = wire_begin(buf, sizeof buf, WIRE_AUTH_STEP);
    wire_put_auth_step(&m, &password);
    send_message(ends[1], &m);
    return ends[1];
}

static int result_of(int fd)
{
    uint8_t buf[WIRE_HEADER_BYTES + 512];
    int64_t until_ms = clock_ms() + 10000;
    ssize_t n = -1;
    while (n <= 0 && clock_ms() < until_ms) {
        event_base_loop(fixture.loop, EVLOOP_ONCE | EVLOOP_NONBLOCK);
        n = recv(fd, buf, sizeof buf, 0);
        if (n <= 0)
            (void)poll(NULL, 0, 10);
    }
    struct wire_header h;
    struct wire_result result;
    ck_assert_int_gt(n, WIRE_HEADER_BYTES);
    ck_assert_int_eq(wire_header_read(buf, &h), 0);
    ck_assert_uint_eq(h.opcode, WIRE_RESULT);
    struct rd r = rd_over(buf + WIRE_HEADER_BYTES, h.length);
    ck_assert_int_eq(wire_get_result(&r, &result), 0);
    close(fd);
    return result.err;
}

/* All at once: a refusal takes two seconds. */
START_TEST(the_program_hears_it_so)
{
    static const char *const devs[] = { "devs", NULL };
    int fds[COUNT(rows)];
    fixture_open("[access]\nallow_groups = devs\n");
    fixture_user(&(struct person){ .sub = "a", .username = "alice" }, devs);
    size_t played = 0;
    for (size_t i = 0; i < COUNT(rows); i++) {
        fds[i] = -1;
        if ((rows[i].phases & AUTH) == 0 || rows[i].action != ERRORS_FAIL || played == 60)
            continue;
        fixture_reply("AdminInitiateAuth", rows[i].status, body_of(&rows[i]));
        fds[i] = play(i);
        played++;
    }
    ck_assert_uint_gt(played, 40);
    ck_assert_uint_eq(fixture_asked("AdminInitiateAuth"), played);
    for (size_t i = 0; i < COUNT(rows); i++) {
        int wanted = rows[i].told != 0 ? rows[i].told : rows[i].pam;
        if (fds[i] < 0)
            continue;
        int code = codes_pam(PHASE_AUTH, result_of(fds[i]));
        ck_assert_msg(code == wanted, "row %zu %s %s: PAM code %d", i, rows[i].type,
                      rows[i].message, code);
    }
    fixture_close();
}
END_TEST

/* No row of the code's own table is without a row here. */
START_TEST(no_exception_is_left_out)
{
    size_t count;
    const struct errors_rule *table = errors_table(&count);
    for (size_t i = 0; i < count; i++) {
        bool is_here = false;
        for (size_t k = 0; k < COUNT(rows) && !is_here; k++)
            is_here = rows[k].type[0] != '\0' &&
                      errors_find(rows[k].status, rows[k].type, rows[k].message) == &table[i];
        static const char *const elsewhere[] = {
            /* Of AWS's front end and of section 3; their actions are tested in test_cognito_api. */
            "RequestLimitExceeded*",
            "ServiceUnavailable*",
            "RequestTimeout*",
            "RequestTimeTooSkewed*",
            "RequestExpired*",
            "RequestInTheFuture*",
            "UnknownOperationException",
            "SerializationException",
            /* Its own tests: the dialogue that follows differs by option. */
            "PasswordResetRequiredException",
        };
        for (size_t k = 0; k < COUNT(elsewhere) && !is_here; k++)
            is_here = strcmp(table[i].type, elsewhere[k]) == 0;
        ck_assert_msg(is_here, "%s %s", table[i].type, table[i].part == NULL ? "" : table[i].part);
    }
}
END_TEST

SUITE("exceptions", every_exception_has_its_code, a_look_up_says_absent_for_two_exceptions_only,
      what_is_no_answer_is_no_verdict, the_program_hears_it_so, no_exception_is_left_out)
