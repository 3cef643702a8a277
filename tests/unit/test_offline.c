/* SPDX-License-Identifier: Apache-2.0
 *
 * Logins while the pool is out of reach (R-PAM-10): what writes a verifier and what takes it away,
 * and every step that refuses.
 */
#include "base/paths.h"
#include "daemon/offline_notes.h"
#include "daemon/publish.h"
#include "daemon/secrets.h"
#include "daemon/sync.h"
#include "daemon_fixture.h"
#include "net/http.h"
#include "net/json_in.h"
#include "play.h"
#include "store/store.h"
#include "suite.h"

#include <event2/event.h>
#include <string.h>

#define ON      "[access]\nallow_groups = devs\n[login]\noffline_login = yes\n"
#define ALICE   ((struct person){ .sub = "a", .username = "alice" })
#define BAD     PLAY_ERROR("NotAuthorized", "Incorrect username or password.")
#define HOUR_S  3600
#define EXPIRES (3 * 24 * HOUR_S)

static const char *const devs[] = { "devs", NULL };

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

static bool has_verifier(void)
{
    struct store_verifier v;
    int err = store_find_verifier(fixture.store, "a", &v);
    ck_assert(err == 0 || err == ERR_ABSENT);
    return err == 0;
}

static uint32_t failures(void)
{
    struct store_verifier v;
    ck_assert_int_eq(store_find_verifier(fixture.store, "a", &v), 0);
    return v.failures;
}

/* Everything that is being hashed is done behind this: the thread takes one after another. */
static void settle(void)
{
    struct offline_try *t = NULL;
    struct secret s;
    const struct store_verifier other = { .hash = "$y$j7T$x$x", .written_s = FIXTURE_NOW };
    const struct offline_options options = {
        .daemon = &fixture, .sub = "fence", .service = "sshd", .password = &s, .done = on_done
    };
    if (fixture.offline == NULL)
        return;
    ck_assert_int_eq(secret_set(&s, "x", 1), 0);
    if (image_find_sub(fixture.image, "fence") == NULL)
        fixture_user(&(struct person){ .sub = "fence", .username = "fence" }, devs);
    ck_assert_int_eq(store_put_verifier(fixture.store, "fence", &other), 0);
    fixture_clock(FIXTURE_NOW);
    outcome.calls = 0;
    ck_assert_int_eq(offline_start(&options, &t), 0);
    fixture_run(&outcome.calls);
}

static void try_at(int64_t now_s, const char *password, const char *service)
{
    struct offline_try *t = NULL;
    struct secret s;
    const struct offline_options options = {
        .daemon = &fixture, .sub = "a", .service = service, .password = &s, .done = on_done
    };
    ck_assert_int_eq(secret_set(&s, password, strlen(password)), 0);
    fixture_clock(now_s);
    outcome.calls = 0;
    ck_assert_int_eq(offline_start(&options, &t), 0);
    fixture_run(&outcome.calls);
    ck_assert_uint_eq(outcome.calls, 1);
}

static void try(const char *password)
{
    try_at(FIXTURE_NOW, password, "sshd");
}

static void expect(int err, const char *reason)
{
    ck_assert_str_eq(outcome.reason, reason);
    ck_assert_int_eq(outcome.err, err);
}

static void type_password(const char *password)
{
    const struct auth_options o = { .flow = AUTH_USER_PASSWORD,
                                    .is_public = true,
                                    .username = "alice" };
    play_open_password(&o);
    play_type(password);
}

/* The pool takes this password through this service; code: it wants one, too. */
static void accept_login(const char *password, const char *service, bool code)
{
    type_password(password);
    if (code) {
        play_hear(200, PLAY_CHALLENGE("SOFTWARE_TOKEN_MFA", ""));
        play_type("123456");
    }
    play_hear(200, PLAY_TOKENS);
    ck_assert_int_eq(play_step.kind, AUTH_DONE);
    offline_accepted(&fixture, "a", service, play_auth);
    play_end();
    settle();
}

static void refuse_login(const char *password, const char *body)
{
    type_password(password);
    play_hear(400, body);
    ck_assert_int_eq(play_step.kind, AUTH_FAILED);
    offline_refused(&fixture, "a", play_auth, play_step.reason);
    play_end();
    settle();
}

static void open_with_verifier(const char *policy)
{
    fixture_open(policy);
    fixture_user(&ALICE, devs);
    accept_login("right", "sshd", false);
    ck_assert(has_verifier());
}

