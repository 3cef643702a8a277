/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/logins.h"

#include "base/clock.h"
#include "cognito/api.h"
#include "daemon/ancestry.h"
#include "daemon/log.h"
#include "net/json_out.h"

#include <event2/event.h>
#include <stdlib.h>
#include <string.h>

#define SWEEP_S   5
#define REVOKE_MS 60000

/* Whose program took the login. */
enum kind { ROOTS, USERS, KINDS };
static const size_t most[KINDS] = { [ROOTS] = LOGINS_MAX, [USERS] = LOGINS_USERS_MAX };

struct login {
    struct login *next;
    enum kind kind;
    struct logins *logins;
    struct wire_session who;
    struct ancestry_process authenticator, parent;
    struct ancestry_process holder; /* of the session; pid 0: none yet */
    int64_t kept_ms;
    int64_t gone_ms;       /* when the authenticator was first missed; 0: not yet */
    char *token;           /* NULL: it is being revoked */
    struct api_call *call; /* that revokes it */
    const char *why;
};

struct logins {
    struct daemon *daemon;
    struct event *timer;
    struct login *first; /* the newest */
    size_t count[KINDS];
};

static void wipe_token(struct login *login)
{
    if (login->token != NULL)
        explicit_bzero(login->token, strlen(login->token));
    free(login->token);
    login->token = NULL;
}

static void forget(struct login *login)
{
    struct logins *l = login->logins;
    for (struct login **at = &l->first; *at != NULL; at = &(*at)->next) {
        if (*at != login)
            continue;
        *at = login->next;
        l->count[login->kind]--;
        break;
    }
    api_cancel(&login->call);
    wipe_token(login);
    free(login);
}

static void log_end(const struct login *login, int err, const char *reason, const char *request_id)
{
    struct log_line line;
    log_line_begin(&line, "logout");
    log_line_add(&line, "user", login->who.user);
    log_line_add(&line, "service", login->who.service);
    log_line_add(&line, "outcome", err == 0 ? "revoked" : "failed");
    log_line_add(&line, "reason", reason);
    log_line_add(&line, "request_id", request_id);
    log_line_write(&line, err == 0 ? CONFIG_LOG_INFO : CONFIG_LOG_WARNING);
}

static void on_revoked(void *arg, const struct api_result *result)
{
    struct login *login = arg;
    login->call = NULL;
    const char *fault = result->rule != NULL ? result->rule->word : err_word(result->err);
    log_end(login, result->err, result->err == 0 ? login->why : fault, result->request_id);
    if (result->rule != NULL && result->rule->is_config)
        log_error("[login] revoke_at_logout: the pool refuses RevokeToken: %s: %s (the app client "
                  "must have EnableTokenRevocation)",
                  result->type, result->message);
    forget(login);
}

static int send_revoke(struct login *login)
{
    struct daemon *d = login->logins->daemon;
    struct json_out out = { 0 };
    const char *text;
    size_t n;
    json_out_object(&out, NULL);
    json_out_string(&out, "Token", login->token);
    json_out_string(&out, "ClientId", d->config->client_id);
    if (d->client_secret.len > 0)
        json_out_string(&out, "ClientSecret", d->client_secret.bytes);
    json_out_end(&out);
    int err = json_out_text(&out, &text, &n);
    if (err == 0) {
        const struct api_request req = {
            .op = API_REVOKE_TOKEN, .body = text, .body_bytes = n, .budget_ms = REVOKE_MS
        };
        err = api_start(d->api, &req, on_revoked, login, &login->call);
    }
    json_out_free(&out);
    return err;
}

/* The login is not found again from here on; its memory goes when the pool has answered. */
static void revoke(struct login *login, const char *why)
{
    login->why = why;
    int err = send_revoke(login);
    wipe_token(login);
    if (err == 0)
        return;
    log_end(login, err, err_word(err), "");
    forget(login);
}

/* sshd's authenticator is gone at once, and its parent goes on to the session; sudo's parent is the
 * shell, which never does. */
static bool is_abandoned(struct login *login, int64_t now_ms)
{
    if (ancestry_is_alive(&login->authenticator))
        return false;
    if (login->gone_ms == 0)
        login->gone_ms = now_ms;
    return now_ms - login->gone_ms >= LOGINS_GONE_MS || !ancestry_is_alive(&login->parent);
}

static const char *why_over(struct login *login, int64_t now_ms)
{
    const struct ancestry_process *holder = &login->holder;
    if (now_ms - login->kept_ms >= LOGINS_MOST_MS)
        return "too_old";
    if (holder->pid != 0)
        return ancestry_is_alive(holder) ? NULL : "process_gone";
    if (is_abandoned(login, now_ms))
        return "process_gone";
    return now_ms - login->kept_ms >= LOGINS_UNCLAIMED_MS ? "no_session" : NULL;
}

