/* SPDX-License-Identifier: Apache-2.0
 *
 * STS's XML: the reader, the answers of the vectors, and what must not pass.
 */
#include "suite.h"

#include "net/sts.h"
#include "net/xml_in.h"

#include <stdio.h>
#include <string.h>

static char seen[1024];

static int note(void *arg, const char *path, const char *text)
{
    size_t n = strlen(seen);
    (void)arg;
    snprintf(seen + n, sizeof seen - n, "%s=%s;", path, text);
    return 0;
}

static int read_text(const char *text)
{
    seen[0] = '\0';
    return xml_in_each(text, strlen(text), note, NULL);
}

START_TEST(elements_and_entities)
{
    ck_assert_int_eq(read_text("<?xml version=\"1.0\"?>\n<!-- c --><a x='1' y=\"2>\">\n <b> t </b>"
                               "<c/><d><e>&lt;&#65;&#x20ac;&amp;&quot;&apos;&gt;</e></d></a>\n"),
                     0);
    ck_assert_str_eq(seen, "a/b=t;a/c=;a/d/e=<A\xe2\x82\xac&\"'>;");
}
END_TEST

START_TEST(what_is_no_xml_is_refused)
{
    static const char *const rows[] = {
        "",
        " ",
        "text",
        "<a>",
        "</a>",
        "<a></b>",
        "<a></a",
        "<a><b></a></b>",
        "<a/><b/>",
        "<a/>x",
        "<a>&nbsp;</a>",
        "<a>&</a>",
        "<a>&#;</a>",
        "<a>&#0;</a>",
        "<a>&#xD800;</a>",
        "<a>&#x110000;</a>",
        "<a>&#xFFFFFFFFF;</a>",
        "<a>&amp</a>",
        "<a>t<b/></a>",
        "<a><b/>t</a>",
        "<a x></a>",
        "<a x=1></a>",
        "<a x='1></a>",
        "<a x='1'y='2'></a>",
        "<a x='<'/>",
        "< a/>",
        "<!DOCTYPE a><a/>",
        "<a><![CDATA[x]]></a>",
        "<a><?pi?></a>",
        "<a><!-- x -- y --></a>",
        "<a>\xff</a>",
        "<a>\x01</a>",
        "<?xml <a/>",
        "&amp;<a/>",
        "<a/ >",
    };
    for (size_t i = 0; i < COUNT(rows); i++)
        ck_assert_msg(read_text(rows[i]) == ERR_FORMAT, "row %zu: %s", i, rows[i]);
    char deep[512] = "";
    for (int i = 0; i < XML_MAX_DEPTH + 1; i++)
        memcpy(deep + strlen(deep), "<a>", 4);
    ck_assert_int_eq(read_text(deep), ERR_LIMIT);
    static char large[XML_MAX_BYTES + 2];
    memset(large, ' ', sizeof large - 1);
    ck_assert_int_eq(read_text(large), ERR_LIMIT);
}
END_TEST

static char *load(const char *name)
{
    char path[512];
    static char text[8192];
    snprintf(path, sizeof path, "%s/replies/credentials/%s", getenv("VECTORS"), name);
    FILE *f = fopen(path, "re");
    ck_assert_msg(f != NULL, "%s", path);
    size_t n = fread(text, 1, sizeof text - 1, f);
    text[n] = '\0';
    fclose(f);
    return text;
}

START_TEST(answers_of_the_vectors)
{
    struct credentials c;
    struct sts_error e;
    const char *text = load("sts-web-identity.body");
    ck_assert_int_eq(sts_parse(text, strlen(text), &c), 0);
    ck_assert_str_eq(c.access_key, "ASIAEXAMPLE000000004");
    ck_assert_str_eq(c.secret_key, "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
    ck_assert_str_eq(c.token, "IQoJb3JpZ2lu//token==");
    ck_assert_int_eq(c.expires_s, 1767225600 + 6 * 3600);
    text = load("sts-web-identity-entities.body");
    ck_assert_int_eq(sts_parse(text, strlen(text), &c), 0);
    ck_assert_str_eq(c.token, "IQoJb3JpZ2lu//to&ken==");
    text = load("sts-truncated.body");
    ck_assert_int_eq(sts_parse(text, strlen(text), &c), ERR_FORMAT);
    text = load("sts-error.body");
    ck_assert_int_eq(sts_parse(text, strlen(text), &c), ERR_FORMAT);
    ck_assert_int_eq(sts_parse_error(text, strlen(text), &e), 0);
    ck_assert_str_eq(e.code, "InvalidIdentityToken");
    ck_assert(!sts_is_passing(&e));
    text = load("sts-idp-communication.body");
    ck_assert_int_eq(sts_parse_error(text, strlen(text), &e), 0);
    ck_assert(sts_is_passing(&e));
}
END_TEST

/* Every cut of a right answer is refused, and so is each key that is missing, double or foul. */
START_TEST(nothing_less_passes)
{
    struct credentials c = { .expires_s = 7 };
    const char *text = load("sts-web-identity.body");
    size_t n = strlen(text);
    for (size_t i = 0; i < n; i++)
        ck_assert_msg(sts_parse(text, i, &c) == ERR_FORMAT, "%zu bytes", i);
    static const char *const rows[] = {
        "<AccessKeyId>a</AccessKeyId><SecretAccessKey>s</SecretAccessKey>"
        "<SessionToken>t</SessionToken>",
        "<AccessKeyId>a</AccessKeyId><AccessKeyId>a</AccessKeyId><SecretAccessKey>s"
        "</SecretAccessKey><SessionToken>t</SessionToken>"
        "<Expiration>2026-01-01T06:00:00Z</Expiration>",
        "<AccessKeyId>a&#10;b</AccessKeyId><SecretAccessKey>s</SecretAccessKey>"
        "<SessionToken>t</SessionToken><Expiration>2026-01-01T06:00:00Z</Expiration>",
        "<AccessKeyId>a</AccessKeyId><SecretAccessKey>s</SecretAccessKey>"
        "<SessionToken>t</SessionToken><Expiration>tomorrow</Expiration>",
        "<AccessKeyId/><SecretAccessKey>s</SecretAccessKey>"
        "<SessionToken>t</SessionToken><Expiration>2026-01-01T06:00:00Z</Expiration>",
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        char whole[1024];
        snprintf(whole, sizeof whole, "<R><XResult><Credentials>%s</Credentials></XResult></R>",
                 rows[i]);
        ck_assert_msg(sts_parse(whole, strlen(whole), &c) == ERR_FORMAT, "row %zu", i);
    }
    ck_assert_int_eq(c.expires_s, 7); /* untouched on failure */
}
END_TEST

SUITE("net_sts", elements_and_entities, what_is_no_xml_is_refused, answers_of_the_vectors,
      nothing_less_passes)
