/* SPDX-License-Identifier: Apache-2.0
 *
 * The local policy and the account phase as tables, against snapshots and files as they lie on a
 * host (R-PAM-17, R-PAM-18, R-ID-05). How the phases look to a program is in tests/contract.
 */
#include "suite.h"
#include "test_pam_fake.h"

#include "account.h"
#include "base/paths.h"
#include "contract/pam_world.h"
#include "policy.h"

#include <stdio.h>
#include <string.h>

static pam_handle_t handle;
static struct fake_person person;
static struct world_directory directory;

static void begin(const char *user, const char *service)
{
    memset(&handle, 0, sizeof handle);
    handle.user = user;
    handle.service = service;
    fake_person_init(&person, &handle);
    memset(&directory, 0, sizeof directory);
    world_make();
}

static void drop_in(const char *text)
{
    char path[512];
    snprintf(path, sizeof path, "%s/50-test.conf", path_config_dir);
    world_write(path, 0644, text);
}

static int account(void)
{
    struct call c;
    call_open(&handle, 0, 0, NULL, &c);
    int err = account_run(&c);
    (void)call_close(&c, PHASE_ACCOUNT, err);
    ck_assert(!c.access.is_pinned && c.access.config == NULL);
    return err;
}

static int find(bool may_ask)
{
    struct call c;
    call_open(&handle, 0, 0, NULL, &c);
    int err = policy_find(&c, may_ask);
    (void)call_close(&c, PHASE_AUTH, err);
    return err;
}

#define HOUR 3600

