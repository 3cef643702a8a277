/* SPDX-License-Identifier: Apache-2.0
 *
 * Trusted files and account files, in a scratch folder of the caller's own.
 */
#include "base/file.h"
#include "suite.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[64];

static const char *path_of(const char *name)
{
    static char path[128];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static void write_file(const char *name, const char *text, size_t n, mode_t mode)
{
    int fd = open(path_of(name), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, text, n), (ssize_t)n);
    ck_assert_int_eq(fchmod(fd, mode), 0);
    close(fd);
}

static void make_folder(void)
{
    snprintf(folder, sizeof folder, "/tmp/unit-file.XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
}

static void drop_folder(void)
{
    static const char *const names[] = { "good",  "group", "world",  "link",
                                         "large", "nul",   "passwd", "fifo" };
    for (size_t i = 0; i < COUNT(names); i++)
        (void)unlink(path_of(names[i]));
    ck_assert_int_eq(rmdir(folder), 0);
}

/* R-PAM-03, R-ID-17 */
START_TEST(only_files_nobody_else_can_write_are_trusted)
{
    int fd;
    size_t size;
    make_folder();
    write_file("good", "abc", 3, 0644);
    write_file("group", "abc", 3, 0664);
    write_file("world", "abc", 3, 0646);
    write_file("large", "0123456789", 10, 0600);
    char target[128];
    snprintf(target, sizeof target, "%s/good", folder);
    ck_assert_int_eq(symlink(target, path_of("link")), 0);
    ck_assert_int_eq(file_open_trusted(path_of("good"), 16, &fd, &size), 0);
    ck_assert_uint_eq(size, 3);
    ck_assert_int_eq(fcntl(fd, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
    close(fd);
    ck_assert_int_eq(file_open_trusted(path_of("group"), 16, &fd, &size), ERR_REFUSED);
    ck_assert_int_eq(file_open_trusted(path_of("world"), 16, &fd, &size), ERR_REFUSED);
    ck_assert_int_eq(file_open_trusted(path_of("link"), 16, &fd, &size), ERR_REFUSED);
    ck_assert_int_eq(file_open_trusted(path_of("large"), 9, &fd, &size), ERR_LIMIT);
    ck_assert_int_eq(file_open_trusted(path_of("none"), 9, &fd, &size), ERR_ABSENT);
    ck_assert_int_eq(file_open_trusted(folder, 16, &fd, &size), ERR_REFUSED);
    ck_assert_int_eq(mkfifo(path_of("fifo"), 0600),
                     0); /* nobody writes: it must not be waited for */
    ck_assert_int_eq(file_open_trusted(path_of("fifo"), 16, &fd, &size), ERR_REFUSED);
    ck_assert_int_eq(chmod(folder, 0777), 0);
    ck_assert_int_eq(file_open_trusted(path_of("good"), 16, &fd, &size), ERR_REFUSED);
    ck_assert_int_eq(chmod(folder, 0700), 0);
    drop_folder();
}
END_TEST

START_TEST(reads_whole_files_and_refuses_nuls)
{
    char *text;
    size_t n;
    make_folder();
    write_file("good", "key = value\n", 12, 0600);
    write_file("nul", "a\0b", 3, 0600);
    ck_assert_int_eq(file_read_trusted(path_of("good"), 100, &text, &n), 0);
    ck_assert_uint_eq(n, 12);
    ck_assert_str_eq(text, "key = value\n");
    free(text);
    ck_assert_int_eq(file_read_trusted(path_of("nul"), 100, &text, &n), ERR_FORMAT);
    drop_folder();
}
END_TEST

/* R-NSS-04: a host may have closed its standard descriptors. */
START_TEST(descriptors_lie_above_stdio)
{
    int fd;
    size_t size;
    make_folder();
    write_file("good", "abc", 3, 0600);
    int keep = fcntl(0, F_DUPFD_CLOEXEC, 10);
    close(0);
    int err = file_open_trusted(path_of("good"), 16, &fd, &size);
    int was = fd, flags = err == 0 ? fcntl(fd, F_GETFD) : 0;
    if (err == 0)
        close(fd);
    ck_assert_int_lt(fcntl(0, F_GETFD), 0);
    dup2(keep, 0);
    close(keep);
    ck_assert_int_eq(err, 0);
    ck_assert_int_ge(was, 3);
    ck_assert_int_eq(flags & FD_CLOEXEC, FD_CLOEXEC);
    drop_folder();
}
END_TEST

/* One line of what was visited. */
static bool note_row(void *arg, const struct file_row *row)
{
    char *to = arg;
    size_t n = strlen(to);
    snprintf(to + n, 256 - n, "%s %s %s %.4s;", row->name, row->second, row->third, row->fourth);
    return true;
}

START_TEST(account_files_are_parsed_line_by_line)
{
    char text[8192];
    bool found;
    char rows[256] = "";
    make_folder();
    int n = snprintf(text, sizeof text, "root:x:0:0:root:/root:/bin/bash\n\n# note\n+nis\n-nis\n");
    n += snprintf(text + n, sizeof text - (size_t)n, "long:x:4242:");
    memset(text + n, 'm', 4000); /* members beyond what is kept of a line */
    n += 4000;
    n += snprintf(text + n, sizeof text - (size_t)n, "\nbad:x:12x:\nlast:x:77");
    write_file("passwd", text, (size_t)n, 0644);
    ck_assert_int_eq(file_each_row(path_of("passwd"), note_row, rows), 0);
    ck_assert_str_eq(rows, "root x 0 0;long x 4242 mmmm;bad x 12x ;last x 77 ;");
    static const struct {
        const char *name;
        bool found;
    } names[] = { { "root", true },  { "long", true }, { "last", true },   { "nis", false },
                  { "+nis", false }, { "roo", false }, { "roots", false }, { "", false } };
    for (size_t i = 0; i < COUNT(names); i++) {
        ck_assert_int_eq(file_has_name(path_of("passwd"), names[i].name, &found), 0);
        ck_assert_msg(found == names[i].found, "%s", names[i].name);
    }
    ck_assert_int_eq(file_has_name(path_of("none"), "root", &found), ERR_ABSENT);
    drop_folder();
}
END_TEST

SUITE("file", only_files_nobody_else_can_write_are_trusted, reads_whole_files_and_refuses_nuls,
      descriptors_lie_above_stdio, account_files_are_parsed_line_by_line)
