/* SPDX-License-Identifier: Apache-2.0
 *
 * Files to struct config. libinih cuts lines into section, name and value; it would silently split
 * long lines and cut long names, so lines are measured before it sees them, and the line counted
 * here is the line named in errors.
 */
#include "config/keys.h"

#include "base/file.h"
#include "base/text.h"

#include <dirent.h>
#include <errno.h>
#include <ini.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CONFIG_FILE_MAX (1u << 20)
#define LINE_BYTES_MAX  198 /* libinih's buffer of 200 with newline and NUL */
#define NAME_BYTES_MAX  49  /* libinih's buffer of 50 for section and continued name */
#define KEYS_MAX        128

/* Where a key was last written, for problems that show only when everything was read. */
struct place {
    char *file, *section, *name;
    unsigned line;
};

struct loader {
    struct config *config;
    struct place *places;
    size_t place_count;
    const char *file;
    const char *at; /* next line of the text */
    unsigned line;
    bool scalar_seen[KEYS_MAX]; /* in this file: a second value would hide a slip of the pen */
    int err;
    char why[CONFIG_WHY_MAX];
};

static int fail(struct loader *l, const char *section, const char *name, const char *reason)
{
    char raw[CONFIG_WHY_MAX * 2];
    if (l->err != 0)
        return 0;
    l->err = ERR_CONFIG;
    if (name != NULL)
        snprintf(raw, sizeof raw, "%s:%u: [%s] %s: %s", l->file, l->line, section, name, reason);
    else
        snprintf(raw, sizeof raw, "%s:%u: %s", l->file, l->line, reason);
    text_clean(l->why, sizeof l->why, raw, strlen(raw), TEXT_LINE);
    return 0;
}

static int out_of_memory(struct loader *l)
{
    if (l->err == 0)
        l->err = ERR_NOMEM;
    snprintf(l->why, sizeof l->why, "%s: out of memory", l->file);
    return 0;
}

static const struct key *find_key(const struct key *table, size_t count, const char *section,
                                  const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(table[i].name, name) == 0 && strcmp(table[i].section, section) == 0)
            return &table[i];
    return NULL;
}

static int set_key(struct loader *l, const struct key *key, void *base, const char *section,
                   const char *value)
{
    char why[CONFIG_WHY_MAX] = "";
    int err = value_set(key, base, value, why);
    if (err == ERR_NOMEM)
        return out_of_memory(l);
    return err != 0 ? fail(l, section, key->name, why) : 1;
}

static int set_plain(struct loader *l, const char *section, const char *name, const char *value)
{
    const struct key *key = find_key(keys, key_count, section, name);
    if (key == NULL)
        return fail(l, section, name, "unknown key");
    bool *seen = &l->scalar_seen[key - keys];
    if (*seen && key->kind != KEY_LIST)
        return fail(l, section, name, "set twice (or an indented line behind it)");
    *seen = true;
    return set_key(l, key, l->config, section, value);
}

static struct config_service *find_or_add_service(struct config *c, const char *name)
{
    for (size_t i = 0; i < c->service_count; i++)
        if (strcmp(c->services[i].name, name) == 0)
            return &c->services[i];
    struct config_service *grown = reallocarray(c->services, c->service_count + 1, sizeof *grown);
    if (grown == NULL)
        return NULL;
    c->services = grown;
    struct config_service *s = &grown[c->service_count];
    memset(s, 0, sizeof *s);
    s->name = strdup(name);
    if (s->name == NULL)
        return NULL;
    c->service_count++;
    return s;
}

static int set_service(struct loader *l, const char *section, const char *name, const char *value)
{
    const char *service = section + strlen("service ");
    const struct key *key = find_key(service_keys, service_key_count, "service", name);
    if (service[0] == '\0' || strpbrk(service, " /") != NULL)
        return fail(l, section, name, "must be [service NAME] with the name of a PAM service");
    if (key == NULL)
        return fail(l, section, name, "unknown key");
    struct config_service *s = find_or_add_service(l->config, service);
    if (s == NULL)
        return out_of_memory(l);
    s->is_set[key - service_keys] = true;
    return set_key(l, key, s, section, value);
}

