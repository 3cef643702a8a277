/* SPDX-License-Identifier: Apache-2.0 */
#include "pam_daemon.h"
#include "pam_lex.h"

#include "base/paths.h"
#include "wire/wire.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define ANSWER_WITHIN_S 20

struct daemon {
    int pam, nss, fd; /* listeners and the connection */
    struct world_directory *directory;
};

static struct lex lex;

static void read_full(int fd, void *buf, size_t n)
{
    for (size_t done = 0; done < n;) {
        ssize_t got = recv(fd, (char *)buf + done, n - done, 0);
        if (got <= 0)
            world_fail("daemon: the module hung up");
        done += (size_t)got;
    }
}

/* The next request, which has to be of that kind. */
static struct rd receive(int fd, uint16_t opcode, uint8_t *body)
{
    uint8_t head[WIRE_HEADER_BYTES];
    struct wire_header h;
    read_full(fd, head, sizeof head);
    if (wire_header_read(head, &h) != 0 || h.opcode != opcode)
        world_fail("daemon: another message than opcode %u", opcode);
    read_full(fd, body, h.length);
    return rd_over(body, h.length);
}

static void send_message(int fd, struct wire_msg *m)
{
    int size = wire_finish(m);
    if (size < 0 || send(fd, m->start, (size_t)size, MSG_NOSIGNAL) != size)
        world_fail("daemon: a reply was not sent");
}

static void expect_field(const char *key, const char *value)
{
    if (!lex_next(&lex) || strncmp(lex.text, key, strlen(key)) != 0)
        world_fail("daemon: no field %s in the script", key);
    if (strcmp(lex.text + strlen(key), value) != 0)
        world_fail("daemon: %s\"%s\" instead of %s", key, value, lex.text);
}

/* Only the fields that the script names are compared. */
static void on_auth_start(struct daemon *d)
{
    uint8_t body[2048];
    struct wire_auth_start s;
    d->fd = accept4(d->pam, NULL, NULL, SOCK_CLOEXEC);
    struct rd r = receive(d->fd, WIRE_AUTH_START, body);
    if (wire_get_auth_start(&r, &s) != 0 || r.left != 0)
        world_fail("daemon: AUTH_START cannot be read");
    char flags[16];
    world_format(flags, sizeof flags, "%u", s.flags);
    const struct {
        const char *key, *value;
    } fields[] = { { "user=", s.user },   { "service=", s.service }, { "rhost=", s.rhost },
                   { "ruser=", s.ruser }, { "tty=", s.tty },         { "flags=", flags } };
    for (;;) {
        const char *ahead = lex.at + strspn(lex.at, " ");
        size_t i = 0;
        while (i < COUNT(fields) && strncmp(ahead, fields[i].key, strlen(fields[i].key)) != 0)
            i++;
        if (i == COUNT(fields))
            return;
        expect_field(fields[i].key, fields[i].value);
    }
}

static void on_session(struct daemon *d, uint16_t opcode)
{
    uint8_t body[512];
    struct wire_session s;
    d->fd = accept4(d->pam, NULL, NULL, SOCK_CLOEXEC);
    struct rd r = receive(d->fd, opcode, body);
    if (wire_get_session(&r, &s) != 0 || r.left != 0)
        world_fail("daemon: a session message cannot be read");
    expect_field("user=", s.user);
    expect_field("service=", s.service);
}

static void on_auth_step(struct daemon *d)
{
    uint8_t body[4096];
    struct secret answer = { 0 };
    struct rd r = receive(d->fd, WIRE_AUTH_STEP, body);
    if (wire_get_auth_step(&r, &answer) != 0)
        world_fail("daemon: AUTH_STEP cannot be read");
    (void)lex_next(&lex);
    if (answer.len != lex.len || memcmp(answer.bytes, lex.text, lex.len) != 0)
        world_fail("daemon: got \"%s\" instead of \"%s\"", answer.bytes, lex.text);
}

