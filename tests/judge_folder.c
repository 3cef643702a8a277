/* SPDX-License-Identifier: Apache-2.0
 *
 * Every file below a folder: its form by its content, its judge by its form, and which files no
 * set has used.
 */
#include "judge.h"

#include "base/err.h"
#include "net/json_in.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct judge_form *const forms[] = { &judge_sigv4,   &judge_suite,   &judge_hash,
                                                  &judge_jwt,     &judge_srp,     &judge_totp,
                                                  &judge_replies, &judge_requests };

/* ---- the files; nftw knows no argument ---- */

static struct judge *walking;

static int note(const char *path, const struct stat *st, int type, struct FTW *at)
{
    (void)st;
    if (type != FTW_F || path[at->base] == '.')
        return 0;
    struct judge_file *files =
        realloc(walking->files, (walking->file_count + 1) * sizeof *walking->files);
    if (files == NULL)
        return -1;
    walking->files = files;
    files[walking->file_count].path = strdup(path + strlen(walking->dir) + 1);
    files[walking->file_count].is_used = false;
    return files[walking->file_count++].path == NULL ? -1 : 0;
}

static int by_path(const void *a, const void *b)
{
    return strcmp(((const struct judge_file *)a)->path, ((const struct judge_file *)b)->path);
}

static bool walk(struct judge *j)
{
    walking = j;
    int err = nftw(j->dir, note, 16, FTW_PHYS);
    walking = NULL;
    if (j->file_count > 0)
        qsort(j->files, j->file_count, sizeof *j->files, by_path);
    return err == 0;
}

void judge_close(struct judge *j)
{
    for (size_t i = 0; i < j->file_count; i++)
        free(j->files[i].path);
    free(j->files);
    j->files = NULL;
    j->file_count = 0;
}

/* ---- their forms ---- */

bool judge_is_keys(const struct json *doc)
{
    return *judge_text(judge_first(doc, "keys"), "kty") != '\0';
}

static bool is_named_json(const char *path)
{
    size_t n = strlen(path);
    return n > 5 && strcmp(path + n - 5, ".json") == 0;
}

static unsigned judge_one(struct judge *j, struct judge_file *file, bool is_index)
{
    struct json *doc = judge_load(j, file->path);
    unsigned sets = 0;
    for (size_t i = 0; doc != NULL && sets == 0 && i < COUNT(forms); i++) {
        if ((forms[i] == &judge_replies) != is_index || !forms[i]->fits(doc) ||
            (j->only != NULL && j->only != forms[i]))
            continue;
        file->is_used = true;
        judge_begin(j);
        forms[i]->judge(j, file->path, doc);
        judge_end(j, forms[i]->set, file->path);
        sets++;
    }
    if (doc == NULL && !is_index && is_named_json(file->path)) {
        printf("WRONG: no JSON: %s\n", file->path);
        j->failed++;
    }
    json_in_free(&doc);
    return sets;
}

static const char *base_of(const char *path)
{
    const char *cut = strrchr(path, '/');
    return cut == NULL ? path : cut + 1;
}

/* One line for all that have the same name in their folders. */
static void report_unused(struct judge *j)
{
    for (size_t i = 0; i < j->file_count; i++) {
        unsigned others = 0;
        if (j->files[i].is_used)
            continue;
        for (size_t k = i + 1; k < j->file_count; k++) {
            if (!j->files[k].is_used &&
                strcmp(base_of(j->files[i].path), base_of(j->files[k].path)) == 0) {
                j->files[k].is_used = true; /* said already */
                others++;
            }
        }
        printf("not judged, of no known form: %s", j->files[i].path);
        printf(others > 0 ? " and %u more of that name\n" : "\n", others);
    }
}

unsigned judge_folder(struct judge *j)
{
    unsigned sets = 0;
    if (!walk(j))
        return 0;
    /* Bodies of replies are judged by their index, and some are broken on purpose: what an index
     * has used is no set of its own. */
    for (int indexed = 1; indexed >= 0; indexed--) {
        for (size_t i = 0; i < j->file_count; i++) {
            if (!j->files[i].is_used)
                sets += judge_one(j, &j->files[i], indexed == 1);
        }
    }
    if (!j->is_quiet)
        report_unused(j);
    return sets;
}
