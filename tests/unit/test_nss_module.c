/* SPDX-License-Identifier: Apache-2.0
 *
 * The module as a process loads it: exports, system calls, descriptors, limits, small stacks,
 * sandboxes, threads, fork and dlclose in any order.
 */
#include "suite.h"

#include "base/paths.h"
#include "snap_check.h"
#include "snap_sample.h"

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <nss.h>
#include <pthread.h>
#include <pwd.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

typedef enum nss_status name_fn(const char *, struct passwd *, char *, size_t, int *);
typedef enum nss_status uid_fn(uid_t, struct passwd *, char *, size_t, int *);
typedef enum nss_status group_fn(const char *, struct group *, char *, size_t, int *);
typedef enum nss_status gid_fn(gid_t, struct group *, char *, size_t, int *);
typedef enum nss_status groups_fn(const char *, gid_t, long *, long *, gid_t **, long, int *);

/* The least there is; the sanitizers' frames need more. */
#ifdef __has_feature
#define CLANG_SANITIZES (__has_feature(address_sanitizer) || __has_feature(thread_sanitizer))
#else
#define CLANG_SANITIZES 0
#endif
#if defined __SANITIZE_ADDRESS__ || defined __SANITIZE_THREAD__ || CLANG_SANITIZES
#define STACK_BYTES  (512 << 10)
#define IS_SANITIZED true
#else
#define STACK_BYTES  (16 << 10)
#define IS_SANITIZED false
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

static void *entry_of(void *handle, const char *name)
{
    void *entry = dlsym(handle, name);
    ck_assert_msg(entry != NULL, "%s", name);
    return entry;
}

static name_fn *getpwnam_of(void *handle)
{
    return (name_fn *)(uintptr_t)entry_of(handle, "_nss_cognito_getpwnam_r");
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
    static const char *const entries[] = { "getpwnam_r", "getpwuid_r",    "getgrnam_r",
                                           "getgrgid_r", "setpwent",      "getpwent_r",
                                           "endpwent",   "setgrent",      "getgrent_r",
                                           "endgrent",   "initgroups_dyn" };
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

/* R-NSS-10: the smallest stack a thread can have. */
START_TEST(r_nss_10_small_stacks)
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

/* Every kind of hit, once. */
struct hits {
    name_fn *getpwnam;
    uid_fn *getpwuid;
    group_fn *getgrnam;
    gid_fn *getgrgid;
    groups_fn *initgroups;
};

static struct hits hits_of(void *handle)
{
    struct hits h;
    h.getpwnam = getpwnam_of(handle);
    h.getpwuid = (uid_fn *)(uintptr_t)entry_of(handle, "_nss_cognito_getpwuid_r");
    h.getgrnam = (group_fn *)(uintptr_t)entry_of(handle, "_nss_cognito_getgrnam_r");
    h.getgrgid = (gid_fn *)(uintptr_t)entry_of(handle, "_nss_cognito_getgrgid_r");
    h.initgroups = (groups_fn *)(uintptr_t)entry_of(handle, "_nss_cognito_initgroups_dyn");
    return h;
}

static bool all_hit(const struct hits *h)
{
    static char buffer[8192];
    static gid_t gids[32], *groups = gids;
    struct passwd pw;
    struct group gr;
    long start = 0, size = 32;
    int err;
    const struct snap_image_user *u = &sample.users[7];
    const struct snap_image_group *g = &sample.groups[2];
    return h->getpwnam(u->name, &pw, buffer, sizeof buffer, &err) == NSS_STATUS_SUCCESS &&
           h->getpwuid(u->uid, &pw, buffer, sizeof buffer, &err) == NSS_STATUS_SUCCESS &&
           h->getgrnam(g->name, &gr, buffer, sizeof buffer, &err) == NSS_STATUS_SUCCESS &&
           h->getgrgid(g->gid, &gr, buffer, sizeof buffer, &err) == NSS_STATUS_SUCCESS &&
           h->initgroups(u->name, u->gid, &start, &size, &groups, 0, &err) == NSS_STATUS_SUCCESS &&
           start == 5;
}

static int code_of_child(int (*body)(const struct hits *), const struct hits *h)
{
    pid_t pid = fork();
    ck_assert_int_ge(pid, 0);
    if (pid == 0)
        syscall(SYS_exit, body(h)); /* the one that seccomp's strict mode lets through */
    return code_of(pid);
}

/* Whatever else than read, write and exit kills. */
static int hit_without_system_calls(const struct hits *h)
{
    if (!all_hit(h) || prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT) != 0)
        return 2;
    for (int i = 0; i < 1000; i++)
        if (!all_hit(h))
            return 3;
    return 0;
}

/* R-NSS-09: a hit costs no system call, of any kind of look-up. Every five seconds there is one
 * look at the path: a child that is stopped for that long in between is not the rule. */
START_TEST(r_nss_09_a_hit_makes_no_system_call)
{
    begin();
    struct hits h = hits_of(load());
    int code = -1;
    for (int i = 0; i < 3 && code != 0; i++)
        code = code_of_child(hit_without_system_calls, &h);
    ck_assert_int_eq(code, 0);
    end();
}
END_TEST

