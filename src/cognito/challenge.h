/* SPDX-License-Identifier: Apache-2.0
 *
 * The inside of a sign-in, shared by the files of the machine and by nobody else: its state, and
 * one row per challenge that says what to ask and what to answer. The machine itself (when to send,
 * what an error does) is cognito/auth.c.
 */
#ifndef COGNITO_CHALLENGE_H
#define COGNITO_CHALLENGE_H

#include "cognito/auth.h"
#include "cognito/srp.h"
#include "net/buf.h"
#include "net/json_out.h"

struct json;

#define CHALLENGE_MAX_ATTRIBUTES 16
#define CHALLENGE_MAX_CHOICES    8
#define CHALLENGE_TRIES          3  /* wrong codes, choices or new passwords */
#define CHALLENGE_ROUNDS         16 /* challenges in one login: a Lambda may ask for ever */
#define CHALLENGE_RESENDS        2  /* new codes asked for with r: three messages in all */
#define CHALLENGE_SESSION_BYTES  4096

enum auth_stage {
    STAGE_NEW,
    STAGE_PASSWORD,  /* the first prompt is out */
    STAGE_INITIATE,  /* Initiate is on its way */
    STAGE_CHALLENGE, /* a challenge's prompt is out */
    STAGE_RESPOND,   /* Respond is on its way */
    STAGE_SIDE,      /* an operation of the challenge's own is on its way */
    STAGE_ENDED
};

/* What Initiate carries beside the name. */
enum auth_first { FIRST_NOTHING, FIRST_PASSWORD, FIRST_SRP, FIRST_PREFERRED };

/* What a right answer counts as (R-PAM-09). A second factor without a first one before it is that
 * login's first: EMAIL_OTP is both, and a Lambda may begin with a code. */
enum factor { FACTOR_NONE, FACTOR_FIRST, FACTOR_SECOND, FACTOR_DEVICE };

struct challenge {
    const char *name;     /* Cognito's */
    const char *response; /* key in ChallengeResponses */
    enum factor factor;
    bool is_password;      /* about the password and nothing beside it */
    bool asks_first;       /* the pool wants a first factor: whatever went before was none */
    bool is_delivered;     /* the code was sent to the person: r asks for another */
    bool takes_kept;       /* a code typed with the password is meant for it */
    bool may_lack_session; /* seen without a Session */
    bool uses_srp;
    const char *prompt;     /* without a destination */
    const char *prompt_to;  /* with one: %s is the cleaned destination; NULL: never shown */
    const char *menu;       /* its line in SELECT_MFA_TYPE; NULL: not to be chosen */
    const char *first_menu; /* its line in SELECT_CHALLENGE, and good as preferred; NULL: not */
    /* The first question, or the answer that needs none. NULL: cannot be done at a prompt. */
    void (*enter)(struct auth *auth, const struct json *params, struct auth_step *ret_step);
    void (*answer)(struct auth *auth, const struct secret *answer, struct auth_step *ret_step);
    /* The members of ChallengeResponses beside USERNAME, SECRET_HASH and DEVICE_KEY. */
    void (*write)(const struct auth *auth, struct json_out *out);
    /* The reply to an operation of its own (auth_send_own); body is NULL when it was empty. */
    void (*side)(struct auth *auth, const struct json *body, struct auth_step *ret_step);
    /* Its refusal or loss. False, and NULL: as for every other request. */
    bool (*refused)(struct auth *auth, const struct api_result *result, struct auth_step *ret_step);
    /* Sends the new password that was given twice. NULL: the row sets none. */
    void (*send)(struct auth *auth, struct auth_step *ret_step);
};

/* NEW_PASSWORD_REQUIRED: where the questions stand. */
struct new_password {
    enum { ASKS_NEW, ASKS_AGAIN, ASKS_ATTRIBUTE } question;
    struct secret password;
    size_t attribute_count, attribute_at;
    char names[CHALLENGE_MAX_ATTRIBUTES][64];
    struct buf values[CHALLENGE_MAX_ATTRIBUTES];
};

/* A password set anew by a code: where it stands. */
struct reset {
    bool is_confirming; /* the new password is on its way, else the wish for a code */
    unsigned tries;     /* wrong codes; refused passwords have a count of their own */
    struct secret code;
};

/* What PASSWORD_VERIFIER and its like send. */
struct claim {
    char signature[SRP_SIGNATURE_SIZE];
    char timestamp[SRP_TIMESTAMP_SIZE];
    const char *block; /* borrowed from the reply, while it is entered */
};

