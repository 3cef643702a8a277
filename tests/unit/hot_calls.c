/* SPDX-License-Identifier: Apache-2.0
 *
 * Many look-ups of one kind that all hit, for a tool that counts their instructions. usage:
 * hot_calls KIND COUNT
 */
#include "base/paths.h"
#include "entry.h"
#include "snap_sample.h"

#include <stdio.h>
#include <stdlib.h>

static struct sample sample;
static char buffer[4096];

static bool by_name(void)
{
    struct passwd pw;
    int err;
    return _nss_cognito_getpwnam_r(sample.users[7].name, &pw, buffer, sizeof buffer, &err) ==
           NSS_STATUS_SUCCESS;
}

static bool by_uid(void)
{
    struct passwd pw;
    int err;
    return _nss_cognito_getpwuid_r(sample.users[7].uid, &pw, buffer, sizeof buffer, &err) ==
           NSS_STATUS_SUCCESS;
}

static bool by_group_name(void)
{
    struct group gr;
    int err;
    return _nss_cognito_getgrnam_r(sample.groups[3].name, &gr, buffer, sizeof buffer, &err) ==
           NSS_STATUS_SUCCESS;
}

static bool ten_groups(void)
{
    static gid_t some[32], *gids = some;
    long start = 0, size = 32;
    int err;
    return _nss_cognito_initgroups_dyn(sample.users[7].name, sample.users[7].gid, &start, &size,
                                       &gids, 0, &err) == NSS_STATUS_SUCCESS &&
           start == SAMPLE_GROUPS;
}

static const struct {
    const char *kind;
    bool (*call)(void);
} calls[] = {
    { "getpwnam", by_name },
    { "getpwuid", by_uid },
    { "getgrnam", by_group_name },
    { "initgroups", ten_groups },
};

int main(int argc, char **argv)
{
    if (argc != 3)
        return 2;
    sample_make_dir(path_snap_dir, 0755);
    sample_empty_dir(path_snap_dir);
    sample_make(&sample, 40, 40); /* groups of ten */
    sample_publish(&sample, path_snap_dir);
    bool hit = false;
    for (size_t k = 0; k < COUNT(calls); k++)
        if (strcmp(calls[k].kind, argv[1]) == 0)
            for (long i = strtol(argv[2], NULL, 10); i > 0; i--)
                hit = calls[k].call();
    sample_empty_dir(path_snap_dir);
    sample_free(&sample);
    return hit ? 0 : 1;
}
