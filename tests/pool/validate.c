/* SPDX-License-Identifier: Apache-2.0 */
/* The shape of requests; see validate.h. Error texts follow the service's front end. */
#include "validate.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "bytes.h"

static const char *const pattern_text[] = {
    [ANY] = "",
    [POOL_ID] = "[\\w-]+_[0-9a-zA-Z]+",
    [CLIENT_ID] = "[\\w+]+",
    [NAME] = "[\\p{L}\\p{M}\\p{S}\\p{N}\\p{P}]+",
    [NO_BLANK] = "[\\S]+",
    [TOKEN] = "[A-Za-z0-9-_=.]+",
    [DIGITS] = "[0-9]+",
    [DEVICE] = "[\\w-]+_[0-9a-f-]+",
};

/* Next code point of UTF-8 text that json-c has checked already. */
static uint32_t next_point(const unsigned char **p)
{
    uint32_t c = *(*p)++;
    if (c < 0x80)
        return c;
    c &= c >= 0xf0 ? 7u : c >= 0xe0 ? 15u : 31u;
    while ((**p & 0xc0) == 0x80)
        c = c << 6 | (*(*p)++ & 63u);
    return c;
}

static bool is_blank_or_control(uint32_t c)
{
    return c <= ' ' || (c >= 0x7f && c <= 0xa0) || c == 0x1680 || (c >= 0x2000 && c <= 0x200a) ||
           c == 0x2028 || c == 0x2029 || c == 0x202f || c == 0x205f || c == 0x3000;
}

static bool point_fits(enum member_pattern pattern, uint32_t c)
{
    bool is_ascii_word = c < 0x80 && (isalnum((int)c) || c == '_');
    switch (pattern) {
    case POOL_ID:
        return is_ascii_word || c == '-';
    case CLIENT_ID:
        return is_ascii_word || c == '+';
    case NAME:
        return !is_blank_or_control(c);
    case NO_BLANK: /* \s of the service: ASCII blanks only */
        return !(c == ' ' || (c >= '\t' && c <= '\r'));
    case TOKEN:
        return is_ascii_word || c == '-' || c == '=' || c == '.';
    case DEVICE:
        return is_ascii_word || c == '-';
    case DIGITS:
        return c >= '0' && c <= '9';
    default:
        return true;
    }
}

static bool text_fits(enum member_pattern pattern, const char *text)
{
    const unsigned char *p = (const unsigned char *)text;
    while (*p != '\0') {
        if (!point_fits(pattern, next_point(&p)))
            return false;
    }
    if (pattern == POOL_ID) {
        const char *tail = strrchr(text, '_');
        return tail != NULL && tail != text && tail[1] != '\0' && strchr(tail, '-') == NULL;
    }
    if (pattern == DEVICE) {
        const char *tail = strrchr(text, '_');
        return tail != NULL && tail != text && tail[1] != '\0' &&
               strspn(tail + 1, "0123456789abcdef-") == strlen(tail + 1);
    }
    return pattern == ANY || *text != '\0';
}

static int length_of(const char *text)
{
    int n = 0;
    for (const unsigned char *p = (const unsigned char *)text; *p != '\0'; n++)
        next_point(&p);
    return n;
}

/* The member's name as the service writes it in messages: a small first letter. */
static void fail_constraint(struct call *c, const char *name, const char *shown, const char *what,
                            const char *detail)
{
    call_fail(c, "InvalidParameterException",
              "1 validation error detected: Value %s%s%s at '%c%s' failed to satisfy constraint: "
              "Member must %s%s",
              shown != NULL ? "'" : "", shown != NULL ? shown : "null", shown != NULL ? "'" : "",
              tolower((unsigned char)*name), name + 1, what, detail);
}

static void check_text(struct call *c, const struct member_rule *r, const char *text)
{
    char limit[16];
    int n = length_of(text);
    /* Secrets are not repeated in messages. */
    bool is_secret = strstr(r->name, "assword") != NULL || strstr(r->name, "Token") != NULL ||
                     strstr(r->name, "Session") != NULL || strstr(r->name, "Secret") != NULL;
    const char *shown = is_secret ? "" : text;
    if (n < r->min) {
        snprintf(limit, sizeof limit, "%d", r->min);
        fail_constraint(c, r->name, shown, "have length greater than or equal to ", limit);
    } else if (r->max > 0 && n > r->max) {
        snprintf(limit, sizeof limit, "%d", r->max);
        fail_constraint(c, r->name, shown, "have length less than or equal to ", limit);
    } else if (!text_fits(r->pattern, text)) {
        fail_constraint(c, r->name, shown,
                        "satisfy regular expression pattern: ", pattern_text[r->pattern]);
    }
}

static void check_number(struct call *c, const struct member_rule *r, struct json_object *v)
{
    char shown[24], limit[16];
    int64_t n = json_object_get_int64(v);
    snprintf(shown, sizeof shown, "%lld", (long long)n);
    if (n < r->min) {
        snprintf(limit, sizeof limit, "%d", r->min);
        fail_constraint(c, r->name, shown, "have value greater than or equal to ", limit);
    } else if (r->max > 0 && n > r->max) {
        snprintf(limit, sizeof limit, "%d", r->max);
        fail_constraint(c, r->name, shown, "have value less than or equal to ", limit);
    }
}

