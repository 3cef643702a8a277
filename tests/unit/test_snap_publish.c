/* SPDX-License-Identifier: Apache-2.0
 *
 * R-SNAP-01 under duress: the publisher dies before each of its system calls, or each of them
 * fails. The linker hands us the calls (--wrap); they count, and at the chosen one they end the
 * process or report an error.
 */
#include "suite.h"

#include "snap/map.h"
#include "snap/save.h"
#include "snap_check.h"
#include "snap_folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int countdown; /* 0: nothing happens */
static int fail_with; /* 0: die */

/* True when this call is the one that fails. */
static bool strikes(void)
{
    if (countdown == 0 || --countdown > 0)
        return false;
    if (fail_with == 0)
        _exit(77);
    errno = fail_with;
    return true;
}

/* What was asked of the disk, in order: F a file's fsync, D the directory's, N the rename of a
 * base, R the one of `current`, M the mark in the file that is replaced. */
static char trace[32];

static void note(char what)
{
    size_t n = strlen(trace);
    if (n < sizeof trace - 1)
        trace[n] = what;
}

#define WRAP(type, name, params, args)                                                             \
    type __real_##name params;                                                                     \
    type __wrap_##name params;                                                                     \
    type __wrap_##name params                                                                      \
    {                                                                                              \
        return strikes() ? -1 : __real_##name args;                                                \
    }

int __real_fsync(int fd);
int __wrap_fsync(int fd);
int __wrap_fsync(int fd)
{
    struct stat st;
    note(fstat(fd, &st) == 0 && S_ISDIR(st.st_mode) ? 'D' : 'F');
    return strikes() ? -1 : __real_fsync(fd);
}

int __real_renameat(int a, const char *b, int c, const char *d);
int __wrap_renameat(int a, const char *b, int c, const char *d);
int __wrap_renameat(int a, const char *b, int c, const char *d)
{
    note(strcmp(d, FORMAT_CURRENT) == 0 ? 'R' : 'N');
    return strikes() ? -1 : __real_renameat(a, b, c, d);
}

WRAP(int, fchmod, (int fd, mode_t mode), (fd, mode))
WRAP(int, close, (int fd), (fd))
WRAP(int, unlinkat, (int fd, const char *path, int flags), (fd, path, flags))
static time_t clock_back_s;
int __real_clock_gettime(clockid_t clock, struct timespec *t);
int __wrap_clock_gettime(clockid_t clock, struct timespec *t);
int __wrap_clock_gettime(clockid_t clock, struct timespec *t)
{
    int r = __real_clock_gettime(clock, t);
    t->tv_sec -= clock == CLOCK_REALTIME ? clock_back_s : 0;
    return r;
}

ssize_t __real_pwrite(int fd, const void *p, size_t n, off_t at);
ssize_t __wrap_pwrite(int fd, const void *p, size_t n, off_t at);
ssize_t __wrap_pwrite(int fd, const void *p, size_t n, off_t at)
{
    note('M');
    return strikes() ? -1 : __real_pwrite(fd, p, n, at);
}

WRAP(ssize_t, pread, (int fd, void *p, size_t n, off_t at), (fd, p, n, at))
WRAP(int, openat, (int fd, const char *path, int flags, mode_t mode), (fd, path, flags, mode))

/* The disk fills up in the middle of a file, too: the call before the failing one is cut short. */
ssize_t __real_writev(int fd, const struct iovec *v, int n);
ssize_t __wrap_writev(int fd, const struct iovec *v, int n);
ssize_t __wrap_writev(int fd, const struct iovec *v, int n)
{
    if (strikes())
        return -1;
    if (countdown == 1 && v[0].iov_len > 8)
        return write(fd, v[0].iov_base, 8);
    return __real_writev(fd, v, n);
}

static struct sample states[2]; /* before and after; also with a new base: much changes */

/* How the second state gets there. */
enum way { OVERLAY, BASE, AMENDED };

static void make_states(enum way way)
{
    fresh_dir();
    for (size_t i = 0; i < 2; i++)
        sample_make(&states[i], 400, 7);
    for (size_t i = 0; i < (way == BASE ? 400u : 3u); i++)
        sample_revise(&states[1], i, 1);
    states[1].image.user_count--;
}

static void remove_states(void)
{
    remove_dir();
    sample_free(&states[0]);
    sample_free(&states[1]);
}

/* 0 or 1: which of the states is published, whole; anything else fails. */
static int state_found(void)
{
    struct map m;
    ck_assert_int_eq(map_open(dir, &m), 0);
    const char *bad[2] = { NULL, NULL };
    static char texts[2][256];
    for (size_t i = 0; i < 2; i++) {
        bad[i] = check_view(&m.view, &states[i].image);
        snprintf(texts[i], sizeof texts[i], "%s", bad[i] != NULL ? bad[i] : "");
    }
    map_close(&m);
    ck_assert_msg(bad[0] == NULL || bad[1] == NULL, "neither: %s; %s", texts[0], texts[1]);
    ck_assert_int_eq(snap_verify(dir, NULL), 0);
    return bad[0] == NULL ? 0 : 1;
}

