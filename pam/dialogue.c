/* SPDX-License-Identifier: Apache-2.0 */
#include "dialogue.h"
#include "answer.h"
#include "conv.h"

#include "base/clock.h"
#include "base/paths.h"
#include "base/text.h"
#include "client/client.h"

#include <security/pam_ext.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

/* Tests make seconds shorter. */
#ifndef LOGIN_SECOND_MS
#define LOGIN_SECOND_MS 1000
#endif
#define STEP_MOST_S   60  /* or one request with 5 s to spare */
#define TOTAL_S       600 /* no dialogue is longer, typing included */
#define PROMPTS_MAX   64
#define HELD_DELAY_US 2000000 /* an answer held back looks as slow as one that the pool refused */

/* About 28 KiB with every secret in one place: allocated, because the stack is our host's. */
struct dialogue {
    struct call *call;
    int fd; /* -1: not connected */
    int64_t end_ms;
    int64_t step_ms;
    unsigned prompts;
    uint32_t flags;         /* what it is for: enum wire_auth_flag */
    bool has_first;         /* what is given is an earlier module's and was not used yet */
    struct secret given;    /* the last password as it was typed, with the code behind it */
    struct secret password; /* the last one given, without it */
    struct secret fresh;    /* the new one, when the daemon asked for it */
    struct secret answer;
    struct secret offered; /* the new one of an earlier module */
    enum { OFFER_NONE, OFFER_THERE, OFFER_TAKEN } offer;
    union {
        struct wire_auth_start start;
        struct wire_prompt prompt;
        struct wire_result result;
    };
    uint8_t message[CLIENT_REPLY_MAX];
};

static int hold_back(const struct dialogue *d, const char *why)
{
    pam_syslog(d->call->handle, LOG_NOTICE, "user=%s held back: %s", d->call->access.user, why);
    (void)pam_fail_delay(d->call->handle, HELD_DELAY_US);
    return ERR_AUTH;
}

/* The daemon may need two requests to the pool and a refusal's delay for one answer. */
static int64_t step_ms(const struct config *config)
{
    int64_t one_s = config->login_timeout_s, least_s = one_s + 5, most_s = 2 * one_s;
    if (most_s > STEP_MOST_S)
        most_s = STEP_MOST_S;
    return (most_s > least_s ? most_s : least_s) * LOGIN_SECOND_MS;
}

static int64_t step_deadline(const struct dialogue *d)
{
    int64_t deadline = clock_ms() + d->step_ms;
    return deadline < d->end_ms ? deadline : d->end_ms;
}

static void copy_item(const struct dialogue *d, int item, char *dst, size_t cap)
{
    const void *value = NULL;
    if (pam_get_item(d->call->handle, item, &value) != PAM_SUCCESS || value == NULL)
        value = "";
    text_clean(dst, cap, value, strnlen(value, cap), TEXT_LINE);
}

static bool is_change(const struct dialogue *d)
{
    return (d->flags & WIRE_AUTH_CHANGE_PASSWORD) != 0;
}

/* In a change an empty one is none: it would say that the password was forgotten. */
static const char *get_token(const struct dialogue *d, int name)
{
    const void *item = NULL;
    if (pam_get_item(d->call->handle, name, &item) != PAM_SUCCESS || item == NULL)
        return NULL;
    return is_change(d) && *(const char *)item == '\0' ? NULL : item;
}

/* A password that an earlier module asked for answers the first password prompt. */
static int take_first(struct dialogue *d)
{
    const char *item = get_token(d, is_change(d) ? PAM_OLDAUTHTOK : PAM_AUTHTOK);
    if (item == NULL)
        return d->call->args.use_first_pass ? hold_back(d, "no password from an earlier module")
                                            : 0;
    if (secret_set(&d->given, item, strnlen(item, SECRET_MAX + 1)) != 0)
        return hold_back(d, "the earlier module's password is too long");
    d->password = d->given;
    d->has_first = true;
    return 0;
}

