/* SPDX-License-Identifier: Apache-2.0
 *
 * The entry points, linked into the test: what they answer, in buffers of every length, and when
 * they ask the daemon.
 */
#include "suite.h"

#include "base/clock.h"
#include "base/paths.h"
#include "entry.h"
#include "fill.h"
#include "snap_check.h"
#include "snap_sample.h"
#include "wire/wire.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define NO_ERRNO 4242 /* what errno and *errnop hold before a call */

static struct sample sample;

static void write_passwd(const char *text)
{
    char dir[512];
    snprintf(dir, sizeof dir, "%s", path_passwd);
    *strrchr(dir, '/') = '\0';
    sample_make_dir(dir, 0755);
    FILE *f = fopen(path_passwd, "we");
    ck_assert_ptr_nonnull(f);
    ck_assert_int_ge(fputs(text, f), 0);
    ck_assert_int_eq(fclose(f), 0);
}

static void begin(size_t users, size_t groups)
{
    sample_make_dir(path_snap_dir, 0755);
    sample_empty_dir(path_snap_dir);
    snap_forget();
    sample_make(&sample, users, groups);
    write_passwd("root:x:0:0:root:/root:/bin/bash\nlocal:x:1000:1000::/home/local:/bin/sh\n");
}

static void end(void)
{
    snap_forget();
    sample_free(&sample);
    sample_empty_dir(path_snap_dir);
}

/* One call of any of the six functions that fill a buffer. */
enum what { PASSWD_NAME, PASSWD_ID, GROUP_NAME, GROUP_ID, PASSWD_NEXT, GROUP_NEXT };

struct call {
    enum what what;
    const char *name;
    uint32_t id;
};

union filled {
    struct passwd pw;
    struct group gr;
};

static enum nss_status make_call(const struct call *c, union filled *ret, char *buffer, size_t n,
                                 int *errnop)
{
    switch (c->what) {
    case PASSWD_NAME:
        return _nss_cognito_getpwnam_r(c->name, &ret->pw, buffer, n, errnop);
    case PASSWD_ID:
        return _nss_cognito_getpwuid_r(c->id, &ret->pw, buffer, n, errnop);
    case GROUP_NAME:
        return _nss_cognito_getgrnam_r(c->name, &ret->gr, buffer, n, errnop);
    case GROUP_ID:
        return _nss_cognito_getgrgid_r(c->id, &ret->gr, buffer, n, errnop);
    case PASSWD_NEXT:
        return _nss_cognito_getpwent_r(&ret->pw, buffer, n, errnop);
    default:
        return _nss_cognito_getgrent_r(&ret->gr, buffer, n, errnop);
    }
}

static enum nss_status call_in(const struct call *c, union filled *ret, char *buffer, size_t n,
                               int *ret_errno)
{
    *ret_errno = NO_ERRNO;
    errno = NO_ERRNO;
    enum nss_status status = make_call(c, ret, buffer, n, ret_errno);
    ck_assert_int_eq(errno, NO_ERRNO); /* only through errnop, and this is another variable */
    if (status == NSS_STATUS_SUCCESS || status == NSS_STATUS_NOTFOUND)
        ck_assert_int_eq(*ret_errno, NO_ERRNO);
    return status;
}

static enum nss_status status_of(enum what what, const char *name, uint32_t id, int *ret_errno)
{
    static char buffer[4096];
    union filled filled;
    struct call c = { what, name, id };
    return call_in(&c, &filled, buffer, sizeof buffer, ret_errno);
}

static void expect_user(const struct passwd *pw, const struct snap_image_user *u)
{
    ck_assert_str_eq(pw->pw_name, u->name);
    ck_assert_str_eq(pw->pw_passwd, "x");
    ck_assert_str_eq(pw->pw_gecos, u->gecos);
    ck_assert_str_eq(pw->pw_dir, u->home);
    ck_assert_str_eq(pw->pw_shell, u->shell);
    ck_assert(pw->pw_uid == u->uid && pw->pw_gid == u->gid);
}