/* R-PAM-10 */
START_TEST(the_accepted_password_and_no_other)
{
    open_with_verifier(ON);
    try("right");
    expect(0, "offline");
    try("wrong");
    expect(ERR_AUTH, "offline_bad_password");
    ck_assert_uint_eq(failures(), 1);
    try("right"); /* which forgives */
    expect(0, "offline");
    ck_assert_uint_eq(failures(), 0);
    accept_login("new one", "sshd", false); /* replaces it */
    try("right");
    expect(ERR_AUTH, "offline_bad_password");
    try("new one");
    expect(0, "offline");
    fixture_close();
}
END_TEST

/* R-PAM-10: off by default, and only for the services that have it. */
START_TEST(nothing_is_written_where_it_is_off)
{
    struct auth_options o = { .flow = AUTH_USER_PASSWORD, .is_public = true, .username = "alice" };
    fixture_open("[access]\nallow_groups = devs\n");
    ck_assert_ptr_null(fixture.offline);
    fixture_user(&ALICE, devs);
    accept_login("right", "sshd", false);
    ck_assert(!has_verifier());
    play_open_password(&o);
    play_type("right");
    ck_assert(!offline_decides(&fixture, "sshd", play_auth));
    play_end();
    fixture_close();
    fixture_open("[access]\nallow_groups = devs\n[service sudo]\noffline_login = yes\n");
    fixture_user(&ALICE, devs);
    accept_login("right", "sshd", false);
    ck_assert(!has_verifier());
    accept_login("right", "sudo", false);
    ck_assert(has_verifier());
    play_open_password(&o);
    play_type("right");
    ck_assert(!offline_decides(&fixture, "sshd", play_auth));
    ck_assert(offline_decides(&fixture, "sudo", play_auth));
    play_end();
    /* The pool takes another password, through a service that writes none. */
    accept_login("right", "sshd", false);
    ck_assert(has_verifier());
    accept_login("new one", "sshd", false);
    ck_assert(!has_verifier());
    fixture_close();
}
END_TEST

/* R-PAM-10: off everywhere at the start deletes everybody's. */
START_TEST(switching_it_off_deletes_all)
{
    struct config *c = NULL;
    char why[CONFIG_WHY_MAX];
    open_with_verifier(ON);
    offline_close(&fixture.offline);
    ck_assert_int_eq(offline_open(&fixture, &fixture.offline), 0);
    ck_assert(has_verifier());
    offline_close(&fixture.offline);
    ck_assert_int_eq(config_parse("x", "[pool]\npool_id = us-east-1_A\nclient_id = c\n", &c, why),
                     0);
    struct config *old = fixture.config;
    fixture.config = c;
    ck_assert_int_eq(offline_open(&fixture, &fixture.offline), 0);
    ck_assert_ptr_null(fixture.offline);
    ck_assert(!has_verifier());
    fixture.config = old;
    config_free(&c);
    fixture_close();
}
END_TEST

/* By password alone, who has to give more online would have a weaker door. */
START_TEST(who_gave_more_than_a_password_gets_none)
{
    open_with_verifier(ON);
    accept_login("right", "sshd", true);
    ck_assert(!has_verifier());
    try("right");
    expect(ERR_ABSENT, "offline_no_verifier");
    fixture_close();
}
END_TEST

/* R-PAM-10: their own limit, counted before the password is judged. */
START_TEST(wrong_passwords_end_the_verifier)
{
    struct offline_try *t = NULL;
    struct secret s;
    const struct offline_options options = {
        .daemon = &fixture, .sub = "a", .service = "sshd", .password = &s, .done = on_done
    };
    open_with_verifier(ON "offline_attempts = 3\n");
    ck_assert_int_eq(secret_set(&s, "wrong", 5), 0);
    fixture_clock(FIXTURE_NOW);
    ck_assert_int_eq(offline_start(&options, &t), 0);
    offline_cancel(&t); /* hung up: counted all the same */
    ck_assert_uint_eq(failures(), 1);
    try("wrong");
    ck_assert_uint_eq(failures(), 2);
    try("wrong");
    expect(ERR_AUTH, "offline_bad_password");
    ck_assert(!has_verifier());
    try("right");
    expect(ERR_ABSENT, "offline_no_verifier");
    /* Left at the limit by a crash. */
    accept_login("right", "sshd", false);
    ck_assert_int_eq(store_set_failures(fixture.store, "a", 3), 0);
    try("right");
    expect(ERR_DENIED, "offline_attempts");
    ck_assert(!has_verifier());
    fixture_close();
}
END_TEST