/* As with lists, an empty value takes away what was said before of this key. */
static int drop_pairs(struct config_pairs *from, const char *key)
{
    size_t kept = 0;
    for (size_t i = 0; i < from->count; i++) {
        if (strcmp(from->item[i].key, key) != 0) {
            from->item[kept++] = from->item[i];
            continue;
        }
        free(from->item[i].key);
        free(from->item[i].value);
    }
    from->count = kept;
    return 1;
}

static int add_pair(struct loader *l, struct config_pairs *to, const char *key, const char *value)
{
    if (value[0] == '\0')
        return drop_pairs(to, key);
    struct config_pair *grown = reallocarray(to->item, to->count + 1, sizeof *grown);
    if (grown == NULL)
        return out_of_memory(l);
    to->item = grown;
    struct config_pair pair = { strdup(key), strdup(value) };
    if (pair.key == NULL || pair.value == NULL) {
        free(pair.key);
        free(pair.value);
        return out_of_memory(l);
    }
    grown[to->count++] = pair;
    return 1;
}

static const struct place *find_place(const struct loader *l, const char *section, const char *name)
{
    for (size_t i = l->place_count; i-- > 0;)
        if (strcmp(l->places[i].section, section) == 0 && strcmp(l->places[i].name, name) == 0)
            return &l->places[i];
    return NULL;
}

static int note_place(struct loader *l, const char *section, const char *name)
{
    struct place *grown = reallocarray(l->places, l->place_count + 1, sizeof *grown);
    if (grown == NULL)
        return out_of_memory(l);
    l->places = grown;
    struct place *p = &grown[l->place_count++];
    *p = (struct place){ strdup(l->file), strdup(section), strdup(name), l->line };
    return p->file != NULL && p->section != NULL && p->name != NULL ? 1 : out_of_memory(l);
}

static void free_places(struct loader *l)
{
    for (size_t i = 0; i < l->place_count; i++) {
        free(l->places[i].file);
        free(l->places[i].section);
        free(l->places[i].name);
    }
    free(l->places);
}

static int on_value(void *arg, const char *section, const char *name, const char *value)
{
    struct loader *l = arg;
    if (l->err != 0 || !note_place(l, section, name))
        return 0;
    if (strlen(name) > NAME_BYTES_MAX)
        return fail(l, section, "...", "the name is longer than 49 characters");
    if (strncmp(section, "service ", 8) == 0)
        return set_service(l, section, name, value);
    bool is_group = strcmp(section, "local_groups") == 0;
    if (is_group || strcmp(section, "ids") == 0) {
        if (!text_is_plain(name) || !text_is_plain(value))
            return fail(l, section, name, "holds control characters");
        return add_pair(l, is_group ? &l->config->local_groups : &l->config->ids, name, value);
    }
    return set_plain(l, section, name, value);
}

/* libinih's reader: one line a call. */
static char *next_line(char *buf, int cap, void *arg)
{
    struct loader *l = arg;
    if (l->err != 0 || l->at[0] == '\0')
        return NULL;
    size_t n = strcspn(l->at, "\n");
    l->line++;
    if (n > LINE_BYTES_MAX || n + 2 > (size_t)cap) {
        fail(l, NULL, NULL, "the line is longer than 198 characters");
        return NULL;
    }
    if (l->at[0] == '[' && n > NAME_BYTES_MAX) {
        fail(l, NULL, NULL, "the section's name is longer than 47 characters");
        return NULL;
    }
    memcpy(buf, l->at, n);
    buf[n] = '\n';
    buf[n + 1] = '\0';
    l->at += n + (l->at[n] == '\n');
    return buf;
}

static int parse_text(struct loader *l, const char *file, const char *text)
{
    l->file = file;
    l->at = text;
    l->line = 0;
    memset(l->scalar_seen, 0, sizeof l->scalar_seen);
    int bad_line = ini_parse_stream(next_line, l, on_value, l);
    if (bad_line > 0 && l->err == 0) {
        l->line = (unsigned)bad_line;
        fail(l, NULL, NULL, "neither [section] nor key = value");
    } else if (bad_line < 0) {
        out_of_memory(l);
    }
    return l->err;
}