static void expect_group(const struct group *gr, const struct snap_image_group *g)
{
    ck_assert_str_eq(gr->gr_name, g->name);
    ck_assert_str_eq(gr->gr_passwd, "x");
    ck_assert(gr->gr_gid == g->gid);
    for (size_t i = 0; i < g->member_count; i++)
        ck_assert_str_eq(gr->gr_mem[i], g->members[i]);
    ck_assert_ptr_null(gr->gr_mem[g->member_count]);
}

START_TEST(users_and_groups_are_filled_in)
{
    static char buffer[4096];
    union filled f;
    int err;
    begin(20, 4);
    sample_publish(&sample, path_snap_dir);
    for (uint32_t i = 0; i < 20; i++) {
        struct call by_name = { PASSWD_NAME, sample.users[i].name, 0 };
        struct call by_id = { PASSWD_ID, NULL, sample.users[i].uid };
        ck_assert_int_eq(call_in(&by_name, &f, buffer, sizeof buffer, &err), NSS_STATUS_SUCCESS);
        expect_user(&f.pw, &sample.users[i]);
        ck_assert_int_eq(call_in(&by_id, &f, buffer, sizeof buffer, &err), NSS_STATUS_SUCCESS);
        expect_user(&f.pw, &sample.users[i]);
    }
    for (uint32_t i = 0; i < 4; i++) {
        struct call by_name = { GROUP_NAME, sample.groups[i].name, 0 };
        struct call by_id = { GROUP_ID, NULL, sample.groups[i].gid };
        ck_assert_int_eq(call_in(&by_name, &f, buffer, sizeof buffer, &err), NSS_STATUS_SUCCESS);
        expect_group(&f.gr, &sample.groups[i]);
        ck_assert_int_eq(call_in(&by_id, &f, buffer, sizeof buffer, &err), NSS_STATUS_SUCCESS);
        expect_group(&f.gr, &sample.groups[i]);
    }
    struct call private_group = { GROUP_ID, NULL, sample.users[3].gid };
    ck_assert_int_eq(call_in(&private_group, &f, buffer, sizeof buffer, &err), NSS_STATUS_SUCCESS);
    ck_assert_str_eq(f.gr.gr_name, "u00003");
    ck_assert_ptr_null(f.gr.gr_mem[0]);
    end();
}
END_TEST

/* What a call needs from a buffer that begins `shift` bytes behind a multiple of 16. */
static size_t need_of(const struct call *c, size_t shift)
{
    if (c->what == PASSWD_NAME || c->what == PASSWD_ID || c->what == PASSWD_NEXT) {
        const struct snap_image_user *u = &sample.users[3];
        return strlen(u->name) + strlen(u->gecos) + strlen(u->home) + strlen(u->shell) + 6;
    }
    const struct snap_image_group *g = &sample.groups[1];
    size_t n = (16 - shift) % sizeof(char *) + sizeof(char *);
    if (c->what == GROUP_ID && c->id == sample.users[3].gid)
        return n + strlen(sample.users[3].name) + 3;
    for (size_t i = 0; i < g->member_count; i++)
        n += sizeof(char *) + strlen(g->members[i]) + 1;
    return n + strlen(g->name) + 3;
}

/* The walk stands before the entry of this name: of a listing that begins anew. */
static void rewind_to(const struct call *c)
{
    static char buffer[65536];
    const char *name = "";
    union filled f;
    int err;
    size_t place = 0;
    bool is_user = c->what == PASSWD_NEXT;
    if (c->what != PASSWD_NEXT && c->what != GROUP_NEXT)
        return;
    for (int pass = 0; pass < 2; pass++) { /* where is it, then up to there */
        ck_assert_int_eq(is_user ? _nss_cognito_setpwent(0) : _nss_cognito_setgrent(0),
                         NSS_STATUS_SUCCESS);
        for (size_t i = 0; pass == 0 ? strcmp(name, c->name) != 0 : i < place; i++) {
            ck_assert_int_eq(call_in(c, &f, buffer, sizeof buffer, &err), NSS_STATUS_SUCCESS);
            name = is_user ? f.pw.pw_name : f.gr.gr_name;
            place = pass == 0 ? i : place;
        }
    }
}