/* A new one answers the first time it is asked for, twice. */
static int take_offer(struct dialogue *d)
{
    const char *item = is_change(d) ? get_token(d, PAM_AUTHTOK) : NULL;
    if (item == NULL && is_change(d) && d->call->args.use_authtok) {
        pam_syslog(d->call->handle, LOG_NOTICE,
                   "user=%s: no new password from an earlier module, with use_authtok",
                   d->call->access.user);
        return ERR_PASSWORD_BAD;
    }
    if (item == NULL)
        return 0;
    if (secret_set(&d->offered, item, strnlen(item, SECRET_MAX + 1)) != 0)
        return hold_back(d, "the earlier module's new password is too long");
    d->offer = OFFER_THERE;
    return 0;
}

static int send_message(struct dialogue *d, struct wire_msg *m)
{
    int size = wire_finish(m);
    if (size < 0)
        return size;
    int err = client_send(d->fd, d->message, (size_t)size, step_deadline(d));
    /* A daemon that hung up has perhaps said why before: what it sent can still be read. */
    return err == ERR_CLOSED ? 0 : err;
}

static int send_start(struct dialogue *d)
{
    struct wire_auth_start *s = &d->start;
    memset(s, 0, sizeof *s);
    s->flags = ((d->call->flags & PAM_SILENT) != 0 ? WIRE_AUTH_SILENT : 0) |
               (d->has_first ? WIRE_AUTH_HAVE_FIRST : 0) | d->flags;
    memcpy(s->user, d->call->access.user, sizeof s->user);
    const char *service = d->call->access.service;
    text_clean(s->service, sizeof s->service, service, strlen(service), TEXT_LINE);
    copy_item(d, PAM_RHOST, s->rhost, sizeof s->rhost);
    copy_item(d, PAM_RUSER, s->ruser, sizeof s->ruser);
    copy_item(d, PAM_TTY, s->tty, sizeof s->tty);
    struct wire_msg m = wire_begin(d->message, sizeof d->message, WIRE_AUTH_START);
    wire_put_auth_start(&m, s);
    return send_message(d, &m);
}

static int send_answer(struct dialogue *d)
{
    struct wire_msg m = wire_begin(d->message, sizeof d->message, WIRE_AUTH_STEP);
    wire_put_auth_step(&m, &d->answer);
    int err = send_message(d, &m);
    explicit_bzero(d->message, sizeof d->message);
    return err;
}

/* The offered password answers both questions once. Asked again, it was refused: the words about
 * that stand before the prompt's last line. */
static bool is_answered(struct dialogue *d)
{
    uint8_t kind = d->prompt.kind;
    if (kind == WIRE_PROMPT_NEW_PASSWORD)
        d->offer = d->offer == OFFER_THERE ? OFFER_TAKEN : OFFER_NONE;
    return d->offer == OFFER_TAKEN &&
           (kind == WIRE_PROMPT_NEW_PASSWORD || kind == WIRE_PROMPT_NEW_PASSWORD_AGAIN);
}

static int give_up_offer(struct dialogue *d)
{
    char *text = d->prompt.text, *last = strrchr(text, '\n');
    if (last != NULL) {
        *last = '\0';
        conv_tell(d->call->handle, d->call->flags, PAM_ERROR_MSG, text);
    }
    return ERR_PASSWORD_BAD;
}

static int ask(struct dialogue *d)
{
    struct wire_prompt *p = &d->prompt;
    bool is_password = answer_is_password(p->kind);
    if (is_answered(d))
        return secret_set(&d->answer, d->offered.bytes, d->offered.len);
    if (is_password && d->has_first) {
        d->has_first = false;
        return secret_set(&d->answer, d->given.bytes, d->given.len);
    }
    if (is_password && d->call->args.use_first_pass)
        return hold_back(d, "a second password is asked for, with use_first_pass");
    text_clean(p->text, sizeof p->text, p->text, strlen(p->text), TEXT_LINES);
    if (p->kind == WIRE_PROMPT_NEW_PASSWORD && is_change(d) && d->call->args.use_authtok)
        return give_up_offer(d);
    return conv_ask(d->call->handle, p->echo, p->text, &d->answer);
}

