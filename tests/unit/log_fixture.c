/* SPDX-License-Identifier: Apache-2.0 */
#include "log_fixture.h"

#include "base/paths.h"
#include "daemon/log.h"

#include <check.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static char path[512];

void log_to_file(void)
{
    ck_assert_int_lt(snprintf(path, sizeof path, "%s/log", path_state_dir), sizeof path);
    int fd = open(path, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC | O_APPEND, 0600);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(dup2(fd, STDERR_FILENO), STDERR_FILENO);
    close(fd);
    log_level(CONFIG_LOG_INFO);
}

unsigned logged(const char *words)
{
    static char all[65536];
    unsigned n = 0;
    FILE *f = fopen(path, "re");
    ck_assert_ptr_nonnull(f);
    all[fread(all, 1, sizeof all - 1, f)] = '\0';
    fclose(f);
    for (const char *p = all; (p = strstr(p, words)) != NULL; p++)
        n++;
    return n;
}