static void on_lookup(struct daemon *d)
{
    uint8_t body[256];
    char name[NAME_SIZE];
    d->fd = accept4(d->nss, NULL, NULL, SOCK_CLOEXEC);
    struct rd r = receive(d->fd, WIRE_LOOKUP, body);
    (void)lex_next(&lex);
    if (wire_get_lookup(&r, name) != 0 || strcmp(name, lex.text) != 0)
        world_fail("daemon: looked up \"%s\" instead of \"%s\"", name, lex.text);
}

static int err_of(const char *word)
{
    if (strcmp(word, "success") == 0)
        return 0;
    for (int err = -1; err > ERR_LAST; err--)
        if (strcmp(err_word(err), word) == 0)
            return err;
    world_fail("\"%s\" is no error's word", word);
}

static void send_looked_up(struct daemon *d, int err)
{
    uint8_t buf[64];
    struct wire_msg m = wire_begin(buf, sizeof buf, WIRE_LOOKED_UP);
    wire_put_looked_up(&m, &(struct wire_looked_up){ .err = err });
    send_message(d->fd, &m);
    close(d->fd);
}

static void send_prompt(struct daemon *d)
{
    static const char *const kinds[] = {
        "",     "password",          "code",    "new_password",   "new_again",
        "text", "password_and_code", "current", "from_the_future"
    };
    static uint8_t buf[WIRE_HEADER_BYTES + 64 + WIRE_PROMPT_MAX];
    static struct wire_prompt p;
    (void)lex_next(&lex);
    for (uint8_t i = 0; i < COUNT(kinds); i++)
        if (lex_is(&lex, kinds[i]))
            p.kind = i;
    (void)lex_next(&lex);
    p.echo = lex_is(&lex, "on");
    (void)lex_next(&lex);
    world_format(p.text, sizeof p.text, "%s", lex.text);
    struct wire_msg m = wire_begin(buf, sizeof buf, WIRE_PROMPT);
    wire_put_prompt(&m, &p);
    send_message(d->fd, &m);
}

static void send_result(struct daemon *d)
{
    static uint8_t buf[WIRE_HEADER_BYTES + 64 + WIRE_TEXT_MAX];
    static struct wire_result v;
    (void)lex_next(&lex);
    v.err = err_of(lex.text);
    v.text[0] = '\0';
    if (lex_next(&lex))
        world_format(v.text, sizeof v.text, "%s", lex.text);
    struct wire_msg m = wire_begin(buf, sizeof buf, WIRE_RESULT);
    wire_put_result(&m, &v);
    send_message(d->fd, &m);
    close(d->fd);
}

static void send_garbage(struct daemon *d)
{
    static const char garbage[] = "HTTP/1.1 200 OK\r\n\r\n{\"AuthenticationResult\":{}}";
    (void)send(d->fd, garbage, sizeof garbage, MSG_NOSIGNAL);
}

/* The module has to close; until then nothing is said. */
static void wait_for_hang_up(struct daemon *d)
{
    char c;
    if (recv(d->fd, &c, 1, 0) > 0)
        world_fail("daemon: a message came that should not have");
    close(d->fd);
}

static void on_probe(struct daemon *d)
{
    d->fd = accept4(d->pam, NULL, NULL, SOCK_CLOEXEC);
    wait_for_hang_up(d);
}

static void publish(struct daemon *d)
{
    daemon_read_user(&lex, d->directory);
    world_publish(d->directory);
}

static void answer(struct daemon *d)
{
    if (lex_is(&lex, "prompt"))
        send_prompt(d);
    else if (lex_is(&lex, "result"))
        send_result(d);
    else if (lex_is(&lex, "publish"))
        publish(d);
    else if (lex_is(&lex, "found"))
        send_looked_up(d, 0);
    else if (lex_is(&lex, "absent"))
        send_looked_up(d, ERR_ABSENT);
    else if (lex_is(&lex, "unavail"))
        send_looked_up(d, ERR_UNAVAIL);
    else if (lex_is(&lex, "garbage"))
        send_garbage(d);
    else if (lex_is(&lex, "silence"))
        wait_for_hang_up(d);
    else if (lex_is(&lex, "close"))
        close(d->fd);
    else
        world_fail("daemon: unknown answer %s", lex.text);
}

