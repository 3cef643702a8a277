/* SPDX-License-Identifier: Apache-2.0 */
#include "net/profiles.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* A profile that is there at all has a row with the key "". */
struct profiles_entry {
    char *profile, *key, *value;
};

struct span {
    const char *p;
    size_t n;
};

struct parser {
    struct profiles *table;
    enum profiles_kind kind;
    char *profile;            /* of the section under way; NULL: passed over, or none yet */
    bool has_section;         /* a key before the first section is an error */
    size_t key_indent;        /* of the last key's line */
    bool has_key, is_nesting; /* a key was seen; it had no value: deeper lines are its own */
};

static void wipe(char *s)
{
    if (s != NULL)
        explicit_bzero(s, strlen(s));
    free(s);
}

void profiles_free(struct profiles *p)
{
    for (size_t i = 0; i < p->count; i++) {
        free(p->entry[i].profile);
        free(p->entry[i].key);
        wipe(p->entry[i].value);
    }
    free(p->entry);
    *p = (struct profiles){ 0 };
}

static struct profiles_entry *find(const struct profiles *p, const char *profile, const char *key)
{
    for (size_t i = 0; i < p->count; i++) {
        if (strcmp(p->entry[i].profile, profile) == 0 && strcasecmp(p->entry[i].key, key) == 0)
            return &p->entry[i];
    }
    return NULL;
}

bool profiles_has(const struct profiles *p, const char *profile)
{
    return find(p, profile, "") != NULL;
}

const char *profiles_get(const struct profiles *p, const char *profile, const char *key)
{
    const struct profiles_entry *e = find(p, profile, key);
    return e == NULL || e->value[0] == '\0' ? NULL : e->value;
}

/* Takes value over, also when it fails. */
static int set(struct profiles *p, const char *profile, const char *key, char *value)
{
    struct profiles_entry *e = value == NULL ? NULL : find(p, profile, key);
    if (e != NULL) {
        wipe(e->value);
        e->value = value;
        return 0;
    }
    if (value != NULL && p->count == p->cap) {
        size_t cap = p->cap == 0 ? 32 : p->cap * 2;
        struct profiles_entry *grown = reallocarray(p->entry, cap, sizeof *grown);
        if (grown != NULL) { /* the rows hold pointers, no secrets */
            p->entry = grown;
            p->cap = cap;
        }
    }
    struct profiles_entry row = { strdup(profile), strdup(key), value };
    if (value == NULL || row.profile == NULL || row.key == NULL || p->count == p->cap) {
        free(row.profile);
        free(row.key);
        wipe(value);
        return ERR_NOMEM;
    }
    p->entry[p->count++] = row;
    return 0;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

static struct span trim(struct span s)
{
    while (s.n > 0 && is_blank(s.p[0])) {
        s.p++;
        s.n--;
    }
    while (s.n > 0 && is_blank(s.p[s.n - 1]))
        s.n--;
    return s;
}

static struct span unquote(struct span s)
{
    if (s.n >= 2 && (s.p[0] == '"' || s.p[0] == '\'') && s.p[s.n - 1] == s.p[0])
        return (struct span){ s.p + 1, s.n - 2 };
    return s;
}

/* The profile that a section's name stands for; empty when it is another kind of section. */
static struct span profile_of(enum profiles_kind kind, struct span name)
{
    static const char word[] = "profile";
    size_t n = sizeof word - 1;
    bool has_word = name.n > n && strncmp(name.p, word, n) == 0 && is_blank(name.p[n]);
    if (kind == PROFILES_CREDENTIALS)
        return has_word ? (struct span){ name.p, 0 } : name;
    if (has_word)
        return unquote(trim((struct span){ name.p + n, name.n - n }));
    bool is_default = name.n == 7 && strncmp(name.p, "default", 7) == 0;
    return is_default ? name : (struct span){ name.p, 0 };
}

static int begin_section(struct parser *s, struct span line)
{
    const char *close = memchr(line.p, ']', line.n);
    if (close == NULL)
        return ERR_FORMAT;
    struct span rest = trim((struct span){ close + 1, line.n - (size_t)(close + 1 - line.p) });
    if (rest.n > 0 && rest.p[0] != '#' && rest.p[0] != ';')
        return ERR_FORMAT;
    struct span name = trim((struct span){ line.p + 1, (size_t)(close - line.p) - 1 });
    if (name.n == 0)
        return ERR_FORMAT;
    name = profile_of(s->kind, name);
    free(s->profile);
    s->profile = NULL;
    s->has_section = true;
    s->has_key = false;
    if (name.n == 0)
        return 0;
    s->profile = strndup(name.p, name.n);
    return s->profile == NULL ? ERR_NOMEM : set(s->table, s->profile, "", strdup(""));
}

static int take_key(struct parser *s, struct span line, size_t indent)
{
    const char *equals = memchr(line.p, '=', line.n);
    if (!s->has_section || equals == NULL || equals == line.p)
        return ERR_FORMAT;
    struct span key = trim((struct span){ line.p, (size_t)(equals - line.p) });
    struct span value = trim((struct span){ equals + 1, line.n - (size_t)(equals + 1 - line.p) });
    s->has_key = true;
    s->key_indent = indent;
    s->is_nesting = value.n == 0;
    if (s->profile == NULL)
        return 0;
    char *name = strndup(key.p, key.n);
    int err = name == NULL || name[0] == '\0'
                  ? (name == NULL ? ERR_NOMEM : ERR_FORMAT)
                  : set(s->table, s->profile, name, strndup(value.p, value.n));
    free(name);
    return err;
}

static int take_line(struct parser *s, struct span raw)
{
    size_t indent = 0;
    struct span line = trim(raw);
    while (indent < raw.n && is_blank(raw.p[indent]))
        indent++;
    if (line.n == 0 || line.p[0] == '#' || line.p[0] == ';')
        return 0;
    if (s->has_key && indent > s->key_indent)
        return s->is_nesting ? 0 : ERR_FORMAT; /* a value over two lines is none of ours */
    return line.p[0] == '[' ? begin_section(s, line) : take_key(s, line, indent);
}

int profiles_add(struct profiles *p, enum profiles_kind kind, const char *text, unsigned *ret_line)
{
    struct parser s = { .table = p, .kind = kind };
    unsigned line = 0;
    int err = 0;
    while (err == 0 && *text != '\0') {
        size_t n = strcspn(text, "\n");
        line++;
        err = take_line(&s, (struct span){ text, n });
        text += n + (text[n] == '\n');
    }
    free(s.profile);
    if (err != 0)
        *ret_line = line;
    return err;
}
