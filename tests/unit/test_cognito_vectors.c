/* SPDX-License-Identifier: Apache-2.0
 *
 * Every set of vectors that this code covers, judged as tests/judge judges a folder (R-NET-06,
 * R-NET-07, R-NET-05, R-ID-16, R-PAM-04), and the judges themselves: broken expectations must be
 * noticed.
 */
#include "judge.h"
#include "suite.h"

#include <libgen.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void expect_all_right(const struct judge_form *only, unsigned at_least)
{
    struct judge j = { .dir = getenv("VECTORS"), .only = only };
    ck_assert_ptr_nonnull(j.dir);
    ck_assert_uint_gt(judge_folder(&j), 0);
    judge_close(&j);
    ck_assert_uint_eq(j.failed, 0);
    ck_assert_uint_ge(j.passed, at_least);
}

START_TEST(sigv4_vectors)
{
    expect_all_right(&judge_sigv4, 25);
}
END_TEST

START_TEST(sigv4_suite)
{
    expect_all_right(&judge_suite, 38);
}
END_TEST

START_TEST(secret_hash_vectors)
{
    expect_all_right(&judge_hash, 33);
}
END_TEST

START_TEST(jwt_vectors) /* R-NET-06 */
{
    expect_all_right(&judge_jwt, 2 * 59);
}
END_TEST

START_TEST(srp_vectors)
{
    expect_all_right(&judge_srp, 27);
}
END_TEST

START_TEST(totp_vectors)
{
    expect_all_right(&judge_totp, 51);
}
END_TEST

START_TEST(reply_vectors) /* R-NET-07, R-PAM-04 */
{
    expect_all_right(&judge_replies, 280);
}
END_TEST

START_TEST(request_vectors) /* R-ID-16 */
{
    expect_all_right(&judge_requests, 80);
}
END_TEST

/* A folder whose one expectation is wrong, in a file of any name. */
static void expect_one_wrong(const char *file, const char *text, const struct judge_form *only)
{
    char dir[] = "/tmp/judge-XXXXXX";
    char path[128];
    ck_assert_ptr_nonnull(mkdtemp(dir));
    snprintf(path, sizeof path, "%s/%s", dir, file);
    if (strchr(file, '/') != NULL) {
        char folder[128];
        snprintf(folder, sizeof folder, "%s/%.*s", dir, (int)strcspn(file, "/"), file);
        ck_assert_int_eq(mkdir(folder, 0700), 0);
    }
    FILE *f = fopen(path, "we");
    ck_assert_ptr_nonnull(f);
    fputs(text, f);
    fclose(f);
    struct judge j = { .dir = dir, .is_quiet = true, .only = only };
    ck_assert_uint_eq(judge_folder(&j), 1);
    judge_close(&j);
    ck_assert_uint_ge(j.failed, 1);
    unlink(path);
    if (strchr(file, '/') != NULL)
        rmdir(dirname(path));
    rmdir(dir);
}

START_TEST(judges_notice)
{
    expect_one_wrong("more-hashes.json",
                     "{\"cases\":[{\"username\":\"a\",\"client_id\":\"b\",\"client_secret\":\"c\","
                     "\"secret_hash\":\"AAAA\"}]}",
                     &judge_hash);
    expect_one_wrong("jwt/tokens.json",
                     "{\"now\":1,\"issuer\":\"i\",\"client_id\":\"c\",\"sub\":\"s\",\"tokens\":[{"
                     "\"name\":\"x\",\"valid\":true,\"check_as\":\"access\",\"token\":\"a.b.c\"}]}",
                     &judge_jwt);
    expect_one_wrong("srp.json",
                     "{\"user\":[{\"name\":\"x\",\"a\":\"1\",\"A\":\"3\"}],\"device\":[]}",
                     &judge_srp);
    expect_one_wrong("replies/index.json",
                     "[{\"file\":\"absent.body\",\"operation\":\"ListUsers\",\"status\":200,"
                     "\"headers\":{},\"expect\":\"none\"}]",
                     &judge_replies);
    expect_one_wrong("deep/others.json",
                     "[{\"name\":\"x\",\"operation\":\"ListGroups\",\"signed\":true,"
                     "\"body\":{\"UserPoolId\":\"p\",\"Extra\":1}}]",
                     &judge_requests);
}
END_TEST

SUITE("cognito_vectors", sigv4_vectors, sigv4_suite, secret_hash_vectors, jwt_vectors, srp_vectors,
      totp_vectors, reply_vectors, request_vectors, judges_notice)
