/* SPDX-License-Identifier: Apache-2.0
 *
 * Mappings in a process: what is published is seen at the next call, what is held stays, nothing
 * is left open, in threads, after fork and when the table is full.
 */
#include "suite.h"

#include "base/paths.h"
#include "snap/map.h"
#include "snap_check.h"
#include "snap_sample.h"

#include <dirent.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static struct sample sample;
static struct snap_writer *writer;

static void publish_revision(unsigned revision)
{
    struct snap_published p;
    sample_revise(&sample, 0, revision);
    sample_revise(&sample, sample.image.user_count - 1, revision);
    ck_assert_int_eq(snap_publish(writer, &sample.image, &p), 0);
}

static void begin(size_t users)
{
    sample_make_dir(path_snap_dir, 0755);
    sample_empty_dir(path_snap_dir);
    snap_forget();
    sample_make(&sample, users, 3);
    ck_assert_int_eq(snap_writer_open(path_snap_dir, &writer), 0);
}

static void end(void)
{
    snap_forget();
    snap_writer_close(&writer);
    sample_free(&sample);
    sample_empty_dir(path_snap_dir);
}

static unsigned revision_of(const struct snap_view *v, const char *name)
{
    struct snap_user u;
    unsigned revision;
    if (snap_find_user(v, name, &u) != 0 || sscanf(u.gecos, "revision %u", &revision) != 1)
        return 0;
    return revision;
}

/* 0: no answer. */
static unsigned revision_now(void)
{
    struct snap_pin pin;
    if (snap_pin(&pin) != 0)
        return 0;
    unsigned revision = revision_of(pin.view, "u00000");
    snap_unpin(&pin);
    return revision;
}

static size_t count_dir(const char *path)
{
    DIR *d = opendir(path);
    size_t n = 0;
    ck_assert_ptr_nonnull(d);
    while (readdir(d) != NULL)
        n++;
    closedir(d);
    return n;
}

/* Of the reader: the writer in this process keeps two of its own. */
static size_t mappings(void)
{
    return check_mapped(path_snap_dir) - 2;
}

START_TEST(a_publish_is_seen_at_the_next_call)
{
    begin(20);
    struct snap_pin pin;
    ck_assert_int_eq(snap_pin(&pin), ERR_ABSENT);
    for (unsigned r = 1; r < 100; r++) {
        publish_revision(r);
        ck_assert_uint_eq(revision_now(), r);
        ck_assert_uint_eq(revision_now(), r);
    }
    ck_assert_uint_eq(mappings(), 2); /* overlay and base of the newest */
    snap_forget();
    ck_assert_uint_eq(mappings(), 0);
    ck_assert_uint_eq(revision_now(), 99);
    end();
}
END_TEST

START_TEST(what_is_held_stays_also_beyond_the_table)
{
    begin(20);
    struct snap_pin pins[20];
    for (unsigned r = 0; r < COUNT(pins); r++) {
        publish_revision(r + 1);
        ck_assert_int_eq(snap_pin(&pins[r]), 0);
    }
    ck_assert_int_eq(pins[COUNT(pins) - 1].slot, -1);
    for (unsigned r = 0; r < COUNT(pins); r++)
        ck_assert_uint_eq(revision_of(pins[r].view, "u00019"), r + 1);
    for (unsigned r = 0; r < COUNT(pins); r++)
        snap_unpin(&pins[r]);
    ck_assert_uint_eq(revision_now(), COUNT(pins));
    ck_assert_uint_eq(mappings(), 2);
    end();
}
END_TEST

/* R-NSS-04, and the host's lack of descriptors: an older answer is better than none. */
START_TEST(r_nss_04_no_descriptor_is_kept_or_needed_for_long)
{
    begin(20);
    publish_revision(1);
    size_t open_before = count_dir("/proc/self/fd");
    ck_assert_uint_eq(revision_now(), 1);
    ck_assert_uint_eq(count_dir("/proc/self/fd"), open_before);
    publish_revision(2);
    struct rlimit old, none = { 0, 0 };
    ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &old), 0);
    none.rlim_max = old.rlim_max;
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &none), 0);
    ck_assert_uint_eq(revision_now(), 1);
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &old), 0);
    ck_assert_uint_eq(revision_now(), 2);
    ck_assert_uint_eq(count_dir("/proc/self/fd"), open_before);
    end();
}
END_TEST

static char kept[300], current[300];

static void set_paths(void)
{
    snprintf(current, sizeof current, "%s/%s", path_snap_dir, FORMAT_CURRENT);
    snprintf(kept, sizeof kept, "%s/kept", path_snap_dir);
}

/* A publisher that died between mark and rename: the marked file is the current one. One that died
 * behind the rename, or a restored directory: seen within seconds. */
START_TEST(r_snap_01_crashed_publishers_are_noticed)
{
    begin(20);
    set_paths();
    publish_revision(1);
    ck_assert_int_eq(link(current, kept), 0);
    publish_revision(2);
    ck_assert_uint_eq(revision_now(), 2);
    ck_assert_int_eq(rename(kept, current), 0); /* marked when it was replaced; its base is there */
    ck_assert_uint_eq(revision_now(), 2);       /* nobody told us */
    sleep(6);
    ck_assert_uint_eq(revision_now(), 1);
    struct snap_pin pin;
    ck_assert_int_eq(snap_pin(&pin), 0);
    const struct snap_view *view = pin.view;
    snap_unpin(&pin);
    ck_assert_int_eq(snap_pin(&pin), 0);
    ck_assert_ptr_eq(pin.view, view); /* marked, yet not mapped anew by every call */
    snap_unpin(&pin);
    ck_assert_int_eq(unlink(current), 0); /* purged */
    sleep(6);
    ck_assert_int_eq(snap_pin(&pin), ERR_ABSENT);
    ck_assert_uint_eq(mappings(), 0);
    end();
}
END_TEST

