/* SPDX-License-Identifier: Apache-2.0
 *
 * The only way to success, step by step: real tokens (tests/vectors/jwt) at their own time, a
 * scripted pool behind the API, a snapshot in a scratch root.
 */
#include "base/paths.h"
#include "daemon/log.h"
#include "daemon/publish.h"
#include "daemon/verdict.h"
#include "daemon_fixture.h"
#include "log_fixture.h"
#include "snap/write.h"
#include "store/store.h"
#include "suite.h"

#include <signal.h>
#include <sys/resource.h>

static const char groups_reply[] =
    "{\"Groups\":[{\"GroupName\":\"linux-admins\",\"Description\":\"gid=30001\"},"
    "{\"GroupName\":\"devs\"}]}";

static struct {
    int err;
    const char *reason;
    unsigned calls;
} outcome;

static void on_done(void *arg, int err, const char *reason)
{
    (void)arg;
    outcome.err = err;
    outcome.reason = reason;
    outcome.calls++;
}

struct login {
    const char *sub, *access, *id, *service;
    bool had_mfa, had_device;
};

static void run(struct login login)
{
    struct verdict *v = NULL;
    const struct verdict_options options = {
        .daemon = &fixture,
        .sub = login.sub == NULL ? FIXTURE_SUB : login.sub,
        .service = login.service == NULL ? "sshd" : login.service,
        .tokens = { .access = login.access, .id = login.id },
        .had_mfa = login.had_mfa,
        .had_device = login.had_device,
        .done = on_done,
    };
    outcome.calls = 0;
    ck_assert_int_eq(verdict_start(&options, &v), 0);
    fixture_run(&outcome.calls);
    ck_assert_uint_eq(outcome.calls, 1);
}

#define ALICE ((struct person){ .sub = FIXTURE_SUB, .username = "alice" })
#define BOB   ((struct person){ .sub = "another-sub", .username = "bob" })
static const char *const admins[] = { "linux-admins", "devs", NULL };
static const char *const nothing[] = { NULL };
#define ALLOW "[access]\nallow_groups = linux-admins\n devs\n"

/* R-PAM-04; groups as known: nothing is asked. */
START_TEST(good_tokens_of_the_bound_sub_are_a_login)
{
    fixture_open(ALLOW);
    fixture_user(&ALICE, admins);
    run((struct login){ .access = fixture_token("access"), .id = fixture_token("id") });
    ck_assert_int_eq(outcome.err, 0);
    ck_assert_uint_eq(fixture_asked("AdminListGroupsForUser"), 0);
    run((struct login){ .access = fixture_token("access") });
    ck_assert_int_eq(outcome.err, 0);
    fixture_close();
}
END_TEST

/* R-ID-09: a good login of alice is no login of bob. */
START_TEST(tokens_of_another_sub_are_refused)
{
    fixture_open(ALLOW);
    fixture_user(&ALICE, admins);
    fixture_user(&BOB, admins);
    run((struct login){
        .sub = "another-sub", .access = fixture_token("access"), .id = fixture_token("id") });
    ck_assert_int_eq(outcome.err, ERR_AUTH);
    ck_assert_str_eq(outcome.reason, "bad_token");
    run((struct login){ .access = fixture_token("other-user") });
    ck_assert_int_eq(outcome.err, ERR_AUTH);
    fixture_close();
}
END_TEST

/* R-ID-09: the sub is the same, the pool calls the user otherwise: logged, no more. */
START_TEST(another_username_claim_is_no_refusal)
{
    fixture_open(ALLOW);
    fixture_user(&(struct person){ .sub = FIXTURE_SUB, .username = "alice-as-stored" }, admins);
    log_to_file();
    run((struct login){ .access = fixture_token("access"), .id = fixture_token("id") });
    ck_assert_int_eq(outcome.err, 0);
    ck_assert_uint_eq(logged(", the directory alice-as-stored\n"), 1);
    fixture_close();
}
END_TEST

/* R-NET-06, R-PAM-04: one wrong token is enough. */
START_TEST(any_wrong_token_is_refused)
{
    static const char *const wrong[] = {
        "expires-now",      "wrong-client", "wrong-key", "id", "alg-none-with-signature",
        "wrong-issuer-pool"
    };
    fixture_open(ALLOW);
    fixture_user(&ALICE, admins);
    for (size_t i = 0; i < COUNT(wrong); i++) {
        run((struct login){ .access = fixture_token(wrong[i]), .id = fixture_token("id") });
        ck_assert_msg(outcome.err == ERR_AUTH, "%s", wrong[i]);
    }
    run((struct login){ .access = fixture_token("access"), .id = fixture_token("id-wrong-aud") });
    ck_assert_int_eq(outcome.err, ERR_AUTH);
    run((struct login){ .access = fixture_token("access"), .id = fixture_token("access") });
    ck_assert_int_eq(outcome.err, ERR_AUTH);
    fixture_close();
}
END_TEST

