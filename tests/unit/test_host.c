/* SPDX-License-Identifier: Apache-2.0
 *
 * What the host itself has, and what the daemon's compile step makes of an image on it.
 */
#include "daemon/bound.h"
#include "daemon/compile.h"
#include "identity/host.h"
#include "person.h"
#include "suite.h"

#include <stdio.h>
#include <unistd.h>

#define POOL  "[pool]\npool_id = eu-central-1_AbC123xyz\nclient_id = 1example\n"
#define TRUST "[users]\ntrust_writable_attributes = yes\n"

static char folder[64], files[5][96];
static struct host host;
static struct config *config;
static struct image *image;
static struct bindings bindings;
static struct compiled compiled;

static const struct {
    const char *name, *text;
} host_files[5] = {
    { "passwd", "root:x:0:0::/root:/bin/bash\nlocal:x:1000:1000::/home/local:/bin/"
                "bash\nodd:x:1002:4711::/:/bin/sh\n" },
    { "group", "root:x:0:\nsudo:x:27:\nlocal:x:1000:\nopers:x:1500:\n" },
    { "subuid", "local:20000:65536\n" },
    { "subgid", "local:30000:10\nbad:x:y\n" },
    { "shells", "# shells\n/bin/sh\n/bin/bash\n/usr/bin/zsh\n" },
};

static void open_all(const char *text)
{
    char why[CONFIG_WHY_MAX] = "";
    snprintf(folder, sizeof folder, "/tmp/unit-host.XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    for (size_t i = 0; i < COUNT(host_files); i++) {
        snprintf(files[i], sizeof files[i], "%s/%s", folder, host_files[i].name);
        FILE *f = fopen(files[i], "we");
        ck_assert_ptr_nonnull(f);
        fputs(host_files[i].text, f);
        ck_assert_int_eq(fclose(f), 0);
    }
    const struct host_paths paths = { files[0], files[1], files[2], files[3], files[4] };
    ck_assert_int_eq(host_read(&paths, 995, &host), 0);
    ck_assert_msg(config_parse("test.conf", text, &config, why) == 0, "%s", why);
    ck_assert_int_eq(image_new(config, &bindings, 0, &image), 0);
}

static void shut(void)
{
    compile_free(&compiled);
    image_free(&image);
    bindings_free(&bindings);
    config_free(&config);
    host_free(&host);
    for (size_t i = 0; i < COUNT(host_files); i++)
        unlink(files[i]);
    rmdir(folder);
}

static struct image_user *put(const char *name, const char *uid, const char *group)
{
    struct image_user *u;
    struct image_group *g;
    const struct person p = { .sub = name,
                              .username = name,
                              .attributes = { { "custom:uid", uid },
                                              { "custom:shell", "/usr/bin/zsh" } } };
    struct image_person person = person_of(&p);
    ck_assert_int_eq(image_put_user(image, &person, &u), 0);
    if (group != NULL) {
        ck_assert_int_eq(image_put_group(image, group, NULL, &g), 0);
        ck_assert_int_eq(image_join(image, u, g), 0);
    }
    return u;
}

static const struct snap_image_user *compile_and_find(const char *name)
{
    compile_free(&compiled);
    ck_assert_int_eq(image_settle(image), 0);
    bindings.stored_count = bindings.count;
    for (size_t i = 0; i < bindings.gid_count; i++)
        bindings.gid[i].is_stored = true;
    bound_choose(image, &host);
    ck_assert_int_eq(compile_image(image, &host, &compiled), 0);
    for (size_t i = 0; i < compiled.snapshot.user_count; i++)
        if (strcmp(compiled.users[i].name, name) == 0)
            return &compiled.users[i];
    return NULL;
}

START_TEST(the_host_is_read_by_plain_parsing)
{
    open_all(POOL);
    ck_assert(host_has_user(&host, "local") && !host_has_user(&host, "loca"));
    ck_assert_uint_eq(host_group_gid(&host, "sudo"), 27);
    ck_assert_uint_eq(host_group_gid(&host, "none"), ID_NONE);
    ck_assert(host_has_shell(&host, "/usr/bin/zsh") && !host_has_shell(&host, "/bin/evil"));
    /* R-ID-05: uids, gids, primary ones, both subordinate files, the daemon's own. */
    static const uint32_t used[] = { 0, 1000, 27, 4711, 1500, 20000, 85535, 30009, 995 };
    static const uint32_t free_ids[] = { 1001, 19999, 85536, 996 };
    for (size_t i = 0; i < COUNT(used); i++)
        ck_assert_msg(host_uses_id(&host, used[i]), "%u", used[i]);
    for (size_t i = 0; i < COUNT(free_ids); i++)
        ck_assert_msg(!host_uses_id(&host, free_ids[i]), "%u", free_ids[i]);
    shut();
}
END_TEST