struct auth {
    struct auth_options options; /* its texts are owned */
    enum auth_stage stage;
    enum auth_ask asked;    /* what the prompt that is out asks for */
    struct secret password; /* kept for restarts; empty in flows without */
    struct secret code;     /* the present answer, until the reply */
    struct buf kept;        /* an authenticator's code typed before it was asked for */
    size_t kept_bytes;      /* what stood behind the password, also when it is forgotten */
    char *username;         /* USER_ID_FOR_SRP once it came; NULL: options.username */
    struct buf session;     /* of the last reply; empty: there is none */
    const struct challenge *challenge;
    const struct json *reply; /* the whole reply, while it is entered */
    char prompt[256];         /* of the present code challenge, to ask again */
    char notice[1024];        /* folded in front of the next prompt */
    struct buf text;          /* of the last step */
    unsigned tries;           /* wrong answers to the present challenge */
    unsigned rounds, resends;
    bool has_restarted, is_resending, has_reset;
    bool had_first, had_mfa, had_new_password, had_device, lost_device;
    bool sent_password; /* the request on its way has it in clear */
    /* Of the whole login, restarts included. */
    bool proved_password, asked_more;
    struct new_password fresh;
    struct reset reset;
    const struct challenge *choices[CHALLENGE_MAX_CHOICES];
    size_t choice_count, choice;
    const struct challenge *chosen[2]; /* in either menu, second factors first; kept for r */
    const struct challenge *first;     /* PASSWORD or PASSWORD_SRP, being answered */
    struct srp *srp;                   /* of the last SRP_A */
    struct claim claim;
    char seen[512];
    char request_id[64];
    struct json_out body;
    struct json *tokens; /* AuthenticationResult, held */
};

/* The row of that name; NULL when there is none. */
const struct challenge *challenge_find(const char *name);
/* For tests: the whole table. */
const struct challenge *challenge_table(size_t *ret_count);

/* ---- what the rows use ---- */

/* The session that the next request goes with, "" for none. ERR_FORMAT: too long; ERR_NOMEM. */
int auth_keep_session(struct auth *auth, const char *session) MUST_CHECK;
/* Fills an AUTH_ASK, the notice in front of the prompt. */
void auth_ask(struct auth *auth, enum auth_ask kind, const char *prompt,
              struct auth_step *ret_step);
/* Asks for the password of the sign-in, in the words of what it is for. */
void auth_ask_password(struct auth *auth, struct auth_step *ret_step);
/* Was it that which the prompt that is out asks for? */
bool auth_asked_password(const struct auth *auth);
/* Is there a code that answers this challenge without a question? */
bool auth_has_kept(const struct auth *auth, const struct challenge *c);
/* Sends the answer to the present challenge. */
void auth_respond(struct auth *auth, struct auth_step *ret_step);
/* Sends auth->body with an unsigned operation of the challenge's own; err as json_out's. */
void auth_send_own(struct auth *auth, enum api_op op, int err, struct auth_step *ret_step);
/* The flow from its beginning. */
void auth_initiate(struct auth *auth, struct auth_step *ret_step);
/* r was typed: from the beginning for a new code, or the same question again. */
void auth_resend(struct auth *auth, struct auth_step *ret_step);
/* May r be typed at the present prompt? */
bool auth_may_resend(const struct auth *auth);
/* A new secret exponent for SRP_A. ERR_NOMEM, ERR_SYSTEM. */
int auth_new_srp(struct auth *auth) MUST_CHECK;
/* The reply is none. */
void auth_malformed(struct auth *auth, struct auth_step *ret_step);
/* The end of changes_password. */
void auth_changed(struct auth *auth, struct auth_step *ret_step);
/* Ends the sign-in. reason is a word; text may be NULL. */
void auth_fail(struct auth *auth, int err, const char *reason, const char *text,
               struct auth_step *ret_step);
/* Sets the notice, cleaned, a newline behind it. */
void auth_note(struct auth *auth, const char *text);
/* One more name for auth_challenges(). */
void auth_note_challenge(struct auth *auth, const char *name);
/* One more wrong answer: false when that was the last allowed. */
bool auth_may_ask_again(struct auth *auth);
/* The code question again, notice in front; ends the sign-in when there were too many. */
void auth_ask_code_again(struct auth *auth, const char *notice, const char *reason,
                         struct auth_step *ret_step);

/* Of a ChallengeParameters member that is JSON in a string (or, from emulators, a list): calls add
 * for each string in it. ERR_ABSENT, ERR_FORMAT. */
int challenge_each(const struct json *params, const char *key,
                   void (*add)(struct auth *auth, const char *text), struct auth *auth) MUST_CHECK;

/* Rows that have a file of their own. */
void challenge_password_enter(struct auth *auth, const struct json *params,
                              struct auth_step *ret_step);