static size_t files_in_dir(void)
{
    DIR *d = opendir(dir);
    ck_assert_ptr_nonnull(d);
    size_t n = 0;
    while (readdir(d) != NULL)
        n++;
    closedir(d);
    return n - 2;
}

/* From the first state to the second. The group lists of the two are the same. */
static int go_to_second(struct snap_writer *w, enum way way, struct snap_published *p)
{
    struct snap_image some = states[1].image;
    const struct snap_image_user *last = &states[0].users[399];
    const struct snap_gone gone = { last->name, last->uid };
    if (way != AMENDED)
        return snap_publish(w, &some, p);
    some.user_count = 3;
    some.has_members = false;
    return snap_amend(w, &some, &gone, 1, p);
}

static int child_publishes(int at, enum way way)
{
    struct snap_writer *w;
    struct snap_published p;
    if (snap_writer_open(dir, &w) != 0)
        return 78;
    countdown = at;
    int err = go_to_second(w, way, &p);
    int left = countdown;
    countdown = 0;
    snap_writer_close(&w);
    return err != 0 ? 79 : left > 0 ? 80 : 0;
}

/* Dies before its n-th call, for every n until it gets through. The next writer finds its way and
 * leaves no rubbish. */
static void die_everywhere(enum way way)
{
    make_states(way);
    int seen[2] = { 0, 0 }, n = 0, code = 77;
    while (code == 77) {
        sample_empty_dir(dir);
        sample_publish(&states[0], dir);
        fail_with = 0;
        pid_t pid = fork();
        ck_assert_int_ge(pid, 0);
        n++;
        if (pid == 0)
            _exit(child_publishes(n, way));
        int status;
        ck_assert_int_eq(waitpid(pid, &status, 0), pid);
        ck_assert(WIFEXITED(status));
        code = WEXITSTATUS(status);
        seen[state_found()]++;
        sample_publish(&states[1], dir);
        ck_assert_int_eq(state_found(), 1);
        sample_publish(&states[1], dir); /* opens once more: what a crash left is removed */
        ck_assert_int_le((int)files_in_dir(), 3);
    }
    ck_assert_int_eq(code, 80);
    ck_assert_msg(n > 8 && seen[0] > 4 && seen[1] > 1, "%d calls, %d, %d", n, seen[0], seen[1]);
    remove_states();
}

static uint64_t base_generation(const struct snap_writer *w)
{
    struct format_header h;
    memcpy(&h, snap_writer_view(w)->base.bytes, sizeof h);
    return h.generation;
}

static mode_t mode_of(const char *name)
{
    char path[sizeof dir + 64];
    struct stat st;
    snprintf(path, sizeof path, "%s/%s", dir, name);
    ck_assert_int_eq(stat(path, &st), 0);
    return st.st_mode & 07777;
}

/* One writer for a long time: bases go when the next but one is there, everybody may read whatever
 * the umask is, and generations grow though the clock goes back. */
START_TEST(r_snap_01_a_writer_leaves_two_bases_at_most)
{
    struct snap_writer *w;
    struct snap_published p;
    char base[FORMAT_BASE_BYTES];
    uint64_t before = 0;
    make_states(BASE);
    mode_t umask_before = umask(0077);
    ck_assert_int_eq(snap_writer_open(dir, &w), 0);
    for (size_t i = 0; i < 6; i++) {
        ck_assert_int_eq(snap_publish(w, &states[i % 2].image, &p), 0);
        ck_assert_int_le((int)files_in_dir(), 3);
        ck_assert_uint_gt(p.generation, before);
        before = p.generation;
        clock_back_s += 3600;
    }
    ck_assert_uint_eq(mode_of(FORMAT_CURRENT), 0644);
    map_base_name(base_generation(w), base);
    ck_assert_uint_eq(mode_of(base), 0644);
    (void)umask(umask_before);
    clock_back_s = 0;
    snap_writer_close(&w);
    remove_states();
}
END_TEST

/* A byte of a record that rotted: whatever is published next does not build on it. */
START_TEST(r_snap_01_what_is_damaged_is_not_built_upon)
{
    struct snap_writer *w;
    char path[sizeof dir + 64], base[FORMAT_BASE_BYTES], byte;
    make_states(OVERLAY);
    sample_publish(&states[0], dir);
    ck_assert_int_eq(snap_writer_open(dir, &w), 0);
    map_base_name(base_generation(w), base);
    snap_writer_close(&w);
    snprintf(path, sizeof path, "%s/%s", dir, base);
    int fd = open(path, O_RDWR | O_CLOEXEC);
    ck_assert_int_ge(fd, 0);
    off_t at = lseek(fd, 0, SEEK_END) / 2;
    ck_assert_int_eq(pread(fd, &byte, 1, at), 1);
    byte ^= 1;
    ck_assert_int_eq(pwrite(fd, &byte, 1, at), 1);
    ck_assert_int_eq(close(fd), 0);
    ck_assert_int_eq(snap_writer_open(dir, &w), 0);
    ck_assert_ptr_null(snap_writer_view(w));
    snap_writer_close(&w);
    remove_states();
}
END_TEST