static void play(struct daemon *d, const char *line)
{
    lex_begin(&lex, line);
    (void)lex_next(&lex);
    if (lex_is(&lex, "auth_start"))
        on_auth_start(d);
    else if (lex_is(&lex, "auth_step"))
        on_auth_step(d);
    else if (lex_is(&lex, "session_open"))
        on_session(d, WIRE_SESSION_OPEN);
    else if (lex_is(&lex, "session_close"))
        on_session(d, WIRE_SESSION_CLOSE);
    else if (lex_is(&lex, "lookup"))
        on_lookup(d);
    else if (lex_is(&lex, "hung_up"))
        wait_for_hang_up(d);
    else if (lex_is(&lex, "probed"))
        on_probe(d);
    else
        world_fail("daemon: unknown line %s", line);
    while (lex_next(&lex)) {
        while (lex_is(&lex, "->"))
            (void)lex_next(&lex);
        answer(d);
    }
}

pid_t daemon_start(const char *const *lines, size_t count, struct world_directory *directory)
{
    struct daemon d = { -1, -1, -1, directory };
    bool is_frozen = count > 0 && strcmp(lines[0], "frozen") == 0;
    for (size_t i = 0; i < count; i++) {
        bool is_lookup = strncmp(lines[i], "lookup", 6) == 0;
        if ((is_frozen || is_lookup) && d.nss < 0)
            d.nss = world_listen(path_nss_socket);
        if (!is_lookup && d.pam < 0)
            d.pam = world_listen(path_pam_socket);
    }
    pid_t pid = count == 0 ? 0 : fork();
    if (pid == 0 && count > 0) {
        alarm(ANSWER_WITHIN_S);
        while (is_frozen)
            pause();
        for (size_t i = 0; i < count; i++)
            play(&d, lines[i]);
        _exit(0);
    }
    if (d.pam >= 0)
        close(d.pam);
    if (d.nss >= 0)
        close(d.nss);
    return pid;
}

bool daemon_end(pid_t pid, bool is_frozen)
{
    int status = 0;
    if (pid == 0)
        return true;
    if (is_frozen)
        kill(pid, SIGKILL);
    if (waitpid(pid, &status, 0) != pid)
        return false;
    return is_frozen || (WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static enum snap_status status_of(const char *word)
{
    static const char *const words[] = { "OTHER",          "CONFIRMED",   "NEW_PASSWORD",
                                         "RESET_REQUIRED", "UNCONFIRMED", "EXTERNAL" };
    for (size_t i = 0; i < COUNT(words); i++)
        if (strcmp(words[i], word) == 0)
            return (enum snap_status)i;
    world_fail("\"%s\" is no status", word);
}

static void read_groups(struct world_user *u, char *list)
{
    u->group_count = 0;
    for (char *save = NULL, *g = strtok_r(list, ",", &save);
         g != NULL && u->group_count < WORLD_GROUPS; g = strtok_r(NULL, ",", &save))
        world_format(u->groups[u->group_count++], sizeof u->groups[0], "%s", g);
}

void daemon_read_user(struct lex *l, struct world_directory *directory)
{
    (void)lex_next(l);
    struct world_user *u = world_user(directory, l->text);
    while (*(l->at + strspn(l->at, " ")) != '-' && lex_next(l)) {
        if (strncmp(l->text, "status=", 7) == 0)
            u->status = status_of(l->text + 7);
        else if (strncmp(l->text, "groups=", 7) == 0)
            read_groups(u, l->text + 7);
        else if (strncmp(l->text, "uid=", 4) == 0)
            u->uid = u->gid = (uint32_t)strtoul(l->text + 4, NULL, 10);
        else if (strncmp(l->text, "gid=", 4) == 0)
            u->gid = (uint32_t)strtoul(l->text + 4, NULL, 10);
        else if (lex_is(l, "disabled"))
            u->is_disabled = true;
        else
            world_fail("\"%s\" says nothing about a user", l->text);
    }
}