static void on_hashed(void *arg, int err, const char *hash)
{
    unsigned *hashed = arg;
    (void)err;
    (void)hash;
    (*hashed)++;
}

/* R-PAM-10: a crowd at the door is nobody's wrong password. */
START_TEST(a_busy_hasher_uses_up_no_attempt)
{
    struct hasher_job *job;
    struct secret s;
    unsigned hashed = 0;
    ck_assert_int_eq(secret_set(&s, "x", 1), 0);
    open_with_verifier(ON "offline_attempts = 1\n");
    for (int i = 0; i < HASHER_JOBS; i++)
        ck_assert_int_eq(
            hasher_start(fixture.offline->hasher, "crowd", &s, NULL, on_hashed, &hashed, &job), 0);
    for (int i = 0; i < 3; i++) {
        try("right");
        expect(ERR_LIMIT, "offline_busy");
        ck_assert_uint_eq(failures(), 0);
    }
    while (hashed < HASHER_JOBS)
        event_base_loop(fixture.loop, EVLOOP_ONCE);
    try("right");
    expect(0, "offline");
    fixture_close();
}
END_TEST

/* R-PAM-10: what was compared must still be the verifier, and whose it is still good. */
START_TEST(what_changes_while_it_is_hashed_counts)
{
    struct offline_try *t = NULL;
    struct secret s;
    const struct store_verifier other = { .hash = "$y$j7T$x$x", .written_s = FIXTURE_NOW };
    const struct offline_options options = {
        .daemon = &fixture, .sub = "a", .service = "sshd", .password = &s, .done = on_done
    };
    open_with_verifier(ON);
    ck_assert_int_eq(secret_set(&s, "right", 5), 0);
    outcome.calls = 0;
    ck_assert_int_eq(offline_start(&options, &t), 0);
    ck_assert_int_eq(store_put_verifier(fixture.store, "a", &other), 0);
    fixture_run(&outcome.calls);
    expect(ERR_DENIED, "offline_no_verifier");
    ck_assert_int_eq(store_drop_verifier(fixture.store, "a"), 0);
    type_password("right");
    play_hear(200, PLAY_TOKENS);
    offline_accepted(&fixture, "a", "sshd", play_auth);
    play_end();
    image_find_sub(fixture.image, "a")->is_enabled = false;
    settle();
    ck_assert(!has_verifier());
    fixture_close();
}
END_TEST

/* R-PAM-10: a pool that goes away after it took or refused the password has decided. */
START_TEST(only_a_password_nobody_judged_is_judged_here)
{
    open_with_verifier(ON);
    type_password("right");
    ck_assert(offline_decides(&fixture, "sshd", play_auth));
    play_hear(200, PLAY_CHALLENGE("SOFTWARE_TOKEN_MFA", ""));
    play_type("123456");
    play_hear(500, PLAY_ERROR("InternalError", ""));
    ck_assert(!offline_decides(&fixture, "sshd", play_auth));
    play_end();
    fixture_close();
}
END_TEST

/* R-PAM-10: by the wall clock, which may also go back. */
START_TEST(a_verifier_has_its_time)
{
    open_with_verifier(ON);
    try_at(FIXTURE_NOW + EXPIRES, "right", "sshd");
    expect(0, "offline");
    try_at(FIXTURE_NOW - 1, "right", "sshd");
    expect(ERR_DENIED, "offline_clock");
    ck_assert(has_verifier());
    try_at(FIXTURE_NOW + EXPIRES + 1, "right", "sshd");
    expect(ERR_DENIED, "offline_expired");
    ck_assert(!has_verifier());
    fixture_close();
}
END_TEST

/* R-PAM-09 */
START_TEST(required_mfa_is_not_to_be_had)
{
    open_with_verifier(ON "[service sudo]\nrequire_mfa = yes\n");
    try_at(FIXTURE_NOW, "right", "sudo");
    expect(ERR_DENIED, "offline_mfa_required");
    try("right");
    expect(0, "offline");
    fixture_close();
}
END_TEST