/* Of a listing: what does not fit is the next entry again. */
static void sweep(const struct call *c, size_t shift)
{
    size_t need = need_of(c, shift);
    rewind_to(c);
    for (size_t n = 0; n <= need + 64; n++) {
        char *block = malloc(shift + n + 8); /* 8: seen not to be touched without sanitizers, too */
        ck_assert_ptr_nonnull(block);
        memset(block, '#', shift + n + 8);
        union filled f;
        int err;
        enum nss_status status = call_in(c, &f, block + shift, n, &err);
        if (n < need)
            ck_assert_msg(status == NSS_STATUS_TRYAGAIN && err == ERANGE,
                          "call %d, shift %zu, %zu of %zu bytes: %d, %d", (int)c->what, shift, n,
                          need, (int)status, err);
        else
            ck_assert_msg(status == NSS_STATUS_SUCCESS, "call %d, shift %zu, %zu bytes",
                          (int)c->what, shift, n);
        ck_assert_mem_eq(block + shift + n, "########", 8);
        free(block);
        if (n >= need)
            rewind_to(c);
        block = malloc(shift + n); /* exactly: for the sanitizers */
        (void)call_in(c, &f, block != NULL ? block + shift : block, n, &err);
        free(block);
        if (n >= need)
            rewind_to(c);
    }
}

/* R-NSS-07: every length from 0 to need + 64, in blocks of their exact size. */
START_TEST(r_nss_07_every_buffer_length)
{
    begin(20, 4);
    sample_publish(&sample, path_snap_dir);
    const struct call calls[] = {
        { PASSWD_NAME, sample.users[3].name, 0 }, { PASSWD_ID, NULL, sample.users[3].uid },
        { GROUP_NAME, sample.groups[1].name, 0 }, { GROUP_ID, NULL, sample.groups[1].gid },
        { GROUP_ID, NULL, sample.users[3].gid },  { PASSWD_NEXT, sample.users[3].name, 0 },
        { GROUP_NEXT, sample.groups[1].name, 0 },
    };
    for (size_t i = 0; i < COUNT(calls); i++)
        for (size_t shift = 0; shift < 16; shift += i < 2 || i > 4 ? 15 : 1)
            sweep(&calls[i], shift);
    (void)_nss_cognito_endpwent();
    (void)_nss_cognito_endgrent();
    end();
}
END_TEST

START_TEST(r_id_05_other_keys_are_not_found)
{
    static const char *const names[] = { "",        "root",  "nosuch", "U00001",   "u00001.",
                                         "u00001 ", "u0000", "1",      "\xc3\xa4", "a:b" };
    static const uint32_t ids[] = { 0, 1, 999, 1000, 60001, 65534, 524288, 2147352576, UINT32_MAX };
    char long_name[70000];
    int err;
    begin(5, 2);
    sample_publish(&sample, path_snap_dir);
    memset(long_name, 'a', sizeof long_name);
    long_name[sizeof long_name - 1] = '\0';
    for (size_t i = 0; i < COUNT(names); i++) {
        ck_assert_int_eq(status_of(PASSWD_NAME, names[i], 0, &err), NSS_STATUS_NOTFOUND);
        ck_assert_int_eq(status_of(GROUP_NAME, names[i], 0, &err), NSS_STATUS_NOTFOUND);
    }
    ck_assert_int_eq(status_of(PASSWD_NAME, long_name, 0, &err), NSS_STATUS_NOTFOUND);
    for (size_t i = 0; i < COUNT(ids); i++) {
        ck_assert_int_eq(status_of(PASSWD_ID, NULL, ids[i], &err), NSS_STATUS_NOTFOUND);
        ck_assert_int_eq(status_of(GROUP_ID, NULL, ids[i], &err), NSS_STATUS_NOTFOUND);
    }
    end();
}
END_TEST

