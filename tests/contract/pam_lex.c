/* SPDX-License-Identifier: Apache-2.0 */
#include "pam_lex.h"

#include "pam_world.h"

#include <stdlib.h>
#include <string.h>

void lex_begin(struct lex *l, const char *line)
{
    l->at = line;
    l->is_quoted = false;
    l->len = 0;
    l->text[0] = '\0';
}

static void put(struct lex *l, char c)
{
    if (l->len + 1 >= LEX_MAX)
        world_fail("a token is too long");
    l->text[l->len++] = c;
    l->text[l->len] = '\0';
}

static char unescape(struct lex *l)
{
    static const char names[] = "nrbt", values[] = "\n\r\b\t";
    char c = *l->at++;
    if (c >= '0' && c <= '7') {
        int v = c - '0';
        for (int i = 0; i < 2 && *l->at >= '0' && *l->at <= '7'; i++)
            v = v * 8 + *l->at++ - '0';
        return (char)v;
    }
    const char *found = c == '\0' ? NULL : strchr(names, c);
    return found != NULL ? values[found - names] : c;
}

static void take_string(struct lex *l)
{
    l->is_quoted = true;
    for (l->at++; *l->at != '"';) {
        char c = *l->at++;
        if (c == '\0')
            world_fail("a string has no end");
        put(l, c == '\\' ? unescape(l) : c);
    }
    l->at++;
    if (*l->at != '*')
        return;
    char *end;
    unsigned long times = strtoul(l->at + 1, &end, 10);
    l->at = end;
    size_t n = l->len;
    for (unsigned long i = 1; i < times; i++)
        for (size_t k = 0; k < n; k++)
            put(l, l->text[k]);
}

bool lex_next(struct lex *l)
{
    l->at += strspn(l->at, " \t");
    l->len = 0;
    l->text[0] = '\0';
    l->is_quoted = false;
    if (*l->at == '\0')
        return false;
    if (*l->at == '"') {
        take_string(l);
        return true;
    }
    while (*l->at != '\0' && *l->at != ' ' && *l->at != '\t')
        put(l, *l->at++);
    return true;
}

bool lex_is(const struct lex *l, const char *word)
{
    return !l->is_quoted && strcmp(l->text, word) == 0;
}

void lex_expect(struct lex *l, const char *word)
{
    (void)lex_next(l);
    if (!lex_is(l, word))
        world_fail("\"%s\" instead of \"%s\"", l->text, word);
}