/* R-PAM-18, R-PAM-17: who would not be let in online. */
START_TEST(the_account_must_be_good)
{
    open_with_verifier(ON "[service sudo]\nallow_groups = admins\n");
    struct image_user *u = image_find_sub(fixture.image, "a");
    try_at(FIXTURE_NOW, "right", "sudo");
    expect(ERR_DENIED, "not_in_allow_groups");
    u->is_enabled = false;
    try("right");
    expect(ERR_DENIED, "offline_no_user");
    u->is_enabled = true;
    u->status = IMAGE_RESET_REQUIRED;
    try("right");
    expect(ERR_DENIED, "offline_no_user");
    u->status = IMAGE_CONFIRMED;
    fixture_passwd(FIXTURE_PASSWD "alice:x:1000:1000::/:/bin/sh\n");
    ck_assert_int_eq(publish(&fixture), 0);
    try("right");
    expect(ERR_DENIED, "not_on_this_host");
    fixture_close();
}
END_TEST

/* R-PAM-10: removed on the next contact that shows it. */
START_TEST(a_sweep_takes_away_what_is_not_due)
{
    static const struct {
        bool is_disabled, is_complete, has_left, stays;
        enum image_status status;
    } rows[] = {
        { .stays = true },
        { .is_complete = true, .stays = true },
        { .is_disabled = true },
        { .status = IMAGE_NEW_PASSWORD },
        { .has_left = true, .stays = true },
        { .has_left = true, .is_complete = true },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        open_with_verifier(ON);
        struct image_user *u = image_find_sub(fixture.image, "a");
        u->is_enabled = !rows[i].is_disabled;
        u->status = rows[i].status;
        if (rows[i].has_left)
            ck_assert_int_eq(image_set_groups(fixture.image, u, NULL, 0), 0);
        secrets_review(&fixture, rows[i].is_complete);
        ck_assert_msg(has_verifier() == rows[i].stays, "row %zu", i);
        fixture_close();
    }
    /* Not in the image at all: only a whole sweep can tell. */
    fixture_open(ON);
    const struct store_verifier v = { .hash = "$y$x" };
    ck_assert_int_eq(store_put_verifier(fixture.store, "a", &v), 0);
    secrets_review(&fixture, false);
    ck_assert(has_verifier());
    secrets_review(&fixture, true);
    ck_assert(!has_verifier());
    fixture_close();
}
END_TEST

/* R-PAM-10: what the pool says to a login counts, too. */
#define DISABLED                                                                                   \
    "{\"Users\":[{\"Username\":\"alice\",\"Attributes\":[{\"Name\":\"sub\",\"Value\":\"a\"}],"     \
    "\"UserCreateDate\":1.7E9,\"Enabled\":false,\"UserStatus\":\"CONFIRMED\"}]}"

/* R-PAM-10: whichever listing is the first to show it. */
START_TEST(listings_that_show_the_disabled_take_it_away)
{
    static const struct {
        const char *members, *disabled;
    } rows[] = { { DISABLED, "{\"Users\":[]}" }, { "", DISABLED } };
    for (size_t i = 0; i < COUNT(rows); i++) {
        open_with_verifier(ON);
        fixture_reply("ListUsersInGroup", rows[i].members[0] == '\0' ? 400 : 200, rows[i].members);
        fixture_reply("ListUsers", 200, rows[i].disabled);
        fixture_reply("AdminListGroupsForUser", 200, "{\"Groups\":[{\"GroupName\":\"devs\"}]}");
        ck_assert_int_eq(sync_open(&fixture, &fixture.sync), 0);
        for (unsigned turns = 0; has_verifier() && turns < 50; turns++)
            event_base_loop(fixture.loop, EVLOOP_ONCE);
        ck_assert(!has_verifier());
        sync_close(&fixture.sync);
        fixture_close();
    }
}
END_TEST

START_TEST(an_online_refusal_may_take_it_away)
{
    static const struct {
        const char *password, *body;
        bool stays;
    } rows[] = {
        { "typo", BAD, true },
        { "right", BAD, false }, /* the pool has another one now */
        { "right", PLAY_ERROR("NotAuthorized", "Password attempts exceeded"), true },
        { "right", PLAY_ERROR("NotAuthorized", "User is disabled."), false },
        { "typo", PLAY_ERROR("UserNotFound", "User does not exist."), false },
        { "typo", PLAY_ERROR("PasswordResetRequired", "Password reset required"), false },
        { "right", PLAY_ERROR("TooManyRequests", "Slow down"), true },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        open_with_verifier(ON);
        refuse_login(rows[i].password, rows[i].body);
        ck_assert_msg(has_verifier() == rows[i].stays, "row %zu", i);
        fixture_close();
    }
}
END_TEST