START_TEST(r_snap_01_dying_in_an_overlay_leaves_old_or_new)
{
    die_everywhere(OVERLAY);
}
END_TEST

START_TEST(r_snap_01_dying_in_a_new_base_leaves_old_or_new)
{
    die_everywhere(BASE);
}
END_TEST

START_TEST(r_snap_01_dying_in_an_amendment_leaves_old_or_new)
{
    die_everywhere(AMENDED);
}
END_TEST

/* Every call fails once. Success means the new state, failure the old one, and in both cases the
 * same writer publishes at the next try. */
static void fail_everywhere(enum way way, int error)
{
    make_states(way);
    struct snap_writer *w;
    struct snap_published p;
    ck_assert_int_eq(snap_writer_open(dir, &w), 0);
    int failures = 0;
    for (int n = 1;; n++) {
        ck_assert_int_eq(snap_publish(w, &states[0].image, &p), 0);
        ck_assert_int_eq(state_found(), 0);
        fail_with = error;
        countdown = n;
        int err = go_to_second(w, way, &p);
        bool is_through = countdown > 0;
        countdown = 0;
        failures += err != 0;
        ck_assert_int_eq(state_found(), err == 0 ? 1 : 0);
        ck_assert_int_eq(snap_publish(w, &states[1].image, &p), 0);
        ck_assert_int_eq(state_found(), 1);
        if (is_through)
            break;
    }
    ck_assert_int_gt(failures, 4);
    snap_writer_close(&w);
    ck_assert_int_eq(snap_writer_open(dir, &w), 0);
    ck_assert_int_le((int)files_in_dir(), 2);
    snap_writer_close(&w);
    remove_states();
}

START_TEST(r_snap_01_failing_calls_leave_the_old_state)
{
    fail_everywhere(OVERLAY, ENOSPC);
    fail_everywhere(BASE, ENOSPC);
    fail_everywhere(OVERLAY, EIO);
    fail_everywhere(BASE, EROFS);
    fail_everywhere(AMENDED, ENOSPC);
    fail_everywhere(AMENDED, EIO);
}
END_TEST

static const char *traced(void)
{
    static char done[sizeof trace];
    memcpy(done, trace, sizeof trace);
    memset(trace, 0, sizeof trace);
    return done;
}

/* R-SNAP-01: power may go at any instant. Bytes are on the disk before a name leads to them, and
 * the name before the publish is told of as done. */
START_TEST(r_snap_01_files_are_on_the_disk_before_their_names)
{
    static const struct {
        enum way way;
        const char *calls;
    } rows[] = { { OVERLAY, "FMRMD" }, { BASE, "FFMRMD" }, { AMENDED, "FMRMD" } };
    struct snap_writer *w;
    struct snap_published p;
    for (size_t i = 0; i < COUNT(rows); i++) {
        make_states(rows[i].way);
        ck_assert_int_eq(snap_writer_open(dir, &w), 0);
        ck_assert_int_eq(snap_publish(w, &states[0].image, &p), 0);
        (void)traced();
        ck_assert_int_eq(go_to_second(w, rows[i].way, &p), 0);
        ck_assert_str_eq(traced(), rows[i].calls);
        snap_writer_close(&w);
        remove_states();
    }
}
END_TEST

/* The copy for the boot: the base has its name on the disk before `current` names it. */
START_TEST(r_snap_01_the_boot_copy_is_on_the_disk_before_its_names)
{
    struct snap_writer *w;
    struct snap_published p;
    struct snap_save save;
    char boot[sizeof dir + 8];
    make_states(OVERLAY);
    snprintf(boot, sizeof boot, "%s/boot", dir);
    ck_assert_int_eq(snap_writer_open(dir, &w), 0);
    ck_assert_int_eq(snap_publish(w, &states[0].image, &p), 0);
    static const char *const calls[] = { "FFNDRD", "FDRD" }; /* the second with the same base */
    for (size_t i = 0; i < COUNT(calls); i++) {
        (void)traced();
        ck_assert_int_eq(snap_save_begin(&save, snap_writer_view(w), boot), 0);
        ck_assert_int_eq(snap_save_finish(&save), 0);
        ck_assert_str_eq(traced(), calls[i]);
    }
    snap_writer_close(&w);
    sample_empty_dir(boot);
    (void)rmdir(boot);
    remove_states();
}
END_TEST

SUITE("snap_publish", r_snap_01_files_are_on_the_disk_before_their_names,
      r_snap_01_the_boot_copy_is_on_the_disk_before_its_names,
      r_snap_01_a_writer_leaves_two_bases_at_most, r_snap_01_what_is_damaged_is_not_built_upon,
      r_snap_01_dying_in_an_overlay_leaves_old_or_new,
      r_snap_01_dying_in_a_new_base_leaves_old_or_new,
      r_snap_01_dying_in_an_amendment_leaves_old_or_new,
      r_snap_01_failing_calls_leave_the_old_state)
