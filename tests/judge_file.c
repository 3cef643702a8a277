/* SPDX-License-Identifier: Apache-2.0
 *
 * Files, members and the tally.
 */
#include "judge.h"

#include "net/json_in.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_PATH 4096

void judge_begin(struct judge *j)
{
    j->set_passed = 0;
    j->set_failed = 0;
    j->set_skipped = 0;
}

void judge_end(struct judge *j, const char *set, const char *path)
{
    j->passed += j->set_passed;
    j->failed += j->set_failed;
    if (!j->is_quiet)
        printf("%s: %u right, %u wrong, %u not judged here: %s\n", set, j->set_passed,
               j->set_failed, j->set_skipped, path);
}

void judge_case(struct judge *j, const char *set, const char *name, bool is_right)
{
    if (is_right) {
        j->set_passed++;
        return;
    }
    j->set_failed++;
    if (!j->is_quiet)
        printf("%s: WRONG: %s\n", set, name);
}

void judge_skip(struct judge *j, const char *set, const char *name)
{
    j->set_skipped++;
    if (!j->is_quiet)
        printf("%s: not judged: %s\n", set, name);
}

bool judge_beside(const char *path, const char *name, char ret_path[MAX_PATH])
{
    const char *cut = strrchr(path, '/');
    int folder = cut == NULL ? 0 : (int)(cut - path) + 1;
    return snprintf(ret_path, MAX_PATH, "%.*s%s", folder, path, name) < MAX_PATH;
}

static void use(struct judge *j, const char *path)
{
    for (size_t i = 0; i < j->file_count; i++) {
        if (strcmp(j->files[i].path, path) == 0)
            j->files[i].is_used = true;
    }
}

static bool read_all(FILE *f, char **ret_text, size_t *ret_bytes)
{
    char *text = NULL;
    long n = -1;
    if (fseek(f, 0, SEEK_END) == 0)
        n = ftell(f);
    rewind(f);
    if (n >= 0)
        text = malloc((size_t)n + 1);
    if (text == NULL || fread(text, 1, (size_t)n, f) != (size_t)n) {
        free(text);
        return false;
    }
    text[n] = '\0';
    *ret_text = text;
    *ret_bytes = (size_t)n;
    return true;
}

static bool open_and_read(const struct judge *j, const char *path, char **ret_text,
                          size_t *ret_bytes)
{
    char whole[MAX_PATH];
    if (snprintf(whole, sizeof whole, "%s/%s", j->dir, path) >= (int)sizeof whole)
        return false;
    FILE *f = fopen(whole, "rbe");
    if (f == NULL)
        return false;
    bool is_read = read_all(f, ret_text, ret_bytes);
    fclose(f);
    return is_read;
}

bool judge_read(struct judge *j, const char *path, char **ret_text, size_t *ret_bytes)
{
    if (!open_and_read(j, path, ret_text, ret_bytes))
        return false;
    use(j, path);
    return true;
}

struct json *judge_load(struct judge *j, const char *path)
{
    char *text;
    size_t n;
    struct json *doc = NULL;
    if (!open_and_read(j, path, &text, &n))
        return NULL;
    if (json_in_parse(text, n, JSON_NUL_IN_VALUES, &doc) != 0)
        doc = NULL;
    free(text);
    return doc;
}

static bool is_beside(const char *path, const char *other)
{
    char same[MAX_PATH];
    const char *cut = strrchr(other, '/');
    return judge_beside(path, cut == NULL ? other : cut + 1, same) && strcmp(same, other) == 0;
}

struct json *judge_find(struct judge *j, const char *path, bool (*fits)(const struct json *doc))
{
    for (int anywhere = 0; anywhere <= 1; anywhere++) {
        for (size_t i = 0; i < j->file_count; i++) {
            const char *other = j->files[i].path;
            if (is_beside(path, other) != (anywhere == 0))
                continue;
            struct json *doc = judge_load(j, other);
            if (doc != NULL && fits(doc))
                return doc;
            json_in_free(&doc);
        }
    }
    return NULL;
}

const char *judge_text(const struct json *object, const char *key)
{
    const char *s = "";
    return json_in_string(object, key, &s) == 0 ? s : "";
}

const struct json *judge_first(const struct json *doc, const char *key)
{
    const struct json *list;
    return json_in_array(doc, key, &list) == 0 ? json_in_at(list, 0) : NULL;
}

void judge_cases(struct judge *j, const char *set, const char *path, const struct json *doc,
                 const char *list, const char *name, bool (*is_right)(const struct json *c))
{
    const struct json *cases;
    if (json_in_array(doc, list, &cases) != 0)
        cases = NULL;
    judge_case(j, set, path, cases != NULL && json_in_count(cases) > 0);
    for (size_t i = 0; i < json_in_count(cases); i++) {
        const struct json *c = json_in_at(cases, i);
        judge_case(j, set, judge_text(c, name), is_right(c));
    }
}
