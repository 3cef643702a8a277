/* SPDX-License-Identifier: Apache-2.0 */
#include "identity/rules.h"

#include "base/text.h"
#include "identity/reserved.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

static int refuse(const char **ret_why, const char *why)
{
    *ret_why = why;
    return ERR_FORMAT;
}

/* The local part of a verified address in a listed domain (R-ID-01). */
static int login_from_email(const struct config *c, const struct image_person *p,
                            char ret_login[NAME_SIZE], const char **ret_why)
{
    const char *email = p->attribute(p->ctx, "email");
    const char *verified = p->attribute(p->ctx, "email_verified");
    const char *at = email == NULL ? NULL : strrchr(email, '@');
    if (at == NULL)
        return refuse(ret_why, "no e-mail address");
    if (verified == NULL || strcmp(verified, "true") != 0)
        return refuse(ret_why, "e-mail address not verified");
    char domain[256], listed[256];
    bool is_listed = false;
    if (!name_fold(domain, sizeof domain, at + 1, strlen(at + 1)))
        return refuse(ret_why, "e-mail domain not listed");
    for (size_t i = 0; i < c->email_domains.count && !is_listed; i++) {
        const char *d = c->email_domains.item[i];
        is_listed = name_fold(listed, sizeof listed, d, strlen(d)) && strcmp(listed, domain) == 0;
    }
    if (!is_listed)
        return refuse(ret_why, "e-mail domain not listed");
    if (!name_fold(ret_login, NAME_SIZE, email, (size_t)(at - email)))
        return refuse(ret_why, "login name too long");
    return 0;
}

int rules_login(const struct config *c, const struct image_person *p, char ret_login[NAME_SIZE],
                const char **ret_why)
{
    char login[NAME_SIZE];
    int err = 0;
    if (strcmp(c->login_name, "email") == 0) {
        err = login_from_email(c, p, login, ret_why);
    } else {
        const char *raw = strcmp(c->login_name, "username") == 0
                              ? p->username
                              : p->attribute(p->ctx, c->login_name);
        if (raw == NULL || !name_fold(login, sizeof login, raw, strlen(raw)))
            err = refuse(ret_why, raw == NULL ? "no login name" : "login name too long");
    }
    if (err != 0)
        return err;
    if (!name_is_valid(login))
        return refuse(ret_why, "login name not allowed");
    if (reserved_login(login))
        return refuse(ret_why, "login name belongs to a system account: it needs another one");
    memcpy(ret_login, login, sizeof login);
    return 0;
}

/* The first eight bytes of SHA-256 over the parts, each ended by a NUL, modulo the range. */
static int hash_into(struct id_range range, const char *a, const char *b, uint32_t *ret_id)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    EVP_MD_CTX *md = EVP_MD_CTX_new();
    bool ok = md != NULL && EVP_DigestInit_ex(md, EVP_sha256(), NULL) == 1 &&
              EVP_DigestUpdate(md, a, strlen(a) + 1) == 1 &&
              EVP_DigestUpdate(md, b, strlen(b) + 1) == 1 &&
              EVP_DigestFinal_ex(md, digest, NULL) == 1;
    EVP_MD_CTX_free(md);
    if (!ok)
        return ERR_SYSTEM;
    uint64_t v = 0;
    for (size_t i = 0; i < 8; i++)
        v = v << 8 | digest[i];
    *ret_id = range.low + (uint32_t)(v % ((uint64_t)range.high - range.low + 1));
    return 0;
}

struct id_range rules_hash_users(const struct config *c)
{
    struct id_range r = c->hash_id_range;
    uint32_t quarter = (uint32_t)(((uint64_t)r.high - r.low + 1) / 4);
    return (struct id_range){ r.low, r.high - quarter };
}

struct id_range rules_hash_groups(const struct config *c)
{
    struct id_range r = c->hash_id_range;
    return (struct id_range){ rules_hash_users(c).high + 1, r.high };
}

static const char *pinned(const struct config *c, const char *sub)
{
    for (size_t i = 0; i < c->ids.count; i++)
        if (strcmp(c->ids.item[i].key, sub) == 0)
            return c->ids.item[i].value;
    return NULL;
}

int rules_uid(const struct config *c, const struct image_person *p, uint32_t *ret_uid,
              enum image_origin *ret_origin, const char **ret_why)
{
    uint32_t uid;
    enum image_origin origin = IMAGE_ID_PINNED;
    const char *text = pinned(c, p->sub);
    if (text != NULL) {
        if (!id_parse(text, &uid))
            return refuse(ret_why, "uid in [ids] is no number");
    } else if (c->uid_attribute[0] != '\0') {
        origin = IMAGE_ID_ATTRIBUTE;
        text = p->attribute(p->ctx, c->uid_attribute);
        if (text == NULL)
            return refuse(ret_why, "no uid attribute");
        if (!id_parse(text, &uid) || !id_is_allowed(uid, c->attribute_id_range))
            return refuse(ret_why, "uid attribute not allowed");
    } else {
        origin = IMAGE_ID_HASH;
        if (hash_into(rules_hash_users(c), "uid", p->sub, &uid) != 0)
            return refuse(ret_why, "uid could not be computed");
        if (!id_is_allowed(uid, c->hash_id_range))
            return refuse(ret_why, "uid from the hash not allowed");
    }
    *ret_uid = uid;
    *ret_origin = origin;
    return 0;
}