START_TEST(r_nss_09_without_a_snapshot_nothing_is_known)
{
    int err;
    begin(1, 1);
    for (int i = 0; i < 2; i++) {
        ck_assert_int_eq(status_of(PASSWD_NAME, "u00000", 0, &err), NSS_STATUS_UNAVAIL);
        ck_assert_int_eq(err, ENOENT);
        ck_assert_int_eq(status_of(PASSWD_ID, NULL, 5000, &err), NSS_STATUS_UNAVAIL);
        ck_assert_int_eq(status_of(GROUP_NAME, "g000", 0, &err), NSS_STATUS_UNAVAIL);
        ck_assert_int_eq(status_of(GROUP_ID, NULL, 5000, &err), NSS_STATUS_UNAVAIL);
        long start = 0, size = 0;
        gid_t *groups = NULL;
        err = NO_ERRNO;
        ck_assert_int_eq(
            _nss_cognito_initgroups_dyn("u00000", SAMPLE_UID, &start, &size, &groups, 0, &err),
            NSS_STATUS_UNAVAIL);
        ck_assert(err == ENOENT && start == 0);
    }
    end();
}
END_TEST

struct groups_row {
    const char *label, *user;
    gid_t group;
    long start, size, limit;
    enum nss_status status;
    long count; /* entries afterwards */
};

static void expect_groups(const struct groups_row *row)
{
    long start = row->start, size = row->size;
    gid_t *groups = calloc((size_t)size, sizeof *groups); /* exactly: for the sanitizers */
    int err = NO_ERRNO;
    for (long i = 0; i < start; i++)
        groups[i] = (gid_t)(77 + i);
    errno = NO_ERRNO;
    enum nss_status status = _nss_cognito_initgroups_dyn(row->user, row->group, &start, &size,
                                                         &groups, row->limit, &err);
    ck_assert_msg(status == row->status, "%s: status %d", row->label, (int)status);
    ck_assert_msg(start == row->count, "%s: %ld entries", row->label, start);
    ck_assert(errno == NO_ERRNO && err == NO_ERRNO && start <= size);
    ck_assert(row->limit <= 0 || size <= (row->size > row->limit ? row->size : row->limit));
    for (long i = 0; i < row->start; i++)
        ck_assert_int_eq((int)groups[i], (int)(77 + i));
    for (long i = row->start; i < start; i++)
        ck_assert_msg(groups[i] != row->group, "%s: its own group", row->label);
    free(groups);
}

/* R-ID-19: users[1] has ten pool groups and the local gids 27 and 4; users[2] has the name of a
 * local user; users[3]'s primary group is a pool group that is in his list, too. */