/* Refuses what a look-up may need with EPERM, as service managers' sandboxes do. */
static int enter_sandbox(void)
{
    static const unsigned refused[] = { SYS_openat, SYS_newfstatat, SYS_fstat,   SYS_statx,
                                        SYS_mmap,   SYS_socket,     SYS_connect, SYS_fcntl };
    struct sock_filter code[2 * COUNT(refused) + 2];
    struct sock_fprog program = { COUNT(code), code };
    size_t n = 0;
    code[n++] =
        (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
    for (size_t i = 0; i < COUNT(refused); i++) {
        code[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, refused[i], 0, 1);
        code[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM);
    }
    code[n] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
                   prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0
               ? 0
               : -1;
}

static int look_up_in_a_sandbox(const struct hits *h)
{
    struct passwd pw;
    char buffer[1024];
    int err;
    if (!all_hit(h) || enter_sandbox() != 0)
        return 2;
    if (!all_hit(h))
        return 3;
    if (h->getpwnam("nosuchuser", &pw, buffer, sizeof buffer, &err) != NSS_STATUS_NOTFOUND)
        return 4;
    sleep(6); /* the look at the path is due, and refused: what is mapped is not marked */
    return all_hit(h) ? 0 : 5;
}

/* R-NSS-10: a process that has shut itself in keeps what it has mapped. */
START_TEST(r_nss_10_in_a_sandbox_after_the_first_look_up)
{
    begin();
    struct hits h = hits_of(load());
    ck_assert_int_eq(code_of_child(look_up_in_a_sandbox, &h), 0);
    end();
}
END_TEST

static int set_limit(int which, rlim_t soft)
{
    struct rlimit r;
    if (getrlimit((__rlimit_resource_t)which, &r) != 0)
        return -1;
    r.rlim_cur = soft < r.rlim_max ? soft : r.rlim_max;
    return setrlimit((__rlimit_resource_t)which, &r);
}

/* What the process has mapped by now, and this much more. */
static rlim_t address_space(rlim_t more)
{
    unsigned long pages = 0;
    FILE *f = fopen("/proc/self/statm", "re");
    if (f == NULL || fscanf(f, "%lu", &pages) != 1)
        pages = 0;
    if (f != NULL)
        fclose(f);
    return (rlim_t)pages * (rlim_t)sysconf(_SC_PAGESIZE) + more;
}

/* The descriptors that are open stay; one more has to do. */
static int look_up_within_limits(const struct hits *h)
{
    struct rlimit files;
    int lowest = dup(0);
    if (lowest < 0 || close(lowest) != 0 || getrlimit(RLIMIT_NOFILE, &files) != 0)
        return 2;
    if (set_limit(RLIMIT_NOFILE, (rlim_t)lowest + 1) != 0 || set_limit(RLIMIT_FSIZE, 0) != 0 ||
        set_limit(RLIMIT_NPROC, 0) != 0 || set_limit(RLIMIT_MEMLOCK, 0) != 0 ||
        set_limit(RLIMIT_STACK, 64 << 10) != 0 || set_limit(RLIMIT_DATA, 1 << 20) != 0)
        return 3;
    if (!all_hit(h))
        return 4;
    if (set_limit(RLIMIT_NOFILE, 0) != 0 || !all_hit(h))
        return 5;
    return 0;
}

static int look_up_without_address_space(const struct hits *h)
{
    struct passwd pw;
    char buffer[1024];
    int err = 0;
    if (set_limit(RLIMIT_AS, address_space(0)) != 0)
        return 2;
    if (h->getpwnam("u00007", &pw, buffer, sizeof buffer, &err) != NSS_STATUS_TRYAGAIN ||
        err != ENOMEM)
        return 3; /* nothing can be mapped: that is no answer */
    if (set_limit(RLIMIT_AS, address_space(1 << 20)) != 0 || !all_hit(h))
        return 4;
    if (set_limit(RLIMIT_AS, address_space(0)) != 0 || !all_hit(h))
        return 5;
    return 0;
}

/* R-NSS-10 */
START_TEST(r_nss_10_tight_limits)
{
    begin();
    struct hits h = hits_of(load());
    ck_assert_int_eq(code_of_child(look_up_within_limits, &h), 0);
    if (!IS_SANITIZED) /* they map memory as they go */
        ck_assert_int_eq(code_of_child(look_up_without_address_space, &h), 0);
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
    ck_assert_uint_le(check_mapped(path_snap_dir), 2);
    end();
}
END_TEST

SUITE("nss_module", r_nss_01_only_entry_points_are_exported, r_nss_04_hosts_that_close_descriptors,
      r_nss_04_no_descriptor_survives_a_call, r_nss_09_a_hit_makes_no_system_call,
      r_nss_10_small_stacks, r_nss_10_tight_limits, r_nss_10_in_a_sandbox_after_the_first_look_up,
      r_nss_02_loading_and_unloading_with_threads_and_fork)
