/* SPDX-License-Identifier: Apache-2.0
 *
 * Files, members and the tally.
 */
#include "judge.h"

#include "net/json_in.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void judge_begin(struct judge *j)
{
    j->set_passed = 0;
    j->set_failed = 0;
    j->set_skipped = 0;
}

void judge_end(struct judge *j, const char *set)
{
    j->passed += j->set_passed;
    j->failed += j->set_failed;
    if (!j->is_quiet)
        printf("%s: %u right, %u wrong, %u not judged here\n", set, j->set_passed, j->set_failed,
               j->set_skipped);
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

void judge_skip(struct judge *j)
{
    j->set_skipped++;
}

bool judge_read(const struct judge *j, const char *name, char **ret_text, size_t *ret_bytes)
{
    char path[4096];
    if (snprintf(path, sizeof path, "%s/%s", j->dir, name) >= (int)sizeof path)
        return false;
    FILE *f = fopen(path, "rbe");
    if (f == NULL)
        return false;
    bool is_read = false;
    char *text = NULL;
    long n = -1;
    if (fseek(f, 0, SEEK_END) == 0)
        n = ftell(f);
    rewind(f);
    if (n >= 0)
        text = malloc((size_t)n + 1);
    if (text != NULL && fread(text, 1, (size_t)n, f) == (size_t)n) {
        text[n] = '\0';
        *ret_text = text;
        *ret_bytes = (size_t)n;
        is_read = true;
    } else {
        free(text);
    }
    fclose(f);
    return is_read;
}

struct json *judge_load(struct judge *j, const char *name)
{
    char *text;
    size_t n;
    struct json *doc = NULL;
    if (!judge_read(j, name, &text, &n))
        return NULL;
    if (json_in_parse(text, n, JSON_NUL_IN_VALUES, &doc) != 0) {
        printf("%s: not JSON\n", name);
        j->failed++;
        doc = NULL;
    }
    free(text);
    return doc;
}

const char *judge_text(const struct json *object, const char *key)
{
    const char *s = "";
    return json_in_string(object, key, &s) == 0 ? s : "";
}
