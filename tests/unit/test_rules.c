/* SPDX-License-Identifier: Apache-2.0
 *
 * What the pool says of one user or group to login name, ids, home, shell, gecos: the rules.
 */
#include "identity/rules.h"
#include "image_fixture.h"
#include "suite.h"

#include <limits.h>
#include <stdio.h>

#define LONG_50  "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
#define LONG_250 LONG_50 LONG_50 LONG_50 LONG_50 LONG_50

/* R-ID-10, R-ID-11, R-ID-03 */
START_TEST(login_name_from_username)
{
    static const struct {
        const char *username, *login; /* NULL: no such user on Linux */
    } rows[] = {
        { "alice", "alice" },
        { "Alice", "alice" },
        { "A.B-c", "a.b-c" },
        { "root", NULL },
        { "Root", NULL },
        { "a:b", NULL },
        { "../x", NULL },
        { "a\nb", NULL },
        { "1alice", NULL },
        { "123", NULL },
        { "alice.", NULL },
        { "alice@example.com", NULL },
        { "a2345678901234567890123456789012", "a2345678901234567890123456789012" },
        { "a23456789012345678901234567890123", NULL }, /* 33 bytes: refused, not cut */
        { "A2345678901234567890123456789012.", NULL },
        { "_svc-1.x", "_svc-1.x" },
        { "-alice", NULL },
        { ".alice", NULL },
        { "alice..", NULL },
        { "0x41", NULL },
        { "al ice", NULL },
        { "alice ", NULL },
        { "alice\t", NULL },
        { "al$", NULL },
        { "al,ice", NULL },
        { "al/ice", NULL },
        { "al\\ice", NULL },
        { "al\"ice", NULL },
        { "al\x7fice", NULL },
        { "\xd0\xb0lice", NULL }, /* Cyrillic a */
        { "\xe2\x84\xaa"
          "arl",
          NULL },                      /* the Kelvin sign, whose lower case is k */
        { "alice\xe2\x80\xae", NULL }, /* right-to-left override */
        { "alice\xd9\xa1", NULL },     /* an Arabic digit */
        { "5f0a1c3e-9b2d-4e57-8a11-0c2d3e4f5a6b", NULL },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        open_with(POOL);
        const struct image_user *u =
            put(&(struct person){ .sub = "s", .username = rows[i].username });
        if (rows[i].login == NULL)
            ck_assert_msg(u->quarantine != NULL && u->login[0] == '\0' && u->uid == ID_NONE, "%s",
                          rows[i].username);
        else
            ck_assert_str_eq(u->login, rows[i].login);
        shut();
    }
}
END_TEST

/* What a package installed later would take for its own account; in any case of letters, from any
 * source. Ordinary names are not far. */
START_TEST(names_of_system_accounts_are_nobodys)
{
    static const char *const refused[] = {
        "root",
        "daemon",
        "bin",
        "sys",
        "sync",
        "games",
        "man",
        "lp",
        "mail",
        "news",
        "uucp",
        "proxy",
        "www-data",
        "backup",
        "list",
        "irc",
        "gnats",
        "nobody",
        "_apt",
        "sshd",
        "messagebus",
        "postgres",
        "mysql",
        "redis",
        "nginx",
        "named",
        "ntp",
        "chrony",
        "polkitd",
        "dnsmasq",
        "tss",
        "uuidd",
        "avahi",
        "cups",
        "postfix",
        "git",
        "jenkins",
        "docker",
        "admin",
        "ubuntu",
        "debian",
        "ec2-user",
        "centos",
        "fedora",
        "_chrony",
        "zookeeper",
        "Postgres",
        "ADMIN",
        "systemd-network",
        "systemd-x",
        "_rpc",
        "ssm-user",
        "cloud-user",
        "almalinux",
        "vagrant",
        "cognitod",
    };
    static const char *const taken[] = { "alice",      "dave",    "mandy",  "administrator",
                                         "roots",      "mailer",  "gitta",  "listerine",
                                         "alma",       "_x",      "system", "daemon1",
                                         "postgresql", "backups", "sudo" };
    open_with(POOL "[users]\nlogin_name = email\nemail_domains = example.com\n");
    char email[64];
    struct person p = { .username = "u",
                        .attributes = { { "email", email }, { "email_verified", "true" } } };
    for (size_t i = 0; i < COUNT(refused) + COUNT(taken); i++) {
        bool is_refused = i < COUNT(refused);
        p.sub = is_refused ? refused[i] : taken[i - COUNT(refused)];
        snprintf(email, sizeof email, "%s@example.com", p.sub);
        const struct image_user *u = put(&p);
        ck_assert_msg((u->quarantine != NULL) == is_refused, "%s", p.sub);
        if (is_refused)
            ck_assert_ptr_nonnull(strstr(u->quarantine, "system account"));
    }
    shut();
}
END_TEST

