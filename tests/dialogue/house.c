/* SPDX-License-Identifier: Apache-2.0 */
#include "dialogue/house.h"

#include "contract/pam_lex.h"
#include "contract/pam_world.h"
#include "dialogue/cloud.h"
#include "dialogue/guest.h"
#include "dialogue/judge.h"
#include "dialogue/srp_server.h"
#include "dialogue/stage.h"
#include "unit/daemon_fixture.h"

#include "base/paths.h"
#include "cognito/auth.h"
#include "daemon/conn.h"
#include "daemon/device.h"
#include "daemon/log.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define LOG_FILE "./log"
#define LOG_MAX  65536

static const char *const groups[] = { "devs", NULL };
static int conns;            /* open now */
static bool is_program_over; /* its end of the pipe is closed */

/* Found before libc's, also by SQLite: nothing here has to outlive a power cut, and a thousand
 * dialogues would wait for the disk most of the time. */
__attribute__((visibility("default"))) int fsync(int fd)
{
    (void)fd;
    return 0;
}

__attribute__((visibility("default"))) int fdatasync(int fd)
{
    (void)fd;
    return 0;
}

static void open_log(void)
{
    int fd = open(LOG_FILE, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);
    if (fd < 0 || dup2(fd, STDERR_FILENO) < 0)
        world_fail("no log");
    close(fd);
    log_level(CONFIG_LOG_DEBUG);
}

/* --- the socket ------------------------------------------------------------------------------- */

static void on_closed(void *arg, struct conn *conn)
{
    (void)arg;
    (void)conn;
    conns--;
}

/* The program counts as root: whom the daemon lets ask is tests/unit/test_conn.c's. */
static void on_acceptable(evutil_socket_t fd, short what, void *arg)
{
    (void)what;
    (void)arg;
    struct conn *conn;
    int conn_fd = accept4(fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (conn_fd < 0 || conn_open(&fixture, conn_fd, CONN_PAM, &(struct conn_peer){ 0, 1 },
                                 on_closed, NULL, &conn) != 0)
        stage_fail("the connection was not opened");
    conns++;
}

static void on_program_over(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    (void)arg;
    is_program_over = true;
    cloud_program_over();
}

static void on_patience_over(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    (void)arg;
    stage_fail("nothing happens any more");
}

/* --- the device ------------------------------------------------------------------------------- */

static bool is_device(struct device_secret *ret_secret)
{
    return device_find(&fixture, FIXTURE_SUB, ret_secret);
}

/* As an earlier login with a code left it. */
static void remember_device(void)
{
    const struct auth_tokens earlier = { .access = "eyJ-earlier",
                                         .device_key = JUDGE_DEVICE,
                                         .device_group_key = JUDGE_DEVICE_GROUP };
    struct device_secret secret;
    fixture_reply("ConfirmDevice", 200, "{\"UserConfirmationNecessary\":false}");
    device_remember(&fixture, FIXTURE_SUB, &earlier);
    while (!is_device(&secret))
        if (event_base_loop(fixture.loop, EVLOOP_ONCE) != 0)
            stage_fail("no device is remembered");
    const char *sent = fixture_request("ConfirmDevice");
    judge_confirmation(sent, strlen(sent));
}

/* What is kept can prove what the pool was told, and is in no log (R-SEC-01). */
static void judge_device(const struct play *play, const char *log)
{
    struct device_secret s;
    bool is_left = is_device(&s);
    if (is_left != play->device.is_left)
        stage_fail("this host %s a device", is_left ? "is" : "is not");
    if (is_left &&
        (!srp_server_is_secret(s.group_key, s.key, s.password) || strstr(log, s.password) != NULL))
        stage_fail("the device's secret does not fit, or is in the log");
}

/* --- the program ------------------------------------------------------------------------------ */

static pid_t start_program(const struct play *play, int listener, int *ret_alive)
{
    int alive[2];
    if (pipe2(alive, O_CLOEXEC) != 0)
        world_fail("no pipe");
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        close(alive[0]);
        close(listener);
        guest_run(play);
    }
    close(alive[1]);
    *ret_alive = alive[0];
    return pid;
}

static void loop(int listener, int alive)
{
    struct event *acceptable =
        event_new(fixture.loop, listener, EV_READ | EV_PERSIST, on_acceptable, NULL);
    struct event *over = event_new(fixture.loop, alive, EV_READ, on_program_over, NULL);
    struct event *patience = evtimer_new(fixture.loop, on_patience_over, NULL);
    event_add(acceptable, NULL);
    event_add(over, NULL);
    event_add(patience, &(struct timeval){ 60, 0 });
    while (!is_program_over || conns > 0 || cloud_is_asked())
        event_base_loop(fixture.loop, EVLOOP_ONCE);
    event_free(acceptable);
    event_free(over);
    event_free(patience);
}

/* --- the end ---------------------------------------------------------------------------------- */

static bool is_end_of(const struct play *play, const char *end)
{
    for (size_t i = 0; i < play->count; i++)
        if (play->lines[i].kind == LINE_END && strncmp(play->lines[i].text, end, strlen(end)) == 0)
            return true;
    return false;
}

