/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/session.h"

#include "base/clock.h"
#include "cognito/auth.h"
#include "daemon/ancestry.h"
#include "daemon/change.h"
#include "daemon/daemon.h"
#include "daemon/device.h"
#include "daemon/errand.h"
#include "daemon/log.h"
#include "daemon/logins.h"
#include "daemon/lookup.h"
#include "daemon/offline.h"
#include "daemon/outcome.h"
#include "daemon/signin.h"
#include "daemon/sync.h"
#include "daemon/tally.h"
#include "daemon/verdict.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct session {
    struct conn *conn;
    struct daemon *daemon;
    struct wire_auth_start start;
    char service[SIGNIN_SERVICE_SIZE]; /* as it is told to others */
    struct tally tally;
    char *sub; /* of the bound user; NULL: there is none, the dialogue is played all the same */
    struct sync_wait wait; /* while the pool is asked who this is ... */
    bool is_looked_up;     /* ... which is so now */
    struct auth *auth;
    struct auth_step step; /* the last one; text and body borrow from auth */
    bool has_code;         /* the prompt that is out asks for password and code in one */
    struct api_call *call;
    struct verdict *verdict;
    bool is_away; /* the pool, by the last reply */
    struct offline_try *offline;
    struct outcome outcome;
};

static bool is_change(const struct session *s)
{
    return s->outcome.is_change;
}

/* The connection ended, by us or by the peer. A dialogue without verdict was abandoned. */
static void release(void *state)
{
    struct session *s = state;
    if (s->call != NULL || s->offline != NULL)
        tally_abandoned(&s->tally);
    outcome_log(&s->outcome, s->auth, ERR_CLOSED, "abandoned");
    if (s->is_looked_up)
        sync_cancel(s->daemon->sync, &s->wait);
    errand_leave(s->daemon, &s->call, s->step.op, &s->tally);
    verdict_cancel(&s->verdict);
    offline_cancel(&s->offline);
    auth_free(&s->auth);
    free(s->sub);
    outcome_free(&s->outcome);
    explicit_bzero(s, sizeof *s);
    free(s);
}

static void end(struct session *s, int err, const char *reason, const char *text)
{
    if (s->auth != NULL)
        auth_forget_password(s->auth);
    outcome_end(&s->outcome, s->auth, err, reason, text);
}

_Static_assert(AUTH_TEXT_MAX < WIRE_PROMPT_MAX, "every prompt can be sent");

static uint8_t prompt_kind(const struct session *s)
{
    switch (s->step.ask) {
    case AUTH_ASK_PASSWORD:
        return s->has_code ? WIRE_PROMPT_PASSWORD_AND_CODE : WIRE_PROMPT_PASSWORD;
    case AUTH_ASK_CURRENT_PASSWORD:
        return WIRE_PROMPT_CURRENT_PASSWORD;
    case AUTH_ASK_CODE:
        return WIRE_PROMPT_CODE;
    case AUTH_ASK_NEW_PASSWORD:
        return WIRE_PROMPT_NEW_PASSWORD;
    case AUTH_ASK_NEW_PASSWORD_AGAIN:
        return WIRE_PROMPT_NEW_PASSWORD_AGAIN;
    default:
        return WIRE_PROMPT_TEXT;
    }
}

static void ask(struct session *s)
{
    uint8_t buf[WIRE_HEADER_BYTES + 64 + WIRE_PROMPT_MAX];
    struct wire_prompt prompt = { .echo = s->step.echo };
    s->has_code = s->step.ask == AUTH_ASK_PASSWORD &&
                  config_single_prompt(s->daemon->config, s->start.service);
    prompt.kind = prompt_kind(s);
    snprintf(prompt.text, sizeof prompt.text, "%s", s->step.text);
    auth_shown(s->auth, &s->step);
    struct wire_msg m = wire_begin(buf, sizeof buf, WIRE_PROMPT);
    wire_put_prompt(&m, &prompt);
    int size = wire_finish(&m);
    if (size < 0)
        conn_close(s->conn);
    else if (conn_send(s->conn, buf, (size_t)size) == 0)
        conn_expect(s->conn, s->daemon->config->prompt_timeout_s * 1000);
    /* A prompt may hold the key of an authenticator that is being set up. */
    explicit_bzero(&prompt, sizeof prompt);
    explicit_bzero(buf, sizeof buf);
}