/* passwd(1) */
START_TEST(a_changed_password_replaces_what_was_there)
{
    struct secret fresh;
    ck_assert_int_eq(secret_set(&fresh, "fresh", 5), 0);
    open_with_verifier(ON);
    offline_changed(&fixture, "a", &fresh);
    settle();
    try("right");
    expect(ERR_AUTH, "offline_bad_password");
    try("fresh");
    expect(0, "offline");
    ck_assert_int_eq(store_drop_verifier(fixture.store, "a"), 0);
    offline_changed(&fixture, "a", &fresh); /* writes none where none was */
    settle();
    ck_assert(!has_verifier());
    accept_login("right", "sshd", false);
    offline_changed(&fixture, "a", NULL); /* set by a code: nobody has signed in with it yet */
    ck_assert(!has_verifier());
    fixture_close();
}
END_TEST

/* A hash that is under way when the daemon stops says nothing any more: the password that it would
 * have replaced or ended must not outlive the restart. */
START_TEST(stopping_leaves_no_old_verifier)
{
    struct secret fresh;
    ck_assert_int_eq(secret_set(&fresh, "fresh", 5), 0);
    open_with_verifier(ON);
    offline_changed(&fixture, "a", &fresh);
    ck_assert(has_verifier());
    offline_close(&fixture.offline);
    ck_assert(!has_verifier());
    fixture_close();
}
END_TEST

/* R-PAM-10, reference section 15: only what says nothing about the password. */
START_TEST(only_a_pool_out_of_reach_is_away)
{
    static const struct {
        int status;
        const char *body;
        bool is_away;
    } rows[] = {
        { 500, PLAY_ERROR("InternalError", ""), true },
        { 503, "", true },
        { 502, "<html>", true },
        { 429, "", true },
        { 400, PLAY_ERROR("TooManyRequests", ""), true },
        { 400, PLAY_ERROR("Throttling", ""), true },
        { 400, BAD, false },
        { 400, PLAY_ERROR("NotAuthorized", "Password attempts exceeded"), false },
        { 400, PLAY_ERROR("LimitExceeded", "Attempt limit exceeded"), false },
        { 400, PLAY_ERROR("UserNotFound", ""), false },
        { 400, PLAY_ERROR("ResourceNotFound", "User pool client does not exist."), false },
        { 400, PLAY_ERROR("AccessDenied", ""), false },
        { 403, "<html>", false },
        { 302, "", false },
        { 200, "{", false },
        { 200, PLAY_TOKENS, false },
        { 200, PLAY_CHALLENGE("SOFTWARE_TOKEN_MFA", ""), false },
    };
    struct api_result r;
    struct json *doc;
    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct http_reply reply = { .status = rows[i].status,
                                          .body = rows[i].body,
                                          .body_bytes = strlen(rows[i].body),
                                          .failure = "" };
        api_judge(ERRORS_AUTH, &reply, &r, &doc);
        ck_assert_msg(offline_is_away(&r) == rows[i].is_away, "row %zu", i);
        json_in_free(&doc);
    }
    static const int faults[] = { ERR_UNAVAIL, ERR_TIMEOUT };
    for (size_t i = 0; i < COUNT(faults); i++) {
        const struct http_reply none = { .err = faults[i], .failure = "no route" };
        api_judge(ERRORS_AUTH, &none, &r, &doc);
        ck_assert(offline_is_away(&r));
    }
    ck_assert(!offline_is_away(&(struct api_result){ .err = ERR_CONFIG }));
    ck_assert(!offline_is_away(&(struct api_result){ .err = ERR_NOMEM }));
}
END_TEST

SUITE("offline", the_accepted_password_and_no_other, nothing_is_written_where_it_is_off,
      switching_it_off_deletes_all, who_gave_more_than_a_password_gets_none,
      wrong_passwords_end_the_verifier, a_busy_hasher_uses_up_no_attempt,
      what_changes_while_it_is_hashed_counts, only_a_password_nobody_judged_is_judged_here,
      a_verifier_has_its_time, required_mfa_is_not_to_be_had, the_account_must_be_good,
      a_sweep_takes_away_what_is_not_due, listings_that_show_the_disabled_take_it_away,
      an_online_refusal_may_take_it_away, a_changed_password_replaces_what_was_there,
      stopping_leaves_no_old_verifier, only_a_pool_out_of_reach_is_away)