/* The program's own failures are written already. A killed one could not take its last line. */
static void judge_program(const struct play *play, pid_t pid)
{
    int status = 0;
    bool is_killed = is_end_of(play, "= killed");
    if (waitpid(pid, &status, 0) != pid)
        stage_fail("the program is lost");
    if (is_killed) {
        (void)stage_take(LINE_END, "the end");
        if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGKILL || !cloud_was_let_go())
            stage_fail("the program did not die, or its request was not let go");
    } else if (WIFSIGNALED(status)) {
        stage_fail("the program died of signal %d", WTERMSIG(status));
    } else if (WEXITSTATUS(status) != 0) {
        exit(1);
    }
    if (!stage_is_over())
        stage_fail("the dialogue ended early");
}

static const char *read_log(void)
{
    static char text[LOG_MAX];
    FILE *f = fopen(LOG_FILE, "re");
    size_t n = f == NULL ? 0 : fread(text, 1, sizeof text - 1, f);
    if (f != NULL)
        fclose(f);
    text[n] = '\0';
    return text;
}

/* `= CODE reason more`: more challenges than the pool has named. */
struct ending {
    char code[64], reason[128], more[64];
};

static struct ending ending_of(const struct play *play)
{
    static struct lex lex;
    struct ending e;
    for (size_t i = 0; i < play->count; i++)
        if (play->lines[i].kind == LINE_END)
            lex_begin(&lex, play->lines[i].text);
    (void)lex_next(&lex);
    (void)lex_next(&lex);
    world_format(e.code, sizeof e.code, "%s", lex.text);
    (void)lex_next(&lex);
    world_format(e.reason, sizeof e.reason, "%s", lex.text);
    (void)lex_next(&lex);
    world_format(e.more, sizeof e.more, "%s", lex.text);
    return e;
}

/* R-LOG-01: one line, whatever happened. `= CODE -`: the daemon was not asked. */
static void judge_outcome(const struct play *play, const char *log)
{
    char begin[64], wanted[1024];
    const struct ending e = ending_of(play);
    const char *all = cloud_challenges();
    bool has_both = all[0] != '\0' && e.more[0] != '\0';
    bool has_none = all[0] == '\0' && e.more[0] == '\0';
    bool was_asked = strstr(log, "request_id=request-of") != NULL;
    world_format(begin, sizeof begin, "%s user=" GUEST_USER " ",
                 play->is_change ? "password" : "login");
    const char *line = strstr(log, begin);
    if (strcmp(e.reason, "-") == 0) {
        if (line != NULL)
            stage_fail("there is a line for the login:\n%s", log);
        return;
    }
    world_format(wanted, sizeof wanted,
                 "%sservice=%s rhost=%s tty=ssh ruser=- outcome=%s reason=%s "
                 "challenges=%s%s%s%s request_id=%s\n",
                 begin, GUEST_SERVICE, GUEST_RHOST,
                 strcmp(e.code, "PAM_SUCCESS") == 0 ? "accepted" : "refused", e.reason, all,
                 has_both ? "," : "", e.more, has_none ? "-" : "",
                 was_asked ? "request-of-this-dialogue" : "-");
    if (line == NULL || strncmp(line, wanted, strlen(wanted)) != 0 ||
        strstr(line + 1, begin) != NULL)
        stage_fail("not this line, or not once: %s%s", wanted, log);
}

static void judge_log(const struct play *play)
{
    const char *log = read_log();
    judge_outcome(play, log);
    judge_device(play, log);
    if (cloud_secret_in(log) != NULL)
        stage_fail("%s is in the log:\n%s", cloud_secret_in(log), log);
    guest_judge_log(play, play->logs, play->log_count, log);
}

void house_play(const struct play *play)
{
    const struct person alice = { .sub = FIXTURE_SUB,
                                  .username = JUDGE_USERNAME,
                                  .status = play->status };
    char config[4096];
    int alive;
    open_log();
    world_make();
    fixture_open(play->policy);
    log_level(CONFIG_LOG_DEBUG);
    world_format(config, sizeof config, "[pool]\npool_id = %s\nclient_id = %s\n%s", JUDGE_POOL,
                 JUDGE_CLIENT, play->policy);
    world_write(path_config, 0644, config);
    guest_prepare();
    if (play->has_secret &&
        secret_set(&fixture.client_secret, JUDGE_SECRET, strlen(JUDGE_SECRET)) != 0)
        world_fail("no secret");
    snprintf(fixture.host_name, sizeof fixture.host_name, "web1");
    (void)fixture_user(&alice, groups);
    stage_open(play);
    if (play->device.is_remembered)
        remember_device();
    int listener = world_listen(path_pam_socket);
    pid_t pid = start_program(play, listener, &alive);
    cloud_open(play, pid);
    loop(listener, alive);
    judge_program(play, pid);
    judge_log(play);
    close(listener);
    close(alive);
    fixture_close();
}
