/* SPDX-License-Identifier: Apache-2.0
 *
 * One sign-in as a pure state machine: it says what to ask the person or what to send to Cognito,
 * and is told what came back. No I/O, no clock: the daemon's session drives it. What each challenge
 * asks and answers is the table in cognito/challenge.c. Verifying the tokens of AUTH_DONE belongs
 * to cognito/jwt.h: before that nothing has succeeded (R-PAM-04). A password is changed by signing
 * in with the old one and, once the tokens were judged, going on with auth_change().
 */
#ifndef COGNITO_AUTH_H
#define COGNITO_AUTH_H

#include "base/err.h"
#include "base/secret.h"
#include "cognito/api.h"
#include "cognito/qr.h"
#include "cognito/srp.h"

#include <stdbool.h>
#include <stddef.h>

struct auth;
struct skew;

/* By Cognito's names, in the order of the table in auth_body.c. */
enum auth_flow {
    AUTH_ADMIN_USER_PASSWORD, /* signed operations only */
    AUTH_USER_PASSWORD,       /* unsigned operations only */
    AUTH_USER_SRP,
    AUTH_CUSTOM,
    AUTH_USER,
    AUTH_FLOWS
};

/* A remembered device: what ConfirmDevice was told. All three or none. */
struct auth_device {
    const char *key, *group_key;
    const char *secret; /* its random password, text */
};

/* All texts are copied. */
struct auth_options {
    enum auth_flow flow;
    bool is_public; /* unsigned operations, UserContextData, no UserPoolId */
    /* AUTH_USER: the challenge to ask for (PASSWORD, PASSWORD_SRP, EMAIL_OTP, SMS_OTP); NULL or "":
     * a menu of what the pool offers. AUTH_CUSTOM: PASSWORD_SRP asks the password first. */
    const char *preferred;
    const char *pool_id, *client_id;
    const char *client_secret; /* NULL or "": the app client has none */
    /* The stored pool Username of the bound sub: sent as USERNAME and hashed (R-ID-16), never what
     * was typed. NULL: there is no such user; the same prompt comes, nothing is sent, and the
     * answer is ERR_USER_UNKNOWN (R-PAM-11). */
    const char *username;
    const char *service,
        *host;         /* ClientMetadata, ServerPath and ServerName; NULL service: neither */
    const char *rhost; /* sent as IpAddress when it is a literal address; may be NULL */
    bool send_client_address;
    const char *label;         /* the account's name to its user; NULL: username */
    bool may_reset;            /* a password that the pool has reset may be set anew by a code */
    bool changes_password;     /* what the sign-in is for; a reset by code is then always offered */
    bool for_another;          /* ... and root does it for somebody: a word about it is due */
    enum qr_style qr;          /* how the key of a new authenticator app is drawn */
    struct auth_device device; /* key NULL: none */
    const struct skew *skew;   /* borrowed: the time that SRP signs; NULL: the system's */
    srp_random *random;        /* NULL: the system's generator */
};

enum auth_kind {
    AUTH_ASK,
    AUTH_SEND,
    AUTH_DONE,    /* signed in, as far as this machine can tell */
    AUTH_CHANGED, /* changes_password: the pool has taken the new one; nobody is signed in */
    AUTH_FAILED
};

enum auth_ask {
    AUTH_ASK_PASSWORD,
    AUTH_ASK_CURRENT_PASSWORD, /* an empty answer is one: forgotten */
    AUTH_ASK_CODE,
    AUTH_ASK_NEW_PASSWORD,
    AUTH_ASK_NEW_PASSWORD_AGAIN,
    AUTH_ASK_TEXT,
    AUTH_ASK_CHOICE
};

#define AUTH_TEXT_MAX 12000 /* bytes: a prompt with the drawing of a QR code */

struct auth_tokens {
    const char *access, *id, *refresh; /* id and refresh may be NULL */
    /* NewDeviceMetadata: the pool tracks devices and does not know this one. NULL: neither. */
    const char *device_key, *device_group_key;
};