void logins_sweep(struct logins *logins, int64_t now_ms)
{
    for (struct login *login = logins->first, *next; login != NULL; login = next) {
        next = login->next;
        const char *why = login->token == NULL ? NULL : why_over(login, now_ms);
        if (why != NULL)
            revoke(login, why);
    }
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    logins_sweep(arg, clock_ms());
}

/* The oldest of its kind that is still held gives way. */
static void make_room(struct logins *logins, enum kind kind)
{
    struct login *oldest = NULL;
    for (struct login *login = logins->first; login != NULL; login = login->next)
        if (login->token != NULL && login->kind == kind)
            oldest = login;
    if (oldest != NULL)
        revoke(oldest, "too_many");
}

void logins_keep(struct logins *logins, const struct wire_session *who,
                 const struct conn_peer *peer, const char *refresh)
{
    if (logins == NULL || refresh == NULL)
        return;
    enum kind kind = peer->uid == 0 ? ROOTS : USERS;
    const size_t *count = &logins->count[kind];
    struct login *login = *count >= 2 * most[kind] ? NULL : calloc(1, sizeof *login);
    char *token = login == NULL ? NULL : strdup(refresh);
    if (token == NULL) {
        log_warning("login of %s: its refresh token cannot be kept and will not be revoked",
                    who->user);
        free(login);
        return;
    }
    if (*count >= most[kind])
        make_room(logins, kind);
    *login = (struct login){ .next = logins->first,
                             .kind = kind,
                             .logins = logins,
                             .who = *who,
                             .kept_ms = clock_ms(),
                             .token = token };
    login->authenticator = ancestry_find(peer->pid, &login->parent);
    logins->first = login;
    logins->count[kind]++;
}

static bool is_of(const struct login *login, const struct wire_session *who)
{
    return login->token != NULL && strcmp(login->who.user, who->user) == 0 &&
           strcmp(login->who.service, who->service) == 0;
}

int logins_claim(struct logins *logins, const struct wire_session *who, pid_t pid)
{
    struct ancestry_process parent, opener = ancestry_find(pid, &parent);
    for (struct login *l = logins == NULL ? NULL : logins->first; l != NULL; l = l->next) {
        if (!is_of(l, who) || l->kind != ROOTS || l->holder.pid != 0)
            continue;
        if (ancestry_is_same(&l->authenticator, &opener) || ancestry_is_same(&l->parent, &opener)) {
            l->holder = opener;
            return 0;
        }
    }
    return ERR_ABSENT;
}

int logins_end(struct logins *logins, const struct wire_session *who, pid_t pid)
{
    struct ancestry_process parent, closer = ancestry_find(pid, &parent);
    for (struct login *l = logins == NULL ? NULL : logins->first; l != NULL; l = l->next) {
        if (is_of(l, who) && ancestry_is_same(&l->holder, &closer)) {
            revoke(l, "session_closed");
            return 0;
        }
    }
    return ERR_ABSENT;
}

size_t logins_count(const struct logins *logins)
{
    return logins == NULL ? 0 : logins->count[ROOTS] + logins->count[USERS];
}

int logins_open(struct daemon *d, struct logins **ret_logins)
{
    struct logins *l = calloc(1, sizeof *l);
    if (l == NULL)
        return ERR_NOMEM;
    l->daemon = d;
    l->timer = event_new(d->loop, -1, EV_PERSIST, on_timer, l);
    if (l->timer == NULL || event_add(l->timer, &(struct timeval){ SWEEP_S, 0 }) != 0) {
        logins_close(&l);
        return ERR_NOMEM;
    }
    *ret_logins = l;
    return 0;
}

void logins_close(struct logins **lp)
{
    if (lp == NULL || *lp == NULL)
        return;
    while ((*lp)->first != NULL)
        forget((*lp)->first);
    if ((*lp)->timer != NULL)
        event_free((*lp)->timer);
    free(*lp);
    *lp = NULL;
}

/* The module waits for this answer only, never for the pool. */
static void answer(struct conn *conn, struct rd *body,
                   int (*act)(struct logins *, const struct wire_session *, pid_t))
{
    uint8_t buf[WIRE_HEADER_BYTES + 8];
    struct wire_session who;
    struct wire_result result = { .err = 0 };
    if (conn_state(conn) != NULL || wire_get_session(body, &who) != 0) {
        conn_close(conn);
        return;
    }
    result.err = act(conn_daemon(conn)->logins, &who, conn_peer(conn)->pid);
    struct wire_msg m = wire_begin(buf, sizeof buf, WIRE_RESULT);
    wire_put_result(&m, &result);
    int size = wire_finish(&m);
    if (size < 0)
        conn_close(conn);
    else if (conn_send(conn, buf, (size_t)size) == 0)
        conn_finish(conn);
}

void logins_handle_open(struct conn *conn, struct rd *body)
{
    answer(conn, body, logins_claim);
}

void logins_handle_close(struct conn *conn, struct rd *body)
{
    answer(conn, body, logins_end);
}