/* Readers and one publisher. Before and after each look-up a reader sees how many revisions are
 * published and how many were begun: the answer lies between, and is the same for two users. */
struct torture {
    _Atomic unsigned begun, published, stop;
    _Atomic unsigned long answers, wrong;
};

static struct torture *torture;

static void read_once(void)
{
    struct snap_pin pin;
    unsigned least = atomic_load(&torture->published);
    bool is_right = snap_pin(&pin) == 0;
    if (is_right) {
        unsigned first = revision_of(pin.view, "u00000"), last = revision_of(pin.view, "u00039");
        snap_unpin(&pin);
        is_right = first == last && first >= least && first <= atomic_load(&torture->begun);
    }
    atomic_fetch_add(is_right ? &torture->answers : &torture->wrong, 1);
}

static void *read_on(void *arg)
{
    (void)arg;
    while (!atomic_load(&torture->stop))
        read_once();
    return NULL;
}

/* A process whose threads read while it forks children that read. */
static void reading_process(void)
{
    pthread_t threads[4];
    for (size_t i = 0; i < COUNT(threads); i++)
        if (pthread_create(&threads[i], NULL, read_on, NULL) != 0)
            _exit(1);
    while (!atomic_load(&torture->stop)) {
        pid_t pid = fork();
        if (pid < 0)
            _exit(1);
        if (pid == 0) {
            for (unsigned i = 0; i < 200; i++)
                read_once();
            _exit(0);
        }
        int status;
        if (waitpid(pid, &status, 0) != pid || status != 0)
            _exit(1);
    }
    for (size_t i = 0; i < COUNT(threads); i++)
        pthread_join(threads[i], NULL);
    if (mappings() > 2)
        _exit(2);
    _exit(0);
}

START_TEST(r_nss_02_readers_see_every_revision_while_it_is_published)
{
    begin(40);
    torture =
        mmap(NULL, sizeof *torture, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    ck_assert(torture != MAP_FAILED);
    atomic_store(&torture->begun, 1);
    publish_revision(1);
    atomic_store(&torture->published, 1);
    pid_t pids[3];
    for (size_t i = 0; i < COUNT(pids); i++) {
        pids[i] = fork();
        ck_assert_int_ge(pids[i], 0);
        if (pids[i] == 0)
            reading_process();
    }
    for (unsigned r = 2; r <= 600; r++) {
        atomic_store(&torture->begun, r);
        sample.users[1].key_count = r % 2;
        if (r % 50 == 0) /* a new base now and then */
            for (size_t i = 1; i < 39; i++)
                sample_revise(&sample, i, r);
        if (r % 100 == 0) {
            snap_writer_close(&writer);
            ck_assert_int_eq(snap_writer_open(path_snap_dir, &writer), 0);
        }
        publish_revision(r);
        atomic_store(&torture->published, r);
        if (r % 20 == 0)
            usleep(1000);
    }
    atomic_store(&torture->stop, 1);
    for (size_t i = 0; i < COUNT(pids); i++) {
        int status;
        ck_assert_int_eq(waitpid(pids[i], &status, 0), pids[i]);
        ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == 0, "status %x", status);
    }
    ck_assert_uint_eq(atomic_load(&torture->wrong), 0);
    ck_assert_uint_gt(atomic_load(&torture->answers), 1000);
    munmap(torture, sizeof *torture);
    end();
}
END_TEST

static void *revise_for_ever(void *arg)
{
    unsigned *revisions = arg;
    for (unsigned r = 1; r <= *revisions; r++)
        publish_revision(r);
    return NULL;
}

/* The same in one process, with forgetting in between: for ThreadSanitizer. */
START_TEST(r_nss_02_threads_pin_and_forget_while_another_publishes)
{
    begin(40);
    publish_revision(1);
    unsigned revisions = 300;
    pthread_t publisher, readers[3];
    static struct torture here;
    torture = &here;
    atomic_store(&here.begun, revisions);
    ck_assert_int_eq(pthread_create(&publisher, NULL, revise_for_ever, &revisions), 0);
    for (size_t i = 0; i < COUNT(readers); i++)
        ck_assert_int_eq(pthread_create(&readers[i], NULL, read_on, NULL), 0);
    for (unsigned i = 0; i < 300; i++) {
        snap_forget();
        read_once();
    }
    pthread_join(publisher, NULL);
    atomic_store(&here.stop, 1);
    for (size_t i = 0; i < COUNT(readers); i++)
        pthread_join(readers[i], NULL);
    ck_assert_uint_eq(atomic_load(&here.wrong), 0);
    ck_assert_uint_eq(revision_now(), revisions);
    ck_assert_uint_eq(mappings(), 2);
    end();
}
END_TEST

SUITE("snap_slots", a_publish_is_seen_at_the_next_call, what_is_held_stays_also_beyond_the_table,
      r_nss_04_no_descriptor_is_kept_or_needed_for_long, r_snap_01_crashed_publishers_are_noticed,
      r_nss_02_readers_see_every_revision_while_it_is_published,
      r_nss_02_threads_pin_and_forget_while_another_publishes)