void challenge_password_answer(struct auth *auth, const struct secret *answer,
                               struct auth_step *ret_step);
void challenge_password_write(const struct auth *auth, struct json_out *out);
/* The new password twice, then the row's send. */
void challenge_password_ask(struct auth *auth, struct auth_step *ret_step);
/* Was it the new password that the pool refused? Then asks for another; false also when there were
 * too many. */
bool challenge_password_refused(struct auth *auth, const struct api_result *result,
                                struct auth_step *ret_step);
/* Operations that set a password take none with a blank, whatever the policy (reference section
 * 12): was it that, for this one? */
bool challenge_password_has_blank(const struct api_result *result, const struct secret *password);
/* Did the pool say "later"? Then that is the end, in words. */
bool challenge_password_later(struct auth *auth, const struct api_result *result,
                              struct auth_step *ret_step);
/* The new password was on its way and nobody knows whether it counts: the end, in words. */
bool challenge_password_lost(struct auth *auth, const struct api_result *result,
                             struct auth_step *ret_step);
void challenge_password_wipe(struct new_password *fresh);

void challenge_code_enter(struct auth *auth, const struct json *params, struct auth_step *ret_step);
void challenge_code_answer(struct auth *auth, const struct secret *answer,
                           struct auth_step *ret_step);
bool challenge_code_is_one(const struct secret *answer); /* could it be a code? */
void challenge_code_write(const struct auth *auth, struct json_out *out);

void challenge_select_enter(struct auth *auth, const struct json *params,
                            struct auth_step *ret_step);
void challenge_select_first(struct auth *auth, const struct json *params,
                            struct auth_step *ret_step);
void challenge_select_answer(struct auth *auth, const struct secret *answer,
                             struct auth_step *ret_step);
void challenge_select_write(const struct auth *auth, struct json_out *out);

void challenge_first_enter(struct auth *auth, const struct json *params,
                           struct auth_step *ret_step);
void challenge_first_answer(struct auth *auth, const struct secret *answer,
                            struct auth_step *ret_step);
void challenge_first_write(const struct auth *auth, struct json_out *out);
/* Answers row with the password that is held, or asks for it. */
void challenge_first_begin(struct auth *auth, const struct challenge *row,
                           struct auth_step *ret_step);

void challenge_srp_enter(struct auth *auth, const struct json *params, struct auth_step *ret_step);
void challenge_srp_write(const struct auth *auth, struct json_out *out);
void challenge_device_enter(struct auth *auth, const struct json *params,
                            struct auth_step *ret_step);
void challenge_device_write(const struct auth *auth, struct json_out *out);
void challenge_device_prove(struct auth *auth, const struct json *params,
                            struct auth_step *ret_step);

void challenge_custom_enter(struct auth *auth, const struct json *params,
                            struct auth_step *ret_step);
void challenge_custom_answer(struct auth *auth, const struct secret *answer,
                             struct auth_step *ret_step);

void challenge_setup_enter(struct auth *auth, const struct json *params,
                           struct auth_step *ret_step);
void challenge_setup_answer(struct auth *auth, const struct secret *answer,
                            struct auth_step *ret_step);
void challenge_setup_write(const struct auth *auth, struct json_out *out);
void challenge_setup_side(struct auth *auth, const struct json *body, struct auth_step *ret_step);

/* Not in the table: no reply of the pool leads here. */
void challenge_reset_begin(struct auth *auth, const char *notice, struct auth_step *ret_step);
void challenge_reset_wipe(struct reset *reset);
/* Is a code for a reset what was asked for last? */
bool challenge_reset_wants_code(const struct auth *auth);

/* ---- cognito/auth_body.c ---- */

/* Do flow, api and preferred go together? */
bool auth_flow_fits(const struct auth_options *options);
/* Never FIRST_PREFERRED: what that means for this login. */
enum auth_first auth_first(const struct auth *auth);
enum api_op auth_initiate_op(const struct auth *auth);
enum api_op auth_respond_op(const struct auth *auth);
const char *auth_username(const struct auth *auth);
/* Request bodies into auth->body. ERR_NOMEM, ERR_SYSTEM, ERR_FORMAT (text that is no UTF-8). */
int auth_write_initiate(struct auth *auth) MUST_CHECK;
int auth_write_respond(struct auth *auth) MUST_CHECK;
int auth_write_forgot(struct auth *auth) MUST_CHECK;
int auth_write_confirm(struct auth *auth, const struct secret *code,
                       const struct secret *password) MUST_CHECK;
int auth_write_change(struct auth *auth, const char *access_token,
                      const struct secret *password) MUST_CHECK;

#endif