START_TEST(r_id_19_groups_only_for_the_record_of_the_gid)
{
    static const uint32_t local_gids[] = { 27, 4 };
    begin(5, 20);
    sample.users[1].local_gids = sample.users[2].local_gids = local_gids;
    sample.users[1].local_gid_count = sample.users[2].local_gid_count = 2;
    sample.users[2].name = "local";
    sample.users[3].gid = sample.users[3].gids[4];
    sample_publish(&sample, path_snap_dir);
    const uint32_t gid1 = sample.users[1].gid, gid2 = sample.users[2].gid;
    const struct groups_row rows[] = {
        { "plain", "u00000", sample.users[0].gid, 0, 32, 0, NSS_STATUS_SUCCESS, 10 },
        { "behind others", "u00000", sample.users[0].gid, 3, 3, 0, NSS_STATUS_SUCCESS, 13 },
        { "grows from nothing", "u00000", sample.users[0].gid, 0, 0, -1, NSS_STATUS_SUCCESS, 10 },
        { "limit in between", "u00000", sample.users[0].gid, 1, 1, 5, NSS_STATUS_SUCCESS, 5 },
        { "limit reached before", "u00000", sample.users[0].gid, 5, 5, 5, NSS_STATUS_SUCCESS, 5 },
        { "local groups", "u00001", gid1, 0, 4, 0, NSS_STATUS_SUCCESS, 12 },
        { "local groups to a limit", "u00001", gid1, 0, 4, 11, NSS_STATUS_SUCCESS, 11 },
        { "local name, record's gid", "local", gid2, 0, 4, 0, NSS_STATUS_SUCCESS, 10 },
        { "local name, local gid", "local", 1000, 0, 4, 0, NSS_STATUS_NOTFOUND, 0 },
        { "another's gid", "u00001", gid2, 1, 4, 0, NSS_STATUS_NOTFOUND, 1 },
        { "gid 0", "u00001", 0, 0, 4, 0, NSS_STATUS_NOTFOUND, 0 },
        { "own group twice", "u00003", sample.users[3].gid, 0, 4, 0, NSS_STATUS_SUCCESS, 9 },
        { "unknown", "nosuch", 1000, 0, 4, 0, NSS_STATUS_NOTFOUND, 0 },
        { "root", "root", 0, 0, 4, 0, NSS_STATUS_NOTFOUND, 0 },
    };
    for (size_t i = 0; i < COUNT(rows); i++)
        expect_groups(&rows[i]);
    ck_assert_int_eq(unlink(path_passwd), 0); /* nothing proves that the name is not local */
    struct groups_row unproved = rows[5];
    unproved.count = 10;
    expect_groups(&unproved);
    end();
}
END_TEST

/* R-NSS-07: however much room there is, and wherever the limit lies. */
START_TEST(r_nss_07_every_size_and_limit_of_initgroups)
{
    begin(5, 20);
    sample_publish(&sample, path_snap_dir);
    for (long start = 0; start < 4; start++)
        for (long size = start; size < start + 14; size++)
            for (long limit = -1; limit < start + 14; limit++) {
                long room = limit <= 0 ? 10 : limit < start ? 0 : limit - start;
                expect_groups(&(struct groups_row){ "limits", "u00000", sample.users[0].gid, start,
                                                    size, limit, NSS_STATUS_SUCCESS,
                                                    start + (room < 10 ? room : 10) });
            }
    end();
}
END_TEST

/* The daemon of these tests: a thread that answers what `answer` says, and counts. */
static struct {
    int fd;
    pthread_t thread;
    _Atomic int questions;
    int err;            /* of the reply */
    uint32_t asking_ms; /* first says so, and answers after half of it */
    bool publishes;     /* before the answer */
} server;

static void send_answer(int fd, int err, uint32_t asking_ms)
{
    uint8_t reply[64];
    struct wire_msg m = wire_begin(reply, sizeof reply, WIRE_LOOKED_UP);
    struct wire_looked_up answer = { .err = err, .asking_ms = asking_ms };
    wire_put_looked_up(&m, &answer);
    int n = wire_finish(&m);
    if (n < 0 || send(fd, reply, (size_t)n, MSG_NOSIGNAL) != n)
        abort();
}

static void *serve(void *arg)
{
    (void)arg;
    for (;;) {
        uint8_t request[256];
        int fd = accept4(server.fd, NULL, NULL, SOCK_CLOEXEC);
        if (fd < 0)
            return NULL;
        if (recv(fd, request, sizeof request, 0) > 0) {
            server.questions++;
            if (server.asking_ms > 0) {
                send_answer(fd, 0, server.asking_ms);
                usleep(server.asking_ms * 500);
            }
            if (server.publishes)
                sample_publish(&sample, path_snap_dir);
            send_answer(fd, server.err, 0);
        }
        close(fd);
    }
}