static void fail_type(struct call *c, struct json_object *v, const char *wanted)
{
    const char *have = "NULL_VALUE";
    switch (json_object_get_type(v)) {
    case json_type_boolean:
        have = json_object_get_boolean(v) ? "TRUE_VALUE" : "FALSE_VALUE";
        break;
    case json_type_int:
        have = "NUMBER_VALUE";
        break;
    case json_type_double:
        have = "DECIMAL_VALUE";
        break;
    case json_type_string:
        have = "STRING_VALUE";
        break;
    case json_type_object:
    case json_type_array:
        call_fail(c, "SerializationException",
                  "Start of structure or map found where not expected.");
        return;
    default:
        break;
    }
    call_fail(c, "SerializationException", "%s can not be converted to %s", have, wanted);
}

static bool is_text(struct call *c, struct json_object *v)
{
    if (json_object_is_type(v, json_type_string))
        return true;
    fail_type(c, v, "a String");
    return false;
}

static void check_map(struct call *c, struct json_object *v)
{
    if (!json_object_is_type(v, json_type_object)) {
        call_fail(c, "SerializationException", "Expected map or null");
        return;
    }
    json_object_object_foreach(v, key, value)
    {
        (void)key;
        if (value != NULL)
            is_text(c, value);
    }
}

/* An object whose members are the given rules; used for the request itself and for parts. */
static void check_object(struct call *c, struct json_object *o, const struct member_rule *rules);

static void check_list(struct call *c, struct json_object *v, const struct member_rule *rules)
{
    if (!json_object_is_type(v, json_type_array)) {
        call_fail(c, "SerializationException", "Expected list or null");
        return;
    }
    for (size_t i = 0; i < json_object_array_length(v) && !call_failed(c); i++) {
        struct json_object *item = json_object_array_get_idx(v, i);
        if (rules == NULL)
            is_text(c, item);
        else
            check_object(c, item, rules);
    }
}

static const struct member_rule attribute_rules[] = {
    { "Name", TYPE_TEXT, true, 1, 32, NAME },
    { "Value", TYPE_TEXT, false, 0, 2048, ANY },
    { 0 },
};
static const struct member_rule header_rules[] = {
    { "headerName", TYPE_TEXT, false, 0, 0, ANY },
    { "headerValue", TYPE_TEXT, false, 0, 0, ANY },
    { 0 },
};
static const struct member_rule mfa_rules[] = {
    { "Enabled", TYPE_FLAG, false, 0, 0, ANY },
    { "PreferredMfa", TYPE_FLAG, false, 0, 0, ANY },
    { 0 },
};
static const struct member_rule verifier_rules[] = {
    { "PasswordVerifier", TYPE_TEXT, false, 0, 131072, ANY },
    { "Salt", TYPE_TEXT, false, 0, 131072, ANY },
    { 0 },
};
static const struct member_rule context_rules[] = {
    { "IpAddress", TYPE_TEXT, true, 0, 0, ANY },    { "ServerName", TYPE_TEXT, true, 0, 0, ANY },
    { "ServerPath", TYPE_TEXT, true, 0, 0, ANY },   { "HttpHeaders", TYPE_OBJECT, true, 0, 0, ANY },
    { "EncodedData", TYPE_TEXT, false, 0, 0, ANY }, { 0 },
};

static void check_member(struct call *c, const struct member_rule *r, struct json_object *v)
{
    switch (r->type) {
    case TYPE_TEXT:
        if (is_text(c, v))
            check_text(c, r, json_object_get_string(v));
        break;
    case TYPE_NUMBER:
        if (json_object_is_type(v, json_type_int))
            check_number(c, r, v);
        else
            fail_type(c, v, "an Integer");
        break;
    case TYPE_FLAG:
        if (!json_object_is_type(v, json_type_boolean))
            fail_type(c, v, "a Boolean");
        break;
    case TYPE_MAP:
        check_map(c, v);
        break;
    case TYPE_TEXTS:
        check_list(c, v, NULL);
        break;
    case TYPE_ATTRS:
        check_list(c, v, attribute_rules);
        break;
    case TYPE_CONTEXT:
        check_object(c, v, context_rules);
        break;
    case TYPE_MFA:
        check_object(c, v, mfa_rules);
        break;
    case TYPE_VERIFIER:
        check_object(c, v, verifier_rules);
        break;
    case TYPE_OBJECT:
        if (strcmp(r->name, "HttpHeaders") == 0)
            check_list(c, v, header_rules);
        break;
    }
}

static void check_object(struct call *c, struct json_object *o, const struct member_rule *rules)
{
    if (!json_object_is_type(o, json_type_object)) {
        call_fail(c, "SerializationException", "Expected object or null");
        return;
    }
    json_object_object_foreach(o, key, value)
    {
        const struct member_rule *r = rules;
        while (r->name != NULL && strcmp(r->name, key) != 0)
            r++;
        if (r->name == NULL)
            call_fail(c, "SerializationException", "Unknown member '%s'", key);
        else if (value != NULL)
            check_member(c, r, value);
    }
    for (const struct member_rule *r = rules; r->name != NULL; r++) {
        struct json_object *v = NULL;
        if (r->required && (!json_object_object_get_ex(o, r->name, &v) || v == NULL))
            fail_constraint(c, r->name, NULL, "not be null", "");
    }
}

void validate_members(struct call *c)
{
    if (c->is_sts)
        return;
    check_object(c, c->in, c->op->members);
}