static const struct row {
    const char *what;
    enum snap_status status;
    bool is_disabled;
    const char *group, *service;
    int64_t age_s;
    bool is_alone; /* no conversation function */
    const char *config;
    int err;
} rows[] = {
    { "as it should be", SNAP_CONFIRMED, false, "LinuxUsers", "sshd", 0, false, "", 0 },
    { "disabled", SNAP_CONFIRMED, true, "LinuxUsers", "sshd", 0, false, "", ERR_EXPIRED },
    { "disabled, cron", SNAP_CONFIRMED, true, "LinuxUsers", "cron", 0, true, "", ERR_EXPIRED },
    { "disabled comes before the group", SNAP_CONFIRMED, true, "Other", "sshd", 0, false, "",
      ERR_EXPIRED },
    { "another group", SNAP_CONFIRMED, false, "Other", "sshd", 0, false, "", ERR_DENIED },
    { "another case", SNAP_CONFIRMED, false, "linuxusers", "sshd", 0, false, "", ERR_DENIED },
    { "a prefix", SNAP_CONFIRMED, false, "LinuxUser", "sshd", 0, false, "", ERR_DENIED },
    { "a group named by the star", SNAP_CONFIRMED, false, "*", "sshd", 0, false, "", ERR_DENIED },
    { "no list is nobody", SNAP_CONFIRMED, false, "LinuxUsers", "sshd", 0, false,
      "[access]\nallow_groups =\n", ERR_DENIED },
    { "everybody", SNAP_CONFIRMED, false, "Other", "sshd", 0, false,
      "[access]\nallow_groups = *\n[directory]\nscope = all\n", 0 },
    { "a service's own list", SNAP_CONFIRMED, false, "LinuxUsers", "sudo", 0, false,
      "[service sudo]\nallow_groups = Admins\n", ERR_DENIED },
    { "and its member", SNAP_CONFIRMED, false, "Admins", "sudo", 0, false,
      "[service sudo]\nallow_groups = Admins\n", 0 },
    { "another service's list", SNAP_CONFIRMED, false, "Admins", "sshd", 0, false,
      "[service sudo]\nallow_groups = Admins\n", ERR_DENIED },
    { "fresh enough", SNAP_CONFIRMED, false, "LinuxUsers", "sshd", 72 * HOUR - 60, false, "", 0 },
    { "stale", SNAP_CONFIRMED, false, "LinuxUsers", "sshd", 72 * HOUR + 60, false, "", ERR_STALE },
    { "stale, cron", SNAP_CONFIRMED, false, "LinuxUsers", "cron", 72 * HOUR + 60, true, "",
      ERR_STALE },
    { "never stale", SNAP_CONFIRMED, false, "LinuxUsers", "sshd", 9999 * HOUR, false,
      "[access]\nstale_limit = 0\n", 0 },
    { "the clock is behind", SNAP_CONFIRMED, false, "LinuxUsers", "sshd", -9999 * HOUR, false, "",
      0 },
    { "unconfirmed", SNAP_UNCONFIRMED, false, "LinuxUsers", "sshd", 0, false, "", ERR_DENIED },
    { "a status of later times", SNAP_OTHER, false, "LinuxUsers", "sshd", 0, false, "",
      ERR_DENIED },
    { "federated", SNAP_EXTERNAL, false, "LinuxUsers", "sshd", 0, false, "", ERR_DENIED },
    { "federated by key", SNAP_EXTERNAL, false, "LinuxUsers", "sshd", 0, false,
      "[access]\nfederated_users = keys\n", 0 },
    { "federated by key, another group", SNAP_EXTERNAL, false, "Other", "sshd", 0, false,
      "[access]\nfederated_users = keys\n", ERR_DENIED },
    { "temporary password", SNAP_NEW_PASSWORD, false, "LinuxUsers", "sshd", 0, false, "",
      ERR_NEW_PASSWORD },
    { "reset password", SNAP_RESET_REQUIRED, false, "LinuxUsers", "login", 0, false, "",
      ERR_NEW_PASSWORD },
    { "reset password, sudo", SNAP_RESET_REQUIRED, false, "LinuxUsers", "sudo", 0, false, "",
      ERR_NEW_PASSWORD },
    { "reset password, nobody there", SNAP_RESET_REQUIRED, false, "LinuxUsers", "backup", 0, true,
      "", 0 },
    { "reset password, cron", SNAP_RESET_REQUIRED, false, "LinuxUsers", "cron", 0, false, "", 0 },
    { "reset password, at", SNAP_RESET_REQUIRED, false, "LinuxUsers", "atd", 0, false, "", 0 },
    { "reset password, user manager", SNAP_RESET_REQUIRED, false, "LinuxUsers", "systemd-user", 0,
      false, "", 0 },
    { "reset password, another group", SNAP_RESET_REQUIRED, false, "Other", "cron", 0, true, "",
      ERR_DENIED },
    { "reset password, stale", SNAP_RESET_REQUIRED, false, "LinuxUsers", "sshd", 73 * HOUR, false,
      "", ERR_STALE },
};

/* R-PAM-17 */
START_TEST(account_rows)
{
    const struct row *row = &rows[_i];
    begin("alice", row->service);
    struct world_user *u = world_user(&directory, "alice");
    u->status = row->status;
    u->is_disabled = row->is_disabled;
    snprintf(u->groups[0], sizeof u->groups[0], "%s", row->group);
    directory.age_s = row->age_s;
    world_publish(&directory);
    if (row->config[0] != '\0')
        drop_in(row->config);
    if (row->is_alone)
        person.conv.conv = NULL;
    int err = account();
    ck_assert_msg(err == row->err, "%s: %s instead of %s\n%s", row->what, err_word(err),
                  err_word(row->err), handle.log);
    ck_assert_str_eq(person.shown, "");
    if (err != 0)
        ck_assert_ptr_nonnull(strstr(handle.log, "user=alice refused"));
}
END_TEST

