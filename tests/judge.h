/* SPDX-License-Identifier: Apache-2.0
 *
 * Judging a folder of test vectors: every file of a known form, whatever its name and wherever it
 * lies, shared by the program tests/judge and the unit tests. Verdicts rest on the data (expected
 * values, expected classes), never on case names.
 */
#ifndef TESTS_JUDGE_H
#define TESTS_JUDGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct json;

struct judge_file {
    char *path;   /* below the folder */
    bool is_used; /* by a set: judged, or taken as an input of a case */
};

struct judge_form;

struct judge {
    const char *dir;
    const struct judge_form *only; /* NULL: every form */
    bool is_quiet;                 /* print nothing */
    unsigned passed, failed;
    unsigned set_passed, set_failed; /* of the set under way */
    unsigned set_skipped;            /* this code makes no claim about them */
    struct judge_file *files;        /* all of them, by path */
    size_t file_count;
};

/* Judges everything below j->dir and says which files it did not judge. How many sets there were:
 * 0 when the folder cannot be read. judge_close forgets the files, which judge_has asks. */
unsigned judge_folder(struct judge *j);
void judge_close(struct judge *j);

/* A form of file: how its content is recognised, and who judges it. */
struct judge_form {
    const char *set;
    bool (*fits)(const struct json *doc);
    void (*judge)(struct judge *j, const char *path, const struct json *doc);
};
extern const struct judge_form judge_sigv4, judge_suite, judge_hash, judge_jwt, judge_srp,
    judge_totp, judge_replies, judge_requests;
/* Key sets and the like are read by the sets that need them. */
bool judge_is_keys(const struct json *doc);

/* The next exponent that judge_srp_random gives (hex); false when it is too long or none. */
bool judge_srp_choose(const char *a);
int judge_srp_random(uint8_t *ret_bytes, size_t n);

/* ---- what the sets share (judge_file.c) ---- */

void judge_begin(struct judge *j);
void judge_end(struct judge *j, const char *set, const char *path);
void judge_case(struct judge *j, const char *set, const char *name, bool is_right);
void judge_skip(struct judge *j, const char *set, const char *name);

/* The file beside another: name in the folder of path. False when that is too long. */
bool judge_beside(const char *path, const char *name, char ret_path[4096]);
/* A file of the folder with a NUL behind it, used from now on; the caller frees *ret_text. */
bool judge_read(struct judge *j, const char *path, char **ret_text, size_t *ret_bytes);
/* A JSON file of the folder; the caller frees it with json_in_free. NULL when absent or no JSON. */
struct json *judge_load(struct judge *j, const char *path);
/* The first file that fits, in the folder of path if there is one, else anywhere. */
struct json *judge_find(struct judge *j, const char *path, bool (*fits)(const struct json *doc));
/* A member as text; "" when absent. */
const char *judge_text(const struct json *object, const char *key);
/* The first element of the array member, NULL when it is none or empty. */
const struct json *judge_first(const struct json *doc, const char *key);
/* Each element of the array member is a case; its name is that member of it. */
void judge_cases(struct judge *j, const char *set, const char *path, const struct json *doc,
                 const char *list, const char *name, bool (*is_right)(const struct json *c));

#endif