/* R-ID-05, R-PAM-18: who clashes with the host is not on it. */
START_TEST(local_names_and_ids_win)
{
    open_all(POOL TRUST "uid_attribute = custom:uid\nshell_attribute = custom:shell\n");
    struct image_user *twin = put("local", "2000", NULL), *same_id = put("alice", "1500", NULL);
    struct image_user *sub = put("bob", "20001", NULL);
    put("carol", "2001", NULL);
    ck_assert_ptr_nonnull(compile_and_find("carol"));
    ck_assert_uint_eq(compiled.snapshot.user_count, 1);
    ck_assert_str_eq(compiled.users[0].shell, "/usr/bin/zsh"); /* R-ID-13: it is in /etc/shells */
    ck_assert_ptr_nonnull(compile_hides_user(image, &host, twin));
    ck_assert_ptr_nonnull(compile_hides_user(image, &host, same_id));
    ck_assert_ptr_nonnull(compile_hides_user(image, &host, sub));
    shut();
}
END_TEST

/* R-ID-05: files of its own lie on the host, or /etc/group was not kept up. */
START_TEST(a_primary_gid_without_a_group_is_in_use)
{
    struct image_group *g;
    struct host other;
    open_all(POOL TRUST "uid_attribute = custom:uid\n");
    put("alice", "4711", NULL);
    ck_assert_ptr_null(compile_and_find("alice"));
    ck_assert_int_eq(image_put_group(image, "devs", "gid=4711", &g), 0);
    ck_assert_ptr_nonnull(compile_hides_group(&host, g));
    FILE *f = fopen(files[0], "we");
    ck_assert_ptr_nonnull(f);
    fputs("root:x:0:0::/root:/bin/bash\nlocal:x:1000:1000::/home/local:/bin/bash\n"
          "odd:x:1002:4712::/:/bin/sh\n",
          f);
    ck_assert_int_eq(fclose(f), 0);
    const struct host_paths paths = { files[0], files[1], files[2], files[3], files[4] };
    ck_assert_int_eq(host_read(&paths, 995, &other), 0);
    ck_assert(!host_is_same(&host, &other));
    ck_assert(host_uses_id(&other, 4712) && !host_uses_id(&other, 4711));
    host_free(&other);
    shut();
}
END_TEST

/* R-ID-07, R-ID-08 */
START_TEST(local_groups_only_by_the_configured_map)
{
    open_all(POOL);
    put("alice", NULL, "sudo");
    const struct snap_image_user *u = compile_and_find("alice");
    ck_assert_ptr_nonnull(u);
    ck_assert_uint_eq(u->local_gid_count, 0);
    ck_assert_uint_eq(u->gid_count, 0); /* a pool group named sudo is no group here */
    ck_assert_uint_eq(compiled.snapshot.group_count, 0);
    ck_assert_str_eq(u->pool_groups[0], "sudo"); /* policies still see the raw name */
    shut();
    open_all(POOL "[local_groups]\nLinuxAdmins = sudo\nLinuxAdmins = opers\nLinuxAdmins = absent\n"
                  "LinuxAdmins = root\nLinuxAdmins = sudo\n");
    put("alice", NULL, "LinuxAdmins");
    put("bob", NULL, "linuxadmins");
    u = compile_and_find("alice");
    ck_assert_uint_eq(u->local_gid_count, 2); /* not the absent one, and never gid 0 */
    ck_assert_uint_eq(u->local_gids[0], 27);
    ck_assert_uint_eq(u->local_gids[1], 1500);
    ck_assert_uint_eq(compile_and_find("bob")->local_gid_count, 0); /* raw names, byte for byte */
    shut();
}
END_TEST