/* R-PAM-09 */
START_TEST(required_mfa_is_judged_by_the_transcript)
{
    fixture_open(ALLOW "[service sudo]\nrequire_mfa = yes\n");
    fixture_user(&ALICE, admins);
    run((struct login){ .access = fixture_token("access"), .service = "sudo" });
    ck_assert_int_eq(outcome.err, ERR_DENIED);
    ck_assert_str_eq(outcome.reason, "mfa_required");
    run((struct login){ .access = fixture_token("access"), .service = "sudo", .had_mfa = true });
    ck_assert_int_eq(outcome.err, 0);
    run((struct login){ .access = fixture_token("access"), .service = "sshd" });
    ck_assert_int_eq(outcome.err, 0);
    fixture_close();
}
END_TEST

/* R-PAM-09: a remembered device is no second factor but where the service says so. */
START_TEST(a_device_counts_only_where_the_service_says_so)
{
    static const struct {
        const char *service;
        bool had_mfa, had_device;
        int err;
    } rows[] = {
        { "sshd", false, false, ERR_DENIED },
        { "sshd", false, true, 0 },
        { "sshd", true, false, 0 },
        { "sudo", false, true, ERR_DENIED },
        { "sudo", true, true, 0 },
        { "su", false, false, 0 },
    };
    fixture_open(ALLOW "[login]\nauth_flow = USER_SRP_AUTH\napi = public\n"
                       "remember_device = yes\nrequire_mfa = device\n"
                       "[service sudo]\nrequire_mfa = yes\n[service su]\nrequire_mfa = no\n");
    fixture_user(&ALICE, admins);
    for (size_t i = 0; i < COUNT(rows); i++) {
        run((struct login){ .access = fixture_token("access"),
                            .service = rows[i].service,
                            .had_mfa = rows[i].had_mfa,
                            .had_device = rows[i].had_device });
        ck_assert_msg(outcome.err == rows[i].err, "row %zu", i);
    }
    fixture_close();
}
END_TEST

/* The token's groups are a hint: when they differ, the directory decides, and NSS sees it. */
START_TEST(other_groups_are_asked_of_the_directory)
{
    fixture_open(ALLOW);
    const struct image_user *u = fixture_user(&ALICE, nothing);
    fixture_reply("AdminListGroupsForUser", 200, groups_reply);
    run((struct login){ .access = fixture_token("access"), .id = fixture_token("id") });
    ck_assert_int_eq(outcome.err, 0);
    ck_assert_uint_eq(fixture_asked("AdminListGroupsForUser"), 1);
    /* R-ID-16: the pool's own name is sent. */
    ck_assert_ptr_nonnull(strstr(fixture_request("AdminListGroupsForUser"), "\"alice\""));
    ck_assert(image_is_member(u, "linux-admins") && image_is_member(u, "devs"));
    run((struct login){ .access = fixture_token("access"), .id = fixture_token("id") });
    ck_assert_uint_eq(fixture_asked("AdminListGroupsForUser"), 1); /* now they are known */
    fixture_reply("AdminListGroupsForUser", 200, "{\"Groups\":[]}");
    run((struct login){ .access = fixture_token("access-no-groups") });
    ck_assert_int_eq(outcome.err, ERR_DENIED);
    ck_assert_str_eq(outcome.reason, "not_in_allow_groups");
    ck_assert_uint_eq(fixture_asked("AdminListGroupsForUser"), 2);
    fixture_close();
}
END_TEST

START_TEST(groups_that_cannot_be_asked_are_a_refusal)
{
    fixture_open(ALLOW);
    fixture_user(&ALICE, nothing);
    fixture_reply("AdminListGroupsForUser", 400,
                  "{\"__type\":\"AccessDeniedException\",\"Message\":\"no\"}");
    run((struct login){ .access = fixture_token("access") });
    ck_assert_int_ne(outcome.err, 0);
    ck_assert_str_eq(outcome.reason, "groups");
    fixture_reply("AdminListGroupsForUser", 200, "{\"Groups\":\"none\"}");
    run((struct login){ .access = fixture_token("access") });
    ck_assert_int_ne(outcome.err, 0);
    fixture_close();
}
END_TEST

