/* SPDX-License-Identifier: Apache-2.0
 *
 * R-PAM-01, R-PAM-03: every call of the module into libpam fails once, and every allocation, in a
 * login with a password and a code, and in one that this service's allow list refuses. Nobody gets
 * in by a fault, out of memory is PAM_BUF_ERR, nothing is left behind. One run a fault, until a run
 * ends without having met it.
 */
#include "contract/pam_daemon.h"
#include "contract/pam_log.h"
#include "contract/pam_world.h"
#include "fakepam/fakepam.h"

#include "base/err.h"
#include "base/paths.h"

#include <dirent.h>
#include <fcntl.h>
#include <security/pam_appl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct fakepam_module ours = {
    "pam_under_test.so",
    { pam_sm_authenticate, pam_sm_setcred, pam_sm_acct_mgmt, pam_sm_open_session,
      pam_sm_close_session, pam_sm_chauthtok },
};

const struct fakepam_module *const fakepam_modules[] = { &ours, NULL };

static const char *const dialogue[] = {
    "auth_start user=alice -> prompt password off \"Password: \"",
    "auth_step \"pw\" -> prompt code off \"Code: \"",
    "auth_step \"123456\" -> result success",
};

static const struct story {
    const char *name, *config;
    bool is_let_in;
} stories[] = {
    { "let in", "[login]\nlogin_timeout = 5s\n", true },
    { "refused by the service's list", "[service sshd]\nallow_groups = ops\n", false },
};

static unsigned answered;

/* --- allocations ------------------------------------------------------------------------------ */

/* volatile: a compiler knows malloc(), and that it does not look here. */
static volatile struct {
    bool is_armed;
    unsigned nth, seen;
} memory;

static bool is_out_of_memory(void)
{
    return memory.is_armed && ++memory.seen == memory.nth;
}

/* Called in place of the plain names (--wrap). */
void *__real_malloc(size_t n);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *p, size_t n);
void *__real_reallocarray(void *p, size_t count, size_t size);
char *__real_strdup(const char *s);
void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *p, size_t n);
void *__wrap_reallocarray(void *p, size_t count, size_t size);
char *__wrap_strdup(const char *s);

void *__wrap_malloc(size_t n)
{
    return is_out_of_memory() ? NULL : __real_malloc(n);
}

void *__wrap_calloc(size_t count, size_t size)
{
    return is_out_of_memory() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *p, size_t n)
{
    return is_out_of_memory() ? NULL : __real_realloc(p, n);
}

void *__wrap_reallocarray(void *p, size_t count, size_t size)
{
    return is_out_of_memory() ? NULL : __real_reallocarray(p, count, size);
}

char *__wrap_strdup(const char *s)
{
    return is_out_of_memory() ? NULL : __real_strdup(s);
}

/* --- a run ------------------------------------------------------------------------------------ */

/* The program's own memory is no part of the test. */
static int converse(int count, const struct pam_message **messages, struct pam_response **ret,
                    void *arg)
{
    static const char *const answers[] = { "pw", "123456" };
    bool was_armed = memory.is_armed;
    (void)messages;
    (void)arg;
    if (count != 1 || answered >= COUNT(answers))
        return PAM_CONV_ERR;
    memory.is_armed = false;
    *ret = calloc(1, sizeof **ret);
    (*ret)->resp = strdup(answers[answered++]);
    memory.is_armed = was_armed;
    return PAM_SUCCESS;
}

static size_t count_fds(void)
{
    size_t n = 0;
    DIR *d = opendir("/proc/self/fd");
    while (d != NULL && readdir(d) != NULL)
        n++;
    if (d != NULL)
        closedir(d);
    return n;
}

static pam_handle_t *start(void)
{
    static const struct pam_conv conv = { converse, NULL };
    char dir[1024];
    pam_handle_t *handle = NULL;
    world_format(dir, sizeof dir, "%s/pam.d", path_run_dir);
    if (pam_start_confdir("sshd", "alice", &conv, dir, &handle) != PAM_SUCCESS)
        world_fail("no handle");
    (void)pam_set_item(handle, PAM_RHOST, "192.0.2.7");
    return handle;
}

static void prepare(const struct story *story)
{
    static struct world_directory directory;
    char path[1024];
    world_make();
    world_format(path, sizeof path, "%s/50-story.conf", path_config_dir);
    world_append(path, story->config);
    world_format(path, sizeof path, "%s/pam.d/sshd", path_run_dir);
    world_write(path, 0644, "auth required pam_under_test.so\n");
    memset(&directory, 0, sizeof directory);
    (void)world_user(&directory, "alice");
    world_publish(&directory);
}

/* What it says of a module that hangs up is of no interest here. */
static pid_t start_daemon(void)
{
    static struct world_directory unused;
    int said = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
    int nothing = open("/dev/null", O_WRONLY | O_CLOEXEC);
    dup2(nothing, STDERR_FILENO);
    pid_t pid = daemon_start(dialogue, COUNT(dialogue), &unused);
    dup2(said, STDERR_FILENO);
    close(nothing);
    close(said);
    return pid;
}

static int run(const struct story *story, const char *what, unsigned nth)
{
    pid_t daemon = start_daemon();
    pam_handle_t *handle = start();
    size_t fds = count_fds();
    answered = 0;
    memory.seen = 0;
    memory.is_armed = memory.nth > 0;
    int code = pam_authenticate(handle, 0);
    memory.is_armed = false;
    if (count_fds() != fds)
        world_fail("%s %u: descriptors are left open", what, nth);
    if (code == PAM_SUCCESS && (!story->is_let_in || answered < 2))
        world_fail("%s %u, %s: let in", what, nth, story->name);
    if (code == PAM_IGNORE)
        world_fail("%s %u: a fault is not \"not ours\"", what, nth);
    if (code != PAM_SUCCESS && fakepam_item(handle, PAM_AUTHTOK) != NULL)
        world_fail("%s %u: a refused password is left behind", what, nth);
    pam_end(handle, code);
    (void)daemon_end(daemon, true); /* it may wait for ever */
    return code;
}

static unsigned fail_calls(const struct story *story, int with)
{
    unsigned nth = 1;
    for (;; nth++) {
        fakepam_fail_at(nth, with);
        (void)run(story, "call", nth);
        if (fakepam_calls() < nth)
            return nth - 1;
    }
}

static unsigned fail_allocations(const struct story *story)
{
    unsigned nth = 1;
    fakepam_fail_at(0, 0);
    for (;; nth++) {
        memory.nth = nth;
        int code = run(story, "allocation", nth);
        memory.nth = 0;
        if (memory.seen < nth)
            return nth - 1;
        /* What is handed on to the modules below may get lost. */
        if (code != PAM_BUF_ERR && code != PAM_SUCCESS)
            world_fail("allocation %u, %s: code %d", nth, story->name, code);
    }
}

int main(void)
{
    static const int codes[] = { PAM_SYSTEM_ERR, PAM_BUF_ERR, PAM_BAD_ITEM };
    unsigned faults = 0;
    for (size_t i = 0; i < COUNT(stories); i++) {
        prepare(&stories[i]);
        fakepam_fail_at(0, 0);
        int code = run(&stories[i], "nothing", 0);
        if (code != (stories[i].is_let_in ? PAM_SUCCESS : PAM_PERM_DENIED))
            world_fail("%s: code %d without a fault\n%s", stories[i].name, code, log_text());
        for (size_t k = 0; k < COUNT(codes); k++)
            faults += fail_calls(&stories[i], codes[k]);
        faults += fail_allocations(&stories[i]);
    }
    printf("%u passed, 0 failed\n", faults);
    return faults > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
