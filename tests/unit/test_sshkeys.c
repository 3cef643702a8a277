/* SPDX-License-Identifier: Apache-2.0
 *
 * Keys out of an attribute: which lines count, which options, what becomes of them. The keys were
 * made by ssh-keygen; nobody has the private halves.
 */
#include "identity/sshkeys.h"
#include "suite.h"

#include <stdio.h>
#include <string.h>

#define ED25519 "AAAAC3NzaC1lZDI1NTE5AAAAILfy4C/O9IidJqq37XhQmVt4REh90O9vhpeXV074+NpD"
#define P256                                                                                       \
    "AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBCYcWnfGylS2iaHgbFRqFSJSdQuy"             \
    "MJvROydPhCGq2Ed8X81UJrRbUppEgj4c6Qr6Ikf/FqlGnEwXIbF1eMfAh64="
#define P384                                                                                       \
    "AAAAE2VjZHNhLXNoYTItbmlzdHAzODQAAAAIbmlzdHAzODQAAABhBMASFeAp8W5iQX+uCj3P5y7tp8/8"             \
    "mRgSMk0nnB7uwF9/qGcZnlM48K9eujjIIRDpf1CSLEcbHoXmu5jC6zZ1Y7zIumipvBCaeRqMXeAAQ+Zw"             \
    "ebcntKUT4txICjFJJpAdrQ=="
#define P521                                                                                       \
    "AAAAE2VjZHNhLXNoYTItbmlzdHA1MjEAAAAIbmlzdHA1MjEAAACFBAAosAvb2VqqdemlqrTNUeKq/+IT"             \
    "lvJURT5Opct57LnW3qW7Pt3Oor9j7K34nLpJUXGhWRLymlQKJmJQ8vtXR6hYlgFK2D6Z0LXw/g4QXQ74"             \
    "CVqUWgmcOShCJbNM1i3vuqm0Lpx+ztoY4a5/TGGLmtbvkl0mGsIEMPb30VNdHtI42GI9Qw=="
#define RSA_2048                                                                                   \
    "AAAAB3NzaC1yc2EAAAADAQABAAABAQDgw8BO3pXC6Jj/sIfLGt9NmmUZXIfM98Q59VoLESYd1KTPdoe/"             \
    "RGuciNV6cn+AY94awxPZ4oBFPLvxr3QRF40tHjstvKZ9j+sgePCEcYpTiK4vp9gBSZgxDOcrA3ivaIaz"             \
    "EmAp5LyAEznryo/xtf4ghhvbNunxgYU4rrsPDuEZK/XV6ZfwSCqdrHJFo/kuQeP0VfSPWtDcOjc+m0qi"             \
    "yvxqzZbtFa/NozUg8M3T1inpCG/FR+J+ROOnNDdvuU8rnKKhLPglofeoz1MeupgOREnUkgQep67J8upN"             \
    "BMvjgLxGDUHq6Rj249iEcq/ONug7Uskjl6HDOycIh5/7WDEfW24T"
#define RSA_1024                                                                                   \
    "AAAAB3NzaC1yc2EAAAADAQABAAAAgQC1+3YvUggkX59HDGH455JmTfJN9B91L/bdqG91IsmY+LrHqFg2"             \
    "//Gisrgq4WVzPqpyd9//DojrfrR6nsVpGMTaW+pHcIft0mq5cCOaY358CvjK3n0ioFiLuJTsbKsj9/nv"             \
    "wEQiNeSmw5QBNIP0rmMnPKWq7zzt9KNLl+mB4p/4vQ=="
#define SK_ED25519                                                                                 \
    "AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29tAAAAILfy4C/O9IidJqq37XhQmVt4REh90O9vhpeX"             \
    "V074+NpDAAAABHNzaDo="
#define SK_P256                                                                                    \
    "AAAAInNrLWVjZHNhLXNoYTItbmlzdHAyNTZAb3BlbnNzaC5jb20AAAAIbmlzdHAyNTYAAABBBCYcWnfG"             \
    "ylS2iaHgbFRqFSJSdQuyMJvROydPhCGq2Ed8X81UJrRbUppEgj4c6Qr6Ikf/FqlGnEwXIbF1eMfAh64A"             \
    "AAAEc3NoOg=="
#define SHORT      "AAAAC3NzaC1lZDI1NTE5AAAAH7fy4C/O9IidJqq37XhQmVt4REh90O9vhpeXV074+No="
#define TRAILING   "AAAAC3NzaC1lZDI1NTE5AAAAILfy4C/O9IidJqq37XhQmVt4REh90O9vhpeXV074+NpDeA=="
#define OTHER_TYPE "AAAAB3NzaC1yc2EAAAAgt/LgL870iJ0mqrfteFCZW3hESH3Q72+Gl5dXTvj42kM="

/* The longest keys would not fit a row otherwise. */
#define ED "ssh-ed25519 " ED25519

