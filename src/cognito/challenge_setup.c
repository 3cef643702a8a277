/* SPDX-License-Identifier: Apache-2.0
 *
 * MFA_SETUP: an authenticator app is enrolled at the prompt. Three calls, each with the session of
 * the reply before (reference section 8): AssociateSoftwareToken, VerifySoftwareToken with the
 * first code, Respond. Phone numbers and e-mail addresses are the administrator's to add.
 */
#include "cognito/challenge.h"

#include "net/json_in.h"

#include <stdio.h>
#include <string.h>

#define KEY_MIN   16 /* base32 characters; Cognito gives 52 */
#define KEY_MAX   128
#define LABEL_MAX 128 /* bytes of a name in the address; each may become three */

static void find_software_token(struct auth *auth, const char *text)
{
    if (strcmp(text, "SOFTWARE_TOKEN_MFA") == 0)
        auth->choice_count = 1;
}

/* The body of both calls; code NULL: without. */
static int write_body(struct auth *auth, const char *code)
{
    struct json_out *out = &auth->body;
    const char *text;
    size_t n;
    json_out_free(out);
    json_out_object(out, NULL);
    json_out_string(out, "Session", buf_text(&auth->session));
    json_out_string(out, "UserCode", code);
    json_out_end(out);
    return json_out_text(out, &text, &n);
}

void challenge_setup_enter(struct auth *auth, const struct json *params, struct auth_step *ret_step)
{
    auth->choice_count = 0;
    if (challenge_each(params, "MFAS_CAN_SETUP", find_software_token, auth) != 0) {
        auth_malformed(auth, ret_step);
        return;
    }
    if (auth->choice_count == 0) {
        auth_fail(auth, ERR_NO_FACTOR, "setup_by_administrator",
                  "Your account needs a second factor that only an administrator can add.",
                  ret_step);
        return;
    }
    auth_send_own(auth, API_ASSOCIATE_TOKEN, write_body(auth, NULL), ret_step);
}

/* RFC 3986: everything but the unreserved characters as %XX. */
static void add_encoded(struct buf *b, const char *s)
{
    static const char digits[] = "0123456789ABCDEF";
    for (size_t i = 0; i < LABEL_MAX && s[i] != '\0'; i++) {
        unsigned char c = (unsigned char)s[i];
        bool is_plain = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
                        (c >= '0' && c <= '9') || strchr("-._~", c) != NULL;
        if (is_plain) {
            buf_char(b, (char)c);
        } else {
            buf_char(b, '%');
            buf_char(b, digits[c >> 4]);
            buf_char(b, digits[c & 15]);
        }
    }
}

/* The address that apps understand, and that the QR code holds. */
static void add_address(struct buf *b, const struct auth *auth, const char *key)
{
    const struct auth_options *o = &auth->options;
    buf_str(b, "otpauth://totp/");
    add_encoded(b, o->pool_id);
    buf_char(b, ':');
    add_encoded(b, o->label != NULL ? o->label : o->username);
    buf_str(b, "?secret=");
    buf_str(b, key);
    buf_str(b, "&issuer=");
    add_encoded(b, o->pool_id);
}

/* In groups of four, to be typed. */
static void add_key(struct buf *b, const char *key)
{
    for (size_t i = 0; key[i] != '\0'; i++) {
        if (i > 0 && i % 4 == 0)
            buf_char(b, ' ');
        buf_char(b, key[i]);
    }
}

/* The drawing comes last, where a small window still shows it. One that would be too large is left
 * out: key and address say the same. */
static void add_drawing(struct buf *b, const struct auth *auth, const char *address)
{
    struct buf drawing = { .max = AUTH_TEXT_MAX };
    if (qr_draw(address, auth->options.qr, &drawing) == 0 && drawing.len > 0) {
        buf_str(b, "\n\nor scan this:\n\n");
        buf_str(b, buf_text(&drawing));
    } else {
        buf_str(b, "\n\n");
    }
    buf_free(&drawing);
}

static void show_key(struct auth *auth, const char *key, struct auth_step *ret_step)
{
    struct buf text = { .max = AUTH_TEXT_MAX - sizeof auth->notice };
    struct buf address = { .max = AUTH_TEXT_MAX };
    snprintf(auth->prompt, sizeof auth->prompt, "%s", auth->challenge->prompt);
    add_address(&address, auth, key);
    buf_str(&text, "This account needs an authenticator app. Add this key to yours:\n\n    ");
    add_key(&text, key);
    buf_str(&text, "\n\nor this address:\n\n    ");
    buf_str(&text, buf_text(&address));
    add_drawing(&text, auth, buf_text(&address));
    buf_str(&text, "Then type the code that the app shows.\n");
    buf_str(&text, auth->prompt);
    if (text.bad || address.bad)
        auth_fail(auth, ERR_NOMEM, err_word(ERR_NOMEM), NULL, ret_step);
    else
        auth_ask(auth, AUTH_ASK_CODE, buf_text(&text), ret_step);
    buf_free(&text);
    buf_free(&address);
}

void challenge_setup_answer(struct auth *auth, const struct secret *answer,
                            struct auth_step *ret_step)
{
    if (!challenge_code_is_one(answer)) {
        auth_ask_code_again(auth, "That code was not right.", "no_code", ret_step);
        return;
    }
    auth_send_own(auth, API_VERIFY_TOKEN, write_body(auth, answer->bytes), ret_step);
}

void challenge_setup_write(const struct auth *auth, struct json_out *out)
{
    (void)auth; /* only the name, with the last session */
    (void)out;
}

/* The next call goes with the session of this reply; without one, with the old. */
static int take_session(struct auth *auth, const struct json *body)
{
    const char *session;
    int err = json_in_string(body, "Session", &session);
    if (err == ERR_ABSENT)
        return 0;
    if (err != 0 || *session == '\0')
        return ERR_FORMAT;
    return auth_keep_session(auth, session);
}

static bool is_key(const char *key)
{
    size_t n = strlen(key);
    return n >= KEY_MIN && n <= KEY_MAX && strspn(key, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") == n;
}

void challenge_setup_side(struct auth *auth, const struct json *body, struct auth_step *ret_step)
{
    const char *text;
    bool is_verified = auth->prompt[0] != '\0'; /* else the key is on its way */
    if (body == NULL || take_session(auth, body) != 0 ||
        json_in_string(body, is_verified ? "Status" : "SecretCode", &text) != 0 ||
        (!is_verified && !is_key(text))) {
        auth_malformed(auth, ret_step);
    } else if (!is_verified) {
        show_key(auth, text, ret_step);
    } else if (strcmp(text, "SUCCESS") != 0) {
        auth_ask_code_again(auth, "That code was not right.", "bad_code", ret_step);
    } else {
        /* A code works once: the pool may ask for another right away. */
        auth_note(auth, "The app is set up. Wait for its next code.");
        auth_respond(auth, ret_step);
    }
}