/* R-ID-04: an account that had such a name here before keeps it. */
START_TEST(a_bound_system_name_stays)
{
    open_with(POOL);
    ck_assert_int_eq(bindings_add(&bindings, "g", "git", 1900000000, IMAGE_ID_HASH), 0);
    const struct image_user *u = put(&(struct person){ .sub = "g", .username = "git" });
    ck_assert_ptr_null(u->quarantine);
    ck_assert_str_eq(u->login, "git");
    shut();
}
END_TEST

/* R-ID-01: email counts only when verified and in a listed domain. */
START_TEST(login_name_from_email)
{
    static const struct {
        const char *email, *verified, *login;
    } rows[] = {
        { "Frank@example.com", "true", "frank" },
        { "frank@EXAMPLE.com", "true", "frank" },
        { "frank@example.com", "false", NULL },
        { "frank@example.com", NULL, NULL },
        { "frank@example.com", "True", NULL },
        { "frank@example.org", "true", NULL },
        { "frank@evil.example.com", "true", NULL },
        { "frank", "true", NULL },
        { "a@b@example.com", "true", NULL },
        { "@example.com", "true", NULL },
        { NULL, "true", NULL },
        { "fr ank@example.com", "true", NULL },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        open_with(POOL "[users]\nlogin_name = email\nemail_domains = Example.com\n");
        const struct person p = { .sub = "5f0a1c3e-9b2d-4e57-8a11-0c2d3e4f5a6b",
                                  .username = "5f0a1c3e-9b2d-4e57-8a11-0c2d3e4f5a6b",
                                  .attributes = { { "email", rows[i].email },
                                                  { "email_verified", rows[i].verified } } };
        const struct image_user *u = put(&p);
        ck_assert_msg((u->quarantine == NULL) == (rows[i].login != NULL), "row %zu", i);
        if (rows[i].login != NULL)
            ck_assert_str_eq(u->login, rows[i].login);
        /* R-ID-16: what is sent is the pool's name, here the UUID. */
        ck_assert_str_eq(u->username, p.username);
        shut();
    }
}
END_TEST

/* R-ID-18: the same on every host; frozen, or homes would change owner. */
START_TEST(uids_by_hash_are_stable_and_in_range)
{
    open_with(POOL);
    const struct image_user *u =
        put(&(struct person){ .sub = "5f0a1c3e-9b2d-4e57-8a11-0c2d3e4f5a6b", .username = "alice" });
    struct id_range users = rules_hash_users(config), groups = rules_hash_groups(config);
    ck_assert_uint_eq(users.low, 1879048192u);
    ck_assert_uint_eq(groups.high, 2147352575u);
    ck_assert_uint_eq(users.high + 1, groups.low);
    ck_assert_uint_eq(groups.high - groups.low + 1, (2147352575u - 1879048192u + 1) / 4);
    ck_assert(id_in(users, u->uid));
    ck_assert_int_eq(u->origin, IMAGE_ID_HASH);
    /* SHA-256("uid\0" sub "\0"), first eight bytes modulo the range, computed apart. */
    ck_assert_uint_eq(u->uid, 1899124294u);
    shut();
}
END_TEST