/* R-PAM-17, R-PAM-18 */
START_TEST(the_allow_list_and_the_host_decide_last)
{
    fixture_open("[local_groups]\nlinux-admins = sudo\ndevs = sudo\n");
    fixture_user(&ALICE, admins);
    run((struct login){ .access = fixture_token("access") });
    ck_assert_int_eq(outcome.err, ERR_DENIED); /* no allow_groups: nobody */
    fixture_close();
    fixture_open(ALLOW);
    fixture_user(&ALICE, admins);
    fixture_passwd(FIXTURE_PASSWD "alice:x:1000:1000::/:/bin/sh\n");
    ck_assert_int_eq(publish(&fixture), 0);
    run((struct login){ .access = fixture_token("access") });
    ck_assert_int_eq(outcome.err, ERR_DENIED);
    ck_assert_str_eq(outcome.reason, "not_on_this_host");
    fixture_close();
}
END_TEST

START_TEST(a_good_login_proves_enabled_and_confirmed)
{
    fixture_open(ALLOW);
    struct person p = ALICE;
    p.is_disabled = true;
    p.status = "FORCE_CHANGE_PASSWORD";
    const struct image_user *u = fixture_user(&p, admins);
    run((struct login){ .access = fixture_token("access") });
    ck_assert_int_eq(outcome.err, 0);
    ck_assert(u->is_enabled);
    ck_assert_int_eq(u->status, IMAGE_CONFIRMED);
    struct snap_facts facts;
    ck_assert_int_eq(snap_verify(path_snap_dir, &facts), 0);
    fixture_close();
}
END_TEST

/* What was not published was not learned: the next login publishes it. */
START_TEST(what_cannot_be_published_is_not_known)
{
    struct rlimit limit;
    fixture_open(ALLOW);
    struct person p = ALICE;
    p.is_disabled = true;
    p.status = "FORCE_CHANGE_PASSWORD";
    const struct image_user *u = fixture_user(&p, admins);
    ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &limit), 0);
    const struct rlimit full = { 0, limit.rlim_max };
    (void)sigaction(SIGXFSZ, &(struct sigaction){ .sa_handler = SIG_IGN }, NULL);
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &full), 0);
    run((struct login){ .access = fixture_token("access") });
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
    ck_assert_int_ne(outcome.err, 0);
    ck_assert_str_eq(outcome.reason, "unpublished");
    ck_assert(!u->is_enabled);
    ck_assert_int_eq(u->status, IMAGE_NEW_PASSWORD);
    run((struct login){ .access = fixture_token("access") });
    ck_assert_int_eq(outcome.err, 0);
    struct snap_pin pin;
    struct snap_user seen;
    ck_assert_int_eq(snap_pin(&pin), 0);
    ck_assert_int_eq(snap_find_user(pin.view, "alice", &seen), 0);
    ck_assert(seen.enabled);
    snap_unpin(&pin);
    snap_forget();
    fixture_close();
}
END_TEST

/* R-ID-02: a binding that cannot be written hides its user, and nobody else waits for it. */
START_TEST(a_store_that_refuses_costs_only_the_new_user)
{
    fixture_open(ALLOW);
    struct image_user *u = fixture_user(&ALICE, admins);
    const struct store_binding taken = { "somebody", "bob", 5000, 0, "" };
    bool is_refused;
    ck_assert_int_eq(store_add_bindings(fixture.store, &taken, 1, &is_refused), 0);
    log_level(CONFIG_LOG_ERROR);
    u->is_enabled = false;
    image_touch(fixture.image, u);
    fixture_user(&BOB, admins); /* publishes */
    struct snap_pin pin;
    struct snap_user seen;
    ck_assert_int_eq(snap_pin(&pin), 0);
    ck_assert_int_eq(snap_find_user(pin.view, "alice", &seen), 0);
    ck_assert(!seen.enabled);
    ck_assert_int_eq(snap_find_user(pin.view, "bob", &seen), ERR_ABSENT);
    snap_unpin(&pin);
    snap_forget();
    fixture_close();
}
END_TEST

SUITE("verdict", good_tokens_of_the_bound_sub_are_a_login, tokens_of_another_sub_are_refused,
      another_username_claim_is_no_refusal, any_wrong_token_is_refused,
      required_mfa_is_judged_by_the_transcript, a_device_counts_only_where_the_service_says_so,
      other_groups_are_asked_of_the_directory, groups_that_cannot_be_asked_are_a_refusal,
      the_allow_list_and_the_host_decide_last, a_good_login_proves_enabled_and_confirmed,
      what_cannot_be_published_is_not_known, a_store_that_refuses_costs_only_the_new_user)
