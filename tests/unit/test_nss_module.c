/* SPDX-License-Identifier: Apache-2.0
 *
 * The module as a process loads it: exports, descriptors, small stacks, threads, fork and dlclose
 * in any order.
 */
#include "suite.h"

#include "base/paths.h"
#include "snap_sample.h"

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <nss.h>
#include <pthread.h>
#include <pwd.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

typedef enum nss_status name_fn(const char *, struct passwd *, char *, size_t, int *);

/* The least there is; the sanitizers' frames need more. */
#ifdef __has_feature
#define CLANG_SANITIZES (__has_feature(address_sanitizer) || __has_feature(thread_sanitizer))
#else
#define CLANG_SANITIZES 0
#endif
#if defined __SANITIZE_ADDRESS__ || defined __SANITIZE_THREAD__ || CLANG_SANITIZES
#define STACK_BYTES (512 << 10)
#else
#define STACK_BYTES (16 << 10)
#endif

static struct sample sample;

static void begin(void)
{
    sample_make_dir(path_snap_dir, 0755);
    sample_empty_dir(path_snap_dir);
    sample_make(&sample, 50, 5);
    sample_publish(&sample, path_snap_dir);
}

static void end(void)
{
    sample_free(&sample);
    sample_empty_dir(path_snap_dir);
}

static void *load(void)
{
    void *handle = dlopen(MODULE, RTLD_NOW | RTLD_LOCAL);
    ck_assert_msg(handle != NULL, "%s", dlerror());
    return handle;
}

static name_fn *getpwnam_of(void *handle)
{
    name_fn *fn;
    *(void **)&fn = dlsym(handle, "_nss_cognito_getpwnam_r");
    ck_assert(fn != NULL);
    return fn;
}

static bool is_found(name_fn *fn)
{
    struct passwd pw;
    char buffer[1024];
    int err;
    return fn("u00007", &pw, buffer, sizeof buffer, &err) == NSS_STATUS_SUCCESS &&
           strcmp(pw.pw_dir, "/home/u00007") == 0;
}

/* R-NSS-01: what is exported, and that internals are not. */
START_TEST(r_nss_01_only_entry_points_are_exported)
{
    static const char *const inside[] = { "snap_pin", "client_lookup", "fill_passwd", "path_passwd",
                                          "name_is_valid" };
    static const char *const entries[] = { "getpwnam_r", "getpwuid_r", "getgrnam_r", "getgrgid_r",
                                           "initgroups_dyn" };
    char name[64];
    void *handle = load();
    for (size_t i = 0; i < COUNT(inside); i++)
        ck_assert_ptr_null(dlsym(handle, inside[i]));
    for (size_t i = 0; i < COUNT(entries); i++) {
        snprintf(name, sizeof name, "_nss_cognito_%s", entries[i]);
        ck_assert_ptr_nonnull(dlsym(handle, name));
    }
    dlclose(handle);
}
END_TEST

static size_t open_fds(void)
{
    size_t n = 0;
    DIR *d = opendir("/proc/self/fd");
    if (d == NULL)
        return 0;
    while (readdir(d) != NULL)
        n++;
    closedir(d);
    return n;
}

/* In a child, whose exit code says where it failed. */
static int with_closed_fds(int first, unsigned last)
{
    name_fn *fn = getpwnam_of(load());
    if (close_range((unsigned)first, last, 0) != 0)
        return 1;
    struct passwd pw;
    char buffer[1024];
    int err;
    if (!is_found(fn))
        return 2;
    if (fn("nosuchuser", &pw, buffer, sizeof buffer, &err) != NSS_STATUS_NOTFOUND)
        return 3;
    sample_publish(&sample, path_snap_dir);
    if (!is_found(fn))
        return 4;
    for (int fd = first; fd < 3 && (unsigned)fd <= last; fd++)
        if (fcntl(fd, F_GETFD) != -1 || errno != EBADF)
            return 5;
    if (close_range(3, UINT_MAX, 0) != 0 || !is_found(fn)) /* the host closes what is not its own */
        return 6;
    return 0;
}

