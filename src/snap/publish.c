/* SPDX-License-Identifier: Apache-2.0
 *
 * How an image becomes files. Order is everything: new files are complete and on the disk before
 * the one rename that makes them current; the file that is replaced is marked before it and again
 * after it, for readers that looked in between; what nobody can need any more goes last. A crash
 * anywhere leaves the old pair or the new one, and perhaps a file that the next start removes.
 */
#include "snap/amend.h"
#include "snap/diff.h"
#include "snap/layout.h"
#include "snap/map.h"
#include "snap/verify.h"
#include "snap/write.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#define FILE_MODE   0644
#define NEW_CURRENT FORMAT_CURRENT ".new"
#define OVERLAY_LEAST                                                                              \
    256 /* an overlay may always have as many records, and a 16th of the base's                    \
         */

struct snap_writer {
    char *dir;
    int dir_fd;
    struct map published; /* kept for its base; view.base.bytes == NULL: none that counts */
    uint64_t generation;  /* the last one used */
    uint64_t retired;     /* base to be unlinked at the next flip; 0: none */
};

static uint64_t now_us(void)
{
    struct timespec t = { 0, 0 };
    clock_gettime(CLOCK_REALTIME, &t);
    return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

static bool has_base(const struct snap_writer *w)
{
    return w->published.view.base.bytes != NULL;
}

static struct format_header base_header(const struct snap_writer *w)
{
    struct format_header h;
    memcpy(&h, w->published.view.base.bytes, sizeof h);
    return h;
}

/* Files of ours that `current` does not need: left by a crash, or the base of the flip before. */
static void remove_strays(const struct snap_writer *w)
{
    char keep[FORMAT_BASE_BYTES] = "";
    if (has_base(w))
        map_base_name(base_header(w).generation, keep);
    int fd = openat(w->dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *d = fd >= 0 ? fdopendir(fd) : NULL;
    if (d == NULL) {
        if (fd >= 0)
            close(fd);
        return;
    }
    for (struct dirent *e = readdir(d); e != NULL; e = readdir(d)) {
        bool is_base = strncmp(e->d_name, FORMAT_BASE, sizeof FORMAT_BASE - 1) == 0;
        if ((is_base && strcmp(e->d_name, keep) != 0) || strcmp(e->d_name, NEW_CURRENT) == 0)
            (void)unlinkat(w->dir_fd, e->d_name, 0);
    }
    closedir(d);
}

/* A snapshot that cannot be read or fails the check is none: the first publish replaces it. Its
 * generation is not needed, wall time is far above it; if the clock was set back, it counts on. */
static void adopt(struct snap_writer *w)
{
    if (map_open(w->dir, &w->published) != 0) {
        w->published = (struct map){ 0 };
        return;
    }
    w->generation = w->published.view.facts.generation;
    if (verify_view(&w->published.view) != 0)
        map_close(&w->published);
}

int snap_writer_open(const char *dir, struct snap_writer **ret_writer)
{
    struct snap_writer *w = calloc(1, sizeof *w);
    if (w == NULL)
        return ERR_NOMEM;
    w->dir_fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int err = w->dir_fd < 0 ? err_from_errno(errno) : 0;
    w->dir = strdup(dir);
    if (err == 0 && w->dir == NULL)
        err = ERR_NOMEM;
    if (err != 0) {
        snap_writer_close(&w);
        return err;
    }
    adopt(w);
    if (has_base(w)) /* else strays are all there is: readers may still hold on to them */
        remove_strays(w);
    *ret_writer = w;
    return 0;
}

void snap_writer_close(struct snap_writer **writer)
{
    struct snap_writer *w = *writer;
    if (w == NULL)
        return;
    map_close(&w->published);
    if (w->dir_fd >= 0)
        close(w->dir_fd);
    free(w->dir);
    free(w);
    *writer = NULL;
}

const struct snap_view *snap_writer_view(const struct snap_writer *writer)
{
    return has_base(writer) ? &writer->published.view : NULL;
}

static int write_parts(int fd, const struct layout *l)
{
    struct iovec v[LAYOUT_PARTS];
    for (size_t i = 0; i < LAYOUT_PARTS; i++)
        v[i] = (struct iovec){ l->parts[i].p, l->parts[i].n };
    for (size_t i = 0; i < LAYOUT_PARTS;) {
        ssize_t n = writev(fd, v + i, (int)(LAYOUT_PARTS - i));
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return err_from_errno(errno);
        size_t done = (size_t)n;
        while (i < LAYOUT_PARTS && done >= v[i].iov_len)
            done -= v[i++].iov_len;
        if (i < LAYOUT_PARTS) {
            v[i].iov_base = (uint8_t *)v[i].iov_base + done;
            v[i].iov_len -= done;
        }
    }
    return 0;
}

/* A complete file under a name nobody looks at yet. */
static int write_file(const struct snap_writer *w, const char *name, const struct layout *l)
{
    (void)unlinkat(w->dir_fd, name, 0);
    int fd =
        openat(w->dir_fd, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, FILE_MODE);
    if (fd < 0)
        return err_from_errno(errno);
    int err = write_parts(fd, l);
    if (err == 0 && (fchmod(fd, FILE_MODE) != 0 || fsync(fd) != 0))
        err = err_from_errno(errno);
    if (close(fd) != 0 && err == 0)
        err = err_from_errno(errno);
    if (err != 0)
        (void)unlinkat(w->dir_fd, name, 0);
    return err;
}

/* A file that was removed under a reader that has it mapped is nothing to those who come. */
bool snap_writer_keeps(struct snap_writer *writer)
{
    struct map found = { 0 };
    bool is_there = has_base(writer) && map_open(writer->dir, &found) == 0 &&
                    found.view.facts.generation == writer->published.view.facts.generation;
    map_close(&found);
    if (!is_there)
        map_close(&writer->published);
    return is_there;
}

/* Every mapped reader of the file behind fd looks at the path at its next call. A failure costs
 * them at most the seconds until they look by themselves. */
static void mark(int fd, uint32_t *count)
{
    ++*count;
    (void)!pwrite(fd, count, sizeof *count, offsetof(struct format_header, superseded));
}

static int flip(const struct snap_writer *w)
{
    uint32_t count = 0;
    int old = openat(w->dir_fd, FORMAT_CURRENT, O_RDWR | O_NOFOLLOW | O_CLOEXEC);
    if (old >= 0 && pread(old, &count, sizeof count, offsetof(struct format_header, superseded)) ==
                        sizeof count)
        mark(old, &count);
    int err = 0;
    if (renameat(w->dir_fd, NEW_CURRENT, w->dir_fd, FORMAT_CURRENT) != 0)
        err = err_from_errno(errno);
    if (err == 0 && old >= 0)
        mark(old, &count);
    if (old >= 0)
        close(old);
    if (err == 0)
        (void)fsync(w->dir_fd); /* published it is; power loss now may bring the old pair back */
    return err;
}

static void unlink_base(const struct snap_writer *w, uint64_t generation)
{
    char name[FORMAT_BASE_BYTES];
    map_base_name(generation, name);
    (void)unlinkat(w->dir_fd, name, 0);
}

/* What exists after a publish. */
struct tally {
    uint32_t users, groups;
};

static struct format_header header_for(const struct snap_writer *w, const struct snap_image *image,
                                       struct tally tally)
{
    return (struct format_header){
        .magic = FORMAT_MAGIC,
        .version = FORMAT_VERSION,
        .generation = w->generation,
        .pool_hash = image->pool_hash,
        .created_s = (int64_t)time(NULL),
        .confirmed_s = image->confirmed_s,
        .lookup_ms = image->lookup_ms,
        .flags = (image->is_listed ? FORMAT_LISTED : 0u) | (image->is_whole ? FORMAT_WHOLE : 0u),
        .attribute_low = image->attribute_ids.low,
        .attribute_high = image->attribute_ids.high,
        .hash_low = image->hash_ids.low,
        .hash_high = image->hash_ids.high,
        .users = tally.users,
        .groups = tally.groups,
    };
}

static uint64_t new_seed(const struct snap_writer *w)
{
    uint64_t seed = 0;
    if (getrandom(&seed, sizeof seed, GRND_NONBLOCK) != sizeof seed)
        seed =
            w->generation; /* before the pool is ready at boot: only lengthens probes, if at all */
    return seed;
}

/* `current` as an overlay of these records over the base whose header is given. */
static int write_overlay(const struct snap_writer *w, const struct snap_image *image,
                         struct tally tally, const struct layout_source *source,
                         const struct format_header *base)
{
    struct format_header h = header_for(w, image, tally);
    h.kind = FORMAT_IS_OVERLAY;
    h.base_generation = base->generation;
    h.base_checksum = base->checksum;
    h.seed = base->seed;
    struct layout l;
    int err = layout_build(source, &h, &l);
    if (err != 0)
        return err;
    err = write_file(w, NEW_CURRENT, &l);
    layout_free(&l);
    return err;
}

static int write_base(const struct snap_writer *w, const struct snap_image *image,
                      const struct diff *d, struct format_header *ret_base)
{
    struct format_header h = header_for(w, image, (struct tally){ d->users, d->groups });
    h.kind = FORMAT_IS_BASE;
    h.base_generation = h.generation;
    struct layout l;
    int err = ERR_LIMIT;
    for (int tries = 0; tries < 4 && err == ERR_LIMIT; tries++) {
        h.seed = new_seed(w);
        err = layout_build(&d->source, &h, &l);
    }
    if (err != 0)
        return err;
    char name[FORMAT_BASE_BYTES];
    map_base_name(h.generation, name);
    err = write_file(w, name, &l);
    if (err == 0)
        *ret_base = l.header;
    layout_free(&l);
    return err;
}

/* A new base with all of d, and an overlay without records. */
static int write_both(const struct snap_writer *w, const struct snap_image *image,
                      const struct diff *d)
{
    struct format_header base;
    static const struct layout_source nothing;
    int err = write_base(w, image, d, &base);
    if (err != 0)
        return err;
    err = write_overlay(w, image, (struct tally){ d->users, d->groups }, &nothing, &base);
    if (err != 0)
        unlink_base(w, base.generation);
    return err;
}

/* After a flip the writer's own mapping moves on, too. A failure here is no failure of the
 * publish: there is no base to compare with then, and the next publish writes one. */
static void follow(struct snap_writer *w)
{
    uint64_t old = has_base(w) ? base_header(w).generation : 0;
    if (w->retired != 0)
        unlink_base(w, w->retired);
    w->retired = 0;
    map_close(&w->published);
    if (map_open(w->dir, &w->published) != 0)
        w->published = (struct map){ 0 };
    if (old != 0 && (!has_base(w) || base_header(w).generation != old))
        w->retired = old;
}

static bool same_range(struct id_range a, struct id_range b)
{
    return a.low == b.low && a.high == b.high;
}

static bool range_is_sane(struct id_range r)
{
    return r.low > r.high || (r.low >= 1000 && r.high < INT32_MAX);
}

/* The published base, alone, if records of this image can be compared with its. */
static int base_for(const struct snap_writer *w, const struct snap_image *image,
                    struct snap_view *ret_base)
{
    const struct snap_view *v = &w->published.view;
    struct snap_view base;
    if (!has_base(w) || !same_range(image->attribute_ids, v->facts.attribute_ids) ||
        !same_range(image->hash_ids, v->facts.hash_ids) ||
        snap_view_over(v->base.bytes, v->base.size, NULL, 0, &base) != 0 ||
        !same_range(base.facts.attribute_ids, v->facts.attribute_ids) ||
        !same_range(base.facts.hash_ids, v->facts.hash_ids))
        return ERR_LIMIT;
    *ret_base = base;
    return 0;
}

static size_t overlay_most(const struct snap_view *base)
{
    return OVERLAY_LEAST + base->facts.users / 16;
}

/* Overlay on the published base, if there is one to compare with and little has changed. */
static int try_overlay(const struct snap_writer *w, const struct snap_image *image, struct diff *d)
{
    struct snap_view base;
    int err = base_for(w, image, &base);
    if (err == 0)
        err = diff_make(image, &base, overlay_most(&base), d);
    if (err != 0)
        return err;
    struct format_header h = base_header(w);
    err = write_overlay(w, image, (struct tally){ d->users, d->groups }, &d->source, &h);
    if (err != 0)
        diff_free(d);
    return err;
}

/* Both files lie beside the published ones, or nothing does. */
static int write_files(const struct snap_writer *w, const struct snap_image *image, struct diff *d,
                       bool *ret_with_base)
{
    int err = try_overlay(w, image, d);
    *ret_with_base = err == ERR_LIMIT;
    if (err != ERR_LIMIT)
        return err;
    err = diff_make(image, NULL, SIZE_MAX, d);
    if (err != 0)
        return err;
    err = write_both(w, image, d);
    if (err != 0)
        diff_free(d);
    return err;
}

static size_t records(const struct layout_source *s)
{
    return s->user_count + s->users_gone_count + s->group_count + s->groups_gone_count;
}

static struct snap_published report(const struct snap_writer *w, const struct diff *d,
                                    bool with_base)
{
    return (struct snap_published){
        .generation = w->generation,
        .base_written = with_base,
        .users = d->users,
        .groups = d->groups,
        .users_refused = d->users_refused,
        .groups_refused = d->groups_refused,
        .changed = with_base ? 0 : (uint32_t)records(&d->source),
    };
}

static int next_generation(struct snap_writer *w, const struct snap_image *image)
{
    uint64_t now = now_us();
    if (!range_is_sane(image->attribute_ids) || !range_is_sane(image->hash_ids))
        return ERR_FORMAT;
    w->generation = now > w->generation ? now : w->generation + 1;
    return 0;
}

/* The files are written: they become what is published, or nothing of them stays. */
static int go_over(struct snap_writer *w, bool with_base)
{
    int err = flip(w);
    if (err == 0) {
        follow(w);
        return 0;
    }
    (void)unlinkat(w->dir_fd, NEW_CURRENT, 0);
    if (with_base)
        unlink_base(w, w->generation);
    return err;
}

int snap_publish(struct snap_writer *writer, const struct snap_image *image,
                 struct snap_published *ret_published)
{
    struct diff d;
    bool with_base;
    int err = next_generation(writer, image);
    if (err == 0)
        err = write_files(writer, image, &d, &with_base);
    if (err != 0)
        return err;
    struct snap_published done = report(writer, &d, with_base);
    diff_free(&d); /* points into the base that follow() lets go */
    err = go_over(writer, with_base);
    if (err == 0)
        *ret_published = done;
    return err;
}

int snap_amend(struct snap_writer *writer, const struct snap_image *image,
               const struct snap_gone *gone, size_t gone_count,
               struct snap_published *ret_published)
{
    struct snap_view base;
    struct amend a;
    int err = next_generation(writer, image);
    if (err == 0)
        err = base_for(writer, image, &base);
    if (err == 0)
        err = amend_make(&writer->published.view, image, gone, gone_count, overlay_most(&base), &a);
    if (err != 0)
        return err;
    struct format_header h = base_header(writer);
    struct snap_published done = { .generation = writer->generation,
                                   .users = a.users,
                                   .groups = a.groups,
                                   .changed = (uint32_t)records(&a.source) };
    err = write_overlay(writer, image, (struct tally){ a.users, a.groups }, &a.source, &h);
    amend_free(&a);
    if (err == 0)
        err = go_over(writer, false);
    if (err == 0)
        *ret_published = done;
    return err;
}
