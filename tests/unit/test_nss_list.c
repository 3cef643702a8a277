/* SPDX-License-Identifier: Apache-2.0
 *
 * The entry points that list everybody: whom, how often, and of which snapshot.
 */
#include "suite.h"

#include "base/paths.h"
#include "entry.h"
#include "nss_fixture.h"
#include "snap_check.h"

#include <errno.h>
#include <string.h>

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
        fixture_expect_user(&pw, &sample.users[i]);
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
    fixture_begin(400, 4);
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
    fixture_end();
}
END_TEST

/* A listing belongs to one snapshot, whatever is published meanwhile (R-SNAP-03). */
START_TEST(a_listing_stays_with_its_snapshot)
{
    static char buffer[4096];
    bool seen[10] = { false };
    struct passwd pw;
    int err;
    fixture_begin(10, 2);
    sample_publish(&sample, path_snap_dir);
    ck_assert_int_eq(_nss_cognito_getpwent_r(&pw, buffer, 4, &err), NSS_STATUS_TRYAGAIN);
    ck_assert_int_eq(err, ERANGE);
    size_t count = sample.image.user_count;
    sample.image.user_count = 2;
    sample_publish(&sample, path_snap_dir);
    ck_assert_int_eq(fixture_status(PASSWD_NAME, sample.users[7].name, 0, &err),
                     NSS_STATUS_NOTFOUND);
    ck_assert_uint_eq(list_users(seen, count), count);
    (void)_nss_cognito_endpwent();
    memset(seen, 0, sizeof seen);
    ck_assert_uint_eq(list_users(seen, 2), 2);
    (void)_nss_cognito_endpwent();
    fixture_end();
}
END_TEST

/* R-NSS-04: what a listing held is not mapped once it has ended. */
START_TEST(an_ended_listing_holds_nothing)
{
    static char buffer[4096];
    union filled one;
    int err;
    fixture_begin(10, 2);
    sample_publish(&sample, path_snap_dir);
    ck_assert_int_eq(_nss_cognito_getpwent_r(&one.pw, buffer, sizeof buffer, &err),
                     NSS_STATUS_SUCCESS);
    ck_assert_int_eq(_nss_cognito_endpwent(), NSS_STATUS_SUCCESS);
    snap_forget();
    ck_assert_uint_eq(check_mapped(path_snap_dir), 0);
    ck_assert_int_eq(_nss_cognito_getgrent_r(&one.gr, buffer, sizeof buffer, &err),
                     NSS_STATUS_SUCCESS);
    ck_assert_int_eq(_nss_cognito_endgrent(), NSS_STATUS_SUCCESS);
    snap_forget();
    ck_assert_uint_eq(check_mapped(path_snap_dir), 0);
    fixture_end();
}
END_TEST

START_TEST(nobody_is_listed_unless_configured)
{
    static char buffer[4096];
    struct passwd pw;
    int err;
    fixture_begin(10, 2);
    sample.image.is_listed = false;
    sample_publish(&sample, path_snap_dir);
    ck_assert_int_eq(_nss_cognito_setpwent(1), NSS_STATUS_SUCCESS);
    ck_assert_int_eq(_nss_cognito_getpwent_r(&pw, buffer, sizeof buffer, &err),
                     NSS_STATUS_NOTFOUND);
    ck_assert_uint_eq(list_groups(), 0);
    (void)_nss_cognito_endpwent();
    (void)_nss_cognito_endgrent();
    fixture_end();
}
END_TEST

SUITE("nss_list", everybody_is_listed_once, a_listing_stays_with_its_snapshot,
      an_ended_listing_holds_nothing, nobody_is_listed_unless_configured)