/* The verifier follows a change by password alone; after more than that, or by less, none is left.
 */
static void note_new_password(struct session *s, enum api_op op)
{
    bool is_all = op == API_CHANGE_PASSWORD && auth_password_was_all(s->auth);
    outcome_write(&s->outcome, s->auth, "password", 0, change_word(op));
    change_publish(s->daemon, s->sub);
    offline_changed(s->daemon, s->sub, is_all ? auth_password(s->auth) : NULL);
}

static void act(struct session *s);

static void on_reply(void *arg, const struct api_result *result)
{
    struct session *s = arg;
    s->call = NULL;
    if (result->rule != NULL && result->rule->is_config)
        log_error("login: the pool refused this host's request, not the user: %s: %s", result->type,
                  result->message);
    size_t challenges = strlen(auth_challenges(s->auth));
    bool was_new = auth_had_new_password(s->auth);
    enum api_op op = s->step.op;
    s->is_away = offline_is_away(result);
    auth_reply(s->auth, result, &s->step);
    device_replied(s->daemon, s->sub, s->auth, &s->step);
    tally_replied(&s->tally, s->auth, &s->step, result, challenges);
    if (!was_new && auth_had_new_password(s->auth))
        note_new_password(s, op);
    act(s);
}

/* The code of a reset is sent to those who may come in here. */
static int admit_reset(const struct session *s, const char **reason)
{
    return s->step.op == API_FORGOT_PASSWORD
               ? verdict_admits(s->daemon, s->sub, s->start.service, reason)
               : 0;
}

static void stop(struct session *s)
{
    if (is_change(s))
        end(s, ERR_MAXTRIES, "limiter", "Too many attempts. Please try again later.");
    else
        end(s, ERR_AUTH, "limiter", "");
}

static void send_request(struct session *s)
{
    const char *reason = "";
    if (tally_stops(&s->tally, s->auth, &s->step)) {
        stop(s);
        return;
    }
    if (admit_reset(s, &reason) != 0) {
        end(s, is_change(s) ? ERR_DENIED : ERR_AUTH, reason, is_change(s) ? "Access denied." : "");
        return;
    }
    tally_sent(&s->tally, s->auth, &s->step);
    const struct api_request req = {
        .op = s->step.op,
        .body = s->step.body,
        .body_bytes = s->step.body_bytes,
        .budget_ms = s->daemon->config->login_timeout_s * 1000,
    };
    int err = api_start(s->daemon->api, &req, on_reply, s, &s->call);
    if (err != 0)
        end(s, err, err_word(err), "");
}

static void keep_token(const struct session *s)
{
    struct wire_session who = { .user = "" };
    snprintf(who.user, sizeof who.user, "%s", s->start.user);
    snprintf(who.service, sizeof who.service, "%.*s", (int)sizeof who.service - 1, s->service);
    logins_keep(s->daemon->logins, &who, conn_peer(s->conn), s->step.tokens.refresh);
}

/* What the host remembers of a good login, beside its token. */
static void learn(const struct session *s)
{
    offline_accepted(s->daemon, s->sub, s->start.service, s->auth);
    if (auth_had_mfa(s->auth))
        device_remember(s->daemon, s->sub, &s->step.tokens);
}

static void on_verdict(void *arg, int err, const char *reason)
{
    struct session *s = arg;
    s->verdict = NULL;
    tally_ended(&s->tally, err);
    if (err == 0 && is_change(s) && !auth_had_new_password(s->auth)) {
        auth_change(s->auth, &s->step);
        act(s);
        return;
    }
    if (err == 0 && !is_change(s)) {
        keep_token(s);
        learn(s);
    }
    end(s, err, reason, err == ERR_DENIED ? "Access denied." : "");
}

