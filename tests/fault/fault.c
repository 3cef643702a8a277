/* SPDX-License-Identifier: Apache-2.0
 *
 * A publish with its commit to state.db and its boot copy, broken everywhere (R-SNAP-01, R-ID-02,
 * R-ID-15): the process is killed before each of its system calls, then at points that chance
 * chooses; every call that touches a file fails once with ENOSPC, EROFS and EIO; the disk is too
 * small (as root). After each run the old state or the new one is on the disk, whole, and the next
 * publish succeeds. The driver is the tracer of a forked child: it sees every call that is made,
 * SQLite's and libc's too.
 *
 * Works in the directory it is started in (paths.c is compiled with the root ".").
 *
 * usage: fault [RANDOM_KILLS]
 */
#include "world.h"

#include "base/err.h"
#include "base/paths.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PUBLISHED    0
#define REFUSED      3
#define CANNOT_START 90 /* world_open(): state.db needs room to be opened */
#define BEFORE       7u /* the revision that is there, and the one that is tried */
#define AFTER        8u

static unsigned passed, failed;

static void report(bool holds, const char *what, long at, int error)
{
    passed += holds;
    failed += !holds;
    if (!holds)
        printf("not ok %s: call %ld%s%s\n", what, at, error == 0 ? "" : ", ",
               error == 0 ? "" : strerror(error));
}

/* Stops where the breaking begins, when somebody traces it. */
static void child(unsigned revision, bool with_base, bool is_traced)
{
    world_open();
    if (is_traced && (ptrace(PTRACE_TRACEME, 0, NULL, NULL) != 0 || raise(SIGSTOP) != 0))
        _exit(91);
    int err = world_publish(revision, with_base);
    _exit(err == 0 ? PUBLISHED : REFUSED);
}

static pid_t start(unsigned revision, bool with_base, bool is_traced)
{
    fflush(stdout);
    pid_t pid = fork();
    if (pid < 0) {
        perror("fork");
        exit(1);
    }
    if (pid == 0)
        child(revision, with_base, is_traced);
    return pid;
}

/* Whole and undisturbed: the state before a run, or the proof that it goes on after one. */
static bool publish_in_peace(unsigned revision)
{
    int status;
    pid_t pid = start(revision, false, false);
    return waitpid(pid, &status, 0) == pid && WIFEXITED(status) &&
           WEXITSTATUS(status) == PUBLISHED && world_judge() == revision;
}

/* ------------------------------------------------------------------ one call */

static bool touches_files(long call)
{
    static const long calls[] = {
        SYS_openat,     SYS_write,  SYS_pwrite64,  SYS_writev,   SYS_read,      SYS_pread64,
        SYS_fsync,      SYS_fchmod, SYS_fdatasync, SYS_renameat, SYS_unlinkat,  SYS_ftruncate,
        SYS_mmap,       SYS_lseek,  SYS_fcntl,     SYS_close,    SYS_fallocate,
#ifdef SYS_open
        SYS_open,       SYS_rename, SYS_unlink,    SYS_mkdir,    SYS_stat,      SYS_access,
#endif
#ifdef SYS_newfstatat
        SYS_newfstatat,
#endif
    };
    for (size_t i = 0; i < COUNT(calls); i++)
        if (calls[i] == call)
            return true;
    return false;
}

#ifdef __x86_64__
static bool set_result(pid_t pid, bool is_entry, int error)
{
    struct user_regs_struct regs;
    if (ptrace(PTRACE_GETREGS, pid, NULL, &regs) != 0)
        return false;
    if (is_entry)
        regs.orig_rax = (unsigned long long)-1; /* no call is made */
    else
        regs.rax = (unsigned long long)-(long long)error;
    return ptrace(PTRACE_SETREGS, pid, NULL, &regs) == 0;
}
#define CAN_FAIL true
#else
static bool set_result(pid_t pid, bool is_entry, int error)
{
    (void)pid;
    (void)is_entry;
    (void)error;
    return false;
}
#define CAN_FAIL false
#endif

/* Lets the child go to its next stop; false when it has ended. */
static bool go_on(pid_t pid, int *status)
{
    return ptrace(PTRACE_SYSCALL, pid, NULL, NULL) == 0 && waitpid(pid, status, 0) == pid &&
           WIFSTOPPED(*status);
}

/* Runs to the at-th call that counts, which dies (error 0) or fails. True: it came to that. */
static bool strike(pid_t pid, long at, int error, int *status)
{
    struct __ptrace_syscall_info info;
    while (go_on(pid, status)) {
        if (WSTOPSIG(*status) != (SIGTRAP | 0x80) ||
            ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof info, &info) < 0 ||
            info.op != PTRACE_SYSCALL_INFO_ENTRY ||
            (error != 0 && !touches_files((long)info.entry.nr)) || --at > 0)
            continue;
        if (error == 0) {
            kill(pid, SIGKILL);
            waitpid(pid, status, 0);
            return true;
        }
        if (!set_result(pid, true, error) || !go_on(pid, status) || !set_result(pid, false, error))
            kill(pid, SIGKILL);
        while (go_on(pid, status))
            ;
        return true;
    }
    return false;
}

