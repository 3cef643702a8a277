/* SPDX-License-Identifier: Apache-2.0
 *
 * The directory of the tests of the entry points, and the calls.
 */
#include "nss_fixture.h"

#include "base/paths.h"
#include "entry.h"
#include "snap/map.h"

#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

struct sample sample;

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

void fixture_begin(size_t users, size_t groups)
{
    sample_make_dir(path_snap_dir, 0755);
    sample_empty_dir(path_snap_dir);
    snap_forget();
    sample_make(&sample, users, groups);
    write_passwd("root:x:0:0:root:/root:/bin/bash\nlocal:x:1000:1000::/home/local:/bin/sh\n");
}

void fixture_end(void)
{
    snap_forget();
    sample_free(&sample);
    sample_empty_dir(path_snap_dir);
}

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

enum nss_status fixture_call(const struct call *c, union filled *ret, char *buffer, size_t n,
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

enum nss_status fixture_status(enum what what, const char *name, uint32_t id, int *ret_errno)
{
    static char buffer[4096];
    union filled filled;
    struct call c = { what, name, id };
    return fixture_call(&c, &filled, buffer, sizeof buffer, ret_errno);
}

void fixture_expect_user(const struct passwd *pw, const struct snap_image_user *u)
{
    ck_assert_str_eq(pw->pw_name, u->name);
    ck_assert_str_eq(pw->pw_passwd, "x");
    ck_assert_str_eq(pw->pw_gecos, u->gecos);
    ck_assert_str_eq(pw->pw_dir, u->home);
    ck_assert_str_eq(pw->pw_shell, u->shell);
    ck_assert(pw->pw_uid == u->uid && pw->pw_gid == u->gid);
}