/* R-ID-06, R-ID-05, R-ID-03 */
START_TEST(uids_by_attribute_are_checked)
{
    static const struct {
        const char *value;
        uint32_t uid;
    } rows[] = {
        { "20001", 20001 },
        { "1000", 1000 },
        { "59999", 59999 },
        { "999", ID_NONE },
        { "0", ID_NONE },
        { "60000", ID_NONE },
        { "-1", ID_NONE },
        { "0x4e21", ID_NONE },
        { "2e4", ID_NONE },
        { "020001", ID_NONE },
        { " 20001", ID_NONE },
        { "20001.0", ID_NONE },
        { "4294987297", ID_NONE },
        { "", ID_NONE },
        { NULL, ID_NONE },
        { "65534", ID_NONE },
        { "+20001", ID_NONE },
        { "20001 ", ID_NONE },
        { "20001\n", ID_NONE },
        { "2 0001", ID_NONE },
        { "20_001", ID_NONE },
        { "20,001", ID_NONE },
        { "0b11", ID_NONE },
        { "0o47041", ID_NONE },
        { "4e21", ID_NONE },
        { "--1", ID_NONE },
        { "4294967295", ID_NONE },
        { "1879048200", ID_NONE },           /* in the other range */
        { "4294968296", ID_NONE },           /* 2^32 + 1000 */
        { "18446744073709552616", ID_NONE }, /* 2^64 + 1000 */
        { "00000000000000000000000000020001", ID_NONE },
        { "99999999999999999999999999999999999999999999", ID_NONE },
        { "\xd9\xa2\xd9\xa0\xd9\xa0\xd9\xa0\xd9\xa1", ID_NONE }, /* 20001 in Arabic digits */
        { "\xef\xbc\x92\xef\xbc\x90\xef\xbc\x90\xef\xbc\x90", ID_NONE }, /* full width */
        { "\xe2\x85\xa8", ID_NONE },                                     /* Roman nine */
        { "2000\xc2\xb2", ID_NONE },                                     /* superscript two */
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        open_with(POOL TRUST "uid_attribute = custom:uid\n");
        const struct image_user *u = put(&(struct person){
            .sub = "s", .username = "alice", .attributes = { { "custom:uid", rows[i].value } } });
        ck_assert_msg(u->uid == rows[i].uid, "row %zu: %u", i, u->uid);
        ck_assert_msg((u->quarantine != NULL) == (rows[i].uid == ID_NONE), "row %zu", i);
        shut();
    }
}
END_TEST

/* R-ID-13, R-ID-12 */
START_TEST(homes_are_checked)
{
    static const struct {
        const char *given, *home;
    } rows[] = {
        { "/home/other", "/home/other" },
        { "/home/a/b", "/home/a/b" },
        { "/", "/home/alice" },
        { "/home", "/home/alice" },
        { "/home/", "/home/alice" },
        { "/root", "/home/alice" },
        { "/home/../root", "/home/alice" },
        { "/home/./x", "/home/alice" },
        { "/home//x", "/home/alice" },
        { "/home/x/", "/home/alice" },
        { "home/x", "/home/alice" },
        { "/home/a:b", "/home/alice" },
        { "/home/a\nb", "/home/alice" },
        { "", "/home/alice" },
        { "/homely/x", "/home/alice" },
        { "//home/x", "/home/alice" },
        { "/home/x/..", "/home/alice" },
        { "/home/x/../../etc", "/home/alice" },
        { "/home/x/.", "/home/alice" },
        { "/home/x//y", "/home/alice" },
        { "/home/..x", "/home/..x" }, /* a name like any other */
        { "/home/x\x7f", "/home/alice" },
        { "/home/x\xe2\x80\xae", "/home/alice" },
        { "/home/\xff", "/home/alice" },
        { " /home/x", "/home/alice" },
        { "/home/" LONG_250, "/home/alice" }, /* 256 bytes */
        { "/home/" LONG_250 LONG_250 LONG_250 LONG_250 LONG_250, "/home/alice" },
        { NULL, "/home/alice" },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        open_with(POOL TRUST "home_attribute = custom:home\n");
        const struct image_user *u = put(&(struct person){
            .sub = "s", .username = "alice", .attributes = { { "custom:home", rows[i].given } } });
        ck_assert_str_eq(u->home, rows[i].home);
        shut();
    }
}
END_TEST

