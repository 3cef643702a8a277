/* SPDX-License-Identifier: Apache-2.0 */
#include "identity/sshkeys.h"

#include "base/bytes.h"

#include <openssl/evp.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define KEYS_MAX     32
#define LINE_MAX_LEN 8192
#define RSA_BITS_MIN 2048
#define RSA_BITS_MAX 16384

/* ---- blobs */

static struct rd string_of(struct rd *r)
{
    uint32_t n = rd_u32(r);
    const uint8_t *p = rd_take(r, n);
    struct rd s = rd_over(p, p == NULL ? 0 : n);
    s.bad = p == NULL;
    return s;
}

static bool is_text(struct rd s, const char *text)
{
    return !s.bad && s.left == strlen(text) && memcmp(s.p, text, s.left) == 0;
}

static bool is_ed25519(struct rd *r, const char *curve)
{
    (void)curve;
    return string_of(r).left == 32;
}

/* An uncompressed point: 4, then two coordinates. */
static bool is_ecdsa(struct rd *r, const char *curve)
{
    static const struct {
        const char *curve;
        size_t bytes;
    } sizes[] = { { "nistp256", 65 }, { "nistp384", 97 }, { "nistp521", 133 } };
    if (!is_text(string_of(r), curve))
        return false;
    struct rd point = string_of(r);
    for (size_t i = 0; i < COUNT(sizes); i++)
        if (strcmp(sizes[i].curve, curve) == 0)
            return point.left == sizes[i].bytes && point.p[0] == 4;
    return false;
}

/* mpint without its sign byte; bits by its first one. */
static size_t bits_of(struct rd m)
{
    while (m.left > 0 && m.p[0] == 0) {
        m.p++;
        m.left--;
    }
    if (m.left == 0)
        return 0;
    size_t bits = m.left * 8;
    for (unsigned first = m.p[0]; first < 0x80; first <<= 1)
        bits--;
    return bits;
}

static bool is_rsa(struct rd *r, const char *curve)
{
    (void)curve;
    struct rd e = string_of(r), n = string_of(r);
    if (r->bad || e.left == 0 || n.left == 0 || (e.p[0] & 0x80) != 0 || (n.p[0] & 0x80) != 0)
        return false;
    size_t bits = bits_of(n);
    return bits >= RSA_BITS_MIN && bits <= RSA_BITS_MAX && bits_of(e) >= 2 &&
           (e.p[e.left - 1] & 1) != 0 && (n.p[n.left - 1] & 1) != 0;
}

static bool has_application(struct rd *r)
{
    struct rd application = string_of(r);
    return !application.bad && application.left > 0;
}

static bool is_sk_ed25519(struct rd *r, const char *curve)
{
    return is_ed25519(r, curve) && has_application(r);
}

static bool is_sk_ecdsa(struct rd *r, const char *curve)
{
    return is_ecdsa(r, curve) && has_application(r);
}

static const struct type {
    const char *name, *curve;
    bool (*is_sound)(struct rd *r, const char *curve); /* behind the type's name */
} types[] = {
    { "ssh-ed25519", NULL, is_ed25519 },
    { "sk-ssh-ed25519@openssh.com", NULL, is_sk_ed25519 },
    { "ecdsa-sha2-nistp256", "nistp256", is_ecdsa },
    { "ecdsa-sha2-nistp384", "nistp384", is_ecdsa },
    { "ecdsa-sha2-nistp521", "nistp521", is_ecdsa },
    { "sk-ecdsa-sha2-nistp256@openssh.com", "nistp256", is_sk_ecdsa },
    { "ssh-rsa", NULL, is_rsa },
};

static const struct type *find_type(const char *s, size_t n)
{
    for (size_t i = 0; i < COUNT(types); i++)
        if (strlen(types[i].name) == n && memcmp(types[i].name, s, n) == 0)
            return &types[i];
    return NULL;
}

static bool blob_is_sound(const struct type *t, const uint8_t *blob, size_t n)
{
    struct rd r = rd_over(blob, n);
    return is_text(string_of(&r), t->name) && t->is_sound(&r, t->curve) && !r.bad && r.left == 0;
}

/* n characters of base64 with its padding, and nothing else. */
static bool key_is_sound(const struct type *t, const char *text, size_t n)
{
    static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
                                   "+/";
    uint8_t blob[LINE_MAX_LEN];
    size_t digits = strspn(text, alphabet), padding = n - digits;
    if (digits > n || n % 4 != 0 || n == 0 || padding > 2 || strspn(text + digits, "=") < padding)
        return false;
    int bytes = EVP_DecodeBlock(blob, (const unsigned char *)text, (int)n);
    return bytes > 0 && blob_is_sound(t, blob, (size_t)bytes - padding);
}

/* ---- options */

/* Those that only take away, or give back what no option at all would give. */
static const struct option {
    const char *name;
    bool has_value;
} options[] = {
    { "restrict", false },
    { "agent-forwarding", false },
    { "no-agent-forwarding", false },
    { "port-forwarding", false },
    { "no-port-forwarding", false },
    { "pty", false },
    { "no-pty", false },
    { "user-rc", false },
    { "no-user-rc", false },
    { "X11-forwarding", false },
    { "no-X11-forwarding", false },
    { "verify-required", false },
    { "command", true },
    { "expiry-time", true },
    { "from", true },
    { "permitlisten", true },
    { "permitopen", true },
};