static int code_of(pid_t pid)
{
    int status;
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* R-NSS-04 */
START_TEST(r_nss_04_hosts_that_close_descriptors)
{
    static const struct {
        int first;
        unsigned last;
    } rows[] = { { 0, 2 }, { 0, UINT_MAX }, { 3, UINT_MAX }, { 1, 1 } };
    begin();
    for (size_t i = 0; i < COUNT(rows); i++) {
        pid_t pid = fork();
        ck_assert_int_ge(pid, 0);
        if (pid == 0)
            _exit(with_closed_fds(rows[i].first, rows[i].last));
        ck_assert_msg(code_of(pid) == 0, "row %zu", i);
    }
    end();
}
END_TEST

START_TEST(r_nss_04_no_descriptor_survives_a_call)
{
    begin();
    name_fn *fn = getpwnam_of(load());
    size_t before = open_fds();
    for (int i = 0; i < 20; i++) {
        ck_assert(is_found(fn));
        struct passwd pw;
        char buffer[1024], name[16];
        int err;
        snprintf(name, sizeof name, "miss%d", i);
        ck_assert_int_eq(fn(name, &pw, buffer, sizeof buffer, &err), NSS_STATUS_NOTFOUND);
        sample_publish(&sample, path_snap_dir);
        ck_assert_uint_eq(open_fds(), before);
    }
    end();
}
END_TEST

static void *find_once(void *fn)
{
    return is_found((name_fn *)(uintptr_t)fn) ? fn : NULL;
}

/* R-NSS-10: the smallest stack a thread can have, no memory to allocate, little address space. */
START_TEST(r_nss_10_small_stacks_and_limits)
{
    begin();
    name_fn *fn = getpwnam_of(load());
    pthread_attr_t attr;
    pthread_t thread;
    void *found;
    ck_assert_int_eq(pthread_attr_init(&attr), 0);
    ck_assert_int_eq(pthread_attr_setstacksize(&attr, STACK_BYTES), 0);
    ck_assert_int_eq(pthread_create(&thread, &attr, find_once, (void *)(uintptr_t)fn), 0);
    ck_assert_int_eq(pthread_join(thread, &found), 0);
    ck_assert_ptr_nonnull(found);
    pthread_attr_destroy(&attr);
    end();
}
END_TEST

static _Atomic bool stop;
static _Atomic unsigned long wrong;

static void *load_and_find(void *arg)
{
    while (!stop) {
        void *handle = dlopen(MODULE, RTLD_NOW | RTLD_LOCAL);
        name_fn *fn = NULL;
        if (handle != NULL)
            *(void **)&fn = dlsym(handle, "_nss_cognito_getpwnam_r");
        if (fn == NULL || !is_found(fn))
            wrong++;
        if (handle != NULL)
            dlclose(handle);
    }
    return arg;
}

static size_t module_mappings(void)
{
    char line[512];
    size_t n = 0;
    FILE *f = fopen("/proc/self/maps", "re");
    ck_assert_ptr_nonnull(f);
    while (fgets(line, sizeof line, f) != NULL)
        n += strstr(line, path_snap_dir) != NULL;
    fclose(f);
    return n;
}

/* R-NSS-02 */
START_TEST(r_nss_02_loading_and_unloading_with_threads_and_fork)
{
    begin();
    name_fn *fn = getpwnam_of(load()); /* dlopen() itself is not safe behind a fork of threads */
    pthread_t threads[3];
    for (size_t i = 0; i < COUNT(threads); i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, load_and_find, NULL), 0);
    for (int i = 0; i < 60; i++) {
        pid_t pid = fork();
        ck_assert_int_ge(pid, 0);
        if (pid == 0) {
            for (int k = 0; k < 20; k++)
                if (!is_found(fn))
                    _exit(1);
            _exit(0);
        }
        sample_publish(&sample, path_snap_dir);
        ck_assert_int_eq(code_of(pid), 0);
    }
    stop = true;
    for (size_t i = 0; i < COUNT(threads); i++)
        pthread_join(threads[i], NULL);
    ck_assert_uint_eq(wrong, 0);
    ck_assert_uint_le(module_mappings(), 2);
    end();
}
END_TEST

SUITE("nss_module", r_nss_01_only_entry_points_are_exported, r_nss_04_hosts_that_close_descriptors,
      r_nss_04_no_descriptor_survives_a_call, r_nss_10_small_stacks_and_limits,
      r_nss_02_loading_and_unloading_with_threads_and_fork)