static void start_daemon(bool is_frozen)
{
    struct sockaddr_un at = { .sun_family = AF_UNIX };
    ck_assert_msg(strlen(path_nss_socket) < sizeof at.sun_path, "build directory's path too long");
    memcpy(at.sun_path, path_nss_socket, strlen(path_nss_socket));
    unlink(path_nss_socket);
    server.questions = 0;
    server.fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ck_assert(server.fd >= 0 && bind(server.fd, (struct sockaddr *)&at, sizeof at) == 0 &&
              listen(server.fd, 8) == 0);
    if (!is_frozen)
        ck_assert_int_eq(pthread_create(&server.thread, NULL, serve, NULL), 0);
}

static void stop_daemon(bool is_frozen)
{
    shutdown(server.fd, SHUT_RDWR);
    if (!is_frozen)
        pthread_join(server.thread, NULL);
    close(server.fd);
    unlink(path_nss_socket);
}

static enum nss_status ask(const char *name, int64_t *ret_ms)
{
    int err;
    int64_t start = clock_ms();
    enum nss_status status = status_of(PASSWD_NAME, name, 0, &err);
    *ret_ms = clock_ms() - start;
    return status;
}

START_TEST(r_nss_09_a_user_the_daemon_finds_is_there_at_the_first_attempt)
{
    int64_t ms;
    begin(3, 1);
    sample.image.user_count = 2;
    sample_publish(&sample, path_snap_dir);
    sample.image.user_count = 3;
    server.err = 0;
    server.publishes = true;
    server.asking_ms = 600;
    start_daemon(false);
    ck_assert_int_eq(ask("u00002", &ms), NSS_STATUS_SUCCESS);
    ck_assert_int_ge(ms, 290);
    ck_assert_int_eq(ask("u00002", &ms), NSS_STATUS_SUCCESS);
    ck_assert_int_eq(server.questions, 1); /* R-NSS-09: a hit never asks */
    stop_daemon(false);
    end();
}
END_TEST

START_TEST(r_nss_09_only_getpwnam_asks_and_remembers_misses)
{
    int64_t ms;
    int err;
    begin(3, 1);
    sample_publish(&sample, path_snap_dir);
    server.err = ERR_ABSENT;
    server.publishes = false;
    server.asking_ms = 0;
    start_daemon(false);
    for (int i = 0; i < 5; i++)
        ck_assert_int_eq(ask("nosuch", &ms), NSS_STATUS_NOTFOUND);
    ck_assert_int_eq(server.questions, 1);
    static const char *const never[] = { "root", "Upper", "", "a:b", "9", "x." };
    for (size_t i = 0; i < COUNT(never); i++)
        ck_assert_int_eq(ask(never[i], &ms), NSS_STATUS_NOTFOUND);
    ck_assert_int_eq(status_of(PASSWD_ID, NULL, 5000, &err), NSS_STATUS_NOTFOUND);
    ck_assert_int_eq(status_of(GROUP_NAME, "other", 0, &err), NSS_STATUS_NOTFOUND);
    ck_assert_int_eq(status_of(GROUP_ID, NULL, 5000, &err), NSS_STATUS_NOTFOUND);
    expect_groups(&(struct groups_row){ "miss", "other", 5000, 0, 1, 0, NSS_STATUS_NOTFOUND, 0 });
    ck_assert_int_eq(server.questions, 1);
    ck_assert_int_eq(ask("other", &ms), NSS_STATUS_NOTFOUND);
    ck_assert_int_eq(server.questions, 2);
    sample_publish(&sample, path_snap_dir); /* another snapshot: the miss may be over */
    ck_assert_int_eq(ask("nosuch", &ms), NSS_STATUS_NOTFOUND);
    ck_assert_int_eq(server.questions, 3);
    server.err = ERR_UNAVAIL;
    ck_assert_int_eq(ask("third", &ms), NSS_STATUS_NOTFOUND);
    ck_assert_int_eq(server.questions, 4);
    stop_daemon(false);
    end();
}
END_TEST