START_TEST(r_id_12_lines_that_count)
{
    static const struct {
        const char *text, *line; /* NULL: refused */
    } rows[] = {
        { ED, ED },
        { ED " nobody@example.com", ED },
        { "  " ED "\t comment with blanks ", ED },
        { "sk-ssh-ed25519@openssh.com " SK_ED25519, "sk-ssh-ed25519@openssh.com " SK_ED25519 },
        { "ecdsa-sha2-nistp256 " P256, "ecdsa-sha2-nistp256 " P256 },
        { "ecdsa-sha2-nistp384 " P384, "ecdsa-sha2-nistp384 " P384 },
        { "ecdsa-sha2-nistp521 " P521, "ecdsa-sha2-nistp521 " P521 },
        { "sk-ecdsa-sha2-nistp256@openssh.com " SK_P256,
          "sk-ecdsa-sha2-nistp256@openssh.com " SK_P256 },
        { "ssh-rsa " RSA_2048, "ssh-rsa " RSA_2048 },
        { "restrict,pty " ED, "restrict,pty " ED },
        { "from=\"10.0.0.0/8,!10.1.1.1\" " ED, "from=\"10.0.0.0/8,!10.1.1.1\" " ED },
        { "command=\"/bin/echo \\\"a; b\\\"\",no-pty " ED " x",
          "command=\"/bin/echo \\\"a; b\\\"\",no-pty " ED },
        { "expiry-time=\"20270101\" " ED, "expiry-time=\"20270101\" " ED },
        { "NO-PTY " ED, "NO-PTY " ED },

        { "ssh-rsa " RSA_1024, NULL },
        { "ssh-dss " ED25519, NULL },
        { "ssh-ed25519", NULL },
        { "ssh-ed25519 ", NULL },
        { "ssh-ed25519 " SHORT, NULL },
        { "ssh-ed25519 " TRAILING, NULL },
        { "ssh-ed25519 " OTHER_TYPE, NULL },
        { "ssh-rsa " ED25519, NULL },
        { "ecdsa-sha2-nistp384 " P256, NULL },
        { "ssh-ed25519 " ED25519 "=", NULL },
        { "ssh-ed25519 " ED25519 "====", NULL },
        { "ssh-ed25519 !" ED25519, NULL },
        { "ssh-ed25519 AAAA", NULL },
        { "ssh-ed25519 A", NULL },
        { "cert-authority " ED, NULL },
        { "principals=\"root\" " ED, NULL },
        { "environment=\"LD_PRELOAD=/tmp/x\" " ED, NULL },
        { "tunnel=\"0\" " ED, NULL },
        { "no-touch-required sk-ssh-ed25519@openssh.com " SK_ED25519, NULL },
        { "restrict,unknown " ED, NULL },
        { "restrict, pty " ED, NULL },
        { "command=\"open " ED, NULL },
        { "command " ED, NULL },
        { "pty=\"yes\" " ED, NULL },
        { "from=10.0.0.1 " ED, NULL },
        { "restrict", NULL },
        { ED " \033[2J", NULL },
        { ED " \303\244", NULL },
        { "nonsense", NULL },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct sshkeys keys = { 0 };
        ck_assert_int_eq(sshkeys_parse(&keys, rows[i].text), 0);
        if (rows[i].line == NULL) {
            ck_assert_msg(keys.count == 0 && keys.refused == 1 && keys.why != NULL, "row %zu", i);
        } else {
            ck_assert_msg(keys.count == 1 && keys.refused == 0, "row %zu: %s", i,
                          keys.why == NULL ? "" : keys.why);
            ck_assert_str_eq(keys.line[0], rows[i].line);
        }
        sshkeys_free(&keys);
    }
}
END_TEST

START_TEST(several_keys_in_one_attribute)
{
    struct sshkeys keys = { 0 }, copy = { 0 };
    ck_assert_int_eq(sshkeys_parse(&keys, "# mine\r\n\n" ED " a@example.com\r\n"
                                          "ssh-dss AAAA;restrict " ED "; ;ssh-rsa " RSA_2048 "\n"),
                     0);
    ck_assert_uint_eq(keys.count, 3);
    ck_assert_uint_eq(keys.refused, 1);
    ck_assert_str_eq(keys.line[1], "restrict " ED);
    ck_assert_int_eq(sshkeys_copy(&copy, &keys), 0);
    ck_assert_int_eq(sshkeys_parse(&keys, NULL), 0);
    ck_assert(keys.count == 0 && keys.refused == 0 && keys.why == NULL);
    ck_assert_uint_eq(copy.count, 3);
    ck_assert_str_eq(copy.line[2], "ssh-rsa " RSA_2048);
    sshkeys_free(&copy);
}
END_TEST

START_TEST(too_many_and_too_long)
{
    static char text[40 * sizeof ED + 10000];
    struct sshkeys keys = { 0 };
    for (size_t i = 0; i < 40; i++)
        strcat(text, ED "\n");
    ck_assert_int_eq(sshkeys_parse(&keys, text), 0);
    ck_assert(keys.count == 32 && keys.refused == 8);
    memset(text, 'a', 9000);
    text[9000] = '\0';
    ck_assert_int_eq(sshkeys_parse(&keys, text), 0);
    ck_assert(keys.count == 0 && keys.refused == 1);
    sshkeys_free(&keys);
}
END_TEST

SUITE("sshkeys", r_id_12_lines_that_count, several_keys_in_one_attribute, too_many_and_too_long)