/* R-ID-12 */
START_TEST(gecos_and_shell_hold_nothing_that_breaks_a_line)
{
    static const struct {
        const char *given, *kept;
    } rows[] = { { "Alice Example", "Alice Example" },
                 { "J\xc3\xb6rg", "J\xc3\xb6rg" },
                 { "a:b", "" },
                 { "a\nb", "" },
                 { "alice\nroot2:x:0:0::/:/bin/sh", "" },
                 { "a\rb", "" },
                 { "a\tb", "" },
                 { "a\x7f", "" },
                 { "a\xc2\x85"
                   "b",
                   "" },                  /* next line, a C1 control */
                 { "a\xe2\x80\xa8", "" }, /* line separator */
                 { "\xed\xa0\x80", "" },  /* a surrogate */
                 { "\xc0\xba", "" },      /* an overlong colon */
                 { LONG_250 LONG_250 LONG_250 LONG_250, LONG_250 LONG_250 LONG_250 LONG_250 },
                 { LONG_250 LONG_250 LONG_250 LONG_250 LONG_250, "" },
                 { "", "" },
                 { "a\x1b[2J", "" },
                 { "\xff", "" },
                 { NULL, "" } };
    for (size_t i = 0; i < COUNT(rows); i++) {
        open_with(POOL TRUST "shell_attribute = custom:shell\n");
        const struct image_user *u = put(&(struct person){
            .sub = "s",
            .username = "alice",
            .attributes = { { "name", rows[i].given }, { "custom:shell", rows[i].given } } });
        ck_assert_str_eq(u->gecos, rows[i].kept);
        ck_assert_str_eq(u->shell, rows[i].kept);
        shut();
    }
}
END_TEST

/* R-ID-08 */
START_TEST(groups_get_names_and_gids_or_none)
{
    static const struct {
        const char *raw, *description, *name; /* NULL: no Linux group */
        uint32_t gid;                         /* 0: by hash */
    } rows[] = {
        { "linux-admins", "gid=30001", "linux-admins", 30001 },
        { "LinuxAdmins", "People, gid=30001; more", "linuxadmins", 30001 },
        { "devs", "", "devs", 0 },
        { "devs", "agid=5000", "devs", 0 },
        { "devs", "gid=0", NULL, 0 },
        { "devs", "gid=27", NULL, 0 },
        { "devs", "gid=x", NULL, 0 },
        { "devs", "gid=70000", NULL, 0 },
        { "devs", "gid=", NULL, 0 },
        { "devs", "gid=1879048200", NULL, 0 }, /* in the other range */
        { "devs", "gid=+3000", NULL, 0 },
        { "devs", "gid=03000", NULL, 0 },
        { "devs", "gid=4294970296", NULL, 0 }, /* 2^32 + 3000 */
        { "devs", "gid=\xd9\xa3\xd9\xa0\xd9\xa0\xd9\xa0", NULL, 0 },
        { "devs", "gid=300000000000000000000000000000000000000000", NULL, 0 },
        { "devs", "gid = 3000", "devs", 0 },
        { "devs", "GID=3000", "devs", 0 },
        { "devs", "first\n\tgid=3000\nlast", "devs", 3000 },
        { "devs", "gid=3000,gid=4000", "devs", 3000 }, /* the first */
        { "devs.", "", NULL, 0 },
        { "1devs", "", NULL, 0 },
        { "123", "", NULL, 0 },
        { "root", "", NULL, 0 },
        { "ROOT", "gid=3000", NULL, 0 },
        { "shadow", "", NULL, 0 },
        { "g2345678901234567890123456789012", "", "g2345678901234567890123456789012", 0 },
        { "g23456789012345678901234567890123", "", NULL, 0 },
        { "sudo", "gid=30001", NULL, 0 },
        { "Docker", "", NULL, 0 },
        { "systemd-journal", "", NULL, 0 },
        { "a,b", "", NULL, 0 },
        { "a b", "", NULL, 0 },
        { "eu-central-1_AbC123xyz_Google", "", "eu-central-1_abc123xyz_google", 0 },
        { "a\nb", "", NULL, 0 },
        { "\xc3\xa4", "", NULL, 0 },
    };
    open_with(POOL);
    struct id_range hashed = rules_hash_groups(config);
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct image *fresh;
        struct image_group *g;
        ck_assert_int_eq(image_new(config, &bindings, 0, &fresh), 0);
        ck_assert_int_eq(image_put_group(fresh, rows[i].raw, rows[i].description, &g), 0);
        ck_assert_msg((g->quarantine == NULL) == (rows[i].name != NULL), "row %zu", i);
        if (rows[i].name != NULL) {
            ck_assert_str_eq(g->name, rows[i].name);
            ck_assert(rows[i].gid == 0 ? id_in(hashed, g->gid) : g->gid == rows[i].gid);
        }
        image_free(&fresh);
    }
    shut();
}
END_TEST