static const struct id_row {
    uint32_t uid, gid;
    const char *path, *line; /* appended to an account file */
    int err;
} id_rows[] = {
    { 1879050001, 1879050001, NULL, "", 0 },
    { 5000, 5000, NULL, "", 0 },
    { 5000, 5000, path_passwd, "anna:x:5000:100::/:/bin/sh\n", ERR_DENIED },
    { 5000, 5001, path_passwd, "anna:x:5001:100::/:/bin/sh\n", 0 },
    { 5000, 5000, path_group, "staffers:x:5000:\n", ERR_DENIED },
    { 5000, 5001, path_group, "staffers:x:5001:\n", ERR_DENIED },
    { 5000, 5001, path_group, "staffers:x:5000:\n", 0 },
    { 5000, 5000, path_subuid, "anna:4000:1001\n", ERR_DENIED },
    { 5000, 5000, path_subuid, "anna:4000:1000\n", 0 },
    { 5000, 5000, path_passwd, "odd:x:1002:5000::/:/bin/sh\n", ERR_DENIED },
    { 5000, 5001, path_passwd, "odd:x:5001:5000::/:/bin/sh\n", 0 },
    { 5000, 5000, path_subuid, "anna:5000:1\n", ERR_DENIED },
    { 5000, 5000, path_subuid, "anna:5001:65536\n", 0 },
    { 5000, 5000, path_subuid, "anna:junk:65536\n", 0 },
    { 5000, 5000, path_subgid, "anna:4999:2\n", ERR_DENIED },
};

/* R-ID-05, R-PAM-18: the reader refuses reserved ids, the policy refuses what this host has. */
START_TEST(id_rows_hold)
{
    const struct id_row *row = &id_rows[_i];
    begin("alice", "sshd");
    struct world_user *u = world_user(&directory, "alice");
    u->uid = row->uid;
    u->gid = row->gid;
    world_publish(&directory);
    if (row->path != NULL)
        world_append(row->path, row->line);
    ck_assert_int_eq(account(), row->err);
}
END_TEST

/* R-PAM-18 */
START_TEST(ids_outside_the_configured_ranges_are_denied)
{
    begin("alice", "sshd");
    (void)world_user(&directory, "alice");
    world_publish(&directory);
    drop_in("[users]\nhash_id_range = 1900000000-1900999999\n");
    ck_assert_int_eq(account(), ERR_DENIED);
    ck_assert_ptr_nonnull(strstr(handle.log, "outside the configured ranges"));
}
END_TEST

/* R-PAM-18: the uid and the gid, each by itself. */
START_TEST(one_id_outside_the_configured_ranges_is_denied)
{
    static const struct {
        uint32_t uid, gid;
        int err;
    } both[] = { { 6000, 6001, 0 }, { 5000, 6001, ERR_DENIED }, { 6000, 5000, ERR_DENIED } };
    for (size_t i = 0; i < COUNT(both); i++) {
        begin("alice", "sshd");
        struct world_user *u = world_user(&directory, "alice");
        u->uid = both[i].uid;
        u->gid = both[i].gid;
        world_publish(&directory);
        drop_in("[users]\nattribute_id_range = 6000-6999\n");
        ck_assert_int_eq(account(), both[i].err);
    }
}
END_TEST

/* R-ID-05: absent subordinate files are those of a host without them; others have to be read. */
START_TEST(account_files_have_to_be_readable)
{
    begin("alice", "sshd");
    (void)world_user(&directory, "alice");
    world_publish(&directory);
    world_remove(path_subuid);
    world_remove(path_subgid);
    ck_assert_int_eq(account(), 0);
    world_remove(path_group);
    ck_assert_int_eq(account(), ERR_SYSTEM);
    world_remove(path_passwd);
    ck_assert_int_eq(find(true), ERR_SYSTEM);
}
END_TEST