/* R-ID-08: sudoers goes by group names; a user must not make one. */
START_TEST(a_users_name_never_stands_for_a_group)
{
    open_all(POOL);
    put("sudo", NULL, NULL);  /* a local and a privileged group */
    put("wheel", NULL, NULL); /* privileged, not here */
    put("opers", NULL, NULL); /* a local group */
    put("devs", NULL, NULL);  /* a pool group below */
    put("alice", NULL, "devs");
    ck_assert(compile_and_find("alice")->private_group);
    ck_assert(!compile_and_find("sudo")->private_group);
    ck_assert(!compile_and_find("wheel")->private_group);
    ck_assert(!compile_and_find("opers")->private_group);
    ck_assert(!compile_and_find("devs")->private_group);
    shut();
}
END_TEST

#define BY_ATTRIBUTE POOL TRUST "uid_attribute = custom:uid\n"

/* A restart: nothing is left but what is bound. */
static void forget_image(void)
{
    image_free(&image);
    ck_assert_int_eq(image_new(config, &bindings, 0, &image), 0);
}

/* R-ID-02, R-ID-08: who is bound keeps uid and private gid, here or away; no group gets at his
 * files. */
START_TEST(a_group_never_gets_a_bound_uid)
{
    open_all(BY_ATTRIBUTE);
    struct image_group *g;
    put("alice", "5001", NULL);
    put("nina", "5000", NULL);
    ck_assert_ptr_nonnull(compile_and_find("nina"));
    static const char *const numbers[] = { "gid=5000", "gid=5001" };
    for (size_t i = 0; i < 2 * COUNT(numbers); i++) {
        if (i == COUNT(numbers)) { /* and nina is deleted */
            forget_image();
            put("alice", "5001", NULL);
        }
        ck_assert_int_eq(image_put_group(image, "devs", numbers[i % 2], &g), 0);
        const struct snap_image_user *u = compile_and_find("alice");
        ck_assert(u != NULL && u->gid == 5001 && u->private_group);
        ck_assert_uint_eq(compiled.snapshot.group_count, 0);
        ck_assert_ptr_nonnull(strstr(compile_hides_group(&host, g), "keeps it"));
    }
    ck_assert_ptr_null(image_find_sub(image, "nina"));
    ck_assert_int_eq(image_put_group(image, "devs", "gid=5002", &g), 0);
    ck_assert_ptr_nonnull(compile_and_find("alice"));
    ck_assert_uint_eq(compiled.snapshot.group_count, 1);
    shut();
}
END_TEST

/* R-ID-08: nor does a user who is new get a group's gid with his uid, whoever was read first. */
START_TEST(a_users_uid_never_is_a_groups_gid)
{
    open_all(BY_ATTRIBUTE);
    struct image_group *devs, *twin;
    for (int is_user_first = 0; is_user_first <= 1; is_user_first++) {
        forget_image();
        if (is_user_first)
            put("mallory", "5000", NULL);
        ck_assert_int_eq(image_put_group(image, "devs", "gid=5000", &devs), 0);
        if (!is_user_first)
            ck_assert_ptr_null(compile_and_find("mallory"));
        struct image_user *u = put("mallory", "5000", NULL);
        ck_assert_ptr_null(compile_and_find("mallory"));
        ck_assert_uint_eq(compiled.snapshot.group_count, 1);
        ck_assert_ptr_nonnull(strstr(compile_hides_user(image, &host, u), "as its gid"));
        ck_assert_ptr_null(bindings_of_sub(&bindings, "mallory"));
    }
    ck_assert_int_eq(image_put_group(image, "twin", "gid=5000", &twin), 0); /* neither is one */
    ck_assert_ptr_nonnull(compile_and_find("mallory"));
    ck_assert_int_eq(image_put_group(image, "twin", "gid=5001", &twin), 0); /* too late for devs */
    ck_assert_ptr_nonnull(compile_and_find("mallory"));
    ck_assert_ptr_nonnull(devs->quarantine);
    ck_assert_ptr_null(twin->quarantine);
    shut();
    open_all(BY_ATTRIBUTE "primary_group = staffers\n"); /* gid = uid is nobody's then */
    ck_assert_int_eq(image_put_group(image, "staffers", "gid=3000", &twin), 0);
    ck_assert_int_eq(image_put_group(image, "devs", "gid=5000", &devs), 0);
    put("mallory", "5000", "devs");
    for (int i = 0; i < 2; i++, image_touch_all(image)) {
        ck_assert_uint_eq(compile_and_find("mallory")->gid, 3000);
        ck_assert_uint_eq(compiled.snapshot.group_count, 2);
    }
    shut();
}
END_TEST