static void judge(struct session *s)
{
    const struct verdict_options options = {
        .daemon = s->daemon,
        .sub = s->sub,
        .service = s->start.service,
        .tokens = s->step.tokens,
        .had_mfa = auth_had_mfa(s->auth),
        .had_device = auth_had_device(s->auth),
        .done = on_verdict,
        .arg = s,
    };
    struct verdict *v = NULL;
    if (s->sub == NULL) { /* auth_open() without a username never gets here */
        end(s, ERR_AUTH, "unknown_user", "");
        return;
    }
    struct conn *conn = s->conn;
    int err = verdict_start(&options, &v);
    if (err != 0)
        end(s, err, err_word(err), "");
    else if (v != NULL)
        ((struct session *)conn_state(conn))->verdict = v;
}

/* Cognito calls an account disabled or unknown without proof of the password: the caller is told
 * what a wrong password is told (R-PAM-11), the log names the reason. */
static int refusal(int err)
{
    return err == ERR_EXPIRED || err == ERR_USER_UNKNOWN ? ERR_AUTH : err;
}

/* The pool locks, and refuses by its own rules, those that it has: sshd would close the door on
 * them alone, and others ask no further (R-PAM-11). Who changes a password is known. */
static int refusal_shown(const struct session *s, int err)
{
    bool is_of_known = err == ERR_MAXTRIES || (err == ERR_DENIED && !auth_proved_password(s->auth));
    return is_of_known && !is_change(s) ? ERR_AUTH : refusal(err);
}

/* Whoever is refused is told the same, known here or not (R-PAM-11). */
static void on_offline(void *arg, int err, const char *reason)
{
    struct session *s = arg;
    s->offline = NULL;
    tally_ended(&s->tally, err);
    end(s, err == 0 ? 0 : ERR_AUTH, reason,
        err == 0 ? "The user pool cannot be reached: this is an offline login." : "");
}

static void go_offline(struct session *s)
{
    const struct offline_options options = {
        .daemon = s->daemon,
        .sub = s->sub,
        .service = s->start.service,
        .password = auth_password(s->auth),
        .done = on_offline,
        .arg = s,
    };
    struct offline_try *t = NULL;
    struct conn *conn = s->conn;
    int err = offline_start(&options, &t);
    if (err != 0)
        end(s, err, err_word(err), "");
    else if (t != NULL)
        ((struct session *)conn_state(conn))->offline = t;
}

static void fail(struct session *s)
{
    if (s->is_away && s->sub != NULL && !is_change(s) &&
        offline_decides(s->daemon, s->start.service, s->auth)) {
        go_offline(s);
        return;
    }
    offline_refused(s->daemon, s->sub, s->auth, s->step.reason);
    tally_ended(&s->tally, refusal(s->step.err));
    end(s, refusal_shown(s, s->step.err), s->step.reason, s->step.text);
}

static void act(struct session *s)
{
    switch (s->step.kind) {
    case AUTH_ASK:
        ask(s);
        break;
    case AUTH_SEND:
        send_request(s);
        break;
    case AUTH_DONE:
        judge(s);
        break;
    case AUTH_CHANGED:
        tally_ended(&s->tally, 0);
        end(s, 0, "ok", "");
        break;
    case AUTH_FAILED:
        fail(s);
        break;
    }
}

/* The pool takes a device in a code's place: where a code must be given, none is named. */
static bool wants_device(const struct session *s)
{
    return config_require_mfa(s->daemon->config, s->start.service) != CONFIG_MFA_YES;
}

static int open_session(struct session *s)
{
    static const enum qr_style styles[] = {
        [CONFIG_QR_BLOCKS] = QR_BLOCKS, [CONFIG_QR_ASCII] = QR_ASCII, [CONFIG_QR_NO] = QR_NONE
    };
    struct daemon *d = s->daemon;
    /* Nobody by that name: the dialogue is the same and ends in a refusal. */
    const struct image_user *u = signin_find_user(d, s->start.user);
    struct device_secret device = { .key = "" };
    struct auth_options options = signin_options(d);
    options.username = u == NULL ? NULL : u->username;
    options.service = s->service;
    options.rhost = s->start.rhost;
    options.send_client_address = d->config->send_client_address;
    options.label = s->start.user;
    options.may_reset = d->config->password_reset;
    options.changes_password = is_change(s);
    options.for_another = (s->start.flags & WIRE_AUTH_FOR_ANOTHER) != 0;
    options.qr = styles[config_qr_code(d->config, s->start.service)];
    if (u != NULL) {
        s->sub = strdup(u->sub);
        if (s->sub == NULL)
            return ERR_NOMEM;
        if (device_find(d, u->sub, &device) && wants_device(s))
            options.device = device_options(&device);
    }
    int err = auth_open(&options, &s->auth);
    explicit_bzero(&device, sizeof device);
    return err;
}