/* The code never becomes part of the password: modules below would get it. */
static int remember(struct dialogue *d)
{
    const struct secret *a = &d->answer;
    if (d->prompt.kind == WIRE_PROMPT_NEW_PASSWORD)
        d->fresh = *a;
    if (!answer_is_password(d->prompt.kind))
        return 0;
    bool has_code = d->prompt.kind == WIRE_PROMPT_PASSWORD_AND_CODE;
    d->given = *a;
    return secret_set(&d->password, a->bytes, has_code ? wire_password_len(a) : a->len);
}

/* Whoever changes a password may type the old one for the new: the daemon says that it must be
 * another. In a login that is a program with one prompt (R-PAM-08). */
static const char *held_back(const struct dialogue *d)
{
    static const struct secret none;
    uint8_t kind = d->prompt.kind;
    bool is_new = kind == WIRE_PROMPT_NEW_PASSWORD || kind == WIRE_PROMPT_NEW_PASSWORD_AGAIN;
    if (is_new && is_change(d))
        return answer_held_back(kind, &d->answer, &none, &none);
    return answer_held_back(kind, &d->answer, &d->given, &d->password);
}

static int on_prompt(struct dialogue *d, struct rd *body)
{
    int err = wire_get_prompt(body, &d->prompt);
    if (err == 0 && ++d->prompts > PROMPTS_MAX)
        err = ERR_LIMIT;
    if (err == 0)
        err = ask(d);
    if (err == 0) {
        const char *why = held_back(d);
        if (why != NULL)
            err = hold_back(d, why);
    }
    if (err == 0)
        err = remember(d);
    if (err == 0)
        err = send_answer(d);
    secret_wipe(&d->answer);
    return err;
}

static int on_result(struct dialogue *d, struct rd *body)
{
    int err = wire_get_result(body, &d->result);
    if (err != 0)
        return err;
    err = d->result.err;
    /* Whom we have asked is refused here: the next module would ask again, and two prompts would
     * tell unknown users apart (R-PAM-11). */
    if (d->prompts > 0 && (err == ERR_NOT_OURS || err == ERR_USER_UNKNOWN))
        err = ERR_AUTH;
    char *text = d->result.text;
    text_clean(text, sizeof d->result.text, text, strlen(text), TEXT_LINES);
    conv_tell(d->call->handle, d->call->flags, err == 0 ? PAM_TEXT_INFO : PAM_ERROR_MSG, text);
    return err;
}

/* Until RESULT, whose err is returned; 0 comes from nowhere else. */
static int talk(struct dialogue *d)
{
    int err = send_start(d);
    while (err == 0) {
        uint16_t opcode = 0;
        struct rd body;
        err =
            client_receive(d->fd, d->message, sizeof d->message, step_deadline(d), &opcode, &body);
        if (err == 0 && opcode == WIRE_RESULT)
            return on_result(d, &body);
        if (err == 0)
            err = opcode == WIRE_PROMPT ? on_prompt(d, &body) : ERR_FORMAT;
    }
    return err;
}

int dialogue_run(struct dialogue *d)
{
    int err = take_first(d);
    if (err == 0)
        err = take_offer(d);
    if (err == 0)
        err = client_connect(path_pam_socket, step_deadline(d), &d->fd);
    if (err == 0)
        err = talk(d);
    if (d->fd >= 0)
        close(d->fd);
    d->fd = -1;
    return err;
}

int dialogue_open(struct call *c, uint32_t flags, struct dialogue **ret_dialogue)
{
    struct dialogue *d = calloc(1, sizeof *d);
    if (d == NULL)
        return ERR_NOMEM;
    d->call = c;
    d->flags = flags;
    d->fd = -1;
    d->step_ms = step_ms(c->access.config);
    d->end_ms = clock_ms() + (int64_t)TOTAL_S * LOGIN_SECOND_MS;
    *ret_dialogue = d;
    return 0;
}

void dialogue_free(struct dialogue **dp)
{
    if (*dp == NULL)
        return;
    explicit_bzero(*dp, sizeof **dp);
    free(*dp);
    *dp = NULL;
}

const struct secret *dialogue_password(const struct dialogue *d)
{
    return &d->password;
}

const struct secret *dialogue_new_password(const struct dialogue *d)
{
    return &d->fresh;
}