/* R-ID-18: by pool and raw name, the same on every host; the name's case counts. */
START_TEST(gids_by_hash_are_stable)
{
    struct image_group *g, *twin;
    open_with(POOL);
    ck_assert_int_eq(image_put_group(image, "LinuxUsers", NULL, &g), 0);
    ck_assert_int_eq(image_put_group(image, "linuxusers", NULL, &twin), 0);
    ck_assert_uint_eq(g->gid, 2097248168u); /* computed apart */
    ck_assert_uint_ne(twin->gid, g->gid);
    ck_assert_int_eq(g->origin, IMAGE_ID_HASH);
    shut();
}
END_TEST

/* R-ID-11, R-ID-10: whatever the login name comes from, it passes the same gate. */
START_TEST(login_names_from_attributes)
{
    static const struct {
        const char *source, *attribute, *value, *login;
    } rows[] = {
        { "preferred_username", "preferred_username", "Bob.B", "bob.b" },
        { "preferred_username", "preferred_username", "root", NULL },
        { "preferred_username", "preferred_username", "", NULL },
        { "preferred_username", "custom:login", "bob", NULL }, /* no fall-back to another one */
        { "custom:login", "custom:login", "BOB", "bob" },
        { "custom:login", "custom:login", "bob smith", NULL },
        { "custom:login", "Custom:login", "bob", NULL },
        { "dev:custom:login", "dev:custom:login", "bob", "bob" },
        { "dev:custom:login", "custom:login", "bob", NULL },
        { "custom:login", "custom:login", LONG_250, NULL },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        char text[256];
        snprintf(text, sizeof text, POOL TRUST "login_name = %s\n", rows[i].source);
        open_with(text);
        const struct image_user *u =
            put(&(struct person){ .sub = "s",
                                  .username = "somebody",
                                  .attributes = { { rows[i].attribute, rows[i].value } } });
        ck_assert_msg((u->quarantine == NULL) == (rows[i].login != NULL), "row %zu", i);
        ck_assert_str_eq(u->login, rows[i].login == NULL ? "" : rows[i].login);
        ck_assert_str_eq(u->username, "somebody"); /* R-ID-16 */
        shut();
    }
}
END_TEST

/* R-ID-13: the template as far as it goes; a home is never cut. */
START_TEST(home_templates)
{
    static const struct {
        const char *template, *given, *home;
    } rows[] = {
        { "/srv/home/%u", NULL, "/srv/home/alice" },
        { "/home/pool-%u", "/home/other", "/home/other" },
        { "/home/%u/work", "/home/x/y", "/home/x/y" },
        { "/srv/home/%u", "/home/alice", "/srv/home/alice" },
        { "/srv/home/%u", "/srv/homes/alice", "/srv/home/alice" },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        char text[256], cut[8];
        snprintf(text, sizeof text, POOL TRUST "home = %s\n", rows[i].template);
        open_with(text);
        char home[256];
        rules_home(config, rows[i].given, "alice", home, sizeof home);
        ck_assert_str_eq(home, rows[i].home);
        rules_home(config, NULL, "alice", cut, sizeof cut);
        ck_assert_str_eq(cut, "");
        shut();
    }
}
END_TEST

SUITE("rules", gids_by_hash_are_stable, login_names_from_attributes, home_templates,
      login_name_from_username, login_name_from_email, uids_by_hash_are_stable_and_in_range,
      names_of_system_accounts_are_nobodys, a_bound_system_name_stays,
      uids_by_attribute_are_checked, homes_are_checked,
      gecos_and_shell_hold_nothing_that_breaks_a_line, groups_get_names_and_gids_or_none)