/* R-PAM-18, R-ID-11: whatever the snapshot says. */
START_TEST(names_that_are_never_ours)
{
    static char huge[65537];
    memset(huge, 'a', sizeof huge - 1);
    const char *const names[] = { "root",   "lena",     "daemon", "Alice", "",  "alice.",
                                  "al ice", "../alice", "+alice", "1000",  huge };
    for (size_t i = 0; i < COUNT(names); i++) {
        begin(names[i], "sshd");
        (void)world_user(&directory, "lena");
        (void)world_user(&directory, "root");
        (void)world_user(&directory, "alice");
        world_publish(&directory);
        ck_assert_int_eq(find(true), ERR_NOT_OURS);
        ck_assert_int_eq(account(), ERR_NOT_OURS);
        ck_assert_str_eq(handle.log, "");
    }
}
END_TEST

START_TEST(no_name_is_no_user)
{
    begin(NULL, "sshd");
    ck_assert_int_eq(find(false), ERR_USER_UNKNOWN);
}
END_TEST

/* R-PAM-01: a caller without a service's name is a fault, not judged by everybody's rules. */
START_TEST(no_service_is_a_fault)
{
    begin("alice", "");
    (void)world_user(&directory, "alice");
    world_publish(&directory);
    ck_assert_int_eq(find(false), ERR_SYSTEM);
    ck_assert_int_eq(account(), ERR_SYSTEM);
}
END_TEST

/* R-PKG-01 */
START_TEST(root_needs_no_file_of_ours)
{
    begin("root", "login");
    world_remove(path_passwd);
    world_remove(path_config);
    ck_assert_int_eq(find(true), ERR_NOT_OURS);
    ck_assert_int_eq(account(), ERR_NOT_OURS);
}
END_TEST

/* R-PAM-01: absent from a complete snapshot is data, no snapshot is a fault. */
START_TEST(absence_is_told_from_ignorance)
{
    begin("bob", "sshd");
    ck_assert_int_eq(find(false), ERR_UNAVAIL);
    ck_assert_int_eq(find(true), ERR_UNAVAIL);
    world_publish(&directory);
    ck_assert_int_eq(find(false), ERR_NOT_OURS);
    ck_assert_int_eq(find(true), ERR_NOT_OURS);
}
END_TEST

/* Two calls at once share nothing (R-PAM-16). */
START_TEST(calls_do_not_mix)
{
    struct call a, b;
    begin("alice", "sshd");
    (void)world_user(&directory, "alice");
    world_user(&directory, "bob")->is_disabled = true;
    world_publish(&directory);
    static pam_handle_t other;
    other.user = "bob";
    other.service = "sudo";
    call_open(&handle, 0, 0, NULL, &a);
    call_open(&other, 0, 0, NULL, &b);
    ck_assert_int_eq(policy_find(&a, false), 0);
    ck_assert_int_eq(policy_find(&b, false), 0);
    ck_assert_int_eq(account_run(&b), ERR_EXPIRED);
    ck_assert_int_eq(call_close(&b, PHASE_ACCOUNT, ERR_EXPIRED), PAM_ACCT_EXPIRED);
    ck_assert_str_eq(a.access.record.name, "alice");
    ck_assert_int_eq(account_run(&a), 0);
    ck_assert_int_eq(call_close(&a, PHASE_ACCOUNT, 0), PAM_SUCCESS);
    ck_assert_str_eq(handle.log, "");
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        ids_outside_the_configured_ranges_are_denied,
        one_id_outside_the_configured_ranges_is_denied,
        account_files_have_to_be_readable,
        names_that_are_never_ours,
        no_name_is_no_user,
        no_service_is_a_fault,
        root_needs_no_file_of_ours,
        absence_is_told_from_ignorance,
        calls_do_not_mix,
    };
    TCase *tcase = tcase_create("account");
    Suite *suite = suite_create("pam_account");
    tcase_add_loop_test(tcase, account_rows, 0, (int)COUNT(rows));
    tcase_add_loop_test(tcase, id_rows_hold, 0, (int)COUNT(id_rows));
    for (size_t i = 0; i < COUNT(tests); i++)
        tcase_add_test(tcase, tests[i]);
    suite_add_tcase(suite, tcase);
    return suite_run(suite);
}
