/* SPDX-License-Identifier: Apache-2.0 */
#include "dialogue/script.h"

#include "contract/pam_world.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILE_MAX 65536

static char *read_text(const char *path)
{
    char *text = calloc(1, FILE_MAX);
    FILE *f = fopen(path, "re");
    if (f == NULL || text == NULL)
        world_fail("%s: %s", path, strerror(errno));
    size_t n = fread(text, 1, FILE_MAX - 1, f);
    if (n == 0 || !feof(f))
        world_fail("%s is empty or too large", path);
    fclose(f);
    return text;
}

static char *trim(char *s)
{
    s += strspn(s, " \t");
    for (size_t n = strlen(s); n > 0 && (s[n - 1] == ' ' || s[n - 1] == '\t'); n--)
        s[n - 1] = '\0';
    return s;
}

static void begin_section(struct script *s, char *line, unsigned number)
{
    char *end = strchr(line, ']');
    if (end == NULL || s->count == SCRIPT_SECTIONS)
        world_fail("%s:%u: a bad section, or one too many", s->file, number);
    *end = '\0';
    struct section *at = &s->sections[s->count++];
    at->kind = trim(line + 1);
    at->name = at->kind + strcspn(at->kind, " ");
    if (*at->name != '\0')
        *at->name++ = '\0';
    at->name = trim(at->name);
    at->tail = trim(end + 1);
    at->number = number;
}

/* Both are in one text, with a NUL and blanks between them. */
static void join(char *above, char *line)
{
    memset(above + strlen(above), ' ', (size_t)(line - above) - strlen(above));
}

static void take_line(struct script *s, char *raw, unsigned number)
{
    char *line = trim(raw);
    if (*line == '\0' || *line == '#')
        return;
    if (*line == '[') {
        begin_section(s, line, number);
        return;
    }
    if (s->count == 0)
        world_fail("%s:%u: a line before the first section", s->file, number);
    struct section *at = &s->sections[s->count - 1];
    if (line > raw && strncmp(line, "->", 2) == 0 && at->count > 0) {
        join(at->lines[at->count - 1].text, line);
        return;
    }
    if (at->count == SCRIPT_LINES)
        world_fail("%s:%u: too many lines", s->file, number);
    at->lines[at->count++] = (struct script_line){ line, number };
}

struct script *script_read(const char *path)
{
    struct script *s = calloc(1, sizeof *s);
    const char *slash = strrchr(path, '/');
    if (s == NULL)
        world_fail("out of memory");
    s->file = strdup(slash == NULL ? path : slash + 1);
    s->text = read_text(path);
    unsigned number = 1;
    for (char *line = s->text, *next; line != NULL; line = next, number++) {
        next = strchr(line, '\n');
        if (next != NULL)
            *next++ = '\0';
        take_line(s, line, number);
    }
    if (s->count == 0)
        world_fail("%s has no sections", path);
    return s;
}

void script_free(struct script **script)
{
    if (*script == NULL)
        return;
    free((*script)->file);
    free((*script)->text);
    free(*script);
    *script = NULL;
}
