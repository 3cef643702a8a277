/* SPDX-License-Identifier: Apache-2.0
 *
 * Text to typed value and back, one function a kind.
 */
#include "config/keys.h"

#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *field(const struct key *key, void *base)
{
    return (char *)base + key->offset;
}

static int refuse(char why[CONFIG_WHY_MAX], const char *what)
{
    snprintf(why, CONFIG_WHY_MAX, "%s", what);
    return ERR_CONFIG;
}

static int set_string(char **at, const char *text)
{
    char *copy = strdup(text);
    if (copy == NULL)
        return ERR_NOMEM;
    free(*at);
    *at = copy;
    return 0;
}

static int set_path(char **at, const char *text, char why[CONFIG_WHY_MAX])
{
    if (text[0] != '\0' && text[0] != '/')
        return refuse(why, "must be an absolute path");
    return set_string(at, text);
}

static int set_url(char **at, const char *text, char why[CONFIG_WHY_MAX])
{
    if (text[0] != '\0' && strncmp(text, "https://", 8) != 0)
        return refuse(why, "must begin with https://");
    if (strpbrk(text, "@?#") != NULL)
        return refuse(why, "must have no user, query or fragment");
    return set_string(at, text);
}

static int set_bool(bool *at, const char *text, char why[CONFIG_WHY_MAX])
{
    bool yes = strcmp(text, "yes") == 0;
    if (!yes && strcmp(text, "no") != 0)
        return refuse(why, "must be yes or no");
    *at = yes;
    return 0;
}

/* Digits up to `end`, which is left at the first other character. */
static bool read_number(const char *text, const char **end, uint32_t *ret)
{
    uint64_t v = 0;
    const char *p = text;
    for (; *p >= '0' && *p <= '9' && v <= UINT32_MAX; p++)
        v = v * 10 + (uint64_t)(*p - '0');
    if (p == text || v > UINT32_MAX)
        return false;
    *end = p;
    *ret = (uint32_t)v;
    return true;
}

static int set_bounded(const struct key *key, uint32_t *at, uint64_t v, char why[CONFIG_WHY_MAX])
{
    if (v < key->least || v > key->most) {
        snprintf(why, CONFIG_WHY_MAX, "must lie between %u and %u%s", key->least, key->most,
                 key->kind == KEY_SECONDS   ? " seconds"
                 : key->kind == KEY_PERCENT ? " %"
                                            : "");
        return ERR_CONFIG;
    }
    *at = (uint32_t)v;
    return 0;
}

static int set_seconds(const struct key *key, uint32_t *at, const char *text,
                       char why[CONFIG_WHY_MAX])
{
    static const struct {
        const char *unit;
        uint32_t seconds;
    } units[] = { { "s", 1 }, { "m", 60 }, { "h", 3600 }, { "d", 86400 } };
    const char *end;
    uint32_t n;
    if (!read_number(text, &end, &n))
        return refuse(why, "must be a number with s, m, h or d, such as 15m");
    if (n == 0 && *end == '\0')
        return set_bounded(key, at, 0, why);
    for (size_t i = 0; i < COUNT(units); i++)
        if (strcmp(end, units[i].unit) == 0)
            return set_bounded(key, at, (uint64_t)n * units[i].seconds, why);
    return refuse(why, "must be a number with s, m, h or d, such as 15m");
}

static int set_number(const struct key *key, uint32_t *at, const char *text,
                      char why[CONFIG_WHY_MAX])
{
    const char *end, *suffix = key->kind == KEY_PERCENT ? "%" : "";
    uint32_t n;
    if (!read_number(text, &end, &n) || strcmp(end, suffix) != 0)
        return refuse(why, key->kind == KEY_PERCENT ? "must be a percentage, such as 20%"
                                                    : "must be a number");
    return set_bounded(key, at, n, why);
}

static int set_word(const struct key *key, int *at, const char *text, char why[CONFIG_WHY_MAX])
{
    size_t n = strlen(text);
    int index = 0;
    for (const char *w = key->words; *w != '\0'; index++) {
        size_t len = strcspn(w, "|");
        if (len == n && memcmp(w, text, n) == 0) {
            *at = index;
            return 0;
        }
        w += len + (w[len] == '|');
    }
    snprintf(why, CONFIG_WHY_MAX, "must be one of %s", key->words);
    return ERR_CONFIG;
}