static int parse_file(struct loader *l, const char *path)
{
    char *text;
    size_t bytes;
    l->file = path;
    int err = file_read_trusted(path, CONFIG_FILE_MAX, &text, &bytes);
    if (err == 0) {
        err = parse_text(l, path, text);
        free(text);
        return err;
    }
    const char *reason = err == ERR_ABSENT ? "the file does not exist"
                         : err == ERR_REFUSED
                             ? "not a plain file of root's that only root may write"
                             : err_text(err);
    snprintf(l->why, sizeof l->why, "%.200s: %s", path, reason);
    return l->err = err == ERR_NOMEM ? ERR_NOMEM : ERR_CONFIG;
}

static int is_dropin(const struct dirent *e)
{
    size_t n = strlen(e->d_name);
    return e->d_name[0] != '.' && n > 5 && strcmp(e->d_name + n - 5, ".conf") == 0;
}

/* Byte order, whatever the locale of the host process. */
static int by_bytes(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

/* Only a folder that is not there has no drop-ins: one that cannot be read may hold a restriction
 * (R-PAM-03). */
static int dropins_failed(struct loader *l, const char *dir, int error)
{
    if (error == ENOENT)
        return 0;
    l->err = error == ENOMEM ? ERR_NOMEM : ERR_CONFIG;
    snprintf(l->why, sizeof l->why, "%.200s: the folder cannot be read: %s", dir,
             err_text(err_from_errno(error)));
    return l->err;
}

static int parse_dropins(struct loader *l, const char *dir)
{
    struct dirent **entries;
    int n = scandir(dir, &entries, is_dropin, by_bytes);
    if (n < 0)
        return dropins_failed(l, dir, errno);
    for (int i = 0; i < n; i++) {
        char path[512];
        int len = snprintf(path, sizeof path, "%s/%s", dir, entries[i]->d_name);
        if (l->err == 0 && (len < 0 || (size_t)len >= sizeof path))
            fail(l, NULL, NULL, "a drop-in's path is too long");
        if (l->err == 0)
            (void)parse_file(l, path);
        free(entries[i]);
    }
    free(entries);
    return l->err;
}

static struct config *new_config(void)
{
    struct config *c = calloc(1, sizeof *c);
    char why[CONFIG_WHY_MAX];
    for (size_t i = 0; c != NULL && i < key_count; i++)
        if (value_set(&keys[i], c, keys[i].text, why) != 0)
            config_free(&c);
    return c;
}

static void check(struct loader *l)
{
    struct key_problem p;
    char raw[CONFIG_WHY_MAX * 2], at[CONFIG_WHY_MAX] = "configuration";
    int err = check_config(l->config, &p);
    if (err == ERR_NOMEM)
        out_of_memory(l);
    if (err != ERR_CONFIG)
        return;
    const struct place *place = find_place(l, p.section, p.key);
    if (place != NULL)
        snprintf(at, sizeof at, "%s:%u", place->file, place->line);
    snprintf(raw, sizeof raw, "%s: [%s] %s: %s", at, p.section, p.key, p.what);
    text_clean(l->why, sizeof l->why, raw, strlen(raw), TEXT_LINE);
    l->err = err;
}

static int finish(struct loader *l, struct config **ret_config, char ret_why[CONFIG_WHY_MAX])
{
    if (l->err == 0)
        check(l);
    free_places(l);
    if (l->err != 0) {
        snprintf(ret_why, CONFIG_WHY_MAX, "%s", l->why);
        config_free(&l->config);
        return l->err;
    }
    *ret_config = l->config;
    return 0;
}

int config_load(const char *file, const char *dir, struct config **ret_config,
                char ret_why[CONFIG_WHY_MAX])
{
    struct loader l = { .config = new_config(), .file = file };
    if (l.config == NULL)
        out_of_memory(&l);
    if (l.err == 0 && parse_file(&l, file) == 0)
        (void)parse_dropins(&l, dir);
    return finish(&l, ret_config, ret_why);
}

int config_parse(const char *name, const char *text, struct config **ret_config,
                 char ret_why[CONFIG_WHY_MAX])
{
    struct loader l = { .config = new_config(), .file = name };
    if (l.config == NULL)
        out_of_memory(&l);
    if (l.err == 0)
        (void)parse_text(&l, name, text);
    return finish(&l, ret_config, ret_why);
}
