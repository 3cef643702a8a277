/* SPDX-License-Identifier: Apache-2.0
 *
 * Judging a folder of test vectors: one function per set, shared by the program tests/judge and the
 * unit tests. Verdicts rest on the data (expected values, expected classes), never on case names.
 */
#ifndef TESTS_JUDGE_H
#define TESTS_JUDGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct json;

struct judge {
    const char *dir;
    bool is_quiet; /* print nothing */
    unsigned passed, failed;
    unsigned set_passed, set_failed; /* of the set under way */
    unsigned set_skipped;            /* this code makes no claim about them */
};

/* Each judges its set when the folder has it; false when it has not. */
bool judge_sigv4(struct judge *j);
bool judge_suite(struct judge *j);
bool judge_hash(struct judge *j);
bool judge_jwt(struct judge *j);
bool judge_srp(struct judge *j);
bool judge_replies(struct judge *j);
bool judge_requests(struct judge *j);

/* The next exponent that judge_srp_random gives (hex); false when it is too long or none. */
bool judge_srp_choose(const char *a);
int judge_srp_random(uint8_t *ret_bytes, size_t n);

/* ---- what the sets share (judge_file.c) ---- */

void judge_begin(struct judge *j);
void judge_end(struct judge *j, const char *set);
void judge_case(struct judge *j, const char *set, const char *name, bool is_right);
void judge_skip(struct judge *j);

/* A file of the folder with a NUL behind it; the caller frees *ret_text. */
bool judge_read(const struct judge *j, const char *name, char **ret_text, size_t *ret_bytes);
/* A JSON file of the folder; the caller frees it with json_in_free. NULL when absent. Unreadable
 * JSON is a failed case. */
struct json *judge_load(struct judge *j, const char *name);
/* A member as text; "" when absent. */
const char *judge_text(const struct json *object, const char *key);

#endif