/* False behind the last call. */
static bool run_to(long at, int error, bool with_base, const char *what)
{
    int status;
    world_restore();
    pid_t pid = start(AFTER, with_base, true);
    if (waitpid(pid, &status, 0) != pid || !WIFSTOPPED(status) ||
        ptrace(PTRACE_SETOPTIONS, pid, NULL, PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL) != 0) {
        fprintf(stderr, "fault: cannot trace\n");
        exit(1);
    }
    bool struck = strike(pid, at, error, &status);
    unsigned found = world_judge();
    bool is_right = found == BEFORE || found == AFTER;
    if (error != 0 || !struck) /* it ended by itself, and said which */
        is_right = WIFEXITED(status) && (WEXITSTATUS(status) == PUBLISHED ? found == AFTER
                                         : WEXITSTATUS(status) == REFUSED ? found == BEFORE
                                                                          : false);
    report(is_right, what, at, error);
    report(publish_in_peace(AFTER), "the publish after it", at, error);
    return struck;
}

static void everywhere(int error, bool with_base, const char *what)
{
    long at = 1;
    while (run_to(at, error, with_base, what))
        at++;
    printf("%s%s: %ld calls\n", what, with_base ? ", new base" : "", at - 1);
    report(at > 40, "so many calls at least", at, error);
}

/* ------------------------------------------------------------------ chance */

static long whole_run_us(void)
{
    struct timespec begin, end;
    world_restore();
    clock_gettime(CLOCK_MONOTONIC, &begin);
    int status;
    pid_t pid = start(AFTER, true, false);
    waitpid(pid, &status, 0);
    clock_gettime(CLOCK_MONOTONIC, &end);
    return (end.tv_sec - begin.tv_sec) * 1000000 + (end.tv_nsec - begin.tv_nsec) / 1000;
}

static void at_random(unsigned kills)
{
    unsigned whole = 0;
    uint32_t most_us = (uint32_t)whole_run_us() * 3 / 2; /* some get through */
    for (unsigned i = 0; i < kills; i++) {
        int status;
        world_restore();
        pid_t pid = start(AFTER, i % 2 == 0, false);
        long us = (long)arc4random_uniform(most_us + 1);
        nanosleep(&(struct timespec){ us / 1000000, us % 1000000 * 1000 }, NULL);
        kill(pid, SIGKILL);
        waitpid(pid, &status, 0);
        unsigned found = world_judge();
        whole += found == AFTER;
        report(found == BEFORE || found == AFTER, "killed at random", i, 0);
    }
    printf("killed at random: %u times, %u had published\n", kills, whole);
}

/* ------------------------------------------------------------------ a small disk */

static void on_disk_of(unsigned kib, const char *where)
{
    char options[32];
    int status;
    world_restore();
    snprintf(options, sizeof options, "size=%uk,mode=755", kib);
    pid_t pid = fork();
    if (pid == 0) {
        if (unshare(CLONE_NEWNS) != 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
            mount("small", where, "tmpfs", 0, options) != 0)
            _exit(92);
        world_restore();
        pid_t inner = start(AFTER, true, false);
        waitpid(inner, &status, 0);
        bool is_sound = WIFEXITED(status) &&
                        (WEXITSTATUS(status) <= REFUSED || WEXITSTATUS(status) == CANNOT_START);
        /* The judge opens state.db, which needs room of its own. */
        unsigned found = mount(NULL, where, NULL, MS_REMOUNT, "size=16m") == 0 ? world_judge() : 0;
        _exit(is_sound && (found == BEFORE || found == AFTER) ? (int)found : 1);
    }
    waitpid(pid, &status, 0);
    int code = WIFEXITED(status) ? WEXITSTATUS(status) : 1;
    if (code == CANNOT_START) /* too small for what is there before */
        return;
    report(code == BEFORE || code == AFTER, where, (long)kib, ENOSPC);
}

static void on_small_disks(void)
{
    if (geteuid() != 0) {
        printf("small disks: skipped, not root\n");
        return;
    }
    unsigned before = passed;
    for (unsigned kib = 16; kib <= 160; kib += 4) {
        on_disk_of(kib, path_snap_dir);
        on_disk_of(kib * 4, path_state_dir);
    }
    printf("small disks: %u\n", passed - before);
}

int main(int argc, char **argv)
{
    static const int errors[] = { ENOSPC, EROFS, EIO };
    unsigned kills = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : 500;
    setvbuf(stdout, NULL, _IOLBF, 0);
    world_make();
    for (unsigned r = 1; r <= BEFORE; r++)
        report(publish_in_peace(r), "before anything breaks", r, 0);
    if (failed > 0)
        return EXIT_FAILURE;
    world_remember();
    everywhere(0, false, "killed");
    everywhere(0, true, "killed");
    for (size_t i = 0; i < COUNT(errors) && CAN_FAIL; i++) {
        everywhere(errors[i], false, strerror(errors[i]));
        everywhere(errors[i], true, strerror(errors[i]));
    }
    at_random(kills);
    on_small_disks();
    printf("%u passed, %u failed\n", passed, failed);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