/* A person who does not answer is refused like one who answers wrong, and nobody counts it. */
static void on_late(void *state)
{
    end(state, ERR_AUTH, "prompt_timeout", "That took too long.");
}

static void begin(struct session *s)
{
    int err = open_session(s);
    if (err != 0) {
        end(s, err, err_word(err), "");
        return;
    }
    auth_begin(s->auth, &s->step);
    act(s);
}

/* Who is bound need not be published anew to log in: a snapshot from before has him. */
static void on_looked_up(void *arg, int err)
{
    struct session *s = arg;
    s->is_looked_up = false;
    s->outcome.answered_ms = clock_ms();
    if (err == ERR_ABSENT || image_find_login(s->daemon->image, s->start.user) != NULL)
        begin(s);
    else
        end(s, ERR_UNAVAIL, "no_directory", "");
}

static void look_up(struct session *s)
{
    int err = ERR_UNAVAIL;
    if (lookup_may_ask(s->daemon, conn_peer(s->conn), s->start.user)) {
        s->wait = (struct sync_wait){ .done = on_looked_up, .arg = s };
        snprintf(s->wait.name, sizeof s->wait.name, "%s", s->start.user);
        s->is_looked_up = true;
        err = sync_one(s->daemon->sync, &s->wait);
    }
    if (err != 0)
        on_looked_up(s, err);
}

void session_start(struct conn *conn, struct rd *body)
{
    struct session *s = calloc(1, sizeof *s);
    if (s == NULL || conn_state(conn) != NULL || wire_get_auth_start(body, &s->start) != 0) {
        free(s);
        conn_close(conn);
        return;
    }
    s->conn = conn;
    signin_judge_claims(&s->start, conn_peer(conn), s->service);
    s->daemon = conn_daemon(conn);
    s->outcome = (struct outcome){ .conn = conn,
                                   .start = &s->start,
                                   .service = s->service,
                                   .is_change = (s->start.flags & WIRE_AUTH_CHANGE_PASSWORD) != 0,
                                   .answered_ms = clock_ms() };
    conn_keep(conn, s, release);
    conn_on_late(conn, on_late);
    s->tally = tally_of(s->daemon->limiter, &s->start, ancestry_login_uid(conn_peer(conn)->pid));
    /* Before the first sweep is complete, whoever logs in is asked for by name. A snapshot from
     * before says who is a user, so that NSS and the module never ask. */
    const struct image *image = s->daemon->image;
    if (image->confirmed_s != 0 || image_find_login(image, s->start.user) != NULL)
        begin(s);
    else
        look_up(s);
}

/* Leaves the password in *answer. */
static void keep_code(struct session *s, struct secret *answer)
{
    struct secret code = { 0 };
    size_t at = wire_password_len(answer);
    if (secret_set(&code, answer->bytes + at, answer->len - at) == 0)
        auth_keep_code(s->auth, &code);
    secret_wipe(&code);
    explicit_bzero(answer->bytes + at, sizeof answer->bytes - at);
    answer->len = at;
}

void session_step(struct conn *conn, struct rd *body)
{
    struct session *s = conn_state(conn);
    struct secret answer;
    if (s == NULL || s->auth == NULL || s->step.kind != AUTH_ASK ||
        wire_get_auth_step(body, &answer) != 0) {
        conn_close(conn);
        return;
    }
    s->outcome.answered_ms = clock_ms();
    if (s->has_code)
        keep_code(s, &answer);
    auth_answer(s->auth, &answer, &s->step);
    secret_wipe(&answer);
    act(s);
}