/* What to do next. Pointers are valid until the next call on the same auth. */
struct auth_step {
    enum auth_kind kind;
    /* AUTH_ASK: text is the whole prompt, earlier messages folded into it (R-PAM-07).
     * AUTH_FAILED: text is meant for the user, "" for none. Cleaned; never NULL. */
    const char *text;
    enum auth_ask ask;
    bool echo;
    unsigned choices; /* of a menu (AUTH_ASK_CHOICE), else 0 */
    /* AUTH_SEND */
    enum api_op op;
    const char *body; /* JSON, holds secrets: hand it to api_start at once */
    size_t body_bytes;
    /* AUTH_DONE */
    struct auth_tokens tokens;
    /* AUTH_FAILED */
    int err;
    char reason[80]; /* one word for the log: "bad_password", "unknown_challenge:HOLOGRAM" */
};

/* ERR_NOMEM, ERR_CONFIG: pool_id or client_id missing, flow and is_public exclude each other,
 * preferred is none of the flow's. */
int auth_open(const struct auth_options *options, struct auth **ret_auth) MUST_CHECK;
/* Wipes password, session and tokens. */
void auth_free(struct auth **auth);

/* The first step: AUTH_ASK of the password, or AUTH_SEND in flows that begin without one. */
void auth_begin(struct auth *auth, struct auth_step *ret_step);
/* After AUTH_ASK. The answer is copied where it is needed; the caller wipes its own. */
void auth_answer(struct auth *auth, const struct secret *answer, struct auth_step *ret_step);
/* Before an auth_answer() that is a password: the authenticator's code that was typed with it,
 * which is then not asked for. It is forgotten as soon as anything else is. */
void auth_keep_code(struct auth *auth, const struct secret *code);
/* The text of AUTH_ASK was shown: it is wiped and given back while the person types. */
void auth_shown(struct auth *auth, struct auth_step *step);
/* After AUTH_SEND. */
void auth_reply(struct auth *auth, const struct api_result *result, struct auth_step *ret_step);

/* With changes_password, after an AUTH_DONE whose tokens were judged good: asks for the new
 * password, unless one was set in the sign-in (auth_had_new_password), which needs no other. */
void auth_change(struct auth *auth, struct auth_step *ret_step);

/* What this login's transcript shows (R-PAM-09): was a second factor asked and answered right,
 * after a first one? */
bool auth_had_mfa(const struct auth *auth);
/* Did a remembered device prove itself? That is no second factor. */
bool auth_had_device(const struct auth *auth);
/* Did the pool say that it has forgotten the device? */
bool auth_lost_device(const struct auth *auth);
/* Was a new password set during this login? */
bool auth_had_new_password(const struct auth *auth);

/* What was typed as the password, the new one once the pool took it; empty: nothing, or
 * auth_forget_password() was called, which is due as soon as nobody needs it any more. */
const struct secret *auth_password(const struct auth *auth);
void auth_forget_password(struct auth *auth);
/* Has the pool taken the password? What it said before says nothing about who asks. */
bool auth_proved_password(const struct auth *auth);
/* Of this whole login: has the pool taken the password and asked for nothing else? */
bool auth_password_was_all(const struct auth *auth);
/* Was a password typed, of which the pool has said nothing, and has it asked for nothing else? */
bool auth_password_is_open(const struct auth *auth);

/* "ADMIN_USER_PASSWORD_AUTH" ... to enum auth_flow; -1 for a flow this code has not. */
int auth_flow_find(const char *name);

/* After AUTH_SEND: is a code by SMS or e-mail what this request asks for? The pool may send one in
 * answer to others, too. */
bool auth_wants_code(const struct auth *auth);

/* Names of the challenges seen, comma separated, for the outcome line (R-LOG-01); "" when none. */
const char *auth_challenges(const struct auth *auth);
/* x-amzn-RequestId of the last reply; "" before. */
const char *auth_request_id(const struct auth *auth);

#endif