/* R-ID-04: both are bound, by what the host has been: the group keeps its gid. */
START_TEST(a_bound_gid_stays_whoever_has_the_uid)
{
    open_all(BY_ATTRIBUTE);
    struct image_group *g;
    ck_assert_int_eq(bindings_add_gid(&bindings, "devs", 5000, true), 0);
    ck_assert_int_eq(bindings_add(&bindings, "mallory", "mallory", 5000, IMAGE_ID_HASH), 0);
    ck_assert_int_eq(image_put_group(image, "devs", "gid=5000", &g), 0);
    put("mallory", NULL, NULL);
    ck_assert_ptr_null(compile_and_find("mallory"));
    ck_assert_uint_eq(compiled.snapshot.group_count, 1);
    shut();
}
END_TEST

START_TEST(primary_group_may_be_a_pool_group)
{
    open_all(POOL "[users]\nprimary_group = staffers\n");
    struct image_group *g;
    put("alice", NULL, "staffers");
    ck_assert_int_eq(image_put_group(image, "staffers", "gid=3000", &g), 0);
    const struct snap_image_user *u = compile_and_find("alice");
    ck_assert_uint_eq(u->gid, 3000);
    ck_assert_uint_eq(compiled.snapshot.group_count, 1);
    ck_assert_uint_eq(compiled.groups[0].member_count, 1);
    shut();
    static const char *const useless[] = { "gid=0", "gid=27", "gid=1500", "gid=x" };
    for (size_t i = 0; i < COUNT(useless); i++) {
        open_all(POOL "[users]\nprimary_group = staffers\n");
        put("alice", NULL, "staffers");
        ck_assert_int_eq(image_put_group(image, "staffers", useless[i], &g), 0);
        ck_assert_ptr_null(compile_and_find("alice")); /* R-ID-03: never gid 0, never half a user */
        shut();
    }
    open_all(POOL "[users]\nprimary_group = staffers\n");
    put("alice", NULL, "others");
    ck_assert_ptr_null(compile_and_find("alice"));
    shut();
}
END_TEST

/* R-ID-04: what the description says later, and who else claims the gid or the name. */
START_TEST(a_primary_gid_stays)
{
    static const char *const later[] = { "gid=3001", "gid=0", "gid=x", "" };
    open_all(POOL "[users]\nprimary_group = Staffers\n");
    struct image_group *g, *other;
    put("alice", NULL, "Staffers");
    ck_assert_int_eq(image_put_group(image, "Staffers", "gid=3000", &g), 0);
    ck_assert_uint_eq(compile_and_find("alice")->gid, 3000);
    for (size_t i = 0; i < COUNT(later); i++) {
        ck_assert_int_eq(image_put_group(image, "Staffers", later[i], &g), 0);
        ck_assert_ptr_nonnull(g->drift);
        ck_assert_uint_eq(compile_and_find("alice")->gid, 3000);
    }
    ck_assert_int_eq(image_put_group(image, "devs", "gid=3000", &other), 0);
    ck_assert_uint_eq(compile_and_find("alice")->gid, 3000);
    ck_assert_ptr_nonnull(other->quarantine);
    ck_assert_int_eq(image_put_group(image, "staffers", "gid=3002", &other), 0);
    ck_assert_uint_eq(compile_and_find("alice")->gid, 3000);
    ck_assert_ptr_nonnull(other->quarantine);
    bindings.gid[0].is_stored = false; /* not on the disk: nobody may see it */
    ck_assert_ptr_nonnull(compile_hides_user(image, &host, image_find_login(image, "alice")));
    ck_assert_int_eq(image_put_group(image, "Staffers", "gid=3000", &g), 0);
    ck_assert_ptr_null(g->drift);
    shut();
}
END_TEST

static struct image_user *again(const char *policy, const char *group)
{
    image_free(&image);
    config_free(&config);
    char why[CONFIG_WHY_MAX] = "";
    ck_assert_msg(config_parse("test.conf", policy, &config, why) == 0, "%s", why);
    ck_assert_int_eq(image_new(config, &bindings, 0, &image), 0);
    return put("alice", NULL, group);
}