START_TEST(r_nss_09_an_absent_daemon_costs_nothing_a_frozen_one_200_ms_once)
{
    int64_t ms;
    begin(3, 1);
    sample_publish(&sample, path_snap_dir);
    ck_assert_int_eq(ask("absent", &ms), NSS_STATUS_NOTFOUND);
    ck_assert_int_lt(ms, 190); /* not asked: noise may still take its time */
    start_daemon(true);
    ck_assert_int_eq(ask("frozen", &ms), NSS_STATUS_NOTFOUND);
    ck_assert(ms >= 190 && ms < 2000);
    for (int i = 0; i < 20; i++) {
        ck_assert_int_eq(ask(i % 2 == 0 ? "frozen" : "another", &ms), NSS_STATUS_NOTFOUND);
        ck_assert_int_lt(ms, 190); /* not asked: noise may still take its time */
        ck_assert_int_eq(ask("u00001", &ms), NSS_STATUS_SUCCESS);
        ck_assert_int_lt(ms, 190); /* not asked: noise may still take its time */
    }
    sleep(6);
    ck_assert_int_eq(ask("another", &ms), NSS_STATUS_NOTFOUND);
    ck_assert_int_ge(ms, 190);
    stop_daemon(true);
    end();
}
END_TEST

static void *miss_on(void *arg)
{
    char name[16];
    for (unsigned i = 0; i < 2000; i++) {
        int err;
        snprintf(name, sizeof name, "m%u", i % 40);
        if (status_of(PASSWD_NAME, name, 0, &err) != NSS_STATUS_NOTFOUND)
            return arg;
    }
    return NULL;
}

/* The memory of misses is shared without a lock. */
/* R-NSS-02 */
START_TEST(r_nss_02_misses_in_threads)
{
    pthread_t threads[4];
    begin(3, 1);
    sample_publish(&sample, path_snap_dir);
    for (size_t i = 0; i < COUNT(threads); i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, miss_on, &sample), 0);
    for (size_t i = 0; i < COUNT(threads); i++) {
        void *bad;
        ck_assert_int_eq(pthread_join(threads[i], &bad), 0);
        ck_assert_ptr_null(bad);
    }
    end();
}
END_TEST

/* R-SNAP-02: the file may change under the look-up that judged it. */
START_TEST(r_snap_02_a_group_that_loses_its_nul_stays_in_the_buffer)
{
    static const char text[] = "devs?x";
    const struct snap_group group = { .name = text, .text = text, .text_bytes = sizeof text };
    char buffer[64];
    struct group gr;
    ck_assert_int_eq(fill_group(&group, buffer, sizeof buffer, &gr), 0);
    ck_assert_ptr_eq(gr.gr_passwd, gr.gr_name + sizeof text - 1);
    ck_assert_str_eq(gr.gr_passwd, "");
}
END_TEST

static size_t list_users(bool *seen, size_t n)
{
    static char buffer[4096];
    struct passwd pw;
    int err = NO_ERRNO;
    size_t count = 0;
    enum nss_status status;
    while ((status = _nss_cognito_getpwent_r(&pw, buffer, sizeof buffer, &err)) ==
           NSS_STATUS_SUCCESS) {
        size_t i = 0;
        while (i < n && strcmp(sample.users[i].name, pw.pw_name) != 0)
            i++;
        ck_assert_uint_lt(i, n);
        expect_user(&pw, &sample.users[i]);
        ck_assert(!seen[i]);
        seen[i] = true;
        count++;
    }
    ck_assert_int_eq(status, NSS_STATUS_NOTFOUND);
    ck_assert_int_eq(err, NO_ERRNO);
    return count;
}

static size_t list_groups(void)
{
    static char buffer[65536];
    struct group gr;
    int err;
    size_t count = 0;
    enum nss_status status;
    while ((status = _nss_cognito_getgrent_r(&gr, buffer, sizeof buffer, &err)) ==
           NSS_STATUS_SUCCESS)
        count++;
    ck_assert_int_eq(status, NSS_STATUS_NOTFOUND);
    return count;
}