/* Behind a value in double quotes, in which \" is a quote; NULL: it has no end. */
static const char *skip_value(const char *s)
{
    if (*s++ != '"')
        return NULL;
    for (; *s != '"'; s++) {
        if (*s == '\\' && s[1] == '"')
            s++;
        if (*s == '\0')
            return NULL;
    }
    return s + 1;
}

/* Behind one option that is allowed; NULL: it is not. */
static const char *skip_option(const char *s)
{
    size_t n = strcspn(s, "=, \t");
    for (size_t i = 0; i < COUNT(options); i++) {
        if (strlen(options[i].name) != n || strncasecmp(options[i].name, s, n) != 0)
            continue;
        if ((s[n] == '=') != options[i].has_value)
            return NULL;
        return options[i].has_value ? skip_value(s + n + 1) : s + n;
    }
    return NULL;
}

/* Behind the options and the blank that ends them. */
static const char *skip_options(const char *s)
{
    for (s = skip_option(s); s != NULL && *s == ','; s = skip_option(s + 1))
        ;
    return s != NULL && (*s == ' ' || *s == '\t') ? s : NULL;
}

/* ---- lines */

static bool is_printable(const char *s)
{
    for (; *s != '\0'; s++)
        if ((*s < ' ' && *s != '\t') || *s > '~')
            return false;
    return true;
}

static const char *skip_blanks(const char *s)
{
    return s + strspn(s, " \t");
}

/* NULL: *ret_bytes of the line are good, its comment left out; else why not. */
static const char *judge_line(const char *line, size_t *ret_bytes)
{
    if (!is_printable(line))
        return "a line has characters that are not printable ASCII";
    const char *s = line;
    const struct type *type = find_type(s, strcspn(s, " \t"));
    if (type == NULL) {
        s = skip_options(s);
        if (s == NULL)
            return "a line begins with neither a known key type nor allowed options";
        s = skip_blanks(s);
        type = find_type(s, strcspn(s, " \t"));
    }
    if (type == NULL)
        return "a key's type is not known";
    s = skip_blanks(s + strlen(type->name));
    size_t n = strcspn(s, " \t");
    if (!key_is_sound(type, s, n))
        return "a key is broken, or too weak";
    *ret_bytes = (size_t)(s - line) + n;
    return NULL;
}

static int add(struct sshkeys *keys, const char *line, size_t n)
{
    char **grown = reallocarray(keys->line, keys->count + 1, sizeof *grown);
    if (grown == NULL)
        return ERR_NOMEM;
    keys->line = grown;
    grown[keys->count] = strndup(line, n);
    if (grown[keys->count] == NULL)
        return ERR_NOMEM;
    keys->count++;
    return 0;
}

static int take_line(struct sshkeys *keys, const char *line)
{
    size_t n = 0;
    line = skip_blanks(line);
    if (*line == '\0' || *line == '#')
        return 0;
    const char *why = keys->count == KEYS_MAX ? "there are too many keys" : judge_line(line, &n);
    if (why == NULL)
        return add(keys, line, n);
    keys->refused++;
    if (keys->why == NULL)
        keys->why = why;
    return 0;
}

/* Where the line ends: at a line feed, or a semicolon outside of quotes. */
static size_t line_length(const char *s)
{
    bool is_quoted = false;
    size_t n = 0;
    for (; s[n] != '\0' && s[n] != '\n' && (is_quoted || s[n] != ';'); n++) {
        if (s[n] == '\\' && s[n + 1] == '"')
            n++;
        else if (s[n] == '"')
            is_quoted = !is_quoted;
    }
    return n;
}

static int parse(struct sshkeys *keys, const char *text)
{
    static const char too_long[] = "a line is too long";
    char line[LINE_MAX_LEN];
    int err = 0;
    while (*text != '\0' && err == 0) {
        size_t n = line_length(text), kept = n > 0 && text[n - 1] == '\r' ? n - 1 : n;
        if (kept < sizeof line) {
            memcpy(line, text, kept);
            line[kept] = '\0';
            err = take_line(keys, line);
        } else {
            keys->refused++;
            keys->why = keys->why != NULL ? keys->why : too_long;
        }
        text += n + (text[n] != '\0');
    }
    return err;
}

int sshkeys_parse(struct sshkeys *keys, const char *text)
{
    sshkeys_free(keys);
    int err = text == NULL ? 0 : parse(keys, text);
    if (err != 0)
        sshkeys_free(keys);
    return err;
}

int sshkeys_copy(struct sshkeys *dst, const struct sshkeys *src)
{
    int err = 0;
    sshkeys_free(dst);
    for (size_t i = 0; i < src->count && err == 0; i++)
        err = add(dst, src->line[i], strlen(src->line[i]));
    if (err != 0) {
        sshkeys_free(dst);
        return err;
    }
    dst->refused = src->refused;
    dst->why = src->why;
    return 0;
}

void sshkeys_free(struct sshkeys *keys)
{
    for (size_t i = 0; i < keys->count; i++)
        free(keys->line[i]);
    free(keys->line);
    *keys = (struct sshkeys){ 0 };
}