/* A word gid=N of a description; words end at blanks, commas and semicolons. */
static const char *find_gid_word(const char *description, char *number, size_t cap)
{
    for (const char *p = description; *p != '\0';) {
        size_t n = strcspn(p, " ,;\t\n");
        if (n >= 4 && strncmp(p, "gid=", 4) == 0) {
            size_t digits = n - 4 < cap ? n - 4 : 0; /* too long is no number */
            memcpy(number, p + 4, digits);
            number[digits] = '\0';
            return number;
        }
        p += n;
        p += strspn(p, " ,;\t\n");
    }
    return NULL;
}

int rules_gid(const struct config *c, const char *raw, const char *description, uint32_t *ret_gid,
              enum image_origin *ret_origin, const char **ret_why)
{
    char number[32], seed[64];
    uint32_t gid;
    if (find_gid_word(description, number, sizeof number) != NULL) {
        if (!id_parse(number, &gid) || !id_is_allowed(gid, c->attribute_id_range))
            return refuse(ret_why, "gid in the description not allowed");
        *ret_gid = gid;
        *ret_origin = IMAGE_ID_ATTRIBUTE;
        return 0;
    }
    snprintf(seed, sizeof seed, "%s", c->pool_id);
    if (hash_into(rules_hash_groups(c), seed, raw, &gid) != 0)
        return refuse(ret_why, "gid could not be computed");
    if (!id_is_allowed(gid, c->hash_id_range))
        return refuse(ret_why, "gid from the hash not allowed");
    *ret_gid = gid;
    *ret_origin = IMAGE_ID_HASH;
    return 0;
}

int rules_group_name(const char *raw, char ret_name[NAME_SIZE], const char **ret_why)
{
    char name[NAME_SIZE];
    if (!name_fold(name, sizeof name, raw, strlen(raw)))
        return refuse(ret_why, "group name too long");
    if (!name_is_valid(name))
        return refuse(ret_why, "group name not allowed");
    if (name_is_privileged_group(name))
        return refuse(ret_why, "group name belongs to the system");
    memcpy(ret_name, name, sizeof name);
    return 0;
}

const char *rules_field(const char *s)
{
    return s != NULL && text_is_plain(s) && strchr(s, ':') == NULL && strlen(s) <= 1024 ? s : "";
}

/* A path strictly below prefix (which ends in a slash). */
static bool home_is_below(const char *home, const char *prefix, size_t prefix_len)
{
    return strncmp(home, prefix, prefix_len) == 0 && home[prefix_len] != '\0' &&
           strlen(home) <= 255 && text_is_path(home);
}

void rules_home(const struct config *c, const char *given, const char *login, char *dst, size_t cap)
{
    const char *percent = strstr(c->home, "%u");
    size_t prefix_len = (size_t)(percent - c->home);
    while (prefix_len > 0 && c->home[prefix_len - 1] != '/')
        prefix_len--;
    const char *home = rules_field(given);
    if (home[0] != '\0' && home_is_below(home, c->home, prefix_len)) {
        snprintf(dst, cap, "%s", home);
        return;
    }
    int n = snprintf(dst, cap, "%.*s%s%s", (int)(percent - c->home), c->home, login, percent + 2);
    if (n < 0 || (size_t)n >= cap)
        dst[0] = '\0';
}

static const struct {
    const char *text;
    enum image_status status;
} statuses[] = {
    { "CONFIRMED", IMAGE_CONFIRMED },           { "FORCE_CHANGE_PASSWORD", IMAGE_NEW_PASSWORD },
    { "RESET_REQUIRED", IMAGE_RESET_REQUIRED }, { "UNCONFIRMED", IMAGE_UNCONFIRMED },
    { "EXTERNAL_PROVIDER", IMAGE_EXTERNAL },
};

enum image_status rules_status(const char *status)
{
    for (size_t i = 0; i < COUNT(statuses); i++)
        if (strcmp(statuses[i].text, status) == 0)
            return statuses[i].status;
    return IMAGE_OTHER;
}

const char *rules_status_text(enum image_status status)
{
    for (size_t i = 0; i < COUNT(statuses); i++)
        if (statuses[i].status == status)
            return statuses[i].text;
    return "OTHER";
}