/* R-ID-04: another primary_group is for those who come later; private, a group, another one. */
START_TEST(a_users_primary_group_stays)
{
    static const char to_staff[] = POOL "[users]\nprimary_group = staff2\n";
    static const char to_devs[] = POOL "[users]\nprimary_group = devs\n";
    open_all(POOL);
    put("alice", NULL, "devs");
    const struct snap_image_user *u = compile_and_find("alice");
    uint32_t uid = u->uid;
    ck_assert_uint_eq(u->gid, uid);
    ck_assert_uint_eq(bound_count_kept(image, compiled.is_visible), 0);
    again(to_devs, "devs");
    put("bob", NULL, "devs");
    u = compile_and_find("alice");
    ck_assert_uint_eq(u->gid, uid);
    ck_assert(u->private_group);
    uint32_t devs = image_find_group(image, "devs")->gid;
    u = compile_and_find("bob");
    ck_assert_uint_eq(u->gid, devs);
    ck_assert(!u->private_group);
    ck_assert_uint_eq(bound_count_kept(image, compiled.is_visible), 1);
    again(to_staff, "staff2");
    put("bob", NULL, NULL);
    put("carl", NULL, NULL);
    ck_assert_uint_eq(compile_and_find("carl")->gid, image_find_group(image, "staff2")->gid);
    ck_assert_uint_eq(compile_and_find("bob")->gid, devs);
    ck_assert_uint_eq(compile_and_find("alice")->gid, uid);
    ck_assert_uint_eq(bound_count_kept(image, compiled.is_visible), 2);
    shut();
}
END_TEST

/* R-ID-04, R-ID-03: a primary group that is not read any more keeps number and name for those who
 * have it; nobody comes to it. Where its number is taken on the host nobody may have it. */
START_TEST(a_primary_group_that_is_gone_is_kept)
{
    static const char policy[] = POOL "[users]\nprimary_group = devs\n";
    struct image_group *g;
    open_all(policy);
    put("alice", NULL, NULL);
    ck_assert_int_eq(image_put_group(image, "devs", "gid=3000", &g), 0);
    ck_assert_uint_eq(compile_and_find("alice")->gid, 3000);
    again(policy, NULL);
    put("bob", NULL, NULL);
    ck_assert_uint_eq(compile_and_find("alice")->gid, 3000);
    ck_assert_ptr_null(compile_and_find("bob"));
    ck_assert_uint_eq(compiled.snapshot.group_count, 1);
    ck_assert_str_eq(compiled.groups[0].name, "devs");
    ck_assert_uint_eq(compiled.groups[0].gid, 3000);
    ck_assert_ptr_nonnull(image_find_group(image, "devs")->drift);
    ck_assert_int_eq(image_put_group(image, "devs", "gid=3000", &g), 0); /* made again */
    ck_assert_uint_eq(compile_and_find("bob")->gid, 3000);
    ck_assert_ptr_null(g->drift);
    bindings.gid[0].gid = 1500; /* a local group's */
    again(policy, NULL);
    ck_assert_ptr_null(compile_and_find("alice"));
    shut();
}
END_TEST

/* R-ID-04: who could not be shown has not been seen: a mistake in primary_group binds nobody. */
START_TEST(a_primary_group_that_nobody_sees_binds_nobody)
{
    struct image_group *g;
    open_all(POOL "[users]\nprimary_group = opers\n"); /* a local group */
    put("alice", NULL, "opers");
    ck_assert_int_eq(image_put_group(image, "opers", "gid=3000", &g), 0);
    ck_assert_ptr_null(compile_and_find("alice"));
    again(POOL, NULL);
    const struct snap_image_user *u = compile_and_find("alice");
    ck_assert_ptr_nonnull(u);
    ck_assert_uint_eq(u->gid, u->uid);
    shut();
}
END_TEST

SUITE("host", a_primary_gid_stays, a_users_primary_group_stays,
      a_primary_group_that_is_gone_is_kept, a_primary_group_that_nobody_sees_binds_nobody,
      a_primary_gid_without_a_group_is_in_use, the_host_is_read_by_plain_parsing,
      local_names_and_ids_win, local_groups_only_by_the_configured_map,
      a_users_name_never_stands_for_a_group, a_group_never_gets_a_bound_uid,
      a_users_uid_never_is_a_groups_gid, a_bound_gid_stays_whoever_has_the_uid,
      primary_group_may_be_a_pool_group)