static int set_range(struct id_range *at, const char *text, char why[CONFIG_WHY_MAX])
{
    struct id_range r;
    const char *end;
    if (!read_number(text, &end, &r.low) || *end != '-' || !read_number(end + 1, &end, &r.high) ||
        *end != '\0' || r.low > r.high)
        return refuse(why, "must be LOW-HIGH, such as 1000-59999");
    if (id_is_reserved(r.low, r) || id_is_reserved(r.high, r))
        return refuse(why, "begins or ends within ids that are reserved for the system");
    *at = r;
    return 0;
}

static void empty_list(struct config_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        free(list->item[i]);
    free(list->item);
    *list = (struct config_list){ NULL, 0 };
}

static int grow_list(struct config_list *list, const char *text)
{
    if (text[0] == '\0') {
        empty_list(list);
        return 0;
    }
    char *copy = strdup(text);
    char **items = reallocarray(list->item, list->count + 1, sizeof *items);
    if (items != NULL)
        list->item = items;
    if (copy == NULL || items == NULL) {
        free(copy);
        return ERR_NOMEM;
    }
    list->item[list->count++] = copy;
    return 0;
}

int value_set(const struct key *key, void *base, const char *text, char ret_why[CONFIG_WHY_MAX])
{
    void *at = field(key, base);
    if (!text_is_plain(text))
        return refuse(ret_why, "holds control characters or is no UTF-8");
    if (key->fixed && strcmp(text, key->text) != 0) {
        snprintf(ret_why, CONFIG_WHY_MAX, "this version supports only %s%s%s",
                 key->text[0] ? "\"" : "", key->text[0] ? key->text : "an empty value",
                 key->text[0] ? "\"" : "");
        return ERR_CONFIG;
    }
    switch (key->kind) {
    case KEY_STRING:
        return set_string(at, text);
    case KEY_PATH:
        return set_path(at, text, ret_why);
    case KEY_URL:
        return set_url(at, text, ret_why);
    case KEY_BOOL:
        return set_bool(at, text, ret_why);
    case KEY_SECONDS:
        return set_seconds(key, at, text, ret_why);
    case KEY_COUNT:
    case KEY_PERCENT:
        return set_number(key, at, text, ret_why);
    case KEY_WORD:
        return set_word(key, at, text, ret_why);
    case KEY_RANGE:
        return set_range(at, text, ret_why);
    case KEY_LIST:
        return grow_list(at, text);
    }
    return ERR_CONFIG;
}

void value_free(const struct key *key, void *base)
{
    void *at = field(key, base);
    if (key->kind == KEY_LIST)
        empty_list(at);
    else if (key->kind == KEY_STRING || key->kind == KEY_PATH || key->kind == KEY_URL)
        free(*(char **)at);
}

static void print_seconds(uint32_t s, char *dst, size_t cap)
{
    const char *unit = s % 86400 == 0 && s > 3 * 86400 ? "d"
                       : s % 3600 == 0                 ? "h"
                       : s % 60 == 0                   ? "m"
                                                       : "s";
    uint32_t per = *unit == 'd' ? 86400 : *unit == 'h' ? 3600 : *unit == 'm' ? 60 : 1;
    snprintf(dst, cap, s == 0 ? "0" : "%u%s", s / per, unit);
}

static void print_word(const struct key *key, int index, char *dst, size_t cap)
{
    const char *w = key->words;
    for (; index > 0; index--)
        w += strcspn(w, "|") + 1;
    snprintf(dst, cap, "%.*s", (int)strcspn(w, "|"), w);
}

bool value_print(const struct key *key, const void *base, size_t index, char *dst, size_t cap)
{
    const void *at = (const char *)base + key->offset;
    const struct config_list *list = at;
    const struct id_range *range = at;
    if (key->kind == KEY_LIST) {
        if (index >= list->count)
            return false;
        snprintf(dst, cap, "%s", list->item[index]);
        return true;
    }
    switch (key->kind) {
    case KEY_BOOL:
        snprintf(dst, cap, "%s", *(const bool *)at ? "yes" : "no");
        break;
    case KEY_SECONDS:
        print_seconds(*(const uint32_t *)at, dst, cap);
        break;
    case KEY_COUNT:
    case KEY_PERCENT:
        snprintf(dst, cap, "%u%s", *(const uint32_t *)at, key->kind == KEY_PERCENT ? "%" : "");
        break;
    case KEY_WORD:
        print_word(key, *(const int *)at, dst, cap);
        break;
    case KEY_RANGE:
        snprintf(dst, cap, "%u-%u", range->low, range->high);
        break;
    default:
        snprintf(dst, cap, "%s", *(char *const *)at);
    }
    return index == 0;
}
