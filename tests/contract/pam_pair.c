/* SPDX-License-Identifier: Apache-2.0 */
#include "pam_pair.h"
#include "pam_log.h"
#include "pam_world.h"

#include "base/paths.h"
#include "wire/wire.h"

#include <pthread.h>
#include <security/pam_appl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define STEPS 2

/* Both are asked before either answers: no dialogue is ever ahead of the other. */
static pthread_barrier_t both_are_asked;

struct person {
    const char *name;
    const char *answers[STEPS];
    int wanted; /* of pam_authenticate() */
    char service_dir[512];
    unsigned asked;
    int got;
};
#define PERSON(who, first, second, code)                                                           \
    {                                                                                              \
        .name = who, .answers = { first, second }, .wanted = code                                  \
    }

/* ----------------------------------------------------------------- the daemon */

static void send_message(int fd, struct wire_msg *m)
{
    int size = wire_finish(m);
    if (size < 0 || send(fd, m->start, (size_t)size, MSG_NOSIGNAL) != size)
        _exit(1);
}

static struct rd receive(int fd, uint16_t opcode, uint8_t body[static 2048])
{
    uint8_t head[WIRE_HEADER_BYTES];
    struct wire_header h;
    if (recv(fd, head, sizeof head, MSG_WAITALL) != (ssize_t)sizeof head ||
        wire_header_read(head, &h) != 0 || h.opcode != opcode || h.length > 2048 ||
        recv(fd, body, h.length, MSG_WAITALL) != (ssize_t)h.length)
        _exit(1);
    return rd_over(body, h.length);
}

/* Each step's prompt names the user, and each step's answer must be that user's. */
static void serve(int fd)
{
    static struct wire_prompt prompt;
    static struct wire_result result;
    static uint8_t buf[WIRE_HEADER_BYTES + 64 + WIRE_TEXT_MAX];
    uint8_t body[2048];
    struct wire_auth_start start;
    struct rd r = receive(fd, WIRE_AUTH_START, body);
    if (wire_get_auth_start(&r, &start) != 0)
        _exit(1);
    for (unsigned i = 0; i < STEPS && result.err == 0; i++) {
        struct secret answer;
        char wanted[64];
        prompt.kind = i == 0 ? WIRE_PROMPT_PASSWORD : WIRE_PROMPT_CODE;
        world_format(prompt.text, sizeof prompt.text, "%s %u: ", start.user, i);
        struct wire_msg m = wire_begin(buf, sizeof buf, WIRE_PROMPT);
        wire_put_prompt(&m, &prompt);
        send_message(fd, &m);
        r = receive(fd, WIRE_AUTH_STEP, body);
        world_format(wanted, sizeof wanted, "%s-%u", start.user, i);
        if (wire_get_auth_step(&r, &answer) != 0 || strcmp(answer.bytes, wanted) != 0)
            result.err = ERR_AUTH;
    }
    struct wire_msg m = wire_begin(buf, sizeof buf, WIRE_RESULT);
    wire_put_result(&m, &result);
    send_message(fd, &m);
    _exit(0);
}

static pid_t start_daemon(void)
{
    int listener = world_listen(path_pam_socket);
    pid_t pid = fork();
    if (pid != 0) {
        close(listener);
        return pid;
    }
    alarm(20);
    for (;;) {
        int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
        if (fd >= 0 && fork() == 0)
            serve(fd);
        close(fd);
    }
}

/* ---------------------------------------------------------------- the program */

static int converse(int count, const struct pam_message **messages, struct pam_response **ret,
                    void *arg)
{
    struct person *p = arg;
    char wanted[64];
    struct pam_response *r = calloc((size_t)count, sizeof *r);
    if (r == NULL || count != 1)
        world_fail("%d messages at once", count);
    world_format(wanted, sizeof wanted, "%s %u: ", p->name, p->asked);
    if (p->asked == STEPS || strcmp(messages[0]->msg, wanted) != 0)
        world_fail("%s was asked \"%s\" instead of \"%s\"", p->name, messages[0]->msg, wanted);
    pthread_barrier_wait(&both_are_asked);
    r->resp = strdup(p->answers[p->asked++]);
    *ret = r;
    return PAM_SUCCESS;
}

static void *log_in(void *arg)
{
    struct person *p = arg;
    pam_handle_t *handle = NULL;
    const struct pam_conv conv = { converse, p };
    const void *user = NULL;
    if (pam_start_confdir("pair", p->name, &conv, p->service_dir, &handle) != PAM_SUCCESS)
        world_fail("pam_start_confdir failed");
    p->got = pam_authenticate(handle, 0);
    if (pam_get_item(handle, PAM_USER, &user) != PAM_SUCCESS || strcmp(user, p->name) != 0)
        world_fail("PAM_USER of %s changed", p->name);
    pam_end(handle, p->got);
    return NULL;
}

static void write_service(char *dir, size_t cap)
{
    char path[1024], text[2048];
    const char *build = getenv("top_builddir");
    world_format(dir, cap, "%s/pam.d", path_run_dir);
    world_format(path, sizeof path, "%s/pair", dir);
    world_format(text, sizeof text,
                 "auth [success=ok default=die] %s/tests/contract/.libs/pam_under_test.so\n"
                 "auth [default=ignore] %s/tests/contract/.libs/pam_tool.so show\n"
                 "auth required %s/tests/contract/.libs/pam_tool.so succeed\n",
                 build, build, build);
    world_write(path, 0644, text);
}

static void play(struct person people[2])
{
    pthread_t threads[2];
    struct world_directory directory = { .count = 0 };
    world_make();
    for (size_t i = 0; i < 2; i++)
        (void)world_user(&directory, people[i].name);
    world_publish(&directory);
    write_service(people[0].service_dir, sizeof people[0].service_dir);
    memcpy(people[1].service_dir, people[0].service_dir, sizeof people[0].service_dir);
    pid_t daemon = start_daemon();
    if (pthread_barrier_init(&both_are_asked, NULL, 2) != 0)
        world_fail("no barrier");
    for (size_t i = 0; i < 2; i++)
        if (pthread_create(&threads[i], NULL, log_in, &people[i]) != 0)
            world_fail("no thread");
    for (size_t i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    pthread_barrier_destroy(&both_are_asked);
    kill(daemon, SIGKILL);
    waitpid(daemon, NULL, 0);
    for (size_t i = 0; i < 2; i++)
        if (people[i].got != people[i].wanted || people[i].asked != STEPS)
            world_fail("%s: %d after %u prompts\n%s", people[i].name, people[i].got,
                       people[i].asked, log_text());
}

void pair_play(void)
{
    struct person both_right[2] = { PERSON("alice", "alice-0", "alice-1", PAM_SUCCESS),
                                    PERSON("bob", "bob-0", "bob-1", PAM_SUCCESS) };
    struct person one_wrong[2] = { PERSON("alice", "alice-0", "alice-1", PAM_SUCCESS),
                                   PERSON("bob", "bob-0", "alice-1", PAM_AUTH_ERR) };
    struct person each_others[2] = { PERSON("alice", "alice-0", "bob-1", PAM_AUTH_ERR),
                                     PERSON("bob", "bob-0", "alice-1", PAM_AUTH_ERR) };
    static const char *const passed_on[] = { "below: authtok=alice-0\n", "below: authtok=bob-0\n" };
    play(both_right);
    for (size_t i = 0; i < COUNT(passed_on); i++)
        if (strstr(log_text(), passed_on[i]) == NULL)
            world_fail("not in the log: %s%s", passed_on[i], log_text());
    play(one_wrong);
    play(each_others);
}