/* Those of the base that an overlay replaces or hides are not listed twice, or at all. */
START_TEST(everybody_is_listed_once)
{
    bool seen[400] = { false };
    begin(400, 4);
    errno = NO_ERRNO;
    ck_assert_int_eq(_nss_cognito_setpwent(0), NSS_STATUS_UNAVAIL);
    sample_publish(&sample, path_snap_dir);
    ck_assert_uint_eq(list_users(seen, 400), 400);
    ck_assert_uint_eq(list_groups(), 404); /* everybody's private group too */

    sample.users[3].gecos = "Another";
    sample.image.user_count = 399; /* the last one is gone */
    sample_publish(&sample, path_snap_dir);
    memset(seen, 0, sizeof seen);
    errno = NO_ERRNO;
    ck_assert_int_eq(_nss_cognito_setpwent(0), NSS_STATUS_SUCCESS);
    ck_assert_int_eq(_nss_cognito_setgrent(0), NSS_STATUS_SUCCESS);
    ck_assert_uint_eq(list_users(seen, 399), 399);
    ck_assert_uint_eq(list_groups(), 403);
    ck_assert_int_eq(errno, NO_ERRNO);
    ck_assert_int_eq(_nss_cognito_endpwent(), NSS_STATUS_SUCCESS);
    ck_assert_int_eq(_nss_cognito_endgrent(), NSS_STATUS_SUCCESS);
    end();
}
END_TEST

/* A listing belongs to one snapshot, whatever is published meanwhile (R-SNAP-03). */
START_TEST(a_listing_stays_with_its_snapshot)
{
    static char buffer[4096];
    bool seen[10] = { false };
    struct passwd pw;
    int err;
    begin(10, 2);
    sample_publish(&sample, path_snap_dir);
    ck_assert_int_eq(_nss_cognito_getpwent_r(&pw, buffer, 4, &err), NSS_STATUS_TRYAGAIN);
    ck_assert_int_eq(err, ERANGE);
    size_t count = sample.image.user_count;
    sample.image.user_count = 2;
    sample_publish(&sample, path_snap_dir);
    ck_assert_int_eq(status_of(PASSWD_NAME, sample.users[7].name, 0, &err), NSS_STATUS_NOTFOUND);
    ck_assert_uint_eq(list_users(seen, count), count);
    (void)_nss_cognito_endpwent();
    memset(seen, 0, sizeof seen);
    ck_assert_uint_eq(list_users(seen, 2), 2);
    (void)_nss_cognito_endpwent();
    end();
}
END_TEST

START_TEST(nobody_is_listed_unless_configured)
{
    static char buffer[4096];
    struct passwd pw;
    int err;
    begin(10, 2);
    sample.image.is_listed = false;
    sample_publish(&sample, path_snap_dir);
    ck_assert_int_eq(_nss_cognito_setpwent(1), NSS_STATUS_SUCCESS);
    ck_assert_int_eq(_nss_cognito_getpwent_r(&pw, buffer, sizeof buffer, &err),
                     NSS_STATUS_NOTFOUND);
    ck_assert_uint_eq(list_groups(), 0);
    (void)_nss_cognito_endpwent();
    (void)_nss_cognito_endgrent();
    end();
}
END_TEST

SUITE("nss", users_and_groups_are_filled_in, r_nss_07_every_buffer_length,
      r_id_05_other_keys_are_not_found, r_nss_09_without_a_snapshot_nothing_is_known,
      r_id_19_groups_only_for_the_record_of_the_gid, r_nss_07_every_size_and_limit_of_initgroups,
      r_nss_09_a_user_the_daemon_finds_is_there_at_the_first_attempt,
      r_nss_09_only_getpwnam_asks_and_remembers_misses,
      r_nss_09_an_absent_daemon_costs_nothing_a_frozen_one_200_ms_once, r_nss_02_misses_in_threads,
      r_snap_02_a_group_that_loses_its_nul_stays_in_the_buffer, everybody_is_listed_once,
      a_listing_stays_with_its_snapshot, nobody_is_listed_unless_configured)
